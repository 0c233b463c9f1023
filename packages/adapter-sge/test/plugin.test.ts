import { pluginConformance } from "@hpcnb/core/testing";
import { expect } from "chai";
import plugin, { gridEngineDialect } from "../src/index.js";
import { exampleJob } from "./example.js";

pluginConformance(
  { describe, it },
  { plugin, kind: "scheduler", packageJson: new URL("../package.json", import.meta.url) },
);

describe("what is rendered for people", () => {
  it("is the command and the script", () => {
    const job = exampleJob({ tasks: 3, resources: { walltime: 60, native: ["-l", "a b"] } });
    const dialect = gridEngineDialect();
    const text = dialect.render(job);
    expect(text.endsWith(`\n\n${job.script}`)).to.equal(true);
    for (const word of dialect.submit(job).argv) expect(text).to.include(word);
    expect(text).to.include("\n  -l h_rt=0:01:00 \\\n").and.to.include("-l 'a b'");
  });
});
