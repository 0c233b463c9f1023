import { type FoundPython, schedulerOf } from "@hpcnb/client";
import { readSessionText } from "@hpcnb/core/session-file";
import { expect } from "chai";
import { type SessionChoices, sessionText } from "../../src/init/session-text.js";

const plain: SessionChoices = {
  name: "rnaseq",
  host: undefined,
  scheduler: schedulerOf(["qsub", "qconf"]),
  directory: ".",
  notebooks: ["a.ipynb", "b # c: [d.ipynb", "e.ipynb"],
  python: undefined,
  engines: 8,
  walltime: "8:00:00",
};

const texts = [
  "no",
  "~",
  "a # b",
  "a: b",
  "- a",
  "*a",
  "'a\"",
  "データ",
  "8:00:00",
  "1e3",
  "null",
  "{a}",
  "a\\b",
  " a ",
];

describe("sessionText", () => {
  const read = async (choices: SessionChoices) => {
    const text = sessionText(choices);
    const source = await readSessionText(text, "/project/session.yaml");
    expect(source.problems, text).to.deep.equal([]);
    return { text, value: source.value as { notebook: Record<string, unknown> } & Record<string, unknown> };
  };

  it("is a valid session file that begins with the editor's modeline", async () => {
    const { text, value } = await read(plain);
    expect(text).to.match(/^# yaml-language-server: \$schema=session\.schema\.json\n/);
    expect(value).to.deep.include({ name: "rnaseq", scheduler: "sge", resources: { walltime: "8:00:00" } });
    expect(value.cluster).to.deep.include({ engines: 8, resources: { walltime: "8:00:00" } });
  });

  it("means exactly the texts that were found, whatever is in them", async () => {
    for (const text of texts) {
      const kinds = { venv: text, conda: text.replace(/^-/, "_"), module: text.replaceAll(/[\s-]/g, "_") };
      for (const [kind, found] of Object.entries(kinds)) {
        const python = { kind, value: found, lab: true, ipyparallel: true } as FoundPython;
        const { value } = await read({ ...plain, python, directory: `./${text}`, notebooks: [text] });
        const expected = kind === "module" ? { modules: [found] } : { [kind]: found };
        expect(value.notebook).to.deep.include({ directory: `./${text}`, environment: expected });
      }
    }
  });

  it("leaves out what was not wanted, and shows it as a comment", async () => {
    const { text, value } = await read({ ...plain, engines: 0, walltime: undefined, scheduler: schedulerOf([]) });
    expect(value).to.not.have.any.keys("cluster", "resources", "host");
    expect(value.scheduler).to.equal("local");
    for (const [, line = ""] of text.matchAll(/^# (cluster:| {2}engines: \d+)/gm)) expect(text).to.include(`# ${line}`);
    const uncommented = text
      .replace(/^( *)# (environment: .*)$/m, "$1$2")
      .replace(/^# (cluster:| {2}engines:)/gm, "$1");
    const source = await readSessionText(uncommented, "/project/session.yaml");
    expect(source.problems, uncommented).to.deep.equal([]);
    expect(source.session?.cluster?.groups).to.have.length(1);
    expect(source.session?.notebook.environment).to.deep.equal({ venv: ".venv" });
  });

  it("shows what a scheduler has words of its own for", async () => {
    const { text } = await read({ ...plain, scheduler: schedulerOf(["sbatch", "squeue"]) });
    expect(text).to.match(/^scheduler: slurm +# Slurm$/m);
    const source = await readSessionText(
      text.replace("# options: { account: NAME }", "options: { account: NAME }"),
      "/f",
    );
    expect(source.session?.resources.options).to.deep.equal({ account: "NAME" });
  });

  it("names the host", async () => {
    expect((await read({ ...plain, host: "me@login", directory: "~/a b" })).value).to.include({ host: "me@login" });
  });
});
