/** What a session file has where it says nothing. */
export const defaults = { scheduler: "local", readiness: "probe", storageTimeout: "2m", tunnel: "auto" } as const;
