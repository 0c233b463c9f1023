/** What OpenSSH makes of an alias with all of the user's configuration: the answer of `ssh -G`. */
export interface SshConfig {
  readonly hostname: string;
  readonly user: string;
  readonly port: string;
  readonly proxyJump: string | undefined;
  /** The socket of a connection that the user shares by his own configuration. */
  readonly controlPath: string | undefined;
  readonly hasRemoteCommand: boolean;
  readonly hasConnectTimeout: boolean;
  readonly hasServerAlive: boolean;
}

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
    hasRemoteCommand: set("remotecommand") !== undefined,
    hasConnectTimeout: set("connecttimeout") !== undefined,
    hasServerAlive: set("serveraliveinterval") !== undefined,
  };
}
