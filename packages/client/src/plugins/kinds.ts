import type { PluginKind } from "@hpcnb/core";

export const pluginKinds: readonly PluginKind[] = ["scheduler", "readiness", "tunnel"];

/** What people call a plugin of each kind. */
export const kindNames: Readonly<Record<PluginKind, string>> = {
  scheduler: "scheduler",
  readiness: "readiness strategy",
  tunnel: "tunnel",
};

/** What the packages of each kind are called, so that a session file can say just "sge". */
const prefixes: Readonly<Record<PluginKind, readonly string[]>> = {
  scheduler: ["@hpcnb/adapter-", "hpcnb-adapter-"],
  readiness: ["@hpcnb/readiness-", "hpcnb-readiness-"],
  tunnel: ["@hpcnb/tunnel-", "hpcnb-tunnel-"],
};

/** The plugin that a package's name stands for, by its short name. Pure. */
export function nameOfPackage(name: string): { readonly kind: PluginKind; readonly name: string } | undefined {
  for (const kind of pluginKinds) {
    const prefix = prefixes[kind].find((one) => name.startsWith(one) && name.length > one.length);
    if (prefix !== undefined) return { kind, name: name.slice(prefix.length) };
  }
  return undefined;
}

/**
 * The packages that a name may mean, the likeliest first: a short name stands for those of its
 * kind, and a full name for itself. A name without a scope is a full one only if it begins as those
 * of its kind do: "acme" must not run a package that happens to be called so. Pure.
 */
export function packagesCalled(kind: PluginKind, name: string): string[] {
  const isFull = prefixes[kind].some((prefix) => name.startsWith(prefix));
  const isShort = /^[a-z0-9][a-z0-9-]*$/.test(name);
  const full = isFull || !isShort ? [name] : [];
  return [...full, ...(isShort ? prefixes[kind].map((prefix) => `${prefix}${name}`) : [])];
}
