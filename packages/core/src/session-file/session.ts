import type { JobResources } from "../scheduler.js";

/** How the notebook's Python is found on the host that runs it. Without any of these it is the `python3` on PATH. */
export interface PythonEnvironment {
  /** Names for `module load`, in order. */
  readonly modules?: readonly string[];
  /** Name or path for `conda activate`. */
  readonly conda?: string;
  /** Directory of a virtual environment; a relative path starts at the notebook directory. */
  readonly venv?: string;
  /** Shell text that runs (in bash) before Python is looked up. */
  readonly setup?: string;
}

/** A valid session file with its defaults filled in and its units resolved. */
export interface Session {
  readonly name: string;
  /** Absolute path of the file, on the machine where hpcnb runs. */
  readonly file: string;
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
  /** Of the notebook job. */
  readonly resources: JobResources;
  readonly cluster:
    | { readonly engines: number; readonly minimum: number; readonly resources: JobResources }
    | undefined;
  readonly storage: {
    readonly readiness: string;
    /** Seconds. */
    readonly timeout: number;
  };
  readonly tunnel: { readonly kind: string; readonly localPort: number | undefined };
}

export interface PluginChoice {
  readonly plugin: string;
  readonly options: Readonly<Record<string, unknown>>;
}
