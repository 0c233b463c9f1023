import type { Session } from "@hpcnb/core/session-file";

const looksSecret = /secret|token|passw|passphrase|credential|private|api_?key|access_?key|_key$|^key$|_pat$/i;

/** The variables that a session exports to its jobs although their names promise a secret. Pure. */
export function secretLooking({ notebook }: Pick<Session, "notebook">): string[] {
  return (notebook.environment.variables ?? []).filter((name) => looksSecret.test(name));
}

/** The values of the variables that a session exports, of those that are set here. */
export function exportedVariables({ notebook }: Session): Record<string, string> {
  return Object.fromEntries(
    (notebook.environment.variables ?? []).flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
