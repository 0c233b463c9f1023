/**
 * What runs first in the single executable file: Node with the package inside. Node can load
 * modules from a disk only, so the package is unpacked once for each version, into a folder of this
 * user alone, and started from there as if it were installed.
 */
const {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require("node:fs");
const { createRequire } = require("node:module");
const { homedir } = require("node:os");
const { dirname, join } = require("node:path");
const { getAsset } = require("node:sea");

const { version, digest, files } = JSON.parse(getAsset("contents.json", "utf8"));
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "hpcnb");
const folder = join(cache, `${version}-${digest}`);

try {
  unpack();
} catch (error) {
  process.stderr.write(
    `error: hpcnb could not unpack itself into ${folder}: ${error.message}.\nhint: Set XDG_CACHE_HOME to a folder that you alone can write to.\n`,
  );
  process.exit(3);
}
// The keeper is started as this file too, with its own program as the first word.
const [, , first] = process.argv;
const keeper = join(folder, "bin", "keeper.js");
const program = first === keeper ? keeper : join(folder, "bin", "hpcnb.js");
if (first === keeper) process.argv.splice(2, 1);
createRequire(join(folder, "package.json"))(join(folder, "start.cjs"))(program);

/** What lies there runs: a folder that others can write to is refused. */
function unpack() {
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const found = lstatSync(cache);
  if (!found.isDirectory() || found.uid !== process.getuid()) throw new Error(`${cache} is not a folder of this user`);
  if (found.mode & 0o077) chmodSync(cache, 0o700);
  if (existsSync(join(folder, "complete"))) return;
  const fresh = mkdtempSync(join(cache, "new-"));
  for (const name of files) {
    const path = join(fresh, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.from(getAsset(name)));
  }
  writeFileSync(join(fresh, "start.cjs"), "module.exports = (program) => import(program);\n");
  writeFileSync(join(fresh, "complete"), "");
  rmSync(folder, { recursive: true, force: true });
  try {
    renameSync(fresh, folder);
  } catch (error) {
    // Another start has unpacked it meanwhile.
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(join(folder, "complete"))) throw error;
  }
}
