import { basename } from "node:path";
import {
  aliasPattern,
  type Findings,
  type FoundScheduler,
  knownSchedulers,
  lookAround,
  type OfferedSite,
  offeredSites,
  schedulerOf,
  sshAliases,
} from "@hpcnb/client";
import { type Host, isHpcnbError, mostEngines, parseDuration } from "@hpcnb/core";
import { mostWalltime, sessionNameFrom } from "@hpcnb/core/session-file";
import type { Choice, Prompts } from "../printing/prompts.js";
import { pythonChoices, rankPythons } from "./pythons.js";
import type { SessionChoices } from "./session-text.js";

/** Most engines that are proposed on one machine, and on a cluster. */
const enginesHere = 4;
const enginesThere = 8;

const usualWalltime = "8h";

export interface Surroundings {
  /** The folder on this machine that gets the session file. */
  readonly folder: string;
  readonly hostOf: (alias: string | undefined) => Host;
  readonly signal: AbortSignal;
  /** Undefined where nobody is asked: then all is as it was found. */
  readonly prompts: Prompts | undefined;
  readonly tell: (sentence: string) => void;
}

/**
 * Where the jobs are submitted and the notebooks lie, and what there is; undefined where nobody
 * could look.
 */
interface Location {
  /** Its file knows the scheduler and what jobs need. */
  readonly site?: OfferedSite | undefined;
  /** Those that could have been it. */
  readonly sites?: readonly OfferedSite[];
  readonly host: string | undefined;
  readonly directory: string;
  readonly findings: Findings | undefined;
  readonly scheduler: FoundScheduler;
}

/** Looks, and asks what looking does not tell: five questions at most. */
export async function chooseSession(around: Surroundings): Promise<SessionChoices> {
  const { prompts, folder } = around;
  const { site, sites = [], host, directory, findings, scheduler } = await chooseLocation(around);
  const pythons = site?.hasPython ? [] : rankPythons(findings?.pythons ?? []);
  const chosen =
    prompts && pythons.length > 1 ? await prompts.choose("Python for the notebook", pythonChoices(pythons)) : 0;
  const isCluster = site !== undefined || scheduler.name !== "local";
  const proposed = isCluster ? enginesThere : Math.min(enginesHere, findings?.cores ?? 1);
  const engines = prompts ? await askEngines(prompts, proposed) : proposed;
  const walltime = prompts && findings && isCluster && !site ? await askWalltime(prompts) : usualWalltime;
  return {
    name: sessionNameFrom(host === undefined ? folder : (findings?.directory ?? directory)),
    ...{ site, host, scheduler, directory, engines },
    otherSites: site ? [] : sites.map((other) => other.name),
    walltime: isCluster ? walltime : undefined,
    notebooks: findings?.notebooks ?? [],
    python: pythons[chosen],
  };
}

async function look(around: Surroundings, alias: string | undefined, directory: string): Promise<Findings> {
  const { signal, tell } = around;
  return lookAround(around.hostOf(alias), directory, { signal, tell });
}

/** Where a scheduler's commands are, jobs are submitted, if nobody says otherwise. */
async function chooseLocation(around: Surroundings): Promise<Location> {
  const { prompts } = around;
  const findings = await look(around, undefined, around.folder);
  const scheduler = schedulerOf(findings.programs);
  const here = (used: FoundScheduler): Location => ({ host: undefined, directory: ".", findings, scheduler: used });
  const sites = await offeredSites(around.tell);
  if (!prompts) {
    const [site, ...others] = sites;
    return { ...here(scheduler), sites, site: others.length === 0 && site?.host === undefined ? site : undefined };
  }
  const alone = schedulerOf([]);
  const ways: readonly (Choice<string> & { readonly locate?: () => Location | Promise<Location> })[] = [
    ...sites.map((site) => ({
      value: `site ${site.name}`,
      label: site.name,
      hint: `a site, described in ${site.files.join(", ")}`,
      locate: async () => ({
        ...(site.host === undefined ? here(scheduler) : await chooseLocationOn({ ...around, prompts }, site.host)),
        site,
      }),
    })),
    ...(scheduler.name === "local"
      ? []
      : [{ value: "cluster", label: `${scheduler.title}, from here`, locate: () => here(scheduler) }]),
    { value: "alone", label: "this machine", hint: "it is the whole cluster", locate: () => here(alone) },
    ...sshAliases().map((alias) => ({ value: `ssh ${alias}`, label: alias, hint: "a submit node, by ssh" })),
    { value: "ssh", label: "another host", hint: "a submit node, by ssh" },
  ];
  const chosen = await prompts.choose("Where do the notebook and its engines run?", ways);
  const locate = ways.find(({ value }) => value === chosen)?.locate;
  if (locate) return { sites, ...(await locate()) };
  const host = chosen === "ssh" ? await askHost(prompts) : chosen.slice("ssh ".length);
  return { sites, ...(await chooseLocationOn({ ...around, prompts }, host)) };
}

function askHost(prompts: Prompts): Promise<string> {
  const check = (text: string) =>
    aliasPattern.test(text.trim()) ? undefined : "A host or an alias, as you type it after `ssh`.";
  return prompts.write("The submit node, as you type it after `ssh`", { initial: "", check });
}

/** The folder on a host is asked until it is one, if the host can be reached. */
async function chooseLocationOn(around: Surroundings & { prompts: Prompts }, host: string): Promise<Location> {
  const { prompts, tell } = around;
  const check = (text: string) =>
    /^(~$|~\/|\/)/.test(text.trim()) ? undefined : "A path there, beginning with / or ~/.";
  for (let initial = `~/${basename(around.folder)}`; ; ) {
    const directory = await prompts.write(`The folder with the notebooks on ${host}`, { initial, check });
    try {
      const findings = await look(around, host, directory);
      if (findings.directory !== undefined)
        return { host, directory, findings, scheduler: schedulerOf(findings.programs) };
      tell(`There is no folder ${directory} on ${host}.`);
      initial = directory;
    } catch (error) {
      if (isHpcnbError(error, "HPCNB_ABORTED") || !isHpcnbError(error)) throw error;
      tell(`${host} could not be looked at, so its scheduler and its Python are not known: ${error.message}`);
      return { host, directory, findings: undefined, scheduler: await askScheduler(prompts) };
    }
  }
}

function askScheduler(prompts: Prompts): Promise<FoundScheduler> {
  return prompts.choose(
    "Its scheduler",
    knownSchedulers.map((value) => ({ value, label: value.title })),
  );
}

async function askEngines(prompts: Prompts, proposed: number): Promise<number> {
  const check = (text: string) =>
    /^\d{1,7}$/.test(text.trim()) && Number(text) <= mostEngines ? undefined : `A number from 0 to ${mostEngines}.`;
  return Number(
    await prompts.write("Engines of ipyparallel (0: only the notebook)", { initial: `${proposed}`, check }),
  );
}

function askWalltime(prompts: Prompts): Promise<string> {
  const most = parseDuration(mostWalltime) ?? 0;
  const check = (text: string) => {
    const seconds = parseDuration(text.trim());
    if (seconds === undefined) return "A time such as 90m, 8h, 2d or 8:00:00.";
    return seconds > most ? `At most ${mostWalltime}.` : undefined;
  };
  return prompts.write("How long the jobs may run", { initial: usualWalltime, check });
}
