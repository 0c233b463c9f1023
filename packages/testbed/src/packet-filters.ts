import { HpcnbError } from "@hpcnb/core";
import { networksOf } from "./network.js";
import { run } from "./run.js";
import { schedulersOf } from "./schedulers/index.js";
import { innerAddress, innerAddress6, namespaceOf, type Site } from "./site.js";

/** A filter is a table of nftables in a host's network namespace, and ends with the namespace. */
export interface PacketFilter {
  readonly name: string;
  /**
   * Conditions of nftables. Where one holds, nobody else can open a TCP connection to the host.
   * Connections that are open go on.
   */
  readonly closed: readonly string[];
}

/** @param silent packets vanish. Otherwise the other side hears that nobody listens. */
export async function addFilter(site: Site, host: string, { name, closed }: PacketFilter, silent: boolean) {
  const answer = silent ? "drop" : "reject with tcp reset";
  const interfaces = networksOf(host)
    .map((network) => `"${network}"`)
    .join(", ");
  const opening = `iifname { ${interfaces} } tcp flags & (syn | ack) == syn`;
  await nft(site, host, [
    ...without(name),
    `table inet ${name} {`,
    "chain input { type filter hook input priority filter;",
    ...closed.map((condition) => `${opening} ${condition} ${answer}`),
    "}",
    "}",
  ]);
}

/** Does nothing when there is none. */
export async function removeFilter(site: Site, host: string, name: string): Promise<void> {
  await nft(site, host, without(name));
}

/** A table that is not there cannot be deleted, so it is made first. */
function without(name: string): string[] {
  return [`table inet ${name}`, `delete table inet ${name}`];
}

async function nft(site: Site, host: string, lines: readonly string[]): Promise<void> {
  const namespace = `--net=/run/netns/${namespaceOf(site.name, host)}`;
  await run(["nsenter", namespace, "nft", "-f", "-"], { stdin: `${lines.join("\n")}\n` });
}

/** Nobody but the host itself reaches its sshd. */
export const noSsh: PacketFilter = { name: "no-ssh", closed: ["tcp dport 22"] };

/** Login reaches nothing on the host but the scheduler. */
export function nothingFromLogin(site: Site): PacketFilter {
  const others = `tcp dport != ${set(schedulerPorts(site))}`;
  const sources = [`ip saddr ${innerAddress("login")}`, `ip6 saddr ${innerAddress6("login")}`];
  return { name: "nothing-from-login", closed: sources.map((source) => `${source} ${others}`) };
}

export const onlyPortsName = "only-ports";

/** @param ports such as "50000-51000", open besides those of ssh and of the scheduler. */
export function onlyPorts(site: Site, ports: string | undefined): PacketFilter {
  const [first = 0, last = 0] = /^\d+-\d+$/.test(ports ?? "") ? (ports as string).split("-").map(Number) : [];
  if (first < 1 || last > 65_535 || first > last) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `only-ports needs --ports A-B, such as 50000-51000`);
  }
  const open = [22, ...schedulerPorts(site), `${first}-${last}`];
  return { name: onlyPortsName, closed: [`tcp dport != ${set(open)}`] };
}

/** IPv4 serves ssh and the scheduler only. */
export function noIpv4(site: Site): PacketFilter {
  return { name: "no-ipv4", closed: [`meta nfproto ipv4 tcp dport != ${set([22, ...schedulerPorts(site)])}`] };
}

function schedulerPorts(site: Site): readonly number[] {
  return schedulersOf(site).flatMap(({ ports }) => ports);
}

function set(ports: readonly (number | string)[]): string {
  return `{ ${ports.join(", ")} }`;
}
