#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every protocol in a topology: rates, effects and limits as JSON.
. tests/cli/lib.sh
expect 0 "rates of all protocols" "$KEYHAUL" rates tests/cli/protocols.yaml --json
mv "$scratch/out" "$scratch/rates"
expect 0 "what the protocols owe to each other" python3 tests/cli/protocols.py "$scratch/rates"
finish
