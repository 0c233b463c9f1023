import { pluginConformance, readinessConformance } from "@hpcnb/core/testing";
import refresh, { createRefresh } from "../src/index.js";

describe("hpcnb-readiness-refresh", () => {
  pluginConformance(
    { describe, it },
    { plugin: refresh, kind: "readiness", packageJson: new URL("../package.json", import.meta.url) },
  );

  readinessConformance(
    { describe, it },
    { name: "refresh", create: () => createRefresh({ timeoutMs: 60_000 }, { command: ["ls"] }) },
  );
});
