const fs = require("node:fs");
const Module = require("node:module");
const { homedir } = require("node:os");
const { basename, dirname, isAbsolute, join } = require("node:path");
const { Script } = require("node:vm");

const { constants } = fs;
const program = join(__dirname, "../dist/");

/** V8 gives code that it has made before no way to import a module, so this is compiled each time. */
const importing = join(program, "import-file.cjs");

/** So many pieces of code are kept, of all versions of the program and of Node together. */
const mostKept = 100;

/**
 * From now on what V8 makes of the program's text is kept, and taken at later starts: to read the
 * text takes a third of the time of a start. Node can do that from 22.1 on
 * (module.enableCompileCache).
 *
 * What lies there runs, and V8 does not look whether it is whole. So it is kept in a folder of this
 * user's alone, with a sum of its bytes, by the identity of the file that it was made from.
 */
exports.keepCode = () => {
  const folder = folderOfCode();
  if (folder === undefined) return;
  const isUsable = isPrivate(folder);
  const made = new Map();
  const compile = Module.prototype._compile;
  Module.prototype._compile = function (text, file, ...rest) {
    if (!file.startsWith(program) || file === importing) return compile.call(this, text, file, ...rest);
    const name = nameFor(file);
    const cachedData = isUsable ? readCode(join(folder, name)) : undefined;
    const script = new Script(Module.wrap(text), { filename: file, cachedData });
    if (cachedData === undefined || script.cachedDataRejected) made.set(name, script);
    const require = (id) => this.require(id);
    return script.runInThisContext().call(this.exports, this.exports, require, this, file, dirname(file));
  };
  // Then the functions that were called are among it.
  process.on("exit", () => {
    try {
      if (made.size > 0) writeCode(folder, made);
    } catch {
      // A full disk or a home that cannot be written to: the next start takes as long as this one.
    }
  });
};

function folderOfCode() {
  try {
    const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "hpcnb", "code");
    return isAbsolute(folder) ? folder : undefined;
  } catch {
    // This user has no home.
    return undefined;
  }
}

function isPrivate(folder) {
  try {
    const found = fs.lstatSync(folder);
    return found.isDirectory() && found.uid === process.getuid() && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}

/** Another text has another name, whatever the times are that a package's files were given. */
function nameFor(file) {
  const { ino, ctimeMs, size } = fs.statSync(file);
  return [basename(file), process.version, process.arch, ino, Math.trunc(ctimeMs), size].join("-");
}

/**
 * Undefined where there is none, one that is damaged, or one that others could have written: who
 * owns a folder above this one could exchange it at any moment.
 */
function readCode(path) {
  let file;
  try {
    file = fs.openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { uid, mode } = fs.fstatSync(file);
    if (uid !== process.getuid() || (mode & 0o022) !== 0) return undefined;
    const bytes = fs.readFileSync(file);
    const code = bytes.subarray(0, -4);
    return code.length > 0 && sumOf(code) === bytes.readInt32LE(code.length) ? code : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) fs.closeSync(file);
  }
}

/** Loading Node's cryptography would take longer than all of this spares. */
function sumOf(code) {
  let sum = code.length;
  const words = new Int32Array(code.buffer, code.byteOffset, code.length >> 2);
  for (let index = 0; index < words.length; index++) sum = (Math.imul(sum, 31) + words[index]) | 0;
  return sum;
}

function writeCode(folder, made) {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isPrivate(folder)) return;
  makeRoom(folder, made.size);
  for (const [name, script] of made) {
    const code = script.createCachedData();
    const sum = Buffer.alloc(4);
    sum.writeInt32LE(sumOf(code));
    const path = join(folder, name);
    fs.writeFileSync(`${path}.${process.pid}`, Buffer.concat([code, sum]), { mode: 0o600 });
    fs.renameSync(`${path}.${process.pid}`, path);
  }
}

/** The oldest go. */
function makeRoom(folder, wanted) {
  const names = fs.readdirSync(folder);
  if (names.length + wanted <= mostKept) return;
  const old = names
    .map((name) => ({ name, at: fs.statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((one, other) => one.at - other.at);
  for (const { name } of old.slice(0, mostKept / 2)) fs.rmSync(join(folder, name), { force: true });
}
