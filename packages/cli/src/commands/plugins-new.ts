import { resolve } from "node:path";
import { shellWord } from "@hpcnb/core";
import { writeAdapter } from "../new-adapter/write-adapter.js";
import type { TextOutcome } from "../printing/outcome.js";

export function pluginsNew({ name }: { name: string }): TextOutcome {
  const folder = writeAdapter(name, resolve("."));
  return {
    text: [
      `${folder} has an adapter for a scheduler "${name}". For now it speaks to a fake, which its tests bring along.\n`,
      "\nNext:\n",
      `  cd ${shellWord(folder)} && npm install && npm run build && npm test\n`,
      "  hpcnb help writing-an-adapter\n",
    ],
  };
}
