#!/usr/bin/env bash
# Installs those packages of debian-packages.txt that are missing; asks for no rights when none is.
set -euo pipefail

list="$(dirname "${BASH_SOURCE[0]}")/debian-packages.txt"
mapfile -t wanted < <(grep -v '^#' "$list" | grep .)

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "No apt-get here: what is needed goes by these names on Debian 12: ${wanted[*]}" >&2
  exit 0
fi

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | head -n 1 || true)" = installed ]
}

missing=()
for package in "${wanted[@]}"; do
  for name in ${package//|/ }; do
    is_installed "$name" && continue 2
  done
  missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Packages are missing and there is no sudo: run as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q)

# there <a|b>: the first of these that the archive has, or the last.
there() {
  for name in ${1//|/ }; do
    ! apt-cache show "$name" >/dev/null 2>&1 || break
  done
  echo "$name"
}

failed() {
  echo "The packages could not be installed; what apt-get said is above. Missing: ${missing[*]}" >&2
  exit 1
}

echo "Installing ${missing[*]}"
"${apt[@]}" update >&2 || failed
mapfile -t chosen < <(for package in "${missing[@]}"; do there "$package"; done)
"${apt[@]}" install -y --no-install-recommends "${chosen[@]}" >&2 || failed
