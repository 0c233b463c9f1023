import { join } from "node:path";
import type { Host } from "@hpcnb/core";
import { expect } from "chai";

/** Milliseconds, and longer than a test may take. */
const ages = 600_000;

/** What every host does when a read of files is to wait for news. */
export function describeAwaitedNews(place: () => { host: Host; directory: string }): void {
  const read = async (known: (string | undefined)[], limit: number) => {
    const { host, directory } = place();
    return host.readFiles([join(directory, "a"), join(directory, "b")], undefined, { known, limit });
  };
  const write = (name: string, text: string) => {
    const { host, directory } = place();
    return host.writeFiles([{ path: join(directory, name), text }]);
  };

  it("are read at once when they are not as they are known", async () => {
    await write("a", "1");
    expect(await read([undefined, undefined], ages)).to.deep.equal(["1", undefined]);
  });

  it("are read as soon as one of them changes", async () => {
    await write("a", "1");
    let isOver = false;
    const reading = read(["1", undefined], ages).finally(() => {
      isOver = true;
    });
    // Looks that began later are over: it has looked, too, and found nothing new.
    for (const _ of [1, 2]) await read([undefined, undefined], 0);
    expect(isOver).to.equal(false);
    await write("b", "2");
    expect(await reading).to.deep.equal(["1", "2"]);
  });

  it("are read as they are when nothing changes for the time given", async () => {
    await write("a", "1");
    const start = performance.now();
    expect(await read(["1", undefined], 300)).to.deep.equal(["1", undefined]);
    expect(performance.now() - start).to.be.at.least(299);
  });
}
