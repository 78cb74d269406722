#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# keyhaul schedule: passes of a week and key stores over the day, in words and as JSON, and what it refuses.
. tests/cli/lib.sh

expect 0 "a week" "$KEYHAUL" schedule topologies/frankfurt-warsaw-prague.yaml --hours 168 --swing 0.8
says out "12 of 28 passes with key are used" "a week"
says out "Ground station Oberpfaffenhofen - Warsaw (NASK)" "pairs of a week"
says out "proven to be the" "the proof"
says out "1 MB more brings" "value of storage"
says out "Assumed: the 168 hours repeat" "assumptions"
if awk 'length($0) > 80' "$scratch/out" | grep -q .; then
    fail "a line is wider than 80 columns"
fi
expect 0 "a week for the most key" "$KEYHAUL" schedule topologies/frankfurt-warsaw-prague.yaml --hours 168 --total
says out "for the most key in all" "the objective"
expect 0 "a week as JSON" "$KEYHAUL" schedule topologies/frankfurt-warsaw-prague.yaml --hours 168 --json
for key in first_day hours objective value bound gap passes pairs satellite station start_s end_s key_bits used demand between period_s \
    n_joined n_demands capacity_bits megabyte_brings_bps findings; do
    says out "\"$key\"" "schedule --json"
done
expect 0 "no satellite" "$KEYHAUL" schedule topologies/bristol-cambridge.yaml
says out "No satellite brings key in these hours." "no satellite"
says out "No store is too small" "no satellite"
expect 0 "a day without a pass at both ends" "$KEYHAUL" schedule topologies/frankfurt-warsaw-prague.yaml
grep -q "not proven" "$scratch/out" && fail "that nothing is possible is proven too"
expect 65 "a swing over months" "$KEYHAUL" schedule topologies/frankfurt-warsaw-prague.yaml --hours 2000 --swing 0.5
says err "too long for requests that swing over the day, at most 288" "a swing over months"
expect 64 "no such day" "$KEYHAUL" schedule topologies/frankfurt-warsaw-prague.yaml --day 400
finish
