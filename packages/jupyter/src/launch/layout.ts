/** The directory of a run's or a cluster's logs. */
export function logDirectory({ directory }: { readonly directory: string }): string {
  return `${directory}/logs`;
}
