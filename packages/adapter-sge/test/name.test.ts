import { expect } from "chai";
import { nameOf } from "../src/submit.js";

describe("a job's name on Grid Engine", () => {
  it("stays as it is where it can", () => {
    expect(nameOf("rnaseq-engines-k3j9x0q2ab")).to.equal("rnaseq-engines-k3j9x0q2ab");
    expect(nameOf("v1.2_a+b=c")).to.equal("v1.2_a+b=c");
  });

  it("has none of the characters that Grid Engine refuses, and no digit in front", () => {
    expect(nameOf("a/b:c@d\\e*f?g\th\r\ni")).to.equal("a_b_c_d_e_f_g_h_i");
    expect(nameOf("7 samples")).to.equal("_7_samples");
    expect(nameOf("-help")).to.equal("_-help");
    expect(nameOf("Größe 測定")).to.equal("Gr_e_");
    expect(nameOf("")).to.equal("_");
  });

  it("keeps the end of a long one, which is what makes it unique", () => {
    const name = nameOf(`${"x".repeat(500)}-notebook-k3j9x0q2ab`);
    expect(name)
      .to.have.length(200)
      .and.to.match(/^x+-notebook-k3j9x0q2ab$/);
    expect(nameOf(`${"1".repeat(500)}`))
      .to.have.length(200)
      .and.to.match(/^_1+$/);
  });
});
