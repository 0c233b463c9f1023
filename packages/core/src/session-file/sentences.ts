import type { ErrorObject } from "ajv";
import { suggest } from "../suggest.js";
import { escapePointer } from "./positions.js";

/** A fault of the file: where it is, and a sentence. */
export interface Fault {
  readonly pointer: string;
  readonly part: "key" | "value";
  readonly message: string;
}

const typeWords: Record<string, string> = {
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "a mapping",
  array: "a list",
  null: "empty",
};

/** ajv's errors as sentences, one for each fault. Pure. */
export function faultsOf(errors: readonly ErrorObject[], prefix = ""): Fault[] {
  const faults = new Map<string, Fault>();
  for (const error of errors) {
    const fault = faultOf(error, prefix);
    // What has the wrong type fails further checks too; the first sentence says it all.
    const key = `${fault.part} ${fault.pointer}`;
    if (!faults.has(key) || error.keyword === "type") faults.set(key, fault);
  }
  return [...faults.values()];
}

function faultOf(error: ErrorObject, prefix: string): Fault {
  const pointer = `${prefix}${error.instancePath}`;
  const path = pathOf(pointer);
  const schema = (error.parentSchema ?? {}) as Record<string, unknown>;
  const here = (message: string): Fault => ({ pointer, part: "value", message });
  const isNow = schema["x-secret"] ? "" : `, but is ${describe(error.data)}`;
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(error.params.additionalProperty);
      const known = Object.keys((schema.properties ?? {}) as object);
      return {
        pointer: `${pointer}/${escapePointer(key)}`,
        part: "key",
        message: `${path ? `${path} has no key` : "there is no key"} ${JSON.stringify(key)}${suggest(key, known)}`,
      };
    }
    case "required": {
      const key = String(error.params.missingProperty);
      const property = (schema.properties as Record<string, { description?: string }> | undefined)?.[key];
      return {
        pointer: `${pointer}/${escapePointer(key)}`,
        part: "key",
        message: `${path ? `${path}.` : ""}${key} is missing${property?.description ? `: ${lowerFirst(firstSentence(property.description))}` : ""}`,
      };
    }
    case "enum": {
      const allowed = (schema.enum as unknown[]).map(String);
      return here(`${path} must be one of ${allowed.join(", ")}${isNow}${suggest(String(error.data), allowed)}`);
    }
    case "minimum":
    case "maximum":
      return here(`${path} must be between ${schema.minimum} and ${schema.maximum}${isNow}`);
    case "maxLength":
    case "maxItems":
      return here(
        `${path} is too long: at most ${error.params.limit} ${error.keyword === "maxItems" ? "items" : "characters"}`,
      );
    case "minLength":
      return here(`${path} must not be empty`);
    case "type":
    case "pattern":
      return here(`${path || "the file"} must be ${expectation(schema)}${isNow}`);
    default:
      return here(`${path || "the file"} ${error.message ?? "is not valid"}`);
  }
}

function expectation(schema: Record<string, unknown>): string {
  if (typeof schema["x-expects"] === "string") return schema["x-expects"];
  const types = [schema.type].flat().map((type) => typeWords[String(type)] ?? String(type));
  return types.join(" or ");
}

/** A value as a person would name it, never at full length. */
function describe(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (typeof value === "string")
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value)}`;
  if (typeof value === "number" || typeof value === "bigint") return `the number ${value}`;
  if (typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : "a mapping";
}

function pathOf(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : `${index > 0 ? "." : ""}${part}`))
    .join("");
}

function firstSentence(text: string): string {
  return text.split(/(?<=\.) /)[0]?.replace(/\.$/, "") ?? text;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
