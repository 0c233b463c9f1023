import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HpcnbError, isHpcnbError } from "@hpcnb/core";
import type { Session } from "@hpcnb/core/session-file";
import { makeCluster, makeSession } from "@hpcnb/core/testing";
import { createWorkload } from "@hpcnb/jupyter";
import { expect } from "chai";
import { venvFrom } from "./helpers/environments.js";
import { shellHost } from "./helpers/shell-host.js";

const { check } = createWorkload();
const cluster = makeCluster(1);

describe("check", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "hpcnb-check-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const ask = (session: Session) =>
    check(shellHost({ PATH: process.env.PATH, HOME: root }), { session, directory: root, runsOnHost: true });

  async function refusal(session: Session): Promise<HpcnbError> {
    try {
      await ask(session);
    } catch (error) {
      if (isHpcnbError(error, "HPCNB_ENVIRONMENT")) return error;
      throw error;
    }
    throw new Error("It was found good.");
  }

  /** A Python that says this of itself. */
  function fakeVenv(version: string, packages: Readonly<Record<string, string | null>>, others = {}): void {
    const answer = JSON.stringify({ python: "/sw/python", version, packages, ...others });
    mkdirSync(join(root, "v/bin"), { recursive: true });
    writeFileSync(join(root, "v/bin/python"), `#!/bin/sh\necho 'HPCNB_ENVIRONMENT ${answer}'\n`);
    chmodSync(join(root, "v/bin/python"), 0o755);
  }
  const withVenv = (notebook: Partial<Session["notebook"]> = {}) =>
    makeSession({ cluster, notebook: { environment: { venv: "v" }, ...notebook } });

  it("finds what a real environment has, in the blink of an eye", async function () {
    const venv = venvFrom("HPCNB_TEST_VENV", this);
    const session = makeSession({ cluster, notebook: { environment: { venv, setup: "echo noise; cat" } } });
    const { summary } = await ask(session);
    expect(summary).to.match(
      /^Python 3\.\d+\.\d+ \(.*\/bin\/python\) with JupyterLab \d+\.\d+\.\d+ and ipyparallel \d+\.\d+\.\d+$/,
    );
    expect(summary).to.include(`${venv}/bin/python`);
  });

  it("says what is missing, in which Python, and how to install it", async () => {
    fakeVenv("3.11.2", { jupyterlab: null, notebook: null, ipyparallel: null });
    const error = await refusal(withVenv());
    expect(error.message).to.equal("/sw/python on submitnode (Python 3.11.2) has no JupyterLab and no ipyparallel.");
    expect(error.hint).to.match(/\.venv\/bin\/python -m pip install jupyterlab ipyparallel\n/);
  });

  it("asks for no more than the session needs", async () => {
    fakeVenv("3.9.0", { jupyterlab: null, notebook: "6.5.7", ipyparallel: null });
    const { summary } = await ask(makeSession({ notebook: { app: "notebook", environment: { venv: "v" } } }));
    expect(summary).to.equal("Python 3.9.0 (/sw/python) with Notebook 6.5.7");
  });

  it("refuses a limit of processes in which the session cannot come up, with the numbers", async () => {
    const packages = { jupyterlab: "4.0.0", ipyparallel: "9.0.0" };
    fakeVenv("3.11.2", packages, { processes: { limit: 100, own: 12 } });
    const error = await refusal(withVenv());
    expect(error.message).to.equal(
      "You may have 100 processes and threads on submitnode (`ulimit -u`) and have 12; the session needs about 89 more.",
    );
    for (const processes of [{ limit: 101, own: 12 }, null]) {
      fakeVenv("3.11.2", packages, { processes });
      expect((await ask(withVenv())).summary).to.include("JupyterLab 4.0.0");
    }
  });

  it("refuses an ipyparallel that is too old", async () => {
    fakeVenv("3.9.0", { jupyterlab: "4.0.0", notebook: null, ipyparallel: "6.3.0" });
    const error = await refusal(withVenv());
    expect(error.message).to.include("has ipyparallel 6.3.0, which is too old.");
    expect(error.hint).to.include("pip install 'ipyparallel>=7'");
  });

  it("warns of versions that run what lies in the notebook directory", async () => {
    const summary = async (jupyter_core: string, ipython: string) => {
      fakeVenv("3.9.0", { jupyterlab: "3.0.0", notebook: null, ipyparallel: "8.0.0", jupyter_core, ipython });
      return (await ask(withVenv())).summary;
    };
    expect(await summary("4.11.1", "8.0.0")).to.match(
      /Take care: .* are run by jupyter_core 4\.11\.1 \(update it to 4\.11\.2 or newer\) and IPython 8\.0\.0 /,
    );
    expect(await summary("4.9.2", "7.31.1"))
      .to.include("jupyter_core 4.9.2")
      .and.not.include("IPython");
    expect(await summary("5.7.2", "7.20"))
      .to.include("IPython 7.20")
      .and.not.include("jupyter_core");
    expect(await summary("4.11.2", "8.0.1")).to.not.include("Take care");
  });

  it("names the conda environment that lacks something", async () => {
    fakeVenv("3.11.2", { jupyterlab: null, notebook: null, ipyparallel: null });
    const setup = `conda() { CONDA_PREFIX=${root}/v; }`;
    const error = await refusal(withVenv({ environment: { setup, conda: "v" } }));
    expect(error.message).to.include(
      "/sw/python of the conda environment v on submitnode (Python 3.11.2) has no JupyterLab",
    );
  });

  it("says that an answer is none", async () => {
    fakeVenv("3.11.2", {});
    writeFileSync(join(root, "v/bin/python"), "#!/bin/sh\necho 'HPCNB_ENVIRONMENT {\"version\": 3}'\n");
    expect((await refusal(withVenv())).message).to.match(/^Python on submitnode gave no proper answer: version: /);
  });

  it("refuses a Python that is too old", async () => {
    fakeVenv("3.6.8", { jupyterlab: null, notebook: null, ipyparallel: null });
    expect((await refusal(withVenv())).message).to.equal(
      "/sw/python on submitnode is Python 3.6.8, and 3.9 or newer is needed.",
    );
  });

  it("says that a virtual environment is not there", async () => {
    expect((await refusal(withVenv())).message).to.match(/^There is no virtual environment in .*\/v on /);
  });

  it("shows what failed in the user's setup", async () => {
    const error = await refusal(
      makeSession({ notebook: { environment: { setup: "source /no/such/file || exit 99" } } }),
    );
    expect(error.message).to.match(/exited with code 99:\n.*\/no\/such\/file/);
  });
});
