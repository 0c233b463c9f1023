import type { OptionsSchema } from "./plugin.js";
import type { Command } from "./scheduler.js";

/**
 * `before` ends with this code where the command must not be run, because something of the site or
 * the user would make another thing of it. The reason stands behind "hpcnb: " on standard error.
 */
export const notRun = 125;

/**
 * Runs its arguments where a scheduler's commands are known. A command over ssh gets no login
 * profile, and that is where many sites set PATH and more. $1 is shell text that becomes the
 * command, $2 the site's settings file or nothing, and then comes the command.
 *
 * - What settings and profiles print or read is kept away from the command's own input and output.
 * - A profile may end the shell or put another in its place, and settings may have a fault: then
 *   the mark is missing, and that is told with what they said. They are read by bash where there is
 *   one, because most are written for it.
 *
 * Without single quotes, so that it stays readable when a person sees it as a shell word.
 */
const program = (isKnown: string) => `run=$1 settings=$2 login= from="$2 (scheduler.options.settings)"; shift 2
if [ -n "$settings" ]; then
  [ -r "$settings" ] || { echo "hpcnb: cannot read $from" >&2; exit 127; }
elif ${isKnown}; then
  eval "$run"
else
  login=-l from="the login profile"
fi
shell=bash; command -v bash >/dev/null 2>&1 || shell=sh
exec 3<&0 4>&1 5>&2
said=$("$shell" $login -c "
  settings() { [ -z \\"\\$1\\" ] || . \\"\\$1\\"; }
  settings \\"\\$2\\"; run=\\$1; shift 2; echo hpcnb-ready >&6
  exec sh -c \\"\\$run\\" hpcnb \\"\\$@\\" <&3 >&4 2>&5 3<&- 4>&- 5>&- 6>&-
" hpcnb "$run" "$settings" "$@" 6>&1 </dev/null 2>&1 >/dev/null)
code=$?
case $said in
  *hpcnb-ready*) said=\${said%%hpcnb-ready*} ;;
  *) echo "hpcnb: $from ended the shell, with code $code, or put another in its place, before $1 was run" >&2; code=127 ;;
esac
if [ $code = 127 ] && [ -n "$said" ]; then echo "hpcnb: $from said: $said" >&2; fi
exit $code`;

/** Options of an adapter that runs commands at sites, see `settingsSchema`. */
export interface SiteOptions {
  /** A file of shell text, absolute: it is read in place of the login profile. */
  readonly settings?: string | undefined;
}

/** How a scheduler's commands are run at a site. All texts are for `sh`. */
export interface SiteCommand extends SiteOptions {
  /** Succeeds where "$1" is known without a login profile. Default: it is on PATH. */
  readonly isKnown?: string;
  /**
   * A pattern of `case` for the user's variables that would change what the commands do, and one
   * for those of them that stay.
   */
  readonly unset?: { readonly drop: string; readonly keep: string };
  /** What comes before the command, which is "$@". */
  readonly before?: string;
}

/** The schema of `settings`, for `optionsSchema`. */
export function settingsSchema(description: string): OptionsSchema {
  return { type: "string", pattern: "^/[^\\r\\n]+$", description };
}

/**
 * Runs a scheduler's command where the site's settings, or else the login profile, make it known.
 * Exit code 127: they do not, and standard error says why. Messages are not translated.
 */
export function siteCommand(site: SiteCommand, argv: readonly string[]): Command {
  const { settings = "", isKnown = 'command -v "$1" >/dev/null 2>&1', unset, before = "" } = site;
  const run = `unset IFS; export LC_ALL=C\n${unset ? unsetLines(unset) : ""}${before}\nexec "$@"`;
  return { argv: ["sh", "-c", program(isKnown), "hpcnb", run, settings, ...argv], shown: argv };
}

function unsetLines({ drop, keep }: { drop: string; keep: string }): string {
  return `for name in $(env | sed -n "s/^\\([A-Z0-9_]*\\)=.*/\\1/p"); do
  case $name in ${keep}) ;; ${drop}) unset "$name" ;; esac
done
`;
}
