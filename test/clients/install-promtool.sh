#!/usr/bin/env bash
# Puts Prometheus's own checker beside the SDKs: the program alone out of Debian's package, as the package would also start a server.
set -euo pipefail
cd "$(dirname "$0")"

if command -v promtool >/dev/null || [ -x .bin/promtool ]; then
  echo 'promtool: already installed'
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  echo 'promtool: skipped, this machine has no apt-get'
  exit 0
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fetch() { (cd "$folder" && apt-get download -qq prometheus 2>/dev/null); }
fetch || { apt-get update -qq && fetch; }
dpkg-deb -x "$folder"/prometheus_*.deb "$folder/package"
mkdir -p .bin
cp "$folder/package/usr/bin/promtool" .bin/
