import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Milliseconds that a program has to say that it cannot open a browser; one that is the browser
 * does not end.
 */
const launchLimit = 3_000;

/** Why no browser would open on the user's screen; undefined where one would. Pure. */
export function whyNoBrowser(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  const { BROWSER, SSH_CONNECTION, SSH_TTY, DISPLAY, WAYLAND_DISPLAY, WSL_DISTRO_NAME } = environment;
  // If it is set, it works here: remote editors set it.
  if (BROWSER) return undefined;
  if (SSH_CONNECTION || SSH_TTY) return "this is a login over ssh";
  if (platform === "darwin" || platform === "win32" || WSL_DISTRO_NAME) return undefined;
  return DISPLAY || WAYLAND_DISPLAY ? undefined : "there is no display here";
}

/**
 * Opens an address in the user's browser.
 * @returns why that failed, or undefined. A browser that goes on running counts as opened.
 */
export async function openInBrowser(address: string): Promise<string | undefined> {
  const late = new AbortController();
  // Nothing else keeps this process: a timer of AbortSignal.timeout would not.
  const timer = setTimeout(() => late.abort(), launchLimit);
  try {
    const child = await start(address);
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit", { signal: late.signal });
    const { exitCode, signalCode } = child;
    return exitCode === 0 ? undefined : `the program that opens a browser ended with ${exitCode ?? signalCode}`;
  } catch (error) {
    if ((error as Error).name === "AbortError") return undefined;
    return `no program that opens a browser could be started: ${(error as Error).message}`;
  } finally {
    clearTimeout(timer);
  }
}

async function start(address: string): Promise<ChildProcess> {
  // A list of commands, as xdg-open has it; the first one counts, with the address in the place of
  // %s.
  const [command = ""] = (process.env.BROWSER ?? "").split(":");
  if (command === "") return (await import("open")).default(address);
  const words = command.split(" ").filter(Boolean);
  const [program = "", ...args] = words.map((word) => word.replaceAll("%s", address));
  const all = command.includes("%s") ? args : [...args, address];
  const child = spawn(program, all, { stdio: "ignore", detached: true });
  await once(child, "spawn");
  child.unref();
  return child;
}
