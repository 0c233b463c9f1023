import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, untouchedHost } from "@hpcnb/core";
import { expect } from "chai";
import { schedulerOf } from "../src/session-at.js";
import { loadValidSession } from "../src/valid-session.js";
import { pluginOfAllKinds } from "./plugins/plugin-of-all-kinds.js";
import { trustingLoader } from "./plugins/trusting.js";

describe("a session file that names somebody's plugin", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-valid-"));
    file = join(folder, "session.yaml");
    const proof = `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(join(folder, "ran"))}, "");`;
    writeFileSync(join(folder, "plugin.mjs"), `${proof} ${pluginOfAllKinds}`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const valid = "notebook: { directory: . }\nscheduler: ./plugin.mjs\n";
  const failure = async (text: string) => {
    writeFileSync(file, text);
    const error = await loadValidSession(file, { loader: trustingLoader() }).catch((reason) => reason);
    expect(error).to.include({ code: "HPCNB_BAD_SESSION_FILE" });
    return error.message as string;
  };

  const faults: [what: string, text: string][] = [
    ["an unknown key", `nonsense: 1\n${valid}`],
    ["a missing directory", "notebook: { directory: gone }\nscheduler: ./plugin.mjs\n"],
    ["an unknown tunnel", `${valid}tunnel: { kind: teleport }\n`],
    ["wrong YAML", `${valid}- x\n`],
    [
      "a bad name, with the plugin as tunnel",
      "name: a/b\nnotebook: { directory: . }\ntunnel: { kind: ./plugin.mjs }\n",
    ],
    [
      "options of hpcnb's own scheduler",
      "notebook: { directory: . }\nscheduler: { plugin: local, options: { x: 1 } }\nstorage: { readiness: ./plugin.mjs }\n",
    ],
  ];
  for (const [what, text] of faults) {
    it(`runs nothing of it while there is ${what}`, async () => {
      await failure(text);
      expect(existsSync(join(folder, "ran"))).to.equal(false);
    });
  }

  it("is held against what the scheduler has for jobs, in each place", async () => {
    const problems = async (scheduler: string, rest: string) =>
      (await failure(`notebook: { directory: . }\nscheduler: ${scheduler}\n${rest}`)).replaceAll(`${file}:`, "");
    const pe = "{ options: { parallelEnvironment: smp } }";
    const groups = `resources: ${pe}\ncluster: { resources: ${pe}, groups: [{ name: a, engines: 1, resources: ${pe} }] }\n`;
    expect((await problems("local", groups)).match(/has no key "parallelEnvironment"/g)).to.have.length(3);
    writeFileSync(file, `notebook: { directory: . }\nscheduler: sge\n${groups}`);
    const { session } = await loadValidSession(file, { loader: trustingLoader() });
    expect(session.cluster?.groups[0]?.resources.options).to.deep.equal({ parallelEnvironment: "smp" });
    expect(await problems("sge", "resources: { options: { parallelEnvironment: a b } }\n")).to.include(
      "3:46  resources.options.parallelEnvironment",
    );
    expect(await problems("sge", "resources: { options: { consumables: { gpu: 0, a b: 1 } } }\n"))
      .to.include("resources.options.consumables.gpu must be at least 1, but is the number 0")
      .and.to.include('resources.options.consumables has no key "a b"');
    expect(await problems("sge", "resources: { options: { gpus: 1 } }\n")).to.include(
      '3:25  resources.options has no key "gpus"; the scheduler\'s own option for it goes into resources.native',
    );
    expect(await problems("slurm", "resources: { options: { gpus: 0, acount: a } }\n"))
      .to.include("3:31  resources.options.gpus")
      .and.to.include('has no key "acount"; did you mean account?');
    const places = "resources: { queue: q }\ncluster: { groups: [{ name: a, engines: 1, resources: { queue: q } }] }\n";
    const lacking = await problems("local", places);
    const sentence = "the scheduler local has no queues: leave out resources.queue";
    expect(lacking).to.include(`3:21  ${sentence}`).and.include(`4:64  ${sentence}`);
  });

  it("gives tunnels and readiness strategies their options, with defaults, and tells the keeper where the code is", async () => {
    const optionsSchema = `{ type: "object", additionalProperties: false, properties: { gate: { type: "string", default: "g1" }, n: { type: "integer" } } }`;
    writeFileSync(
      join(folder, "plugin.mjs"),
      pluginOfAllKinds.replaceAll("{ create:", `{ optionsSchema: ${optionsSchema}, create:`),
    );
    const plugin = (options: string) => `{ plugin: ./plugin.mjs, options: ${options} }`;
    const both = (options: string) =>
      `notebook: { directory: . }\nstorage: { readiness: ${plugin(options)} }\ntunnel: { kind: ${plugin(options)} }\n`;
    writeFileSync(file, both("{ n: 1 }"));
    const { session, plugins } = await loadValidSession(file, { loader: trustingLoader() });
    expect(session.storage).to.deep.include({ readiness: "./plugin.mjs", options: { n: 1, gate: "g1" } });
    expect(plugins.tunnels).to.deep.equal([
      { name: "./plugin.mjs", path: join(folder, "plugin.mjs"), options: { n: 1, gate: "g1" } },
    ]);
    const wrong = plugin("{ gtae: x }");
    for (const [place, text] of [
      ["storage.readiness", `storage: { readiness: ${wrong} }`],
      ["tunnel.kind", `tunnel: { kind: ${wrong} }`],
    ])
      expect(await failure(`notebook: { directory: . }\n${text}\n`)).to.include(
        `${place}.options has no key "gtae"; did you mean gate?`,
      );
  });

  it("has no options for hpcnb's own tunnels and readiness strategies", async () => {
    const message = await failure(
      "notebook: { directory: . }\nstorage: { readiness: { plugin: probe, options: { a: 1 } } }\ntunnel: { kind: { plugin: direct, options: { a: 1 } } }\n",
    );
    expect(message).to.include("the readiness strategy probe has no options");
    expect(message).to.include("the tunnel direct has no options");
    const auto = "notebook: { directory: . }\ntunnel: { kind: { plugin: auto, options: { a: 1 } } }\n";
    expect(await failure(auto)).to.include(":2:27  auto has no options");
  });

  it("says whose code it is and where it lies before it runs", async () => {
    writeFileSync(file, valid);
    const said: string[] = [];
    await loadValidSession(file, {
      loader: trustingLoader(),
      announce: (sentence) => {
        expect(existsSync(join(folder, "ran"))).to.equal(false);
        said.push(sentence);
      },
    });
    expect(said).to.have.length(1);
    expect(said[0]).to.include(join(folder, "plugin.mjs")).and.include("belongs to you");
    expect(existsSync(join(folder, "ran"))).to.equal(true);
  });

  it("runs nothing of it when others can write to the file, and says how to allow it", async () => {
    writeFileSync(file, "");
    chmodSync(file, 0o666);
    const message = await failure(valid);
    for (const part of [`${file} can be changed by every user`, "chmod go-w", "copy it"])
      expect(message).to.include(part);
    expect(existsSync(join(folder, "ran"))).to.equal(false);
  });
});

describe("what a record on a host says of its scheduler", () => {
  const schedulerFor = (plugin: string, options = {}) =>
    schedulerOf({ scheduler: { plugin, options } }, "login:/data").catch((error) => error);

  for (const plugin of [
    "/tmp/x.mjs",
    "./x.js",
    "../x.js",
    "acme",
    "hpcnb-adapter-local",
    "@hpcnb/core",
    "__proto__",
    "",
    "local/../x",
  ]) {
    it(`chooses no code of this machine: ${JSON.stringify(plugin)}`, async () => {
      const { name, scheduler } = await schedulerFor(plugin, { any: 1 });
      expect(name).to.equal(plugin);
      const absent = scheduler.create({ host: untouchedHost, clock: systemClock, log: () => {}, options: {} });
      for (const asked of [
        absent.status(),
        absent.submit({}),
        absent.cancel(["1"]),
        absent.history({ id: "1", name: "a" }),
      ]) {
        const error = await asked.catch((reason: unknown) => reason);
        expect(error).to.include({ code: "HPCNB_UNSUPPORTED" });
        expect(error.message).to.include("login:/data").and.include(JSON.stringify(plugin));
        expect(error.hint).to.include("session file");
      }
    });
  }

  it("chooses among hpcnb's own, whose options are checked", async () => {
    expect((await schedulerFor("sge")).name).to.equal("sge");
    expect(await schedulerFor("local", { slots: "many" })).to.include({ code: "HPCNB_STATE_UNREADABLE" });
  });
});
