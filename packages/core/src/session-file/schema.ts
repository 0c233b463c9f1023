import { groupName } from "../engine-groups.js";
import { mostEngines } from "../most-engines.js";
import { firstLocalPort, tunnelKinds } from "../tunnel.js";
import { defaults } from "./defaults.js";
import { portRange } from "./port-range.js";
import { atOnce, duration, engines, host, line, pluginChoice, resources } from "./value-schemas.js";

/**
 * The one definition of the session file: its JSON Schema, which editors, `hpcnb schema`, the
 * validator and the TypeScript type all come from. `x-expects` completes the sentence "... must be
 * ..." in error messages; `x-secret` keeps a value out of them.
 */
export const sessionSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "hpcnb session",
  description: "One notebook project: its notebook server, its engines, and where they run.",
  type: "object",
  additionalProperties: false,
  required: ["notebook"],
  properties: {
    name: {
      type: "string",
      pattern: "^(?!default$)[A-Za-z0-9][A-Za-z0-9._-]{0,62}$",
      "x-expects":
        'made of letters, digits, ".", "_" and "-", at most 63, beginning with a letter or digit, and not "default" (IPython\'s own profile)',
      description:
        "Name of the session, of its jobs and of its IPython profile. Without it, the name of the notebook directory is used.",
      examples: ["rnaseq"],
    },
    site: {
      ...line,
      pattern: "^(?!\\.)[^/\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ud800-\\udfff]+$",
      maxLength: 200,
      "x-expects": "the name of a site's file, without .yaml",
      description:
        "The cluster whose defaults complete this file: the name of a site file, or none. Without it, the site that fits is taken.",
      examples: ["physics"],
    },
    scheduler: {
      ...pluginChoice,
      default: defaults.scheduler,
      "x-expects": "the name of a scheduler, or a mapping with plugin and options",
      description:
        "The scheduler that runs the jobs: a short name, an npm package or ./file.js. With options: { plugin: ..., options: { ... } }.",
      examples: ["local"],
    },
    host: {
      ...host,
      description: "ssh alias of the submit node. Left out when hpcnb runs there itself.",
    },
    notebook: {
      type: "object",
      additionalProperties: false,
      required: ["directory"],
      description: "The notebook server.",
      properties: {
        directory: {
          ...line,
          "x-expects": "the path of a directory, on one line",
          description:
            "The folder with the notebooks, as the cluster sees it. Without host, a relative path starts at the session file's folder.",
          examples: ["~/projects/rnaseq", "."],
        },
        app: {
          type: "string",
          enum: ["lab", "notebook"],
          default: "lab",
          description: "JupyterLab or the classic Notebook.",
        },
        environment: {
          type: "object",
          additionalProperties: false,
          description: "Where Python with Jupyter is found. Without it, the python3 on PATH is used.",
          properties: {
            modules: {
              type: "array",
              maxItems: 1_000,
              items: {
                ...line,
                pattern: "^[^\\u0000-\\u001f\\u007f\\s-][^\\u0000-\\u001f\\u007f\\s]*$",
                "x-expects": "the name of a module",
              },
              description: "Environment modules to load, in this order.",
              examples: [["python/3.11"]],
            },
            conda: {
              ...line,
              pattern: `^(?!-)${line.pattern.slice(1)}`,
              "x-expects": "the name or path of a conda environment",
              description: "Name or path of a conda environment to activate.",
            },
            venv: {
              ...line,
              description: "Directory of a virtual environment; a relative path starts at the notebook directory.",
            },
            setup: {
              type: "string",
              pattern: "^[^\\u0000-\\u0008\\u000b-\\u001f\\u007f\\ud800-\\udfff]*$",
              maxLength: 65_536,
              "x-expects": "lines of bash, without control characters",
              description: "Lines of bash that run before Python is looked up.",
            },
            variables: {
              type: "array",
              maxItems: 100,
              items: {
                type: "string",
                pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
                maxLength: 255,
                "x-expects": "the name of an environment variable",
              },
              description:
                "Names of environment variables of the machine where hpcnb runs. The notebook and the engines get their values at the start of the session. Variables that are not set are left out.",
              examples: [["OMP_NUM_THREADS"]],
            },
          },
        },
        saveScript: {
          type: "boolean",
          default: false,
          description: "Whenever a notebook is saved, keep it as a script too, beside it.",
        },
        password: {
          type: "string",
          pattern: "^(argon2:\\$argon2.+|[a-z0-9_]+:[0-9a-f]+:[0-9a-f]+)$",
          maxLength: 1_024,
          "x-expects": "a hash, which `hpcnb password` makes (never the password itself)",
          "x-secret": true,
          description:
            "Hash of a password for the notebook, as `hpcnb password` prints it. Without it, only the URL's token lets you in.",
        },
        listen: {
          type: "string",
          enum: ["auto", "socket", "port"],
          default: "auto",
          description:
            "Where the server listens: on a Unix socket that no other user can open, or on a port of 127.0.0.1. auto prefers the socket.",
        },
      },
    },
    resources: { ...resources, description: "The needs of the notebook job." },
    cluster: {
      type: "object",
      additionalProperties: false,
      description: "The ipyparallel cluster. Without it, there is only the notebook.",
      properties: {
        engines,
        atOnce,
        resources: { ...resources, description: "The needs of each engine." },
        groups: {
          type: "array",
          minItems: 1,
          maxItems: 20,
          items: {
            type: "object",
            additionalProperties: false,
            required: ["name", "engines"],
            properties: {
              name: {
                type: "string",
                pattern: `^${groupName}$`,
                "x-expects": 'made of letters, digits, "_" and "-", at most 32, beginning with a letter',
                description: "Name of the group.",
              },
              engines,
              atOnce,
              resources: { ...resources, description: "The needs of each engine of the group." },
            },
          },
          description:
            "Groups of engines with different needs, in place of `engines`. Each is an array job. `cluster.resources` complete a group's `resources`.",
          examples: [[{ name: "gpu", engines: 2, resources: { queue: "gpu.q" } }]],
        },
        minimum: {
          type: "integer",
          minimum: 1,
          maximum: mostEngines,
          description: "The session is up once this many engines have registered. Without it, all of them must.",
        },
        controller: {
          type: "string",
          enum: ["job", "notebook"],
          default: "job",
          description: "Where the controller runs: in a job of its own, or inside the notebook job.",
        },
        restarts: {
          type: "integer",
          minimum: 0,
          maximum: 100,
          default: 3,
          description: "How many times an engine that dies is started again where it was.",
        },
        interface: {
          type: "string",
          // A name of the kernel's: see IFNAMSIZ in netdevice(7).
          pattern: "^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,14}$",
          "x-expects": "the name of a network interface, such as ib0",
          description:
            "The network interface of the controller's host by whose addresses engines and notebook reach the controller. Without it, each takes the first address that answers.",
          examples: ["ib0"],
        },
        ports: {
          ...portRange,
          description:
            "The first and the last of the ports that the controller may listen on, where a firewall between the cluster's hosts lets only these through.",
          examples: ["50000-51000"],
        },
      },
    },
    storage: {
      type: "object",
      additionalProperties: false,
      description: "How jobs make sure that they see the files of other hosts.",
      properties: {
        readiness: {
          ...pluginChoice,
          default: defaults.readiness,
          "x-expects": "the name of a readiness strategy, or a mapping with plugin and options",
          description: "probe (wait until the content is there), delay (wait 30 s), none, or a plugin's.",
          examples: ["probe"],
        },
        timeout: {
          ...duration,
          default: defaults.storageTimeout,
          description: "The longest time that the probe waits: 90s, 2m. At most 1d.",
        },
      },
    },
    tunnel: {
      type: "object",
      additionalProperties: false,
      description: "The way from your browser to the notebook.",
      properties: {
        kind: {
          ...pluginChoice,
          default: defaults.tunnel,
          "x-expects": "a kind of tunnel, or a mapping with plugin and options",
          description: `auto (find the one that works), ${tunnelKinds.join(", ")}, or a plugin's.`,
          examples: ["auto", ...tunnelKinds],
        },
        localPort: {
          type: "integer",
          minimum: 1,
          maximum: 65_535,
          description: `The port on 127.0.0.1 of your machine. Without it, the first free one from ${firstLocalPort} on.`,
        },
        ports: {
          ...portRange,
          description:
            "The first and the last of the ports that a tunnel may listen on, on the cluster's hosts, where a firewall between them lets only these through.",
          examples: ["50000-51000"],
        },
      },
    },
  },
} as const;
