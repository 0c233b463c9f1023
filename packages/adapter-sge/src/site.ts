import { notRun, type SiteCommand } from "@hpcnb/core";

/**
 * Refuses the command where defaults of the site or the user would make another thing of it. These
 * stand in up to three files, the last of them in the directory that qsub runs in. Options of the
 * command overrule most of them: see submit.ts. This is about those that none overrules, tried on
 * 8.1.9:
 *
 * - qsub: -h holds the job, -verify and `-w v` only look at it, -sync waits for its end (`-sync n`
 *   changes nothing), -t makes an array of it, -tc and -hold_jid_ad are refused where there is no
 *   array. `-clear` takes back all before it.
 * - qstat: -l, -q and -qs hide jobs, -j asks another question.
 *
 * And about a dollar in a path, which Grid Engine takes for the beginning of a variable: submit.ts
 * doubles it, which only Son of Grid Engine since 8.1 and Some Grid Engine understand (qsub -help
 * tells the version).
 *
 * qstat writes times without their zone: TZ makes it UTC. Not for qsub, which may hand its
 * environment on to the job.
 *
 * SGE_DEBUG_LEVEL mixes messages into answers. Without single quotes, so that it stays readable
 * when a person sees it as a shell word.
 */
const before = `refuse() { echo "hpcnb: $1" >&2; exit ${notRun}; }
found= array= here=
case "$*" in
  "qsub "*) defaults=sge_request here=$PWD ;;
  "qstat "*" -xml") defaults=sge_qstat here=\${HOME:-} ;;
  *) defaults= ;;
esac
case "$*" in "qsub "*" -t "*) array=yes ;; esac
for file in "\${SGE_ROOT:-/var/lib/gridengine}/\${SGE_CELL:-default}/common/$defaults" "\${HOME:-}/.$defaults" "$here/.$defaults"; do
  [ -n "$defaults" ] && [ -f "$file" ] && [ -r "$file" ] || continue
  set -f; before=
  while read -r line || [ -n "$line" ]; do
    case $line in "#"*) continue ;; esac
    for word in $line; do
      case "$1 $before $word" in
        "qsub "*" -clear") found= ;;
        "qsub "*" -h" | "qsub "*" -verify" | "qstat "*" -l" | "qstat "*" -q" | "qstat "*" -qs" | "qstat "*" -j") found="$file has $word" ;;
        "qsub -sync "[!n]* | "qsub -w "[vp]) found="$file has $before $word" ;;
        "qsub "*" -t" | "qsub "*" -tc" | "qsub "*" -hold_jid_ad") [ -n "$array" ] || found="$file has $word" ;;
      esac
      before=$word
    done
  done <"$file"
done
[ -z "$found" ] || refuse "$found"
case "$*" in "qsub "*\\$\\$*)
  version=$(qsub -help 2>/dev/null </dev/null | { read -r first; echo "$first"; })
  case $version in
    "SGE 8."[1-9]* | "SGE r"*) ;;
    *) refuse "\${version:-this Grid Engine} takes a dollar in the path of a job for the beginning of a variable" ;;
  esac
esac
unset SGE_DEBUG_LEVEL SGE_DEBUG_TARGET
case $1 in qstat) export TZ=UTC0 ;; esac`;

/** Grid Engine's commands need SGE_ROOT. Debian's are wrappers that set it themselves. */
const isKnown = 'command -v "$1" >/dev/null 2>&1 && { [ -n "$SGE_ROOT" ] || [ -d /var/lib/gridengine ]; }';

export const site: SiteCommand = { isKnown, before };
