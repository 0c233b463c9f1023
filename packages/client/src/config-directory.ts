import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { xdgConfig } from "xdg-basedir";

/** What the user has put there for hpcnb: sites, and plugins for all sessions. */
export function configDirectory(): string {
  const base = xdgConfig !== undefined && isAbsolute(xdgConfig) ? xdgConfig : join(homedir(), ".config");
  return join(base, "hpcnb");
}
