#!/usr/bin/env bash
# Serves a demonstration city and tests the page against it in a real browser. With a word it does something else instead:
#
#   tests/page.sh --shots DIR [STORE]             takes pictures of every view of the page
#   tests/page.sh --maps DIR [STORE [LON/LAT]]    takes pictures of the map alone: every style, zooms 9 to 18
#   tests/page.sh --first-map [LOADS]             measures how long a slow phone waits for the page and its map
#
# over the demonstration city or another store. These three take the release build, or MAPA_BIN.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=${1:-}
case $wanted in
'') mapa=target/debug/mapa store= ;;
--shots | --maps) mapa=${MAPA_BIN:-target/release/mapa} pictures=$(realpath -m "$2") store=${3:-} ;;
--first-map) mapa=${MAPA_BIN:-target/release/mapa} store= ;;
*) sed -n 's/^#   //p' "$0" >&2; exit 2 ;;
esac
place=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$place"
}
trap finish EXIT

MAPA_BIN=$(realpath "$mapa")
export MAPA_BIN
if [ -z "$store" ]; then
    # The cities of all tests have their photos in one place.
    export MAPA_PHOTOS=$place/city.photos MAPA_DEMO=$place/demo MAPA_CHANGING=$place/changing.gpkg
    store=$place/city.gpkg
    "$mapa" demo --out "$MAPA_DEMO" >"$place/report"
    "$mapa" import --store "$store" "$MAPA_DEMO"/*.toml >"$place/report" 2>&1
    # Tests that change a city each copy this one, and start its server themselves.
    cp "$store" "$MAPA_CHANGING"
fi
"$mapa" serve --store "$store" --listen 127.0.0.1:0 >"$place/address" 2>"$place/log" &
server=$!
for _ in $(seq 100); do
    [ -s "$place/address" ] && break
    kill -0 "$server" 2>/dev/null || { cat "$place/log" >&2; exit 1; }
    sleep 0.1
done
MAPA_URL=$(head -n 1 "$place/address")
export MAPA_URL

cd web
case $wanted in
'') npm test --silent ;;
--shots) npm run --silent shots -- "$pictures" ;;
--maps) npm run --silent maps -- "$pictures" ${4:+"$4"} ;;
--first-map) npm run --silent first-map -- ${2:+"$2"} ;;
esac
