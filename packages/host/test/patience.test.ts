import { expectFailure } from "@hpcnb/core/testing";
import { expect } from "chai";
import { withPatience } from "../src/patience.js";

describe("withPatience", () => {
  it("leaves work behind at its limit, and lets it do nothing more should it come back", async () => {
    let comeBack = () => {};
    const away = new Promise<void>((resolve) => {
      comeBack = resolve;
    });
    const steps: string[] = [];
    let work: Promise<void> | undefined;
    const waiting = withPatience({ what: "/nfs/a could not be written", limitMs: 10 }, (goesOn) => {
      work = (async () => {
        steps.push("filled");
        await away;
        goesOn();
        steps.push("renamed");
      })();
      return work;
    });
    const error = await expectFailure(waiting, "HPCNB_TIMEOUT");
    expect(error.message).to.equal("/nfs/a could not be written within 0.01 s.");
    comeBack();
    await work?.catch(() => {});
    expect(steps).to.deep.equal(["filled"]);
  });

  it("leaves work behind as soon as it is aborted", async () => {
    const controller = new AbortController();
    const waiting = withPatience({ what: "a", signal: controller.signal }, () => new Promise(() => {}));
    controller.abort();
    await expectFailure(waiting, "HPCNB_ABORTED");
  });
});
