import { sessionSchema } from "./schema.js";
import { engines, host, line, resources } from "./value-schemas.js";

type Node = Readonly<Record<string, unknown>>;

/** What concerns one project: a site has nothing to say about it. */
const ofProjects = new Set(["/name", "/site", "/notebook/directory", "/notebook/password"]);

const { cores, memory, walltime } = resources.properties;

/** The keys that only a site's file has. */
const siteKeys = {
  hosts: {
    type: "array",
    maxItems: 1_000,
    items: host,
    description: "The hosts that this site is taken for without being named: ssh aliases, and names of submit nodes.",
    examples: [["login1", "login2"]],
  },
  most: {
    type: "object",
    additionalProperties: false,
    description: "The most that a session may ask for. It is checked before anything is submitted.",
    properties: {
      engines: { ...engines, description: "The most engines of a session, all groups together." },
      cores: { ...cores, description: "The most cores of a job or an engine." },
      memory: { ...memory, description: "The most memory of a job or an engine." },
      walltime: { ...walltime, description: "The longest walltime of a job." },
    },
  },
  help: {
    ...line,
    maxLength: 500,
    description: "Whom to ask: a line that errors show.",
    examples: ["hpc-help@example.org"],
  },
} as const;

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
