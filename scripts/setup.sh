#!/usr/bin/env bash
# Installs the Debian packages that building and testing need, where they are missing.
set -euo pipefail

if ! command -v swift >/dev/null; then
    echo "maxine: no Swift toolchain found; install Swift 6.3 or later and put 'swift' on PATH" >&2
    exit 1
fi

packages=(
    pkg-config libssl-dev libnghttp2-dev libsqlite3-dev zlib1g-dev
    libldap-dev libsasl2-dev
    libp11-kit-dev softhsm2
    curl openssl nghttp2-client strace procps libxml2-utils
)
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' \
        || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "maxine: please install as root: apt-get install ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi
echo "maxine: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
