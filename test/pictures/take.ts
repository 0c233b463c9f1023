/**
 * Brings the quickstart up in a folder of its own, and takes the pictures of it into the directory
 * that is named.
 */
import { appendFileSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasChromium } from "../support/browser.js";
import { createProject } from "../support/project.js";
import { pictureOfNotebook } from "./notebook.js";
import { screenAfter } from "./screen.js";
import { drawScreen } from "./svg.js";

/** What a page of docs can bear. */
const largest = 200_000;
const [target = ""] = process.argv.slice(2);
const project = hasChromium() ? createProject("quickstart") : undefined;
if (!project)
  throw new Error("Pictures need /usr/bin/chromium, and a Python environment with Jupyter (HPCNB_TEST_VENV).");

try {
  mkdirSync(target, { recursive: true });
  appendFileSync(join(project.directory, "session.yaml"), "resources: { walltime: 8h }\n");
  const up = await screenAfter(["up"], project);
  keep("up.svg", drawScreen(up, "A terminal: hpcnb up"));
  const url = up.text.match(/http:\/\/127\.0\.0\.1:\d+\/\S*token=[0-9a-f]+/)?.[0];
  if (!url) throw new Error(`No URL came of hpcnb up:\n${up.text}`);
  keep("status.svg", drawScreen(await screenAfter(["status"], project), "A terminal: hpcnb status"));
  keep("notebook.png", await pictureOfNotebook(url));
} finally {
  await project.remove();
}

function keep(name: string, content: string | Buffer): void {
  const file = join(target, name);
  writeFileSync(file, content);
  const { size } = statSync(file);
  console.error(`  ${file}  ${Math.ceil(size / 1000)} kB`);
  if (size > largest) throw new Error(`${file} has ${size} bytes, more than ${largest}.`);
}
