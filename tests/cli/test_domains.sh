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
expect 0 "plan --domains with time enough" "$KEYHAUL" plan "$network" --domains --time-limit 1000
grep -q "time limit" "$scratch/out" && fail "plan --domains speaks of a time limit that it did not need"
expect 1 "plan --domains without time" "$KEYHAUL" plan "$network" --domains --time-limit 1e-6
says err "passed before an answer was found" "plan --domains without time"
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
expect 0 "help of domains" "$program" --help
says out "every demand with a path" "help of domains"
awk 'length($0) > 80 { exit 1 }' "$scratch/out" || fail "help of domains is wider than 80 columns"
expect 0 "--split" "$KEYHAUL" plan "$network" --domains --split "$scratch"
says out "mpirun -n 4 keyhaul-domains" "--split says what comes next"
[ "$(stat -c %a "$scratch/domain-0.part")" = 600 ] || fail "others may read a part and its secrets"
expect 0 "domains in one process" "$program" --here 4 "$scratch"
says err "every letter follows from its domain's part" "who has all parts checks all letters"
mv "$scratch/out" "$scratch/here"
expect 0 "domains under mpirun" mpirun --oversubscribe -n 4 "$program" "$scratch"
cmp -s "$scratch/here" "$scratch/out" || fail "processes of their own come to another plan than one process"
says out "value" "domains under mpirun"
expect 0 "domains under mpirun with time enough" mpirun --oversubscribe -n 4 "$program" "$scratch" 0.01 1000
cmp -s "$scratch/here" "$scratch/out" || fail "a time limit that is not reached changes the plan"
expect 1 "domains in one process without time" "$program" --here 4 "$scratch" 0.01 1e-6
says err "two rounds of tables" "domains in one process without time"
mpirun --oversubscribe -n 4 "$program" "$scratch" 0.01 1e-6 >"$scratch/out" 2>"$scratch/err" && fail "domains without time have a plan"
says err "two rounds of tables" "domains under mpirun without time"

# Two operators, each with a topology of its own: the same as from one that knows everything.
yaml_of() { # NODES LINKS DEMANDS
    printf 'keyhaul: 1\nname: t\ndomains: [{id: west}, {id: east}]\nnodes:\n'
    for node in $1; do printf '  - {id: %s, trusted: true, domain: %s}\n' "${node%:*}" "${node#*:}"; done
    printf 'qkd_links:\n'
    echo "$2" | tr ' ' '\n' | awk -F- '{print "  - {id: Q" $1 ", ends: [" $2 ", " $3 "], measured: {key_rate_bps: " $4 "}}"}'
    printf 'demands:\n'
    echo "$3" | tr ' ' '\n' | awk -F- '{print "  - {id: d" $1 ", between: [" $2 ", " $3 "], rate_bps: " $4 "}"}'
}
west_links="1-A-B-900 2-B-C-500 3-A-C-300" border_links="4-C-D-400 5-B-E-350" east_links="6-D-E-200 7-E-F-800 8-D-F-250"
mkdir "$scratch/whole" "$scratch/each"
yaml_of "A:west B:west C:west D:east E:east F:east" "$west_links $border_links $east_links" "1-A-F-10 2-B-C-20 3-D-F-30" \
    >"$scratch/whole.yaml"
yaml_of "A:west B:west C:west D:east E:east F:east" "$west_links $border_links" "1-A-F-10 2-B-C-20" >"$scratch/west.yaml"
yaml_of "D:east E:east F:east A:west B:west C:west" "$east_links $border_links" "3-D-F-30 1-A-F-10" >"$scratch/east.yaml"
expect 0 "--split of the whole" "$KEYHAUL" plan "$scratch/whole.yaml" --domains --split "$scratch/whole"
for domain in west east; do
    expect 0 "--own" "$KEYHAUL" plan "$scratch/$domain.yaml" --domains --split "$scratch/each" --own "$domain"
    says out "Written: what $domain knows" "--own says what it left"
done
expect 0 "the whole under mpirun" mpirun --oversubscribe -n 2 "$program" "$scratch/whole" 0.001
mv "$scratch/out" "$scratch/known"
expect 0 "each operator's own under mpirun" mpirun --oversubscribe -n 2 "$program" "$scratch/each" 0.001
cmp -s "$scratch/known" "$scratch/out" || fail "parts that each operator wrote come to another plan than those of the whole"
expect 65 "--own of nobody" "$KEYHAUL" plan "$scratch/west.yaml" --domains --split "$scratch/each" --own north
expect 64 "--own alone" "$KEYHAUL" plan "$scratch/west.yaml" --domains --own west

# Secrets as each two operators agree on them, and what happens when they did not.
for i in 0 1; do
    sed "s/^secrets 0/secrets 2/" "$scratch/each/domain-$i.part" >"$scratch/part"
    if [ $i = 0 ]; then printf '0 0 0 0 0 0 0 0\n1 2 3 4 5 6 7 8\n'; else printf '1 2 3 4 5 6 7 8\n0 0 0 0 0 0 0 0\n'; fi |
        cat "$scratch/part" - >"$scratch/each/domain-$i.part"
done
expect 0 "secrets agreed on" mpirun --oversubscribe -n 2 "$program" "$scratch/each" 0.001
cmp -s "$scratch/known" "$scratch/out" || fail "secrets change the plan"
sed 's/^1 2 3/1 2 4/' "$scratch/each/domain-0.part" >"$scratch/part" && mv "$scratch/part" "$scratch/each/domain-0.part"
mpirun --oversubscribe -n 2 "$program" "$scratch/each" >"$scratch/out" 2>"$scratch/err" && fail "secrets that differ go unnoticed"
says err "secrets differ" "secrets that differ"
timeout 60 mpirun --oversubscribe -n 1 "$program" "$scratch/whole" 0.01 : -n 1 "$program" "$scratch/whole" 0.001 \
    >"$scratch/out" 2>"$scratch/err" && fail "processes with another gap go unnoticed"
says err "all need the same GAP" "processes with another gap"
expect 64 "a gap with letters" "$program" --here 2 "$scratch/whole" 0.01x

rm "$scratch/domain-2.part"
mpirun --oversubscribe -n 4 "$program" "$scratch" >"$scratch/out" 2>"$scratch/err" && fail "a part that is missing goes unnoticed"
says err "domain-2.part" "a part that is missing"
finish
