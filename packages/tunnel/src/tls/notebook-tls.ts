import type { Socket } from "node:net";
import { connect, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import { aborted, HpcnbError, limitedSignal, type OwnTunnelKeys } from "@hpcnb/core";

/** The notebook's side has the same, and it may be far away. */
const handshakeLimitMs = 10_000;

/**
 * Makes TLS connections to the notebook job of a run, over connections that lead there. The keeper
 * is the client, whoever has dialled.
 */
export type NotebookTls = (raw: Socket, signal?: AbortSignal) => Promise<TLSSocket>;

/**
 * @returns a function that resolves to a secured connection, or ends the raw one and throws
 *   HPCNB_TUNNEL: nothing came back (transient), or whoever answers is not this run's notebook job.
 *   That one may find that it does not know the keeper; the connection ends then when it is used.
 */
export function notebookTls(keys: OwnTunnelKeys): NotebookTls {
  const secureContext = contextOf(keys);
  const peer = derOf(keys.peer);
  return (raw, signal) =>
    new Promise((resolve, reject) => {
      const limit = limitedSignal(handshakeLimitMs, signal);
      const secured = connect({
        socket: raw,
        secureContext,
        // Its certificate is for no host: it is the one that is expected, or it is not.
        checkServerIdentity: (_, { raw: der }) => (der.equals(peer) ? undefined : new Error("another certificate")),
      });
      const settle = (act: () => void) => {
        limit.removeEventListener("abort", giveUp);
        secured.off("secureConnect", succeed).off("error", failBy).off("close", endBefore);
        // Node leaves it open after an error of TLS, as when the other side refuses the keeper.
        secured.on("error", () => secured.destroy());
        secured.on("close", () => raw.destroy());
        act();
      };
      const succeed = () => settle(() => resolve(secured));
      const fail = (error: HpcnbError) =>
        settle(() => {
          secured.destroy();
          reject(error);
        });
      const failBy = (cause: NodeJS.ErrnoException) => {
        if (secured.authorizationError || isOfTls(cause)) return fail(stranger(cause));
        // Over a forwarding, a port that nobody listens at is a connection that is closed at once.
        return cause.code === "ECONNRESET" ? endBefore() : fail(noAnswer(`(${cause.message})`));
      };
      const endBefore = () => fail(noAnswer("before the connection was closed"));
      const giveUp = () => fail(signal?.aborted ? aborted(signal) : noAnswer(`for ${handshakeLimitMs / 1000} s`));
      limit.addEventListener("abort", giveUp);
      secured.on("secureConnect", succeed).on("error", failBy).on("close", endBefore);
      if (limit.aborted) giveUp();
    });
}

/** @throws HPCNB_TUNNEL when the texts are no keys. */
function contextOf({ certificate: cert, key, peer: ca }: OwnTunnelKeys): SecureContext {
  try {
    return createSecureContext({ cert, key, ca, minVersion: "TLSv1.3" });
  } catch (cause) {
    throw new HpcnbError("HPCNB_TUNNEL", `The run's keys are damaged: ${(cause as Error).message}.`, { cause });
  }
}

/** OpenSSL's words, or those of Node about a certificate. */
function isOfTls({ code = "", message }: NodeJS.ErrnoException): boolean {
  return /^ERR_(SSL|TLS)|^EPROTO|CERT|^UNABLE_TO/.test(code) || message === "another certificate";
}

function noAnswer(how: string): HpcnbError {
  return new HpcnbError("HPCNB_TUNNEL", `There was no answer ${how}.`, { transient: true });
}

function stranger(cause: Error): HpcnbError {
  return new HpcnbError(
    "HPCNB_TUNNEL",
    `What answers there does not have the certificate of this run's notebook (${cause.message}).`,
    {
      cause,
      hint: "Another program may have the port by now: `hpcnb status` shows whether the notebook runs.",
    },
  );
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
}
