import { expect } from "chai";
import { type Cluster, startCluster } from "./support/cluster.js";

const notebook = (directory = "~/rnaseq", environment = "venv: /home/shared/venv") =>
  `notebook: { directory: ${directory}, environment: { ${environment} } }`;

/**
 * What goes wrong on a cluster and on the way to it, as the scientist reads it who has typed the
 * command.
 */
describe("a bad day on Grid Engine", function () {
  this.timeout(180_000);
  let cluster: Cluster;

  const hpcnb = (host: string, command: string, ...more: string[]) =>
    cluster.run(host, ["hpcnb", command, "bad/session.yaml", ...more]);
  const write = (host: string, ...lines: string[]) =>
    cluster.write(
      host,
      "bad/session.yaml",
      ["name: bad", "scheduler: { plugin: sge, options: { memoryResource: h_vmem } }", ...lines, ""].join("\n"),
    );

  /** The command must end so and say all that, in any order. */
  async function expectWords(
    work: ReturnType<Cluster["run"]>,
    exitCode: number,
    words: readonly string[],
  ): Promise<void> {
    const result = await work;
    const said = `${result.stderr}${result.stdout}`;
    expect(result.exitCode, said).to.equal(exitCode);
    for (const word of words) expect(said).to.include(word);
  }

  before(async function () {
    cluster = await startCluster(this, "rejections");
    await cluster.ok("login", ["mkdir", "/tmp/onlyhere"]);
    await cluster.ok("login", ["python3", "-m", "venv", "--without-pip", "bare"]);
  });

  after(() => cluster?.testbed.down());

  describe("with nothing left in the queue, says", () => {
    const cases: Record<string, readonly [lines: readonly string[], words: readonly string[]]> = {
      "that there is no such queue": [
        [notebook(), "resources: { queue: no-such.q }"],
        ['unknown queue "no-such.q"', "`qconf -sql` lists", "(HPCNB_SUBMIT_REJECTED)"],
      ],
      "that there is no such queue for the cluster, when the notebook is submitted already": [
        [notebook(), "cluster: { engines: 2, resources: { queue: no-such.q } }"],
        ["bad-controller-", 'unknown queue "no-such.q"', "`qconf -sql` lists", "(HPCNB_SUBMIT_REJECTED)"],
      ],
      "that there is no such parallel environment": [
        [notebook(), "resources: { cores: 2, options: { parallelEnvironment: no-such } }"],
        ['parallel environment "no-such" does not exist', "`qconf -spl` lists", "(HPCNB_SUBMIT_REJECTED)"],
      ],
      "that there is no such resource": [
        [notebook(), 'resources: { native: ["-l", "no_such=1"] }'],
        ['unknown resource "no_such"', "`qconf -sc` lists", "(HPCNB_SUBMIT_REJECTED)"],
      ],
      "why Grid Engine gave up on a job, and how to clear that": [
        [notebook("/tmp/onlyhere")],
        [
          "given up by the scheduler (Eqw",
          "can't chdir to /tmp/onlyhere: No such file or directory",
          "qmod -cj ",
          "(HPCNB_JOB_ENDED)",
        ],
      ],
      "what the lines of the session file said before they ended the job": [
        [notebook(undefined, "setup: 'echo loading the modules; exit 3'")],
        ["exit code 3", "  loading the modules\n", "its shell text must not exit", "`hpcnb logs notebook`"],
      ],
      "which virtual environment the node lacks": [
        [notebook(undefined, "venv: /home/shared/missing")],
        ["There is no virtual environment in /home/shared/missing on node", "(HPCNB_JOB_ENDED)"],
      ],
      "that modules are wanted where there are none": [
        [notebook(undefined, "modules: [python/3.12]")],
        ["there is no module command on node", "(HPCNB_JOB_ENDED)"],
      ],
      "that Jupyter is missing on the node, and how to install it": [
        [notebook(undefined, "venv: ~/bare")],
        [
          "/home/alice/bare/bin/python on node",
          "cannot import jupyterlab",
          "hint: Install it with: /home/alice/bare/bin/python -m pip install jupyterlab\n",
        ],
      ],
    };
    for (const [what, [lines, words]] of Object.entries(cases)) {
      it(what, async () => {
        await write("laptop", "host: login", ...lines);
        await expectWords(hpcnb("laptop", "up"), 1, words);
        expect(await cluster.jobs()).to.equal("");
      });
    }
  });

  describe("in a full queue", () => {
    beforeEach(() => cluster.asRoot("qmod", "-d", "all.q"));
    afterEach(async () => {
      await cluster.asRoot("qmod", "-e", "all.q");
      await hpcnb("login", "down");
    });

    it("waits as long as it is told or until Ctrl-C, says why, and comes back to the same job", async () => {
      await write("login", notebook());
      await expectWords(hpcnb("login", "up", "--timeout", "30s"), 4, [
        'the scheduler says "qw": queue instance "all.q@node1" dropped because it is disabled',
        "The jobs go on. `hpcnb up ",
        "waits again",
      ]);
      const [id = "none"] = /\d+/.exec((await cluster.jobs()).split("\n")[2] ?? "") ?? [];
      await expectWords(cluster.run("login", ["sh", "-c", ctrlC]), 130, [
        `jobs: notebook ${id}\n`,
        "Interrupted; the submitted jobs go on.",
        "comes back to them",
      ]);
      expect(await cluster.jobs()).to.match(new RegExp(`^ *${id} .* qw `, "m"));
      await expectWords(hpcnb("login", "status"), 0, [`job ${id} queued (qw)`, "it is disabled"]);
      await cluster.asRoot("qmod", "-e", "all.q");
      await expectWords(hpcnb("login", "up"), 0, ["session: found", `jobs: notebook ${id}\n`, "hpcnb connect alice@"]);
    });

    it("finds its job in error when it comes back, says why, and takes it down", async () => {
      await write("login", notebook("/tmp/onlyhere"));
      await expectWords(hpcnb("login", "up", "--timeout", "1s"), 4, ["The jobs go on."]);
      await cluster.asRoot("qmod", "-e", "all.q");
      await cluster.ok("login", ["sh", "-c", "until qstat | grep -q Eqw; do sleep 0.2; done"]);
      await expectWords(hpcnb("login", "status"), 0, ["can't chdir to /tmp/onlyhere: No such file", "`qmod -cj "]);
      await expectWords(hpcnb("login", "down"), 0, ["bad is down: 1 job ended."]);
      expect(await cluster.jobs()).to.equal("");
    });
  });

  describe("by ssh, changes nothing of what is trusted, and says", () => {
    before(async () => {
      await cluster.write("laptop", ".ssh/config", sshConfig);
      // The user's own key is as good as any that is not the host's.
      const key = 'chmod 600 .ssh/config; echo "changed $(cut -d " " -f 1,2 .ssh/id_ed25519.pub)" >.ssh/changed_hosts';
      await cluster.ok("laptop", ["sh", "-c", key]);
    });
    after(() => cluster.ok("laptop", ["rm", ".ssh/config"]));

    const cases: Record<string, readonly [host: string, words: readonly string[]]> = {
      "that there is no such host": ["nowhere", ["no host nowhere that could be found", "Could not resolve hostname"]],
      "that nothing listens at the port": [
        "refused",
        ["login refuses connections to port 2222", "connect to host login port 2222: Connection refused"],
      ],
      "which hop refuses connections": [
        "behind",
        ["login refuses connections to port 2222 (on the way to behind (node1))", "Connection refused"],
      ],
      "that the host behind the hop cannot be reached": [
        "deadend",
        ["The host before it on the way cannot reach deadend (node9)", "open failed"],
      ],
      "that the key is refused": [
        "keyless",
        ["alice@login is not let in (keyless (login))", "Permission denied (publickey).", "install your key there"],
      ],
      "that the host's key is unknown": [
        "stranger",
        ["host key of stranger (login)", "is not known yet", "Host key verification failed", "Run `ssh stranger` once"],
      ],
      "that the host's key has changed, and its fingerprint": [
        "changed",
        ["host key of changed (login)", "not the one that your known_hosts has", "SHA256:", "Ask the site"],
      ],
    };
    for (const [what, [host, words]] of Object.entries(cases)) {
      it(what, async () => {
        const trusted = () => cluster.ok("laptop", ["sh", "-c", "ls .ssh; cat .ssh/config .ssh/*_hosts"]);
        const before = await trusted();
        await write("laptop", `host: ${host}`, notebook());
        await expectWords(hpcnb("laptop", "up"), 1, [...words, "ssh said:\n", "(HPCNB_SSH)"]);
        expect(await trusted()).to.equal(before);
      });
    }
  });

  describe("when each login prints words", () => {
    let usual: string;
    before(async () => {
      usual = await cluster.ok("login", ["cat", ".bashrc"]);
    });
    after(() => cluster.write("login", ".bashrc", usual));

    it("comes up and goes down nevertheless", async () => {
      await cluster.write("login", ".bashrc", banner);
      expect(await cluster.ok("laptop", ["ssh", "login", "true"])).to.include("Welcome");
      await write("laptop", "host: login", notebook(), "cluster: { engines: 2 }");
      const { exitCode, stdout, stderr } = await hpcnb("laptop", "up");
      expect(exitCode, stderr).to.equal(0);
      expect(stdout).to.match(/^http:\/\/127\.0\.0\.1:\d+\/lab\?token=[0-9a-f]{48}\n$/);
      expect(stderr).to.include("engines: 2 of 2 registered").and.not.include("Welcome");
      expect(JSON.parse((await hpcnb("laptop", "status", "--json")).stdout)).to.include({ phase: "up" });
      await expectWords(hpcnb("laptop", "down"), 0, ["bad is down: 3 jobs ended."]);
      expect(await cluster.jobs()).to.equal("");
    });

    it("says that the host lets in but runs nothing, when its words are the last", async () => {
      await cluster.write("login", ".bashrc", "echo closed for maintenance; exit 1\n");
      await write("laptop", "host: submitnode", notebook());
      await expectWords(hpcnb("laptop", "up"), 1, [
        "submitnode lets this user in, but the shell there does not run commands",
        "closed for maintenance",
        "A start-up file there",
      ]);
    });
  });
});

/** Presses Ctrl-C once `up` says that it waits. */
const ctrlC = `hpcnb up bad/session.yaml 2>said & up=$!
while kill -0 $up && ! grep -q "queue: waiting (qw" said; do sleep 0.1; done
kill -INT $up; wait $up; code=$?; cat said >&2; exit $code`;

const sshConfig = `Host refused
  HostName login
  Port 2222
Host behind
  HostName node1
  ProxyJump refused
Host deadend
  HostName node9
  ProxyJump login
Host keyless
  HostName login
  IdentityFile /dev/null
  IdentitiesOnly yes
  BatchMode yes
Host stranger
  HostName login
  UserKnownHostsFile ~/.ssh/no_hosts
Host changed
  HostName login
  HostKeyAlias changed
  UserKnownHostsFile ~/.ssh/changed_hosts
`;

/**
 * To standard output and error of each shell, also with what a parser of answers could trip over.
 */
const banner = `echo "*** Welcome. Maintenance on Monday. ***"
echo '<?xml version="1.0"?><job_info>{"a": 1}'
echo "13 files too many" >&2
`;
