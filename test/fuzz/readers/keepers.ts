import { checkJson } from "@hpcnb/core";
import {
  messageSchema,
  noteSchema,
  outcomeSchema,
  questionSchema,
  statusSchema,
} from "../../../packages/tunnel/src/keeper/protocol.js";
import { defineReader, demand } from "../fuzz.js";
import { textsLike, valuesLike } from "../inputs.js";
import { isOneLine } from "./fixtures.js";

const facts = {
  version: 2,
  run: "abcdefghij",
  kinds: ["jump"],
  pid: 77,
  endpoint: { kind: "socket", host: "h", path: "/p" },
  host: "login",
  sessionFile: "/f",
};
const place = { kind: "jump", port: 8888, door: "/run/door.sock", note: "x" };
const open = { ...facts, ...place, state: "open" };
const failure = { code: "HPCNB_TUNNEL", message: "m", hint: "h", transient: true };
const task = { kinds: ["jump"], host: "login", sessionFile: "/f", controlSocket: "/run/c.sock" };
const request = { ...task, run: "abcdefghij", endpoint: facts.endpoint, localPort: { port: 8888, fixed: false } };

const words = [
  open,
  { ...facts, state: "opening" },
  { ...open, state: "healing", since: "x", why: "y" },
  { ...open, state: "closed", since: "x", failure },
  { opened: open },
  { failed: failure },
  { op: "status" },
  { op: "open", request },
  { open: request },
  { prepare: { ...task, node: "h" } },
  { pid: 77, identity: "i", run: "abcdefghij", host: "login", sessionFile: "/f", port: 8888 },
];

export const keepers = [
  defineReader({
    name: "words of keepers and commands to each other",
    share: 2,
    inputs: valuesLike(words).map((value) => JSON.stringify(value) ?? ""),
    regressions: ["null", "[]", '{"state":"open"}', JSON.stringify({ ...open, port: 8888.5 })],
    extreme: (text) => text,
    read: readAll,
  }),
  defineReader({
    name: "noise on a keeper's socket",
    inputs: textsLike([JSON.stringify(open)]),
    regressions: [],
    read: readAll,
  }),
];

function readAll(text: string): void {
  const { value: status } = checkJson(statusSchema, text);
  if (status && status.state !== "opening") {
    demand(Number.isInteger(status.port) && status.port > 0 && status.port < 65_536, () => `the port ${status.port}`);
    demand(isOneLine(status.kind) && status.door.startsWith("/"), () => `the door ${status.door}`);
  }
  for (const schema of [messageSchema, outcomeSchema, questionSchema, noteSchema]) checkJson(schema, text);
}
