import { placeText, readSessionText, valueAt } from "@hpcnb/core/session-file";
import { findSites } from "../sites.js";

/** A site that a new session could have. */
export interface OfferedSite {
  readonly name: string;
  readonly files: readonly string[];
  /** Where its sessions run: ssh's word for the submit node. */
  readonly host: string | undefined;
  /** Whether it says where Python is. */
  readonly hasPython: boolean;
}

/** The sites that are described here and can be used. `tell` hears why others cannot. */
export async function offeredSites(tell: (sentence: string) => void): Promise<OfferedSite[]> {
  const found = findSites();
  for (const problem of found.problems) tell(`Note: ${placeText(problem)} ${problem.message}`);
  const names = [...new Set(found.files.map(({ name }) => name))];
  const offered = await Promise.all(names.map((name) => look(name, { ...found, problems: [] }, tell)));
  return offered.filter((site) => site !== undefined);
}

async function look(
  name: string,
  found: ReturnType<typeof findSites>,
  tell: (sentence: string) => void,
): Promise<OfferedSite | undefined> {
  const session = `site: ${JSON.stringify(name)}\nnotebook: { directory: /any }\n`;
  const { problems, session: valid, site, value } = await readSessionText(session, "session.yaml", found);
  const [problem] = problems;
  if (problem) tell(`Note: the site ${name} cannot be used: ${placeText(problem)} ${problem.message}`);
  if (!valid || !site) return undefined;
  const hasPython = ["conda", "venv", "modules", "setup"].some(
    (key) => valueAt(value, `/notebook/environment/${key}`) !== undefined,
  );
  return { name, files: site.files.map(({ file }) => file), host: valid.host, hasPython };
}
