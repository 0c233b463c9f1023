import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { listPlugins } from "../../src/plugins/list-plugins.js";
import { createPluginLoader } from "../../src/plugins/load-plugin.js";
import { schemaOfFile } from "../../src/plugins/session-schema.js";
import { createTrust } from "../../src/plugins/trust.js";
import { pluginOfAllKinds } from "./plugin-of-all-kinds.js";
import { trustingLoader } from "./trusting.js";

const options = '{ type: "object", additionalProperties: false, properties: { gate: { type: "string" } } }';
const withOptions = pluginOfAllKinds
  .replaceAll("{ create:", `{ optionsSchema: ${options}, create:`)
  .replace("scheduler: { ", `scheduler: { lacks: ["queue"], resourcesSchema: ${options.replace("gate", "account")}, `);

let folder: string;
let file: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "hpcnb-list-")));
  file = join(folder, "session.yaml");
});
afterEach(() => rmSync(folder, { recursive: true }));

const install = (name: string, code: string) => {
  const place = join(folder, "node_modules", name);
  mkdirSync(place, { recursive: true });
  writeFileSync(
    join(place, "package.json"),
    JSON.stringify({ name, version: "1.2.3", type: "module", exports: "./index.js" }),
  );
  writeFileSync(join(place, "index.js"), code);
};
const session = (rest: string) => writeFileSync(file, `notebook: { directory: . }\n${rest}`);

describe("the list of plugins", () => {
  const find = async (kind: string, name: string) =>
    (await listPlugins(file, trustingLoader())).find((one) => one.kind === kind && one.name === name);

  it("has hpcnb's own, without a session file too", async () => {
    const resources = ["parallelEnvironment", "consumables"];
    expect(await find("scheduler", "sge")).to.deep.include({ from: "hpcnb", resources });
    expect(await find("readiness", "probe")).to.deep.equal({
      kind: "readiness",
      name: "probe",
      from: "hpcnb",
      options: [],
    });
    expect(await find("tunnel", "jump")).to.include({ from: "hpcnb" });
  });

  it("has packages by their short names, with versions, options, and what a scheduler can do and lacks", async () => {
    install("hpcnb-adapter-acme", withOptions);
    install("@hpcnb/tunnel-gate", withOptions);
    expect(await find("scheduler", "acme")).to.deep.equal({
      kind: "scheduler",
      name: "acme",
      version: "1.2.3",
      from: join(folder, "node_modules/hpcnb-adapter-acme/index.js"),
      options: ["gate"],
      resources: ["account"],
      capabilities: ["tasksAtOnce", "cores", "memory", "walltime", "native", "arrays", "cancelTasks"],
      lacks: ["queue"],
    });
    expect(await find("tunnel", "gate")).to.include({ version: "1.2.3" });
  });

  it("counts no limit of engines at once where a scheduler has no arrays", async () => {
    install("hpcnb-adapter-acme", withOptions.replace('["queue"]', '["arrays", "memory"]'));
    const { capabilities } = (await find("scheduler", "acme")) ?? {};
    expect(capabilities).to.deep.equal(["cores", "walltime", "queue", "native", "cancelTasks"]);
  });

  it("has those that the session file names by a path, and once", async () => {
    writeFileSync(join(folder, "mine.mjs"), withOptions);
    install("hpcnb-adapter-acme", withOptions);
    session("scheduler: acme\nstorage: { readiness: ./mine.mjs }\n");
    expect(await find("readiness", "./mine.mjs")).to.include({ from: join(folder, "mine.mjs") });
    const names = (await listPlugins(file, trustingLoader())).map(({ kind, name }) => `${kind} ${name}`);
    expect(new Set(names).size).to.equal(names.length);
    const kinds = names.map((name) => name.split(" ")[0]);
    expect([...new Set(kinds)]).to.deep.equal(kinds.filter((kind, index) => kind !== kinds[index - 1]));
  });

  it("says why one cannot be used: broken, or not trusted, which it does not run", async () => {
    install("hpcnb-adapter-broken", "x.y;");
    install(
      "hpcnb-adapter-new",
      `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(join(folder, "ran"))}, "");`,
    );
    const listed = await listPlugins(file, createPluginLoader(createTrust(undefined, join(folder, "trusted"))));
    expect(listed.find(({ name }) => name === "new")?.problem).to.include("have not trusted it yet");
    expect(existsSync(join(folder, "ran"))).to.equal(false);
    expect((await find("scheduler", "broken"))?.problem).to.include("fails while loading: ReferenceError");
  });
});

describe("the schema of one session file", () => {
  // biome-ignore lint/suspicious/noExplicitAny: any place in a JSON Schema.
  const schema = async (): Promise<any> => schemaOfFile(file, trustingLoader());

  it("knows the options of its plugins, each in its place", async () => {
    writeFileSync(join(folder, "mine.mjs"), withOptions);
    session(
      "scheduler: ./mine.mjs\nstorage: { readiness: ./mine.mjs }\ntunnel: { kind: ./mine.mjs }\ncluster: { engines: 1 }\n",
    );
    const { properties } = await schema();
    const own = { type: "object", additionalProperties: false, properties: { gate: { type: "string" } } };
    const { scheduler, storage, tunnel, cluster, resources } = properties;
    for (const place of [scheduler, storage.properties.readiness, tunnel.properties.kind])
      expect(place.properties.options).to.deep.equal(own);
    const group = cluster.properties.groups.items.properties.resources;
    for (const place of [resources, cluster.properties.resources, group])
      expect(place.properties.options.properties).to.have.all.keys("account");
  });

  it("has no options where a plugin has none, and is there for a file that has other problems", async () => {
    session("scheduler: local\nnonsense: 1\n");
    const { properties } = await schema();
    expect(properties.resources.properties.options).to.deep.equal({ type: "object", additionalProperties: false });
  });

  it("runs no plugin of others while the file has problems, and tells those", async () => {
    writeFileSync(join(folder, "mine.mjs"), withOptions);
    session("scheduler: ./mine.mjs\nnonsense: 1\n");
    const error = await schema().catch((reason) => reason);
    expect(error).to.include({ code: "HPCNB_BAD_SESSION_FILE" });
    expect(error.message).to.include("nonsense");
  });
});
