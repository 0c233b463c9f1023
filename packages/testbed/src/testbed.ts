import { type CommandResult, HpcnbError } from "@hpcnb/core";
import { bringUp, type Say } from "./bring-up.js";
import { breakSite, healAll } from "./faults.js";
import { enter, isAlive } from "./hosts.js";
import { attempt, type RunInput } from "./run.js";
import { pathsOf, type Site, type SiteOptions, siteOf } from "./site.js";
import { type Fault, readState, removeLock, withLock } from "./state.js";
import { isUp, tearDown } from "./teardown.js";
import { environmentOf } from "./users.js";

export interface TestbedOptions extends SiteOptions {
  /** Told of each step, in a line. */
  say?: Say;
}

export interface Testbed {
  readonly name: string;
  /** laptop, login, node1 .. nodeN */
  readonly hosts: readonly string[];
  readonly nodes: readonly string[];
  readonly users: readonly string[];

  /**
   * Runs a program on a host as one of the users, or as root, to its end, whatever its exit code.
   * It starts in the user's home with HOME, USER, LOGNAME, SHELL, LANG and PATH as after a login,
   * and nothing else.
   */
  exec(host: string, user: string, argv: readonly string[], options?: RunInput): Promise<CommandResult>;

  /**
   * The same as an argv of the machine, for callers that start the process themselves. When it is
   * killed, the program is too.
   */
  command(host: string, user: string, argv: readonly string[]): Promise<string[]>;

  /**
   * Breaks something; see docs/testbed.md for each fault's name, and for what is taken when no host
   * is given.
   */
  fault(name: string, how?: Omit<Fault, "name">): Promise<Fault[]>;

  /** Undoes all faults. */
  heal(): Promise<void>;

  status(): Promise<Status>;

  /** Ends and removes everything. */
  down(): Promise<void>;
}

export interface Status {
  name: string;
  state: "up" | "broken" | "down";
  schedulers?: readonly string[];
  users?: string[];
  hosts?: { name: string; alive: boolean }[];
  faults?: Fault[];
}

/** Brings a testbed up, or takes the one that is up already; `isNew` tells which. */
export async function startTestbed({
  say = () => {},
  ...options
}: TestbedOptions = {}): Promise<Testbed & { isNew: boolean }> {
  const site = siteOf(options);
  return await withLock(pathsOf(site.name).lock, async () => {
    const isNew = !(await isUp(site.name));
    if (isNew) await bringUp(site, say);
    return { ...testbedOf(isNew ? site : await siteThatIsUp(site.name)), isNew };
  });
}

/**
 * The testbed that is up.
 * @throws HPCNB_NO_SESSION when none is.
 */
export async function openTestbed(name = "main"): Promise<Testbed> {
  return testbedOf(await siteThatIsUp(name));
}

async function siteThatIsUp(name: string): Promise<Site> {
  const state = (await isUp(name)) ? await readState(name) : undefined;
  if (state === undefined) {
    throw new HpcnbError("HPCNB_NO_SESSION", `the testbed ${name} is not up`, {
      hint: "`hpcnb-testbed up` starts it.",
    });
  }
  return state.site;
}

export async function stopTestbed(name = "main"): Promise<void> {
  await withLock(pathsOf(name).lock, async () => {
    await tearDown(name);
    await removeLock(name);
  });
}

export async function statusOf(name = "main"): Promise<Status> {
  const state = await readState(name);
  if (state === undefined) return { name, state: "down" };
  const { site, faults } = state;
  const hosts = await Promise.all(site.hosts.map(async (host) => ({ name: host, alive: await isAlive(site, host) })));
  return {
    name,
    state: (await isUp(name)) ? "up" : "broken",
    schedulers: site.schedulers,
    users: site.users.map((user) => user.name),
    hosts,
    faults,
  };
}

function testbedOf(site: Site): Testbed {
  const locked = <T>(work: () => Promise<T>) => withLock(pathsOf(site.name).lock, work);
  return {
    name: site.name,
    hosts: site.hosts,
    nodes: site.nodes,
    users: site.users.map((user) => user.name),
    exec: async (host, user, argv, options) => await attempt(await asUser(site, { host, user }, argv), options),
    command: (host, user, argv) => asUser(site, { host, user }, argv),
    fault: (name, how = {}) => locked(() => breakSite(site, { name, ...how })),
    heal: () => locked(() => healAll(site)),
    status: () => statusOf(site.name),
    down: () => stopTestbed(site.name),
  };
}

async function asUser(site: Site, { host, user }: { host: string; user: string }, argv: readonly string[]) {
  if (user !== "root" && !site.users.some(({ name }) => name === user)) {
    const names = site.users.map(({ name }) => name).join(", ");
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `there is no user ${user}: the users are ${names} and root`);
  }
  const environment = Object.entries(environmentOf(site, host, user)).map(([key, value]) => `${key}=${value}`);
  return [
    ...(await enter(site, host)),
    // Debian's group of a user has the user's name.
    ...["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--pdeathsig", "TERM"],
    ...["env", "-i", ...environment],
    // TERM is the caller's terminal.
    ...(process.env.TERM === undefined ? [] : [`TERM=${process.env.TERM}`]),
    ...["sh", "-c", 'cd && exec "$@"', "sh", ...argv],
  ];
}
