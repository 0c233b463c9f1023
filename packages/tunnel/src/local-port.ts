import { connect, createServer, type Socket } from "node:net";
import { HpcnbError } from "@hpcnb/core";

export interface LocalPort {
  /** Ends its connections too; resolves when nothing listens any more. */
  close(): Promise<void>;
}

export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

/**
 * Forwards a port of 127.0.0.1 to an address on this machine.
 * @throws HPCNB_PORT_TAKEN
 */
export async function servePort(port: number, address: Address): Promise<LocalPort> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    const outgoing = connect(address);
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      // Either side may vanish at any time; the other is closed with it, and a browser simply asks again.
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroySoon();
      });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === "EADDRINUSE" || cause.code === "EACCES";
      const why = cause.code === "EADDRINUSE" ? "another program uses it" : cause.message;
      const message = `Port ${port} of 127.0.0.1 cannot be used: ${why}.`;
      reject(new HpcnbError(taken ? "HPCNB_PORT_TAKEN" : "HPCNB_TUNNEL", message, { cause }));
    });
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => resolve());
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
