import { join } from "node:path";
import { stopDaemon } from "../../daemon.js";
import { enter, inHost } from "../../hosts.js";
import { attempt, waitFor } from "../../run.js";
import type { Site } from "../../site.js";
import type { Accounting } from "../scheduler.js";
import { account, cluster, directoryOf, run } from "./files.js";

const slurmdbd = { host: "login", name: "slurmdbd", pidFile: `${run}/slurmdbd.pid` };
const database = { host: "login", name: "mariadbd", pidFile: `${run}/mariadbd.pid` };
/** Where slurmdbd looks for it. */
const socket = "/run/mysqld/mysqld.sock";

export const accounting: Accounting = {
  start: startSlurmdbd,
  stop: (site) => stopDaemon(site, slurmdbd),
};

/** Makes the database, starts it and slurmdbd, and gives the users an account. */
export async function startAccounting(site: Site): Promise<void> {
  await startDatabase(site);
  await startSlurmdbd(site);
  const script = [
    `add cluster ${cluster}`,
    `add account ${account}`,
    // At most one job of a user runs at a time.
    "add qos single set MaxJobsPerUser=1",
    `add user ${site.users.map(({ name }) => name).join(",")} account=${account} qos=normal,single defaultqos=normal`,
  ];
  for (const words of script) await onLogin(site, ["sacctmgr", "--immediate", "--quiet", ...words.split(" ")]);
}

/**
 * It knows no passwords: its socket is in a directory that only Slurm can enter. What it writes
 * need not outlive a power cut.
 */
async function startDatabase(site: Site): Promise<void> {
  const directory = join(directoryOf(site, "login"), "database");
  const options = [
    "--no-defaults",
    "--user=slurm",
    `--datadir=${directory}`,
    ...["--innodb-log-file-size=4M", "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0"],
  ];
  const own = [`--socket=${socket}`, "--skip-networking", "--skip-grant-tables", `--pid-file=${database.pidFile}`];
  const script = [
    `install -d -m 700 -o slurm -g slurm ${directory} /run/mysqld`,
    `mariadb-install-db ${options.join(" ")} --skip-test-db >${directory}.log 2>&1`,
    `setsid mariadbd ${[...options, ...own].join(" ")} >${directory}.log 2>&1 </dev/null &`,
  ];
  await onLogin(site, ["sh", "-euc", script.join("\n")]);
  await waitFor(
    `the socket of mariadbd (see ${directory}.log)`,
    30_000,
    async () => await answers(site, ["test", "-S", socket]),
  );
}

async function startSlurmdbd(site: Site): Promise<void> {
  await onLogin(site, ["slurmdbd"]);
  await waitFor("an answer of slurmdbd", 30_000, () => answers(site, ["sacctmgr", "--noheader", "list", "cluster"]));
}

async function onLogin(site: Site, argv: readonly string[]): Promise<string> {
  return await inHost(site, "login", argv);
}

async function answers(site: Site, argv: readonly string[]): Promise<boolean> {
  return (await attempt([...(await enter(site, "login")), ...argv])).exitCode === 0;
}
