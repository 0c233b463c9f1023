import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Site, startSite } from "../../packages/host/test/ssh/site.js";
import { processesMentioning } from "./leftovers.js";
import type { Project } from "./project.js";

/**
 * Lets the project's session run on the host "login", here a private ssh server on this machine.
 * The project's ssh knows the host, as by the user's own ~/.ssh/config.
 * @returns the host, which the caller stops.
 */
export async function moveToHost(project: Project): Promise<Site> {
  const site = await startSite();
  const bin = join(project.folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "ssh"), `#!/bin/sh\nexec /usr/bin/ssh -F ${site.configFile} "$@"\n`, { mode: 0o755 });
  project.env.PATH = `${bin}:${process.env.PATH}`;
  const file = join(project.directory, "session.yaml");
  const text = readFileSync(file, "utf8")
    .replace(
      /^scheduler:.*$/m,
      `host: login\nscheduler: { plugin: local, options: { spool: ${project.folder}/spool } }`,
    )
    .replace("directory: .", `directory: "${project.directory}"`);
  writeFileSync(file, text);
  return site;
}

/** The session's processes, here and on the host. The ssh connections are not the session's. */
export function processesLeft(project: Project): string[] {
  return processesMentioning(project.folder).filter((line) => !/ssh: .*\[mux\]|sshd/.test(line));
}
