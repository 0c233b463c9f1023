import { createServer, type Socket } from "node:net";
import { closeServer, listen } from "../keeper/port.js";

/** A socket on this machine, for this user alone, whose connections lead elsewhere. */
export interface ServedSocket {
  close(): Promise<void>;
}

/**
 * Listens on a new socket in a directory of this user's alone, and joins each connection with one
 * that `dial` makes for it.
 */
export async function serveSocket(path: string, dial: () => Promise<Socket>): Promise<ServedSocket> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (incoming) => {
    hold(incoming);
    // The visitor meets a connection that is closed, as with any other tunnel that leads nowhere.
    incoming.on("error", () => incoming.destroy());
    dial().then(
      (outgoing) => {
        hold(outgoing);
        if (incoming.destroyed) outgoing.destroy();
        else joinSockets(incoming, outgoing);
      },
      () => incoming.destroy(),
    );
  });
  await listen(server, { path });
  return {
    close: async () => {
      const closed = closeServer(server);
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };

  function hold(socket: Socket): void {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  }
}

/** Each direction ends on its own. When one of the two is gone, the other goes, too. */
function joinSockets(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroySoon());
    from.pipe(to);
  }
}
