/**
 * What the shells run for each TAB. Nothing that is typed is evaluated: ready-made scripts, which
 * begin with cobra's, run a `$(...)` on the line, need the package bash-completion, or complete no
 * files.
 */
export const completionScripts = {
  bash: `# hpcnb in bash: each TAB asks hpcnb itself, and files complete where it knows nothing.
_hpcnb() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done < <(hpcnb complete bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o default -F _hpcnb hpcnb
`,
  zsh: `#compdef hpcnb
# hpcnb in zsh: each TAB asks hpcnb itself, and files complete where it knows nothing.
_hpcnb() {
  local -a found begun
  found=("\${(@f)$(hpcnb complete zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  [[ -n $found[1] ]] || { _files; return; }
  begun=("\${(M)found[@]:#*=:*}")
  found=("\${found[@]:#*=:*}")
  (( $#begun )) && _describe hpcnb begun -S ""
  (( $#found )) && _describe hpcnb found
}
if [[ $funcstack[1] == _hpcnb ]]; then
  _hpcnb "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
  compdef _hpcnb hpcnb
fi
`,
  fish: `# hpcnb in fish: each TAB asks hpcnb itself, and files complete after a command.
function __hpcnb_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    hpcnb complete fish $words[2..-1] "$current" 2>/dev/null
end
complete -c hpcnb -n 'test (count (commandline -opc)) -eq 1' -f
complete -c hpcnb -a '(__hpcnb_complete)'
`,
} as const;

export type Shell = keyof typeof completionScripts;

export function isShell(text: string | undefined): text is Shell {
  return text !== undefined && Object.hasOwn(completionScripts, text);
}
