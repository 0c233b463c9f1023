import type { ErrorObject } from "ajv";
import { nameTypes } from "./phrases.js";

/** Keywords that only say that some other keyword said something. */
const wrappers = new Set(["anyOf", "oneOf", "if", "allOf"]);

/**
 * Leaves, of all that ajv says about alternatives (anyOf, oneOf), what concerns the one that was
 * probably meant: the alternative with the right type and the fewest errors. Where none has the
 * right type, one error names all types. Pure.
 */
export function withoutBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  const dropped = new Set<ErrorObject>();
  const added: ErrorObject[] = [];
  for (const wrapper of errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf")) {
    const branches = branchesOf(wrapper, errors);
    const isOfOtherType = (branch: readonly ErrorObject[]) =>
      branch.some(({ keyword, instancePath }) => keyword === "type" && instancePath === wrapper.instancePath);
    const [meant] = branches.filter((branch) => !isOfOtherType(branch)).sort((one, other) => one.length - other.length);
    for (const branch of branches) if (branch !== meant) for (const error of branch) dropped.add(error);
    if (!meant && branches.length > 0) added.push(typeErrorOf(wrapper, branches.flat()));
  }
  const left = [...errors.filter((error) => !dropped.has(error)), ...added];
  // "More than one of them matches" comes only as the wrapper.
  return left.filter((error) => !wrappers.has(error.keyword) || !left.some((other) => concernsSame(error, other)));
}

/**
 * The errors of each alternative. Those behind a `$ref` do not tell which one they belong to, and
 * are left alone.
 */
function branchesOf(wrapper: ErrorObject, errors: readonly ErrorObject[]): ErrorObject[][] {
  const branches = new Map<string, ErrorObject[]>();
  for (const error of errors) {
    if (!error.schemaPath.startsWith(`${wrapper.schemaPath}/`)) continue;
    // One schema checks every item of a list: only errors below this value are this wrapper's.
    if (error.instancePath !== wrapper.instancePath && !error.instancePath.startsWith(`${wrapper.instancePath}/`))
      continue;
    const branch = error.schemaPath.slice(wrapper.schemaPath.length + 1).split("/")[0] ?? "";
    branches.set(branch, [...(branches.get(branch) ?? []), error]);
  }
  return [...branches.values()];
}

function typeErrorOf(wrapper: ErrorObject, errors: readonly ErrorObject[]): ErrorObject {
  const types = errors.filter(({ instancePath }) => instancePath === wrapper.instancePath);
  const expected = nameTypes(types.filter(({ keyword }) => keyword === "type").flatMap(({ params }) => params.type));
  return { ...wrapper, keyword: "type", parentSchema: { "x-expects": expected } };
}

function concernsSame(wrapper: ErrorObject, other: ErrorObject): boolean {
  return (
    !wrappers.has(other.keyword) &&
    (other.instancePath === wrapper.instancePath || other.instancePath.startsWith(`${wrapper.instancePath}/`))
  );
}
