#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Siting of trusted nodes along the fibres of a topology.
. tests/cli/lib.sh

bristol=topologies/bristol-cambridge.yaml
expect 0 "sites" "$KEYHAUL" design $bristol --sites --reach 130 --device bb84-longhaul-snspd
says out "new hut" "sites: a hut where no node is within reach"
says out "proven to be the least possible" "sites: the optimum"
says out "1 x bb84-longhaul-snspd" "sites: what to buy"
[ "$(awk 'length > 80' "$scratch/out" | wc -l)" -eq 0 ] || fail "sites: wider than 80 columns"
expect 0 "sites --json" "$KEYHAUL" design $bristol --sites --reach 130 --device bb84-longhaul-snspd --json
for key in form step_km reach_km candidates cost_eur bound_eur gap complete sites spans routes left_out from_km lat_deg lon_deg \
    pairs rate_bps station; do
    says out "\"$key\"" "sites --json"
done
expect 0 "fewest sites" "$KEYHAUL" design topologies/frankfurt-warsaw-prague.yaml --sites --fewest --reach 100
says out "proven to be the least possible" "fewest sites"
says out "oberpfaffenhofen-warsaw" "fewest sites: a demand that only a satellite serves is left out"
tr -s '\n ' ' ' <"$scratch/out" >"$scratch/flat" && mv "$scratch/flat" "$scratch/out"
says out "but for those left out below" "fewest sites: the first words promise no more than the last"
expect 0 "two routes" "$KEYHAUL" design topologies/frankfurt-warsaw-prague.yaml --sites --two-disjoint --reach 150
says out "two routes" "two routes"
expect 0 "years" "$KEYHAUL" design $bristol --sites --horizon 3 --growth 100 --rolling --reach 130
says out "year" "years"
expect 1 "a fibre too long" "$KEYHAUL" design $bristol --sites --reach 60 --step 1000
says err "163.5 km (fibre PWG-CAPE) without a place" "a fibre too long"
expect 1 "a step that no device gets over" "$KEYHAUL" design $bristol --sites --reach 300 --step 1000 --device bb84-metro-ingaas
says err "no device gives key" "a step that no device gets over"
expect 64 "an unknown device" "$KEYHAUL" design $bristol --sites --device bb84-metro-ingas
says err "did you mean 'bb84-metro-ingaas'?" "an unknown device"
finish
