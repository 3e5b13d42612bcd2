#!/bin/bash
# Usage: bootstrap.sh NEW_DIRECTORY
# Makes a minimal Debian sid root file system (as root): what the other images are built on.
set -euo pipefail
root=$1

# procps brings ps; bash, grep, sed, tar, gzip and util-linux are part of every minbase.
if ! debootstrap --variant=minbase --include=ca-certificates,procps,tzdata sid "$root"; then
  tail -n 20 "$root/debootstrap/debootstrap.log" >&2 # the cause, which it keeps to itself
  exit 1
fi

# sid has no releases: its Release file counts as expired when a mirror lags behind.
printf 'Acquire::Check-Valid-Until "false";\nAcquire::Check-Date "false";\n' > "$root/etc/apt/apt.conf.d/90-sid"
# What nobody reads in a container.
printf 'path-exclude /usr/share/%s/*\n' doc man locale info > "$root/etc/dpkg/dpkg.cfg.d/90-no-docs"
rm -rf "$root"/usr/share/{doc,man,locale,info}/* "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/log/*.log
mkdir "$root/usr/share/man/man1" # Java's installation links into it
