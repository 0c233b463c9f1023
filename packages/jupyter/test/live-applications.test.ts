import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Endpoint } from "@hpcnb/core";
import type { NotebookReport } from "@hpcnb/core/session";
import type { Session } from "@hpcnb/core/session-file";
import { makeSession } from "@hpcnb/core/testing";
import { expect } from "chai";
import { venvFrom } from "./helpers/environments.js";
import { Jobs } from "./helpers/jobs.js";
import { howItListens, portsOf, runCell, startKernel } from "./helpers/kernel.js";
import { processesWith } from "./helpers/processes.js";
import { ask, saveNotebook } from "./helpers/server.js";
import { makeContext } from "./helpers/session.js";

const { token } = makeContext().run;

describe("a notebook job, really run", () => {
  let jobs: Jobs | undefined;
  afterEach(async () => {
    await jobs?.dispose();
    jobs = undefined;
  });

  async function answering(notebook: Partial<Session["notebook"]>, prepare = (_jobs: Jobs) => {}) {
    jobs = new Jobs(makeSession({ notebook }));
    prepare(jobs);
    jobs.start(["notebook"]);
    const { notebook: report } = await jobs.until(
      ({ notebook }) => notebook.state === "answering" || notebook.state === "failed",
    );
    expect(report.state, jobs.story(await jobs.until(() => true))).to.equal("answering");
    return { jobs, report: report as Extract<NotebookReport, { state: "answering" }> };
  }

  /**
   * Runs a cell, and shows that nobody else can hear what its kernel says; also after a restart, on
   * the same sockets.
   */
  async function expectPrivateKernel(jobs: Jobs, endpoint: Endpoint) {
    const access = { endpoint, token };
    const kernel = await startKernel(access);
    const { transport, ip, pid, inlet } = JSON.parse(await runCell(access, kernel, howItListens));
    const runtime = dirname(ip);
    expect(transport).to.equal("ipc");
    expect(dirname(runtime)).to.equal(jobs.temporary);
    expect(statSync(runtime).mode & 0o777).to.equal(0o700);
    if (process.platform === "linux") expect(portsOf(pid)).to.deep.equal([inlet]);
    const restarted = await ask(endpoint, `/api/kernels/${kernel}/restart`, { token, method: "POST" });
    expect(restarted.status, restarted.body).to.equal(200);
    const after = JSON.parse(await runCell(access, kernel, howItListens));
    expect(after).to.deep.include({ transport, ip });
    expect(after.pid).not.to.equal(pid);
  }

  for (const [variable, app, major] of [
    ["HPCNB_TEST_VENV", "notebook", "7"],
    ["HPCNB_TEST_VENV_NOTEBOOK6", "notebook", "6"],
  ] as const) {
    it(`of Notebook ${major} takes the token, the password and keeps scripts`, async function () {
      const venv = venvFrom(variable, this);
      const hashing = `
try:
    from jupyter_server.auth import passwd
except ImportError:
    from notebook.auth import passwd
print(passwd("pass word"))`;
      const password = execFileSync(join(venv, "bin/python"), ["-c", hashing], { encoding: "utf8" }).trim();
      const { jobs, report } = await answering({ app, environment: { venv }, saveScript: true, password });
      const { endpoint } = report;
      expect(report.server).to.match(new RegExp(`^Notebook ${major}\\.`));
      expect(endpoint.kind).to.equal("socket");
      expect((await ask(endpoint, "/api/status")).status).to.equal(403);
      expect((await ask(endpoint, "/api/status", { token })).status).to.equal(200);
      expect((await ask(endpoint, `/tree?token=${token}`)).status).to.be.oneOf([200, 302]);
      expect(await logsIn(endpoint, "wrong")).to.equal(false);
      expect(await logsIn(endpoint, "pass word")).to.equal(true);
      expect((await saveNotebook(endpoint, token, "a.ipynb", "x = 1")).status).to.equal(201);
      expect(readFileSync(join(jobs.context.directory, "a.py"), "utf8")).to.match(/^# Kept by hpcnb.*\n[\s\S]*x = 1/);
      await expectPrivateKernel(jobs, endpoint);
      if (process.platform === "linux") {
        expect(processesWith(token)).to.deep.equal([]);
        expect(processesWith(password)).to.deep.equal([]);
      }
      expect(jobs.logs()["notebook.log"]).to.not.include(token).and.not.include(password);
      await jobs.stop();
      expect(await jobs.ended("notebook")).to.equal(0);
      expect(readdirSync(jobs.temporary)).to.deep.equal([]);
    });
  }

  it("listens on a port of 127.0.0.1 when it is told to", async function () {
    const venv = venvFrom("HPCNB_TEST_VENV", this);
    const { jobs, report } = await answering({ environment: { venv }, listen: "port" });
    expect(report.endpoint).to.deep.include({ kind: "port", address: "127.0.0.1" });
    expect(report.note).to.equal(undefined);
    expect((await ask(report.endpoint, "/api/status", { token })).status).to.equal(200);
    expect((await ask(report.endpoint, "/api/status")).status).to.equal(403);
    await expectPrivateKernel(jobs, report.endpoint);
    await jobs.stop();
    expect(readdirSync(jobs.temporary)).to.deep.equal([]);
  });

  it("leaves its kernels on ports where the user's own configuration says so", async function () {
    const venv = venvFrom("HPCNB_TEST_VENV", this);
    const configure = ({ home }: Jobs) => {
      mkdirSync(join(home, ".jupyter"));
      writeFileSync(join(home, ".jupyter/jupyter_server_config.py"), 'c.KernelManager.transport = "tcp"\n');
    };
    const { report } = await answering({ environment: { venv } }, configure);
    const access = { endpoint: report.endpoint, token };
    const { transport } = JSON.parse(await runCell(access, await startKernel(access), howItListens));
    expect(transport).to.equal("tcp");
  });

  it("says what its Python lacks", async () => {
    jobs = new Jobs(makeSession({ notebook: { environment: { venv: "~/bare" } } }));
    execFileSync("python3", ["-m", "venv", "--without-pip", join(jobs.home, "bare")]);
    jobs.start(["notebook"]);
    const { notebook } = await jobs.until(({ notebook }) => notebook.state === "failed");
    expect(notebook).to.deep.include({ state: "failed" });
    expect(JSON.stringify(notebook)).to.match(/cannot import jupyterlab.*-m pip install jupyterlab/);
    expect(await jobs.ended("notebook")).to.equal(1);
  });
});

/**
 * The login form, sent as a browser sends it: with the cookie and the word against forged requests.
 */
async function logsIn(endpoint: Endpoint, password: string): Promise<boolean> {
  const form = await ask(endpoint, "/login");
  const xsrf = /name="_xsrf" value="([^"]+)"/.exec(form.body)?.[1] ?? "";
  const answer = await ask(endpoint, "/login", {
    method: "POST",
    form: { _xsrf: xsrf, password },
    cookie: form.cookie,
  });
  return answer.status === 302;
}
