import { request } from "node:http";
import { aborted, type ConnectionFacts, defined, HpcnbError, limitedSignal } from "@hpcnb/core";
import type { Session } from "@hpcnb/core/session-file";

/** After this a server that took the request counts as not answering yet. */
const answerLimitMs = 10_000;

/** Characters: Jupyter's answer has some hundred. */
const longestAnswer = 65_536;

/**
 * What a request fails with when nobody answers: nothing listens, or the way there ends on its far
 * side.
 */
const noAnswer = new Set(["ECONNREFUSED", "ECONNRESET", "ENOENT", "EPIPE", "ETIMEDOUT"]);

interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * See `Workload.answers`. https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html
 */
export async function serverAnswers(
  at: Pick<ConnectionFacts, "baseUrl" | "door">,
  token: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const { baseUrl } = at;
  const limit = limitedSignal(answerLimitMs, signal);
  let answer: Answer;
  try {
    answer = await ask(at, token, limit);
  } catch (error) {
    if (signal?.aborted) throw aborted(signal, error);
    if (limit.aborted || noAnswer.has((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw strange(baseUrl, "something that does not speak HTTP", error);
  }
  const { status, body } = answer;
  if (status === 401 || status === 403) throw strange(baseUrl, "a server that does not know this session's token");
  if (status >= 500) return false;
  if (status !== 200 || !isJupyterStatus(body))
    throw strange(baseUrl, `a server that is not Jupyter (status ${status})`);
  return true;
}

function ask(
  { baseUrl, door }: Pick<ConnectionFacts, "baseUrl" | "door">,
  token: string,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request(`${baseUrl}/api/status`, {
      ...defined({ socketPath: door }),
      agent: false,
      headers: { authorization: `token ${token}` },
      signal,
    });
    asking.on("error", reject);
    asking.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("error", reject);
      response.on("data", (chunk: string) => {
        body += chunk;
        if (body.length > longestAnswer) response.destroy(new Error("its answer does not end"));
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asking.end();
  });
}

export function browserUrl(baseUrl: string, session: Session, token?: string): string {
  const page = session.notebook.app === "lab" ? "lab" : "tree";
  return `${baseUrl}/${page}${token === undefined ? "" : `?token=${encodeURIComponent(token)}`}`;
}

function isJupyterStatus(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && "started" in value && "kernels" in value;
  } catch {
    return false;
  }
}

function strange(baseUrl: string, what: string, cause?: unknown): HpcnbError {
  return new HpcnbError("HPCNB_TUNNEL", `${baseUrl} does not lead to this session's notebook server but to ${what}.`, {
    hint: "The tunnel is closed again. `hpcnb status` shows what runs, and `hpcnb connect` opens another tunnel.",
    cause,
  });
}
