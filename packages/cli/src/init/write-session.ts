import { existsSync, lstatSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadValidSession, schemaOfFile } from "@hpcnb/client";
import { HpcnbError, isHpcnbError } from "@hpcnb/core";
import { sessionSchema } from "@hpcnb/core/session-file";
import { typed } from "../help/pasteable.js";
import { hostOf } from "../host-of.js";
import { tell } from "../printing/print.js";
import type { Prompts } from "../printing/prompts.js";
import { chooseSession } from "./questions.js";
import { type SessionChoices, schemaFile, sessionText } from "./session-text.js";

const sessionFile = "session.yaml";

/**
 * Writes the session file of a folder, from what is found and what is answered, and checks it.
 * @throws HPCNB_BAD_ARGUMENTS when there is one: nothing is overwritten; HPCNB_BAD_SESSION_FILE
 *   with what is wrong with what was written, such as a scheduler that has no plugin.
 */
export async function writeSession(
  folder: string,
  { prompts, signal }: { prompts: Prompts | undefined; signal: AbortSignal },
): Promise<string> {
  const path = resolve(folder);
  const file = join(path, sessionFile);
  if (!lstatSync(path, { throwIfNoEntry: false })) throw new HpcnbError("HPCNB_DIRECTORY", `${path} does not exist.`);
  if (lstatSync(file, { throwIfNoEntry: false })) throw isThere(file);
  const choices = await chooseSession({ folder: path, hostOf, signal, prompts, tell });
  writeNew(file, sessionText(choices));
  if (!existsSync(join(path, schemaFile)))
    writeNew(join(path, schemaFile), `${JSON.stringify(await schemaFor(file), null, 2)}\n`);
  tell(`Written: ${file}, and ${schemaFile} beside it, with which an editor explains the keys.`);
  tellHowToInstall(choices, path);
  await loadValidSession(file, { announce: tell });
  return file;
}

/** That of this file, with its plugins' options. Its check says later what is wrong with them. */
function schemaFor(file: string): Promise<Readonly<Record<string, unknown>>> {
  return schemaOfFile(file).catch((error) => {
    if (isHpcnbError(error)) return sessionSchema;
    throw error;
  });
}

/**
 * For the user's group to read, and to change for nobody else: who can change a session file
 * decides what runs.
 */
function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: "wx", mode: 0o644 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") throw isThere(path);
    throw new HpcnbError("HPCNB_DIRECTORY", `${path} could not be written: ${(cause as Error).message}`, { cause });
  }
}

function isThere(file: string): HpcnbError {
  return new HpcnbError("HPCNB_BAD_ARGUMENTS", `${file} exists already, and hpcnb overwrites nothing.`, {
    hint: `\`${typed("validate", file)}\` checks it. Move it away to get a new one.`,
  });
}

function tellHowToInstall({ python, host, notebooks, engines }: SessionChoices, folder: string): void {
  if (python === undefined || python.lab !== false) return;
  const wanted = ["jupyterlab", ...(engines > 0 ? ["ipyparallel"] : [])].join(" ");
  const where = host === undefined ? `in ${folder}` : `in the folder on ${host}`;
  tell(
    `${python.value} has no JupyterLab. This makes an environment for ${notebooks.length > 0 ? "the notebooks" : "notebooks"} ${where}:`,
  );
  tell(`  python3 -m venv .venv && .venv/bin/pip install ${wanted}`);
  tell("Then take the # away from the line with `environment`.");
}
