#!/usr/bin/env bash
# Installs the programs that tests and benchmarks use (GDAL, PROJ, Chromium, PostgreSQL with PostGIS, wrk, a font with Cyrillic, OpenGL without
# a screen; into target/clients the clients in Python) where it may; else says which are missing. No server is started: the tests start their own.
set -euo pipefail

declare -A package=([ogrinfo]=gdal-bin [chromium]=chromium [curl]=curl [cs2cs]=proj-bin [openssl]=openssl [wrk]=wrk)
missing=()
for program in "${!package[@]}"; do
    command -v "$program" >/dev/null || missing+=("${package[$program]}")
done
fc-list :lang=uk 2>/dev/null | grep -q . || missing+=(fonts-noto-core)
compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null || missing+=(postgresql-15-postgis-3)
compgen -G '/usr/share/glvnd/egl_vendor.d/*' >/dev/null || missing+=(libegl-mesa0 libgl1-mesa-dri)
python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)

if [ ${#missing[@]} -ne 0 ]; then
    if command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; then
        echo "installing ${missing[*]}" >&2
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        # A cluster of the whole machine is nothing that the tests need.
        if [[ " ${missing[*]} " == *" postgresql-15-postgis-3 "* && ! -e /etc/postgresql-common/createcluster.conf ]]; then
            mkdir -p /etc/postgresql-common
            echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
        fi
        apt-get install -y -qq --no-install-recommends fontconfig "${missing[@]}" >/dev/null
    else
        echo "mapa: the tests need ${missing[*]}; on Debian: apt-get install ${missing[*]}" >&2
        exit 1
    fi
fi

wanted=tests/clients/requirements.txt
cd "$(dirname "$0")/.."
if ! cmp -s "$wanted" target/clients/installed.txt; then
    echo "installing clients in Python into target/clients" >&2
    python3 -m venv target/clients
    target/clients/bin/python -m pip install --quiet --disable-pip-version-check -r "$wanted"
    cp "$wanted" target/clients/installed.txt
fi

# MapLibre Native comes as a binary, for some machines only; where it does not, its test says so.
native="pymgl==0.5.0 numpy==2.3.5"
if [ "$(cat target/clients/native.txt 2>/dev/null)" != "$native" ]; then
    if target/clients/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: $native; then
        echo "$native" >target/clients/native.txt
    else
        echo "mapa: MapLibre Native ($native) cannot be installed here" >&2
    fi
fi
