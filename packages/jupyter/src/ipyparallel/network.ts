import type { Session } from "@hpcnb/core/session-file";
import type { ControllerParameters } from "./parameters.js";

/** By which network others reach a controller of the session. */
export function networkParameters({ cluster }: Session): Pick<ControllerParameters, "interface" | "ports"> {
  const { interface: name, ports } = cluster ?? {};
  return { interface: name ?? null, ports: ports ? [ports.low, ports.high] : null };
}
