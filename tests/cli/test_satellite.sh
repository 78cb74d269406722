#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Satellite links as `rates` shows them: the year, what was assumed, the same in JSON.
. tests/cli/lib.sh

expect 0 "rates of a satellite" "$KEYHAUL" rates tests/models/space/data/micius.yaml
says out "a year from space" "rates of a satellite"
says out "sky.night_below_deg: -12" "what is not given is named"
expect 0 "rates of a satellite --json" "$KEYHAUL" rates tests/models/space/data/micius.yaml --json
for key in key_bits_year low_key_bits_year best_pass_bits mean_pass_bits passes night_passes key_passes clear_passes longest_gap_s \
    best_elevation_deg best_window_s night_noise_per_gate day_noise_per_gate assumed; do
    says out "\"$key\"" "rates --json, a satellite"
done
expect 0 "rates without satellites --json" "$KEYHAUL" rates topologies/bristol-cambridge.yaml --json
says out '"satellite": null' "rates --json, a fibre"
expect 65 "an orbit that is none" "$KEYHAUL" check tests/wrong/space.yaml
says err "altitude_km is 35786, must be a number in [150, 2000] km" "an orbit that is none"
finish
