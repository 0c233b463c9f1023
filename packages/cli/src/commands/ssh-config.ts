import { isSshHost, sshConfigBlock } from "@hpcnb/client";
import { firstLocalPort, HpcnbError } from "@hpcnb/core";
import { lookAt } from "@hpcnb/core/session";
import { withSession } from "../opening/with-session.js";
import type { TextOutcome } from "../printing/outcome.js";

/** Makes a block for ~/.ssh/config, for people who want plain ssh; writes nothing there. */
export async function sshConfig(options: { session: string | undefined; signal: AbortSignal }): Promise<TextOutcome> {
  return withSession(options.session, async ({ context, session }) => {
    const tracker = await lookAt(context, options.signal);
    const endpoint = tracker.answering?.endpoint;
    if (session.host === undefined || !endpoint) {
      const why = session.host === undefined ? "its file names no host" : `it is ${tracker.state.phase}`;
      throw new HpcnbError("HPCNB_NO_SESSION", `${session.name} has nothing for plain ssh to reach: ${why}.`, {
        hint: "The block names the node of the notebook. It exists only while the notebook runs on a host.",
      });
    }
    const localPort = session.tunnel.localPort ?? firstLocalPort;
    const name = `hpcnb-${session.name}`;
    const user = isSshHost(context.host) ? (await context.host.connection.open(options.signal)).config.user : undefined;
    return {
      text: [sshConfigBlock({ name, alias: session.host, user, endpoint, localPort })],
      notes: [`With this in ~/.ssh/config, \`ssh -N ${name}\` opens port ${localPort}.`],
    };
  });
}
