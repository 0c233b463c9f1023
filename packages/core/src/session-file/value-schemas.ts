import { mostEngines } from "../most-engines.js";

/**
 * JSON Schemas of the values that stand at several keys of a session file or a site's file. They
 * have the keywords of the session file's schema.
 */
export const line = {
  type: "string",
  // No control characters, no line or paragraph separators, and nothing that UTF-8 cannot hold.
  pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ud800-\\udfff]+$",
  maxLength: 4096,
  "x-expects": "a text of one line",
} as const;

export const duration = {
  type: "string",
  pattern: "^(?![0:]+[smhd]?$)(\\d{1,9}[smhd]|\\d{1,6}:[0-5]\\d:[0-5]\\d)$",
  "x-expects": "a time such as 90s, 30m, 8h or 8:00:00",
} as const;

export const host = {
  type: "string",
  pattern: "^[A-Za-z0-9_][A-Za-z0-9_.@:%-]*$",
  maxLength: 255,
  "x-expects": "an ssh host or alias, without spaces and not beginning with a dash",
} as const;

/** A plugin by its name alone, or with options of its own. */
export const pluginChoice = {
  type: ["string", "object"],
  pattern: line.pattern,
  maxLength: 4096,
  additionalProperties: false,
  required: ["plugin"],
  properties: {
    plugin: { ...line, description: "Its short name, an npm package, or a file beginning with ./" },
    options: { type: "object", description: "Options of this plugin's own." },
  },
} as const;

export const resources = {
  type: "object",
  additionalProperties: false,
  properties: {
    cores: { type: "integer", minimum: 1, maximum: 65_536, description: "Processor cores of each job or task." },
    memory: {
      type: "string",
      pattern: "^0*[1-9]\\d{0,6}[KMGTkmgt]([iI]?[bB])?$",
      "x-expects": "an amount with a unit, such as 16G or 512M",
      description: "Memory of each job or task, in powers of 1024: 512M, 16G. At most 1024T.",
      examples: ["16G"],
    },
    walltime: {
      ...duration,
      description: "How long the job may run: 30m, 8h, 2d, or hours:minutes:seconds as in 8:00:00. At most 366d.",
      examples: ["8:00:00"],
    },
    queue: { ...line, description: "The scheduler's queue or partition." },
    options: { type: "object", description: "Requests that only this scheduler knows." },
    native: {
      type: "array",
      maxItems: 1_000,
      items: line,
      description: "Further arguments for the scheduler's own submit command, one item each, passed on as they are.",
      examples: [["-P", "genomics"]],
    },
  },
} as const;

export const engines = {
  type: "integer",
  minimum: 1,
  maximum: mostEngines,
  description: "How many engines to start, as one array job.",
} as const;

export const atOnce = {
  type: "integer",
  minimum: 1,
  maximum: mostEngines,
  description:
    "How many of these engines may run at the same time. Engines that are added later have the same limit again. Without it, the scheduler decides.",
} as const;
