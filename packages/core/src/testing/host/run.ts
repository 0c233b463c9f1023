import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../../host.js";
import { expectFailure } from "../expect-failure.js";
import { type Behaviours, expectMessage, waitUntil } from "./fixture.js";

export const runBehaviours: Behaviours = {
  "resolves for every exit code, with what was printed, to the last byte": async ({ host, other }) => {
    const argv = ["sh", "-c", 'printf "out\\n\\n"; printf "err\\n" >&2; exit 3'];
    const expected = { argv, exitCode: 3, signal: undefined, stdout: "out\n\n", stderr: "err\n" };
    for (const each of [host, other]) assert.deepEqual(await each.run(argv), expected);
    assert.equal((await host.run(["sh", "-c", "exit 255"])).exitCode, 255);
  },
  "tells an end by a signal from an exit code": async ({ host }) => {
    const { exitCode, signal } = await host.run(["sh", "-c", "kill -KILL $$"]);
    assert.deepEqual({ exitCode, signal }, { exitCode: null, signal: "SIGKILL" });
  },
  "hands arguments over as they are, whatever a shell would make of them": async ({ host }) => {
    const words = ["$HOME", "a b", "'\"", "*", "", "\n", "a\n\nb\n", "!!", "\\n", "%s", "é漢", "-n", "~", "#"];
    const { stdout } = await host.run(["printf", "<%s>", ...words]);
    assert.equal(stdout, words.map((word) => `<${word}>`).join(""));
  },
  "feeds standard input, and gives an empty one when there is none": async ({ host }) => {
    const long = "漢é\n".repeat(300_000);
    assert.equal((await host.run(["cat"], { stdin: long })).stdout, long);
    assert.equal((await host.run(["cat"])).stdout, "");
  },
  "does not mind a program that leaves its input unread": async ({ host }) => {
    assert.equal((await host.run(["true"], { stdin: "x".repeat(5_000_000) })).exitCode, 0);
  },
  "runs in the directory it is told, and says when that is not there": async ({ host, directory }) => {
    assert.equal((await host.run(["pwd"], { cwd: directory })).stdout, `${directory}\n`);
    const cwd = join(directory, "missing");
    await expectMessage(host.run(["true"], { cwd }), "HPCNB_COMMAND_FAILED", [cwd]);
  },
  "names a program that is not there, or is none, and where it was looked for": async ({ host, directory }) => {
    const { message } = await expectFailure(host.run(["hpcnb-no-such-program"]), "HPCNB_COMMAND_FAILED");
    assert.match(message, /hpcnb-no-such-program/);
    assert.match(message, /PATH is \S*\/bin/);
    const path = join(directory, "text");
    await expectMessage(host.run([path]), "HPCNB_COMMAND_FAILED", [path]);
    await writeFile(path, "text");
    await expectMessage(host.run([path]), "HPCNB_COMMAND_FAILED", [path]);
  },
  "ends a command that takes too long, with all that it started": async ({ host, directory, named }) => {
    const pids = join(directory, "pids");
    const script = 'sleep 60 & echo $! > "$1"; echo $$ >> "$1"; wait; sleep 60';
    const run = host.run(["sh", "-c", script, "sh", pids], { timeoutMs: 3_000 });
    await expectMessage(run, "HPCNB_TIMEOUT", ["3 s", named]);
    await allGone(host, pids);
  },
  "ends a command when it is aborted, also one that will not end": async ({ host, directory }) => {
    const pids = join(directory, "pids");
    const controller = new AbortController();
    const script = "trap '' TERM; echo $$ > \"$1\"; while :; do sleep 0.2; done";
    const run = host.run(["sh", "-c", script, "sh", pids], { signal: controller.signal });
    const isRunning = async () => (await readFile(pids, "utf8").catch(() => "")) !== "";
    await waitUntil(isRunning, () => "the start of the command");
    controller.abort();
    await expectFailure(run, "HPCNB_ABORTED");
    await allGone(host, pids);
  },
  "starts nothing when it was aborted before": async ({ host, directory }) => {
    const path = join(directory, "made");
    await expectFailure(host.run(["touch", path], { signal: AbortSignal.abort() }), "HPCNB_ABORTED");
    assert.deepEqual(await host.readFiles([path]), [undefined]);
  },
};

async function allGone(host: Host, file: string): Promise<void> {
  const pids = (await readFile(file, "utf8")).trim().split("\n");
  assert.notDeepEqual(pids, [""]);
  const areGone = async () => {
    const { stdout } = await host.run(["ps", "-o", "stat=", "-p", pids.join(",")]);
    // A zombie is over, and only its parent does not know yet.
    return stdout.split("\n").every((state) => state === "" || state.startsWith("Z"));
  };
  await waitUntil(areGone, () => `the end of the processes ${pids.join(" ")}`);
}
