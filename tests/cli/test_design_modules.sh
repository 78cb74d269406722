#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# How many QKD pairs on which link.
. tests/cli/lib.sh

bristol=topologies/bristol-cambridge.yaml
expect 0 "modules" "$KEYHAUL" design $bristol
says out "proven to be the least" "modules: the optimum"
says out "around BT Adastral Park" "modules: the sites of a cut"
says out "Why not cheaper" "modules: the reason"
[ "$(awk 'length > 80' "$scratch/out" | wc -l)" -eq 0 ] || fail "modules: wider than 80 columns"
expect 0 "fewest pairs" "$KEYHAUL" design $bristol --by modules --theta 3
says out "Cost: " "fewest pairs"
says out "prices are not looked at" "fewest pairs"
expect 0 "front" "$KEYHAUL" design $bristol --pareto 3
says out "worst demand" "front"
says out "theta and worst demand: times what is asked" "the words of a front"
expect 0 "modules --json" "$KEYHAUL" design $bristol --json --device all --time-limit 20
for key in name by designs theta worst cost bound gap complete proof_bound modules_eur kms_eur fitout_eur encryptors_eur links \
    device pairs per_pair_bps price sites reasons is_cut needed_bps share left_out findings; do
    says out "\"$key\"" "modules --json"
done
for kind in link node risk domain vendor; do
    expect 0 "protected: $kind" "$KEYHAUL" design $bristol --protect $kind
    says out "They bear the loss of any one" "protected: $kind"
    [ "$(awk 'length > 80' "$scratch/out" | wc -l)" -eq 0 ] || fail "protected: $kind: wider than 80 columns"
done
expect 0 "protected" "$KEYHAUL" design $bristol --protect link
says out "10.8" "protected: its price"
says out "no modules can join again" "protected: whom it does not help"
says out "After the loss of" "protected: a reason after a loss"
expect 0 "protected --json" "$KEYHAUL" design $bristol --protect link --json
for key in protect unprotected losses lost worst left_out cut_off; do
    says out "\"$key\"" "protected --json"
done
expect 64 "a wrong --protect" "$KEYHAUL" design $bristol --protect links
says err "must be link, node, risk, domain or vendor" "a wrong --protect"
expect 0 "one device" "$KEYHAUL" design $bristol --device bb84-longhaul-snspd
awk '/^Q-/ && $3 != "bb84-longhaul-snspd" { other = other " " $1 } END { exit other != " Q-ENGI-CAPE" }' "$scratch/out" ||
    fail "one device: it stands on all links but the measured one"
expect 64 "an unknown device" "$KEYHAUL" design $bristol --device bb84-longhaul-snsp
says err "did you mean 'bb84-longhaul-snspd'" "an unknown device"
expect 0 "modules --mps" "$KEYHAUL" design $bristol --mps "$scratch/design.mps"
grep -q '^NAME' "$scratch/design.mps" || fail "no program was written"
expect 64 "a wrong --by" "$KEYHAUL" design $bristol --by weight
says err "must be eur or modules" "a wrong --by"
finish
