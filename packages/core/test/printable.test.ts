import { printable, printableLine } from "@hpcnb/core";
import { expect } from "chai";

describe("printable", () => {
  it("leaves text, line breaks and tabs as they are", () => {
    expect(printable("Grüße\t→ 日本 🎉\nnext")).to.equal("Grüße\t→ 日本 🎉\nnext");
  });

  it("writes out what would steer a terminal", () => {
    expect(printable("\u001b]0;TITLE\u0007\u001b[31mred\u009b2J\u007f")).to.equal(
      "\\u001b]0;TITLE\\u0007\\u001b[31mred\\u009b2J\\u007f",
    );
  });

  it("writes out what turns the direction of writing, and halves of characters", () => {
    expect(printable("a\u202eb\u2066c\ud800d")).to.equal("a\\u202eb\\u2066c\\ud800d");
  });

  it("keeps the lines of another system apart, and writes out a lone carriage return", () => {
    expect(printable("one\r\ntwo\rthree")).to.equal("one\ntwo\\u000dthree");
  });

  it("makes one line of several", () => {
    expect(printableLine(" one\r\n\ttwo \n")).to.equal("one two");
  });
});
