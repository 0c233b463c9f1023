import { request } from "node:http";
import type { Endpoint } from "@hpcnb/core";
import { defined } from "@hpcnb/core";

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** As a browser would send it back. */
  readonly cookie: string;
}

interface Question {
  readonly token?: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly cookie?: string;
}

/** One request to a server on a socket or a port. */
export function ask(
  endpoint: Endpoint,
  path: string,
  { token, method = "GET", body, form, cookie }: Question = {},
): Promise<Answer> {
  const place =
    endpoint.kind === "socket" ? { socketPath: endpoint.path } : { host: endpoint.address, port: endpoint.port };
  const headers = {
    connection: "close",
    host: "localhost",
    ...defined({
      authorization: token && `token ${token}`,
      cookie,
      "content-type": form && "application/x-www-form-urlencoded",
    }),
  };
  const text = form ? new URLSearchParams(form).toString() : body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request({ ...place, path, method, headers }, (response) => {
      let answer = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        answer += part;
      });
      response.on("end", () => {
        const cookies = response.headers["set-cookie"] ?? [];
        resolve({
          status: response.statusCode ?? 0,
          body: answer,
          cookie: cookies.map((one) => one.split(";")[0]).join("; "),
        });
      });
    });
    sent.on("error", reject);
    sent.end(text);
  });
}

/** Saves a notebook of one cell, as the browser does. */
export function saveNotebook(endpoint: Endpoint, token: string, name: string, code: string): Promise<Answer> {
  const content = {
    cells: [{ cell_type: "code", execution_count: null, id: "a1", metadata: {}, outputs: [], source: code }],
    metadata: {
      kernelspec: { name: "python3", display_name: "Python 3" },
      language_info: { name: "python", file_extension: ".py" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  const body = { type: "notebook", format: "json", content };
  return ask(endpoint, `/api/contents/${encodeURIComponent(name)}`, { token, method: "PUT", body });
}
