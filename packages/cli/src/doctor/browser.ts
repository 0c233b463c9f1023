import type { Check } from "@hpcnb/client";
import { whyNoBrowser } from "../opening/browser.js";

/** No browser keeps no session from coming up: its URL opens in any other. */
export function browserCheck(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): Check {
  return {
    name: "browser",
    run: () => {
      const why = whyNoBrowser(environment, platform);
      if (why === undefined) return { state: "ok", text: environment.BROWSER || "the desktop's own" };
      return {
        state: "warning",
        text: `none opens from here: ${why}`,
        hint: "`hpcnb up` prints the URL, which is for a browser on this machine. Where yours is on another one, start hpcnb there, with `host`.",
      };
    },
  };
}
