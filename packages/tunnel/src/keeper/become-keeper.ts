import { HpcnbError, isHpcnbError, type Tunnel } from "@hpcnb/core";
import type { KeeperOutcome, KeeperRequest } from "./protocol.js";
import { serveKeeper } from "./serve.js";

/** Turns this process, which `createConnector` started, into a keeper. Resolves when it has nothing left to keep. */
export async function becomeKeeper(tunnelsFor: (request: KeeperRequest) => Promise<readonly Tunnel[]>): Promise<void> {
  const request = await new Promise<KeeperRequest>((resolve) => process.once("message", resolve));
  // A closing terminal must not take the tunnel with it.
  process.on("SIGHUP", () => {});
  try {
    const keeper = await serveKeeper(request, await tunnelsFor(request));
    tell({ opened: keeper.status });
    await keeper.ended;
  } catch (error) {
    const failure = isHpcnbError(error) ? error : new HpcnbError("HPCNB_TUNNEL", `The keeper failed: ${String(error)}`);
    tell({
      failed: { code: failure.code, message: failure.message, hint: failure.hint, transient: failure.transient },
    });
  }
}

/** The command that asked may have been interrupted; the keeper's work does not depend on it. */
function tell(outcome: KeeperOutcome): void {
  if (process.connected) process.send?.(outcome, undefined, undefined, () => process.disconnect?.());
}
