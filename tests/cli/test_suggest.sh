#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Light beside quantum channels: suggestions in 80 columns and as JSON, and what is said of strands.
. tests/cli/lib.sh
expect 0 "suggestions" "$KEYHAUL" rates tests/ref/coexist.yaml --suggest-wavelength
says out "light beside" "a table of suggestions"
says out "separate strands are assumed" "links that name no line beside"
sed '1,/^light beside/d' "$scratch/out" | awk 'length > 80 { exit 1 }' || fail "a line of more than 80 columns"
expect 0 "a wanted rate, as JSON" "$KEYHAUL" rates tests/ref/coexist.yaml --suggest-wavelength --key-rate-bps 1000 --json
says out '"wanted_bps": 1000' "the wanted rate"
says out '"own_strand_assumed": true' "a strand of its own"
expect 0 "nothing beside" "$KEYHAUL" rates topologies/bristol-cambridge.yaml --suggest-wavelength
says out "No QKD link has line systems beside it" "nothing to suggest"
expect 64 "a rate that is none" "$KEYHAUL" rates tests/ref/coexist.yaml --key-rate-bps lots
finish
