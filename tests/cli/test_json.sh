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
