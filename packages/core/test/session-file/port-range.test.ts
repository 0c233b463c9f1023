import { readSessionText } from "@hpcnb/core/session-file";
import { expect } from "chai";
import { portRangeFaults } from "../../src/session-file/port-range.js";

/** What is said of a session file with these ports, or the ports as they are understood. */
async function outcome(ports: string): Promise<unknown> {
  const text = `notebook: { directory: . }\ntunnel: { ports: ${ports} }`;
  const { session, problems } = await readSessionText(text, "s.yaml");
  return session?.tunnel.ports ?? problems.map(({ line, column, message }) => `${line}:${column} ${message}`).join();
}

describe("a range of ports", () => {
  it("is read with both its ends", async () => {
    expect(await outcome("50000-51000")).to.deep.equal({ low: 50_000, high: 51_000 });
    expect(await outcome("1024-65535")).to.deep.equal({ low: 1_024, high: 65_535 });
    expect(await outcome("50000-50000")).to.deep.equal({ low: 50_000, high: 50_000 });
  });

  it("that nobody can listen on is told with what it must be", async () => {
    const isNow = (text: string) => `but is the text "${text}"`;
    const within = "2:18 tunnel.ports must lie between 1024 and 65535";
    for (const text of ["80-90", "0-0", "1023-2000", "65000-65536", "99999-99999"])
      expect(await outcome(text)).to.equal(`${within}, ${isNow(text)}`);
    expect(await outcome("51000-50000")).to.equal(
      `2:18 tunnel.ports must begin with the lower port, ${isNow("51000-50000")}`,
    );
    const expected = "2:18 tunnel.ports must be a range of ports such as 50000-51000";
    for (const text of ["50000", "50000..51000", "50000 - 51000", "-1-5", "50000-", "1e4-2e4", "500000-510000"])
      expect(await outcome(JSON.stringify(text))).to.equal(`${expected}, ${isNow(text)}`);
  });

  it("must have room for all that listens at the same time", () => {
    const faults = (text: string) =>
      portRangeFaults("/cluster/ports", text, { least: 7, whose: "a controller" }).map(({ message }) => message);
    expect(faults("50000-50006")).to.deep.equal([]);
    expect(faults("50000-50005")).to.deep.equal([
      'cluster.ports must have at least 7 ports for a controller, but is the text "50000-50005"',
    ]);
  });
});
