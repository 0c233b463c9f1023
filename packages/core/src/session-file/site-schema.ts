import { sessionSchema, siteKeys } from "./schema.js";

type Node = Readonly<Record<string, unknown>>;

/** What concerns one project: a site has nothing to say about it. */
const ofProjects = new Set(["/name", "/site", "/notebook/directory", "/notebook/password"]);

/**
 * The JSON Schema of a site's file: the session's keys, none of them required or filled in, and a
 * few of its own.
 */
export const siteSchema: Node = {
  ...completing(sessionSchema, ""),
  title: "hpcnb site",
  description: "A cluster: the defaults and the limits of the sessions there, and whom to ask.",
  properties: { ...(completing(sessionSchema, "").properties as Node), ...siteKeys },
};

/** A schema for what completes something else. An item of a list is whole: lists are replaced. */
function completing({ default: _default, required: _required, ...node }: Node, pointer: string): Node {
  if (node.properties === undefined) return node;
  const properties = Object.entries(node.properties as Readonly<Record<string, Node>>)
    .map(([key, child]) => [key, child, `${pointer}/${key}`] as const)
    .filter(([, , path]) => !ofProjects.has(path))
    .map(([key, child, path]) => [key, completing(child, path)]);
  return { ...node, properties: Object.fromEntries(properties) };
}
