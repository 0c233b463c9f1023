import type { GroupChange, JobTimes, SessionState } from "@hpcnb/core/session";
import type { Explained } from "@hpcnb/core/session-file";
import type { Finding } from "../doctor/examine.js";
import type { ListedPlugin } from "../plugins/list-plugins.js";
import type { ListedSession } from "./listed-session.js";
import type { SessionView } from "./session-view.js";
import type { StatusView } from "./status-view.js";

/** What each command prints with `--json`: docs/json.md. Later versions only add keys. */
export interface Results {
  readonly status: StatusView;
  readonly list: readonly ListedSession[];
  readonly up: UpResult;
  readonly "up --dry-run": DryRunResult;
  readonly connect: ConnectResult;
  readonly disconnect: DisconnectResult;
  readonly "renew-token": RenewTokenResult;
  readonly scale: ScaleResult;
  readonly down: DownResult;
  readonly validate: ValidateResult;
  readonly doctor: DoctorResult;
  readonly init: InitResult;
  readonly plugins: PluginsResult;
}

type PerhapsTimes = { readonly [Key in keyof JobTimes]: JobTimes[Key] | undefined };

export interface UpResult extends PerhapsTimes {
  readonly name: string;
  readonly phase: SessionState["phase"];
  readonly state: StatusView["state"];
  /** With the token; undefined where no browser is, on a submit node. */
  readonly url: string | undefined;
  readonly directory: string;
  readonly run: string | undefined;
  readonly jobs: NonNullable<SessionState["record"]>["jobs"] | undefined;
  readonly engines: SessionState["engines"];
  readonly submittedAt: string | undefined;
}

export interface DryRunResult {
  readonly name: string;
  /** Paths on the host. */
  readonly files: readonly string[];
  /** What would be submitted, for people to read. */
  readonly jobs: readonly string[];
}

export interface ConnectResult {
  readonly name: string;
  /** With the token. */
  readonly url: string;
  readonly tunnel: string | undefined;
}

export interface DisconnectResult {
  readonly name: string;
  /** Whether there was a tunnel. */
  readonly closed: boolean;
}

export interface RenewTokenResult {
  readonly name: string;
  /** With the new token; undefined where the notebook is not connected to this machine. */
  readonly url: string | undefined;
}

export interface ScaleResult {
  readonly name: string;
  readonly groups: readonly GroupChange[];
  /** With `--wait`. */
  readonly engines: SessionState["engines"];
}

export interface DownResult {
  readonly name: string;
  readonly phase: "ended" | "absent";
  /** How many jobs it ended. */
  readonly cancelled: number;
}

/** The session as it is understood. */
export interface ValidateResult extends SessionView {
  /** With `--explain`: each value, and the place that it comes from. */
  readonly values?: readonly Explained[];
}

export interface DoctorResult {
  readonly name: string | undefined;
  /** Whether a session could come up. */
  readonly ready: boolean;
  readonly checks: readonly Finding[];
}

export interface PluginsResult {
  readonly plugins: readonly ListedPlugin[];
}

export interface InitResult {
  /** The path of the session file that was written. */
  readonly file: string;
}
