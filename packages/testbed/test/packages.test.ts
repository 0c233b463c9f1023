import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { execa } from "execa";
import { unsupportedReason } from "../src/index.js";

const packages = new URL("../src/packages.ts", import.meta.url).href;
const schedulers = new URL("../src/schedulers/index.ts", import.meta.url).href;
const teardown = new URL("../src/teardown.ts", import.meta.url).href;
const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Debian's programs, as far as they are used: "installed" lists the packages that are there. */
const fakes = {
  "dpkg-query": 'for name; do grep -qx -- "$name" "$FAKES/installed" && echo "$name installed"; done; true',
  "debconf-set-selections": "cat > /dev/null",
  dpkg: 'echo "dpkg $*" >> "$FAKES/calls"',
  "update-rc.d": 'echo "update-rc.d $*" >> "$FAKES/calls"',
  "apt-get": `
for word; do case $word in install) isInstall=yes;; esac; done
test -n "$isInstall" || exit 0
printf '%s\\n' "$@" >> "$FAKES/installed"
test -e /usr/sbin/policy-rc.d && echo "apt-get install, and no daemon may start" >> "$FAKES/calls"
if test "$KILL" = yes; then kill -KILL $PPID; fi`,
};

/**
 * On a machine of its own as far as it is written to: its /usr/sbin has no policy, and its cache of
 * testbeds is empty.
 */
describe("Debian's packages for the testbed", () => {
  let folder: string;

  before(async function () {
    if ((await unsupportedReason()) !== undefined) this.skip();
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-packages-"));
    mkdirSync(join(folder, "bin"));
    for (const [name, text] of Object.entries(fakes)) {
      writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, "bin", name), 0o755);
    }
    writeFileSync(join(folder, "installed"), "bindfs\nopenssh-server\n");
    writeFileSync(join(folder, "calls"), "");
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const install = [
    `import { installPackages } from ${JSON.stringify(packages)};`,
    `import { schedulersOf } from ${JSON.stringify(schedulers)};`,
    'await installPackages(schedulersOf({ schedulers: ["sge", "slurm"] }), () => {});',
  ].join("");
  const down = `import(${JSON.stringify(teardown)}).then((all) => all.tearDown("nothere"))`;
  const program = (text: string) => `node --import tsx --conditions=@hpcnb/source --input-type module --eval '${text}'`;

  const onMachine = async (lines: string[]) => {
    const overlay = join(folder, "overlay");
    const script = [
      `mkdir -p ${overlay} /var/cache/hpcnb-testbed`,
      `mount -t tmpfs overlay ${overlay}`,
      `mkdir ${overlay}/upper ${overlay}/work`,
      `mount -t overlay -o lowerdir=/usr/sbin,upperdir=${overlay}/upper,workdir=${overlay}/work overlay /usr/sbin`,
      "mount -t tmpfs cache /var/cache/hpcnb-testbed",
      "rm -f /usr/sbin/policy-rc.d",
      ...lines,
    ].join("\n");
    const { stdout } = await execa("unshare", ["--mount", "sh", "-euc", script], {
      cwd: root,
      env: { FAKES: folder, PATH: `${join(folder, "bin")}:${process.env.PATH}` },
    });
    return stdout;
  };
  const calls = () => readFileSync(join(folder, "calls"), "utf8").split("\n").filter(Boolean);
  const saysPolicy = "test -e /usr/sbin/policy-rc.d && echo policy || echo none";
  const brought = ["gridengine-exec", "gridengine-master", "munge", "slurmctld", "slurmd", "slurmdbd"];
  const disabled = brought.map((service) => `update-rc.d ${service} disable`);

  it("are installed with no daemon started, then or with the machine; what was there before is left alone", async () => {
    expect(await onMachine([program(install), saysPolicy])).to.equal("none");
    expect(calls()).to.deep.equal(["dpkg --configure -a", "apt-get install, and no daemon may start", ...disabled]);
  });

  it("are made an end of by the next `up` after one that was killed", async () => {
    const killed = `KILL=yes ${program(install)} || echo killed`;
    expect(await onMachine([killed, saysPolicy, program(install), saysPolicy])).to.equal("killed\npolicy\nnone");
    expect(calls().slice(2)).to.deep.equal(disabled);
  });

  it("leave no policy behind after `down`, but the machine's own", async () => {
    const killed = `KILL=yes ${program(install)} || echo killed`;
    expect(await onMachine([killed, program(down), saysPolicy])).to.equal("killed\nnone");
    expect(await onMachine(["echo own > /usr/sbin/policy-rc.d", program(down), saysPolicy])).to.equal("policy");
  });
});
