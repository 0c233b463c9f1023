/** Well below what Grid Engine takes, and short enough to be read. */
const longest = 200;

/**
 * What is sure to come back unchanged: Grid Engine refuses \n \t \r / : @ \ * ? and a leading digit
 * (sge_types(1)), and prints bytes that its locale does not know in many ways. A long name keeps
 * its end, because the end of hpcnb's names makes them unique.
 */
export function nameOf(name: string): string {
  const plain = name.replace(/[^\w.+=-]+/g, "_").slice(-longest);
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain.slice(1 - longest)}`;
}
