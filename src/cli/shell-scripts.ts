/** The shells that completion knows. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What a shell sources. Each hands the words so far to `__complete`; the line `:files` asks for file names. */
export function completionScript(shell: Shell): string {
  return { bash: BASH, zsh: ZSH, fish: FISH }[shell];
}

const BASH = `# bash completion for sentinelctl: source <(sentinelctl completion bash)
_sentinelctl() {
  local current="\${COMP_WORDS[COMP_CWORD]}" value rest file
  COMPREPLY=()
  while IFS=$'\\t' read -r value rest; do
    if [[ $value == :files ]]; then
      compopt -o filenames 2>/dev/null
      [[ $current == '=' ]] && current=
      while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$current")
    else
      COMPREPLY+=("$value")
    fi
  done < <("$1" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _sentinelctl sentinelctl`;

const ZSH = `#compdef sentinelctl
# zsh completion for sentinelctl: source <(sentinelctl completion zsh), after compinit
_sentinelctl() {
  local line value files
  local -a found
  for line in "\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    if [[ $line == :files ]]; then files=1; continue; fi
    value="\${line%%$'\\t'*}"
    if [[ $line == *$'\\t'* ]]; then
      found+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
    else
      found+=("\${value//:/\\\\:}")
    fi
  done
  if (( $#found )); then _describe -t sentinelctl sentinelctl found; fi
  if [[ -n $files ]]; then _files; fi
}
if [[ "$funcstack[1]" == "_sentinelctl" ]]; then _sentinelctl; else compdef _sentinelctl sentinelctl; fi`;

const FISH = `# fish completion for sentinelctl: sentinelctl completion fish | source
function __sentinelctl_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  for line in (command $before[1] __complete -- $before[2..-1] "$current" 2>/dev/null)
    if test "$line" = ":files"
      __fish_complete_path "$current"
    else
      printf '%s\\n' $line
    end
  end
end
complete -c sentinelctl -f -a '(__sentinelctl_complete)'`;
