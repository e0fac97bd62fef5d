/** Completion for shells. The scripts ask tsrun itself, see `completions.ts`. */

const BASH = `# bash completion for tsrun
_tsrun_completions() {
  local IFS=$'\\n' current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=($(compgen -W "$("\${COMP_WORDS[0]}" --get-yargs-completions "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "$current"))
}
complete -o bashdefault -o default -F _tsrun_completions tsrun
`;

const ZSH = `#compdef tsrun
_tsrun_completions() {
  local -a found
  found=(\${(f)"$("\${words[1]}" --get-yargs-completions "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#found} )); then compadd -- $found; else _files; fi
}
# As a file of fpath this is the function itself, called to complete; otherwise it is being sourced.
if [[ \${funcstack[1]} == _tsrun ]]; then _tsrun_completions; else compdef _tsrun_completions tsrun; fi
`;

/** By the shell's name. */
export const completionScripts = { bash: BASH, zsh: ZSH } as const;
