import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { openers, openInBrowser, whyNoBrowser } from "../../src/opening/browser.js";

describe("whyNoBrowser", () => {
  for (const [environment, platform, why] of [
    [{ DISPLAY: ":0" }, "linux", undefined],
    [{ WAYLAND_DISPLAY: "wayland-0" }, "linux", undefined],
    [{ WSL_DISTRO_NAME: "Debian" }, "linux", undefined],
    [{}, "darwin", undefined],
    [{}, "linux", "there is no display here"],
    [{ DISPLAY: "", BROWSER: "" }, "linux", "there is no display here"],
    // A browser that is sent over the network, window by window, is what nobody wants.
    [{ DISPLAY: "localhost:10.0", SSH_CONNECTION: "1 2 3 4" }, "linux", "this is a login over ssh"],
    [{ SSH_TTY: "/dev/pts/1" }, "darwin", "this is a login over ssh"],
    [{ BROWSER: "/usr/lib/code/browser.sh", SSH_CONNECTION: "1 2 3 4" }, "linux", undefined],
  ] as const) {
    it(`is ${why ?? "nothing"} on ${platform} with ${JSON.stringify(environment)}`, () => {
      expect(whyNoBrowser(environment, platform)).to.equal(why);
    });
  }
});

describe("openers", () => {
  for (const [environment, expected] of [
    [{}, []],
    [{ BROWSER: "" }, []],
    [{ BROWSER: "firefox:chromium" }, [["firefox", "URL"]]],
    [{ BROWSER: "firefox --new-tab=%s" }, [["firefox", "--new-tab=URL"]]],
    [{ BROWSER: "firefox", WSL_DISTRO_NAME: "Debian" }, [["firefox", "URL"]]],
    [
      { WSL_DISTRO_NAME: "Debian" },
      [
        ["wslview", "URL"],
        ["cmd.exe", "/c", "start", "", "URL"],
      ],
    ],
  ] as const) {
    it(`are ${JSON.stringify(expected)} with ${JSON.stringify(environment)}`, () => {
      expect(openers(environment, "URL")).to.deep.equal(expected);
    });
  }
});

describe("openInBrowser", () => {
  const saved = process.env.BROWSER;
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-browser-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
    if (saved === undefined) delete process.env.BROWSER;
    else process.env.BROWSER = saved;
  });

  const browser = (script: string) => {
    const path = join(folder, "browser");
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o700);
    return path;
  };

  it("gives the address to the program that BROWSER names, as one word", async () => {
    const program = browser(`printf '%s|' "$@" >'${folder}/seen'`);
    process.env.BROWSER = program;
    expect(await openInBrowser("http://127.0.0.1:8888/lab?a=1&b=$(id) c")).to.equal(undefined);
    expect(readFileSync(join(folder, "seen"), "utf8")).to.equal("http://127.0.0.1:8888/lab?a=1&b=$(id) c|");
    process.env.BROWSER = `${program} --new=%s:other`;
    expect(await openInBrowser("about#blank")).to.equal(undefined);
    expect(readFileSync(join(folder, "seen"), "utf8")).to.equal("--new=about#blank|");
  });

  it("tells that nothing was opened", async () => {
    process.env.BROWSER = browser("exit 3");
    expect(await openInBrowser("x")).to.equal("the program that opens a browser ended with 3");
    process.env.BROWSER = join(folder, "none");
    expect(await openInBrowser("x")).to.match(/^no program that opens a browser could be started: .*ENOENT/);
    expect(existsSync(join(folder, "none"))).to.equal(false);
  });

  it("does not wait for a browser that stays", async () => {
    process.env.BROWSER = browser(`echo $$ >'${folder}/pid'; exec sleep 60`);
    expect(await openInBrowser("x")).to.equal(undefined);
    process.kill(Number(readFileSync(join(folder, "pid"), "utf8")));
  });
});
