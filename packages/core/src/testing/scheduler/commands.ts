import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Command } from "../../scheduler.js";
import type { Topic } from "./topic.js";
import type { Trial } from "./trial.js";

export const commands: Topic = (behaviour) => {
  behaviour(
    "gives commands, if it gives any, that do their work with values put in later",
    ["realJobs"],
    async (trial) => {
      const { commands, taskVariable } = trial.scheduler;
      if (!commands) return;
      const name = `hpcnb-${randomBytes(4).toString("hex")}`;
      const values = { LATERNAME: name, 987654321: "2" };
      const output = `${trial.fixture.directory}/LATERNAME-{task}.log`;
      const script = `#!/bin/sh\necho "LATERNAME $${taskVariable}"\nexec sleep 600\n`;
      const command = commands.submit(trial.job({ name: "LATERNAME", tasks: 987654321, script, output }));
      trial.adopt(name);
      const answer = await runWith(trial, command, values);
      const pattern = new RegExp(commands.idPattern);
      const lines = answer.split("\n").map((line) => line.trim());
      const id = lines.map((line) => pattern.exec(line)?.[1]).findLast((found) => found !== undefined);
      assert.ok(id, `no line of the answer matches ${pattern}: ${answer}`);
      assert.equal((await trial.mustFind(id)).name, trial.scheduler.nameOf(name));
      for (const task of ["1", "2"]) {
        const path = output.replace("LATERNAME", name).replace("{task}", task);
        await trial.untilOutput(path, (text) => text.includes(`${name} ${task}`), "the task's line");
      }
      await runWith(trial, commands.cancel(["LATERJOB"]), { LATERJOB: id });
      await trial.untilEnded(id);
    },
  );
};

async function runWith(trial: Trial, { argv, stdin = "" }: Command, values: Readonly<Record<string, string>>) {
  const fill = (text: string) =>
    Object.entries(values).reduce((filled, [placeholder, value]) => filled.replaceAll(placeholder, value), text);
  const result = await trial.host.run(argv.map(fill), { stdin: fill(stdin) });
  assert.equal(result.exitCode, 0, `${result.stdout}${result.stderr}`);
  return result.stdout;
}
