import { resolve } from "node:path";
import { dependentFaults } from "./dependent-faults.js";
import { withDetails } from "./error-details.js";
import { type Layers, layOver } from "./layers.js";
import { limitFaults, mostEnginesOf } from "./limits.js";
import { mostFaults, parseYaml, readYaml, type YamlFile } from "./parse.js";
import { type Problem, SessionFileError } from "./problems.js";
import { resolveSession, type SessionFile } from "./resolve.js";
import type { Fault } from "./sentences.js";
import type { SessionSite } from "./session.js";
import { chooseSite, type FoundSites, helpOf, noSites, type SiteLayers } from "./sites.js";
import { createSource, type SessionSource } from "./source.js";
import { sessionValidator, siteValidator } from "./validator.js";

const expected = { kind: "session file", least: "notebook.directory" } as const;

/**
 * Reads a session file and the files of its site, and finds everything that is wrong with them.
 * Never throws for what they say.
 */
export async function readSessionFile(file: string, sites: FoundSites = noSites): Promise<SessionSource> {
  return readSource(readYaml(file, expected), sites);
}

/** The same, when only a valid session will do. @throws SessionFileError */
export async function loadSessionFile(
  file: string,
): Promise<SessionSource & { readonly session: NonNullable<SessionSource["session"]> }> {
  const source = await readSessionFile(file);
  const { session } = source;
  if (!session) throw new SessionFileError(file, source.problems);
  return { ...source, session };
}

export async function readSessionText(text: string, file: string, sites: FoundSites = noSites): Promise<SessionSource> {
  return readSource(parseYaml(text, file, expected), sites);
}

async function readSource(own: YamlFile, found: FoundSites): Promise<SessionSource> {
  if (own.value === undefined) return createSource({ layers: layOver([own]), faults: [], problems: own.problems });
  // Where no sites are looked for, the key means nothing.
  const { site, problems: ofSites } = found === noSites ? { site: undefined, problems: [] } : chooseSite(own, found);
  const ofSite = site ? await siteProblems(site) : [];
  const told = [...ofSites, ...ofSite];
  const problems = [...own.problems, ...told];
  const layers = layOver([own, ...(site?.files.map(withoutSiteKeys) ?? [])]);
  const { value } = layers;

  // Defaults are filled into a copy: what the user wrote stays as it is.
  const filled = structuredClone(value);
  const faults = await schemaFaults(filled);
  const named = new Set(faults.map(({ pointer }) => pointer));
  const unnamed = dependentFaults(value).filter(({ pointer }) => !named.has(pointer));
  const isNews = ({ pointer, part }: Fault) => {
    const { file, line, column } = layers.placeOf(pointer, part);
    // What a site's file lacks or has too much may follow from what is told of it already.
    return !told.some(
      (one) => one.file === file && (file !== own.file || (one.line === line && one.column === column)),
    );
  };
  const all = [...faults, ...unnamed].slice(0, mostFaults).filter(isNews);
  const isValid = problems.length + faults.length + unnamed.length === 0;
  const session = isValid
    ? resolveSession(filled as SessionFile, resolve(own.file), site && siteOf(site, layers))
    : undefined;
  return createSource({
    layers,
    filled,
    faults: all,
    problems,
    session,
    site,
    limits: limitFaults(filled, site).slice(0, mostFaults),
  });
}

async function siteProblems({ files }: SiteLayers): Promise<Problem[]> {
  const found = await Promise.all(
    files
      .filter(({ value }) => value !== undefined)
      .map(async ({ file, value, positions }) =>
        (await siteFaults(value)).map(({ pointer, part, message }) => ({
          file,
          ...positions.at(pointer, part),
          message,
        })),
      ),
  );
  return found.flat();
}

function withoutSiteKeys(file: YamlFile): YamlFile {
  if (typeof file.value !== "object" || file.value === null) return file;
  const { hosts: _hosts, most: _most, help: _help, ...value } = file.value as Record<string, unknown>;
  return { ...file, value };
}

/** Its files are those that the schema has accepted. */
function siteOf(site: SiteLayers, layers: Layers): SessionSite {
  const named = layers.fileAt("/scheduler/plugin");
  return {
    name: site.name,
    files: site.files.map(({ file }) => file),
    mostEngines: mostEnginesOf(site),
    schedulerFrom: named === layers.fileAt("") ? undefined : named.file,
    help: helpOf(site),
  };
}

async function schemaFaults(value: unknown): Promise<readonly Fault[]> {
  const errors = (await sessionValidator())(value);
  if (errors.length === 0) return [];
  const [{ faultsOf }, { sessionSchema }] = await Promise.all([import("./sentences.js"), import("./schema.js")]);
  return faultsOf(withDetails(errors.slice(0, mostFaults), sessionSchema, value), { root: sessionSchema });
}

async function siteFaults(value: unknown): Promise<readonly Fault[]> {
  const errors = (await siteValidator())(value);
  if (errors.length === 0) return [];
  const [{ faultsOf }, { siteSchema }] = await Promise.all([import("./sentences.js"), import("./site-schema.js")]);
  return faultsOf(withDetails(errors.slice(0, mostFaults), siteSchema, value), { root: siteSchema });
}
