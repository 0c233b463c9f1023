import { bringUp, Tracker, troubledEngines } from "@hpcnb/core/session";
// biome-ignore lint/style/noRestrictedImports: what the command prints is no package's to give
import { renderStatus } from "../../packages/cli/src/report/render-status.js";
// biome-ignore lint/style/noRestrictedImports: as above
import { statusView } from "../../packages/client/src/views/status-view.js";
import { SimulatedSession } from "../../packages/core/test/session/support/simulated-session.js";

/**
 * A session of many engines on the simulated scheduler. Some engines never register. Measures what
 * a new command needs to show the session.
 */
const [engines = 0, runs = 0] = process.argv.slice(2).map(Number);

const world = new SimulatedSession({}, { engines, minimum: 1 });
for (let number = 7; number <= engines; number += 40) world.mute.add(number);
await world.clock.run(bringUp(world.context()));

const times: number[] = [];
let text = "";
for (let run = 0; run < runs; run += 1) {
  const start = performance.now();
  const context = world.context();
  const tracker = new Tracker(context, "/home/alice/project");
  await world.clock.run(tracker.observe());
  const view = statusView(world.session, tracker.state, {
    differences: troubledEngines(tracker.state),
    directory: tracker.directory,
    readiness: context.readiness.name,
    url: (baseUrl) => baseUrl,
  });
  const pieces = renderStatus(view, { now: world.clock.now(), called: "demo" });
  text = pieces.map((piece) => (typeof piece === "string" ? piece : piece[1])).join("");
  times.push(performance.now() - start);
}
console.log(JSON.stringify({ times, text }));
