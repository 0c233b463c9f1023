import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { startFromSource } from "../../../test/support/from-source.js";

describe("what this machine remembers of tunnels", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-known-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const module = new URL("../src/known-tunnels.ts", import.meta.url).href;
  /**
   * `order(file, host)` is what would be tried; `connect(opened, file, host)` opens that tunnel and
   * gives what was tried.
   */
  const helpers = `
    const owner = (file = "/a", host = "login") => ({ host, file });
    const choices = ["jump", "login-forward", "direct"].map((name) => ({ name, options: {} }));
    const connector = (opened, ...at) => {
      let tried;
      const create = (tunnels) => {
        tried = tunnels.map(({ name }) => name).join();
        return { connect: async () => opened, current: async () => opened };
      };
      return { ...memory.rememberingConnector(owner(...at), choices, create, console.error), tried };
    };
    const order = (...at) => connector({}, ...at).tried;
    const connect = async (opened, ...at) => {
      const one = connector(opened, ...at);
      await one.connect();
      return one.tried;
    };
    const expect = (found, wanted) => {
      if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(JSON.stringify(found));
    };
  `;
  const run = async (code: string) => {
    const { exitCode, stderr } = await startFromSource(
      ["--input-type=module", "-e", `import * as memory from ${JSON.stringify(module)}; ${helpers} ${code}`],
      {
        env: { ...process.env, XDG_STATE_HOME: join(folder, "state") },
        cwd: fileURLToPath(new URL("..", import.meta.url)),
      },
    ).ended;
    expect(exitCode, stderr).to.equal(0);
    return stderr;
  };
  const tunnels = () => join(folder, "state", "hpcnb", "tunnels");

  it("is tried first for the session, and for others on the same host, and the rest follow", async () => {
    await run(`
      expect(order(), "jump,login-forward,direct");
      await connect({ kind: "login-forward" });
      expect(order(), "login-forward,jump,direct");
      expect(order("/b"), "login-forward,jump,direct");
      expect(order("/a", "other"), "jump,login-forward,direct");
      await connect({ kind: "direct" }, "/b");
      expect(order("/b"), "direct,jump,login-forward");
      expect(order("/a"), "login-forward,jump,direct");
      expect(order("/c"), "direct,jump,login-forward");
    `);
    const files = readdirSync(tunnels());
    expect(files).to.have.length(3);
    for (const name of files) expect(statSync(join(tunnels(), name)).mode & 0o777, name).to.equal(0o600);
    expect(statSync(tunnels()).mode & 0o777).to.equal(0o700);
  });

  it("keeps why it was not another kind, and is asked for it while that tunnel is open", async () => {
    await run(`
      const failures = [{ kind: "jump", why: "node1 refuses." }];
      await connect({ kind: "login-forward", failures });
      const { failures: [found] } = await connector({ kind: "login-forward" }).current();
      expect(found.kind, "jump");
      if (!/^node1 refuses \\(on \\d{4}-\\d\\d-\\d\\d\\)$/.test(found.why)) throw new Error(found.why);
      expect(await connector({ kind: "jump" }).current(), { kind: "jump" });
      const newer = { kind: "login-forward", failures: [{ kind: "jump", why: "New." }] };
      expect(await connector(newer).current(), newer);
    `);
  });

  it("is nothing of a tunnel that broke at once, or of a kind that hpcnb does not bring along", async () => {
    await run(`
      await connect({ kind: "login-forward", stuck: "It was given up." });
      await connect({ kind: "gateway" });
      expect(order(), "jump,login-forward,direct");
    `);
  });

  it("is not believed when it is damaged, and is written again", async () => {
    await run('await connect({ kind: "direct" })');
    const names = readdirSync(tunnels());
    const damaged = ["", "null", "{", '{"kind":"no-such","at":"x","failures":[]}', " ".repeat(100_000)];
    const paths = names.map((name) => join(tunnels(), name));
    await run(`
      const { writeFileSync } = await import("node:fs");
      for (const text of ${JSON.stringify(damaged)}) {
        for (const path of ${JSON.stringify(paths)}) writeFileSync(path, text);
        expect(order(), "jump,login-forward,direct");
      }
    `);
    await run('await connect({ kind: "direct" }); expect(order(), "direct,jump,login-forward")');
    for (const path of paths) expect(JSON.parse(readFileSync(path, "utf8")).kind).to.equal("direct");
  });

  it("is bounded: the oldest ones go", async () => {
    await run(`for (let number = 0; number < 130; number += 1) await connect({ kind: "direct" }, "/" + number);
      expect(order("/129"), "direct,jump,login-forward")`);
    expect(readdirSync(tunnels())).to.have.length(100);
  });

  it("costs a warning, and no command, where it cannot be written", async () => {
    mkdirSync(join(folder, "state"));
    writeFileSync(join(folder, "state", "hpcnb"), "");
    expect(await run('await connect({ kind: "direct" })')).to.match(/^Warning: which tunnel works was not remembered/);
  });
});
