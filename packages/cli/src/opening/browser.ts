import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/**
 * A program has this long to say that it cannot open a browser; one that is the browser does not
 * end.
 */
const launchLimitMs = 3_000;

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
 * The programs to try, in order, each with its arguments; none where the `open` package knows best.
 * An address has no character that means anything to a shell or to Windows. Pure.
 */
export function openers(environment: NodeJS.ProcessEnv, address: string): readonly (readonly [string, ...string[]])[] {
  // A list of commands, as xdg-open has it; the first one counts, with the address in the place of
  // %s.
  const [command = ""] = (environment.BROWSER ?? "").split(":");
  const [program, ...args] = command.split(" ").filter(Boolean);
  if (program !== undefined) {
    const words = command.includes("%s") ? args.map((word) => word.replaceAll("%s", address)) : [...args, address];
    return [[program, ...words]];
  }
  if (!environment.WSL_DISTRO_NAME) return [];
  // wslu brings the first one; the second is Windows' own, whose first argument is a window's
  // title.
  return [
    ["wslview", address],
    ["cmd.exe", "/c", "start", "", address],
  ];
}

/**
 * Opens an address in the user's browser.
 * @returns why that failed, or undefined. A browser that goes on running counts as opened.
 */
export async function openInBrowser(address: string): Promise<string | undefined> {
  const late = new AbortController();
  // Nothing else keeps this process: a timer of AbortSignal.timeout would not.
  const timer = setTimeout(() => late.abort(), launchLimitMs);
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
  for (const [program, ...args] of openers(process.env, address)) {
    try {
      const child = spawn(program, args, { stdio: "ignore", detached: true });
      await once(child, "spawn");
      child.unref();
      return child;
    } catch (error) {
      // What the user has chosen is not replaced.
      if (process.env.BROWSER || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return (await import("open")).default(address);
}
