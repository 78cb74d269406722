#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# --mps: every exported program is read by cbc, whose optimum is the value that Keyhaul printed.
. tests/cli/lib.sh

prague=topologies/frankfurt-warsaw-prague.yaml
bristol=topologies/bristol-cambridge.yaml

# Both reports end in the number: "Optimal objective -1.5 - 3 iterations" and "Objective value: 7.00".
cbc_value() {
    cbc "$1" solve </dev/null | awk '/^Optimal objective/ { v = $3 } /^Objective value:/ { v = $3 } END { print v }'
}

# agrees WHAT KEY COMMAND...: KEY is the first number of that name in the answer as JSON, behind the line that holds $behind, if set
agrees() {
    what=$1 key=$2
    shift 2
    rm -f "$scratch/program.mps"
    expect 0 "$what" "$@" --json --mps "$scratch/program.mps"
    grep -q '^NAME keyhaul FREE' "$scratch/program.mps" || fail "$what: no free MPS was written"
    command -v cbc >/dev/null || return
    ours=$(sed -n "/${behind:-^}/,\$p" "$scratch/out" | sed -n 's/.*"'"$key"'": *\([-+0-9.eE]*\).*/\1/p' | head -n 1)
    theirs=$(cbc_value "$scratch/program.mps")
    awk -v a="$ours" -v b="$theirs" 'function abs(x) { return x < 0 ? -x : x }
        BEGIN { exit !(a != "" && b != "" && abs(abs(a) - abs(b)) <= 1e-6 * abs(a) + 1e-8) }' ||
        fail "$what: Keyhaul has $ours, cbc $theirs"
}

agrees "a plan" value "$KEYHAUL" plan $prague --objective concurrent
agrees "disjoint routes" value "$KEYHAUL" plan $prague --disjoint 2
agrees "secret from one relay" value "$KEYHAUL" plan topologies/europe.yaml --secure 1
agrees "secret from any two relays" value "$KEYHAUL" plan topologies/europe.yaml --secure 2 --objective concurrent
agrees "secret from operators" value "$KEYHAUL" plan topologies/europe.yaml --coalitions operator
behind='"backup": {'
agrees "backups" value "$KEYHAUL" plan $prague --backup link --objective concurrent
behind='"extra": {'
agrees "least rate to add" value_bps "$KEYHAUL" plan topologies/amsterdam-kajaani.yaml --relax
behind=
agrees "modules that bear losses" cost "$KEYHAUL" design $bristol --protect link
agrees "modules" cost "$KEYHAUL" design $prague
agrees "pairs along fibres" cost_eur "$KEYHAUL" design $bristol --sites
agrees "fewest sites" cost_eur "$KEYHAUL" design $bristol --sites --fewest
agrees "two routes" cost_eur "$KEYHAUL" design $prague --sites --two-disjoint
agrees "passes" value "$KEYHAUL" schedule $prague --hours 168
agrees "passes for the most key" value "$KEYHAUL" schedule $prague --hours 168 --total
agrees "two quantum channels" value "$KEYHAUL" light tests/ref/coexist.yaml --link mao-co --quantum 2

# without passes it is the program of the stores, whose value comes second
expect 0 "stores" "$KEYHAUL" schedule $bristol --mps "$scratch/stores.mps"
grep -q '^\* Key over time' "$scratch/stores.mps" || fail "the program of the stores was not written"

expect 64 "many links" "$KEYHAUL" light tests/ref/coexist.yaml --mps "$scratch/no.mps"
says err "--mps goes with --link" "many links"
expect 64 "two programs" "$KEYHAUL" plan $prague --backup link --relax --mps "$scratch/no.mps"
expect 64 "year by year" "$KEYHAUL" design $bristol --sites --horizon 3 --rolling --mps "$scratch/no.mps"
expect 73 "no place for it" "$KEYHAUL" design $bristol --sites --mps "$scratch/no/such.mps"
[ ! -e "$scratch/no.mps" ] || fail "a refusal left a file"
finish
