import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { expect } from "chai";

const source = readFileSync(new URL("../python/hpcnb_app/time_notice.py", import.meta.url), "utf8");
const script = /NOTICE_SCRIPT = """\\\n(.*?)"""/s.exec(source)?.[1] ?? "";

/**
 * What the page tells of these answers of the server, one look after the other: seconds, or nothing
 * where there is none.
 */
async function told(...answers: (number | undefined)[]): Promise<string[]> {
  const messages: string[] = [];
  const asked: string[] = [];
  const left = [...answers];
  let look = async () => {};
  const window: { _JUPYTERLAB?: Record<string, { get(name: string): Promise<() => { default: Plugin }> }> } = {};
  runInNewContext(script, {
    window,
    fetch: async (url: string) => {
      asked.push(url);
      const seconds = left.shift();
      if (seconds === undefined) throw new TypeError("no way");
      return { ok: true, json: async () => ({ left: seconds, at: [30, 10, 2] }) };
    },
    setInterval: (work: () => Promise<void>) => {
      look = work;
    },
  });
  const module = (await window._JUPYTERLAB?.["hpcnb-time"]?.get("./extension"))?.();
  module?.default.activate({
    restored: Promise.resolve(),
    serviceManager: { serverSettings: { baseUrl: "http://127.0.0.1:8888/", token: "" } },
    commands: {
      execute: (name: string, { message }: { message: string }) =>
        messages.push(`${name}: ${/in (.*?),/.exec(message)?.[1]}`),
    },
  });
  // The first look is the page's own.
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  while (left.length > 0) await look();
  expect(asked[0]).to.equal("http://127.0.0.1:8888/hpcnb/time");
  return messages;
}

interface Plugin {
  activate(app: unknown): void;
}

describe("the page's notice of the time that is left", () => {
  it("comes once at 30, 10 and 2 minutes, also after looks without an answer", async () => {
    expect(await told(3000, 1801, 1799, 1700, undefined, 590, 500, 119, 100, -1)).to.deep.equal([
      "apputils:notify: 29 min",
      "apputils:notify: 9 min",
      "apputils:notify: 119 s",
    ]);
  });

  it("comes once for a page that is opened late", async () => {
    expect(await told(500, 480)).to.deep.equal(["apputils:notify: 8 min"]);
  });
});
