import { findSessionFile, loadValidSession, venvProblems, viewSession } from "@hpcnb/client/files";
import { printableLine } from "@hpcnb/core";
import { type Explained, explain as explainValues } from "@hpcnb/core/session-file";
import { siteNotes } from "../opening/site-notes.js";
import { warnOfOthers } from "../opening/warn-of-others.js";
import { warnOfSecrets } from "../opening/warn-of-secrets.js";
import type { Outcome } from "../printing/outcome.js";
import { tell } from "../printing/print.js";
import { createAskingLoader } from "../printing/trust.js";

export async function validate(options: {
  readonly session: string | undefined;
  /** Shows each value with the line that it comes from. */
  readonly explain: boolean;
}): Promise<Outcome<"validate">> {
  const { session, source } = await loadValidSession(findSessionFile(options.session, tell), {
    announce: tell,
    loader: createAskingLoader(),
    further: (read) => [...venvProblems(read), ...read.limits],
  });
  warnOfOthers(session);
  warnOfSecrets(session);
  const shown = viewSession(session);
  const notes = [
    `${session.file} is valid: session ${session.name}, scheduler ${session.scheduler.plugin}.`,
    ...siteNotes(session),
  ];
  if (!options.explain || !source) return { value: shown, notes };
  const values = explainValues(source);
  return { value: { ...shown, values }, text: [layOut(values)], notes };
}

/** A line for each value, in columns: its key, the value as YAML has it, and its place. Pure. */
export function layOut(values: readonly Explained[]): string {
  const rows = values.map(({ key, value, place }) => [
    key,
    printableLine(typeof value === "string" ? value : JSON.stringify(value)),
    place ? `${printableLine(place.file)}:${place.line}` : "default",
  ]);
  const widthOf = (column: number) => Math.min(40, Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const widths = [widthOf(0), widthOf(1)];
  return rows
    .map(
      ([key = "", value = "", place]) => `${key.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${place}\n`,
    )
    .join("");
}
