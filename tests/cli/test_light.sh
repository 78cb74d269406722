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
expect 0 "as JSON" "$KEYHAUL" light tests/ref/coexist.yaml --link patel --json
for key in now_gbps now_bps wanted_gbps gbps key_rate_bps value bound gap shift_db quantum_thz classical_thz front; do
    says out "\"$key\"" "light --json"
done
expect 0 "nothing beside" "$KEYHAUL" light topologies/bristol-cambridge.yaml
says out "No QKD link has one line system beside it" "nothing beside"
expect 65 "no such link" "$KEYHAUL" light tests/ref/coexist.yaml --link nowhere
says err "there is no QKD link 'nowhere'" "no such link"
expect 65 "a link without light" "$KEYHAUL" light tests/ref/coexist.yaml --link mao-dark
says err "one line system beside it" "a link without light"
finish
