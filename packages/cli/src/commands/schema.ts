import { sessionSchema } from "@hpcnb/core";

export function schema(): void {
  process.stdout.write(`${JSON.stringify(sessionSchema, null, 2)}\n`);
}
