/** The test file after which a handle was first seen open. */
const firstSeen = new Map();

/** To be called after each test file's suite. Node has no public way to list open handles. */
export function noteOpenHandles(testFile) {
  const standard = [process.stdin, process.stdout, process.stderr];
  const open = new Set(process._getActiveHandles().filter((handle) => !standard.includes(handle)));
  for (const handle of firstSeen.keys()) if (!open.has(handle)) firstSeen.delete(handle);
  for (const handle of open) if (!firstSeen.has(handle)) firstSeen.set(handle, testFile);
}

/**
 * A line for each thing that keeps this process from ending, with the test file that opened it
 * where that is known.
 */
export function leftOpen() {
  noteOpenHandles("the last test file, or mocha");
  const handles = [...firstSeen].map(([handle, testFile]) => `    ${describe(handle)}, since ${testFile}`);
  const timers = process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate/.test(name));
  return [...handles, ...timers.map((name) => `    ${name}`)].join("\n");
}

function describe(handle) {
  const { spawnargs, remoteAddress, remotePort, localPort } = handle;
  const kind = handle.constructor.name;
  if (spawnargs) return `${kind} ${spawnargs.join(" ")}`;
  if (remotePort) return `${kind} from port ${localPort} to ${remoteAddress}:${remotePort}`;
  const address = handle.listening ? handle.address() : undefined;
  return address ? `${kind} at ${typeof address === "string" ? address : `port ${address.port}`}` : kind;
}
