import { spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { HpcnbError } from "@hpcnb/core";
import { enter } from "./hosts.js";
import { addressOf, inNamespace, type Network, networksOf } from "./network.js";
import { attempt, waitFor } from "./run.js";
import { namespaceOf, pathsOf, type Site, switchHost } from "./site.js";

/** What a slow network adds to each round trip. */
const addedRoundTripMs = 100;

/** The end of a host's cable to one network: what a fault strikes. */
interface End {
  readonly host: string;
  readonly network: Network;
}

export async function cut(site: Site, host: string): Promise<void> {
  await inNamespace(
    site,
    host,
    networksOf(host).map((network) => `link set ${network} down`),
  );
}

export async function uncut(site: Site, host: string): Promise<void> {
  await inNamespace(
    site,
    host,
    networksOf(host).map((network) => `link set ${network} up`),
  );
}

/**
 * Takes the host's plugs out of the bridges and puts slow wires between them: programs that pass
 * the frames on later. It needs nothing of the kernel, whose own delay (netem) many machines lack.
 */
export async function slowDown(site: Site, host: string): Promise<void> {
  for (const network of networksOf(host)) {
    const { plug, near, far } = wireOf({ host, network });
    await changeWay(site, { host, network }, async () => {
      await inNamespace(site, switchHost, [
        `link add ${near} type veth peer name ${far}`,
        `link set ${near} up`,
        `link set ${far} up`,
        `link set ${plug} nomaster`,
        `link set ${far} master ${network}`,
      ]);
      await startRelay(site, plug, near);
    });
  }
}

/**
 * The program ends by itself with its wire. Whatever there is of a wire that was half made, the
 * plug gets back into its bridge.
 */
export async function speedUp(site: Site, host: string): Promise<void> {
  for (const network of networksOf(host)) {
    const { plug, near } = wireOf({ host, network });
    const ask = await attempt(["ip", "-netns", namespaceOf(site.name, switchHost), "link", "show", near]);
    await changeWay(site, { host, network }, () =>
      inNamespace(site, switchHost, [
        ...(ask.exitCode === 0 ? [`link del ${near}`] : []),
        `link set ${plug} master ${network}`,
      ]),
    );
  }
}

async function startRelay(site: Site, plug: string, near: string): Promise<void> {
  const script = join(import.meta.dirname, "..", "python", "delay.py");
  // -I: nothing of the caller's Python is to change what it does.
  const words = ["/usr/bin/python3", "-I", script, plug, near, String(addedRoundTripMs / 2)];
  const [file, ...args] = [...(await enter(site, switchHost)), ...words];
  const path = logOf(site, plug);
  // A file and no pipe: it outlives this process, and writing to a pipe that nobody reads any more
  // would end it.
  const log = await open(path, "w");
  const relay = spawn(file as string, args, { detached: true, stdio: ["ignore", log.fd, log.fd] });
  await log.close();
  relay.unref();
  let hasEnded = false;
  for (const event of ["exit", "error"]) {
    relay.once(event, () => {
      hasEnded = true;
    });
  }
  await waitFor(`the slow wire of ${plug}`, 10_000, async () => {
    const said = await readFile(path, "utf8");
    if (hasEnded) throw new HpcnbError("HPCNB_COMMAND_FAILED", `the slow wire of ${plug} ended at once:\n${said}`);
    return said.includes("ready\n");
  });
}

/**
 * Changes the way between the host and a network, and waits until frames pass there again, if they
 * did before.
 */
async function changeWay(site: Site, end: End, change: () => Promise<void>): Promise<void> {
  const passed = await reaches(site, end);
  await change();
  if (!passed) return;
  const { plug } = wireOf(end);
  const what = `frames between ${plug} and the others (see ${logOf(site, plug)})`;
  await waitFor(what, 10_000, () => reaches(site, end));
}

/** True when the host hears from another one: a connection, or a refusal. */
async function reaches(site: Site, { host, network }: End): Promise<boolean> {
  const other = site.hosts.find((one) => one !== host && networksOf(one).includes(network)) as string;
  const connect = ["timeout", "1", "bash", "-c", `: > /dev/tcp/${addressOf(other, network)}/22`];
  const namespace = `--net=/run/netns/${namespaceOf(site.name, host)}`;
  const { exitCode, stderr } = await attempt(["nsenter", namespace, "env", "LC_ALL=C", ...connect]);
  return exitCode === 0 || stderr.includes("refused");
}

function logOf(site: Site, plug: string): string {
  return join(pathsOf(site.name).state, `slow-${plug}.log`);
}

/** An interface's name has at most 15 letters. */
function wireOf({ host, network }: End): { plug: string; near: string; far: string } {
  const plug = `${network}-${host}`;
  return { plug, near: `n-${plug}`, far: `f-${plug}` };
}
