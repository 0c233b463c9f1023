import {
  explain,
  noSites,
  readSessionText,
  readSiteText,
  type Session,
  type SessionSource,
} from "@hpcnb/core/session-file";
import { defineReader, demand } from "../fuzz.js";
import { textsLike, valuesLike } from "../inputs.js";
import { fixtures, isOneLine } from "./fixtures.js";

const folder = "packages/core/test/session-file";
const examples = [...fixtures(`${folder}/good`, /\.yaml$/), ...fixtures(`${folder}/bad`, /\.yaml$/)];

const values = [
  {
    name: "rnaseq",
    host: "login",
    scheduler: { plugin: "local", options: {} },
    notebook: { directory: "/d", environment: { modules: ["a"], variables: ["B"], setup: "x\n" }, listen: "auto" },
    resources: { cores: 1, memory: "1G", walltime: "8:00:00", native: ["-P", "a"] },
    cluster: { engines: 3, minimum: 1 },
    storage: { readiness: "probe", timeout: "2m" },
    tunnel: { kind: "auto", localPort: 8888 },
  },
  { notebook: { directory: "/d" }, cluster: { groups: [{ name: "a", engines: 1, atOnce: 1, resources: {} }] } },
];

const siteValues = [
  {
    scheduler: { plugin: "sge", options: { memoryResource: "h_vmem" } },
    host: "login",
    hosts: ["login1", "node7"],
    notebook: { environment: { conda: "a", modules: ["b"] } },
    resources: { cores: 1, memory: "1G", walltime: "8h", options: { x: 1 } },
    cluster: { engines: 3, groups: [{ name: "a", engines: 9, resources: { walltime: "9d" } }], resources: {} },
    most: { engines: 2, cores: 1, memory: "1K", walltime: "1s" },
    help: "Ask Ann",
  },
];

export const sessionFiles = [
  defineReader({
    name: "files of sites",
    share: 2,
    inputs: valuesLike(siteValues).map((value) => JSON.stringify(value) ?? ""),
    regressions: [
      '{"__proto__":null}',
      '{"cluster":{"groups":[null]},"most":{"engines":1}}',
      '{"most":null,"help":"a\\nb"}',
    ],
    extreme: (text) => text,
    read: (text) => readSite(text),
  }),
  defineReader({
    name: "session files",
    share: 4,
    inputs: textsLike(examples),
    regressions: ["a: !<\u001b>x y", "a: *\u001b", "a: !\u009bx y", "notebook: { directory: ., __proto__: { x: 1 } }"],
    extreme: (text) => text,
    read: (text) => readAndLook(text),
  }),
  defineReader({
    name: "session files of odd values",
    share: 2,
    inputs: valuesLike(values).map((value) => JSON.stringify(value) ?? ""),
    regressions: ['{"notebook":{"directory":"/d"},"cluster":{"groups":[null]}}', '{"__proto__":null}'],
    read: (text) => readAndLook(text),
  }),
];

/** Beside a session that has everything that a site completes. */
async function readSite(text: string): Promise<void> {
  const files = [{ name: "a", file: "/sites/a.yaml" }];
  const sites = { ...noSites, files, read: (file: string) => readSiteText(text, file) };
  const session = "site: a\nnotebook: { directory: /d }\ncluster: { engines: 3 }\n";
  const source = await readSessionText(session, "/x/session.yaml", sites);
  lookAt(source);
  demand(source.help === undefined || isOneLine(source.help), () => `the help ${source.help}`);
  explain(source);
}

async function readAndLook(text: string): Promise<void> {
  lookAt(await readSessionText(text, "/x/session.yaml"));
}

function lookAt({ session, problems: own, limits }: SessionSource): void {
  const problems = [...own, ...limits];
  demand((session === undefined) === own.length > 0, () => "neither a session nor a problem, or both");
  for (const { line, column, message } of problems) {
    demand(line >= 1 && column >= 1, () => `the place ${line}:${column}`);
    demand(isOneLine(message) && message.length < 20_000, () => message);
  }
  if (session) look(session);
}

function look({ name, notebook, resources, storage, host = "h" }: Session): void {
  demand(/^[A-Za-z0-9][\w.-]{0,62}$/.test(name), () => `the name ${name}`);
  demand(isOneLine(notebook.directory) && isOneLine(host) && !host.startsWith("-"), () => notebook.directory);
  const { walltimeSeconds = 1, memory = 1 } = resources;
  demand(
    [walltimeSeconds, memory, storage.timeoutMs].every((amount) => Number.isSafeInteger(amount)),
    () => "an amount",
  );
}
