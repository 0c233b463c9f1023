import { aborted, HpcnbError, type Session } from "@hpcnb/core";

/** Milliseconds after which a server that took the request counts as not answering yet. */
const answerLimit = 10_000;

/** What fetch fails with when nobody answers: nothing listens, or the way there ends on its far side. */
const noAnswer = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_SOCKET",
]);

/** See `Workload.answers`. https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html */
export async function serverAnswers(baseUrl: string, token: string, signal?: AbortSignal): Promise<boolean> {
  const limit = AbortSignal.timeout(answerLimit);
  let status: number;
  let body: string;
  try {
    const response = await fetch(`${baseUrl}/api/status`, {
      headers: { authorization: `token ${token}` },
      redirect: "manual",
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    status = response.status;
    body = await response.text();
  } catch (error) {
    if (signal?.aborted) throw aborted(signal, error);
    if (limit.aborted || noAnswer.has(failureCode(error))) return false;
    throw strange(baseUrl, "something that does not speak HTTP", error);
  }
  if (status === 401 || status === 403) throw strange(baseUrl, "a server that does not know this session's token");
  if (status >= 500) return false;
  if (status !== 200 || !isJupyterStatus(body))
    throw strange(baseUrl, `a server that is not Jupyter (status ${status})`);
  return true;
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

function failureCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}

function strange(baseUrl: string, what: string, cause?: unknown): HpcnbError {
  return new HpcnbError("HPCNB_TUNNEL", `${baseUrl} does not lead to this session's notebook server but to ${what}.`, {
    hint: "Another program may have taken the port: `hpcnb connect` opens the tunnel again.",
    cause,
  });
}
