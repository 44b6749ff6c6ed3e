#!/usr/bin/env bash
# Puts kustomize into .cache/kustomize, unless it is on the path: unpacked from a
# newer Debian release on Debian 12, which is quick, or else built with Go.
set -euo pipefail

suite=trixie
cache=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.cache/kustomize
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

if [ -x "$cache/kustomize" ] || command -v kustomize >/dev/null; then
  echo "kustomize: there already"
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
  (cd "$apt" && apt-get "${options[@]}" update && apt-get "${options[@]}" download kustomize) &&
    dpkg -x "$apt"/kustomize_*.deb "$apt/unpacked" &&
    mv "$apt/unpacked/usr/bin/kustomize" "$cache/kustomize" &&
    rm -rf "$apt"
}

with_go() {
  command -v go >/dev/null &&
    GOBIN=$cache go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.0
}

if from_debian >"$cache/install.log" 2>&1 || with_go >>"$cache/install.log" 2>&1; then
  echo "kustomize: $("$cache/kustomize" version)"
else
  echo "kustomize: could not be installed:" >&2
  tail -n 5 "$cache/install.log" >&2
  exit 1
fi
