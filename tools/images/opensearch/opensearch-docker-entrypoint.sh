#!/bin/bash
# Starts the engine as the official image does: variables that are named like settings (cluster.name=x) become settings.
# OPENSEARCH_JAVA_OPTS is read by bin/opensearch. There is no security plugin here, so DISABLE_SECURITY_PLUGIN changes nothing.
set -euo pipefail
export OPENSEARCH_HOME=/usr/share/opensearch
export OPENSEARCH_PATH_CONF=$OPENSEARCH_HOME/config
# /proc/self/cgroup names paths of the host's hierarchy; in a container the figures are at its root.
export OPENSEARCH_JAVA_OPTS="-Dopensearch.cgroups.hierarchy.override=/ ${OPENSEARCH_JAVA_OPTS-}"

# Options alone are the engine's; another program is run as it is.
if [[ $# -eq 0 || $1 == -* ]]; then set -- opensearch "$@"; fi
if [[ $1 != opensearch ]]; then exec "$@"; fi

if [[ $(id -u) -eq 0 ]]; then
  echo "OpenSearch refuses to run as root: start the container as another user" >&2
  exit 1
fi

settings=()
while IFS= read -r -d '' variable; do
  # At least two words of lower case, joined by dots; an empty value is none.
  if [[ $variable =~ ^([a-z0-9_]+(\.[a-z0-9_]+)+|processors)=. ]]; then settings+=("-E$variable"); fi
done < /proc/self/environ

umask 0002 # what the engine writes is for its group too
exec "$@" "${settings[@]}"
