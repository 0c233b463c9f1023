import type { Session } from "@hpcnb/core/session-file";

/** Which site completes a session's file, and whom to ask. */
export function siteNotes({ site }: Session): string[] {
  if (!site) return [];
  const { name, files, help } = site;
  return [`Site ${name}: ${files.join(", ")}${help === undefined ? "" : `. Help: ${help}`}`];
}
