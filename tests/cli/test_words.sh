#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The founding cases answer in words: exit status, the honest no, the numbers that a planner asks for.
. tests/cli/lib.sh

expect 0 "plan of Bristol-Cambridge" "$KEYHAUL" plan topologies/bristol-cambridge.yaml
says out "Cambridge" "plan of Bristol-Cambridge"
expect 0 "plan of Amsterdam-Kajaani" "$KEYHAUL" plan topologies/amsterdam-kajaani.yaml
tr -s '\n ' ' ' <"$scratch/out" >"$scratch/flat" && mv "$scratch/flat" "$scratch/out"
for text in "308.0 km" "53.4 dB" "PQC" "1.2 Tbit/s"; do
    says out "$text" "the subsea span"
done
expect 0 "plan of Frankfurt-Warsaw-Prague" "$KEYHAUL" plan topologies/frankfurt-warsaw-prague.yaml
expect 0 "plan as JSON" "$KEYHAUL" plan topologies/frankfurt-warsaw-prague.yaml --json
for key in objective bound gap demands links cost findings; do
    says out "\"$key\"" "plan as JSON"
done
# words PATTERN WHAT COMMAND...: on one line, whatever the breaks
words() {
    pattern=$1 what=$2
    shift 2
    expect 0 "$what" "$KEYHAUL" "$@"
    tr -s '\n ' ' ' <"$scratch/out" >"$scratch/flat" && mv "$scratch/flat" "$scratch/out"
    says out "$pattern" "$what"
}
prague=topologies/frankfurt-warsaw-prague.yaml
words "is sure of 50 % of what it asks" "a floor is a promise" plan $prague --objective total --floor 0.5
words "is sure of 100 % of what it asks" "all are sure of all" plan $prague --objective total
words "Some demand with a route gets nothing (proven bound" "a demand below the quantum" plan $prague --quantum 256
words "have 4617 times" "large multiples without an exponent" plan $prague --coalitions vendor
words "routes have no way around some loss: they are carried, but not protected" "bare routes" plan $prague --backup vendor
words "cz-czqci and euroqci-space are lost" "two are lost" plan $prague --protect-two domain
words "MB in all" "letters in megabytes" plan $prague --domains
expect 0 "a gain of a thousandth of a per cent" "$KEYHAUL" plan $prague --what-if
awk '/^Q-EAGLE-1-OGS-PL/ { n++; bad = $4 + 0 >= $6 + 0 } END { exit bad || n != 1 }' "$scratch/out" || fail "a gain that is told does not show"
expect 0 "tight links of a plan near the optimum" "$KEYHAUL" plan $prague --objective concurrent --gap 0.01
grep -q "^Q-NORDHAUSEN-SUNDHAUSEN" "$scratch/out" && fail "a link that is nearly empty is called tight"
for topology in topologies/bristol-cambridge.yaml topologies/amsterdam-kajaani.yaml topologies/frankfurt-warsaw-prague.yaml \
    topologies/nokia-kddi.yaml topologies/europe.yaml; do
    expect 0 "check $topology" "$KEYHAUL" check "$topology"
    grep -q 'error:' "$scratch/err" && fail "$topology has errors"
    awk 'length($0) > 80 { exit 1 }' "$scratch/out" || fail "check $topology is wider than 80 columns"
    expect 0 "rates of $topology" "$KEYHAUL" rates "$topology" --json
done
expect 0 "simulation with audit" "$KEYHAUL" simulate topologies/frankfurt-warsaw-prague.yaml --days 2 --warm-up 0.5 -r 2 --audit
finish
