import { loadValidSession } from "../valid-session.js";

export async function validate(options: { session: string | undefined; json: boolean }): Promise<void> {
  const { session } = await loadValidSession(options.session);
  if (options.json) process.stdout.write(`${JSON.stringify(session)}\n`);
  else
    process.stderr.write(`${session.file} is valid: session ${session.name}, scheduler ${session.scheduler.plugin}.\n`);
}
