import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Endpoint } from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { clientOptions, nodeConnectTimeoutSeconds, parseSshConfig, type SshConnection } from "@hpcnb/host/ssh";
import { sshConfigBlock } from "@hpcnb/tunnel";
import { expect } from "chai";
import { hasProgram } from "../../../../test/support/has-program.js";
import { hostile } from "../../../host/test/ssh/hostile-words.js";
import { forwardingLimitMs } from "../../src/ssh/forwarding.js";
import { connectToNode } from "../../src/ssh/jump.js";
import { openNodeClient } from "../../src/ssh/node-client.js";

describe("ssh to a node", () => {
  it("give up a node before the way to it is given up, so that ssh can say why", () => {
    const manner = { controlPath: "/x", mayAsk: false, timeoutSeconds: nodeConnectTimeoutSeconds };
    expect(clientOptions(parseSshConfig("hostname login\n"), manner)).to.include(
      `ConnectTimeout=${nodeConnectTimeoutSeconds}`,
    );
    expect(nodeConnectTimeoutSeconds * 1000).to.be.below(forwardingLimitMs);
  });
});

describe("sshConfigBlock", () => {
  it("is the article's block, and one that ssh understands", function () {
    const block = sshConfigBlock({
      name: "rnaseq-notebook",
      alias: "submitnode",
      user: "alice",
      endpoint: { kind: "socket", host: "node1", path: "/tmp/hpcnb a/nb.sock" },
      localPort: 8888,
    });
    expect(block).to.include("Host rnaseq-notebook\n  HostName node1\n  User alice\n  ProxyJump submitnode\n");
    if (!hasProgram("ssh")) return this.skip();
    const folder = mkdtempSync(join(tmpdir(), "hpcnb-block-"));
    writeFileSync(join(folder, "config"), block);
    const read = execFileSync("ssh", ["-F", join(folder, "config"), "-G", "rnaseq-notebook"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    rmSync(folder, { recursive: true });
    expect(read)
      .to.match(/^hostname node1$/m)
      .and.to.match(/^user alice$/m)
      .and.to.match(/^proxyjump submitnode$/m);
    expect(read).to.match(/^localforward \[127\.0\.0\.1\]:8888 \/tmp\/hpcnb a\/nb\.sock$/m);
  });

  it("also knows ports", () => {
    const endpoint = { kind: "port", host: "node1", address: "127.0.0.1", port: 40_000 } as const;
    expect(sshConfigBlock({ name: "n", alias: "s", endpoint, localPort: 8889 })).to.include(
      "  LocalForward 127.0.0.1:8889 127.0.0.1:40000\n",
    );
  });
});

describe("names and paths that come from elsewhere", () => {
  const good = { name: "hpcnb-a", alias: "login", user: "alice", localPort: 8888 };
  const socketAt = (host: string, path: string): Endpoint => ({ kind: "socket", host, path });

  for (const text of hostile) {
    it(`get into no ssh-config block: ${JSON.stringify(text)}`, () => {
      const requests = [
        { ...good, name: text, endpoint: socketAt("node1", "/tmp/s") },
        { ...good, alias: text, endpoint: socketAt("node1", "/tmp/s") },
        { ...good, user: text, endpoint: socketAt("node1", "/tmp/s") },
        { ...good, endpoint: socketAt(text, "/tmp/s") },
        { ...good, endpoint: { kind: "port", host: "node1", address: text, port: 1 } as const },
        { ...good, endpoint: { kind: "port", host: text, address: "127.0.0.1", port: 1 } as const },
      ];
      for (const request of requests) expect(() => sshConfigBlock(request)).to.throw(/cannot|No ssh configuration/);
    });

    it(`get into no tunnel: ${JSON.stringify(text)}`, async () => {
      const nobody = {} as SshConnection;
      await expectFailure(connectToNode(nobody, text), "HPCNB_TUNNEL");
      await expectFailure(openNodeClient(nobody, socketAt(text, "/tmp/s")), "HPCNB_TUNNEL");
    });
  }

  it("lead to no path that ssh would take for another", () => {
    for (const path of ["relative", "/a\nb", "/a%h", `/$${"{HOME}"}/s`, "/a\u001bb", ""])
      expect(() => sshConfigBlock({ ...good, endpoint: socketAt("node1", path) }), path).to.throw(/No ssh/);
  });

  it("lead to no path that versions of ssh write differently in a configuration", () => {
    for (const path of ['/a"b', "/a\\b", "/a:b"])
      expect(() => sshConfigBlock({ ...good, endpoint: socketAt("node1", path) }), path).to.throw(/No ssh/);
  });

  it("keep in one line of the block whatever a path may have", function () {
    if (!hasProgram("ssh")) return this.skip();
    const folder = mkdtempSync(join(tmpdir(), "hpcnb-block-"));
    for (const path of ["/a b/s", "/a #b", "/a'b", "/a$b", "/é"]) {
      writeFileSync(join(folder, "config"), sshConfigBlock({ ...good, endpoint: socketAt("node1", path) }));
      const read = execFileSync("ssh", ["-F", join(folder, "config"), "-G", "hpcnb-a"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
      expect(read).to.include(`localforward [127.0.0.1]:8888 ${path}\n`).and.to.include("hostname node1\n");
      expect(read).not.to.include("proxycommand");
    }
    rmSync(folder, { recursive: true });
  });
});
