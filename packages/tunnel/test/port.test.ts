import { once } from "node:events";
import { createServer } from "node:net";
import type { HpcnbError } from "@hpcnb/core";
import { expect } from "chai";
import { openPort } from "../src/keeper/port.js";

describe("a port that the session file names", () => {
  it("is never answered by the advice to take one that cannot be, also for the last port of all", async () => {
    const other = createServer();
    // Whoever has it, it is taken.
    await Promise.race([once(other.listen(65_535, "127.0.0.1"), "listening"), once(other, "error")]).catch(() => {});
    try {
      const error: HpcnbError = await openPort({ port: 65_535, fixed: true }).then(
        () => expect.fail("it was free"),
        (thrown) => thrown,
      );
      expect(error).to.include({
        code: "HPCNB_PORT_TAKEN",
        hint: "Leave tunnel.localPort out: a free port is taken then.",
      });
    } finally {
      other.close();
    }
  });
});
