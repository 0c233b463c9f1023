import { connect } from "node:net";
import { checkJson, HpcnbError, type LoginPaths } from "@hpcnb/core";
import type * as v from "valibot";
import { endSilent } from "./note.js";
import {
  addressSchema,
  type ControlQuestion,
  type KeeperStatus,
  statusSchema,
  stoppedSchema,
  visitedSchema,
} from "./protocol.js";

/** A keeper may take this long to answer a question. */
const answerLimitMs = 5_000;

/** Characters: an answer has some hundred. */
const longestAnswer = 200_000;

/**
 * What came back: an answer that fits; nothing, because nobody is there; nobody spoke in time; or
 * something else was said.
 */
export type Reply<Answer> =
  | { readonly is: "answer"; readonly answer: Answer }
  | { readonly is: "nobody" }
  | { readonly is: "silence" }
  | { readonly is: "strange"; readonly problem: string };

export function askKeeper(
  controlSocket: string,
  question: Extract<ControlQuestion, { op: "status" | "open" }>,
): Promise<Reply<KeeperStatus>> {
  return ask(controlSocket, question, statusSchema);
}

/** Asks it for an address that lets one browser in, once. */
export function askForAddress(controlSocket: string, login: LoginPaths): Promise<Reply<{ address: string }>> {
  return ask(controlSocket, { op: "address", ...login }, addressSchema);
}

/** Asks it whether a browser was let in by such an address. */
export function askWhetherVisited(controlSocket: string, address: string): Promise<Reply<{ isVisited: boolean }>> {
  return ask(controlSocket, { op: "visited", address }, visitedSchema);
}

/**
 * Ends a keeper, also one that is silent or of another version. Resolves when it holds nothing any
 * more.
 */
export async function stopKeeper(controlSocket: string): Promise<void> {
  const reply = await ask(controlSocket, { op: "stop" }, stoppedSchema);
  if (reply.is === "silence" || reply.is === "strange") await endSilent(controlSocket);
}

function ask<S extends v.GenericSchema>(
  controlSocket: string,
  question: ControlQuestion,
  schema: S,
): Promise<Reply<v.InferOutput<S>>> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(controlSocket, () => socket.write(`${JSON.stringify(question)}\n`));
    const done = (reply: Reply<v.InferOutput<S>>) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reply);
    };
    const timer = setTimeout(() => done({ is: "silence" }), answerLimitMs);
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (text.length > longestAnswer) done({ is: "strange", problem: "it says more than a keeper would" });
    });
    socket.on("error", (cause: NodeJS.ErrnoException) => {
      // It may end at any moment of its own accord. A queue that is full of questions (EAGAIN) is
      // silence.
      if (cause.code === "EAGAIN") return done({ is: "silence" });
      if (isAbsence(cause)) return done({ is: "nobody" });
      clearTimeout(timer);
      reject(
        new HpcnbError("HPCNB_TUNNEL", `The keeper at ${controlSocket} cannot be asked: ${cause.message}.`, { cause }),
      );
    });
    socket.on("close", () => {
      if (text === "") return done({ is: "nobody" });
      const { value, problem } = checkJson(schema, text);
      done(problem === undefined ? { is: "answer", answer: value } : { is: "strange", problem });
    });
  });
}

function isAbsence({ code }: NodeJS.ErrnoException): boolean {
  return ["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOTSOCK", "ENOTDIR"].includes(code ?? "");
}
