export { createWorkload, environmentProbe, judgeEnvironment } from "./workload.js";
