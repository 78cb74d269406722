#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# keyhaul light: which channel of a fibre is quantum and which classical, in 80 columns and as JSON, and what it refuses.
. tests/cli/lib.sh

expect 0 "all links" "$KEYHAUL" light tests/ref/coexist.yaml
says out "mao-co: quantum light at" "words"
says out "no other choice" "the bound"
if awk 'length($0) > 80' "$scratch/out" | grep -q .; then
    fail "a line is wider than 80 columns"
fi
expect 0 "a front" "$KEYHAUL" light tests/ref/coexist.yaml --link mao-co --gbps 1600 --front
says out "mao-co: what can be had" "a front"
expect 0 "no classical light" "$KEYHAUL" light tests/ref/coexist.yaml --link patel --gbps 0
says out "no classical channel beside it. By" "strength and rate of channels that are not there are not told"
expect 0 "as JSON" "$KEYHAUL" light tests/ref/coexist.yaml --link patel --json
for key in now_gbps now_bps wanted_gbps gbps key_rate_bps value bound gap shift_db quantum_thz classical_thz front; do
    says out "\"$key\"" "light --json"
done
for choice in "" "--gbps 400"; do
    # shellcheck disable=SC2086 # no option or two words
    expect 0 "the models' rates" "$KEYHAUL" light tests/ref/coexist.yaml $choice --json
    tr -d ',' <"$scratch/out" | awk '$1 == "\"key_rate_bps\":" { models = $2 } $1 == "\"value\":" { n++; d = $2 / models - 1; bad += d > 0.005 || d < -0.005 }
        END { exit n != 3 || bad }' || fail "at the choices made the table is more than 0.5 % from the models"
done
expect 0 "nothing beside" "$KEYHAUL" light topologies/bristol-cambridge.yaml
says out "No QKD link has one line system beside it" "nothing beside"
expect 65 "no such link" "$KEYHAUL" light tests/ref/coexist.yaml --link nowhere
says err "there is no QKD link 'nowhere'" "no such link"
expect 65 "a link without light" "$KEYHAUL" light tests/ref/coexist.yaml --link mao-dark
says err "one line system beside it" "a link without light"
narrow() {
    if awk 'length($0) > 80' "$scratch/out" | grep -q .; then
        fail "$1: a line is wider than 80 columns"
    fi
}
expect 0 "through switches" "$KEYHAUL" light tests/cli/switched.yaml --through
says out "5 of 5 demands have all that they ask for" "through switches"
says out "All ways that give key were looked at" "every way"
says out "for a-far: that takes relays" "too far"
narrow "through switches"
expect 0 "one channel" "$KEYHAUL" light tests/cli/switched.yaml --through --channels 1
says out "S1-S2-north" "the second of two fibres side by side"
narrow "one channel"
expect 0 "one way" "$KEYHAUL" light tests/cli/switched.yaml --through --channels 1 --ways 1
says out "2 of 5 demands have all that they ask for" "one way"
says out "over the ways that were looked at" "what the bound is of"
expect 0 "through as JSON" "$KEYHAUL" light tests/cli/switched.yaml --through --json
for key in channels switch_db left_out value bound gap relaxed all_ways demand asked_bps weight rate_bps key_price ways loss_db \
    channel_bps device lit fibres price; do
    says out "\"$key\"" "light --through --json"
done
expect 0 "in turns" "$KEYHAUL" light tests/cli/switched.yaml --turns
says out "In turns every demand gets at least 1.3 times" "in turns"
says out "no other choice gives more" "the proof of turns"
says out "with 10 transceivers and a channel" "the comparison"
narrow "in turns"
expect 0 "turns as JSON" "$KEYHAUL" light tests/cli/switched.yaml --turns --transceivers 2 --lost 0 --json
for key in lost_share value bound gap transceivers permanent demands turns share joined key_price; do
    says out "\"$key\"" "light --turns --json"
done
expect 0 "a shipped network" "$KEYHAUL" light topologies/bristol-cambridge.yaml --through
narrow "a shipped network"
expect 64 "both at once" "$KEYHAUL" light tests/cli/switched.yaml --turns --through
expect 64 "no such device" "$KEYHAUL" light tests/cli/switched.yaml --turns --device photon
says err "did you mean 'photons'" "no such device"
finish
