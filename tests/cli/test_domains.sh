#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# plan --domains: what is told, the same plan by one process a domain under mpirun, a domain that keeps everything to itself.
. tests/cli/lib.sh

network=topologies/frankfurt-warsaw-prague.yaml
sed "s#\[library.yaml\]#[$PWD/topologies/library.yaml]#; /^demands:/,\$d" "$network" >"$scratch/quiet.yaml"
expect 0 "plan --domains" "$KEYHAUL" plan "$network" --domains
tr -s '\n ' ' ' <"$scratch/out" >"$scratch/flat" && mv "$scratch/flat" "$scratch/out"
for text in "Each of 4 domains" "secrecy between operators costs" "Q-DRESDEN-DECIN" "cz-czqci" "sees whole"; do
    says out "$text" "plan --domains"
done
expect 0 "plan --domains --json" "$KEYHAUL" plan "$network" --domains --json --gap 0.001
for key in rounds value bound central fixed_borders bytes crossings transits seen_by; do
    says out "\"$key\"" "plan --domains --json"
done
expect 0 "domains without demands" "$KEYHAUL" plan "$scratch/quiet.yaml" --domains
says out "No demand asks for QKD key, so there is nothing to plan." "domains without demands"
expect 64 "--split alone" "$KEYHAUL" plan "$network" --split "$scratch"

sed 's/discloses: {value: full, assumed: true, source: not published}}/discloses: nothing, transit: {price_per_mbit: 2, max_rate_bps: 1000}}/' \
    "$network" | sed "s#\[library.yaml\]#[$PWD/topologies/library.yaml]#" >"$scratch/closed.yaml"
expect 0 "domains that disclose nothing" "$KEYHAUL" plan "$scratch/closed.yaml" --domains
says out "nothing" "domains that disclose nothing"
says out "EUR/year" "domains that disclose nothing"

program=$(dirname "$KEYHAUL")/keyhaul-domains
if [ ! -x "$program" ] || ! command -v mpirun >/dev/null 2>&1; then
    echo "no MPI here: processes under mpirun are not tested"
    finish
fi
OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 ASAN_OPTIONS=detect_leaks=0
export OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM ASAN_OPTIONS
expect 0 "--split" "$KEYHAUL" plan "$network" --domains --split "$scratch"
expect 0 "domains in one process" "$program" --here 4 "$scratch"
mv "$scratch/out" "$scratch/here"
expect 0 "domains under mpirun" mpirun --oversubscribe -n 4 "$program" "$scratch"
cmp -s "$scratch/here" "$scratch/out" || fail "processes of their own come to another plan than one process"
says out "value" "domains under mpirun"
rm "$scratch/domain-2.part"
mpirun --oversubscribe -n 4 "$program" "$scratch" >"$scratch/out" 2>"$scratch/err" && fail "a part that is missing goes unnoticed"
says err "domain-2.part" "a part that is missing"
finish
