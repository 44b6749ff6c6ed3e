#!/usr/bin/env bash
# Builds a Prometheus of today into .cache/prometheus-newest, beside the one that is installed,
# with the Go that is there. Service discovery is left out but for Kubernetes', which takes
# most of the time off the build. Where there is no Go, or its module proxy does not have it,
# this says so and the tests that want it are skipped.
set -euo pipefail

version=v0.316.0
toolchain=go1.27.3
cache=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.cache/prometheus-newest

if [ "$(cat "$cache/.version" 2>/dev/null)" = "$version" ]; then
  echo "newest prometheus: there already"
  exit
fi
if ! command -v go >/dev/null; then
  echo "newest prometheus: not installed, for there is no Go to build it with"
  exit
fi
mkdir -p "$cache"
if CGO_ENABLED=0 GOTOOLCHAIN=$toolchain GOBIN=$cache go install \
  -tags remove_all_sd,enable_kubernetes_sd -ldflags '-s -w' \
  "github.com/prometheus/prometheus/cmd/...@$version" >"$cache/install.log" 2>&1; then
  echo "$version" >"$cache/.version"
  echo "newest prometheus: $version"
else
  echo "newest prometheus: could not be built:"
  tail -n 3 "$cache/install.log"
fi
