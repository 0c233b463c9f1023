import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { until } from "../../../test/support/until.js";
import { pythonArgv, pythonProgram } from "../src/python-program.js";

/** Seconds between two signs of life; a lock is given up after nine times as long. */
const beat = 0.3;

interface Taker {
  readonly child: ChildProcess;
  /** "held" or "busy WHO"; empty when it failed. */
  readonly answer: string;
  /** Lets go of the lock; resolves with the exit code. */
  release(): Promise<number | null>;
}

/** The lock as it is where the file system has none: see ../python/lock.py. */
describe("a lock on a file system without locks", () => {
  let directory: string;
  let path: string;
  const takers = new Set<ChildProcess>();

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "hpcnb-claim-"));
    path = join(directory, "lock");
  });
  afterEach(() => {
    for (const child of takers) child.kill("SIGKILL");
    takers.clear();
    rmSync(directory, { recursive: true });
  });

  async function take(who: string, where: "here" | "elsewhere" = "here"): Promise<Taker> {
    const program = pythonProgram("lock")
      .replace("beat_every = 5", `beat_every = ${beat}`)
      .replace(/fcntl\.flock\(.*\)/, 'raise OSError(errno.ENOLCK, "No locks available")')
      .replace("socket.gethostname()", where === "here" ? '"here"' : `"host of ${who}"`);
    const [python, ...args] = pythonArgv(program, path, who);
    const child = spawn(python, args, { stdio: ["pipe", "pipe", "inherit"] });
    takers.add(child);
    const exit = once(child, "exit");
    const answered = once(child.stdout, "data").then(([data]) => String(data));
    const answer = await Promise.race([answered, exit.then(() => "")]);
    return {
      child,
      answer: answer || (await Promise.race([answered, exit.then(() => "")])),
      release: async () => {
        child.stdin.end();
        return (await exit)[0];
      },
    };
  }

  async function kill({ child }: Taker): Promise<void> {
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }

  it("is had by one at a time, who is named, and leaves nothing behind", async () => {
    const first = await take("first");
    expect(first.answer).to.equal("held");
    expect((await take("second")).answer).to.equal("busy first");
    expect(await first.release()).to.equal(0);
    const third = await take("third");
    expect(third.answer).to.equal("held");
    await third.release();
    expect(readdirSync(directory)).to.deep.equal(["lock"]);
  });

  it("is taken over at once when its holder on this host is dead, again and again", async () => {
    for (const who of ["first", "second", "third"]) {
      const taker = await take(who);
      expect(taker.answer).to.equal("held");
      await kill(taker);
    }
    const last = await take("last");
    expect(await last.release()).to.equal(0);
    expect(readdirSync(directory)).to.deep.equal(["lock"]);
  });

  it("stays with a holder on another host for as long as that one lives, and no longer than said", async () => {
    const holder = await take("holder", "elsewhere");
    for (let look = 0; look < 5; look++) {
      expect((await take("other")).answer).to.equal("busy holder");
      await new Promise((resolve) => setTimeout(resolve, 3 * beat * 1_000));
    }
    await kill(holder);
    await until(async () => (await take("other")).answer === "held", "the lock is taken over");
  });

  for (const where of ["here", "elsewhere"] as const) {
    it(`goes to exactly one of many who want that of a dead holder (${where})`, async () => {
      for (let round = 0; round < 2; round++) {
        const dead = await take(`dead${round}`, where);
        expect(dead.answer).to.equal("held");
        await kill(dead);
        if (where === "elsewhere") await new Promise((resolve) => setTimeout(resolve, 10 * beat * 1_000));
        const all = await Promise.all(Array.from({ length: 8 }, (_, n) => take(`taker${n}`, where)));
        const holders = all.filter(({ answer }) => answer === "held");
        expect(holders.map(({ answer }) => answer)).to.deep.equal(["held"]);
        expect(await holders[0]?.release()).to.equal(0);
      }
      expect(readdirSync(directory)).to.deep.equal(["lock"]);
    });
  }

  it("is known to be lost by a holder who slept too long", async () => {
    const sleeper = await take("sleeper", "elsewhere");
    sleeper.child.kill("SIGSTOP");
    let taker = await take("taker");
    await until(async () => {
      if (taker.answer !== "held") taker = await take("taker");
      return taker.answer === "held";
    }, "the lock is taken over");
    sleeper.child.kill("SIGCONT");
    expect(await sleeper.release()).not.to.equal(0);
    expect((await take("other")).answer).to.equal("busy taker");
    expect(await taker.release()).to.equal(0);
  });

  it("gets over a claim that was never written, or is damaged", async () => {
    for (const text of ["", "null", '{"name": "../../x", "holder": 1}', "\u0000".repeat(300)]) {
      writeFileSync(`${path}.claim`, text);
      let taker = await take("taker");
      await until(async () => {
        if (taker.answer !== "held") taker = await take("taker");
        return taker.answer === "held";
      }, "the lock is taken over");
      expect(await taker.release()).to.equal(0);
    }
    expect(readdirSync(directory)).to.deep.equal(["lock"]);
  });
});
