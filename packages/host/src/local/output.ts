import type { Readable } from "node:stream";

type StreamName = "stdout" | "stderr";

export interface CollectOptions {
  /** Characters of the newest output that are kept of each stream. Default: all. */
  readonly kept?: number;
  /** Called with each piece, once it is collected. */
  readonly hear?: (name: StreamName, text: string) => void;
}

/** What a child has said so far; it grows while the child goes on. */
export function collectOutput(
  child: Readonly<Record<StreamName, Readable>>,
  { kept, hear }: CollectOptions = {},
): Record<StreamName, string> {
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
      if (kept !== undefined) said[name] = said[name].slice(-kept);
      hear?.(name, text);
    });
  }
  return said;
}
