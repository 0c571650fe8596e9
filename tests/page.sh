#!/usr/bin/env bash
# Serves a demonstration city and tests the page against it in a real browser; with `--shots DIR` takes pictures instead.
set -euo pipefail
cd "$(dirname "$0")/.."

mapa=target/debug/mapa
[ "${1:-}" = --shots ] && mapa=target/release/mapa
place=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$place"
}
trap finish EXIT

# The cities of all tests have their photos in one place.
export MAPA_PHOTOS=$place/city.photos
"$mapa" demo --out "$place/demo" >"$place/report"
"$mapa" import --store "$place/city.gpkg" "$place"/demo/*.toml >"$place/report" 2>&1
# Tests that change a city have one of their own, and start its server themselves.
cp "$place/city.gpkg" "$place/changing.gpkg"
MAPA_BIN=$(realpath "$mapa") MAPA_DEMO=$place/demo MAPA_CHANGING=$place/changing.gpkg
export MAPA_BIN MAPA_DEMO MAPA_CHANGING
"$mapa" serve --store "$place/city.gpkg" --listen 127.0.0.1:0 >"$place/address" 2>"$place/log" &
server=$!
for _ in $(seq 100); do
    [ -s "$place/address" ] && break
    kill -0 "$server" 2>/dev/null || { cat "$place/log" >&2; exit 1; }
    sleep 0.1
done
MAPA_URL=$(head -n 1 "$place/address")
export MAPA_URL

if [ "${1:-}" = --shots ]; then
    shots=$(realpath -m "$2")
    mkdir -p "$shots"
    cd web && npm run --silent shots -- "$shots"
else
    cd web && npm test --silent
fi
