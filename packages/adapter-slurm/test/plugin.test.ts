import { pluginConformance } from "@hpcnb/core/testing";
import plugin from "../src/index.js";

pluginConformance(
  { describe, it },
  { plugin, kind: "scheduler", packageJson: new URL("../package.json", import.meta.url) },
);
