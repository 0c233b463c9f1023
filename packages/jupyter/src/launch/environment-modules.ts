import { shellWord } from "@hpcnb/core";

/**
 * See https://modules.readthedocs.io and https://lmod.readthedocs.io. A shell that is no login
 * shell may have no `module`, or one without MODULEPATH, which knows no module. The site's files
 * are read in the order of a login shell. Sites that give theirs other names are left to the whole
 * login profile, the last resort.
 */
const moduleInit = `hpcnb_has_modules() { type module >/dev/null 2>&1 && [ -n "\${MODULEPATH-}" ]; }
hpcnb_step="a start-up file of the module command"
if ! hpcnb_has_modules; then
  for hpcnb_init in /etc/profile.d/*.sh; do
    case \${hpcnb_init##*/} in
      *[Mm]odul*|*[Ll]mod*) if [ -r "$hpcnb_init" ]; then . "$hpcnb_init"; fi ;;
    esac
  done
fi
if ! hpcnb_has_modules; then
  for hpcnb_init in "\${MODULESHOME:-/usr/share/modules}/init/bash" "\${LMOD_PKG:-/usr/share/lmod/lmod}/init/bash"; do
    if ! type module >/dev/null 2>&1 && [ -r "$hpcnb_init" ]; then . "$hpcnb_init"; fi
  done
fi
if ! hpcnb_has_modules && [ -r /etc/profile ]; then hpcnb_path=$PATH; . /etc/profile; PATH=$hpcnb_path:$PATH; fi
hpcnb_step=
set +eu
type module >/dev/null 2>&1 || hpcnb_fail "notebook.environment.modules is set, but there is no module command on $(hostname)."`;

/**
 * Some versions of `module load` fail with exit code 0. They keep LOADEDMODULES as it was, which
 * has a module's full name when it is loaded already.
 */
const loadFunction = `hpcnb_load() {
  hpcnb_before=\${LOADEDMODULES-}
  hpcnb_step="the module $1"
  module load "$1" || hpcnb_fail "The module $1 could not be loaded on $(hostname)."
  hpcnb_step=
  [ -n "\${LOADEDMODULES+set}" ] || return 0
  case ":$LOADEDMODULES:" in
    *":$1:"*|*":$1/"*) ;;
    ":$hpcnb_before:") hpcnb_fail "The module $1 was not loaded on $(hostname), though \`module load\` told no failure." ;;
  esac
}`;

/** Shell text that loads these modules in their order, or ends with a sentence. */
export function moduleScript(modules: readonly string[]): string {
  return [moduleInit, loadFunction, ...modules.map((name) => `hpcnb_load ${shellWord(name)}`)].join("\n");
}
