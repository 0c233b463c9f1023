import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expectFailure } from "@hpcnb/core/testing";
import { createSshHost, type SshHost } from "@hpcnb/host";
import { expect } from "chai";
import { hasProgram } from "../../../../test/support/has-program.js";
import { until } from "../../../../test/support/until.js";
import { needSshServer, type Site, startSite } from "./site.js";

describe("a host over ssh", () => {
  let site: Site;
  before(needSshServer);
  before(async () => {
    site = await startSite("MaxSessions 1");
  });
  after(() => site?.stop());

  const hostAt = (alias: string): SshHost =>
    createSshHost({
      alias,
      interactive: false,
      configFile: site.configFile,
      controlDirectory: site.controlDirectory,
    });
  const withConfig = (alias: string, ...lines: string[]) => {
    site.configure(`Host ${alias}\n  Port ${site.ports.login}\n${lines.map((line) => `  ${line}\n`).join("")}`);
    return hostAt(alias);
  };

  describe("whose start-up file", () => {
    const harmless = {
      "prints thousands of lines": "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done",
      "starts zsh": "command -v zsh >/dev/null && exec zsh",
      "starts bash": "exec bash",
      "is slow": "sleep 2",
    };
    for (const [name, text] of Object.entries(harmless)) {
      it(`${name} works`, async () => {
        const host = withConfig(`startup-${Object.keys(harmless).indexOf(name)}`, `SetEnv "STARTUP=${text}"`);
        expect(await host.run(["cat"], { stdin: "a\n" })).to.include({ stdout: "a\n", exitCode: 0 });
      });
    }

    const harmful = {
      "starts fish": ["fish", "exec fish"],
      "starts tcsh": ["tcsh", "exec tcsh"],
      "starts a shell that reads ahead": ["dash", "exec dash"],
      "ends the shell": ["sh", "exit 0"],
      "ends the shell with a failure": ["sh", "echo closed; exit 3"],
      "reads its input": ["sh", "read -r x"],
    } as const;
    for (const [name, [shell, text]] of Object.entries(harmful)) {
      it(`${name} is named as the cause, without our own text`, async function () {
        if (!hasProgram(shell)) return this.skip();
        const host = withConfig(`harmful-${Object.keys(harmful).indexOf(name)}`, `SetEnv "STARTUP=${text}"`);
        const { message, hint } = await expectFailure(host.run(["cat"], { stdin: "echo evaluated\n" }), "HPCNB_SSH");
        expect(message).to.include("lets this user in, but the shell there does not run commands");
        expect(message.length).to.be.below(900);
        expect(message).not.to.match(/evaluated|eval |hpcnb-[0-9a-f]/);
        expect(hint).to.include("start-up file").and.to.include("echo works");
      });
    }
  });

  it("runs commands whatever the user's configuration has for other logins", async () => {
    const lines = ["StdinNull yes", "SessionType none", "RequestTTY force"];
    for (const [number, line] of lines.entries()) {
      const host = withConfig(`odd-${number}`, line);
      expect(await host.run(["cat"], { stdin: line })).to.include({ stdout: line, exitCode: 0 });
    }
  });

  it("that allows one command for each login says so where no second login is possible", async () => {
    const host = hostAt("login");
    const key = join(site.folder, "authorized_keys");
    const ending = new AbortController();
    const begun = join(site.folder, "begun");
    const running = expectFailure(
      host.run(["sh", "-c", 'touch "$1"; exec sleep 600', "sh", begun], { timeoutMs: 600_000, signal: ending.signal }),
      "HPCNB_ABORTED",
    );
    await until(() => existsSync(begun), "the command has the connection");
    try {
      await expectRefusal();
    } finally {
      ending.abort();
    }
    await running;

    async function expectRefusal(): Promise<void> {
      await host.run(["true"]);
      renameSync(key, `${key}.away`);
      try {
        const second = hostAt("login");
        const { message, hint } = await expectFailure(second.run(["true"]), "HPCNB_SSH");
        expect(message).to.match(/allows one command for each login \(MaxSessions 1\)/);
        expect(hint).to.include("ssh login");
      } finally {
        renameSync(`${key}.away`, key);
      }
    }
  });
});
