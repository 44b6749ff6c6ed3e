#!/usr/bin/env bash
# Builds the control plane of Kubernetes into .cache/kubernetes with the Go that is there, from
# the Go module proxy: etcd, kube-apiserver, kube-controller-manager and kubectl, all of them one
# program (142 MB) with four names, and the definitions of the Prometheus Operator's kinds. It
# takes eleven minutes of CPU, so CI does without it, and the tests that want it say so.
set -euo pipefail

version=1.37.2
operator=v0.91.0
export GOTOOLCHAIN=go1.27.3 GOFLAGS=-mod=mod CGO_ENABLED=0
cache=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.cache/kubernetes
names=(etcd kube-apiserver kube-controller-manager kubectl)

if [ "$(cat "$cache/.version" 2>/dev/null)" = "$version $operator" ]; then
  echo "kubernetes: there already"
  exit
fi
if ! command -v go >/dev/null; then
  echo "kubernetes: there is no Go to build it with" >&2
  exit 1
fi

folder_of() {
  go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'
}

mkdir -p "$cache/build" "$cache/crds"
cd "$cache/build"
# Kubernetes cannot be installed by its name, as its go.mod replaces modules by folders that only
# its repository has. They are published as well, under a version of their own.
source=$(folder_of "k8s.io/kubernetes@v$version")
sed -E -e 's#^module .*#module kubernetes.test/control-plane#' \
  -e "s#^(\s*)(k8s\.io/[a-z-]+) => \./staging/src/.*#\1\2 => \2 v0.${version#1.}#" \
  "$source/go.mod" >go.mod
cat "$source/go.sum" >go.sum
go mod edit -require "k8s.io/kubernetes@v$version"
cat >main.go <<'GO'
package main

import (
	"os"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	manager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

func main() {
	switch filepath.Base(os.Args[0]) {
	case "etcd":
		etcdmain.Main(os.Args)
	case "kube-apiserver":
		os.Exit(cli.Run(apiserver.NewAPIServerCommand()))
	case "kube-controller-manager":
		os.Exit(cli.Run(manager.NewControllerManagerCommand()))
	default:
		os.Exit(cli.Run(kubectl.NewDefaultKubectlCommand()))
	}
}
GO
minor=${version#1.}
about=k8s.io/component-base/version
go build -ldflags "-s -w -X $about.gitVersion=v$version -X $about.gitMajor=1 -X $about.gitMinor=${minor%%.*}" \
  -o "$cache/control-plane" .
for name in "${names[@]}"; do ln -sf control-plane "$cache/$name"; done

crds=$(folder_of "github.com/prometheus-operator/prometheus-operator@$operator")
for plural in podmonitors probes prometheusrules scrapeconfigs servicemonitors; do
  install -m 644 "$crds/example/prometheus-operator-crd/monitoring.coreos.com_$plural.yaml" "$cache/crds/"
done

echo "$version $operator" >"$cache/.version"
echo "kubernetes: $version"
