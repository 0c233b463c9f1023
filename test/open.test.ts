import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { hasChromium, launchChromium } from "./support/browser.js";
import { atOwnTerminal } from "./support/own-terminal.js";
import { createProject, type Project } from "./support/project.js";

/** Without engines, which nobody asks for here. */
const sessionFile = "name: twin\nscheduler: local\nnotebook: { directory: ., environment: { venv: .venv } }\n";

/** Nobody sits at a display here, whatever the tests run in. */
const noDisplay = { BROWSER: "", DISPLAY: "", WAYLAND_DISPLAY: "", WSL_DISTRO_NAME: "", SSH_TTY: "" };
const atHome = { ...noDisplay, SSH_CONNECTION: "" };
const overSsh = { ...noDisplay, SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" };

/**
 * A browser that goes where it is told, keeps cookies, and says what it saw; all programs'
 * arguments among it.
 */
const browser = `#!/usr/bin/env python3
import glob, http.cookiejar, json, sys, urllib.request
arguments = []
for path in glob.glob("/proc/[0-9]*/cmdline"):
    try:
        arguments.append(open(path, "rb").read().decode(errors="replace"))
    except OSError:
        pass
visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
page = visitor.open(sys.argv[1])
base = page.geturl().rsplit("/", 1)[0]
where = json.load(visitor.open(base + "/api/contents/where-it-is.txt?content=1"))
said = {"address": sys.argv[1], "url": page.geturl(), "arguments": arguments, "where": where["content"]}
json.dump(said, open("SEEN", "w"))
`;

interface Seen {
  readonly address: string;
  /** Where it ended, and what lies in the folder that is shown there. */
  readonly url: string;
  readonly where: string;
  readonly arguments: readonly string[];
}

describe("hpcnb open", function () {
  this.timeout(300_000);
  const projects: Project[] = [];
  let one: Project;
  let other: Project;
  let token: string;

  const openIn = async (project: Project, env: NodeJS.ProcessEnv) => {
    Object.assign(project.env, env);
    return project.run("open");
  };
  const startBrowser = (project: Project): NodeJS.ProcessEnv => {
    const program = join(project.folder, "browser");
    writeFileSync(program, browser.replace("SEEN", join(project.folder, "seen.json")));
    chmodSync(program, 0o755);
    return { ...overSsh, BROWSER: program };
  };
  const seenBy = (project: Project): Seen => JSON.parse(readFileSync(join(project.folder, "seen.json"), "utf8"));

  before(async function () {
    for (const name of ["one", "other"]) {
      const project = createProject(name);
      if (!project) this.skip(); // needs a Python environment with Jupyter (HPCNB_TEST_VENV)
      projects.push(project);
      writeFileSync(join(project.directory, "session.yaml"), sessionFile);
      writeFileSync(join(project.directory, "where-it-is.txt"), name);
      // As it is for one user: what runs there is found by the same list and in the same place.
      Object.assign(project.env, projects[0]?.env);
    }
    [one, other] = projects as [Project, Project];
    const { stdout } = await one.ok("up");
    token = new URL(stdout).searchParams.get("token") ?? "";
    expect(token).to.match(/^[0-9a-f]{48}$/);
  });

  after(async () => {
    for (const project of projects.reverse()) await project.remove();
  });

  it("opens an address that logs the browser in, with the token in nobody's arguments", async () => {
    const { exitCode, stderr, stdout } = await openIn(one, startBrowser(one));
    expect(exitCode, stderr).to.equal(0);
    expect(stderr).to.match(/http:\/\/127\.0\.0\.1:\d+\/lab opens in your browser\./);
    expect(stdout).to.equal("");
    const seen = seenBy(one);
    expect(seen.where).to.equal("one");
    expect(seen.url).to.match(/^http:\/\/127\.0\.0\.1:\d+\/lab\/?$/);
    expect(seen.arguments.join("\n")).to.include(seen.address).and.to.not.include(token);
    expect(existsSync(join(one.env.XDG_STATE_HOME ?? "", "hpcnb", "open"))).to.equal(false);
    const again = await fetch(seen.address);
    expect(again.status).to.equal(410);
    expect(await again.text()).to.include("was used already");
  });

  it("opens the tunnel first where there is none", async () => {
    await one.ok("disconnect");
    rmSync(join(one.folder, "seen.json"));
    const { exitCode, stderr } = await openIn(one, startBrowser(one));
    expect(exitCode, stderr).to.equal(0);
    expect(seenBy(one).where).to.equal("one");
  });

  it("is what `up` does at a terminal", async () => {
    rmSync(join(one.folder, "seen.json"));
    const env = { ...one.env, ...startBrowser(one) };
    const terminal = await atOwnTerminal(["up"], { columns: 80, cwd: one.directory, env });
    expect(await terminal.end(), terminal.sent()).to.equal(0);
    expect(seenBy(one).where).to.equal("one");
    expect(seenBy(one).address).to.include("/hpcnb/open/");
  });

  for (const [what, env, why] of [
    ["there is no display", atHome, "there is no display here"],
    ["it is a login over ssh", overSsh, "this is a login over ssh"],
    ["the browser fails", { ...atHome, BROWSER: "/bin/false" }, "ended with 1"],
  ] as const)
    it(`prints the URL and how to use it where ${what}`, async () => {
      const { exitCode, stderr, stdout } = await openIn(one, env);
      expect(exitCode, stderr).to.equal(0);
      expect(stderr)
        .to.include(why)
        .and.to.match(/ssh -N -L (\d+):127\.0\.0\.1:\1 /);
      expect(new URL(stdout.trim()).searchParams.get("token")).to.equal(token);
      expect((await fetch(stdout.trim())).status).to.equal(200);
    });

  it("says what to do where a browser was started that asks for nothing", async () => {
    const { exitCode, stderr, stdout } = await openIn(one, { ...atHome, BROWSER: "/bin/true" });
    expect([exitCode, stdout], stderr).to.deep.equal([0, ""]);
    expect(stderr).to.match(/\/lab was not opened yet: a browser was started, and has not asked for it within 8 s\./);
    expect(stderr)
      .to.match(/`(npx )?hpcnb connect .*` prints an address to open by hand\./)
      .and.to.not.include(token);
  });

  it("says that a session of the same name in another folder is not started, and then opens that one", async () => {
    const { exitCode, stderr, stdout } = await openIn(other, startBrowser(other));
    expect([exitCode, stdout]).to.deep.equal([2, ""]);
    expect(stderr).to.include("not started");
    await other.ok("up");
    await openIn(other, startBrowser(other));
    await openIn(one, startBrowser(one));
    expect([seenBy(one).where, seenBy(other).where]).to.deep.equal(["one", "other"]);
    expect(new URL(seenBy(one).url).port).to.not.equal(new URL(seenBy(other).url).port);
  });

  it("ends in JupyterLab, logged in, without a token in the address bar or in the history", async function () {
    if (!hasChromium()) this.skip(); // needs Chromium
    const program = join(one.folder, "note-address");
    writeFileSync(program, `#!/bin/sh\nprintf %s "$1" >'${one.folder}/address'\n`);
    chmodSync(program, 0o755);
    const chromium = await launchChromium();
    try {
      const page = await chromium.newPage();
      const visited: string[] = [];
      page.on("framenavigated", (frame) => visited.push(frame.url()));
      for (const _ of ["the first time", "over a connection that the first tab holds"]) {
        const { exitCode, stderr } = await openIn(one, { ...atHome, BROWSER: program });
        expect(exitCode, stderr).to.equal(0);
        await page.goto(readFileSync(join(one.folder, "address"), "utf8"), { timeout: 120_000 });
        await page.locator(".jp-DirListing-content >> text=where-it-is.txt").waitFor({ timeout: 120_000 });
      }
      expect(new URL(page.url()).pathname).to.match(/^\/lab/);
      expect(visited.join("\n")).to.include("/lab").and.to.not.include(token);
    } finally {
      await chromium.close();
    }
  });

  it("says that a session is over, with exit code 1", async () => {
    await one.ok("down");
    const { exitCode, stderr, stdout } = await openIn(one, startBrowser(one));
    expect([exitCode, stdout]).to.deep.equal([1, ""]);
    expect(stderr)
      .to.include('its state is "ended by you"')
      .and.to.match(/hpcnb up.*` starts it again/);
  });

  it("says that a notebook has died, with exit code 1", async () => {
    await other.ok("up");
    for (const pid of notebooksIn(other.directory)) process.kill(pid, "SIGKILL");
    const phase = async () => JSON.parse((await other.run("status", "--json")).stdout).phase;
    for (const deadline = Date.now() + 120_000; (await phase()) !== "failed"; )
      if (Date.now() > deadline) throw new Error("its end was not seen within 120 s");
    const { exitCode, stderr, stdout } = await openIn(other, startBrowser(other));
    expect([exitCode, stdout], stderr).to.deep.equal([1, ""]);
    expect(stderr).to.include("(HPCNB_JOB_ENDED)");
  });
});

/** The processes of the notebook job that runs in a folder. */
function notebooksIn(directory: string): number[] {
  const found = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && isNotebook(`/proc/${pid}`, directory));
  expect(found).to.not.deep.equal([]);
  return found.map(Number);
}

function isNotebook(process: string, directory: string): boolean {
  try {
    const isThere = readlinkSync(`${process}/cwd`) === directory;
    return isThere && readFileSync(`${process}/cmdline`, "utf8").endsWith("\0hpcnb-notebook\0");
  } catch {
    // It has ended meanwhile.
    return false;
  }
}
