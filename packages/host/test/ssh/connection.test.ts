import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectFailure } from "@hpcnb/core/testing";
import { expect } from "chai";
import { createSshConnection } from "../../src/ssh/connection.js";

describe("createSshConnection", () => {
  const { PATH } = process.env;
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-login-"));
    process.env.PATH = `${folder}:${PATH}`;
  });
  afterEach(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  });

  it("says of a login that comes to no end which host it was, and what ssh said", async () => {
    const script = `case "$*" in *-G*) echo hostname login.example.org;; *) echo 'Checking your quota' >&2; exec sleep 60;; esac`;
    writeFileSync(join(folder, "ssh"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const connection = createSshConnection({
      alias: "login",
      interactive: false,
      controlDirectory: folder,
      limitMs: 500,
    });
    const error = await expectFailure(connection.open(), "HPCNB_SSH");
    expect(error.message).to.match(
      /^Logging in to login \(login\.example\.org\) .* 0\.5 s and said:\nChecking your quota$/,
    );
    expect(error.transient).to.equal(true);
  });
});
