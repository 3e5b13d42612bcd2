# Completion of cdc for fish; to have it in every shell: cdc completion fish > ~/.config/fish/completions/cdc.fish
# What is known of commands stays in cdc itself: it prints a candidate a line, and after a tab what the help says of it.
function __cdc_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    $words[1] complete -- $words[2..-1] "$current" 2>/dev/null
end
complete -c cdc -f -a '(__cdc_complete)'
