import type { CommandResult } from "../host.js";

/**
 * Ends with the directory's path, the time by the host's clock, line by line what should be told of
 * the folder, and for a look the session's record; or with one of the exit codes below.
 * `pwd -L`: a physical path may not exist on other hosts. git is told to leave all of `.hpcnb`
 * alone, because it holds secrets. `tee` names the file and the cause when a disk is full; a
 * shell's own `echo` says "I/O error".
 *
 * Somebody else may be able to rename folders here at any moment. So `.hpcnb` is entered, looked at
 * from inside and then changed by names relative to it; it must not be a link, and must look like
 * ours, because another folder of the user can be renamed into its place. Another command of ours
 * may be filling an empty one meanwhile, so what is not empty is looked at once more.
 */
export const directoryScript = `
LC_ALL=C; export LC_ALL
case $1 in "~") set -- "$HOME" "$2" ;; "~/"*) set -- "$HOME/\${1#"~/"}" "$2" ;; esac
[ -e "$1" ] || exit 81
[ -d "$1" ] || exit 82
unset CDPATH
cd -- "$1" || exit 83
mode=$2
logical=$(pwd -L)
physical=$(pwd -P)
made= fact= shared= record=
is_link() { readlink .hpcnb >&2; exit 86; }
is_foreign() { set -- $(ls -ld "$1"); echo "$3" >&2; exit 85; }
looks_ours() { [ -e .gitignore ] || [ -e session.json ] || [ -e lock ] || [ -d runs ]; }
is_ours() { looks_ours || [ -z "$(ls -A)" ] || looks_ours; }
[ ! -L .hpcnb ] || is_link
if [ "$mode" != look ] && [ ! -e .hpcnb ]; then
  if mkdir -m 700 .hpcnb; then made=1; else [ -d .hpcnb ] || exit 84; fi
fi
if [ -e .hpcnb ]; then
  [ -d .hpcnb ] || exit 87
  [ -O .hpcnb ] || is_foreign .hpcnb
  cd -P .hpcnb || exit 88
  [ "$(pwd -P)" = "\${physical%/}/.hpcnb" ] || exit 86
  [ -O . ] || is_foreign .
  is_ours || exit 89
  before=$(ls -ld .)
  case $before in
    d???--[-S]--[-T]*) ;;
    *)
      chmod 700 . || [ "$mode" = look ] || exit 84
      case $(ls -ld .) in d???--[-S]--[-T]*) word=closed ;; *) word=open ;; esac
      fact="$word \${before%% *}"
      ;;
  esac
  if [ "$mode" = look ]; then
    [ ! -f session.json ] || [ ! -r session.json ] || [ "$(wc -c < session.json)" -gt 1000000 ] || record=1
  else
    [ ! -L .gitignore ] || rm -f .gitignore
    [ -s .gitignore ] || echo '*' | tee .gitignore > /dev/null || exit 84
  fi
  if [ "$made" ] && [ ! -k .. ]; then
    set -- $(ls -ld ..)
    case $1 in
      ????????w*) shared=$1 ;;
      ?????w*) [ "$3" = "$4" ] || shared=$1 ;;
    esac
  fi
fi
echo "$logical"
echo "now $(date +%s)"
[ -z "$fact" ] || echo "$fact"
[ -z "$shared" ] || echo "shared $shared"
[ -z "$record" ] || { echo record; cat session.json; }
`;

const folder = "notebook.directory is the folder with the notebooks, as the cluster sees it.";
const people =
  "Two people need two folders: notebook.directory must be one of your own. If it is, the file server shows owners wrongly (such as nobody): ask the site's support.";
const links =
  "The session's secrets lie in .hpcnb, and somebody else may have made the link: hpcnb follows none there. Remove it, or choose another notebook.directory.";

/** What one of the script's exit codes means; undefined for another one. Pure. */
export function problemOf({
  exitCode,
  stderr,
}: CommandResult): { readonly what: string; readonly hint: string } | undefined {
  const detail = stderr.trim();
  const because = detail ? ` (${detail})` : "";
  switch (exitCode) {
    case 81:
      return { what: `does not exist${because}`, hint: folder };
    case 82:
      return { what: `is not a directory${because}`, hint: folder };
    case 83:
      return { what: `cannot be entered${because}`, hint: folder };
    case 84:
      return { what: `cannot be written to${because}`, hint: spaceHint(detail) };
    case 85:
      return { what: `has a .hpcnb folder that belongs to ${detail || "another user"}, not to you`, hint: people };
    case 86:
      return { what: `has a .hpcnb that is a link${detail ? ` to ${detail}` : ""}`, hint: links };
    case 87:
      return {
        what: "has a .hpcnb that is no folder",
        hint: "hpcnb keeps a session's state there. Remove it, or choose another notebook.directory.",
      };
    case 88:
      return {
        what: `has a .hpcnb folder that cannot be entered${because}`,
        hint: "It is yours: `chmod 700 .hpcnb` there opens it to you.",
      };
    case 89:
      return {
        what: "has a .hpcnb folder that hpcnb has not made",
        hint: "Nothing in it was touched. Rename it, or choose another notebook.directory.",
      };
    default:
      return undefined;
  }
}

function spaceHint(detail: string): string {
  return /no such file/i.test(detail)
    ? "A file system without free inodes may be why: `df -i` shows them."
    : "Its permissions (`ls -ld`), a full disk (`df -h`, `df -i`) or an exhausted quota (`quota -s`) may be why.";
}
