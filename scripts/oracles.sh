#!/usr/bin/env bash
# Makes a Python environment with the programs that check exports, and prints its interpreter.
set -euo pipefail
folder="${MAXINE_ORACLES:-${TMPDIR:-/tmp}/maxine-oracles}"
exec 9>"$folder.lock"
flock 9
if ! "$folder/bin/python" -c 'import ocsf_json_schema, jsonschema, opentelemetry.proto' 2>/dev/null; then
    python3 -m venv "$folder" >&2
    "$folder/bin/pip" install --quiet ocsf-json-schema==1.2.0 jsonschema opentelemetry-proto >&2
fi
echo "$folder/bin/python"
