import { hostname } from "node:os";
import { type Plugin, systemClock, type Tunnel } from "@hpcnb/core";
import { tunnelConformance } from "@hpcnb/core/testing";
import { createLocalHost, createSshHost } from "@hpcnb/host";
import { directTunnel, jumpTunnel, loginForwardTunnel, relayTunnel, reverseTunnel } from "@hpcnb/tunnel";
import { needSshServer, type Site, startSite } from "../../host/test/ssh/site.js";
import { startEcho } from "./fixtures/echo.js";
import { noHost } from "./fixtures/no-host.js";
import { startRelays } from "./fixtures/python-relay.js";

describe("hpcnb's own tunnels", function () {
  this.timeout(120_000);

  const tunnelOf = ({ tunnel, name }: Plugin, host = noHost): Tunnel => {
    if (!tunnel) throw new Error(`${name} offers no tunnel`);
    return tunnel.create({ host, clock: systemClock, log: () => {}, options: {} });
  };

  /** Where the way goes by the notebook job. Without a job, nobody says that a notebook is dead. */
  const startJobs = async (plugin: Plugin, echo: Awaited<ReturnType<typeof startEcho>>) => {
    if (plugin === relayTunnel) return startRelays(echo);
    return plugin === reverseTunnel ? startRelays(echo, { deadHasRelay: true }) : echo;
  };

  tunnelConformance(
    { describe, it },
    {
      name: "direct",
      create: async () => ({ ...(await startEcho(hostname())), tunnel: tunnelOf(directTunnel) }),
    },
  );

  tunnelConformance(
    { describe, it },
    {
      name: "relay",
      create: async () => ({
        ...(await startRelays(await startEcho(hostname()))),
        tunnel: tunnelOf(relayTunnel, createLocalHost()),
      }),
    },
  );

  describe("by ssh", () => {
    let site: Site;
    before(needSshServer);
    before(async () => {
      site = await startSite();
    });
    after(() => site?.stop());

    for (const plugin of [jumpTunnel, loginForwardTunnel, relayTunnel, reverseTunnel])
      tunnelConformance(
        { describe, it },
        {
          name: plugin.name,
          create: async () => {
            const { configFile, controlDirectory } = site;
            const host = createSshHost({ alias: "login", interactive: false, configFile, controlDirectory });
            const echo = await startEcho("node1");
            return {
              ...(await startJobs(plugin, echo)),
              tunnel: tunnelOf(plugin, host),
            };
          },
        },
      );
  });
});
