import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { startFromSource } from "../../../test/support/from-source.js";

describe("what this machine remembers of sessions", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-known-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const state = new URL("../src/known-sessions.ts", import.meta.url).href;
  const run = (code: string) =>
    startFromSource(["--input-type=module", "-e", `import * as state from ${JSON.stringify(state)}; ${code}`], {
      env: { ...process.env, XDG_STATE_HOME: join(folder, "state") },
      cwd: fileURLToPath(new URL("..", import.meta.url)),
    }).ended;

  it("warns in a line where it cannot be written, and fails for nothing", async () => {
    // Where a directory should be made.
    writeFileSync(join(folder, "state"), "");
    for (const [what, more] of [
      ["rememberSession", ""],
      ["rememberEnd", '{ at: "", state: "ended" },'],
    ]) {
      const session = '{ name: "a", file: "/a/session.yaml" }';
      const { exitCode, stderr } = await run(`state.${what}(${session}, ${more} console.error)`);
      expect(stderr).to.match(/^Warning: .*state\/hpcnb.*hpcnb list.*\n$/);
      expect(exitCode).to.equal(0);
    }
  });

  it("goes on without what is damaged or cannot be read, and says so", async () => {
    const sessions = join(folder, "state", "hpcnb", "sessions");
    mkdirSync(join(sessions, "directory.json"), { recursive: true });
    const texts = [
      "",
      "null",
      "7",
      "{",
      '{"name":"../../x","file":"/f"}',
      '{"name":"a","file":"/f","run":""}',
      "\0".repeat(99),
    ];
    for (const [index, text] of texts.entries()) writeFileSync(join(sessions, `${index}.json`), text);
    writeFileSync(join(sessions, "large.json"), " ".repeat(100_000));
    writeFileSync(join(sessions, "good.json"), '{"name":"a","file":"/f","run":"0123456789","directory":"/d","new":1}');
    const code = `const found = [state.knownSessions(console.error).length, state.rememberedRuns(undefined, console.error)];
      if (JSON.stringify(found) !== '[1,[{"run":"0123456789","directory":"/d"}]]') throw new Error(JSON.stringify(found))`;
    const { exitCode, stderr } = await run(code);
    expect(exitCode, stderr).to.equal(0);
    expect(stderr.match(/is damaged/g)).to.have.length(2 * (texts.length + 2));
    rmSync(join(folder, "state"), { recursive: true });
    writeFileSync(join(folder, "state"), "");
    const none = await run("if (state.rememberedRuns(undefined, console.error).length > 0) throw new Error()");
    expect(none.exitCode, none.stderr).to.equal(0);
    expect(none.stderr).to.match(/^Warning: this machine's list of sessions/);
  });

  it("has a session once that is used by its file and by its address, and keeps the file", async () => {
    const [file, address] = ["/a/session.yaml", "alice@login:/a"];
    const known = async (first: string, second: string) => {
      const sessions = [first, second].map((place) => ({ name: "a", file: place, run: "r123456789" }));
      await run(`for (const session of ${JSON.stringify(sessions)}) state.rememberSession(session, console.error)`);
      const folderOfSessions = join(folder, "state", "hpcnb", "sessions");
      const files = readdirSync(folderOfSessions).map((path) => readFileSync(join(folderOfSessions, path), "utf8"));
      rmSync(folderOfSessions, { recursive: true });
      return files.map((text) => JSON.parse(text).file);
    };
    expect(await known(file, address)).to.deep.equal([file]);
    expect(await known(address, file)).to.deep.equal([file]);
    expect(await known(address, "login:/a")).to.deep.equal(["login:/a"]);
  });

  it("knows where a browser reached a run last, until there is another run", async () => {
    const { exitCode, stderr } = await run(`
      const remember = (more) => state.rememberSession({ name: "a", file: "/a", ...more }, console.error);
      const expect = (port, name) => {
        const known = state.rememberedPort(name, console.error);
        if (known !== port) throw new Error(name + ": " + known);
      };
      remember({ run: "r123456789", port: 8890 });
      remember({ run: "r123456789" });
      expect(8890, "r123456789");
      remember({ run: "s123456789" });
      expect(undefined, "r123456789");
      expect(undefined, "s123456789");
    `);
    expect(exitCode, stderr).to.equal(0);
  });

  it("keeps a session that has ended, without the page with its token, and not all of them without end", async () => {
    const directory = join(folder, "state", "hpcnb");
    const session = '{ name: "a", file: "/a/session.yaml" }';
    await run(`state.rememberSession(${session}, console.error)`);
    expect(readdirSync(join(directory, "sessions"))).to.have.length(1);
    await run(`state.rememberEnd(${session}, { at: "2026-01-01T00:00:00Z", state: "finished" }, console.error)`);
    expect(readdirSync(join(directory, "sessions"))).to.have.length(1);
    const { exitCode, stderr } = await run(`
      for (let number = 10; number < 40; number += 1) {
        const session = { name: "b" + number, file: "/b/" + number };
        state.rememberSession(session, console.error);
        state.rememberEnd(session, { at: "2026-01-02T00:00:" + number + "Z", state: "ended by you" }, console.error);
      }
      state.rememberSession({ name: "alive", file: "/c" }, console.error);
      const known = state.knownSessions(console.error);
      const ended = known.filter((one) => one.ended).map((one) => one.name);
      if (known.length !== 21 || ended[0] !== "b20" || ended.at(-1) !== "b39") throw new Error(ended.join());
    `);
    expect(exitCode, stderr).to.equal(0);
  });
});
