import { checkJson } from "@hpcnb/core";
import { oneTimePathIn } from "../../../packages/tunnel/src/keeper/one-time.js";
import { userOf } from "../../../packages/tunnel/src/keeper/peer-user.js";
import {
  addressSchema,
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
  version: 3,
  run: "abcdefghij",
  tunnels: [{ name: "jump", options: {} }],
  pid: 77,
  endpoint: { kind: "socket", host: "h", path: "/p" },
  host: "login",
  sessionFile: "/f",
};
const place = { kind: "jump", port: 8888, door: "/run/door.sock", failures: [{ kind: "x", why: "y" }] };
const open = { ...facts, ...place, state: "open" };
const failure = { code: "HPCNB_TUNNEL", message: "m", hint: "h", transient: true };
const task = {
  tunnels: [{ name: "jump", options: {} }],
  host: "login",
  sessionFile: "/f",
  controlSocket: "/run/c.sock",
};
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
  { op: "address", page: "/lab", login: "/lab?token=x" },
  { address: "http://127.0.0.1:8888/hpcnb/open/x" },
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
  defineReader({
    name: "requests for a one-time address",
    inputs: textsLike(["GET /hpcnb/open/a-b_c HTTP/1.1\r\nHost: x\r\n\r\n"]),
    regressions: [],
    extreme: (text) => text,
    read: (text) => {
      const path = oneTimePathIn(Buffer.from(text)) ?? "/hpcnb/open/x";
      demand(/^\/hpcnb\/open\/[\w-]+$/.test(path), () => `the path ${JSON.stringify(path)}`);
    },
  }),
  defineReader({
    name: "the kernel's table of connections",
    inputs: textsLike(["  sl\n 0: 0100007F:A1B2 0100007F:22B8 01 0:0 0:0 0 1002 0 31002 1\n"]),
    regressions: [],
    extreme: (text) => text,
    read: (text) => {
      const user = userOf(text, { from: 0xa1b2, to: 8888 }) ?? 0;
      demand(Number.isInteger(user), () => `the user ${user}`);
    },
  }),
];

function readAll(text: string): void {
  const { value: status } = checkJson(statusSchema, text);
  if (status && status.state !== "opening") {
    demand(Number.isInteger(status.port) && status.port > 0 && status.port < 65_536, () => `the port ${status.port}`);
    demand(isOneLine(status.kind) && status.door.startsWith("/"), () => `the door ${status.door}`);
  }
  for (const schema of [addressSchema, messageSchema, outcomeSchema, questionSchema, noteSchema])
    checkJson(schema, text);
}
