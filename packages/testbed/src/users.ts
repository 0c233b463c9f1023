import { chmod, chown, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { copyEtc } from "./etc.js";
import { schedulersOf } from "./schedulers/index.js";
import { hostPaths, pathsOf, type Site, type User } from "./site.js";

/**
 * The accounts exist only in the hosts' copies of /etc: the machine's is never changed.
 * The password field is `*`: no password fits, and sshd does not take the account for a locked one.
 */
export async function writeAccounts(site: Site): Promise<void> {
  await mkdir(pathsOf(site.name).state, { recursive: true, mode: 0o755 });
  await copyEtc("/etc", pathsOf(site.name).etc);
  await extend(site, "passwd", ({ name, uid }) => `${name}:x:${uid}:${uid}::/home/${name}:/bin/bash`);
  await extend(site, "group", ({ name, uid }) => `${name}:x:${uid}:`);
  await extend(site, "shadow", ({ name }) => `${name}:*:19000:0:99999:7:::`);
}

async function extend(site: Site, file: string, line: (user: User) => string): Promise<void> {
  const names = new Set(site.users.map((user) => user.name));
  const path = join(pathsOf(site.name).etc, file);
  const machine = (await readFile(path, "utf8")).split("\n").filter(Boolean);
  const kept = machine.filter((entry) => !names.has(entry.split(":")[0] as string));
  await writeFile(path, `${[...kept, ...site.users.map(line)].join("\n")}\n`);
}

/** Empty homes, 0700, with the start-up files of Debian's skeleton. */
export async function makeHomes(site: Site): Promise<void> {
  const { laptopHome, clusterHome } = pathsOf(site.name);
  await mkdir(join(clusterHome, "shared", "venv"), { recursive: true, mode: 0o755 });
  await mkdir(laptopHome, { recursive: true, mode: 0o755 });
  for (const root of [laptopHome, clusterHome]) {
    for (const user of site.users) {
      const home = join(root, user.name);
      await mkdir(home, { recursive: true, mode: 0o700 });
      for (const file of [".profile", ".bashrc"]) await copyFile(join("/etc/skel", file), join(home, file));
      const profile = await readFile(join(home, ".profile"), "utf8");
      await writeFile(join(home, ".profile"), `${profile}\n${loginLines(site, root === clusterHome)}`);
      for (const path of [home, join(home, ".profile"), join(home, ".bashrc")]) await chown(path, user.uid, user.uid);
    }
  }
}

function loginLines(site: Site, onCluster: boolean): string {
  const path = `PATH=${pathsOf(site.name).bin}:$PATH\n`;
  return onCluster ? [path, ...schedulersOf(site).map(({ profile }) => profile)].join("") : path;
}

/** What `exec` gives a user's command, like a login would. */
export function environmentOf(site: Site, host: string, user: string): Record<string, string> {
  const path = [pathsOf(site.name).bin, "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"].join(":");
  const home = user === "root" ? "/root" : `/home/${user}`;
  const common = { HOME: home, USER: user, LOGNAME: user, SHELL: "/bin/bash", LANG: "C.UTF-8", PATH: path };
  if (host !== "laptop") {
    return Object.assign(common, ...schedulersOf(site).map(({ environment }) => environment));
  }
  const uid = site.users.find(({ name }) => name === user)?.uid ?? 0;
  return { ...common, XDG_RUNTIME_DIR: `/run/user/${uid}` };
}

/**
 * `hpcnb` of the checkout, or installed in it, for every host's users. `node` is mounted beside it.
 */
export async function writePrograms(site: Site): Promise<void> {
  const { bin } = pathsOf(site.name);
  await mkdir(bin, { recursive: true, mode: 0o755 });
  await writeFile(join(bin, "node"), "");
  const program = join(bin, "hpcnb");
  const script = [
    "#!/bin/sh",
    `for program in ${hostPaths.checkout}/packages/cli/bin/hpcnb.js ${hostPaths.checkout}/node_modules/hpcnb/bin/hpcnb.js; do`,
    `  test -f "$program" && exec ${bin}/node "$program" "$@"`,
    "done",
    `echo "there is no hpcnb in ${hostPaths.checkout}" >&2`,
    "exit 127",
  ];
  await writeFile(program, `${script.join("\n")}\n`);
  await chmod(program, 0o755);
}
