import { expect } from "chai";
import { hasChromium, launchChromium, runExampleNotebook } from "./support/browser.js";
import { createProject, type Project } from "./support/project.js";

/** What the user sees: the URL that `up` printed, in a real browser. */
describe("quickstart in Chromium", function () {
  this.timeout(300_000);
  let project: Project;

  before(function () {
    const created = hasChromium() ? createProject("quickstart") : undefined;
    if (!created) {
      this.skip(); // needs Chromium, and a Python environment with Jupyter (HPCNB_TEST_VENV)
    }
    project = created;
  });

  after(() => project?.remove());

  it("runs all cells of the example notebook on the engines and shows its plot", async () => {
    const { stdout } = await project.ok("up");
    const browser = await launchChromium();
    try {
      expect(await runExampleNotebook(browser, stdout.trim(), "quickstart-in-chromium")).to.match(/\b4\b/);
    } finally {
      await browser.close();
    }
  });
});
