import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";

/** Linux's tables of TCP connections: proc(5). */
const tables = ["/proc/net/tcp", "/proc/net/tcp6"];

/**
 * 127.0.0.1 as the tables write it, on processors of either byte order, and the same as an IPv6
 * address.
 */
const loopback = /^(?:0100007F|7F000001|0{16}FFFF00000100007F|0{16}0000FFFF7F000001)$/;

/**
 * The user id of the process at the other end of a connection from this machine. Undefined where
 * that cannot be known: on systems without such tables, and for what comes from outside of this
 * system's network, as from Windows to WSL.
 */
export async function peerUser({ remotePort, localPort }: Socket): Promise<number | undefined> {
  if (remotePort === undefined || localPort === undefined) return undefined;
  for (const table of tables) {
    const user = userOf(await readTable(table), { from: remotePort, to: localPort });
    if (user !== undefined) return user;
  }
  return undefined;
}

/** Whose the end at port `from` is of the connection to port `to`, both on 127.0.0.1. Pure. */
export function userOf(
  table: string,
  { from, to }: { readonly from: number; readonly to: number },
): number | undefined {
  for (const line of table.split("\n").slice(1)) {
    // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
    const [, local = "", remote = "", , , , , user = ""] = line.trim().split(/\s+/);
    if (isAt(local, from) && isAt(remote, to) && /^\d{1,10}$/.test(user)) return Number(user);
  }
  return undefined;
}

function isAt(address: string, port: number): boolean {
  const [host = "", hexadecimal = ""] = address.split(":");
  return loopback.test(host) && Number.parseInt(hexadecimal, 16) === port;
}

async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
