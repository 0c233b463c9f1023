import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { createProject, type Project } from "./support/project.js";

/**
 * Each way in which a job may come to trust its storage, on this machine, whose storage is never
 * late.
 */
describe("storage readiness", () => {
  let project: Project;
  let plain: string;

  before(function () {
    const created = createProject("readiness");
    if (!created) {
      this.skip(); // needs a Python environment with Jupyter: HPCNB_TEST_VENV is not set
    }
    project = created;
    plain = readFileSync(join(project.directory, "session.yaml"), "utf8").replace("engines: 4", "engines: 1");
    writeFileSync(join(project.directory, "patient.js"), patient);
  });

  afterEach(() => project?.ok("down"));
  after(() => project?.remove());

  // Seconds: the article's fixed time tells the delay from the others, on a slow machine too.
  const fixed = 30;
  const cases: Record<string, readonly [words: string, least: number, most: number]> = {
    "is not waited for by the strategy none": ["none", 0, fixed],
    "is given the article's fixed time by the strategy delay": ["delay", fixed, Number.POSITIVE_INFINITY],
    "is waited for by a plugin that lies beside the session file": ["./patient.js", 2, fixed],
  };
  for (const [what, [words, least, most]] of Object.entries(cases)) {
    it(what, async () => {
      writeFileSync(join(project.directory, "session.yaml"), `${plain}storage: { readiness: ${words} }\n`);
      expect((await project.ok("up", "--trust")).stderr).to.include("engines: 1 of 1 registered");
      const { phase, storage } = JSON.parse((await project.ok("status", "--json")).stdout);
      expect(phase).to.equal("up");
      expect(storage.strategy).to.equal(words === "./patient.js" ? "patient" : words);
      expect(storage.seconds).to.be.within(least, most);
      // A storage that was ready at once has no row.
      const times = [storage.seconds, storage.controllerSeconds];
      const [notebook, controller] = times.map((seconds) => seconds.toFixed(1));
      const row = `  ready after ${notebook} s (${storage.strategy}); for the controller after ${controller} s\n`;
      expect((await project.ok("status")).stdout.includes(row)).to.equal(Math.max(...times) >= 5);
    });
  }
});

/** Whatever it reads of the jobs is read here: without it, no session comes up. */
const patient = `export default {
  apiVersion: 1,
  name: "patient",
  readiness: {
    create: () => ({
      name: "patient",
      forJob: () => ({
        strategy: "own",
        seconds: 60,
        source: "import time\\n\\ndef wait(paths, run, seconds):\\n    time.sleep(2)\\n",
      }),
      read: async (host, paths, run, { signal } = {}) => {
        const texts = await host.readFiles(paths, signal);
        return texts.map((text) => {
          try {
            const record = JSON.parse(text.slice(0, -65));
            return record.run === run ? record : undefined;
          } catch {
            return undefined;
          }
        });
      },
    }),
  },
};
`;
