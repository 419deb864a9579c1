#!/usr/bin/env bash
# Installs Debian's Chromium for the browser tests, and the fonts of the pictures in docs/. Runs again at no cost.
set -euo pipefail

if command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then
  echo 'Chromium: already installed'
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  echo 'Chromium: skipped, this machine has no apt-get'
  exit 0
fi

asRoot=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo 'Chromium: skipped, installing it needs root'
    exit 0
  fi
  asRoot=(sudo)
fi

export DEBIAN_FRONTEND=noninteractive
packages=(chromium fonts-inter fonts-dejavu-core)
"${asRoot[@]}" apt-get install -qq -y --no-install-recommends "${packages[@]}" ||
  { "${asRoot[@]}" apt-get update -qq && "${asRoot[@]}" apt-get install -qq -y --no-install-recommends "${packages[@]}"; }
