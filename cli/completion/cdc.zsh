#compdef cdc
# Completion of cdc for zsh; to have it in every shell, in ~/.zshrc after compinit: source <(cdc completion zsh)
# What is known of commands stays in cdc itself: it prints a candidate a line, and after a tab what the help says of it.
_cdc() {
  local -a found
  local word about
  while IFS=$'\t' read -r word about; do
    found+=("${word//:/\\:}:$about")
  done < <("${words[1]/#\~/$HOME}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe cdc found
}
if [[ $funcstack[1] == _cdc ]]; then _cdc "$@"; else compdef _cdc cdc; fi
