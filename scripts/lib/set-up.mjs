import { findPrerequisites } from "./prerequisites.mjs";
import { providePython } from "./python-environment.mjs";
import { say } from "./step.mjs";
import { installDependencies } from "./workspace.mjs";

/** Everything but the build. Costs a second when it has been done before. */
export async function setUp() {
  const { node, python, git } = await findPrerequisites();
  say(`  Node ${node}, Python ${python.version} (${python.path}), git ${git}`);
  await installDependencies();
  const venv = await providePython({
    python,
    directory: "examples/quickstart/.venv",
    requirements: "examples/quickstart/requirements.txt",
    megabytes: 450,
  });
  return { python, venv };
}
