import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadSessionFile, type Session } from "@hpcnb/core/session-file";
import { expect } from "chai";

const folder = fileURLToPath(new URL("good/", import.meta.url));
const load = async (name: string): Promise<Session> => (await loadSessionFile(`${folder}${name}.yaml`)).session;

describe("good session files", () => {
  for (const name of readdirSync(folder)) {
    it(`${name} is a session`, async () => {
      expect((await loadSessionFile(`${folder}${name}`)).session.file).to.equal(`${folder}${name}`);
    });
  }

  it("may use every key but one of two that exclude each other", async () => {
    const job = {
      cores: 65_536,
      memory: 2 ** 50,
      walltimeSeconds: 366 * 86_400,
      queue: "long.q@@big",
      options: { parallelEnvironment: "smp 2" },
      native: ["-P", "a b", "-l", "gpu=1"],
    };
    expect(await load("everything")).to.deep.equal({
      name: "rna-seq_2.1",
      file: `${folder}everything.yaml`,
      site: undefined,
      host: "ann@login.example:22",
      scheduler: { plugin: "./my scheduler.js", options: { deep: [{ a: 1 }, null, "x"] } },
      notebook: {
        directory: `~/my "notes"/it's ✓`,
        app: "notebook",
        environment: {
          modules: ["python/3.11", "gcc/12"],
          venv: "../venv with space",
          variables: ["OMP_NUM_THREADS", "_x1"],
          setup: "export A=\"b\"\n\techo 'tab and ü'\n",
        },
        saveScript: true,
        password: "argon2:$argon2id$v=19$m=10240,t=10,p=8$c2FsdA$aGFzaA",
        listen: "port",
      },
      resources: job,
      cluster: {
        controller: "notebook",
        minimum: 1,
        restarts: 100,
        interface: "ib0",
        ports: { low: 50_000, high: 50_014 },
        groups: [
          { name: "cpu", engines: 75_000, atOnce: 16, resources: job },
          { name: "gpu_2", engines: 1, atOnce: undefined, resources: { ...job, queue: "gpu.q" } },
        ],
      },
      storage: { readiness: "@site/nfs", options: { command: ["fs", "refresh"] }, timeoutMs: 86_400_000 },
      tunnel: {
        kind: "./tunnel.js",
        options: { gateway: "g1" },
        localPort: 65_535,
        ports: { low: 50_000, high: 51_000 },
      },
    });
  });

  it("may be written in any of YAML's ways", async () => {
    const session = await load("yaml-of-all-kinds");
    const groups = [{ name: "engines", engines: 16, atOnce: undefined, resources: {} }];
    const cluster = { controller: "job", groups, minimum: 4, restarts: 3, interface: undefined, ports: undefined };
    expect(session).to.deep.include({ name: "2024", cluster });
    expect(session.notebook.directory).to.equal(join(folder, "folded text"));
  });
});
