import { executeExampleNotebook, launchChromium, newTallPage } from "../support/browser.js";

/**
 * The example notebook's plot beside the side bar with its engines, as they are in a browser window
 * of a usual size.
 */
export async function pictureOfNotebook(url: string): Promise<Buffer> {
  const browser = await launchChromium();
  try {
    const page = await newTallPage(browser);
    const plot = await executeExampleNotebook(page, url);
    // JupyterLab asks once whether it may fetch news, and remembers the answer.
    await page.addStyleTag({ content: ".Toastify { display: none }" });
    await page.locator('.lm-TabBar-tab[data-id="ipp-cluster-launcher"]').first().click();
    await page.locator(".ipp-ClusterListingItem").first().waitFor();
    await page.setViewportSize({ width: 1200, height: 780 });
    await plot.scrollIntoViewIfNeeded();
    return await page.screenshot();
  } finally {
    await browser.close();
  }
}
