import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Endpoint } from "@hpcnb/core";
import { expect } from "chai";
import { WebSocket } from "ws";
import { ask } from "./server.js";

interface Access {
  readonly endpoint: Endpoint;
  readonly token: string;
}

export async function startKernel({ endpoint, token }: Access): Promise<string> {
  const { status, body } = await ask(endpoint, "/api/kernels", { token, method: "POST", body: { name: "python3" } });
  expect(status, body).to.equal(201);
  return JSON.parse(body).id;
}

/** Milliseconds between two questions to a kernel whose output is not heard yet. */
const askAgainMs = 500;

/**
 * What a cell prints, with whatever else its kernel says until it is done. It runs once the
 * kernel's output is heard: what a kernel says before a new listener has joined is lost to it.
 */
export async function runCell({ endpoint, token }: Access, kernel: string, code: string): Promise<string> {
  const path = `/api/kernels/${kernel}/channels?token=${token}`;
  const origin = endpoint.kind === "socket" ? `ws+unix:${endpoint.path}:` : `ws://${endpoint.address}:${endpoint.port}`;
  const socket = new WebSocket(`${origin}${path}`);
  const question = randomUUID();
  const execution = randomUUID();
  const send = (id: string, type: string, content: object) => {
    const header = { msg_id: id, msg_type: type, session: execution, username: "test", version: "5.3" };
    socket.send(JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: "shell" }));
  };
  const content = { code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false };
  let text = "";
  let asking: NodeJS.Timeout | undefined;
  const hear = () => {
    if (asking) send(execution, "execute_request", content);
    clearInterval(asking);
    asking = undefined;
  };
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("close", () => reject(new Error(`The server has closed the connection to the kernel. ${text}`)));
      socket.on("open", () => {
        const ask = () => send(question, "kernel_info_request", {});
        asking = setInterval(ask, askAgainMs);
        ask();
      });
      socket.on("message", (data) => {
        const message = JSON.parse(String(data));
        const { msg_id: of } = message.parent_header;
        if (of === question && message.channel === "iopub") hear();
        if (of !== execution) return;
        if (message.msg_type === "stream") text += message.content.text;
        if (message.msg_type === "error") reject(new Error(`${message.content.ename}: ${message.content.evalue}`));
        if (message.msg_type === "status" && message.content.execution_state === "idle") resolve();
      });
    });
  } finally {
    clearInterval(asking);
    socket.removeAllListeners("close").close();
  }
  return text;
}

/**
 * A cell that prints how its kernel listens. On `inlet` it only takes in what forked children
 * print, with a random word of their own.
 */
export const howItListens = `
import ipykernel.connect, json, os
info = ipykernel.connect.get_connection_info(unpack=True)
inlet = get_ipython().kernel.iopub_thread._pipe_port
print(json.dumps({"transport": info["transport"], "ip": info["ip"], "pid": os.getpid(), "inlet": inlet}))`;

/**
 * The TCP ports on which a process of this machine listens (Linux): proc(5), where 0A is LISTEN.
 */
export function portsOf(pid: number): number[] {
  const sockets = new Set(readdirSync(`/proc/${pid}/fd`).map((name) => linkOf(`/proc/${pid}/fd/${name}`)));
  return ["tcp", "tcp6"]
    .flatMap((name) => readFileSync(`/proc/${pid}/net/${name}`, "utf8").split("\n").slice(1))
    .map((line) => line.trim().split(/ +/))
    .filter(([, , , state, , , , , , inode]) => state === "0A" && sockets.has(`socket:[${inode}]`))
    .map(([, address = ""]) => Number.parseInt(address.split(":")[1] ?? "", 16));
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
