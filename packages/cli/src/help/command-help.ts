import type { Argv } from "yargs";

type Example = readonly [words: string, meaning: string];

const file: Example = ["session.yaml", "by its file"];
const byName: Example = ["rnaseq", "by its name, from any folder"];

/** What is typed after a command, where its options alone do not show how it is used. */
const examples: Readonly<Record<string, readonly Example[]>> = {
  init: [
    ["", "session.yaml for this folder, from a few questions"],
    ["~/rnaseq --yes", "for that folder, without questions"],
  ],
  up: [
    ["", "the session.yaml of this folder"],
    ["session.yaml --timeout 10m", "wait ten minutes at most; the jobs go on"],
    ["session.yaml --dry-run", "show the jobs, and submit nothing"],
  ],
  status: [file, byName, ["rnaseq --json", "for programs"]],
  logs: [
    ["rnaseq", "the notebook's"],
    ["rnaseq engine 3 --tail 20", "the last lines of one engine's"],
    ["rnaseq all --follow", "all of the session, each line with its origin; Ctrl-C ends it"],
  ],
  open: [byName],
  connect: [byName, ["login:/home/alice/rnaseq", "a session that runs there, without a file here"]],
  disconnect: [byName],
  scale: [
    ["rnaseq 8", "eight engines"],
    ["rnaseq gpu=2 cpu=16", "two groups at once"],
    ["rnaseq 8 --wait", "and wait until they have registered; after Ctrl-C they still come"],
  ],
  down: [file, byName],
  validate: [file, ["session.yaml --json", "the session as it is understood, or its problems"]],
  doctor: [file, ["rnaseq --job", "with a tiny job, which looks at a node"]],
  schema: [["> session.schema.json", "for an editor"]],
  help: [
    ["logs", "a command"],
    ["session-file", "every key of a session file"],
    ["HPCNB_SSH", "what an error's code means"],
  ],
  completion: [
    ["bash >> ~/.bashrc", "for new terminals"],
    ["zsh >> ~/.zshrc", "after the line with compinit"],
    ["fish > ~/.config/fish/completions/hpcnb.fish", "for new terminals"],
  ],
};

export function addExamples(cli: Argv, name: string): void {
  for (const [words, meaning] of examples[name] ?? []) cli.example(`$0 ${words}`.trimEnd(), meaning);
  cli.epilogue("More: hpcnb help lists all commands, hpcnb help session-file the keys of a session file.");
}
