import type { ControllerReport, Endpoint, NotebookReport, Reports } from "@hpcnb/core";

type Fields = Readonly<Record<string, unknown>>;

/** What the programs in ../python publish, in the vocabulary of the life cycle. */
export function reportsOf([notebook, controller, engines]: readonly (Fields | undefined)[]): Reports {
  return {
    notebook: notebookReport(notebook),
    controller: controllerReport(controller),
    registered: { tasks: typeof engines?.registered === "string" ? expandRanges(engines.registered) : [] },
  };
}

function notebookReport(record: Fields | undefined): NotebookReport {
  const host = String(record?.host);
  const storageSeconds = Number(record?.storage_seconds);
  switch (record?.state) {
    case "started":
      return { state: "started", host, storageSeconds };
    case "answering":
      return {
        state: "answering",
        host,
        storageSeconds,
        endpoint: record.endpoint as Endpoint,
        server: String(record.server),
        ...(typeof record.note === "string" ? { note: record.note } : {}),
      };
    default:
      return endOf(record) ?? { state: "waiting" };
  }
}

function controllerReport(record: Fields | undefined): ControllerReport {
  if (record?.state === "started" || record?.state === "answering")
    return { state: record.state, host: String(record.host) };
  return endOf(record) ?? { state: "waiting" };
}

function endOf(
  record: Fields | undefined,
): Extract<ControllerReport, { readonly state: "failed" | "ended" }> | undefined {
  if (record?.state === "ended") return { state: "ended" };
  if (record?.state !== "failed") return undefined;
  return {
    state: "failed",
    problem: String(record.problem),
    ...(typeof record.hint === "string" ? { hint: record.hint } : {}),
  };
}

/** "1-3,7" as [1, 2, 3, 7]. */
export function expandRanges(text: string): number[] {
  if (text === "") return [];
  return text.split(",").flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
