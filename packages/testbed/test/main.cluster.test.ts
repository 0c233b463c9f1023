import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { execa } from "execa";
import { nameHere, unsupportedReason } from "../src/index.js";

const program = fileURLToPath(new URL("../bin/hpcnb-testbed.js", import.meta.url));
const name = nameHere("cmd");

/**
 * The built program, as somebody at a terminal runs it; one testbed for all of its commands, in
 * their order.
 */
describe("hpcnb-testbed", () => {
  before(async function () {
    this.timeout(1_200_000);
    if ((await unsupportedReason()) !== undefined) this.skip();
    await testbed("down");
    expect(traces()).to.deep.equal(nothing);
    const { exitCode, stdout, stderr } = await testbed("up", "--nodes", "1", "--user", "carol", "--user", "dave");
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.equal("");
    expect(stderr).to.match(/^up in \d+\.\d s: laptop, login, node1; users carol, dave$/m);
  });

  after(() => testbed("down"));

  it("up does nothing when it is up", async () => {
    const { exitCode, stderr } = await testbed("up");
    expect({ exitCode, stderr }).to.deep.equal({
      exitCode: 0,
      stderr: `the testbed ${name} is up already: laptop, login, node1`,
    });
  });

  it("exec hands on standard input, output, error and the exit code, also a signal's", async () => {
    const script = "cat; echo $USER on $(hostname) in $PWD >&2; exit 7";
    const exec = await run(["exec", "--as", "carol", "node1", "--", "sh", "-c", script], "a\nb");
    const { exitCode, stdout, stderr } = exec;
    expect({ exitCode, stdout, stderr }).to.deep.equal({
      exitCode: 7,
      stdout: "a\nb",
      stderr: "carol on node1 in /home/carol",
    });
    expect((await testbed("exec", "--as", "dave", "laptop", "--", "sh", "-c", "kill -KILL $$")).exitCode).to.equal(137);
  });

  it("exec leaves a command's own options to it", async () => {
    const words = ["exec", "--as", "root", "login", "--", "echo", "--name", "other", "--as", "-n", "--", "7", "007"];
    expect((await testbed(...words)).stdout).to.equal("--name other --as -n -- 7 007");
  });

  it("status tells the hosts, fault breaks one and heal repairs it", async () => {
    const hosts = ["laptop", "login", "node1"].map((host) => ({ name: host, alive: true }));
    const up = { name, state: "up", schedulers: ["sge"], users: ["carol", "dave"], hosts };
    expect(await status()).to.deep.equal({ ...up, faults: [] });
    expect((await testbed("fault", "cut", "login")).stderr).to.equal("broken: cut on login");
    expect((await testbed("fault", "cut", "login")).stderr).to.equal("cut was so already");
    expect((await status()).faults.map((fault: { name: string }) => fault.name)).to.deep.equal(["cut"]);
    const lines = [
      `testbed ${name}: up`,
      "laptop  up",
      "login  up",
      "node1  up",
      "users: carol, dave",
      "fault: cut on login",
    ];
    expect((await testbed("status")).stdout.split("\n")).to.deep.equal(lines);
    expect((await testbed("heal")).stderr).to.equal("all faults are undone");
    expect(await status()).to.deep.equal({ ...up, faults: [] });
  });

  const bad: [words: string[], says: string][] = [
    [[], "Which command?"],
    [["explode"], "Unknown argument: explode"],
    [["up", "--frobnicate"], "Unknown argument: frobnicate"],
    [["up", "--nodes", "0"], "the number of nodes must be between 1 and 50, but was 0"],
    [["up", "--nodes", "three"], "the number of nodes must be between 1 and 50, but was NaN"],
    [["up", "--user", "Carol"], '"Carol" is no name for a user'],
    [["up", "--scheduler", "abacus"], "scheduler"],
    [["up", "--checkout", "/nowhere"], "there is no directory /nowhere"],
    [["exec", "login"], "Missing required argument: as"],
    [["exec", "--as", "mallory", "login", "--", "true"], "there is no user mallory"],
    [["exec", "--as", "carol", "node9", "--", "true"], "there is no host node9"],
    [["fault", "earthquake"], "there is no fault earthquake"],
    [["fault", "dead-node", "laptop"], "dead-node is not possible on laptop, only on node1"],
    [["fault", "full-disk", "--directory", "/etc"], "only a directory below /home can be full"],
  ];
  for (const [words, says] of bad) {
    it(`says what is wrong with "${words.join(" ")}" and exits with 2`, async () => {
      const { exitCode, stderr } = await testbed(...words);
      expect(stderr).to.contain(says).and.contain("(HPCNB_BAD_ARGUMENTS)");
      expect(exitCode).to.equal(2);
    });
  }

  it("says in a sentence that it needs root, and exits with 3", async () => {
    // Not root, but able to read the clone wherever it lies.
    const nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
    const reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];
    for (const command of ["up", "status", "down"]) {
      const argv = [...nobody, ...reading, process.execPath, program, command];
      const { exitCode, stderr } = await execa("setpriv", argv, { reject: false });
      expect(stderr).to.match(
        /^error: the testbed makes .* which only root may: run it as root\n\(HPCNB_UNSUPPORTED\)$/,
      );
      expect(exitCode).to.equal(3);
    }
  });

  it("says in a sentence that it needs Linux, and exits with 3", async () => {
    const elsewhere = 'data:text/javascript,Object.defineProperty(process, "platform", { value: "darwin" })';
    const { exitCode, stderr } = await execa(process.execPath, ["--import", elsewhere, program, "up"], {
      reject: false,
    });
    expect(stderr).to.equal("error: the testbed needs Linux, and this is darwin\n(HPCNB_UNSUPPORTED)");
    expect(exitCode).to.equal(3);
  });

  it("down leaves nothing on the machine, also of faults and of what users have left running", async () => {
    await testbed("exec", "--as", "carol", "node1", "--", "sh", "-c", "sleep 4711 > /dev/null 2>&1 &");
    await testbed("fault", "slow-network");
    await testbed("fault", "storage-lag");
    const networks = networksOfHosts();
    const during = traces(networks);
    expect(during.processes.join("\n")).to.include("sleep 4711").and.include("sge_execd").and.include("delay.py");
    for (const [what, found] of Object.entries(during)) {
      if (!["accounts", "mounts"].includes(what)) expect(found, what).not.to.deep.equal([]);
    }
    const { exitCode, stderr } = await testbed("down");
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: `the testbed ${name} is gone` });
    expect(traces(networks)).to.deep.equal(nothing);
    expect((await testbed("down")).stderr).to.equal(`there was no testbed ${name}`);
    expect(traces(networks)).to.deep.equal(nothing);
    expect(await status()).to.deep.equal({ name, state: "down" });
  });
});

async function run(words: string[], input = "") {
  return await execa(process.execPath, [program, ...words.slice(0, 1), "--name", name, ...words.slice(1)], {
    input,
    reject: false,
  });
}

const testbed = (...words: string[]) => run(words);

async function status() {
  return JSON.parse((await testbed("status", "--json")).stdout);
}

interface Traces {
  processes: string[];
  mounts: string[];
  networks: string[];
  run: string[];
  state: string[];
  accounts: string[];
}

const nothing: Traces = { processes: [], mounts: [], networks: [], run: [], state: [], accounts: [] };

/**
 * What the machine has of this testbed, seen without the product's own eyes. Other testbeds and
 * programs do not matter: a process is of this one when it lives in one of its networks, which a
 * process is in as long as it lives, or names one of its files.
 */
function traces(networks: ReadonlySet<string> = new Set()): Traces {
  const list = (directory: string) => (existsSync(directory) ? readdirSync(directory).sort() : []);
  const lines = (file: string) => readFileSync(file, "utf8").split("\n");
  const isOurs = (text: string) => text.includes(`/hpcnb-testbed/${name}/`) || text.includes(`hpcnb-${name}-`);
  return {
    processes: list("/proc")
      .filter((pid) => /^\d+$/.test(pid))
      .map((pid) => ({ words: words(pid), network: networkOf(`/proc/${pid}/ns/net`) }))
      .filter((process) => isOurs(process.words) || networks.has(process.network))
      .map((process) => process.words),
    mounts: lines("/proc/self/mountinfo")
      .map((line) => line.split(" ")[4] ?? "")
      .filter((place) => isOurs(`${place}/`)),
    networks: list("/run/netns").filter(isOurs),
    run: list("/run/hpcnb-testbed").filter((entry) => [name, `${name}.lock`].includes(entry)),
    state: list("/var/lib/hpcnb-testbed").filter((entry) => entry === name),
    accounts: ["passwd", "group", "shadow"]
      .flatMap((file) => lines(`/etc/${file}`))
      .filter((line) => /^(carol|dave):/.test(line)),
  };
}

/** The networks of the testbed's hosts, each by the number that the kernel has for it. */
function networksOfHosts(): Set<string> {
  const namespaces = readdirSync("/run/netns").filter((entry) => entry.startsWith(`hpcnb-${name}-`));
  return new Set(namespaces.map((entry) => `net:[${statSync(`/run/netns/${entry}`).ino}]`));
}

function networkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // it has ended while it was looked at
  }
}

function words(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return ""; // it has ended while it was looked at
  }
}
