import { rmSync } from "node:fs";
import { check, HpcnbError, type Tunnel } from "@hpcnb/core";
import { type KeeperOutcome, type KeeperRequest, type KeeperTask, logPath, messageSchema } from "./protocol.js";
import { failureOf, serveKeeper } from "./serve.js";

/**
 * Turns this process, which `createConnector` started, into a keeper. Resolves when it has nothing
 * left to keep, or when the command that started it has gone without wanting anything opened. The
 * process must end then: what was prepared, and was of no use, ends with it.
 */
export async function becomeKeeper(tunnelsFor: (task: KeeperTask) => Promise<readonly Tunnel[]>): Promise<void> {
  // A closing terminal must not take the tunnel with it.
  process.on("SIGHUP", () => {});
  const stopping = new AbortController();
  let log: string | undefined;
  /** Serves the first opening. */
  let prepared: Promise<readonly Tunnel[]> | undefined;
  try {
    const request = await new Promise<KeeperRequest | undefined>((resolve, reject) => {
      process.on("message", (said: unknown) => {
        const { value: message, problem } = check(messageSchema, said);
        if (problem !== undefined)
          return reject(new HpcnbError("HPCNB_TUNNEL", `The keeper was asked for: ${problem}.`));
        if ("open" in message) return resolve(message.open);
        if ("stop" in message) return stopping.abort();
        const { node, ...task } = message.prepare;
        log = logPath(task.controlSocket);
        prepared ??= tunnelsFor(task);
        // Opening says what is wrong, with somebody to hear it.
        prepared.then((all) => (node === undefined ? undefined : all[0]?.prepare?.(node))).catch(() => {});
      });
      process.once("disconnect", () => resolve(undefined));
    });
    if (!request) {
      // It has nothing to say, and nobody else removes it.
      if (log !== undefined) rmSync(log, { force: true });
      return;
    }
    const tunnels = (task: KeeperTask) => {
      const first = prepared ?? tunnelsFor(task);
      prepared = undefined;
      return first;
    };
    const keeper = await serveKeeper(request, tunnels, { signal: stopping.signal });
    await tell({ opened: keeper.status });
    await keeper.ended;
  } catch (error) {
    await tell({ failed: failureOf(error) });
  }
}

/** The command that asked may have been interrupted; the keeper's work does not depend on it. */
async function tell(outcome: KeeperOutcome): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => process.send?.(outcome, undefined, undefined, () => resolve()));
  process.disconnect?.();
}
