/** The group of engines in a session file that has no `cluster.groups`. */
export const onlyGroup = "engines";

/** What a group may be called: a regular expression, to be anchored. */
export const groupName = "[A-Za-z][A-Za-z0-9_-]{0,31}";

/** What stands before the things of a group: nothing where there is only one. Pure. */
export function groupPrefix(group: string): string {
  return group === onlyGroup ? "" : `${group}: `;
}
