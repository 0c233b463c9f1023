import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { pluginOfAllKinds } from "../../../client/test/plugins/plugin-of-all-kinds.js";
import { type Answer, typeAtTerminal } from "../type-at-terminal.js";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const here = fileURLToPath(new URL("../..", import.meta.url));

describe("a session file that names code", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-trust-"));
    file = join(folder, "session.yaml");
    writeFileSync(file, "name: s\nnotebook: { directory: . }\nscheduler: ./plugin.mjs\n");
    writeFileSync(
      join(folder, "plugin.mjs"),
      `import { writeFileSync } from "node:fs"; writeFileSync(new URL("ran", import.meta.url), "");\n${pluginOfAllKinds}`,
    );
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const env = () => {
    const { npm_lifecycle_event: _, ...inherited } = process.env;
    return { ...inherited, HOME: folder, XDG_STATE_HOME: join(folder, "state"), CI: "" };
  };
  const argv = (args: readonly string[]) => [process.execPath, ...process.execArgv, main, ...args];
  const run = async (...args: string[]) => {
    const [program = "", ...rest] = argv(args);
    const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"], env: env(), cwd: here });
    const [stdout, stderr, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    return { said: stdout + stderr, exitCode };
  };
  const atTerminal = (answers: readonly Answer[], ...args: string[]) =>
    typeAtTerminal(argv(args), answers, { env: env(), cwd: here });
  const question = "Do you trust this code, as it is now?";

  it("asks once at a terminal, for validate too, and again when the code has changed", async () => {
    const first = await atTerminal([[question, "y"]], "validate", file);
    expect(first).to.deep.include({ exitCode: 0, left: [] });
    expect(first.screen).to.include(`its scheduler "./plugin.mjs": ${join(folder, "plugin.mjs")}`);
    const second = await atTerminal([], "validate", file);
    expect(second.exitCode).to.equal(0);
    expect(second.screen).not.to.include(question);
    writeFileSync(join(folder, "plugin.mjs"), pluginOfAllKinds);
    const changed = await atTerminal([[question, "n"]], "validate", file);
    expect(changed).to.deep.include({ exitCode: 1, left: [] });
    expect(changed.screen).to.include("it has changed since");
  });

  it("takes Enter alone for no", async () => {
    const { exitCode, left } = await atTerminal([[question, "\r"]], "status", file);
    expect([exitCode, left, existsSync(join(folder, "ran"))]).to.deep.equal([1, [], false]);
  });

  it("says in a sentence that it was not run where nobody can be asked, and --trust runs it from then on", async () => {
    for (const command of ["validate", "status", "up", "doctor"]) {
      const { exitCode, said } = await run(command, file);
      expect(exitCode, command).to.equal(1);
      expect(said.replaceAll(/\s+/g, " "), command).to.include("have not trusted it yet");
      expect(existsSync(join(folder, "ran")), command).to.equal(false);
    }
    expect((await run("validate", file, "--trust")).exitCode).to.equal(0);
    expect((await run("validate", file)).exitCode).to.equal(0);
    expect(existsSync(join(folder, "ran"))).to.equal(true);
  });
});
