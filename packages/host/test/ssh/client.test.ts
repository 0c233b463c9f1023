import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectFailure } from "@hpcnb/core/testing";
import { expect } from "chai";
import { runClient } from "../../src/ssh/client.js";

describe("runClient", () => {
  const { PATH } = process.env;
  let folder: string;

  const ssh = (script: string) => writeFileSync(join(folder, "ssh"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-client-"));
    process.env.PATH = `${folder}:${PATH}`;
  });
  afterEach(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  });

  it("tells of a client that takes too long for how long it was waited, and what it said", async () => {
    ssh("echo 'no route yet' >&2; exec sleep 60");
    const error = await expectFailure(runClient([], { interactive: false, limitMs: 500 }), "HPCNB_TIMEOUT");
    expect(error.message).to.equal("ssh took longer than 0.5 s and said:\nno route yet");
  });

  it("does not wait for a process that outlives the client and has its pipes open", async () => {
    // As the ssh that was to lead there does, until its own connection gives up.
    const pid = join(folder, "pid");
    ssh(`sleep 60 & echo $! > ${pid}; echo 'timed out' >&2; exit 255`);
    expect(await runClient([], { interactive: false, limitMs: 20_000 })).to.include({
      code: 255,
      stderr: "timed out\n",
    });
    process.kill(Number(readFileSync(pid, "utf8")));
  });
});
