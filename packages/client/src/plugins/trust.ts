import { createHash } from "node:crypto";
import { lstatSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { checkJson, HpcnbError, lineSchema } from "@hpcnb/core";
import * as v from "valibot";
import { keep, stateDirectory } from "../state-directory.js";
import { brokenPlugin, type ForeignPlugin } from "./broken.js";
import { codeFiles, contentOf } from "./code-files.js";
import { kindNames } from "./kinds.js";

/** Code that a session file names, and that this user has not trusted yet, as it is now. */
export interface UntrustedCode extends ForeignPlugin {
  /** Absolute paths, the plugin's own first: what was looked at. */
  readonly files: readonly string[];
  /** It was trusted once, with another content. */
  readonly hasChanged: boolean;
}

/** Asks the user. @returns whether the code may run, from now on. */
export type AskTrust = (code: UntrustedCode) => Promise<boolean>;

/** Decides whether code runs that a session file names: see docs/decisions/0020. */
export interface Trust {
  /** @throws HPCNB_PLUGIN_UNTRUSTED when it must not run */
  expect(plugin: ForeignPlugin & { readonly manifest?: string }): Promise<void>;
}

const trustedSchema = v.object({
  /** The plugin's: the same text in another place is asked for again. */
  path: lineSchema,
  /** SHA-256, hexadecimal. */
  content: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});

/** @param folder of what has been trusted; 0700, made when it is needed. */
export function createTrust(ask: AskTrust = async () => false, folder = join(stateDirectory(), "trusted")): Trust {
  /** In this process: it may be that nothing can be kept. */
  const accepted = new Set<string>();
  return {
    expect: async (plugin) => {
      const { path, manifest } = plugin;
      const reached = codeFiles(path);
      if (!reached) throw brokenPlugin(plugin, "reaches too many files for anybody to trust: bundle it into one");
      const files = manifest === undefined ? reached : [...reached, manifest];
      const content = hashOf(files);
      const file = join(folder, `${createHash("sha256").update(path).digest("hex").slice(0, 32)}.json`);
      const known = readTrusted(file, path);
      if (known === content || accepted.has(content)) return;
      if (!(await ask({ ...plugin, files, hasChanged: known !== undefined }))) throw untrusted(plugin);
      accepted.add(content);
      remember(file, { path, content });
    },
  };
}

function hashOf(files: readonly string[]): string {
  const whole = createHash("sha256");
  for (const file of [...new Set(files)].sort())
    whole.update(`${createHash("sha256").update(contentOf(file)).digest("hex")} ${file}\0`);
  return whole.digest("hex");
}

/** Nothing is believed that somebody else could have written. What cannot be read was not kept. */
function readTrusted(file: string, path: string): string | undefined {
  try {
    const found = lstatSync(file);
    if (!found.isFile() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) return undefined;
    const { value } = checkJson(trustedSchema, readFileSync(file, "utf8"));
    return value?.path === path ? value.content : undefined;
  } catch (error) {
    if (!("code" in (error as Error))) throw error;
    return undefined;
  }
}

/** Where it cannot be kept, it is asked for again the next time. */
function remember(file: string, trusted: v.InferOutput<typeof trustedSchema>): void {
  try {
    keep(file, trusted);
  } catch (error) {
    if (!("code" in (error as Error))) throw error;
  }
}

function untrusted({ kind, name, path }: ForeignPlugin): HpcnbError {
  return new HpcnbError(
    "HPCNB_PLUGIN_UNTRUSTED",
    `The session file names code that is not part of hpcnb: the ${kindNames[kind]} "${name}" (${path}). You have not trusted it yet in its present form, so it was not run.`,
    {
      hint: `Read ${basename(path)}. If it may run as you, run the command at a terminal, where hpcnb asks, or with --trust. hpcnb remembers the answer until the code changes.`,
    },
  );
}
