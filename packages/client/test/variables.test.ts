import type { Session } from "@hpcnb/core/session-file";
import { expect } from "chai";
import { secretLooking } from "../src/variables.js";

describe("variables that are exported", () => {
  const among = (...variables: string[]) =>
    secretLooking({ notebook: { environment: { variables } } as unknown as Session["notebook"] });

  for (const name of [
    "AWS_SECRET_ACCESS_KEY",
    "GITHUB_TOKEN",
    "DB_PASSWORD",
    "OPENAI_API_KEY",
    "SSH_PRIVATE",
    "my_pat",
  ])
    it(`are warned of where they are called ${name}`, () => expect(among("HOME", name)).to.deep.equal([name]));

  it("are not warned of for other names", () => {
    expect(among("OMP_NUM_THREADS", "PATH", "KEYBOARD", "MONKEY", "LANG")).to.deep.equal([]);
  });
});
