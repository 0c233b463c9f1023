import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FoundSites, readSessionText, readSiteFile, SessionFileError, unusable } from "@hpcnb/core/session-file";
import { expect } from "chai";

const smallest = "notebook: { directory: . }\n";

describe("a site's files", () => {
  let folder: string;
  let own: string;
  let machine: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-sites-"));
    own = join(folder, "own");
    machine = join(folder, "machine");
    for (const path of [own, machine]) mkdirSync(path);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const found = (): FoundSites => ({
    folders: [own, machine],
    files: [own, machine].flatMap((path) =>
      readdirSync(path).map((name) => ({ name: name.replace(/\.yaml$/, ""), file: join(path, name) })),
    ),
    problems: [],
    hostname: "node7.cluster.example",
    read: (file) => (file.includes("foreign") ? unusable(file, "belongs to somebody") : readSiteFile(file)),
  });
  const has = (where: string, name: string, text: string) => writeFileSync(join(where, `${name}.yaml`), text);
  const read = (text: string) => readSessionText(text, join(folder, "session.yaml"), found());
  const sessionOf = async (text: string) => {
    const { session, problems } = await read(text);
    expect(problems).to.deep.equal([]);
    if (!session) throw new Error("There is neither a problem nor a session");
    return session;
  };
  const linesOf = async (text: string) => {
    const source = await read(text);
    return new SessionFileError(source.file, [...source.problems, ...source.limits]).message
      .replaceAll(`${folder}/`, "")
      .split("\n");
  };

  describe("complete a session", () => {
    it("in one order: the session file, the user's file, the machine's file, the defaults", async () => {
      has(machine, "a", "resources: { queue: m, cores: 1, memory: 1G }\nstorage: { timeout: 1m }\n");
      has(own, "a", "resources: { queue: o, cores: 2 }\n");
      const { resources, storage, site } = await sessionOf(`site: a\n${smallest}resources: { queue: s }\n`);
      expect(resources).to.deep.equal({ queue: "s", cores: 2, memory: 2 ** 30 });
      expect(storage).to.deep.equal({ readiness: "probe", options: {}, timeoutMs: 60_000 });
      expect(site?.files).to.deep.equal([join(own, "a.yaml"), join(machine, "a.yaml")]);
    });

    it("mapping by mapping, but a list as a whole", async () => {
      has(machine, "a", "resources: { options: { x: 1, y: 2 }, native: [-P, a] }\n");
      const { resources } = await sessionOf(`${smallest}resources: { options: { y: 3 }, native: [-l, b] }\n`);
      expect(resources).to.deep.equal({ options: { x: 1, y: 3 }, native: ["-l", "b"] });
    });

    it("with options for a scheduler that the session only names, or does not name", async () => {
      has(machine, "a", "scheduler: { plugin: sge, options: { x: 1, y: 2 } }\n");
      const scheduler = { plugin: "sge", options: { x: 1, y: 2 } };
      expect((await sessionOf(`${smallest}scheduler: sge\n`)).scheduler).to.deep.equal(scheduler);
      expect((await sessionOf(smallest)).scheduler).to.deep.equal(scheduler);
      const completed = await sessionOf(`${smallest}scheduler: { options: { y: 3 } }\n`);
      expect(completed.scheduler.options).to.deep.equal({ x: 1, y: 3 });
    });

    it("but with no options of another plugin", async () => {
      has(machine, "a", "tunnel: { kind: { plugin: ./a.mjs, options: { x: 1 } } }\nstorage: { readiness: ./b.mjs }\n");
      const { tunnel, storage } = await sessionOf(
        `${smallest}tunnel: { kind: jump }\nstorage: { readiness: { options: { y: 2 } } }\n`,
      );
      expect(tunnel).to.deep.include({ kind: "jump", options: {} });
      expect(storage).to.deep.include({ readiness: "./b.mjs", options: { y: 2 } });
    });

    it("with a cluster only where the session has one", async () => {
      has(machine, "a", "cluster: { engines: 8, resources: { memory: 1G } }\n");
      expect((await sessionOf(smallest)).cluster).to.equal(undefined);
      expect((await sessionOf(`${smallest}cluster: {}\n`)).cluster?.groups[0]?.engines).to.equal(8);
    });

    it("without what the session replaces by another key", async () => {
      has(
        machine,
        "a",
        "notebook: { environment: { conda: base, modules: [m] } }\ncluster: { engines: 8, atOnce: 4, minimum: 8 }\n",
      );
      const session = await sessionOf(
        "notebook: { directory: ., environment: { venv: .venv } }\ncluster: { groups: [{ name: g, engines: 2 }] }\n",
      );
      expect(session.notebook.environment).to.deep.equal({ venv: ".venv", modules: ["m"] });
      expect(session.cluster).to.deep.include({ minimum: 2 });
      const { cluster } = await sessionOf(`${smallest}cluster: { engines: 2 }\n`);
      expect(cluster).to.deep.include({ minimum: 2 });
      expect(cluster?.groups[0]).to.deep.include({ engines: 2, atOnce: 4 });
    });
  });

  describe("are chosen", () => {
    const chosen = async (text: string) => (await sessionOf(text)).site?.name;

    it("by name, and not at all by none", async () => {
      has(machine, "a", "resources: { queue: a }\n");
      has(machine, "b", "resources: { queue: b }\n");
      expect(await chosen(`site: b\n${smallest}`)).to.equal("b");
      expect(await chosen(`site: none\n${smallest}`)).to.equal(undefined);
    });

    it("by themselves where there is one site, whoever described it", async () => {
      has(machine, "a", "resources: { queue: a }\n");
      has(own, "a", "resources: { cores: 2 }\n");
      expect(await chosen(smallest)).to.equal("a");
    });

    it("by the session's host, or by this machine's name where the session has no host", async () => {
      has(machine, "a", "hosts: [login1, node7]\n");
      has(machine, "b", "host: login2\n");
      has(machine, "c", "resources: { queue: c }\n");
      expect(await chosen("host: login1\nnotebook: { directory: ~/n }\n")).to.equal("a");
      expect(await chosen("host: login2\nnotebook: { directory: ~/n }\n")).to.equal("b");
      expect(await chosen(smallest)).to.equal("a");
    });

    it("never where the session has another host or another scheduler", async () => {
      has(machine, "a", "hosts: [login1]\nscheduler: sge\n");
      expect(await chosen("host: login2\nnotebook: { directory: ~/n }\n")).to.equal(undefined);
      expect(await chosen(`scheduler: local\n${smallest}`)).to.equal(undefined);
      expect(await linesOf(`site: a\nscheduler: local\n${smallest}`)).to.deep.equal([
        'session.yaml:2:12  scheduler must be "sge", which the site a has (machine/a.yaml:2:12), but is "local": another scheduler is another site, or site: none',
      ]);
    });

    it("by the user where several fit", async () => {
      has(machine, "a", "resources: { queue: a }\n");
      has(machine, "b", "resources: { queue: b }\n");
      expect(await linesOf(smallest)).to.deep.equal([
        "session.yaml:1:1  more than one site fits: write site: a or site: b, or site: none",
      ]);
    });

    it("or the name is told as wrong, with what was meant", async () => {
      has(machine, "physics", "resources: { queue: a }\n");
      expect(await linesOf(`site: phisics\n${smallest}`)).to.deep.equal([
        'session.yaml:1:7  there is no site "phisics"; did you mean physics? hpcnb looked in own and machine.',
      ]);
      expect(await linesOf(`site: ../a\n${smallest}`)).to.have.length(1);
    });
  });

  describe("are told what is wrong with them", () => {
    it("each in its place, once, and together with the session's problems", async () => {
      has(machine, "a", "resources: { memroy: 1G, cores: none }\nmost: { engine: 5 }\nhosts: login\n");
      expect(await linesOf(`${smallest}nmae: x\n`)).to.deep.equal([
        'session.yaml:2:1  there is no key "nmae"; did you mean name?',
        'machine/a.yaml:1:14  resources has no key "memroy"; did you mean memory?',
        'machine/a.yaml:1:33  resources.cores must be a whole number, but is the text "none"',
        'machine/a.yaml:2:9  most has no key "engine"; did you mean engines?',
        'machine/a.yaml:3:8  hosts must be a list, but is the text "login"',
      ]);
    });

    it("where only both files together are wrong, at the line that is", async () => {
      has(machine, "a", "notebook: { environment: { conda: a, venv: b } }\nstorage: { timeout: 9d }\n");
      expect(await linesOf(smallest)).to.deep.equal([
        "machine/a.yaml:1:38  notebook.environment.venv and notebook.environment.conda exclude each other: each of them chooses the Python",
        'machine/a.yaml:2:21  storage.timeout must be at most 1d, but is the text "9d"',
      ]);
    });

    it("when they say what only a session can say, and the other way round", async () => {
      has(machine, "a", "name: x\nsite: a\nnotebook: { directory: ., password: x }\n");
      const lines = await linesOf(`${smallest}hosts: [a]\nmost: {}\nhelp: me\n`);
      expect(lines.map((line) => line.replace(/;.*/, ""))).to.deep.equal([
        'session.yaml:2:1  there is no key "hosts"',
        'session.yaml:3:1  there is no key "most"',
        'session.yaml:4:1  there is no key "help"',
        'machine/a.yaml:1:1  there is no key "name"',
        'machine/a.yaml:2:1  there is no key "site"',
        'machine/a.yaml:3:13  notebook has no key "directory"',
        'machine/a.yaml:3:27  notebook has no key "password"',
      ]);
    });

    const odd: [what: string, make: (file: string) => void, sentence: RegExp][] = [
      ["empty", (file) => writeFileSync(file, "# nothing\n"), /a\.yaml:1:1 {2}the file is empty$/],
      ["a list", (file) => writeFileSync(file, "- x\n"), /a\.yaml:1:1 {2}the file must be a mapping, but is a list$/],
      ["broken", (file) => writeFileSync(file, "a: [\n"), /a\.yaml:2:1 {2}not valid YAML/],
      ["a directory", (file) => mkdirSync(file), /a\.yaml:1:1 {2}is a directory$/],
      ["huge", (file) => writeFileSync(file, "x".repeat(2 ** 20 + 1)), /larger than 1 MiB: this is no site file$/],
    ];
    for (const [what, make, sentence] of odd) {
      it(`when they are ${what}`, async () => {
        make(join(machine, "a.yaml"));
        for (const name of ["", "site: a\n"]) {
          const lines = await linesOf(`${name}${smallest}`);
          expect(lines).to.have.length(1);
          expect(lines[0]).to.match(sentence);
        }
      });
    }

    it("when others can write them; nothing of them is read", async () => {
      has(machine, "foreign", "resources: { queue: x }\n");
      expect(await linesOf(`site: foreign\n${smallest}`)).to.deep.equal([
        "machine/foreign.yaml:1:1  belongs to somebody",
      ]);
    });

    it("but one that is not needed is in nobody's way", async () => {
      has(machine, "broken", "a: [\n");
      has(machine, "b", "hosts: [node7]\n");
      expect((await sessionOf(smallest)).site?.name).to.equal("b");
      expect((await sessionOf(`site: none\n${smallest}`)).site).to.equal(undefined);
    });
  });

  describe("set limits", () => {
    const most = "most: { engines: 5, cores: 2, memory: 4G, walltime: 2d }\n";

    it("which are told with both places, and make no session invalid", async () => {
      has(machine, "a", most);
      const text = `${smallest}resources: { walltime: 72h, cores: 2, memory: 4097M }\ncluster: { engines: 6, resources: { cores: 3 } }\n`;
      expect(await linesOf(text)).to.deep.equal([
        'session.yaml:2:24  resources.walltime must be at most 2d at the site a (machine/a.yaml:1:53), but is the text "72h"',
        'session.yaml:2:47  resources.memory must be at most 4G at the site a (machine/a.yaml:1:39), but is the text "4097M"',
        "session.yaml:3:21  cluster.engines must be at most 5 at the site a (machine/a.yaml:1:18), but is the number 6",
        "session.yaml:3:44  cluster.resources.cores must be at most 2 at the site a (machine/a.yaml:1:28), but is the number 3",
      ]);
      expect((await read(text)).session?.site?.mostEngines).to.deep.equal({
        value: 5,
        where: `at the site a (${machine}/a.yaml:1:18)`,
      });
    });

    it("for all groups of engines together, and for what each of them needs", async () => {
      has(machine, "a", most);
      const groups = "[{ name: a, engines: 3 }, { name: b, engines: 3, resources: { walltime: 49h } }]";
      expect(await linesOf(`${smallest}cluster: { groups: ${groups} }\n`)).to.deep.equal([
        "session.yaml:2:20  cluster.groups must have at most 5 engines at the site a (machine/a.yaml:1:18), but has 6",
        'session.yaml:2:92  cluster.groups[1].resources.walltime must be at most 2d at the site a (machine/a.yaml:1:53), but is the text "49h"',
      ]);
    });
  });
});
