#!/usr/bin/env bash
# Installs the programs that tests use (GDAL, PROJ, Chromium, a font with Cyrillic) where it may; else says which are missing.
set -euo pipefail

declare -A package=([ogrinfo]=gdal-bin [chromium]=chromium [curl]=curl [cs2cs]=proj-bin)
missing=()
for program in "${!package[@]}"; do
    command -v "$program" >/dev/null || missing+=("${package[$program]}")
done
fc-list :lang=uk 2>/dev/null | grep -q . || missing+=(fonts-noto-core)
[ ${#missing[@]} -eq 0 ] && exit 0

if command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; then
    echo "installing ${missing[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends fontconfig "${missing[@]}" >/dev/null
else
    echo "mapa: the tests need ${missing[*]}; on Debian: apt-get install ${missing[*]}" >&2
    exit 1
fi
