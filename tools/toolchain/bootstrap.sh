#!/bin/sh
# Brings the npm packages of package-lock.json (Node itself among them), then hands over to tools/make.ts.
# Usage: tools/toolchain/bootstrap.sh VERB
set -eu
cd "$(dirname "$0")/../.."

fail() {
  echo "error: $1" >&2
  echo "  what to do: $2" >&2
  exit 1
}

if ! command -v npm >/dev/null 2>&1; then
  fail "npm is not on PATH; Node and the program's packages come by it" \
    "install it (Debian, Ubuntu: apt-get install npm) and run make again"
fi

# The stamp holds the checksum of what was installed last: a file's time says too little, as git sets it anew.
wanted=$(cat package.json package-lock.json | cksum)
stamp=node_modules/.installed
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
  began=$(date +%s)
  echo "npm: installing the packages of package-lock.json"
  # No package here needs an install script; warnings about an old host Node do not matter, as Node comes along.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error ||
    fail "npm ci failed, see above" "check that npm reaches its registry (npm ping) and run make again"
  echo "$wanted" >"$stamp"
  CDC_BOOTSTRAP_SECONDS=$(($(date +%s) - began))
  export CDC_BOOTSTRAP_SECONDS
  echo "npm: installed, $CDC_BOOTSTRAP_SECONDS s"
fi

PATH="$PWD/node_modules/.bin:$PATH"
export PATH

# Node 24 comes by npm for Linux; elsewhere the host's own has to do.
node=node_modules/.bin/node
if ! "$node" --version >/dev/null 2>&1; then
  needed=$(sed -n 's/.*"node": *">=\([0-9]*\.[0-9]*\).*/\1/p' package.json | head -n 1)
  found=$(node --version 2>/dev/null || echo none)
  node -e 'const [a, b] = process.versions.node.split(".").map(Number), [c, d] = process.argv[1].split(".").map(Number);
    process.exit(a > c || (a === c && b >= d) ? 0 : 1)' "$needed" 2>/dev/null ||
    fail "Node $needed or newer is needed, found: $found" \
      "install a current Node (24 is what is tested) and run make again"
  node=node
fi

exec "$node" tools/make.ts "$@"
