import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "@hpcnb/core";
import { expect } from "chai";

/** What every host does with files that are to be overwritten in place. */
export function describeInPlace(place: () => { host: Host; directory: string }): void {
  it("are overwritten in place where that is asked for, and the size is the same", async () => {
    const { host, directory } = place();
    const path = join(directory, "x", "record");
    const write = async (text: string) => {
      await host.writeFiles([{ path, text, inPlace: true }]);
      expect(await host.readFiles([path])).to.deep.equal([text]);
      const { ino, mode } = await stat(path);
      expect(mode & 0o777).to.equal(0o600);
      return ino;
    };
    const made = await write("one\n");
    expect(await write("two\n")).to.equal(made);
    expect(await write("longer\n")).not.to.equal(made);
  });
}
