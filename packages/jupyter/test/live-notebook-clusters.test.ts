import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Endpoint, type JobSpec, systemClock } from "@hpcnb/core";
import type { NotebookReport } from "@hpcnb/core/session";
import { createWaitUntil, makeCluster, makeSession } from "@hpcnb/core/testing";
import { expect } from "chai";
import { venvFrom } from "./helpers/environments.js";
import { Jobs } from "./helpers/jobs.js";
import { runCell, startKernel } from "./helpers/kernel.js";
import { ask } from "./helpers/server.js";
import { makeContext } from "./helpers/session.js";

/** Stand for a scheduler's commands: a job is its tasks' processes, its id a number. */
const submit = `#!/bin/sh
folder=$(dirname "$0")
cat >"$folder/$$.sh"
for task in $(seq "$2"); do
  log=$(printf %s "$1" | sed "s/{task}/$task/")
  SGE_TASK_ID=$task setsid bash "$folder/$$.sh" >>"$log" 2>&1 </dev/null &
  echo $! >>"$folder/$$.pids"
done
echo $$`;
const cancel = `#!/bin/sh
kill $(cat "$(dirname "$0")/$1.pids")`;

const mostEngines = { value: 3, where: "at the site here (/sites/here.yaml:2:18)" };

describe("a cluster started in the notebook, really run", () => {
  let jobs: Jobs;
  let endpoint: Endpoint;
  let kernel: string;
  /** The id of the cluster that is started. */
  let id: string;
  const { token } = makeContext().run;
  const cell = (code: string) => runCell({ endpoint, token }, kernel, code);

  const listed = async () => (await ask(endpoint, "/ipyparallel/clusters", { token })).body;

  before(async function () {
    const venv = venvFrom("HPCNB_TEST_VENV", this);
    const site = { name: "here", files: [], mostEngines, schedulerFrom: undefined, help: "Ask Ann." };
    jobs = new Jobs(makeSession({ cluster: makeCluster(1), notebook: { environment: { venv } }, site }), {
      commands: (root) => {
        mkdirSync(join(root, "scheduler"));
        for (const [name, text] of Object.entries({ submit, cancel }))
          writeFileSync(join(root, "scheduler", name), text, { mode: 0o700 });
        return {
          submit: ({ script, output, tasks = 1 }: JobSpec) => ({
            argv: [join(root, "scheduler/submit"), output, String(tasks)],
            stdin: script,
          }),
          cancel: (ids: readonly string[]) => ({ argv: [join(root, "scheduler/cancel"), ...ids] }),
          idPattern: "^(\\d+)$",
        };
      },
    });
    jobs.start();
    const { notebook } = await jobs.until(
      ({ notebook, engines }) => notebook.state === "answering" && engines.size === 1,
    );
    endpoint = (notebook as Extract<NotebookReport, { state: "answering" }>).endpoint;
    kernel = await startKernel({ endpoint, token });
  });
  after(() => jobs?.dispose());

  it("has its engines, beside the session's own", async () => {
    const code = `import ipyparallel
cluster = ipyparallel.Cluster(profile="rnaseq", n=2)
client = cluster.start_and_connect_sync()
print(type(cluster.controller).__module__, client[:].apply_sync(abs, -1), ipyparallel.Client(profile="rnaseq").ids)`;
    expect((await cell(code)).split("\n")).to.include("hpcnb_launchers.jobs [1, 1] [0]");
  });

  it("is shown by the server, which knows the session's own, too", async () => {
    const { status, body } = await ask(endpoint, "/ipyparallel/clusters", { token });
    expect(status, body).to.equal(200);
    const models: { controller?: { class: string } }[] = JSON.parse(body);
    const shown = models.flatMap(({ controller }) => (controller ? [controller.class] : []));
    expect(shown).to.have.members(["hpcnb_launchers.session.SessionController", "hpcnb_launchers.jobs.ControllerJob"]);
  });

  /** What a cell that must fail says. */
  const refusal = async (code: string) =>
    cell(code).then(
      (output) => expect.fail(`it did not fail: ${output}`),
      (error: Error) => error.message,
    );

  it("refuses to end the session's own", async () => {
    const code = `own = ipyparallel.Cluster.from_file(profile="rnaseq", cluster_id="")
own.stop_cluster_sync()`;
    expect(await refusal(code)).to.match(/is the session's own, which `hpcnb up` starts/);
  });

  it("has no more engines than the site lets it have, and says where that is written", async () => {
    const sentence = `A cluster has at most 3 engines ${mostEngines.where}, and 4 are asked for. Ask Ann.`;
    expect(await refusal('ipyparallel.Cluster(profile="rnaseq", n=4).start_cluster_sync()')).to.include(sentence);
    expect(await refusal("cluster.start_engines_sync(4)")).to.include(sentence);
  });

  it("ends when it is told to, also for others that have opened it", async () => {
    id = (await cell("print(cluster.cluster_id)")).trim();
    await cell(`import os
seen = ipyparallel.Cluster.from_file(profile="rnaseq", cluster_id=cluster.cluster_id)
with open(seen.cluster_file) as file:
    text = file.read()
cluster.stop_cluster_sync()`);
    expect(await cell("print(cluster.controller)")).to.equal("None\n");
    // The kernel notices the end between two cells.
    const state =
      "print(seen.controller.state, [engines.state for engines in seen.engines.values()], os.path.exists(seen.cluster_file))";
    const waitUntil = createWaitUntil({ clock: systemClock });
    let last = "";
    await waitUntil(
      async () => {
        last = await cell(state);
        return last.startsWith("after");
      },
      () => `the end of the cluster: ${last}`,
    );
    expect(last).to.equal("after ['after'] False\n");
    await waitUntil(
      async () => !(await listed()).includes(id),
      () => `a server that has forgotten the cluster ${id}`,
    );
  });

  it("is not listed by a file that is older than its end, and the file goes", async () => {
    await cell(`with open(seen.cluster_file, "w") as file:
    file.write(text)`);
    expect(await listed()).not.to.include(id);
    expect(await cell("print(os.path.exists(seen.cluster_file))")).to.equal("False\n");
  });
});
