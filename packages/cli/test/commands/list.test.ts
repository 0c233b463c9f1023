import type { ListedSession } from "@hpcnb/client";
import { defined } from "@hpcnb/core";
import { expect } from "chai";
import { onePerRun } from "../../src/commands/list.js";
import { renderList } from "../../src/report/render-list.js";
import { plain } from "../plain.js";

describe("hpcnb list", () => {
  it("has each run once, by what comes first, and all sessions without a known run", () => {
    const row = (file: string, run?: string) => ({
      name: "a",
      state: "up" as const,
      phase: "up" as const,
      file,
      ...defined({ run }),
    });
    const rows = [
      row("/a/session.yaml", "r1"),
      row("login:/a", "r1"),
      row("/b.yaml", "r2"),
      row("/c.yaml"),
      row("/d.yaml"),
    ];
    expect(onePerRun(rows).map(({ file }) => file)).to.deep.equal(["/a/session.yaml", "/b.yaml", "/c.yaml", "/d.yaml"]);
  });

  it("says for each session how it is, where, since when and for how long still, and how it ended", () => {
    const now = new Date(2026, 0, 2, 12, 0).getTime();
    const ago = (hours: number) => new Date(now - hours * 3_600_000).toISOString();
    const engines = { asked: 4, registered: 3, queued: 1, starting: 0, running: 3, suspended: 0, failed: 0, lost: 0 };
    const rows: ListedSession[] = [
      {
        name: "rnaseq",
        state: "up",
        phase: "up",
        file: "/r/session.yaml",
        host: "node3",
        engines,
        submittedAt: ago(5),
        startedAt: ago(2),
        walltime: 8 * 3600,
        endsAt: ago(-6),
      },
      { name: "q", state: "waiting in the queue", phase: "queued", file: "/q.yaml", submittedAt: ago(5) },
      { name: "old", state: "ended at its walltime", phase: "ended", file: "/o.yaml", endedAt: ago(1) },
      { name: "far", state: "unknown", phase: "unknown", file: "/f.yaml", problem: "login cannot be reached" },
    ];
    expect(plain(renderList(rows, now)).split("\n")).to.deep.equal([
      "NAME    STATE                  HOST   ENGINES  AGE      LEFT  FILE",
      "rnaseq  up                     node3  3/4      2 h      6 h   /r/session.yaml",
      "q       waiting in the queue                   5 h            /q.yaml",
      "old     ended at its walltime                  1 h ago        /o.yaml",
      "far     unknown                                               /f.yaml (login cannot be reached)",
      "",
    ]);
  });
});
