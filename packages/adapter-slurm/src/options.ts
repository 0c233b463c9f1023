import { type OptionsSchema, optionsSchema, settingsSchema, wordSchema } from "@hpcnb/core";

/** What a session file may have under `resources.options`. */
export type SlurmResources = Readonly<Partial<Record<"account" | "qos" | "constraint" | "gpus", string | number>>>;

export const resourcesSchema: OptionsSchema = optionsSchema({
  account: wordSchema("The account that the job is charged to (sbatch --account)."),
  qos: wordSchema("The quality of service (sbatch --qos)."),
  constraint: wordSchema("Features that the node must have, such as skylake or a100|h100 (sbatch --constraint)."),
  gpus: {
    anyOf: [
      { type: "integer", minimum: 1 },
      { type: "string", pattern: "^[\\w.-]+(:[1-9]\\d*)?$" },
    ],
    description: "GPUs of the job's node: a number, or a type and a number, such as a100:2 (sbatch --gpus-per-node).",
  },
});

export const schedulerSchema: OptionsSchema = optionsSchema({
  settings: settingsSchema(
    "A file of shell text that makes sbatch known, where it is found neither by the PATH of a plain command nor by bash's login profile.",
  ),
});
