import type { GridEngineOptions } from "./options.js";

/**
 * Runs its arguments where Grid Engine's commands are known. A command over ssh gets no login profile, and that is where many sites
 * set PATH and SGE_ROOT. $1 is the site's settings file or nothing, and then comes the command.
 *
 * - What settings and profiles print or read is kept away from the command's own input and output.
 * - Debian's commands are wrappers that set SGE_ROOT themselves.
 * - LC_ALL=C, because messages are translated.
 *
 * Without single quotes, so that it stays readable when a person sees it as a shell word.
 */
const program = `settings=$1; shift
if [ -n "$settings" ]; then
  [ -r "$settings" ] || { echo "hpcnb: cannot read $settings (scheduler.options.settings)" >&2; exit 127; }
  . "$settings" </dev/null >/dev/null 2>&1
elif ! command -v "$1" >/dev/null 2>&1 || { [ -z "$SGE_ROOT" ] && [ ! -d /var/lib/gridengine ]; }; then
  exec bash -l -c "exec env LC_ALL=C \\"\\$@\\" <&3 >&4 2>&5 3<&- 4>&- 5>&-" hpcnb "$@" 3<&0 4>&1 5>&2 </dev/null >/dev/null 2>&1
fi
exec env LC_ALL=C "$@"`;

export function gridEngineCommand({ settings = "" }: GridEngineOptions, argv: readonly string[]): string[] {
  return ["sh", "-c", program, "hpcnb", settings, ...argv];
}
