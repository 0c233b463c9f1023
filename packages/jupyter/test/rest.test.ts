import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { isHpcnbError } from "@hpcnb/core";
import { makeSession } from "@hpcnb/core/testing";
import { createWorkload } from "@hpcnb/jupyter";
import { expect } from "chai";
import nock from "nock";

const { answers, url } = createWorkload();
const base = "http://127.0.0.1:8888";
const status = { connections: 0, kernels: 0, last_activity: "2026-11-22T10:00:00Z", started: "2026-11-22T10:00:00Z" };

async function thrown(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise.then((value) => `resolved to ${value}`);
  } catch (error) {
    return error;
  }
}

describe("answers", () => {
  describe("by what is said", () => {
    before(() => nock.disableNetConnect());
    afterEach(() => {
      expect(nock.pendingMocks()).to.deep.equal([]);
      nock.cleanAll();
    });
    after(() => {
      nock.enableNetConnect();
      nock.restore();
    });

    it("is true for the server that knows the token, which it gets in a header", async () => {
      nock(base, { reqheaders: { authorization: "token t0ken" } })
        .get("/api/status")
        .reply(200, status);
      expect(await answers({ baseUrl: base }, "t0ken")).to.equal(true);
    });

    for (const [what, code, body] of [
      ["a Jupyter server of somebody else", 403, { message: "Forbidden" }],
      ["a server that wants another login", 401, ""],
      ["a server without this page", 404, ""],
      ["a server that leads elsewhere", 302, ""],
      ["a page that is not JSON", 200, "<html>"],
      ["JSON that is not Jupyter's", 200, { ok: true }],
    ] as const)
      it(`refuses ${what}`, async () => {
        nock(base).get("/api/status").reply(code, body);
        const error = await thrown(answers({ baseUrl: base }, "t0ken"));
        expect(isHpcnbError(error, "HPCNB_TUNNEL"), String(error)).to.equal(true);
        expect(String(error)).to.include(base).and.not.include("t0ken");
      });

    it("is false while the server or a proxy before it is in trouble", async () => {
      nock(base).get("/api/status").reply(503, "");
      expect(await answers({ baseUrl: base }, "t0ken")).to.equal(false);
    });
  });

  describe("by how it is said", () => {
    const servers: Server[] = [];
    afterEach(() => {
      for (const server of servers.splice(0)) server.close();
    });

    async function listen(server: Server): Promise<string> {
      servers.push(server);
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }
    const http = (listener: RequestListener) => listen(createServer(listener));
    const tcp = (answer: string) => listen(createTcpServer((socket) => socket.once("data", () => socket.end(answer))));

    it("is false when nothing listens", async () => {
      const address = await http(() => undefined);
      const closed = once(servers[0] as Server, "close");
      servers.splice(0)[0]?.close();
      await closed;
      expect(await answers({ baseUrl: address }, "t")).to.equal(false);
    });

    it("is false when the connection is closed without an answer, as a tunnel does that leads nowhere", async () => {
      expect(await answers({ baseUrl: await http((request) => request.socket.destroy()) }, "t")).to.equal(false);
      expect(await answers({ baseUrl: await tcp("") }, "t")).to.equal(false);
    });

    it("is false when the answer breaks off", async () => {
      const address = await http((_, response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write("{", () => response.socket?.destroy());
      });
      expect(await answers({ baseUrl: address }, "t")).to.equal(false);
    });

    it("refuses what is not HTTP", async () => {
      expect(
        isHpcnbError(await thrown(answers({ baseUrl: await tcp("SSH-2.0-OpenSSH_9.2\r\n") }, "t")), "HPCNB_TUNNEL"),
      ).to.equal(true);
    });

    it("waits for a slow server", async () => {
      const address = await http((_, response) => {
        setTimeout(() => response.end(JSON.stringify(status)), 200);
      });
      expect(await answers({ baseUrl: address }, "t")).to.equal(true);
    });

    it("can be interrupted", async () => {
      const abort = new AbortController();
      const address = await http(() => abort.abort());
      expect(isHpcnbError(await thrown(answers({ baseUrl: address }, "t", abort.signal)), "HPCNB_ABORTED")).to.equal(
        true,
      );
    });
  });
});

describe("url", () => {
  it("leads to the application's own page", () => {
    expect(url(base, makeSession())).to.equal(`${base}/lab`);
    expect(url(base, makeSession({ notebook: { app: "notebook" } }), "t0ken")).to.equal(`${base}/tree?token=t0ken`);
  });
});
