import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { request } from "node:http";
import type { Duplex } from "node:stream";
import { type Endpoint, encodeRecord } from "@hpcnb/core";
import { type NotebookReport, secretsPath } from "@hpcnb/core/session";
import type { Session } from "@hpcnb/core/session-file";
import { makeSession } from "@hpcnb/core/testing";
import { expect } from "chai";
import { venvFrom } from "./helpers/environments.js";
import { Jobs } from "./helpers/jobs.js";
import { startKernel } from "./helpers/kernel.js";
import { ask } from "./helpers/server.js";
import { makeContext } from "./helpers/session.js";

const { token } = makeContext().run;
const another = "f".repeat(48);

describe("a new token for a notebook that runs", () => {
  let jobs: Jobs | undefined;
  afterEach(async () => {
    await jobs?.dispose();
    jobs = undefined;
  });

  for (const [what, variable, app] of [
    ["JupyterLab", "HPCNB_TEST_VENV", "lab"],
    ["Notebook 7", "HPCNB_TEST_VENV", "notebook"],
    ["Notebook 6", "HPCNB_TEST_VENV_NOTEBOOK6", "notebook"],
  ] as const)
    it(`is taken by ${what}, which forgets the old one, its cookies and its connections`, async function () {
      const venv = venvFrom(variable, this);
      const { jobs, endpoint } = await answering({ app, environment: { venv } });
      const page = app === "lab" ? "/lab" : "/tree";
      const login = await ask(endpoint, `${page}?token=${token}`);
      const { cookie } = login;
      expect((await ask(endpoint, "/api/contents", { cookie })).status).to.equal(200);
      const kernel = await startKernel({ endpoint, token });
      const channel = await openChannel(endpoint, kernel, token);
      const closed = once(channel, "close");

      const { run } = jobs.context;
      writeFileSync(secretsPath(run), encodeRecord({ run: run.id, token: another, renewals: 1 }));
      await jobs.until(({ notebook }) => notebook.state === "answering" && notebook.renewals === 1);

      for (const attempt of [{ token }, { cookie }])
        expect((await ask(endpoint, "/api/contents", attempt)).status).to.equal(403);
      expect((await ask(endpoint, "/api/contents", { token: another })).status).to.equal(200);
      channel.resume();
      await closed;
      // What the page gives to its scripts is the new one.
      const { body } = await ask(endpoint, page, { token: another });
      expect(body).to.not.include(token);
      expect((await ask(endpoint, `/api/kernels/${kernel}`, { token: another })).status).to.equal(200);
      expect(jobs.logs()["notebook.log"]).to.include("the token was changed").and.not.include(another);
    });

  async function answering(notebook: Partial<Session["notebook"]>) {
    jobs = new Jobs(makeSession({ notebook }));
    jobs.start(["notebook"]);
    const reports = await jobs.until(({ notebook }) => notebook.state === "answering" || notebook.state === "failed");
    expect(reports.notebook.state, jobs.story(reports)).to.equal("answering");
    const { endpoint } = reports.notebook as Extract<NotebookReport, { state: "answering" }>;
    return { jobs, endpoint };
  }
});

/** As a browser's tab has it: a connection that is asked for a token only when it is opened. */
function openChannel(endpoint: Endpoint, kernel: string, token: string): Promise<Duplex> {
  const place =
    endpoint.kind === "socket" ? { socketPath: endpoint.path } : { host: endpoint.address, port: endpoint.port };
  return new Promise((resolve, reject) => {
    const headers = {
      host: "localhost",
      authorization: `token ${token}`,
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": Buffer.alloc(16, 1).toString("base64"),
    };
    request({ ...place, path: `/api/kernels/${kernel}/channels`, headers })
      .on("upgrade", (_, socket) => resolve(socket))
      .on("response", ({ statusCode }) => reject(new Error(`status ${statusCode}`)))
      .on("error", reject)
      .end();
  });
}
