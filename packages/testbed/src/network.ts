import { attempt, run } from "./run.js";
import { innerAddress, isNamespaceOf, namespaceOf, outerAddresses, type Site, switchHost } from "./site.js";

/**
 * Two networks, each a bridge on the switch: "inner" joins login and the nodes, "outer" joins
 * laptop and login. No interface ever appears on the machine itself, and login forwards nothing.
 */
export async function buildNetwork(site: Site): Promise<void> {
  for (const host of [switchHost, ...site.hosts]) await run(["ip", "netns", "add", namespaceOf(site.name, host)]);
  await inNamespace(site, switchHost, [
    "link add inner type bridge",
    "link set inner up",
    "link add outer type bridge",
    "link set outer up",
  ]);
  for (const host of site.hosts) {
    for (const network of networksOf(host)) await plug(site, host, network);
  }
  const login = namespaceOf(site.name, "login");
  await run(["ip", "netns", "exec", login, "sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward"]);
}

/** Also the name of a host's interface to it. */
export type Network = "inner" | "outer";

export function networksOf(host: string): readonly Network[] {
  if (host === "laptop") return ["outer"];
  return host === "login" ? ["inner", "outer"] : ["inner"];
}

export function addressOf(host: string, network: Network): string {
  return network === "inner" ? innerAddress(host) : (outerAddresses[host] as string);
}

async function plug(site: Site, host: string, network: Network): Promise<void> {
  const plugName = `${network}-${host}`;
  // Lower numbers stay free for interfaces that are to be listed first.
  const index = String(10 + networksOf(host).indexOf(network));
  await run([
    ...["ip", "link", "add", network, "index", index, "netns", namespaceOf(site.name, host), "type", "veth"],
    ...["peer", "name", plugName, "netns", namespaceOf(site.name, switchHost)],
  ]);
  await inNamespace(site, switchHost, [`link set ${plugName} master ${network}`, `link set ${plugName} up`]);
  await inNamespace(site, host, [
    "link set lo up",
    `addr add ${addressOf(host, network)}/24 dev ${network}`,
    `link set ${network} up`,
  ]);
}

/** Runs lines of `ip` in a host's network. */
export async function inNamespace(site: Site, host: string, lines: readonly string[]): Promise<void> {
  await run(["ip", "-netns", namespaceOf(site.name, host), "-batch", "-"], { stdin: `${lines.join("\n")}\n` });
}

/** The testbed's network namespaces that exist, by their hosts' names. */
export async function listHosts(siteName: string): Promise<string[]> {
  const { exitCode, stdout } = await attempt(["ip", "netns", "list"]);
  if (exitCode !== 0) return [];
  return stdout
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "")
    .filter((namespace) => isNamespaceOf(siteName, namespace))
    .map((namespace) => namespace.slice(namespaceOf(siteName, "").length));
}

export async function removeNetwork(siteName: string): Promise<void> {
  for (const host of await listHosts(siteName)) await run(["ip", "netns", "delete", namespaceOf(siteName, host)]);
}
