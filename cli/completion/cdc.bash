# Completion of cdc for bash; to have it in every shell, in ~/.bashrc: source <(cdc completion bash)
# What is known of commands stays in cdc itself: it prints a candidate a line, and after a tab what the help says of it.
_cdc() {
  local word
  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
    COMPREPLY+=("$word")
  done < <("${COMP_WORDS[0]/#\~/$HOME}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _cdc cdc
