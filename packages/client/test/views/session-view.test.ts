import { makeCluster, makeSession } from "@hpcnb/core/testing";
import { expect } from "chai";
import { viewSession } from "../../src/views/session-view.js";

describe("A session for `validate --json`", () => {
  it("has the keys of a session file, with its times in seconds", () => {
    const resources = { walltimeSeconds: 90, memory: 1024 };
    const groups = [{ name: "gpu", engines: 1, resources, atOnce: undefined }];
    const storage = { readiness: "probe", options: {}, timeoutMs: 120_000 };
    const view = viewSession(makeSession({ resources, cluster: makeCluster(1, { groups }), storage }));
    expect(view.resources).to.deep.equal({ walltime: 90, memory: 1024 });
    expect(view.cluster?.groups[0]?.resources).to.deep.equal({ walltime: 90, memory: 1024 });
    expect(view.storage).to.deep.equal({ readiness: "probe", options: {}, timeout: 120 });
  });

  it("has no password, and no hash of one", () => {
    const { notebook } = makeSession({ notebook: { directory: "/a", password: "argon2:secret" } });
    expect(viewSession(makeSession({ notebook })).notebook.password).to.equal("***");
    expect(viewSession(makeSession({})).notebook.password).to.equal(undefined);
  });
});
