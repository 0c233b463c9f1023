import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectFailure, hostConformance, isLockFree } from "@hpcnb/core/testing";
import { createSshHost, type SshHost } from "@hpcnb/host";
import { expect } from "chai";
import { until } from "../../../../test/support/until.js";
import { listens } from "../../src/ssh/control-socket.js";
import { freePort, needSshServer, type Site, startSite } from "./site.js";

/** Runs a command at a terminal of its own. */
const pseudoTerminal = "/usr/bin/script";

const makeDirectory = () => mkdtemp(join(tmpdir(), "hpcnb 'host' é\n"));

describe("createSshHost", () => {
  let site: Site;
  let host: SshHost;
  let directory: string;

  const hostAt = (alias: string, options: { controlDirectory?: string; notify?: (text: string) => void } = {}) =>
    createSshHost({
      alias,
      interactive: false,
      configFile: site.configFile,
      controlDirectory: site.controlDirectory,
      ...options,
    });

  before(needSshServer);
  before(async () => {
    site = await startSite();
    host = hostAt("login");
  });
  after(() => site?.stop());
  beforeEach(async () => {
    directory = await makeDirectory();
  });
  afterEach(() => rm(directory, { recursive: true }));

  hostConformance(
    { describe, it },
    {
      name: "createSshHost",
      create: async () => {
        const folder = await makeDirectory();
        const dispose = () => rm(folder, { recursive: true });
        // The other one is a host that greets at every login.
        return { host, other: hostAt("noisy"), named: "login", directory: folder, holder: spawnHolder, dispose };
      },
    },
  );

  it("reads and writes files in large batches", async () => {
    const files = Array.from({ length: 300 }, (_, n) => ({
      path: join(directory, `f${n}`),
      text: `${n}é\n`.repeat(2_000),
    }));
    await host.writeFiles(files);
    expect(await host.readFiles(files.map(({ path }) => path))).to.deep.equal(files.map(({ text }) => text));
  });

  it("takes no lock for a caller who went away", async () => {
    const path = join(directory, "lock");
    await expectFailure(host.lock(path, AbortSignal.timeout(5)), "HPCNB_ABORTED");
    await until(() => isLockFree(host, path), "the lock is free");
  });

  describe("connection", () => {
    afterEach(() => site.repair("login"));

    it("is one for all commands, files and locks, of all hosts with the same alias", async () => {
      await host.run(["true"]);
      const before = site.logins("login");
      const lock = await host.lock(join(directory, "lock"));
      await Promise.all([host.run(["true"]), host.readFiles(["/etc/passwd"]), hostAt("login").run(["true"])]);
      await lock.release();
      expect(site.logins("login") - before).to.equal(0);
    });

    it("is opened once by many who ask at once", async () => {
      const controlDirectory = join(site.folder, "control", "..", "c2");
      await mkdir(controlDirectory, { mode: 0o700 });
      const before = site.logins("login");
      const fresh = hostAt("login", { controlDirectory });
      await Promise.all(Array.from({ length: 4 }, () => fresh.run(["true"])));
      expect(site.logins("login") - before).to.equal(1);
      await exitMaster(controlDirectory);
    });

    it("is opened again when it was lost, and the loss is told", async () => {
      const running = host.run(["sleep", "30"]);
      running.catch(() => {});
      await host.run(["true"]);
      await site.cut("login");
      const lost = await expectFailure(running, "HPCNB_SSH");
      expect(lost.message).to.include("sleep");
      expect(lost.transient).to.equal(true);
      const refused = await expectFailure(host.run(["true"]), "HPCNB_SSH");
      expect(refused.message).to.include(`127.0.0.1 refuses connections to port ${site.ports.login}`);
      await site.repair("login");
      expect(await host.run(["true"])).to.include({ exitCode: 0 });
    });

    it("loses its lock when it is lost, and says so", async () => {
      const path = join(directory, "lock");
      const lock = await host.lock(path);
      await site.cut("login");
      await expectFailure(lock.release(), "HPCNB_COMMAND_FAILED");
      await site.repair("login");
      await until(() => isLockFree(host, path), "the lock is free");
    });

    it("is not shared where no socket can be, which is said once", async () => {
      const notes: string[] = [];
      const controlDirectory = join(directory, "x".repeat(100));
      const alone = hostAt("login", { controlDirectory, notify: (text) => notes.push(text) });
      const before = site.logins("login");
      for (const word of ["a", "b"]) expect((await alone.run(["echo", word])).stdout).to.equal(`${word}\n`);
      expect(site.logins("login") - before).to.equal(2);
      expect(notes).to.have.length(1);
      expect(notes[0]).to.include("login");
    });

    it("is not shared where sockets cannot be made, and works", async () => {
      const notes: string[] = [];
      const alone = hostAt("login", {
        controlDirectory: join(site.folder, "missing"),
        notify: (text) => notes.push(text),
      });
      expect((await alone.run(["echo", "a"])).stdout).to.equal("a\n");
      expect(notes).to.have.length(1);
    });

    it("is the user's own where one is open", async () => {
      const mine = join(site.folder, "control", "mine");
      site.configure(`Host shared-login\n  Port ${site.ports.login}\n  ControlPath ${mine}\n`);
      const master = spawn("ssh", ["-F", site.configFile, "-N", "-M", "shared-login"], { stdio: "ignore" });
      await until(async () => (await readdir(site.controlDirectory)).includes("mine"), "the user's connection is open");
      const before = site.logins("login");
      expect((await hostAt("shared-login").run(["echo", "a"])).stdout).to.equal("a\n");
      expect(site.logins("login") - before).to.equal(0);
      master.kill();
      await once(master, "exit");
    });

    it("is opened with a key that only the user's agent has", async () => {
      const socket = join(site.folder, "agent");
      const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
      const { SSH_AUTH_SOCK } = process.env;
      const key = join(site.folder, "user");
      site.configure(`Host by-agent\n  Port ${site.ports.login}\n  IdentityAgent SSH_AUTH_SOCK\n`);
      try {
        process.env.SSH_AUTH_SOCK = socket;
        await until(() => listens(socket), "the agent is there");
        execFileSync("ssh-add", ["-q", key]);
        await rename(key, `${key}.away`);
        const before = site.logins("login");
        expect((await hostAt("by-agent").run(["echo", "a"])).stdout).to.equal("a\n");
        expect(site.logins("login") - before).to.equal(1);
      } finally {
        if (SSH_AUTH_SOCK === undefined) delete process.env.SSH_AUTH_SOCK;
        else process.env.SSH_AUTH_SOCK = SSH_AUTH_SOCK;
        await rename(`${key}.away`, key).catch(() => {});
        agent.kill();
      }
    });

    it("does not stumble over what the user's configuration has for other logins", async () => {
      site.configure(
        `Host busy-login\n  Port ${site.ports.login}\n  LocalForward ${site.ports.login} 127.0.0.1:1\n  ExitOnForwardFailure yes\n  RemoteCommand date\n  RequestTTY yes\n`,
      );
      expect((await hostAt("busy-login").run(["echo", "a"])).stdout).to.equal("a\n");
    });
  });

  describe("at a terminal", () => {
    before(function () {
      if (!existsSync(pseudoTerminal)) this.skip();
    });

    it("lets ssh ask once, also when many commands follow, and shows what a login prints", async () => {
      const known = join(site.folder, "asked_known_hosts");
      site.configure(`
Host new-here
  Port ${site.ports.login}
  UserKnownHostsFile ${known}
  StrictHostKeyChecking ask
`);
      const options = { configFile: site.configFile, controlDirectory: site.controlDirectory };
      const program = `import { createSshHost } from "@hpcnb/host";
        const host = createSshHost({ alias: "new-here", interactive: true, hear: (words) => process.stderr.write(words), ...${JSON.stringify(options)} });
        const said = await Promise.all(["a", "b"].map((word) => host.run(["echo", word])));
        console.log("answers: " + said.map(({ stdout }) => stdout.trim()).join(" "));`;
      const command = [process.execPath, ...process.execArgv, "--input-type=module", "-e", program];
      const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
      const terminal = spawn(pseudoTerminal, ["-qec", quoted, "/dev/null"], { cwd: new URL("../..", import.meta.url) });
      let shown = "";
      for (const stream of [terminal.stdout, terminal.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          shown += text;
          if (text.includes("continue connecting")) terminal.stdin.write("yes\n");
        });
      }
      await once(terminal, "close");
      expect(shown).to.include("answers: a b");
      expect(shown.split("continue connecting")).to.have.length(2);
      expect(shown).to.include("Authorised users only");
    });
  });

  describe("failures", () => {
    it("names the host on the way that failed", async () => {
      const closed = await freePort();
      site.configure(`
Host behind-a-wall
  Port ${closed}
  ProxyJump login
Host behind-nobody
  Port ${site.ports.login}
  ProxyJump nobody
Host nobody
  Port ${closed}
`);
      const wall = await expectFailure(hostAt("behind-a-wall").run(["true"]), "HPCNB_SSH");
      expect(wall.message).to.match(
        /^The host before it on the way cannot reach behind-a-wall \(127.0.0.1\): Connection refused/,
      );
      const nobody = await expectFailure(hostAt("behind-nobody").run(["true"]), "HPCNB_SSH");
      expect(nobody.message).to.match(new RegExp(`^127.0.0.1 refuses connections to port ${closed}`));
    });

    it("asks nothing where no terminal is, not even by another program, and says so", async () => {
      const known = join(site.folder, "never_seen_hosts");
      const askpass = join(site.folder, "askpass");
      await writeFile(askpass, `#!/bin/sh\necho "$1" >> ${site.folder}/asked\necho yes\n`, { mode: 0o755 });
      site.configure(`
Host never-seen
  Port ${site.ports.login}
  UserKnownHostsFile ${known}
  StrictHostKeyChecking ask
`);
      const saved = { ...process.env };
      Object.assign(process.env, { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force", DISPLAY: ":99" });
      try {
        const error = await expectFailure(hostAt("never-seen").run(["true"]), "HPCNB_SSH");
        expect(error.message).to.match(/host key of never-seen .* is not known yet/);
        expect(error.hint).to.include("Run `ssh never-seen` once in a terminal");
        expect(existsSync(join(site.folder, "asked"))).to.equal(false);
      } finally {
        for (const name of ["SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "DISPLAY"]) {
          if (saved[name] === undefined) delete process.env[name];
          else process.env[name] = saved[name];
        }
      }
    });

    it("refuses an alias that ssh would take for an option", () => {
      for (const alias of ["-oProxyCommand=x", "", "a b"])
        expect(() => hostAt(alias))
          .to.throw(/cannot be the name/)
          .with.property("code", "HPCNB_BAD_ARGUMENTS");
    });

    it("names a host that is not known, a key that is not accepted, and a host key that is not known or has changed", async () => {
      const other = (await readFile(join(site.folder, "other.pub"), "utf8")).split(" ").slice(0, 2).join(" ");
      const changed = join(site.folder, "changed");
      await writeFile(changed, `[127.0.0.1]:${site.ports.login} ${other}\n`);
      const wrongKey = join(site.folder, "other");
      await chmod(wrongKey, 0o600);
      site.configure(`
Host nowhere
  HostName nowhere.invalid
Host stranger
  Port ${site.ports.login}
  IdentityFile ${wrongKey}
  IdentityFile none
Host unknown-key
  Port ${site.ports.login}
  UserKnownHostsFile /dev/null
Host changed-key
  Port ${site.ports.login}
  UserKnownHostsFile ${changed}
`);
      const messages: Record<string, RegExp> = {
        nowhere: /no host nowhere\.invalid that could be found/,
        "unknown-key": /host key of unknown-key .* is not known yet/,
        "changed-key": /host key of changed-key .* is not the one/,
      };
      for (const [alias, message] of Object.entries(messages)) {
        const error = await expectFailure(hostAt(alias).run(["true"]), "HPCNB_SSH");
        expect(error.message).to.match(message);
        expect(error.message).to.include("ssh said:");
        expect(error.hint).to.be.a("string");
      }
    });
  });

  function spawnHolder(path: string, afterwards: string) {
    const options = {
      alias: "login",
      interactive: false,
      configFile: site.configFile,
      controlDirectory: site.controlDirectory,
    };
    const program = `
      import { createSshHost } from "@hpcnb/host";
      await createSshHost(${JSON.stringify(options)}).lock(${JSON.stringify(path)});
      console.log("held");
      ${afterwards}`;
    return spawn(process.execPath, [...process.execArgv, "--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
      cwd: new URL("../..", import.meta.url),
    });
  }

  async function exitMaster(controlDirectory: string): Promise<void> {
    for (const socket of await readdir(controlDirectory)) {
      const asking = spawn("ssh", ["-F", "/dev/null", "-S", join(controlDirectory, socket), "-O", "exit", "x"], {
        stdio: "ignore",
      });
      await once(asking, "exit");
    }
  }
});
