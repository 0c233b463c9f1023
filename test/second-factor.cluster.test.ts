import { createHmac, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { expect } from "chai";
import { type Cluster, startCluster, until } from "./support/cluster.js";
import { filesWith } from "./support/search-files.js";
import { type AtTerminal, atTerminal } from "./support/terminal.js";

const codeModule = "/usr/lib/x86_64-linux-gnu/security/pam_oath.so";
const file = "guarded/session.yaml";
const sessionFile = `name: rnaseq
scheduler: sge
host: guarded
notebook: { directory: ~/rnaseq, environment: { venv: /home/shared/venv } }
cluster: { engines: 1 }
`;

/**
 * A submit node that lets in by a password and a code of a device, each code once, and by nothing
 * else.
 */
describe("a submit node with a second factor", function () {
  this.timeout(180_000);
  let cluster: Cluster;
  let url: string;
  let typed: readonly string[] = [];
  const password = `correct ${randomBytes(6).toString("hex")}`;
  const secret = randomBytes(20);
  let logins = 0;

  const hpcnb = (...args: string[]) => cluster.run("laptop", ["hpcnb", ...args]);
  const log = () => cluster.asRoot("cat", `${place}/sshd.log`);
  const loginsSeen = async () => (await log()).match(/Accepted keyboard-interactive/g)?.length ?? 0;
  const answer = (address: string) =>
    cluster.ok("laptop", ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", address]);

  /** At a terminal, where password and code are typed when they are asked for. */
  const atDesk = async (command: string): Promise<AtTerminal> => {
    const code = oneTimeCode(secret, logins);
    typed = [...typed, code];
    logins += 1;
    const end = await atTerminal(cluster.testbed, command, { "Password: ": password, "One-time password": code });
    expect(end.exitCode, end.screen).to.equal(0);
    // A code is good once: asked for it twice, nobody could answer.
    expect(end.asked, end.screen).to.deep.equal(["Password: ", "One-time password"]);
    expect(await loginsSeen()).to.equal(logins);
    return end;
  };

  before(async function () {
    if (!existsSync(codeModule)) this.skip(); // needs Debian's libpam-oath
    cluster = await startCluster(this, "factor");
    await startGuardedServer(cluster, { password, secret });
    await cluster.write("laptop", ".ssh/config", sshConfig);
    const known = 'sed -n "s/^login,[^ ]*/[login]:2222/p" .ssh/known_hosts >.ssh/guarded && chmod 600 .ssh/config';
    await cluster.ok("laptop", ["sh", "-c", `${known} && cat .ssh/guarded >>.ssh/known_hosts`]);
    await cluster.write("laptop", file, sessionFile);
  });

  after(() => cluster?.testbed.down());

  it("lets nobody in who cannot be asked, and says that a terminal is needed", async () => {
    const { exitCode, stderr } = await hpcnb("up", file);
    expect(exitCode, stderr).to.equal(1);
    expect(stderr).to.include("alice@login is not let in (guarded (login)). Accepted there: keyboard-interactive.");
    expect(stderr).to.include("A password or code is asked for at a terminal only: run the same command in one");
    expect(stderr).to.include("(HPCNB_SSH)");
    expect(await cluster.jobs()).to.equal("");
    expect(await loginsSeen()).to.equal(0);
  });

  it("asks at the terminal once for each, and the session comes up with all its engines", async () => {
    const { screen } = await atDesk(`hpcnb up ${file}`);
    expect(screen).to.include("1 of 1 registered");
    [url = ""] = /http:\/\/127\.0\.0\.1:\d+\/lab\?token=[0-9a-f]{48}/.exec(screen) ?? [];
    expect(await answer(url)).to.equal("200");
    expect(await cluster.print(url, 'import ipyparallel\nprint(ipyparallel.Client(profile="rnaseq").ids)')).to.equal(
      "[0]",
    );
  });

  it("asks no more while the connection is shared, with no terminal at all", async () => {
    const status = await hpcnb("status", file, "--json");
    expect(JSON.parse(status.stdout), status.stderr).to.include({ phase: "up", tunnel: "jump" });
    const logs = await hpcnb("logs", file, "controller");
    expect(logs.exitCode, logs.stderr).to.equal(0);
    expect(logs.stdout).not.to.equal("");
    const scale = await hpcnb("scale", file, "2");
    expect(scale.exitCode, scale.stderr).to.equal(0);
    expect(scale.stderr).to.include("1 before, 2 now");
    const again = await hpcnb("up", file);
    expect(again.exitCode, again.stderr).to.equal(0);
    expect(again.stdout.trim()).to.equal(url);
    expect(await loginsSeen()).to.equal(1);
  });

  it("is told to want a terminal once the connection is gone, and nothing is changed", async () => {
    const before = await cluster.jobIds();
    expect(before).to.have.length(4);
    await cluster.ok("laptop", ["sh", "-c", endSharedConnections]);
    const { exitCode, stdout, stderr } = await hpcnb("status", file);
    expect(exitCode, stderr).to.equal(1);
    expect(stdout).to.match(/^rnaseq +unknown: guarded cannot be asked$/m);
    expect(stderr).to.include("A password or code is asked for at a terminal only: run the same command in one");
    expect(await cluster.jobIds()).to.deep.equal(before);
    expect(await loginsSeen()).to.equal(1);
    // The tunnel cannot be opened again by itself, and does not knock without end.
    const failures = async () => (await log()).match(/Connection (closed|reset) by/g)?.length ?? 0;
    const page = () => cluster.run("laptop", ["curl", "--silent", url]);
    await until("the keeper's giving up", page, { fact: ({ stdout }) => stdout.includes("The tunnel was given up.") });
    expect(await failures()).to.be.lessThan(20);
  });

  it("asks again once for each to connect, after which the session is the same", async () => {
    const { screen } = await atDesk(`hpcnb connect ${file}`);
    expect(screen).to.include(url);
    expect(await answer(url)).to.equal("200");
    const status = await hpcnb("status", file, "--json");
    expect(JSON.parse(status.stdout).engines, status.stderr).to.include({ asked: 2, registered: 2 });
  });

  it("finds neither password nor codes in any file or list of processes", async () => {
    for (const host of ["laptop", "login"]) {
      const places = ["/home/alice", "/run", "/tmp", "/var/spool/gridengine"];
      const found = await filesWith(cluster.testbed, { host, user: "root", places }, [password, ...typed]);
      // The module itself keeps which code it has had last.
      expect(
        found.filter((path) => path !== `${place}/codes`),
        host,
      ).to.deep.equal([]);
      const { stdout } = await cluster.testbed.exec(host, "root", ["ps", "axwwe", "-o", "args"]);
      expect(stdout, "what is looked through").to.include("hpcnb");
      for (const word of [password, ...typed]) expect(stdout, host).not.to.include(word);
    }
  });

  it("goes down without being asked anything", async () => {
    const { exitCode, stderr } = await hpcnb("down", file);
    expect(exitCode, stderr).to.equal(0);
    expect(stderr).to.include("4 jobs ended");
    expect(await cluster.jobs()).to.equal("");
    expect(await loginsSeen()).to.equal(logins);
  });
});

const place = "/run/guarded";

/**
 * A second ssh server on login, with Debian's own PAM modules. What it is made of is seen by login
 * alone.
 */
async function startGuardedServer(cluster: Cluster, { password, secret }: { password: string; secret: Buffer }) {
  const own = `/var/lib/hpcnb-testbed/${cluster.testbed.name}/hosts/login`;
  const files = {
    sshd_config: `Port 2222
HostKey ${own}/host_key
PidFile ${place}/sshd.pid
UsePAM yes
UseDNS no
PubkeyAuthentication no
PasswordAuthentication no
KbdInteractiveAuthentication yes
AuthenticationMethods keyboard-interactive
PermitRootLogin no
MaxStartups 100
`,
    pam: `auth required pam_unix.so
auth required pam_oath.so usersfile=${place}/codes window=5 digits=6
account required pam_permit.so
session required pam_permit.so
`,
    codes: `HOTP alice - ${secret.toString("hex")}\n`,
  };
  await cluster.asRoot("mkdir", "--mode=700", place);
  const asRoot = async (program: string, stdin: string, ...words: string[]) => {
    const argv = ["sh", "-euc", program, "sh", ...words];
    const { exitCode, stderr } = await cluster.testbed.exec("login", "root", argv, { stdin });
    expect(exitCode, stderr).to.equal(0);
  };
  for (const [name, text] of Object.entries(files)) await asRoot('umask 077; cat >"$1"', text, `${place}/${name}`);
  // All hosts have this file mounted, so it is written over, not replaced.
  await asRoot(
    `hash=$(openssl passwd -6 -stdin)
sed "s|^alice:[^:]*|alice:$hash|" /etc/shadow >"$1/shadow" && cat "$1/shadow" >/etc/shadow
rm "$1/shadow"
mount --bind "$1/pam" /etc/pam.d/sshd
/usr/sbin/sshd -f "$1/sshd_config" -E "$1/sshd.log"
for tenth in $(seq 100); do test -s "$1/sshd.pid" && exit 0; sleep 0.1; done
exit 1`,
    `${password}\n`,
    place,
  );
}

const sshConfig = `Host guarded
  HostName login
  Port 2222
  PubkeyAuthentication no
`;

const endSharedConnections =
  'for socket in "$XDG_RUNTIME_DIR"/hpcnb/ssh-*; do ssh -F /dev/null -S "$socket" -O exit shared; done';

/** RFC 4226, with six digits. */
function oneTimeCode(secret: Buffer, counter: number): string {
  const moment = Buffer.alloc(8);
  moment.writeBigUInt64BE(BigInt(counter));
  const digest = createHmac("sha1", secret).update(moment).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
