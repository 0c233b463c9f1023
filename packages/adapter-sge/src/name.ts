import { plainName } from "@hpcnb/core";

/**
 * Grid Engine refuses \n \t \r / : @ \ * ? and a leading digit (sge_types(1)), and prints bytes
 * that its locale does not know in many ways.
 */
export function nameOf(name: string): string {
  const plain = plainName(name);
  return /^[A-Za-z_]/.test(plain) ? plain : plainName(`_${plain.slice(-199)}`);
}
