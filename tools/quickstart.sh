#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# From a clean clone to a report: installs Debian packages, builds, runs the studies of the shipped networks.
# Run it as often as you like. Results: build/quickstart/
set -eu
cd "$(dirname "$0")/.."
. tools/setup.sh
# shellcheck disable=SC2086
install_packages $BUILD_PACKAGES

echo "Building ..."
build=build/release
log=build/quickstart-build.log
mkdir -p build
if ! { cmake --preset release -DKH_TESTS=OFF && cmake --build "$build"; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    exit 1
fi

out=build/quickstart
mkdir -p "$out"
echo "Running the studies ..."
started=$(date +%s)
for network in bristol-cambridge amsterdam-kajaani frankfurt-warsaw-prague nokia-kddi europe; do
    rm -f "$out/$network.db"
    "$build/keyhaul" study "topologies/study-$network.yaml" -j "$(nproc)" -o "$out/$network.db" 2>"$out/$network.log" ||
        { cat "$out/$network.log" >&2; exit 1; }
    "$build/keyhaul" report "$out/$network.db" -o "$out/$network.html" 2>>"$out/$network.log"
done
echo "Studies and reports took $(($(date +%s) - started)) s."
echo
for network in bristol-cambridge amsterdam-kajaani frankfurt-warsaw-prague nokia-kddi europe; do
    "$build/keyhaul" report "$out/$network.db" --format summary
done
echo
echo "Report: $PWD/$out/europe.html (beside it one for each network)"
echo "Next:   $build/keyhaul plan topologies/bristol-cambridge.yaml"
