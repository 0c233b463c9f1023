import { sessionSchema } from "@hpcnb/core";
import { printJson } from "../print.js";

export function schema(): void {
  printJson(sessionSchema, 2);
}
