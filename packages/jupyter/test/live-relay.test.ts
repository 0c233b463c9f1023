import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:tls";
import type { RelayAddress } from "@hpcnb/core";
import type { NotebookReport, Reports } from "@hpcnb/core/session";
import { makeSession } from "@hpcnb/core/testing";
import { expect } from "chai";
import { until } from "../../../test/support/until.js";
import { venvFrom } from "./helpers/environments.js";
import { Jobs, tunnelKeys } from "./helpers/jobs.js";

describe("the relay of a notebook job", function () {
  this.timeout(240_000);

  const tunnel = { kind: "relay", options: {}, localPort: undefined, ports: undefined };
  let jobs: Jobs | undefined;
  afterEach(async () => {
    await jobs?.dispose();
    jobs = undefined;
  });

  for (const listen of ["socket", "port"] as const)
    it(`leads to a server that listens on a ${listen}, comes back when it dies, and ends with the job`, async function () {
      const venv = venvFrom("HPCNB_TEST_VENV", this);
      jobs = new Jobs(makeSession({ notebook: { environment: { venv }, listen }, tunnel }));
      jobs.start(["notebook"]);
      const relay = relayIn(
        await jobs.until(({ notebook }) => notebook.state !== "waiting" && notebook.state !== "started", 60),
      );
      expect(await statusBy(relay)).to.equal(200);
      expect(relay.addresses).to.not.include("127.0.0.1");

      const [process = 0] = relaysOf(jobs);
      globalThis.process.kill(process, "SIGKILL");
      await until(() => relaysOf(jobs).some((other) => other !== process));
      await until(() =>
        statusBy(relay).then(
          (status) => status === 200,
          () => false,
        ),
      );

      await jobs.stop();
      await until(() =>
        statusBy(relay).then(
          () => false,
          () => true,
        ),
      );
      expect(jobs.logs()["notebook.log"]).to.include("the relay ended by SIGKILL, and is started again");
    });

  function relayIn({ notebook }: Reports): RelayAddress {
    const { endpoint } = notebook as Extract<NotebookReport, { state: "answering" }>;
    if (!endpoint?.relay)
      return expect.fail(`no relay: ${JSON.stringify(notebook)}\n${Object.values(jobs?.logs() ?? {})}`);
    return endpoint.relay;
  }
});

/** What the server says to somebody who has the keys. */
async function statusBy({ port }: RelayAddress): Promise<number | undefined> {
  const { notebook, keeper } = tunnelKeys;
  const secured = connect({
    port,
    host: "127.0.0.1",
    cert: keeper.certificate,
    key: keeper.key,
    ca: notebook.certificate,
    checkServerIdentity: () => undefined,
  });
  await once(secured, "secureConnect");
  try {
    const asking = request({ createConnection: () => secured, path: "/api", headers: { host: "localhost" } });
    asking.end();
    const [{ statusCode }] = await once(asking, "response");
    return statusCode;
  } finally {
    secured.destroy();
  }
}

/** The processes of these jobs that are relays. */
function relaysOf(jobs: Jobs | undefined): number[] {
  const parent = jobs?.child("notebook").pid;
  const all = execFileSync("ps", ["-e", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).trim().split("\n");
  return all.flatMap((line) => {
    const [pid, ppid, ...words] = line.trim().split(/\s+/);
    return Number(ppid) === parent && words.join(" ").includes("hpcnb_relay") ? [Number(pid)] : [];
  });
}
