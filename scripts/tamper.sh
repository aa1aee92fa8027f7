#!/usr/bin/env bash
# A thousand attacks on the audit log and a thousand forked logs, at random places: tamper.sh
# `make test` makes a tenth of the attacks. MAXINE_TEST_SEED repeats a run; each prints its seed.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --build-tests --quiet
MAXINE_TAMPER=1 SWIFTNIO_STRICT=1 timeout 1800 .build/debug/maxinePackageTests.xctest \
    --testing-library swift-testing --filter 'AuditTests.*(TamperSuite|ForgerySuite|Fork)Tests'
