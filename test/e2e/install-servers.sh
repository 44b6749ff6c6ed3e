#!/usr/bin/env bash
# Installs the Locust releases that the end-to-end tests run against, each into
# a virtual environment of its own: .cache/locust/<version>.
#
#   test/e2e/install-servers.sh              every release in requirements/, and ruff
#   test/e2e/install-servers.sh 2.31.8 ...   only these
#
# What is there already is kept; "newest" is looked up again once a day.
# PYTHON names the interpreter (python3), JOBS how many run at a time (2).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
requirements=$here/requirements
cache=$(cd "$here/../.." && pwd)/.cache/locust
python=${PYTHON:-python3}
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore

# One pip serves all environments, which saves each of them a copy of its own.
shared_pip() {
  local tool=$cache/.pip
  if ! "$tool/bin/python" -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --clear "$tool"
    "$tool/bin/python" -m pip install --quiet --upgrade pip
  fi
}

# Lints the Python that the project ships (test/deploy/companion-lint.test.ts).
install_ruff() {
  "$cache/.pip/bin/python" -m pip install --quiet -r "$requirements/ruff.txt"
  echo "$("$cache/.pip/bin/ruff" --version): installed"
}

wanted() {
  if [ "$1" = newest ]; then date +%F; fi
  cat "$requirements"/deps.txt "$requirements"/flask-*.txt "$requirements/locust-$1.txt"
  "$python" --version
}

install_one() {
  local version=$1 venv=$cache/$1 log=$cache/$1.log options=(--no-deps)
  if [ ! -f "$requirements/locust-$version.txt" ]; then
    echo "locust $version: no such file requirements/locust-$version.txt" >&2
    return 1
  fi
  if [ -x "$venv/bin/locust" ] && [ "$(wanted "$version")" = "$(cat "$venv/.wanted" 2>/dev/null)" ]; then
    echo "locust $version: there already"
    return
  fi
  if [ "$version" = newest ]; then options=(); fi
  if "$python" -m venv --clear --without-pip "$venv" >"$log" 2>&1 &&
    "$cache/.pip/bin/python" -m pip --python "$venv/bin/python" install --quiet --no-compile \
      --prefer-binary "${options[@]}" -r "$requirements/locust-$version.txt" >>"$log" 2>&1; then
    wanted "$version" >"$venv/.wanted"
    echo "locust $version: installed"
  else
    echo "locust $version: could not be installed" >&2
    tail -n 20 "$log" >&2
    return 1
  fi
}

mkdir -p "$cache"
if [ "${1:-}" = --one ]; then
  install_one "$2"
  exit
fi
shared_pip
if [ $# = 0 ]; then
  install_ruff
  for file in "$requirements"/locust-*.txt; do
    file=${file##*/locust-}
    set -- "$@" "${file%.txt}"
  done
fi
printf '%s\n' "$@" | xargs -P "${JOBS:-2}" -I{} "${BASH_SOURCE[0]}" --one {}
