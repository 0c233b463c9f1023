import { sessionSchema } from "@hpcnb/core/session-file";
import { printJson } from "../print.js";

export function schema(): void {
  printJson(sessionSchema, 2);
}
