import { definePlugin, HpcnbError, type Plugin } from "@hpcnb/core";

/**
 * Stands for a scheduler that a host's record names, and that is not part of hpcnb: a host chooses
 * no code of this machine. A notebook can be reached without its scheduler. Whatever has to ask
 * that, fails.
 */
export function absentScheduler(name: string, fileOrAddress: string): Plugin {
  const refuse = async () => {
    throw schedulerIsAbsent(name, fileOrAddress);
  };
  return definePlugin({
    apiVersion: 1,
    name,
    scheduler: {
      create: () => ({
        runsOnHost: false,
        taskVariable: "",
        nameOf: (text) => text,
        submit: refuse,
        status: refuse,
        cancel: refuse,
        explain: refuse,
        history: refuse,
        render: () => {
          throw schedulerIsAbsent(name, fileOrAddress);
        },
      }),
    },
  });
}

export function schedulerIsAbsent(name: string, fileOrAddress: string): HpcnbError {
  return new HpcnbError(
    "HPCNB_UNSUPPORTED",
    `The session at ${fileOrAddress} was started with the scheduler "${name}", which is not part of hpcnb. A host cannot choose code that runs on this machine, so its scheduler is not asked from here.`,
    {
      hint: "Run the command on that host, or name the scheduler yourself, in a session file here with the same host and directory.",
    },
  );
}
