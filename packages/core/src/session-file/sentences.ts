import type { ErrorObject } from "ajv";
import { withoutBranches } from "./branches.js";
import { describe, firstSentence, lowerFirst, nameTypes, pathOf, quote } from "./phrases.js";
import { escapePointer } from "./positions.js";
import { keyFor, valueFor } from "./synonyms.js";
import { insteadOf } from "./unknown-key.js";

/** A fault of the file: where it is, and a sentence. */
export interface Fault {
  readonly pointer: string;
  readonly part: "key" | "value";
  readonly message: string;
}

type SchemaNode = Readonly<Record<string, unknown>>;

/** What the errors are about: a whole session file, or a plugin's options at a place in it. */
interface Subject {
  readonly prefix?: string;
  /** The schema of the whole file. */
  readonly root?: SchemaNode;
}

/** ajv's errors as sentences, one for each fault. Pure. */
export function faultsOf(errors: readonly ErrorObject[], { prefix = "", root }: Subject = {}): Fault[] {
  const faults = new Map<string, Fault>();
  for (const error of withoutMisspelled(withoutBranches(errors))) {
    const fault = faultOf(error, `${prefix}${error.instancePath}`, root);
    // What has the wrong type fails further checks too; the first sentence says it all.
    const key = `${fault.part} ${fault.pointer}`;
    if (!faults.has(key) || error.keyword === "type") faults.set(key, fault);
  }
  return [...faults.values()];
}

/** A required key that is there under a name much like it is not missing as well. */
function withoutMisspelled(errors: readonly ErrorObject[]): ErrorObject[] {
  const isMisspelled = (missing: ErrorObject) =>
    errors.some((error) => {
      if (error.keyword !== "additionalProperties" || error.instancePath !== missing.instancePath) return false;
      const key = String(error.params.additionalProperty);
      return keyFor(key, knownKeys(error.parentSchema)) === missing.params.missingProperty;
    });
  return errors.filter((error) => error.keyword !== "required" || !isMisspelled(error));
}

function faultOf(error: ErrorObject, pointer: string, root: SchemaNode | undefined): Fault {
  const path = pathOf(pointer);
  const subject = path || "the file";
  const schema = (error.parentSchema ?? {}) as SchemaNode;
  const isNow = schema["x-secret"] ? "" : `, but is ${describe(error.data)}`;
  const here = (message: string): Fault => ({ pointer, part: "value", message: `${subject} ${message}` });
  switch (error.keyword) {
    case "additionalProperties":
    case "unevaluatedProperties": {
      const key = String(error.params.additionalProperty ?? error.params.unevaluatedProperty);
      const missing = path ? `${path} has no key` : "there is no key";
      const message = `${missing} ${quote(key)}${insteadOf({ key, pointer, schema, root })}`;
      return { pointer: `${pointer}/${escapePointer(key)}`, part: "key", message };
    }
    case "required": {
      const key = String(error.params.missingProperty);
      const message = `${path ? `${path}.` : ""}${key} is missing${meaningOf(schema, key)}`;
      return { pointer: `${pointer}/${escapePointer(key)}`, part: "key", message };
    }
    case "enum": {
      const allowed = (schema.enum as unknown[]).map(String);
      const meant = valueFor(String(error.data), allowed);
      return here(
        `must be one of ${allowed.join(", ")}${isNow}${meant === undefined ? "" : `; did you mean ${meant}?`}`,
      );
    }
    case "const":
      return here(`must be ${JSON.stringify(schema.const)}${isNow}`);
    case "minimum":
    case "maximum":
      return here(`must be ${rangeOf(schema)}${isNow}`);
    case "maxLength":
      return here(`is too long: at most ${error.params.limit} characters`);
    case "maxItems":
      return here(`is too long: at most ${error.params.limit} items`);
    case "minLength":
      return here("must not be empty");
    case "type":
    case "pattern":
      return here(`must be ${expectation(schema)}${isNow}${aboutQuotes(error, schema)}`);
    default:
      return here(error.message ?? "is not valid");
  }
}

function knownKeys(schema: SchemaNode | undefined): string[] {
  return Object.keys((schema?.properties ?? {}) as object);
}

function expectation(schema: SchemaNode): string {
  if (typeof schema["x-expects"] === "string") return schema["x-expects"];
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.join(", ")}`;
  return nameTypes([schema.type].flat());
}

function rangeOf({ minimum, maximum }: SchemaNode): string {
  if (maximum === undefined) return `at least ${minimum}`;
  return minimum === undefined ? `at most ${maximum}` : `between ${minimum} and ${maximum}`;
}

function meaningOf(schema: SchemaNode, key: string): string {
  const property = (schema.properties as Record<string, { description?: string }> | undefined)?.[key];
  return property?.description ? `: ${lowerFirst(firstSentence(property.description))}` : "";
}

/**
 * To YAML `2024` is a number and `"8"` is a text: what would do otherwise only lacks its quotes, or
 * has them.
 */
function aboutQuotes({ data }: ErrorObject, schema: SchemaNode): string {
  if (schema["x-secret"]) return "";
  if (schema.type === "integer" && typeof data === "string" && /^\d{1,9}$/.test(data)) return "; leave out the quotes";
  if (schema.type !== "string" || (typeof data !== "number" && typeof data !== "boolean")) return "";
  const allowed = schema.enum === undefined && new RegExp(String(schema.pattern ?? ""), "u").test(String(data));
  return allowed ? "; write it in quotes" : "";
}
