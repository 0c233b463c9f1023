import assert from "node:assert/strict";
import { isHpcnbError } from "../../errors.js";
import { shellWords } from "./shell-words.js";
import type { Topic } from "./topic.js";
import { need } from "./trial.js";

const strangeNames = [
  "two words",
  "a/path/like one",
  'it\'s "quoted"',
  "back\\slash",
  "7 starts with a digit",
  "-starts-with-a-dash",
  "--help",
  "Größe 測定 🧬",
  "$HOME `date` $(date)",
  "a:b@c*d?e,f;g&h|i<j>k#l%m=n!o~p",
  " spaces around ",
  "x".repeat(200),
];

/** The longest ends that the names of a session's jobs have, and some more. */
const ends = [
  "-notebook-0123456789",
  "-controller-0123456789-12345678",
  "-engines-0123456789-12345678-12345678",
  "-engines-0123456789-a1b2c3",
];

const strangeDirectories = [
  "with spaces",
  'it\'s "quoted"',
  "Größe 測定",
  "$HOME and $(date) and `date`",
  "{braces} %j %A $JOB_ID $TASK_ID",
  "#hash;semi&and",
];

const oddScript = `#!/bin/sh
echo 'single' "double" back\\\\slash 'dollar $HOME' percent %j
cat <<'EOF'
here: $NOT_EXPANDED \`nor this\` 'nor' "that"
EOF
echo größe 測定
echo last`;

const oddOutput = `here: $NOT_EXPANDED \`nor this\` 'nor' "that"
größe 測定
last`;

export const names: Topic = (behaviour) => {
  behaviour("lists a job under nameOf its name, however strange", [], async (trial) => {
    for (const name of strangeNames) {
      const id = await trial.submit(trial.job({ name, output: `${trial.fixture.directory}/strange-name.log` }));
      const shown = trial.scheduler.nameOf(name);
      assert.equal(trial.scheduler.nameOf(name), shown, "nameOf is pure");
      assert.equal((await trial.mustFind(id)).name, shown, `job ${id} was submitted as ${JSON.stringify(name)}`);
      await trial.scheduler.cancel([id]);
    }
  });

  behaviour("keeps the end of a long name, which tells jobs apart, and changes no name twice", [], async (trial) => {
    const { nameOf } = trial.scheduler;
    const long = ends.map((end) => "s".repeat(200 - end.length) + end);
    for (const name of [...long, ...strangeNames])
      assert.equal(nameOf(nameOf(name)), nameOf(name), `nameOf changes ${JSON.stringify(nameOf(name))} again`);
    for (const [index, end] of ends.entries()) {
      const shown = nameOf(long[index] ?? "");
      assert.ok(shown.endsWith(end), `a name that ends with ${end} is listed as ${shown}`);
    }
  });

  behaviour("refuses a name of two lines or makes it safe", [], async (trial) => {
    const name = "two\nlines";
    try {
      const id = await trial.submit(trial.job({ name, output: `${trial.fixture.directory}/two-lines.log` }));
      const listed = await trial.mustFind(id);
      assert.equal(listed.name, trial.scheduler.nameOf(name));
      assert.doesNotMatch(listed.name, /\n/);
    } catch (error) {
      if (!isHpcnbError(error)) throw error;
    }
  });

  for (const name of strangeDirectories) {
    behaviour(`works in a directory called ${name}`, ["realJobs"], async (trial) => {
      const workingDirectory = `${trial.fixture.directory}/${name}`;
      await trial.host.writeFiles([{ path: `${workingDirectory}/marker`, text: "right here\n" }]);
      const single = trial.job({
        script: "#!/bin/sh\ncat marker\n",
        workingDirectory,
        output: `${workingDirectory}/${name}.log`,
      });
      const array = trial.job({ ...single, tasks: 2, output: `${workingDirectory}/${name}-{task}.log` });
      const ids = [await trial.submit(single), await trial.submit(array)];
      for (const path of [single.output, ...[1, 2].map((task) => array.output.replaceAll("{task}", `${task}`))]) {
        await trial.untilOutput(path, (text) => text.includes("right here"), "the marker's text");
      }
      await trial.untilEnded(...ids);
    });
  }

  behaviour(
    "hands on a script exactly, with quotes, backslashes, dollars and here-documents",
    ["realJobs"],
    async (trial) => {
      const job = trial.job({ script: oddScript });
      await trial.submit(job);
      const text = await trial.untilOutput(job.output, (read) => read.includes("last"), "the script's last line");
      assert.match(text, /^single double back\\slash dollar \$HOME percent %j$/m);
      assert.ok(text.includes(oddOutput), `the output is ${JSON.stringify(text)}`);
    },
  );

  behaviour("renders what it would submit", [], async (trial) => {
    const job = trial.job();
    const text = trial.scheduler.render(job);
    assert.ok(text.includes(trial.scheduler.nameOf(job.name)), "the name is not in it");
    assert.ok(text.includes(job.output), "the output file is not in it");
    assert.equal(trial.scheduler.render(job), text, "render is pure");
    assert.deepEqual(
      (await trial.scheduler.status()).filter(({ name }) => name === trial.scheduler.nameOf(job.name)),
      [],
      "rendering has submitted it",
    );
  });

  behaviour("submits what it rendered, and the script", ["commands"], async (trial) => {
    const job = trial.job();
    const text = trial.scheduler.render(job);
    await trial.submit(job);
    const sent = need(trial.fixture.sent, "sent", "commands").call(trial.fixture);
    const shown = shellWords(text);
    // A wrapper around the scheduler's command is not shown; all that follows it is.
    const start = sent.indexOf(shown[0] ?? "");
    assert.ok(start >= 0, `rendered, but not sent: ${JSON.stringify(text)}`);
    for (const word of sent.slice(start))
      assert.ok(word === job.script || shown.includes(word), `sent, but not rendered: ${JSON.stringify(word)}`);
    assert.ok(
      sent.some((word) => word.includes(job.script.trimEnd())),
      "the script was not sent",
    );
  });
};
