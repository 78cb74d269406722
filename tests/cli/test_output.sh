#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Output that cannot be written: status 73, nothing half-written.
. tests/cli/lib.sh
topology=topologies/bristol-cambridge.yaml

if [ -e /dev/full ]; then
    for command in "--help" "--version" "plan --help" "check $topology" "rates $topology" "plan $topology" "plan $topology --json" schema "validate tests/ref/qkd_acceptance.csv"; do
        # shellcheck disable=SC2086
        "$KEYHAUL" $command >/dev/full 2>"$scratch/err"
        got=$?
        [ "$got" -eq 73 ] || fail "$command on a full disk: exit status $got, expected 73"
    done
fi
expect 73 "a run file in a folder that is not there" "$KEYHAUL" study "$topology" -o "$scratch/none/run.db"
expect 0 "a study of a topology alone" "$KEYHAUL" study "$topology" -o "$scratch/run.db"
expect 73 "a report in a folder that is not there" "$KEYHAUL" report "$scratch/run.db" -o "$scratch/none/report.html"
if [ -e /dev/full ]; then
    expect 73 "a report on a full disk" "$KEYHAUL" report "$scratch/run.db" -o /dev/full
fi
# a file limit stands for a full disk: the study says so and leaves no broken run behind
( ulimit -f 8; trap '' XFSZ; "$KEYHAUL" study "$topology" -o "$scratch/small.db" >"$scratch/out" 2>"$scratch/err" )
got=$?
[ "$got" -eq 73 ] || fail "a study on a full disk: exit status $got, expected 73"
for format in html markdown csv json; do
    expect 0 "a $format report" "$KEYHAUL" report "$scratch/run.db" --format "$format" -o "$scratch/report"
    [ -s "$scratch/report" ] || fail "the $format report is empty"
done
expect 64 "a report onto its own run file" "$KEYHAUL" report "$scratch/run.db" -o "$scratch/run.db"
expect 0 "the run file is still one" "$KEYHAUL" report "$scratch/run.db" -o "$scratch/report.html"
left=$(find "$scratch" -name '*.??????' | wc -l)
[ "$left" -eq 0 ] || fail "$left temporary files were left behind"
for network in bristol-cambridge amsterdam-kajaani frankfurt-warsaw-prague nokia-kddi europe; do
    expect 0 "rates of $network" "$KEYHAUL" rates "topologies/$network.yaml" --crossovers
    awk 'length($0) > 80 { exit 1 }' "$scratch/out" || fail "the rates of $network are wider than 80 columns"
done
finish
