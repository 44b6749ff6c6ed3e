#!/usr/bin/env bash
# Puts Helm into .cache/helm, unless it is there: built with the Go that is installed, from the
# Go module proxy, which takes three minutes on two cores. Where there is no Go, or the proxy
# does not have it, this says so and the tests of the chart are skipped.
set -euo pipefail

version=v3.22.0
cache=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.cache/helm

if [ "$(cat "$cache/.version" 2>/dev/null)" = "$version" ]; then
  echo "helm: there already"
  exit
fi
if ! command -v go >/dev/null; then
  echo "helm: not installed, for there is no Go to build it with"
  exit
fi
mkdir -p "$cache"
# A Go that is too old for it fetches the one that it wants.
if CGO_ENABLED=0 GOTOOLCHAIN=auto GOBIN=$cache go install -ldflags '-s -w' \
  "helm.sh/helm/v3/cmd/helm@$version" >"$cache/install.log" 2>&1; then
  echo "$version" >"$cache/.version"
  echo "helm: $version"
else
  echo "helm: could not be built:"
  tail -n 3 "$cache/install.log"
fi
