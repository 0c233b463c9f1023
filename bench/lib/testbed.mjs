import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { cleanThisEnvironment } from "./environment.mjs";

const { resolve } = createRequire(new URL("../../package.json", import.meta.url));
const { startTestbed, unsupportedReason } = await import(pathToFileURL(resolve("@hpcnb/testbed")));

/**
 * Runs `work` on a testbed of its own, which then goes down; where there can be none, it says so
 * instead.
 */
export async function withTestbed(options, work) {
  const reason = await unsupportedReason();
  if (reason !== undefined) return console.log(`left out: ${reason}`);
  cleanThisEnvironment();
  const testbed = await startAnew(options);
  try {
    await work(testbed);
  } finally {
    await testbed.down();
  }
}

/**
 * One that is up already was left by a bench that was interrupted, with its faults and other nodes.
 */
async function startAnew(options) {
  const testbed = await startTestbed(options);
  if (testbed.isNew) return testbed;
  await testbed.down();
  return await startTestbed(options);
}
