import { expect } from "chai";
import { connectCommand, parseAddress } from "../src/session-address.js";

describe("session addresses", () => {
  it("name a host and a directory on it", () => {
    expect(parseAddress("login:/home/alice/x y")).to.deep.equal({ host: "login", directory: "/home/alice/x y" });
    expect(parseAddress("alice@login.site.org:~/x")).to.deep.equal({ host: "alice@login.site.org", directory: "~/x" });
  });

  for (const text of [
    "session.yaml",
    "./a:/b",
    "rnaseq",
    "-oProxyCommand=x:/y",
    "login:relative",
    "login:",
    ":/x",
    "C:\\x",
    "a b:/x",
  ]) {
    it(`are not to be seen in ${text}`, () => {
      expect(parseAddress(text)).to.equal(undefined);
    });
  }

  it("are quoted for the shell where they must be", () => {
    expect(connectCommand("/home/alice/x")).to.match(/^hpcnb connect \S+@\S+:\/home\/alice\/x$/);
    expect(connectCommand("/it's here")).to.match(/^hpcnb connect '\S+:\/it'\\''s here'$/);
  });
});
