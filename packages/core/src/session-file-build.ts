/** What build/generate.mjs needs; not part of the package's interface. */
export { sessionSchema } from "./session-file/schema.js";
export { createAjv } from "./session-file/validator.js";
