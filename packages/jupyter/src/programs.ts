/** What every job's program begins with, in its order. */
const job = ["common.py", "signals.py", "log.py", "places.py", "homes.py"] as const;

/** The parts of a controller and of an engine, wherever they are started from. */
export const controllerParts = [...job, "controller_process.py", "controller.py"] as const;
export const engineParts = [...job, "presence.py", "engine.py"] as const;
