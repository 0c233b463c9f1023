import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inHost } from "./hosts.js";
import { inNamespace } from "./network.js";
import { addFilter, noIpv4, removeFilter } from "./packet-filters.js";
import { attempt } from "./run.js";
import { innerAddress, innerAddress6, namespaceOf, pathsOf, type Site, switchHost } from "./site.js";

/** The interface whose cable ends nowhere, and the network that no other host is on. */
const deadEnd = "nowhere";

function deadEndAddress(node: string): string {
  return innerAddress(node).replace(/^10\.77\./, "10.79.");
}

/**
 * Gives a node a second interface. It comes first where interfaces are listed, and the node finds
 * the interface's address under its own name first.
 */
export async function addDeadEnd(site: Site, node: string): Promise<void> {
  await removeDeadEnd(site, node);
  await inNamespace(site, node, [
    `link add ${deadEnd} index 2 type veth peer name ${deadEnd}-${node} netns ${namespaceOf(site.name, switchHost)}`,
    `addr add ${deadEndAddress(node)}/24 dev ${deadEnd}`,
    `link set ${deadEnd} up`,
  ]);
  await inNamespace(site, switchHost, [`link set ${deadEnd}-${node} up`]);
  await putHostLines(site, node, "two-networks", [`${deadEndAddress(node)} ${node}`]);
}

export async function removeDeadEnd(site: Site, node: string): Promise<void> {
  const ask = await attempt(["ip", "-netns", namespaceOf(site.name, node), "link", "show", deadEnd]);
  if (ask.exitCode === 0) await inNamespace(site, node, [`link del ${deadEnd}`]);
  await putHostLines(site, node, "two-networks", []);
}

/** The node calls itself by a name that no other host knows. Its scheduler goes on with the old. */
export async function hideName(site: Site, node: string): Promise<void> {
  const name = `${node}-inside`;
  await putHostLines(site, node, "unknown-host-names", [`${innerAddress(node)} ${name}`]);
  await inHost(site, node, ["hostname", name]);
}

export async function showName(site: Site, node: string): Promise<void> {
  await inHost(site, node, ["hostname", node]);
  await putHostLines(site, node, "unknown-host-names", []);
}

/** The hosts' names have an IPv6 address first. IPv4 passes for ssh and the scheduler only. */
export async function leaveIpv6Only(site: Site, host: string): Promise<void> {
  await inNamespace(site, host, [`addr replace ${innerAddress6(host)}/64 dev inner nodad`]);
  const lines = site.cluster.map((name) => `${innerAddress6(name)} ${name}`);
  await putHostLines(site, host, "only-ipv6", lines);
  await addFilter(site, host, noIpv4(site), true);
}

export async function bringIpv4Back(site: Site, host: string): Promise<void> {
  await removeFilter(site, host, noIpv4(site).name);
  await putHostLines(site, host, "only-ipv6", []);
  await inNamespace(site, host, ["addr flush dev inner scope global to fd77::/64"]);
}

/** Puts lines of a fault at the top of a host's /etc/hosts, in the place of those it put before. */
async function putHostLines(site: Site, host: string, fault: string, lines: readonly string[]): Promise<void> {
  const path = join(pathsOf(site.name).host(host), "etc", "hosts");
  const mark = ` # ${fault}`;
  const others = (await readFile(path, "utf8")).split("\n").filter((line) => !line.endsWith(mark));
  await writeFile(path, [...lines.map((line) => line + mark), ...others].join("\n"));
}
