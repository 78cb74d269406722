#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# All tests, from a clean clone: first the release build, then everything again under ASan and UBSan.
set -eu
cd "$(dirname "$0")/.."
. tools/setup.sh
# shellcheck disable=SC2086
install_packages $BUILD_PACKAGES $TEST_PACKAGES

(cd tests/schema && npm ci --silent --no-audit --no-fund >/dev/null)
jobs=$(nproc)
for preset in release asan; do
    echo "== $preset =="
    cmake --preset "$preset" -DKH_TESTS=ON -DKH_WERROR=ON >"build-$preset.log" 2>&1 || { tail -n 30 "build-$preset.log"; exit 1; }
    cmake --build "build/$preset" >>"build-$preset.log" 2>&1 || { tail -n 60 "build-$preset.log"; exit 1; }
    rm -f "build-$preset.log"
    (cd "build/$preset" && ctest --output-on-failure -j "$jobs")
done
