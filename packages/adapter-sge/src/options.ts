import { type OptionsSchema, optionsSchema, type SiteOptions, settingsSchema, wordSchema } from "@hpcnb/core";

/** Only what differs between sites and cannot be found out. */
export interface GridEngineOptions extends SiteOptions {
  readonly memoryResource?: string;
  readonly memoryPer?: "slot" | "job";
}

/** What a session file may have under `resources.options`. */
export interface GridEngineResources {
  readonly parallelEnvironment?: string;
  readonly consumables?: Readonly<Record<string, number>>;
}

export const resourcesSchema: OptionsSchema = optionsSchema({
  parallelEnvironment: wordSchema("The parallel environment that gives a job several cores of one host, often smp."),
  consumables: {
    type: "object",
    additionalProperties: false,
    patternProperties: { "^[A-Za-z_][A-Za-z0-9_.]*$": { type: "integer", minimum: 1 } },
    description:
      "How much of the site's consumable resources, such as { gpu: 1 } (qsub -l gpu=1). A job of several cores gets as much for each of them at most sites.",
  },
});

export const schedulerSchema: OptionsSchema = optionsSchema({
  settings: settingsSchema(
    "The site's settings.sh, such as /opt/sge/default/common/settings.sh, where qsub is found neither by the PATH of a plain command nor by bash's login profile.",
  ),
  memoryResource: {
    type: "string",
    pattern: "^[A-Za-z_][A-Za-z0-9_.]*$",
    description:
      "The resource that stands for memory at this site: h_vmem, mem_free, virtual_free, m_mem_free, h_data ... Needed where a session asks for memory.",
  },
  memoryPer: {
    enum: ["slot", "job"],
    default: "slot",
    description:
      "Whether the site counts the memory resource for each slot of a parallel job (consumable YES, which is usual) or once for the job.",
  },
});
