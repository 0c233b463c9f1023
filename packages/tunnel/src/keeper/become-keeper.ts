import { HpcnbError, isHpcnbError, type Tunnel } from "@hpcnb/core";
import type { KeeperMessage, KeeperOutcome, KeeperRequest, KeeperTask } from "./protocol.js";
import { serveKeeper } from "./serve.js";

/**
 * Turns this process, which `createConnector` started, into a keeper. Resolves when it has nothing left to keep, or when the command that
 * started it has gone without wanting anything opened. The process must end then: what was prepared, and was of no use, ends with it.
 */
export async function becomeKeeper(tunnelsFor: (task: KeeperTask) => Promise<readonly Tunnel[]>): Promise<void> {
  // A closing terminal must not take the tunnel with it.
  process.on("SIGHUP", () => {});
  const stopping = new AbortController();
  let tunnels: Promise<readonly Tunnel[]> | undefined;
  const request = await new Promise<KeeperRequest | undefined>((resolve) => {
    process.on("message", (message: KeeperMessage) => {
      if ("open" in message) return resolve(message.open);
      if ("stop" in message) return stopping.abort();
      tunnels = tunnelsFor(message.prepare);
      // Opening says what is wrong, with somebody to hear it.
      tunnels.then((all) => all[0]?.prepare?.(message.prepare.node)).catch(() => {});
    });
    process.once("disconnect", () => resolve(undefined));
  });
  if (!request) return;
  try {
    const keeper = await serveKeeper(request, await (tunnels ?? tunnelsFor(request)), { signal: stopping.signal });
    await tell({ opened: keeper.status });
    await keeper.ended;
  } catch (error) {
    const failure = isHpcnbError(error) ? error : new HpcnbError("HPCNB_TUNNEL", `The keeper failed: ${String(error)}`);
    await tell({
      failed: { code: failure.code, message: failure.message, hint: failure.hint, transient: failure.transient },
    });
  }
}

/** The command that asked may have been interrupted; the keeper's work does not depend on it. */
async function tell(outcome: KeeperOutcome): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => process.send?.(outcome, undefined, undefined, () => resolve()));
  process.disconnect?.();
}
