import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { Context } from "mocha";
import { until } from "../../../../test/support/until.js";

/**
 * A submit node and a compute node on this machine: two private ssh servers with keys and
 * configuration of their own.
 */
export interface Site {
  readonly folder: string;
  /**
   * For ssh's -F: knows the hosts "login", "node1" and "noisy", which is login with a chatty login
   * file.
   */
  readonly configFile: string;
  readonly knownHosts: string;
  /** What the submit node's own ssh is told. */
  readonly loginConfigFile: string;
  readonly controlDirectory: string;
  readonly ports: { readonly login: number; readonly node1: number };
  /** How many times somebody was let in. */
  logins(server: "login" | "node1"): number;
  /** Adds to the client's configuration, before everything else. */
  configure(text: string): void;
  /** Ends the connections that are open, as a cut network would, and takes no more until `mend`. */
  cut(server: "login" | "node1"): Promise<void>;
  /** Those that run are left alone. */
  repair(...servers: ("login" | "node1")[]): Promise<void>;
  stop(): Promise<void>;
}

const sshd = "/usr/sbin/sshd";

/** Skips the suite, and says why, where there is no ssh server to try things with. */
export function needSshServer(this: Context): void {
  if (!existsSync(sshd)) {
    console.log(`      (no ${sshd}: install openssh-server to run these tests)`);
    this.skip();
  }
}

/** @param more lines for the submit node's ssh server. */
export async function startSite(more = ""): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), "hpcnb-ssh-"));
  const path = (name: string) => join(folder, name);
  const { username, uid } = userInfo();
  if (uid === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  for (const name of ["user", "host", "other"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path(name)]);
  writeFileSync(path("authorized_keys"), readFileSync(path("user.pub")), { mode: 0o600 });
  mkdirSync(path("control"), { mode: 0o700 });
  const ports = { login: await freePort(), node1: await freePort() };
  const clientConfig = (loginName: string) => `
Host ${loginName} noisy
  Port ${ports.login}
Host node1
  Port ${ports.node1}
Host noisy
  SetEnv NOISY=yes
Host *
  HostName 127.0.0.1
  User ${username}
  IdentityFile ${path("user")}
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${path("known_hosts")}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
`;
  writeFileSync(path("config"), clientConfig("login"));
  writeFileSync(path("login-config"), clientConfig("login").replaceAll("known_hosts", "login_known_hosts"));
  const hostKey = readFileSync(path("host.pub"), "utf8").split(" ").slice(0, 2).join(" ");
  const known = Object.values(ports).map((port) => `[127.0.0.1]:${port} ${hostKey}\n`);
  for (const name of ["known_hosts", "login_known_hosts"]) writeFileSync(path(name), known.join(""));
  // The submit node's own ssh, with the site's configuration.
  mkdirSync(path("bin"));
  writeFileSync(path("bin/ssh"), `#!/bin/sh\nexec ${which("ssh")} -F ${path("login-config")} "$@"\n`, { mode: 0o755 });
  writeFileSync(
    path("login-file"),
    `[ -z "$NOISY" ] || { echo 'Welcome! Quota: 10%'; echo 'Maintenance on Monday' >&2; }\n[ -z "$STARTUP" ] || eval "$STARTUP"\neval "$SSH_ORIGINAL_COMMAND"\n`,
  );
  writeFileSync(path("banner"), "*** Authorised users only ***\n");

  const servers: { login?: ChildProcess; node1?: ChildProcess } = {};
  const start = async (server: "login" | "node1") => {
    writeFileSync(
      path(`sshd-${server}`),
      `
ListenAddress 127.0.0.1:${ports[server]}
HostKey ${path("host")}
AuthorizedKeysFile ${path("authorized_keys")}
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
LogLevel INFO
MaxStartups 100
AcceptEnv NOISY STARTUP
Banner ${path("banner")}
${server === "login" ? `SetEnv PATH=${path("bin")}:${process.env.PATH}\nForceCommand . ${path("login-file")}\n${more}` : ""}
`,
    );
    // A process group of its own, so that a cut takes the servers of open connections as well.
    const child = spawn(sshd, ["-D", "-f", path(`sshd-${server}`), "-E", path(`log-${server}`)], {
      stdio: "ignore",
      detached: true,
    });
    servers[server] = child;
    await until(() => accepts(ports[server]), `sshd on port ${ports[server]}`);
  };
  const running = (server: "login" | "node1") => {
    const child = servers[server];
    return child?.exitCode === null && child.signalCode === null ? child : undefined;
  };
  const end = async (server: "login" | "node1") => {
    const child = running(server);
    if (!child?.pid) return;
    const closed = once(child, "exit");
    for (const pid of [...descendants(child.pid), child.pid]) kill(pid);
    await closed;
  };
  await Promise.all([start("login"), start("node1")]);

  return {
    folder,
    configFile: path("config"),
    loginConfigFile: path("login-config"),
    knownHosts: path("known_hosts"),
    controlDirectory: path("control"),
    ports,
    logins: (server) =>
      existsSync(path(`log-${server}`))
        ? readFileSync(path(`log-${server}`), "utf8").split("Accepted publickey").length - 1
        : 0,
    configure: (text) => writeFileSync(path("config"), text + readFileSync(path("config"), "utf8")),
    cut: end,
    repair: async (...names) => {
      for (const server of names) if (!running(server)) await start(server);
    },
    stop: async () => {
      for (const socket of readdirSync(path("control"))) {
        try {
          execFileSync("ssh", ["-F", "/dev/null", "-S", path(`control/${socket}`), "-O", "exit", "shared"], {
            stdio: "ignore",
          });
        } catch {
          // It had ended.
        }
      }
      await end("login");
      await end("node1");
      rmSync(folder, { recursive: true });
    },
  };
}

/**
 * OpenSSH's processes have sessions and groups of their own, so only their parents tell whose they
 * are.
 */
function descendants(pid: number): number[] {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,comm="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  const below = (parent: number): number[] =>
    rows
      .filter(([, ppid, name]) => Number(ppid) === parent && name?.startsWith("sshd"))
      .flatMap(([child]) => [Number(child), ...below(Number(child))]);
  return below(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function which(program: string): string {
  return execFileSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim();
}

/**
 * A port at which nobody answers, and nobody refuses either, as behind a firewall: its queue is
 * full already.
 */
export async function startSilentPort(): Promise<{ port: number; stop(): void }> {
  const program = `
import socket, sys
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(0)
waiting = [socket.socket() for _ in range(4)]
for each in waiting:
    each.setblocking(False)
    each.connect_ex(listener.getsockname())
print(listener.getsockname()[1], flush=True)
sys.stdin.read()
`;
  const child = spawn("python3", ["-c", program], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  return { port: Number(line), stop: () => child.kill() };
}

export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    }),
  );
}

export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
