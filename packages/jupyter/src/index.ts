export { environmentProbe, judgeEnvironment } from "./check.js";
export { createWorkload } from "./workload.js";
