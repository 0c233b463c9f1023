import { type OptionsSchema, settingsSchema } from "@hpcnb/core";

export interface SlurmOptions {
  readonly settings?: string;
}

/** What a session file may have under `resources.options`. */
export interface SlurmResources {
  readonly account?: string;
  readonly qos?: string;
  readonly constraint?: string;
  readonly gpus?: number | string;
}

const word = (description: string) => ({ type: "string", pattern: "^[^\\s\u0000-\u001f\u007f]+$", description });

export const resourcesSchema: OptionsSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    account: word("The account that the job is charged to (sbatch --account)."),
    qos: word("The quality of service (sbatch --qos)."),
    constraint: word("Features that the node must have, such as skylake or a100|h100 (sbatch --constraint)."),
    gpus: {
      anyOf: [
        { type: "integer", minimum: 1 },
        { type: "string", pattern: "^[\\w.-]+(:[1-9]\\d*)?$" },
      ],
      description: "GPUs of the job's node: a number, or a type and a number, such as a100:2 (sbatch --gpus-per-node).",
    },
  },
};

export const optionsSchema: OptionsSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    settings: settingsSchema(
      "A file of shell text that makes sbatch known, where it is found neither by the PATH of a plain command nor by bash's login profile.",
    ),
  },
};
