#!/usr/bin/env bash
# Installs the library of the embedded engine beside its tests, the small way: nothing is compiled, and one ready-made binary is fetched in
# place of those for every kind of machine and graphics card. Runs again at no cost.
set -euo pipefail
cd "$(dirname "$0")"

if cmp -s package-lock.json node_modules/.installed-lock.json; then
  echo 'embedded engine: already installed'
  exit 0
fi

case "$(uname -sm)" in
'Linux x86_64') binary=linux-x64 ;;
'Linux aarch64') binary=linux-arm64 ;;
'Darwin arm64') binary=mac-arm64-metal ;;
'Darwin x86_64') binary=mac-x64 ;;
*)
  echo "embedded engine: skipped, no ready-made binary is known for $(uname -sm)"
  exit 0
  ;;
esac

# Everything has its checksum in the lock. Not `npm ci`: it wants the lock to know the binaries of every machine, which not all registries serve.
npm install --no-save --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error "@node-llama-cpp/$binary@3.22.1"
cp package-lock.json node_modules/.installed-lock.json
