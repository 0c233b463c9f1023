import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Testbed } from "@hpcnb/testbed";
import { expect } from "chai";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";

const program = "/usr/bin/chromium";
const pictures = fileURLToPath(new URL("../../test-results/", import.meta.url));

export const hasChromium = () => existsSync(program);

/**
 * Chromium without a window; `executablePath` may be a program that starts it elsewhere and passes
 * its open files on.
 */
export function launchChromium(executablePath = program): Promise<Browser> {
  return chromium.launch({
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
}

/** Chromium on the testbed's laptop, as alice, for as long as `work` takes. */
export async function onLaptopsChromium<T>(testbed: Testbed, work: (browser: Browser) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "hpcnb-laptop-"));
  const starter = join(folder, "chromium");
  const argv = await testbed.command("laptop", "alice", [program]);
  const quoted = argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  writeFileSync(starter, `#!/bin/sh\nexec ${quoted} "$@"\n`);
  chmodSync(starter, 0o755);
  try {
    const browser = await launchChromium(starter);
    try {
      return await work(browser);
    } finally {
      await browser.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}${name}.png` });
}

/**
 * Opens the example notebook at the URL that `up` printed, runs all its cells and keeps a picture
 * of them. Its plot must be there, and no error.
 */
export async function runExampleNotebook(browser: Browser, url: string, picture: string): Promise<string> {
  const page = await newTallPage(browser);
  // Whatever happens, there is a picture of what was there to see.
  try {
    const plot = await executeExampleNotebook(page, url);
    expect(await plot.evaluate((image: { naturalWidth?: number }) => image.naturalWidth)).to.be.greaterThan(200);
  } finally {
    await keepPicture(page, picture);
  }
  expect(await page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count()).to.equal(
    0,
  );
  return (await page.locator(".jp-OutputArea").allInnerTexts()).join("\n");
}

/** High enough for the whole notebook: JupyterLab draws only the cells that are in view. */
export const newTallPage = (browser: Browser) => browser.newPage({ viewport: { width: 1280, height: 3600 } });

/** Until the plot is there, which is what comes back. */
export async function executeExampleNotebook(page: Page, url: string): Promise<Locator> {
  const address = new URL(url);
  address.pathname = "/lab/tree/monte-carlo.ipynb";
  await page.goto(address.href, { timeout: 120_000 });
  await page.locator(".jp-Notebook").waitFor({ timeout: 120_000 });
  // The kernel is there when its name stands in the toolbar and it is idle.
  await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor({ timeout: 120_000 });
  const plot = page.locator(".jp-OutputArea img").first();
  // JupyterLab drops the cells that wait when it connects to the kernel a second time. A person
  // runs them again.
  for (let tries = 3; ; tries -= 1) {
    await runAllCells(page);
    try {
      await plot.waitFor({ timeout: 60_000 });
      return plot;
    } catch (error) {
      if (tries <= 1) throw error;
    }
  }
}

/**
 * As a person does it, who clicks again when the first click came before the page was ready for it.
 */
async function runAllCells(page: Page): Promise<void> {
  const executed = page.locator(".jp-InputArea-prompt").filter({ hasText: /\[(\*|\d+)\]/ });
  for (let tries = 10; ; tries -= 1) {
    try {
      await page.locator('.lm-MenuBar-itemLabel:text-is("Run")').click({ timeout: 4_000 });
      await page.locator('.lm-Menu-itemLabel:text-is("Run All Cells")').click({ timeout: 4_000 });
      await executed.first().waitFor({ timeout: 4_000 });
      return;
    } catch (error) {
      if (tries <= 1) throw error;
      // JupyterLab tells in a dialog that the kernel is not ready yet; a menu may have stayed open.
      await page.keyboard.press("Escape");
    }
  }
}
