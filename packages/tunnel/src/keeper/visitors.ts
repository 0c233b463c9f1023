import { connect, type Socket } from "node:net";
import type { LocalAddress } from "@hpcnb/core";
import { letIn } from "./let-in.js";
import { type OneTimePaths, oneTimePathIn } from "./one-time.js";
import { waitingAnswer } from "./pages.js";

/** A connection must say what it wants within this time, and in so many bytes. */
const headLimitMs = 10_000;
const longestHead = 65_536;

/**
 * Connections that have not said what they want, and connections that are passed on. Whoever is one
 * too many takes the place of the one that has been silent longest, so that connections nobody uses
 * keep nobody out. Together with the other half of each that is passed on they fit into the 1,024
 * descriptors that a process may have by default.
 */
const mostWaiting = 150;
const mostPassedOn = 350;

const headEnd = "\r\n\r\n";

interface Visitors {
  readonly accept: (incoming: Socket) => void;
  leadTo(address: LocalAddress): void;
  leadNowhere(why: string): void;
  /** Ends all connections. */
  end(): void;
}

/**
 * The connections to a port: each is read as far as the end of its first request's head, and only
 * then passed on or answered. One that asks for a one-time path is answered here, also when a
 * browser asks for it over a connection that was passed on before.
 */
export function createVisitors(oneTime: OneTimePaths): Visitors {
  let address: LocalAddress | undefined;
  let why = "The tunnel is being opened.";
  const waiting = new Set<Socket>();
  /** In the order in which they were used last: the first has been silent longest. */
  const passedOn = new Map<Socket, Socket>();

  return {
    accept,
    leadTo: (to) => {
      address = to;
    },
    leadNowhere: (reason) => {
      address = undefined;
      why = reason;
      for (const [incoming, outgoing] of passedOn) for (const socket of [incoming, outgoing]) socket.destroy();
    },
    end: () => {
      for (const socket of waiting) socket.destroy();
      for (const [incoming, outgoing] of passedOn) for (const socket of [incoming, outgoing]) socket.destroy();
    },
  };

  function accept(incoming: Socket): void {
    const [longest] = waiting;
    if (longest && waiting.size >= mostWaiting) {
      waiting.delete(longest);
      longest.destroy();
    }
    waiting.add(incoming);
    const heard: Buffer[] = [];
    let size = 0;
    const late = setTimeout(() => incoming.destroy(), headLimitMs);
    // Whoever came has gone; there is nobody to tell.
    incoming.on("error", () => incoming.destroy());
    incoming.on("close", () => {
      clearTimeout(late);
      waiting.delete(incoming);
    });
    incoming.on("end", () => {
      if (waiting.has(incoming)) incoming.destroy();
    });
    const listenOn = (chunk: Buffer) => {
      heard.push(chunk);
      size += chunk.length;
      const head = Buffer.concat(heard);
      if (!head.includes(headEnd)) {
        if (size > longestHead) incoming.destroy();
        return;
      }
      clearTimeout(late);
      incoming.off("data", listenOn);
      incoming.pause();
      waiting.delete(incoming);
      const path = oneTimePathIn(head);
      if (!address) refuse(incoming);
      else if (path !== undefined) answerVisit(incoming, { head, path }, address);
      else passOn(incoming, head, address);
    };
    incoming.on("data", listenOn);
  }

  function passOn(incoming: Socket, head: Buffer, to: LocalAddress): void {
    const [longest] = passedOn;
    if (longest && passedOn.size >= mostPassedOn) {
      passedOn.delete(longest[0]);
      for (const socket of longest) socket.destroy();
    }
    let hasAnswered = false;
    let isTaken = false;
    const outgoing = connect(to);
    outgoing.write(head);
    const use = () => {
      if (passedOn.delete(incoming)) passedOn.set(incoming, outgoing);
    };
    passedOn.set(incoming, outgoing);
    outgoing.on("data", () => {
      hasAnswered = true;
      use();
    });
    incoming.on("data", (chunk: Buffer) => {
      if (isTaken) return;
      use();
      // No other request and no part of one begins with a path that is known here: nobody could
      // guess it.
      const path = oneTimePathIn(chunk);
      if (path === undefined || !oneTime.knows(path)) {
        if (outgoing.write(chunk)) return;
        incoming.pause();
        outgoing.once("drain", () => incoming.resume());
        return;
      }
      isTaken = true;
      passedOn.delete(incoming);
      outgoing.unpipe(incoming);
      outgoing.destroy();
      answerVisit(incoming, { head: chunk, path }, to);
    });
    incoming.on("end", () => outgoing.end());
    outgoing.pipe(incoming, { end: false });
    outgoing.on("end", () => {
      if (hasAnswered) incoming.end();
    });
    // Either side may vanish at any time; the other is closed with it, and a browser simply asks
    // again.
    outgoing.on("error", () => outgoing.destroy());
    outgoing.on("close", () => {
      if (isTaken) return;
      if (hasAnswered) incoming.destroySoon();
      else if (!incoming.destroyed) refuse(incoming);
    });
    incoming.on("close", () => {
      passedOn.delete(incoming);
      outgoing.destroySoon();
    });
    incoming.resume();
  }

  function answerVisit(incoming: Socket, visit: { head: Buffer; path: string }, to: LocalAddress): void {
    letIn({ from: incoming, ...visit }, oneTime, to).then((answer) => endWith(incoming, answer));
  }

  function refuse(incoming: Socket): void {
    endWith(incoming, waitingAnswer(address ? "The tunnel has just closed, or the notebook has ended." : why));
  }

  function endWith(incoming: Socket, answer: string): void {
    // What is left of the request is read, or the answer would be lost with it.
    incoming.resume();
    incoming.end(answer);
    setTimeout(() => incoming.destroy(), headLimitMs).unref();
  }
}
