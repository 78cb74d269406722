#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# --lp: another program than GLPK, by every model of the reference table and by every command that solves programs.
. tests/cli/lib.sh

table=tests/ref/optimiser_acceptance.csv
instances=tests/ref/instances

# One row of every model, the first on a small instance.
awk -F, 'NR == 1 || ($2 ~ /^zoo-Nordu2010$|^gen20-100-s1$/ && !($3 ~ /^min_cost/ && $2 ~ /gen20/) && !seen[$3]++)' "$table" >"$scratch/sample.csv"
models=$(awk -F, 'NR > 1 { print $3 }' "$table" | sort -u | wc -l)
rows=$(awk 'NR > 1' "$scratch/sample.csv" | wc -l)
[ "$rows" -eq "$models" ] || fail "the sample has $rows rows of $models models"

if command -v cbc >/dev/null; then
    expect 0 "all models by cbc" "$KEYHAUL" validate "$scratch/sample.csv" --instances "$instances" --lp cbc
    says out "$rows passed, 0 failed, 0 skipped" "all models by cbc"
    prague=topologies/frankfurt-warsaw-prague.yaml
    for command in "plan $prague" "plan $prague --objective total" "plan $prague --objective concurrent --paths 1" \
        "plan $prague --secure 1" "plan $prague --coalitions operator" "plan $prague --relax" "plan $prague --backup link" \
        "plan $prague --apart risk" "design $prague" "design topologies/bristol-cambridge.yaml --protect link" \
        "design $prague --sites --two-disjoint" "schedule $prague --hours 48" \
        "light tests/ref/coexist.yaml --link mao-co --quantum 2" "light tests/cli/switched.yaml --through" \
        "light tests/cli/switched.yaml --turns"; do
        # shellcheck disable=SC2086 # words of a command line
        expect 0 "$command by cbc" "$KEYHAUL" $command --lp cbc
    done
fi

# clp knows no integer columns
if command -v clp >/dev/null; then
    awk -F, 'NR == 1 || $3 !~ /^min_/' "$scratch/sample.csv" >"$scratch/linear.csv"
    expect 0 "linear models by clp" "$KEYHAUL" validate "$scratch/linear.csv" --instances "$instances" --lp clp
    says out "0 failed, 0 skipped" "linear models by clp"
fi

expect 66 "no such program" "$KEYHAUL" plan topologies/europe.yaml --lp /there/is/no/cbc
finish
