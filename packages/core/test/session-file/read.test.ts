import { homedir } from "node:os";
import { readSessionText, type Session, sessionSchema } from "@hpcnb/core/session-file";
import { expect } from "chai";

async function sessionFrom(text: string): Promise<Session> {
  const { session, problems } = await readSessionText(text, "/srv/project/session.yaml");
  if (!session) return expect.fail(problems.map(({ message }) => message).join("\n"));
  return session;
}

describe("reading session files", () => {
  it("needs no more than the notebook directory", async () => {
    expect(await sessionFrom("notebook: { directory: . }")).to.deep.equal({
      name: "project",
      file: "/srv/project/session.yaml",
      site: undefined,
      host: undefined,
      scheduler: { plugin: "local", options: {} },
      notebook: {
        directory: "/srv/project",
        app: "lab",
        environment: {},
        saveScript: false,
        password: undefined,
        listen: "auto",
      },
      resources: {},
      cluster: undefined,
      storage: { readiness: "probe", options: {}, timeoutMs: 120_000 },
      tunnel: { kind: "auto", options: {}, localPort: undefined, ports: undefined },
    });
  });

  it("resolves units, and fills in what follows from other keys", async () => {
    const session = await sessionFrom(`
name: rnaseq
scheduler: { plugin: mock, options: { slots: 4 } }
notebook: { directory: /data, environment: { modules: [python/3.11], conda: rnaseq } }
resources: { cores: 4, memory: 16G, walltime: 8:00:00, queue: long.q, native: ["-P", "genomics"] }
cluster: { engines: 32, resources: { memory: 512m } }
storage: { readiness: delay, timeout: 90s }
tunnel: { kind: direct, localPort: 9999 }`);
    expect(session).to.deep.include({
      scheduler: { plugin: "mock", options: { slots: 4 } },
      resources: {
        cores: 4,
        memory: 16 * 2 ** 30,
        walltimeSeconds: 28_800,
        queue: "long.q",
        native: ["-P", "genomics"],
      },
      cluster: {
        controller: "job",
        groups: [{ name: "engines", engines: 32, atOnce: undefined, resources: { memory: 512 * 2 ** 20 } }],
        minimum: 32,
        restarts: 3,
        interface: undefined,
        ports: undefined,
      },
      storage: { readiness: "delay", options: {}, timeoutMs: 90_000 },
      tunnel: { kind: "direct", options: {}, localPort: 9999, ports: undefined },
    });
  });

  const directories: [string, string][] = [
    ["/data/x", "/data/x"],
    ["~/x", `${homedir()}/x`],
    ['"~"', homedir()],
    ["../x", "/srv/x"],
    ["'it''s a \"test\" ü \u{1f4d3} $HOME {x}'", '/srv/project/it\'s a "test" ü \u{1f4d3} $HOME {x}'],
  ];
  for (const [written, directory] of directories) {
    it(`finds the directory ${written}`, async () => {
      expect((await sessionFrom(`notebook: { directory: ${written} }`)).notebook.directory).to.equal(directory);
    });
  }

  it("leaves a directory on a host as it is", async () => {
    expect((await sessionFrom("host: login\nnotebook: { directory: ~/x }")).notebook.directory).to.equal("~/x");
  });

  it("makes a name that jobs and profiles can have of any directory", async () => {
    expect((await sessionFrom('notebook: { directory: "/x/Zoë\'s data (2)" }')).name).to.equal("Zo--s-data--2-");
    expect((await sessionFrom("notebook: { directory: /x/default }")).name).to.equal("notebook");
    expect((await sessionFrom("notebook: { directory: / }")).name).to.equal("notebook");
    expect((await sessionFrom(`notebook: { directory: /x/${"a".repeat(200)} }`)).name).to.have.length(63);
  });

  it("points at the right place in text with characters of several bytes, aliases and nesting", async () => {
    const { problems } = await readSessionText(
      "name: ü\u{1f4d3}\nnotebook: &n { directory: ., 'äpp': 1 }\nresources: *n\n",
      "s.yaml",
    );
    const places = new Set(problems.map(({ line, column }) => `${line}:${column}`));
    expect([...places]).to.deep.equal(["1:7", "2:30", "3:1"]);
  });

  it("gives a sentence for anything, and never fails otherwise", async () => {
    const whole = `name: rnaseq\nscheduler: { plugin: mock, options: {} }\nnotebook:\n  directory: .\n  environment: { modules: [a] }\ncluster: &c\n  engines: 4\ntunnel: { localPort: 8888 }\n`;
    const random = generator(20_261_122);
    const pieces = [
      "\t",
      "-",
      ":",
      "{",
      "}",
      "[",
      "]",
      "&",
      "*",
      "!",
      "|",
      ">",
      "'",
      '"',
      "#",
      "\n",
      " ",
      "~",
      "%",
      "0",
      "ü",
      "---\n",
      "null",
      "1e999",
      "<<: *c\n",
    ];
    for (let count = 0; count < 500; count += 1) {
      let text = whole;
      for (let edits = 1 + (random() % 4); edits > 0; edits -= 1) {
        const at = random() % text.length;
        text = text.slice(0, at) + pieces[random() % pieces.length] + text.slice(at + (random() % 3));
      }
      const { session, problems } = await readSessionText(text, "s.yaml");
      expect(session === undefined, text).to.equal(problems.length > 0);
      for (const { line, column, message } of problems) {
        expect(line, text).to.be.within(1, text.split("\n").length);
        expect(column, text).to.be.greaterThan(0);
        expect(message, text).to.match(/\S \S/);
      }
    }
  });

  it("describes every key for editors", () => {
    const undescribed: string[] = [];
    const walk = (schema: { properties?: Record<string, object>; description?: string }, path: string) => {
      if (!schema.description) undescribed.push(path);
      for (const [key, property] of Object.entries(schema.properties ?? {})) walk(property, `${path}.${key}`);
    };
    walk(sessionSchema, "");
    expect(undescribed).to.deep.equal([]);
  });
});

/** Small whole numbers, always the same ones for a seed (a linear congruential generator). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}
