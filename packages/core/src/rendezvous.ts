import { defined } from "./defined.js";
import type { FileToWrite } from "./host.js";
import { encodeRecord } from "./records.js";
import type { PortRange } from "./session-file/port-range.js";
import type { RunFiles } from "./tunnel.js";

/**
 * Where only the notebook job can open connections, two records let it and the keepers find each
 * other. Keepers write into one where the job is to dial them, and the job writes into the other
 * why that fails.
 */
export function rendezvousPaths({ directory }: Pick<RunFiles, "directory">) {
  return { keepers: `${directory}/keepers.record`, dialling: `${directory}/dialling.record` };
}

/**
 * To be written before the run's jobs are submitted. Keepers listen on one of the ports. Pure.
 */
export function rendezvousFiles(run: RunFiles, ports: PortRange | undefined): FileToWrite[] {
  const { keepers, dialling } = rendezvousPaths(run);
  return [
    { path: keepers, text: encodeRecord({ run: run.id, keepers: [], ...defined({ ports }) }) },
    { path: dialling, text: encodeRecord({ run: run.id, state: "waiting" }) },
  ];
}
