import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { chromium, type Page } from "playwright-core";
import { createProject, type Project } from "./support/project.js";

const executablePath = "/usr/bin/chromium";
const pictures = fileURLToPath(new URL("../test-results/", import.meta.url));

/** What the user sees: the URL that `up` printed, in a real browser. */
describe("quickstart in Chromium", function () {
  this.timeout(300_000);
  let project: Project;

  before(function () {
    const created = existsSync(executablePath) ? createProject("quickstart") : undefined;
    if (!created) {
      this.skip(); // needs Chromium, and a Python environment with Jupyter (HPCNB_TEST_VENV)
    }
    project = created;
  });

  after(() => project?.remove());

  it("runs all cells of the example notebook on the engines and shows its plot", async () => {
    const { stdout } = await project.ok("up");
    const browser = await chromium.launch({
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-sync",
      ],
    });
    try {
      // High enough for the whole notebook: JupyterLab draws only the cells that are in view.
      const page = await browser.newPage({ viewport: { width: 1280, height: 3600 } });
      const url = new URL(stdout.trim());
      url.pathname = "/lab/tree/monte-carlo.ipynb";
      await page.goto(url.href);
      await page.locator(".jp-Notebook").waitFor({ timeout: 60_000 });
      // The kernel is there when its name stands in the toolbar and it is idle.
      await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor({ timeout: 60_000 });
      await runAllCells(page);
      const plot = page.locator(".jp-OutputArea img").first();
      try {
        await plot.waitFor({ timeout: 120_000 });
      } finally {
        mkdirSync(pictures, { recursive: true });
        await page.screenshot({ path: `${pictures}quickstart-in-chromium.png` });
      }
      expect(await plot.evaluate((image: { naturalWidth?: number }) => image.naturalWidth)).to.be.greaterThan(200);
      expect(
        await page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count(),
      ).to.equal(0);
      expect(await page.locator(".jp-OutputArea").allInnerTexts()).to.satisfy((texts: string[]) =>
        texts.some((text) => /\b4\b/.test(text)),
      );
    } finally {
      await browser.close();
    }
  });
});

/** As a person does it, who clicks again when the first click came before the page was ready for it. */
async function runAllCells(page: Page): Promise<void> {
  const executed = page.locator(".jp-InputArea-prompt").filter({ hasText: /\[(\*|\d+)\]/ });
  for (let tries = 10; ; tries -= 1) {
    await page.locator('.lm-MenuBar-itemLabel:text-is("Run")').click();
    await page.locator('.lm-Menu-itemLabel:text-is("Run All Cells")').click();
    try {
      await executed.first().waitFor({ timeout: 4_000 });
      return;
    } catch (error) {
      if (tries <= 1) throw error;
    }
  }
}
