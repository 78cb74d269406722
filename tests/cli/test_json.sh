#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What --json prints is JSON with the documented keys (tools/cli/README.md); --require, the default run file, the summary.
. tests/cli/lib.sh
topology=topologies/bristol-cambridge.yaml

# has_keys WHAT KEY...: the last output is one object with exactly these keys, in this order; they stand two spaces in
has_keys() {
    what=$1
    shift
    got=$(sed -n 's/^  "\([a-z_]*\)":.*/\1/p' "$scratch/out" | tr '\n' ' ')
    [ "$got" = "$* " ] || fail "$what: its keys are '$got', expected '$*'"
}

expect 0 "check --json" "$KEYHAUL" check "$topology" --json
has_keys "check --json" valid findings
expect 0 "rates --json" "$KEYHAUL" rates "$topology" --json
has_keys "rates --json" name links lines findings
expect 0 "plan --json" "$KEYHAUL" plan "$topology" --json
has_keys "plan --json" name input_hash objective value bound gap floor most_paths quantum_bps few_bound max_load max_load_bound secrecy demands_met demands_asking demands links lines services spectrum cost findings
expect 0 "simulate --json" "$KEYHAUL" simulate "$topology" --days 2 --replications 2 --json
has_keys "simulate --json" name input_hash days seed replications antithetic demands links faults domains findings
says out '"half_width_95"' "simulate --json"
for bits in initial generated delivered relayed lost stored; do
    says out "\"${bits}_bits\"" "simulate --json, the ledger of a link"
done
expect 0 "validate --json" "$KEYHAUL" validate tests/ref/qkd_acceptance.csv --json
has_keys "validate --json" passed failed skipped rows

# every key that a command prints is named in tools/cli/json.md, those of a simulation there or in the header that it names; keys
# that are names of the network's own do not count
names="ndff cambridge"
while read -r command; do
    # shellcheck disable=SC2086 # words of a command line
    expect 0 "$command --json" "$KEYHAUL" $command --json
    sed -n 's/^ *"\([A-Za-z_0-9-]*\)":.*/\1/p' "$scratch/out" | sort -u >"$scratch/keys"
    [ -s "$scratch/keys" ] || fail "$command --json prints no keys"
    while read -r key; do
        case " $names " in *" $key "*) continue ;; esac
        case $command in simulate*) grep -qw -- "$key" core/sim/sim.h && continue ;; esac
        grep -qw -- "$key" tools/cli/json.md || fail "$command --json: '$key' is not in tools/cli/json.md"
    done <"$scratch/keys"
done <<END
rates topologies/frankfurt-warsaw-prague.yaml --crossovers
rates tests/ref/coexist.yaml --suggest-wavelength
rates topologies/amsterdam-kajaani.yaml --path AMS,KAJAANI
plan topologies/frankfurt-warsaw-prague.yaml --protect link --apart link --backup link --what-if
plan topologies/amsterdam-kajaani.yaml --relax --slack
plan $topology --coalitions operator
plan $topology --domains
plan $topology --diff topologies/frankfurt-warsaw-prague.yaml
light tests/ref/coexist.yaml --front --link patel
light tests/cli/switched.yaml --through
light tests/cli/switched.yaml --turns
schedule topologies/frankfurt-warsaw-prague.yaml --hours 48
design $topology --pareto 2
design $topology --protect link
design $topology --sites
simulate $topology --days 1
simulate topologies/nokia-kddi.yaml --days 1
END

cat >"$scratch/short.yaml" <<'END'
keyhaul: 1
name: too little
nodes:
  - {id: A, at: [51.0, 0.0], kind: site}
  - {id: B, at: [51.5, 0.0], kind: site}
fibres: [{id: F, ends: [A, B], length_km: 60, loss_db: 12}]
qkd_links: [{id: Q, via: [F], measured: {key_rate_bps: 100}}]
demands: [{id: d, between: [A, B], use: key, rate_bps: 1000, required: true}]
END
expect 1 "a required demand that is not met" "$KEYHAUL" plan "$scratch/short.yaml" --require
says out "takes 9 more pairs on Q." "advice on a link without a device"
expect 0 "the same without --require" "$KEYHAUL" plan "$scratch/short.yaml"

program=$(realpath "$KEYHAUL")
root=$PWD
expect 0 "a study without -o" sh -c "cd '$scratch' && '$program' study '$root/$topology'"
[ -s "$scratch/bristol-cambridge.db" ] || fail "the run file does not have the topology's name"
expect 0 "a summary" "$KEYHAUL" report "$scratch/bristol-cambridge.db" --format summary
says out "get all the key they ask for" "a summary"
finish
