/** What OpenSSH makes of an alias with all of the user's configuration: the answer of `ssh -G`. */
export interface SshConfig {
  readonly hostname: string;
  readonly user: string;
  readonly port: string;
  readonly proxyJump: string | undefined;
  /** The socket of a connection that the user's own configuration shares. */
  readonly controlPath: string | undefined;
  readonly hasConnectTimeout: boolean;
  readonly hasServerAlive: boolean;
  /**
   * What the user has set for logins of another kind, as options that undo it for a command of
   * ours.
   */
  readonly undone: readonly string[];
}

/**
 * With these ssh runs no command, or reads no input. Older versions do not know them all, and do
 * not list those.
 */
const undoing: Readonly<Record<string, string>> = {
  stdinnull: "StdinNull=no",
  sessiontype: "SessionType=default",
  remotecommand: "RemoteCommand=none",
};

export function parseSshConfig(text: string): SshConfig {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, key = "", value = ""] = /^(\S+) (.*)$/.exec(line.trim()) ?? [];
    if (!values.has(key)) values.set(key, value);
  }
  const set = (key: string) => {
    const value = values.get(key);
    return value === undefined || value === "" || value === "none" || value === "0" ? undefined : value;
  };
  const controlPath = set("controlpath");
  return {
    hostname: values.get("hostname") ?? "",
    user: values.get("user") ?? "",
    port: values.get("port") ?? "22",
    proxyJump: set("proxyjump"),
    // Older versions leave the tokens in it, and then it cannot be told which file is meant.
    controlPath: controlPath?.includes("%") ? undefined : controlPath,
    hasConnectTimeout: set("connecttimeout") !== undefined,
    hasServerAlive: set("serveraliveinterval") !== undefined,
    undone: Object.entries(undoing).flatMap(([key, setting]) => {
      const isDefault = `=${values.get(key) ?? ""}` === setting.slice(setting.indexOf("="));
      return values.has(key) && !isDefault ? [setting] : [];
    }),
  };
}
