import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type OpenTunnel, type Plugin, systemClock, untouchedHost } from "@hpcnb/core";
import { expect } from "chai";
import { loadValidSession } from "../../src/valid-session.js";
import { loadPlugin, trustingLoader } from "./trusting.js";

/** Whatever goes wrong in a plugin, it is the plugin's fault, and its file is named. */
describe("a plugin's fault", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-faults-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const context = { host: untouchedHost, clock: systemClock, log: () => {}, timeoutMs: 1, options: {} };
  const load = (kind: "scheduler" | "readiness" | "tunnel", name: string) =>
    loadPlugin(kind, name, join(folder, "session.yaml"));
  const faultOf = async (work: () => unknown) => {
    const error = await (async () => work())().then(
      () => expect.fail("it worked"),
      (reason) => reason,
    );
    expect(error).to.include({ code: "HPCNB_PLUGIN_BROKEN" });
    expect(error.message).to.include(folder);
    expect(error.hint).to.include("not of hpcnb");
    return error.message as string;
  };

  describe("before it is loaded", () => {
    const manifest = (fields: object) => JSON.stringify({ name: "hpcnb-adapter-x", type: "module", ...fields });
    const cases: [what: string, files: Record<string, string>, says: string][] = [
      [
        "it was not built",
        { "package.json": manifest({ exports: { ".": { default: "./dist/index.js" } } }) },
        "has no ./dist/index.js, which its package.json names. Was it built?",
      ],
      ["its main file is not there", { "package.json": manifest({ main: "lib/x.js" }) }, "has no lib/x.js"],
      ["it has no main file", { "package.json": manifest({}) }, "has no main file"],
      ["its package.json is nothing", { "package.json": "null" }, "cannot be loaded"],
      ["its package.json is no JSON", { "package.json": "{" }, "cannot be loaded"],
      ["it has no package.json", { "index.js": "" }, "has no package.json"],
    ];
    for (const [what, files, says] of cases) {
      it(`is that ${what}`, async () => {
        for (const [name, text] of Object.entries(files)) write(join("node_modules/hpcnb-adapter-x", name), text);
        expect(await faultOf(() => load("scheduler", "x"))).to.include(says);
      });
    }

    it("is that a path names a directory, or no regular file", async () => {
      write("dir/index.js", "");
      expect(await faultOf(() => load("scheduler", "./dir"))).to.include("is a directory: name the plugin's file");
    });

    it("is not that its path leads nowhere: it is not found", async () => {
      symlinkSync("circle.js", join(folder, "circle.js"));
      for (const name of ["./circle.js", "./gone.js"]) {
        const error = await load("scheduler", name).catch((reason) => reason);
        expect(error).to.include({ code: "HPCNB_PLUGIN_NOT_FOUND" });
      }
    });
  });

  describe("while it is loaded", () => {
    const cases: [what: string, name: string, text: string, says: RegExp][] = [
      [
        "a syntax error, by file and line",
        "x.mjs",
        "const a = 1;\nexport default { a: b c };\n",
        /has a syntax error in \/.*\/x\.mjs:2: Unexpected identifier/,
      ],
      [
        "a file that ends too early",
        "x.mjs",
        "export default {\n",
        /syntax error in \/.*x\.mjs:\d: Unexpected end of input/,
      ],
      ["a syntax error of CommonJS", "x.cjs", "module.exports = {\n a: b c };\n", /syntax error in \/.*x\.cjs:2/],
      [
        "what it throws, by file and line",
        "x.mjs",
        "const x = 1;\nx.y.z();\n",
        /fails while loading: TypeError: .* \(at \/.*x\.mjs:2\)/,
      ],
      ["a package that it needs", "x.mjs", 'import "no-such-package";', /fails while loading: .*no-such-package/],
      [
        "a module that was compiled to CommonJS",
        "x.cjs",
        "module.exports = { default: { apiVersion: 1 } };",
        /is a CommonJS module, and hpcnb needs an ES module/,
      ],
      [
        "an export that is no plugin",
        "x.mjs",
        "export default 1;",
        /cannot be used: its default export is not an object/,
      ],
    ];
    for (const [what, name, text, says] of cases) {
      it(`is ${what}`, async () => {
        write(name, text);
        expect(await faultOf(() => load("scheduler", `./${name}`))).to.match(says);
      });
    }
  });

  const members =
    'runsOnHost: true, taskVariable: "T", nameOf: (n) => n, submit: f, status: f, cancel: f, explain: f, history: f, render: f';
  const scheduler = (rest: string, create = `() => ({ ${members}, ${rest} })`) =>
    `const f = async () => {};\nexport default { apiVersion: 1, name: "x", scheduler: { create: ${create} } };`;
  const made = async (text: string, name = "x.mjs") => {
    write(name, text);
    return (await load("scheduler", `./${name}`)).scheduler?.create(context) ?? expect.fail("it offers no scheduler");
  };

  describe("when its factory is called", () => {
    const cases: [what: string, create: string, says: string][] = [
      ["what it throws", '() => { throw new TypeError("oops"); }', "failed in create(): TypeError: oops (at /"],
      ["that it gives nothing", "() => {}", "gives a scheduler without runsOnHost, taskVariable, nameOf, submit"],
      ["that it gives an empty object", "() => ({})", "gives a scheduler without runsOnHost"],
      ["a method that is missing", `() => ({ ${members}, explain: undefined })`, "gives a scheduler without explain."],
      [
        "that it uses its host already",
        `({ host }) => host.run(["x"])`,
        "failed in create(): Error: it used its host's run",
      ],
    ];
    for (const [what, create, says] of cases) {
      it(`is ${what}, for validate too`, async () => {
        expect(await faultOf(() => made(scheduler("", create)))).to.include(says);
        write("session.yaml", "notebook: { directory: . }\nscheduler: ./x.mjs\n");
        const error = await loadValidSession(join(folder, "session.yaml"), { loader: trustingLoader() }).catch(
          (reason) => reason,
        );
        expect(error).to.include({ code: "HPCNB_BAD_SESSION_FILE" });
        expect(error.message).to.include(`:2:12  The scheduler "./x.mjs" (${join(folder, "x.mjs")}) ${says}`);
      });
    }
  });

  describe("when its methods are called", () => {
    it("is what they throw, at once or later, with file and line", async () => {
      const thrower = await made(scheduler("nameOf() { null.x; }, async submit() { null.x; }, status() { null.x; }"));
      expect(await faultOf(() => thrower.nameOf("a"))).to.match(
        /failed in nameOf\(\): TypeError: .* \(at \/.*x\.mjs:2\)/,
      );
      expect(await faultOf(() => thrower.submit({} as never))).to.include("failed in submit(): TypeError");
      expect(await faultOf(() => thrower.status())).to.include("failed in status(): TypeError");
    });

    it("is an answer that hpcnb could do nothing with", async () => {
      const empty = await made(scheduler("nameOf: () => {}, render: f"));
      expect(await faultOf(() => empty.nameOf("a"))).to.include("it does not give a text");
      expect(await faultOf(() => empty.status())).to.include("it does not give a list of jobs");
      const hasty = await made(scheduler("status: () => []"), "hasty.mjs");
      expect(await faultOf(() => hasty.status())).to.include("it gives no promise");
    });

    it("is none of what its contract knows: an error with a code passes as it is", async () => {
      const rejecting = await made(
        scheduler('submit: async () => { throw Object.assign(new Error("no"), { code: "HPCNB_SUBMIT_REJECTED" }); }'),
      );
      const error = await rejecting.submit({} as never).catch((reason) => reason);
      expect(error).to.include({ code: "HPCNB_SUBMIT_REJECTED", message: "no" });
    });

    it("is told of the commands that jobs run later, whose answers are others", async () => {
      const { commands } = await made(
        scheduler('commands: { idPattern: "x", submit: () => ({ argv: [] }), cancel() { null.x; } }'),
      );
      expect(commands?.submit({} as never)).to.deep.equal({ argv: [] });
      expect(await faultOf(() => commands?.cancel([]))).to.include("failed in cancel()");
    });

    it("is told of classes with private members, too, which work", async () => {
      const kind = await made(
        `const f = async () => {}; class S { #jobs = ["a"]; runsOnHost = true; taskVariable = "T"; nameOf(n) { return n + this.#jobs[0]; }
         submit = f; status() { return this.#none(); } async #none() { return this.#jobs; } cancel() {} explain() {} history() {} render() {} }
         export default { apiVersion: 1, name: "x", scheduler: { create: () => new S() } };`,
      );
      expect(kind.nameOf("b")).to.equal("ba");
      expect(await kind.status()).to.deep.equal(["a"]);
    });
  });

  it("is told of tunnels and of the ways that they open, and of readiness strategies", async () => {
    const plugin = async (kind: "tunnel" | "readiness", given: string): Promise<Plugin> => {
      write(`${kind}.mjs`, `export default { apiVersion: 1, name: "x", ${kind}: { create: () => (${given}) } };`);
      return load(kind, `./${kind}.mjs`);
    };
    const way = '{ address: { path: "/x" }, closed: new Promise(() => {}), close: async () => { null.x; } }';
    const { tunnel } = await plugin("tunnel", `{ kind: "x", open: async (e) => (e.host === "good" ? ${way} : {}) }`);
    const open = (host: string): Promise<OpenTunnel> =>
      tunnel?.create(context).open({ kind: "socket", host, path: "/x" }) ?? expect.fail("it offers no tunnel");
    expect(await faultOf(() => open("bad"))).to.include("it does not give an open tunnel");
    const opened = await open("good");
    expect(opened.address).to.deep.equal({ path: "/x" });
    expect(await faultOf(() => opened.close())).to.include("failed in close()");
    const { readiness } = await plugin("readiness", '{ name: "x", forJob: () => 1, read: async () => 1 }');
    const strategy = readiness?.create(context);
    expect(await faultOf(() => strategy?.forJob())).to.include("it does not give an object");
    expect(await faultOf(() => strategy?.read(untouchedHost, [], "r"))).to.include("a list of records");
  });
});
