#!/bin/bash
# Installs what `npm run test:engines` and `npm run test:hosts` look for, on Debian as root: browsers and the arm64 emulator from
# Debian, Node, Bun and Deno from npm into test/engines/node_modules.
set -euo pipefail
cd "$(dirname "$0")/.."

# registries time out at times
retry() {
  for pause in 5 20 60; do
    "$@" && return
    sleep "$pause"
  done
  "$@"
}

apt() { DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -qq "$@" >/dev/null; }

retry apt update
retry apt install --yes --no-install-recommends chromium firefox-esr webkit2gtk-driver xvfb \
  qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross libgcc-s1-arm64-cross
# --force: one of them is for another processor
retry npm ci --prefix test/engines --force --no-audit --no-fund --loglevel error
