import { formatDuration, parseDuration, parseMemory, readSessionText } from "@hpcnb/core";
import { expect } from "chai";

const durations = [
  "90s",
  "10m",
  "8h",
  "2d",
  "1:30:00",
  "30:00",
  "100:00:00",
  "0:00:01",
  "999999:59:59",
  "1:5:00",
  "5:00",
];
const noDurations = [
  "",
  "8",
  "0s",
  "0h",
  "0:00:00",
  "00:00",
  "8 h",
  "-1h",
  "1.5h",
  "1:75:00",
  "1:00:60",
  "h",
  "8H",
  "1:2:3:4",
  "9999999999s",
];
const amounts = ["16G", "512M", "1T", "1024K", "16GiB", "16gb", "016G"];
const noAmounts = ["", "16", "0G", "16 G", "-1G", "1.5G", "16P", "16GX", "99999999G"];

describe("units", () => {
  it("reads times as seconds", () => {
    expect(durations.map(parseDuration)).to.deep.equal([
      90, 600, 28_800, 172_800, 5_400, 1_800, 360_000, 1, 3_599_999_999, 3_900, 300,
    ]);
  });

  it("reads amounts of memory as bytes, in powers of 1024", () => {
    expect(amounts.map(parseMemory)).to.deep.equal([
      16 * 2 ** 30,
      512 * 2 ** 20,
      2 ** 40,
      2 ** 20,
      16 * 2 ** 30,
      16 * 2 ** 30,
      16 * 2 ** 30,
    ]);
  });

  it("refuses everything else", () => {
    for (const text of noDurations) expect(parseDuration(text), text).to.equal(undefined);
    for (const text of noAmounts) expect(parseMemory(text), text).to.equal(undefined);
  });

  it("writes times as schedulers read them", () => {
    expect([1, 90, 28_800, 360_001].map(formatDuration)).to.deep.equal(["0:00:01", "0:01:30", "8:00:00", "100:00:01"]);
  });

  it("understands exactly what the session file's schema accepts", async () => {
    const accepts = async (key: string, text: string) =>
      (await readSessionText(`notebook: { directory: . }\nresources: { ${key}: ${JSON.stringify(text)} }`, "s.yaml"))
        .session !== undefined;
    for (const text of [...durations, ...noDurations])
      expect(await accepts("walltime", text), text).to.equal(parseDuration(text) !== undefined);
    for (const text of [...amounts, ...noAmounts])
      expect(await accepts("memory", text), text).to.equal(parseMemory(text) !== undefined);
  });
});
