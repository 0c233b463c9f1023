import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { HpcnbError } from "@hpcnb/core";
import { argon2idAsync } from "@noble/hashes/argon2.js";
import type { TextOutcome } from "../printing/outcome.js";
import { passOn, tell } from "../printing/print.js";
import { listen } from "../process/interruption.js";

/** Jupyter's own parameters (jupyter_server.auth.security.passwd): memory in KiB, passes, lanes. */
const cost = { m: 10_240, t: 10, p: 8 };

/**
 * Asks for a password, without echo on a terminal. The text is the hash for `notebook.password`.
 */
export async function password(options: { signal: AbortSignal }): Promise<TextOutcome> {
  listen();
  const text = process.stdin.isTTY ? await askTwice(options.signal) : await firstLine();
  if (text === "") throw new HpcnbError("HPCNB_BAD_ARGUMENTS", "The password is empty.");
  const advice = "Put this line into the session file as notebook.password, and `chmod 600` the file.";
  return { text: [`${await hashPassword(text)}\n`], notes: process.stdout.isTTY ? [advice] : [] };
}

/**
 * The hash in the form that Jupyter stores, from its own default algorithm (argon2id, version 1.3).
 */
export async function hashPassword(text: string, salt: Uint8Array = randomBytes(16)): Promise<string> {
  // Jupyter hashes the UTF-8 bytes as they were typed.
  const digest = await argon2idAsync(new TextEncoder().encode(text), salt, { ...cost, dkLen: 32, version: 0x13 });
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64").replace(/=+$/, "");
  return `argon2:$argon2id$v=19$m=${cost.m},t=${cost.t},p=${cost.p}$${base64(salt)}$${base64(digest)}`;
}

async function askTwice(signal: AbortSignal): Promise<string> {
  const first = await readHidden("Password: ", signal);
  if (first !== (await readHidden("Again: ", signal)))
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", "The two passwords differ.");
  return first;
}

/**
 * Reads a line from the terminal, and shows nothing of it. Node's own line editor knows what the
 * keys do.
 */
async function readHidden(prompt: string, signal: AbortSignal): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const editor = createInterface({ input: process.stdin, output: unseen, terminal: true, historySize: 0 });
  const close = () => editor.close();
  signal.addEventListener("abort", close, { once: true });
  passOn(prompt);
  try {
    return await new Promise((resolve, reject) => {
      editor.once("line", resolve);
      // Ctrl-C and Ctrl-D close it too.
      editor.once("close", () => reject(new HpcnbError("HPCNB_ABORTED", "Interrupted.")));
    });
  } finally {
    signal.removeEventListener("abort", close);
    close();
    tell();
  }
}

async function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    lines.close();
    return line;
  }
  return "";
}
