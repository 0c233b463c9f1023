import { formatDuration, formatMemory, parseDuration, parseMemory } from "@hpcnb/core";
import { readSessionText } from "@hpcnb/core/session-file";
import { expect } from "chai";

const durations: readonly (readonly [string, number])[] = [
  ["90s", 90],
  ["10m", 600],
  ["8h", 28_800],
  ["2d", 172_800],
  ["1:30:00", 5_400],
  ["100:00:00", 360_000],
  ["0:00:01", 1],
  ["00:30:00", 1_800],
];
const noDurations = [
  ...["", "8", "8 h", "-1h", "1.5h", "h", "8H", "9999999999s", "1h\n"],
  ...["0s", "0h", "0:00:00"],
  ...["1:75:00", "1:00:60", "1:2:3:4", "1:5:00", "1:00:5", "9999999:00:00"],
  // Eight hours to one scheduler, eight minutes to another.
  ...["8:00", "30:00", "00:00"],
];
const amounts = ["16G", "512M", "1T", "1024K", "16GiB", "16gb", "016G"];
const noAmounts = ["", "16", "0G", "16 G", "-1G", "1.5G", "16P", "16GX", "99999999G"];

describe("units", () => {
  it("reads times as seconds", () => {
    for (const [text, seconds] of durations) expect(parseDuration(text), text).to.equal(seconds);
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

  it("writes memory in the largest unit that is exact", () => {
    const amounts = [2 ** 40, 3 * 2 ** 30, 2 ** 28, 3 * 2 ** 10, 1_000];
    expect(amounts.map(formatMemory)).to.deep.equal(["1024G", "3G", "256M", "3K", "1000"]);
  });

  it("understands exactly what the session file's schema accepts", async () => {
    const accepts = async (key: string, text: string) =>
      (await readSessionText(`notebook: { directory: . }\nresources: { ${key}: ${JSON.stringify(text)} }`, "s.yaml"))
        .session !== undefined;
    for (const text of [...durations.map(([text]) => text), ...noDurations])
      expect(await accepts("walltime", text), text).to.equal(parseDuration(text) !== undefined);
    for (const text of [...amounts, ...noAmounts])
      expect(await accepts("memory", text), text).to.equal(parseMemory(text) !== undefined);
  });
});
