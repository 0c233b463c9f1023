import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isHpcnbError } from "@hpcnb/core";
import { createSshHost, type SshHost } from "@hpcnb/tunnel";
import { expect } from "chai";
import { describeAwaitedNews } from "../awaited-news.js";
import { expectFailure } from "../expect-failure.js";
import { describeInPlace } from "../in-place.js";
import { freePort, needSshServer, type Site, startSite, until } from "./site.js";

/** Runs a command at a terminal of its own. */
const pseudoTerminal = "/usr/bin/script";

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
    directory = await mkdtemp(join(tmpdir(), "hpcnb 'host' é\n"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  describe("run", () => {
    it("resolves for every exit code, with what was printed, to the last byte", async () => {
      const argv = ["sh", "-c", 'printf "out\\n\\n"; printf "err\\n" >&2; exit 3'];
      const expected = { argv, exitCode: 3, signal: undefined, stdout: "out\n\n", stderr: "err\n" };
      expect(await host.run(argv)).to.deep.equal(expected);
      expect(await hostAt("noisy").run(argv)).to.deep.equal(expected);
    });

    it("tells ssh's own exit code from a command's", async () => {
      expect(await host.run(["sh", "-c", "exit 255"])).to.include({ exitCode: 255 });
    });

    it("tells an end by a signal from an exit code", async () => {
      const result = await host.run(["sh", "-c", "kill -KILL $$"]);
      expect(result).to.include({ exitCode: null, signal: "SIGKILL" });
    });

    it("hands arguments over as they are, whatever a shell would make of them", async () => {
      const words = ["$HOME", "a b", "'\"", "*", "", "\n", "a\n\nb\n", "!!", "\\n", "%s", "é漢", "-n", "~", "#"];
      const result = await host.run(["printf", "<%s>", ...words]);
      expect(result.stdout).to.equal(words.map((word) => `<${word}>`).join(""));
    });

    it("feeds standard input, and gives an empty one when there is none", async () => {
      const long = "漢é\n".repeat(300_000);
      expect((await host.run(["cat"], { stdin: long })).stdout).to.equal(long);
      expect((await host.run(["cat"])).stdout).to.equal("");
    });

    it("does not mind a program that leaves its input unread", async () => {
      expect((await host.run(["true"], { stdin: "x".repeat(5_000_000) })).exitCode).to.equal(0);
    });

    it("runs in the directory it is told, and says when that is not there", async () => {
      expect((await host.run(["pwd"], { cwd: directory })).stdout).to.equal(`${directory}\n`);
      const cwd = join(directory, "missing");
      expect((await expectFailure(host.run(["true"], { cwd }), "HPCNB_COMMAND_FAILED")).message).to.include(cwd);
    });

    it("names a program that is not there, and where it was looked for", async () => {
      const error = await expectFailure(host.run(["hpcnb-no-such-program"]), "HPCNB_COMMAND_FAILED");
      expect(error.message)
        .to.include("hpcnb-no-such-program")
        .and.to.match(/PATH is \S*\/bin/);
      const path = join(directory, "text");
      expect((await expectFailure(host.run([path]), "HPCNB_COMMAND_FAILED")).message).to.include(path);
      await writeFile(path, "text");
      expect((await expectFailure(host.run([path]), "HPCNB_COMMAND_FAILED")).message).to.include(path);
    });

    it("ends a command that takes too long, with all that it started", async () => {
      const pids = join(directory, "pids");
      const script = 'sleep 60 & echo $! > "$1"; echo $$ >> "$1"; wait; sleep 60';
      const error = await expectFailure(host.run(["sh", "-c", script, "sh", pids], { timeout: 700 }), "HPCNB_TIMEOUT");
      expect(error.message).to.include("0.7 s").and.to.include("login");
      await allGone(pids);
    });

    it("ends a command when it is aborted, also one that will not end", async () => {
      const pids = join(directory, "pids");
      const controller = new AbortController();
      const script = "trap '' TERM; echo $$ > \"$1\"; while :; do sleep 0.2; done";
      const run = host.run(["sh", "-c", script, "sh", pids], { signal: controller.signal });
      await until(async () => (await readFile(pids, "utf8").catch(() => "")) !== "", "it runs");
      controller.abort();
      await expectFailure(run, "HPCNB_ABORTED");
      await allGone(pids);
    }).timeout(20_000);

    it("starts nothing when it was aborted before", async () => {
      const path = join(directory, "made");
      await expectFailure(host.run(["touch", path], { signal: AbortSignal.abort() }), "HPCNB_ABORTED");
      expect(await host.readFiles([path])).to.deep.equal([undefined]);
    });
  });

  describe("files", () => {
    it("are written for the user alone, with their directories, and read in the order asked", async () => {
      const a = join(directory, "x", "y", "a\n'b' $c");
      const b = join(directory, "b");
      const noisy = hostAt("noisy");
      await noisy.writeFiles([
        { path: a, text: "é漢\n" },
        { path: b, text: "", mode: 0o755 },
      ]);
      expect(await noisy.readFiles([b, join(directory, "none"), a])).to.deep.equal(["", undefined, "é漢\n"]);
      expect((await stat(a)).mode & 0o777).to.equal(0o600);
      expect((await stat(b)).mode & 0o777).to.equal(0o755);
      for (const path of ["x", "x/y"]) expect((await stat(join(directory, path))).mode & 0o777).to.equal(0o700);
    });

    it("come in large batches", async () => {
      const files = Array.from({ length: 300 }, (_, n) => ({
        path: join(directory, `f${n}`),
        text: `${n}é\n`.repeat(2_000),
      }));
      await host.writeFiles(files);
      expect(await host.readFiles(files.map(({ path }) => path))).to.deep.equal(files.map(({ text }) => text));
    });

    it("are replaced as a whole, so that an open one keeps its old text", async () => {
      const path = join(directory, "a");
      await host.writeFiles([{ path, text: "old" }]);
      const before = await stat(path);
      await host.writeFiles([{ path, text: "new" }]);
      expect((await stat(path)).ino).not.to.equal(before.ino);
      expect(await readdir(directory)).to.deep.equal(["a"]);
    });

    describeInPlace(() => ({ host, directory }));

    it("leave nothing behind when they cannot be written", async () => {
      const path = join(directory, "a");
      await mkdir(path);
      expect((await expectFailure(host.writeFiles([{ path, text: "x" }]), "HPCNB_COMMAND_FAILED")).message).to.include(
        path,
      );
      expect(await readdir(directory)).to.deep.equal(["a"]);
    });

    it("that exist but cannot be read are an error, not a missing file", async () => {
      const path = join(directory, "loop");
      await symlink(path, path);
      expect((await expectFailure(host.readFiles([path]), "HPCNB_COMMAND_FAILED")).message).to.include(path);
      await expectFailure(host.readFiles([directory]), "HPCNB_COMMAND_FAILED");
      await writeFile(join(directory, "a"), "");
      expect(await host.readFiles([join(directory, "a", "b")])).to.deep.equal([undefined]);
    });

    describeAwaitedNews(() => ({ host, directory }));
  });

  describe("lock", () => {
    it("is had by one at a time, and the other is told by whom", async () => {
      const path = join(directory, "state", "lock");
      const lock = await hostAt("noisy").lock(path);
      const error = await expectFailure(host.lock(path), "HPCNB_BUSY");
      expect(error.message).to.match(new RegExp(`pid ${process.pid} on \\S+ since \\d{4}-`));
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
      await lock.release();
      await lock.release();
      await (await host.lock(path)).release();
    });

    it("does not outlive a process that is killed", async () => {
      const path = join(directory, "lock");
      const holder = spawnHolder(path, "setInterval(() => {}, 1000)");
      await once(holder.stdout, "data");
      await expectFailure(host.lock(path), "HPCNB_BUSY");
      holder.kill("SIGKILL");
      await until(() => free(path), "the lock is free");
    });

    it("does not keep a process alive that has nothing else to do", async () => {
      const holder = spawnHolder(join(directory, "lock"), "");
      expect(await once(holder, "close")).to.deep.equal([0, null]);
    });

    it("says why when the file cannot be had", async () => {
      await writeFile(join(directory, "a"), "");
      const path = join(directory, "a", "lock");
      expect((await expectFailure(host.lock(path), "HPCNB_COMMAND_FAILED")).message).to.include(path);
    });

    it("is not taken for a caller who went away", async () => {
      const path = join(directory, "lock");
      await expectFailure(host.lock(path, AbortSignal.timeout(5)), "HPCNB_ABORTED");
      await until(() => free(path), "the lock is free");
    });
  });

  describe("connection", () => {
    afterEach(() => site.mend("login"));

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

    it("is opened anew when it was lost, and the loss is told", async () => {
      const running = host.run(["sleep", "30"]);
      running.catch(() => {});
      await host.run(["true"]);
      await site.cut("login");
      const lost = await expectFailure(running, "HPCNB_SSH");
      expect(lost.message).to.include("sleep");
      expect(lost.transient).to.equal(true);
      const refused = await expectFailure(host.run(["true"]), "HPCNB_SSH");
      expect(refused.message).to.include(`127.0.0.1 refuses connections to port ${site.ports.login}`);
      await site.mend("login");
      expect(await host.run(["true"])).to.include({ exitCode: 0 });
    });

    it("loses its lock when it is lost, and says so", async () => {
      const path = join(directory, "lock");
      const lock = await host.lock(path);
      await site.cut("login");
      await expectFailure(lock.release(), "HPCNB_COMMAND_FAILED");
      await site.mend("login");
      await until(() => free(path), "the lock is free");
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

    it("is the user's own when he has one open", async () => {
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

    it("does not stumble over what the user's configuration has for his own logins", async () => {
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
      const program = `import { createSshHost } from "@hpcnb/tunnel";
        const host = createSshHost({ alias: "new-here", interactive: true, ...${JSON.stringify(options)} });
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

  async function free(path: string): Promise<boolean> {
    try {
      await (await host.lock(path)).release();
      return true;
    } catch (error) {
      if (isHpcnbError(error, "HPCNB_BUSY")) return false;
      throw error;
    }
  }

  function spawnHolder(path: string, afterwards: string) {
    const options = {
      alias: "login",
      interactive: false,
      configFile: site.configFile,
      controlDirectory: site.controlDirectory,
    };
    const program = `
      import { createSshHost } from "@hpcnb/tunnel";
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

  async function allGone(file: string): Promise<void> {
    const pids = (await readFile(file, "utf8")).trim().split("\n");
    expect(pids).not.to.deep.equal([""]);
    await until(async () => {
      const { stdout } = await host.run(["ps", "-o", "stat=", "-p", pids.join(",")]);
      return stdout.split("\n").every((state) => state === "" || state.startsWith("Z"));
    }, "the processes are gone");
  }
});
