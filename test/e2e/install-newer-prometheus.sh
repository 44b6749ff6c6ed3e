#!/usr/bin/env bash
# Unpacks the Prometheus of a newer Debian release into .cache/prometheus, beside
# the one that is installed, and leaves the system and its package lists alone.
# Only for Debian, where apt's own sources tell where to get it; elsewhere, and
# when it cannot be had, this says so and the tests that want it are skipped.
set -euo pipefail

suite=trixie
cache=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.cache/prometheus
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

if [ -x "$cache/prometheus" ]; then
  echo "newer prometheus: there already"
  exit
fi
# shellcheck disable=SC2016 # apt-get fills these in.
mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
  awk '$1 == "bookworm" { print $2; exit }') || true
if [ -z "$mirror" ] || [ ! -f "$keyring" ]; then
  echo "newer prometheus: not installed, for this is not a Debian 12 that has run apt-get update"
  exit
fi

apt=$cache/apt
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
echo "deb [signed-by=$keyring] $mirror $suite main" >"$apt/sources.list"
options=(-qq -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root
  -o Acquire::Languages=none)
if (cd "$apt" && apt-get "${options[@]}" update && apt-get "${options[@]}" download prometheus) \
  >"$cache/install.log" 2>&1; then
  dpkg -x "$apt"/prometheus_*.deb "$apt/unpacked"
  mv "$apt/unpacked/usr/bin/prometheus" "$cache/prometheus"
  rm -rf "$apt"
  "$cache/prometheus" --version | head -n 1
else
  echo "newer prometheus: could not be downloaded:"
  tail -n 3 "$cache/install.log"
fi
