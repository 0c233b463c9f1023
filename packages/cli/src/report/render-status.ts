import type { StatusView } from "./status-view.js";

/** How many engines that are not well are shown one by one. */
export const shownEngines = 10;

/** For people: a row for each fact. Pure. */
export function renderStatus(view: StatusView): string {
  const rows: [string, string | undefined][] = [
    [view.name, `${view.phase}${view.why ? `: ${view.why}` : ""}`],
    ["trouble", view.trouble],
    ["directory", view.directory],
    ["url", view.url],
    ["server", view.server],
    ["listens", view.listens],
    ["tunnel", view.tunnel && [view.tunnel, view.tunnelNote && `(${view.tunnelNote})`].filter(Boolean).join(" ")],
    ["tunnel", view.tunnelClosed && `closed: ${view.tunnelClosed}`],
    ["healing", view.tunnelHealing && `since ${view.tunnelHealing.since}, on the same port: ${view.tunnelHealing.why}`],
    ["storage", view.storage && renderStorage(view.storage)],
    [
      "engines",
      view.engines &&
        `${view.engines.registered} of ${view.engines.asked} registered; queued ${view.engines.queued}, starting ${view.engines.starting}, running ${view.engines.running}, ${view.engines.suspended > 0 ? `suspended ${view.engines.suspended}, ` : ""}failed ${view.engines.failed}, lost ${view.engines.lost}`,
    ],
    ...(view.groups ?? []).map(({ name, asked, registered }): [string, string] => [
      "group",
      `${name}: ${registered} of ${asked} registered`,
    ]),
    ...view.jobs.map((job): [string, string] => [
      job.role === "engines" ? "array" : job.role,
      [
        `job ${job.id ?? "not submitted"}`,
        job.engines &&
          `(${job.group === "engines" ? "" : `${job.group}: `}${job.engines.includes("-") ? "engines" : "engine"} ${job.engines})`,
        job.state,
        job.native !== job.state && job.native && `(${job.native})`,
        job.host && `on ${job.host}`,
        job.reason && `${job.reason.includes("\n") ? "\n" : ""}${job.reason}`,
      ]
        .filter(Boolean)
        .join(" "),
    ]),
  ];
  const differences = view.differences ?? [];
  for (const { engine, host, problem, log } of differences.slice(0, shownEngines)) {
    const where = host === undefined ? "" : `on ${host}: `;
    rows.push([`engine ${engine}`, `${where}${problem}${log === undefined ? "" : `\n${log}`}`]);
  }
  if (differences.length > shownEngines) {
    rows.push(["engines", `and ${differences.length - shownEngines} more are not well: --json lists all`]);
  }
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.flatMap(([name, text]) => (text ? [`${name.padEnd(width)}  ${indented(text)}\n`] : [])).join("");
}

function renderStorage({ strategy, seconds, controllerSeconds }: NonNullable<StatusView["storage"]>): string {
  const controller =
    controllerSeconds === undefined ? "" : `; for the controller after ${controllerSeconds.toFixed(1)} s`;
  return `ready after ${seconds.toFixed(1)} s (${strategy})${controller}`;
}

/** A text of several lines stays below its row: none of them looks like a row of its own. */
function indented(text: string): string {
  return text.trimEnd().replaceAll("\n", "\n    ");
}
