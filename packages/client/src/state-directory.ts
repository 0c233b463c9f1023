import { homedir } from "node:os";
import { join } from "node:path";
import { xdgState } from "xdg-basedir";

/** What this machine remembers for this user. Nothing but convenience is lost with it. */
export function stateDirectory(): string {
  return join(xdgState ?? join(homedir(), ".local", "state"), "hpcnb");
}
