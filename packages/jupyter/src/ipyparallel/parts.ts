import { jobParts } from "../launch/parts.js";

const own = (...names: readonly string[]) => names.map((name) => `hpcnb_ipyparallel/${name}.py`);

/** The parts of a controller and of an engine, wherever they are started from. */
export const controllerParts = [...jobParts, ...own("controller_process", "controller")];
export const engineParts = [...jobParts, ...own("presence", "engine")];

/** Ends a controller or an engine with the notebook that it was started in. */
export const insideParts = own("inside");

/** In the notebook's program. */
export const companionParts = own("controller_process", "controller", "offer_clusters", "follow");

/** In the notebook's kernels and its server. */
export const launcherParts = own("session_launchers", "launchers");
