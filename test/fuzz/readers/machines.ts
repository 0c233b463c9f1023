import { parseDuration, parseMemory, printable, printableLine } from "@hpcnb/core";
import fc from "fast-check";
import { parseLogWords } from "../../../packages/cli/src/commands/logs.js";
import { askedFor, parseScaleWords } from "../../../packages/cli/src/commands/scale.js";
import { createLogCleaner } from "../../../packages/cli/src/printing/terminal-log.js";
import { namedIn } from "../../../packages/client/src/plugins/code-files.js";
import { parseAddress } from "../../../packages/client/src/session-address.js";
import { parseSshConfig } from "../../../packages/host/src/ssh/config.js";
import { readRemoteOutput } from "../../../packages/host/src/ssh/remote-command.js";
import { defineReader, demand } from "../fuzz.js";
import { textsLike } from "../inputs.js";
import { isOneLine } from "./fixtures.js";

const configs = ["hostname a\nuser b\nport 22\ncontrolpath /x\nproxyjump j\nconnecttimeout none\n"];
const marker = "hpcnb-ab";

/** What `createLogCleaner` may add or leave. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to look for.
const harmless = /\u001b\[[\d;]*m|\r\u001b\[K/g;

export const machines = [
  defineReader({
    name: "ssh -G",
    inputs: textsLike(configs),
    regressions: ["hostname \u001b]0;x\u0007\n", "__proto__ x\nhostname a\n"],
    extreme: (text) => text,
    read: (text) => parseSshConfig(text),
  }),
  defineReader({
    name: "what a command on a host printed",
    inputs: fc.record({
      stdout: textsLike(["noise\nhpcnb-ab 123\nout\n"]),
      stderr: textsLike(["x\nhpcnb-ab\nerr\nhpcnb-ab end 0\n", "hpcnb-ab\nhpcnb-ab no-program /bin\n"]),
    }),
    regressions: [{ stdout: "hpcnb-ab 99999999999999999999\n", stderr: "hpcnb-ab\nhpcnb-ab end x\n" }],
    extreme: (text) => ({ stdout: text, stderr: text }),
    read: (said) => {
      const { processGroup = 1, outcome } = readRemoteOutput(said, marker);
      demand(Number.isSafeInteger(processGroup), () => `the process group ${processGroup}`);
      if (outcome?.kind === "ended") demand(Number.isSafeInteger(outcome.status), () => `the status ${outcome.status}`);
    },
  }),
  defineReader({
    name: "addresses",
    inputs: textsLike(["ann@login:/home/x", "login:~/y", "login:~"]),
    regressions: ["\u001bx:/y", "a\u009b:/y", "-oProxyCommand=x:/y", "a:/y\u001b[31m", "a:/x\ny"],
    extreme: (text) => text,
    read: (text) => {
      const { host, directory } = parseAddress(text) ?? { host: "h", directory: "/" };
      demand(/^[^-]/.test(host) && isOneLine(host) && !/\s/.test(host), () => `the host ${JSON.stringify(host)}`);
      demand(isOneLine(directory), () => `the directory ${JSON.stringify(directory)}`);
    },
  }),
  defineReader({
    name: "what a plugin's code names",
    inputs: textsLike(['import a from "./a.js"; import "@x/b/c"; require ( "d" ); new URL("../e", import.meta.url)']),
    regressions: [`import${" ".repeat(100_000)}x`, `from "${"a".repeat(100_000)}`, '"./'.repeat(50_000)],
    extreme: (text) => text,
    read: (text) => {
      const { paths, packages } = namedIn(text);
      for (const path of paths) demand(/^\.\.?\//.test(path), () => `the path ${path}`);
      for (const name of packages) demand(/^(@[\w.-]+\/)?\w[\w.-]*$/.test(name), () => `the package ${name}`);
    },
  }),
  defineReader({
    name: "words of logs",
    inputs: textsLike(["session.yaml engine 3", "controller", "rnaseq notebook"]).map((text) => text.split(" ")),
    regressions: [["engine", "99999999999999999999"], ["__proto__"]],
    extreme: (text) => text.split(" "),
    read: (words) => parseLogWords(words),
  }),
  defineReader({
    name: "words of scale",
    inputs: textsLike(["session.yaml gpu=4 cpu=3", "12"]).map((text) => text.split(" ")),
    regressions: [["__proto__=1"], ["constructor=2"]],
    extreme: (text) => text.split(" "),
    read: (words) => askedFor(parseScaleWords(words).counts, ["engines", "gpu"]),
  }),
  defineReader({
    name: "units",
    inputs: textsLike(["8:00:00", "90s", "16GiB", "512M"]),
    regressions: ["99999999999999999999h", "0", "00:00:00"],
    extreme: (text) => text,
    read: (text) => {
      for (const amount of [parseDuration(text), parseMemory(text)])
        demand(amount === undefined || (Number.isFinite(amount) && amount > 0), () => `the amount ${amount}`);
    },
  }),
  defineReader({
    name: "text for a terminal",
    share: 2,
    inputs: textsLike(["\u001b[31mred\u001b[0m\r\n10%\r20%\n", "plain\ttext\n"]),
    regressions: ["\u001b[8m", "\u001b[38;5;1", "\r\r\n", "\u001b[1;\u001b[1m"],
    extreme: (text) => text,
    read: (text) => {
      const isClean = (shown: string) => isOneLine(shown.replace(/[\n\t]/g, ""));
      demand(isClean(printable(text)) && isOneLine(printableLine(text)), () => printable(text));
      const cleaner = createLogCleaner();
      const shown = cleaner.clean(Buffer.from(text)) + cleaner.end();
      demand(isClean(shown.replace(harmless, "")), () => JSON.stringify(shown));
    },
  }),
];
