export { loadSessionFile, readSessionFile, readSessionText } from "./read.js";
export { sessionNameFrom } from "./resolve.js";
export { sessionSchema } from "./schema.js";
export type * from "./session.js";
export { checkOptions, type Problem, SessionFileError, type SessionSource } from "./source.js";
