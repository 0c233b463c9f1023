export { createWorkload } from "./workload.js";
