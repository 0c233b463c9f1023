import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ErrorObject } from "ajv";
import { expect } from "chai";
import { load } from "js-yaml";
import { schemaText, siteSchemaText, validatorTexts } from "../../src/session-file/build.js";
import { withDetails } from "../../src/session-file/error-details.js";
import { sessionSchema } from "../../src/session-file/schema.js";
import { createAjv } from "../../src/session-file/validator.js";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

interface Validator {
  (value: unknown): boolean;
  errors?: readonly ErrorObject[] | null;
}

describe("what is generated from the session file's schema", () => {
  it("is in the repository as it would be written now", () => {
    expect(readFileSync(here("../../schema/session.schema.json"), "utf8")).to.equal(schemaText());
    expect(readFileSync(here("../../schema/site.schema.json"), "utf8")).to.equal(siteSchemaText());
  });

  describe("the compiled validator", () => {
    let folder: string;
    let compiled: Validator;
    let fresh: Validator;

    before(async () => {
      // Below the package, because it asks for ajv's helpers.
      folder = mkdtempSync(here("../../node_modules/.generated-"));
      const file = join(folder, "validator.mjs");
      // The build bundles it, which gives it a \`require\`.
      const require = 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);\n';
      writeFileSync(file, require + (await validatorTexts())["session-validator"]);
      compiled = ((await import(pathToFileURL(file).href)) as { default: Validator }).default;
      fresh = (await createAjv({ verbose: true })).compile(sessionSchema);
    });

    after(() => rmSync(folder, { recursive: true }));

    for (const name of ["good", "bad"].flatMap((kind) => readdirSync(here(kind)).map((file) => `${kind}/${file}`))) {
      const value = name.endsWith(".yaml") ? readValue(here(name)) : undefined;
      if (value === undefined) continue;
      it(`says of ${name} what the schema says`, () => {
        expect(outcome(compiled, value)).to.deep.equal(outcome(fresh, value));
      });
    }
  });
});

/** The errors with what they are about, and the value with its defaults. */
function outcome(validate: Validator, value: unknown) {
  const filled = structuredClone(value);
  const isValid = validate(filled);
  const said = validate.errors ?? [];
  // The compiled one leaves them out.
  const detailed = said[0]?.parentSchema ? said : withDetails(said, sessionSchema, filled);
  const errors = detailed.map(({ schema: _, ...error }) => error);
  return { isValid, errors, filled };
}

/** Undefined for what is no YAML: no validator gets to see it. */
function readValue(file: string): unknown {
  try {
    return load(readFileSync(file, "utf8"), { json: true });
  } catch {
    return undefined;
  }
}
