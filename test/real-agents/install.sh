#!/usr/bin/env bash
# Installs the agents that the tests run, beside them (800 MB). Runs again at no cost.
set -euo pipefail
cd "$(dirname "$0")"

if cmp -s package-lock.json node_modules/.installed-lock.json; then
  echo 'agents: already installed'
  exit 0
fi
# Their programs are ready-made and need neither an install script nor the Node that npm would ask for.
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
cp package-lock.json node_modules/.installed-lock.json
