#!/usr/bin/env bash
# Puts Docker Compose 2 into .cache/compose, unpacked from a newer Debian release:
# it checks a file without Docker, and more strictly than Debian 12's Compose 1.
set -euo pipefail

suite=trixie
cache=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.cache/compose
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

if [ -x "$cache/docker-compose" ]; then
  echo "compose: there already"
  exit
fi
mkdir -p "$cache"

from_debian() {
  local apt=$cache/apt mirror options
  # shellcheck disable=SC2016 # apt-get fills these in.
  mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "bookworm" { print $2; exit }') || return
  if [ -z "$mirror" ]; then return 1; fi
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
  echo "deb [signed-by=$keyring] $mirror $suite main" >"$apt/sources.list"
  options=(-qq -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root
    -o Acquire::Languages=none)
  (cd "$apt" && apt-get "${options[@]}" update && apt-get "${options[@]}" download docker-compose) &&
    dpkg -x "$apt"/docker-compose_*.deb "$apt/unpacked" &&
    find "$apt/unpacked" -name docker-compose -type f -perm -u+x -exec mv {} "$cache/" \; &&
    [ -x "$cache/docker-compose" ] &&
    rm -rf "$apt"
}

if from_debian >"$cache/install.log" 2>&1; then
  echo "compose: $("$cache/docker-compose" version --short)"
else
  echo "compose: could not be installed, which works on a Debian 12 that has run apt-get update:" >&2
  tail -n 5 "$cache/install.log" >&2
  exit 1
fi
