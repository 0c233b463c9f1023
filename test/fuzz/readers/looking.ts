import { spaceOf } from "../../../packages/client/src/doctor/space.js";
import { type FoundPython, parseFindings, parseModules } from "../../../packages/client/src/init/findings.js";
import { defineReader, demand } from "../fuzz.js";
import { textsLike } from "../inputs.js";
import { isOneLine } from "./fixtures.js";

const findings = [
  "directory\t/home/a/nb\nprogram\tqsub\ncores\t8\nvenv\t.venv\tlab\tipyparallel\nnotebook\ta.ipynb\npython\t/usr/bin/python3\t\t\n",
  "Welcome!\nconda\t/opt/conda\tlab\t\ncores\t\n",
];
const modules = ["/apps/modules:\npython/3.11(default)\npython/3.12 \njupyter/\nanaconda/2024 (D)\n"];
const spaces = [
  "space /dev/sda1 1000000 400000 600000 40% /home\ninodes /dev/sda1 1000 400 600 40% /home\nquota /dev/sda1 100* 90 100 6days\n",
  "space nfs:/home - - - - /home\ninodes nfs:/home 0 0 0 - /home\n",
];

const expectPythons = (pythons: readonly FoundPython[]) => {
  demand(pythons.length <= 30, () => `${pythons.length} Pythons`);
  for (const { value } of pythons)
    demand(value !== "" && isOneLine(value), () => `the Python ${JSON.stringify(value)}`);
};

/** What `init` and `doctor` see of a machine. */
export const looking = [
  defineReader({
    name: "what a machine and a folder have",
    inputs: textsLike(findings),
    regressions: ["venv\t\u001b[31m\tlab\n", "cores\t1e99\ncores\t-1\n", "__proto__\tx\n"],
    extreme: (text) => `venv\t${text}`,
    read: (text) => {
      const { directory = "/", programs, cores, pythons, notebooks } = parseFindings(text);
      expectPythons(pythons);
      demand(Number.isSafeInteger(cores) && cores > 0, () => `${cores} cores`);
      for (const word of [directory, ...programs, ...notebooks]) demand(isOneLine(word), () => JSON.stringify(word));
    },
  }),
  defineReader({
    name: "module avail",
    inputs: textsLike(modules),
    regressions: ["python/\u001b[1m3.11\u001b[0m\n", "-rf\n", "python/3.11(\n"],
    extreme: (text) => text,
    read: (text) => {
      const found = parseModules(text);
      expectPythons(found);
      for (const { value } of found) demand(/^[^-/]/.test(value), () => `the module ${JSON.stringify(value)}`);
    },
  }),
  defineReader({
    name: "df and quota",
    inputs: textsLike(spaces),
    regressions: ["space x 1e999 0 1e999 0% /\n", "space x Infinity 0 NaN 0% /\n", "space x 9 9 -9 100% /\n"],
    extreme: (text) => `space ${text}`,
    read: (text) => {
      const { text: said } = spaceOf(text);
      demand(!/NaN|Infinity/.test(said), () => said);
    },
  }),
];
