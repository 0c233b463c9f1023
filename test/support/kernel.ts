import { randomUUID } from "node:crypto";
import { defined } from "@hpcnb/core";
import { WebSocket } from "ws";

interface Message {
  readonly header: { readonly msg_type: string };
  readonly parent_header: { readonly msg_id?: string };
  readonly content: Record<string, unknown>;
}

export interface CellResult {
  readonly status: string;
  /** stdout and stderr. */
  readonly text: string;
  /** MIME types of everything that was displayed. */
  readonly shown: readonly string[];
  readonly error?: string;
}

/**
 * A kernel of a notebook server, driven through its REST and WebSocket API, as the browser does it.
 */
export class Kernel {
  readonly id: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, (message: Message) => void>();

  private constructor(id: string, socket: WebSocket) {
    this.id = id;
    this.#socket = socket;
    socket.on("message", (data) => {
      const message = JSON.parse(data.toString()) as Message;
      this.#waiting.get(message.parent_header.msg_id ?? "")?.(message);
    });
  }

  /** `url` is what `hpcnb up` printed. */
  static async start(url: string, path: string): Promise<Kernel> {
    const { origin, host, searchParams } = new URL(url);
    const token = searchParams.get("token") ?? "";
    const response = await fetch(`${origin}/api/sessions`, {
      method: "POST",
      headers: { authorization: `token ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ path, name: path, type: "notebook", kernel: { name: "python3" } }),
    });
    if (!response.ok) throw new Error(`POST /api/sessions: ${response.status} ${await response.text()}`);
    const { kernel } = (await response.json()) as { kernel: { id: string } };
    const socket = new WebSocket(`ws://${host}/api/kernels/${kernel.id}/channels?token=${token}`);
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return new Kernel(kernel.id, socket);
  }

  execute(code: string): Promise<CellResult> {
    const id = randomUUID();
    let text = "";
    let status: string | undefined;
    let error: string | undefined;
    let idle = false;
    const shown: string[] = [];
    return new Promise((resolve) => {
      this.#waiting.set(id, ({ header, content }) => {
        if (header.msg_type === "stream") text += content.text;
        if (header.msg_type === "display_data" || header.msg_type === "execute_result")
          shown.push(...Object.keys(content.data as object));
        if (header.msg_type === "error") error = `${content.ename}: ${content.evalue}`;
        if (header.msg_type === "execute_reply") status = String(content.status);
        if (header.msg_type === "status" && content.execution_state === "idle") idle = true;
        if (!idle || status === undefined) return;
        this.#waiting.delete(id);
        resolve({ status, text, shown, ...defined({ error }) });
      });
      const header = {
        msg_id: id,
        msg_type: "execute_request",
        session: id,
        username: "test",
        version: "5.3",
        date: new Date().toISOString(),
      };
      const content = {
        code,
        silent: false,
        store_history: false,
        user_expressions: {},
        allow_stdin: false,
        stop_on_error: true,
      };
      this.#socket.send(JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: "shell" }));
    });
  }

  close(): void {
    this.#socket.close();
  }
}
