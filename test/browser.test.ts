import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { hasChromium, keepPicture, launchChromium, runExampleNotebook } from "./support/browser.js";
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

describe("the notice that time will be up, in Chromium", function () {
  this.timeout(300_000);
  let project: Project;

  beforeEach(function () {
    const created = hasChromium() ? createProject("notice") : undefined;
    if (!created) {
      this.skip(); // needs Chromium, and a Python environment with Jupyter (HPCNB_TEST_VENV)
    }
    project = created;
  });

  afterEach(() => project?.remove());

  for (const app of ["lab", "notebook"]) {
    it(`is to be seen with app: ${app}`, async () => {
      const notebook = `{ app: ${app}, directory: ., environment: { venv: .venv } }`;
      const text = `name: notice\nscheduler: local\nnotebook: ${notebook}\nresources: { walltime: 121s }\n`;
      writeFileSync(join(project.directory, "session.yaml"), text);
      const { stdout } = await project.ok("up");
      const browser = await launchChromium();
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      try {
        await page.goto(stdout.trim(), { timeout: 120_000 });
        const notice = page.getByText("The time of this notebook on the cluster is up in");
        await notice.first().waitFor({ timeout: 60_000 });
      } finally {
        await keepPicture(page, `notice-${app}`);
        await browser.close();
      }
    });
  }
});
