import { join } from "node:path";
import { HpcnbError } from "@hpcnb/core";
import { execa } from "execa";
import { enter } from "./hosts.js";
import { inNamespace } from "./network.js";
import { attempt } from "./run.js";
import { namespaceOf, type Site, switchHost } from "./site.js";

/** Milliseconds that a slow network adds to each round trip. */
const addedRoundTrip = 40;

/** The interface by which the others reach the host. */
function interfaceOf(host: string): "inner" | "outer" {
  return host === "laptop" ? "outer" : "inner";
}

export async function cut(site: Site, host: string): Promise<void> {
  await inNamespace(site, host, [`link set ${interfaceOf(host)} down`]);
}

export async function uncut(site: Site, host: string): Promise<void> {
  await inNamespace(site, host, [`link set ${interfaceOf(host)} up`]);
}

/**
 * Takes the host's plug out of the bridge and puts a slow wire between them: a program that passes the frames on later.
 * It needs nothing of the kernel, whose own delay (netem) many machines lack.
 */
export async function slowDown(site: Site, host: string): Promise<void> {
  const network = interfaceOf(host);
  const plug = `${network}-${host}`;
  const { near, far } = wireOf(host);
  await inNamespace(site, switchHost, [
    `link add ${near} type veth peer name ${far}`,
    `link set ${near} up`,
    `link set ${far} up`,
    `link set ${plug} nomaster`,
    `link set ${far} master ${network}`,
  ]);
  await startRelay(site, [plug, near, String(addedRoundTrip / 2)]);
}

async function startRelay(site: Site, words: string[]): Promise<void> {
  const script = join(import.meta.dirname, "..", "python", "delay.py");
  const [file, ...args] = [...(await enter(site, switchHost)), "/usr/bin/python3", script, ...words];
  const relay = execa(file as string, args, {
    ...{ detached: true, cleanup: false, reject: false, buffer: false },
    ...{ stdin: "ignore", stdout: "pipe", stderr: "ignore" },
  });
  const ready = await new Promise<boolean>((resolve) => {
    relay.stdout.once("data", () => resolve(true));
    relay.stdout.once("end", () => resolve(false));
  });
  relay.stdout.destroy();
  relay.unref();
  if (!ready) throw new HpcnbError("HPCNB_COMMAND_FAILED", `${script} did not start`);
}

/** The program ends by itself with its wire. */
export async function speedUp(site: Site, host: string): Promise<void> {
  const { near } = wireOf(host);
  const ask = await attempt(["ip", "-netns", namespaceOf(site.name, switchHost), "link", "show", near]);
  if (ask.exitCode !== 0) return;
  await inNamespace(site, switchHost, [
    `link del ${near}`,
    `link set ${interfaceOf(host)}-${host} master ${interfaceOf(host)}`,
  ]);
}

function wireOf(host: string): { near: string; far: string } {
  return { near: `slow-${host}`, far: `far-${host}` };
}
