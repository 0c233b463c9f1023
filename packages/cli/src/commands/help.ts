import { closestOf, errorCodes, HpcnbError } from "@hpcnb/core";
import type { CommandModule } from "yargs";
import { nameOf } from "../help/command-words.js";
import { explanationOf, pageNames, pageOf } from "../help/help-pages.js";
import { meantBy } from "../help/mistyped.js";
import { overview } from "../help/overview.js";
import type { TextOutcome } from "../printing/outcome.js";

/** The overview, or what a topic's page says. A command's own help is printed by yargs. */
export function help(topic: string | undefined, commands: readonly CommandModule[]): TextOutcome {
  if (topic !== undefined) return { text: [pageOn(topic, commands)] };
  return { text: [overview(commands, Math.min(100, process.stdout.columns || 80))] };
}

function pageOn(topic: string, commands: readonly CommandModule[]): string {
  const page = pageOf(topic) ?? explanationOf(topic.toUpperCase());
  if (page !== undefined) return withTopics(page);
  const names = pageNames();
  const known = [...commands.map(nameOf), ...names, ...errorCodes];
  const meant = meantBy(topic, commands)[0];
  const begun = names.find((name) => name.startsWith(topic));
  const near = meant ? nameOf(meant) : (begun ?? closestOf(topic, known));
  throw new HpcnbError(
    "HPCNB_BAD_ARGUMENTS",
    `There is no help on ${JSON.stringify(topic)}${near === undefined ? "." : `; did you mean ${near}?`}`,
    {
      hint: `There is help on each command (\`hpcnb help\` lists them), on each error's code, and on ${names.join(", ")}.`,
    },
  );
}

/**
 * A link to another page leads nowhere at a terminal: the command that prints that page does. Pure.
 */
export function withTopics(page: string): string {
  return page.replace(/\[([^\]]+)\]\(([a-z-]+)\.md(?:#[^)]*)?\)/g, (_, text: string, topic: string) =>
    text.startsWith(`${topic}.md`) ? `\`hpcnb help ${topic}\`` : `${text} (\`hpcnb help ${topic}\`)`,
  );
}
