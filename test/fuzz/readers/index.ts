import { keepers } from "./keepers.js";
import { looking } from "./looking.js";
import { machines } from "./machines.js";
import { records } from "./records.js";
import { schedulers } from "./schedulers.js";
import { sessionFiles } from "./session-files.js";

export const readers = [...sessionFiles, ...records, ...keepers, ...schedulers, ...machines, ...looking];
