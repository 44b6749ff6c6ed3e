#!/usr/bin/env bash
# Builds ContainerSolutions/locust_exporter into .cache/, to compare with, where
# there is a Go and its module proxy has it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder=$PWD/.cache/predecessor
if [ -x "$folder/locust_exporter" ]; then exit; fi
if ! command -v go >/dev/null; then
  echo 'no Go to build the predecessor with' >&2
  exit 1
fi
GOBIN=$folder go install github.com/ContainerSolutions/locust_exporter@latest
