import { check, lineSchema } from "../checked.js";
import { suggest } from "../suggest.js";
import { type Layers, layOver, valueAt } from "./layers.js";
import { parseYaml, readYaml, type YamlFile } from "./parse.js";
import { type Problem, placeText } from "./problems.js";

/** A file of a site, found by its name and not yet read. */
export interface SiteFile {
  readonly name: string;
  readonly file: string;
}

/** Where sites can be described on this machine. */
export interface FoundSites {
  /** In the order of their precedence. */
  readonly folders: readonly string[];
  /** In the order of their folders. */
  readonly files: readonly SiteFile[];
  /** Why folders could not be looked at. */
  readonly problems: readonly Problem[];
  /** This machine's name. */
  readonly hostname: string;
  /** Reads one of the files; one that is not to be trusted is `unusable`. */
  readonly read: (file: string) => YamlFile;
}

/** A cluster and its defaults, as this machine's files describe it. */
export interface SiteLayers {
  readonly name: string;
  /** In the order of their precedence. */
  readonly files: readonly YamlFile[];
}

export interface ChosenSite {
  /** Undefined where no site is taken. */
  readonly site: SiteLayers | undefined;
  readonly problems: readonly Problem[];
}

export const noSites: FoundSites = {
  folders: [],
  files: [],
  problems: [],
  hostname: "",
  read: readSiteFile,
};

/** In a session file: it is to have no site. */
const none = "none";

/**
 * The site of a session: the one that its file names, or else the one that has its host, or else
 * the only one that fits. One with another host or another scheduler does not fit.
 */
export function chooseSite(session: YamlFile, found: FoundSites): ChosenSite {
  const wanted = valueAt(session.value, "/site");
  if (wanted === none) return { site: undefined, problems: [] };
  const chosen = wanted === undefined ? fittingSite(session, found) : namedSite(session, wanted, found);
  const { site } = chosen;
  const problems = site ? [...problemsOf(site), ...otherSchedulers([session, ...site.files], site.name)] : [];
  return { site, problems: [...found.problems, ...chosen.problems, ...problems] };
}

function fittingSite(session: YamlFile, found: FoundSites): ChosenSite {
  const names = [...new Set(found.files.map(({ name }) => name))];
  const fitting = names.map((name) => readSite(name, found)).filter((site) => fits(site, session.value));
  const meant = fitting.filter((site) => isMeant(site, session.value, found.hostname));
  const left = meant.length > 0 ? meant : fitting;
  if (left.length < 2) return { site: left[0], problems: [] };
  const all = left.map(({ name }) => `site: ${name}`).join(" or ");
  const message = `more than one site fits: write ${all}, or site: ${none}`;
  // Whether one that cannot be read fits is not known.
  const unreadable = left.filter(({ files }) => files.some(({ value }) => value === undefined));
  const problems = [...unreadable.flatMap(problemsOf), { file: session.file, line: 1, column: 1, message }];
  return { site: undefined, problems };
}

function namedSite(session: YamlFile, wanted: unknown, found: FoundSites): ChosenSite {
  // What is no text is a fault of its own.
  if (typeof wanted !== "string") return { site: undefined, problems: [] };
  if (!found.files.some(({ name }) => name === wanted)) {
    const near = suggest(wanted, [...found.files.map(({ name }) => name), none]) || ".";
    const looked = found.folders.length > 0 ? ` hpcnb looked in ${found.folders.join(" and ")}.` : "";
    const message = `there is no site ${JSON.stringify(wanted)}${near}${looked}`;
    const place = { file: session.file, ...session.positions.at("/site", "value") };
    return { site: undefined, problems: [{ ...place, message }] };
  }
  return { site: readSite(wanted, found), problems: [] };
}

function readSite(name: string, { files, read }: FoundSites): SiteLayers {
  return { name, files: files.filter((file) => file.name === name).map(({ file }) => read(file)) };
}

export function readSiteFile(file: string): YamlFile {
  return readYaml(file, { kind: "site file" });
}

/** The same of a text. Pure. */
export function readSiteText(text: string, file: string): YamlFile {
  return parseYaml(text, file, { kind: "site file" });
}

function problemsOf({ files }: SiteLayers): readonly Problem[] {
  return files.flatMap(({ problems }) => problems);
}

function fits(site: SiteLayers, session: unknown): boolean {
  const host = valueAt(session, "/host");
  const hosts = hostsOf(site);
  if (host !== undefined && hosts.length > 0 && !hosts.includes(host)) return false;
  const [own, theirs] = [schedulerOf(session), schedulerOf(layersOf(site)?.value)];
  return own === undefined || theirs === undefined || own === theirs;
}

/** Whether a site says of itself that it is the one of the session's host. */
function isMeant(site: SiteLayers, session: unknown, hostname: string): boolean {
  const host = valueAt(session, "/host");
  const hosts = hostsOf(site);
  return host === undefined
    ? [hostname, hostname.split(".")[0]].some((name) => hosts.includes(name))
    : hosts.includes(host);
}

function hostsOf(site: SiteLayers): readonly unknown[] {
  const value = layersOf(site)?.value;
  const hosts = valueAt(value, "/hosts");
  return [valueAt(value, "/host"), ...(Array.isArray(hosts) ? hosts : [])].filter((host) => host !== undefined);
}

/** Whom to ask; undefined where that is no line of text, which is a fault of its own. */
export function helpOf(site: SiteLayers): string | undefined {
  const help = valueAt(layersOf(site)?.value, "/help");
  return check(lineSchema, help).value;
}

/** What the files of a site say together. */
export function layersOf({ files: [first, ...others] }: SiteLayers): Layers | undefined {
  return first && layOver([first, ...others]);
}

/** Another scheduler is another site: the site's queues and options would mean nothing to it. */
function otherSchedulers(files: readonly YamlFile[], name: string): Problem[] {
  return files.flatMap((upper, index) => {
    const own = schedulerOf(upper.value);
    const lower = files.slice(index + 1).find(({ value }) => schedulerOf(value) !== undefined);
    const theirs = schedulerOf(lower?.value);
    if (own === undefined || !lower || own === theirs) return [];
    const there = placeText({ file: lower.file, ...lower.positions.at("/scheduler", "value") });
    const message = `scheduler must be ${JSON.stringify(theirs)}, which the site ${name} has (${there}), but is ${JSON.stringify(own)}: another scheduler is another site, or site: ${none}`;
    return [{ file: upper.file, ...upper.positions.at("/scheduler", "value"), message }];
  });
}

function schedulerOf(value: unknown): unknown {
  const scheduler = valueAt(value, "/scheduler");
  return typeof scheduler === "string" ? scheduler : valueAt(value, "/scheduler/plugin");
}
