import type { ConnectionFacts } from "@hpcnb/core";
import { tell } from "../printing/print.js";

/** What a browser has to be sent to, after `http://127.0.0.1:`. */
export function portOf(baseUrl: string): number {
  return Number(new URL(baseUrl).port);
}

/** A tab that is still open goes on sending its token to whoever has the port now. */
export function warnOfLostPort({ lostPort }: ConnectionFacts): void {
  if (lostPort === undefined) return;
  tell(
    `Warning: another program has taken port ${lostPort}, where this notebook was. Close the browser tab that is open there. If it was open meanwhile, and others use this machine, \`hpcnb renew-token\` keeps them out.`,
  );
}
