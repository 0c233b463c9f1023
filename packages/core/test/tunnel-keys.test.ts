import { type Host, readKeeperKeys, recordSize, type TunnelKeys, tunnelKeyFiles } from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { expect } from "chai";

const run = { id: "abcde12345", directory: "/home/ada/rnaseq/.hpcnb/runs/abcde12345" };
const identity = (name: string) => ({
  certificate: `-----BEGIN CERTIFICATE-----\n${name}`,
  key: `-----BEGIN PRIVATE KEY-----\n${name}`,
});
const keys: TunnelKeys = { notebook: identity("notebook"), keeper: identity("keeper") };

const hostWith = (files: Readonly<Record<string, string>>) =>
  ({ name: "login", readFiles: async (paths: readonly string[]) => paths.map((path) => files[path]) }) as Host;

describe("the keys of a run's tunnel", () => {
  const files = tunnelKeyFiles(run, keys);

  it("are a record for each side, with no private key of the other", () => {
    expect(files.map(({ text }) => text.length)).to.deep.equal([recordSize, recordSize]);
    const [notebook, keeper] = files.map(({ text }) => JSON.parse(text.slice(0, text.lastIndexOf("}") + 1)));
    expect(notebook).to.deep.equal({ run: run.id, ...keys.notebook, peer: keys.keeper.certificate });
    expect(keeper).to.deep.equal({ run: run.id, ...keys.keeper, peer: keys.notebook.certificate });
  });

  it("are read back for the keeper", async () => {
    const host = hostWith(Object.fromEntries(files.map(({ path, text }) => [path, text])));
    expect(await readKeeperKeys(host, run)).to.deep.equal({ ...keys.keeper, peer: keys.notebook.certificate });
  });

  it("are missed in a sentence", async () => {
    const path = `${run.directory}/tunnel-keeper.record`;
    const missing = await expectFailure(readKeeperKeys(hostWith({}), run), "HPCNB_TUNNEL");
    expect(missing.message).to.equal(
      `${path} on login, which holds the keeper's keys, cannot be used: it is not there.`,
    );
    const damaged = hostWith({ [path]: files[1]?.text.replace("PRIVATE", "private") ?? "" });
    expect((await expectFailure(readKeeperKeys(damaged, run), "HPCNB_TUNNEL")).message).to.include("checksum");
  });
});
