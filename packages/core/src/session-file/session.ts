import type { JobResources } from "../scheduler.js";
import type { MostEngines } from "./limits.js";
import type { PortRange } from "./port-range.js";

/**
 * How the notebook's Python is found on the host that runs it. Without any of these it is the
 * `python3` on PATH.
 */
export interface PythonEnvironment {
  /** Names for `module load`, in order. */
  readonly modules?: readonly string[];
  /** Name or path for `conda activate`. */
  readonly conda?: string;
  /** Directory of a virtual environment; a relative path starts at the notebook directory. */
  readonly venv?: string;
  /** Shell text that runs (in bash) before Python is looked up. */
  readonly setup?: string;
  /**
   * Names of variables of the machine where hpcnb runs, whose values the notebook and the engines
   * get.
   */
  readonly variables?: readonly string[];
}

/** A valid session file with its defaults filled in and its units resolved. */
export interface Session {
  readonly name: string;
  /** Absolute path of the file, on the machine where hpcnb runs. */
  readonly file: string;
  /** Undefined where no site's files complete the session's. */
  readonly site: SessionSite | undefined;
  /** ssh alias of the submit node; undefined when that is this machine. */
  readonly host: string | undefined;
  readonly scheduler: PluginChoice;
  readonly notebook: {
    /** As the host sees it: absolute, or beginning with `~/`. */
    readonly directory: string;
    readonly app: "lab" | "notebook";
    readonly environment: PythonEnvironment;
    readonly saveScript: boolean;
    /** A hash as Jupyter makes them. */
    readonly password: string | undefined;
    readonly listen: "auto" | "socket" | "port";
  };
  /** For the notebook job. */
  readonly resources: JobResources;
  readonly cluster:
    | {
        /** Where the controller runs: in a job of its own, or inside the notebook job. */
        readonly controller: "job" | "notebook";
        /** At least one. Engines without a group are the group "engines". */
        readonly groups: readonly EngineGroup[];
        /** How many registered engines make the session count as up. */
        readonly minimum: number;
        /** How many times an engine that dies is started again where it was. */
        readonly restarts: number;
        /** Others reach the controller by its addresses. Otherwise by any that answers. */
        readonly interface: string | undefined;
        /** Those that the controller may listen on, on its host. */
        readonly ports: PortRange | undefined;
      }
    | undefined;
  readonly storage: {
    readonly readiness: string;
    /** Those that only this strategy has. */
    readonly options: PluginChoice["options"];
    readonly timeoutMs: number;
  };
  readonly tunnel: {
    readonly kind: string;
    /** Those that only this kind has. */
    readonly options: PluginChoice["options"];
    readonly localPort: number | undefined;
    /** Those that it may listen on, on the cluster's hosts. */
    readonly ports: PortRange | undefined;
  };
}

export interface PluginChoice {
  readonly plugin: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface EngineGroup {
  readonly name: string;
  readonly engines: number;
  /** For each engine. */
  readonly resources: JobResources;
  /** How many engines of the group may run at the same time. */
  readonly atOnce: number | undefined;
}

/** The cluster whose defaults complete a session. */
export interface SessionSite {
  readonly name: string;
  /** Absolute paths, in the order of their precedence. */
  readonly files: readonly string[];
  readonly mostEngines: MostEngines | undefined;
  /** The one of these that names the scheduler's plugin, where the session file does not. */
  readonly schedulerFrom: string | undefined;
  /** Whom to ask. */
  readonly help: string | undefined;
}
