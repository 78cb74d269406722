#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# keyhaul plan --disjoint, --secure, --coalitions: keys that relays cannot read, in words and JSON; wishes that cannot be.
. tests/cli/lib.sh

# A to B over three relays, two of them of one operator; E hangs on B.
cat >"$scratch/three.yaml" <<'END_YAML'
keyhaul: 1
name: three ways and a tail
domains: [{id: ends, operator: Us, country: NL}, {id: west, operator: W, country: NL}, {id: east, operator: O, country: DE}]
nodes:
  - {id: A, at: [51.0, 0.0], kind: site, domain: ends, trusted: true}
  - {id: B, at: [51.0, 1.0], kind: site, domain: ends, trusted: true}
  - {id: R1, at: [51.2, 0.5], kind: site, domain: west, trusted: true}
  - {id: R2, at: [51.0, 0.5], kind: site, domain: west, trusted: true}
  - {id: R3, at: [50.8, 0.5], kind: site, domain: east, trusted: true}
  - {id: E, at: [51.0, 1.5], kind: site, domain: ends, trusted: true}
fibres:
  - {id: F1, ends: [A, R1], length_km: 50, loss_db: 8}
  - {id: F2, ends: [R1, B], length_km: 50, loss_db: 8}
  - {id: F3, ends: [A, R2], length_km: 50, loss_db: 8}
  - {id: F4, ends: [R2, B], length_km: 50, loss_db: 8}
  - {id: F5, ends: [A, R3], length_km: 50, loss_db: 8}
  - {id: F6, ends: [R3, B], length_km: 50, loss_db: 8}
  - {id: F7, ends: [B, E], length_km: 40, loss_db: 8}
qkd_links:
  - {id: Q1, via: [F1], measured: {key_rate_bps: 1000}}
  - {id: Q2, via: [F2], measured: {key_rate_bps: 1000}}
  - {id: Q3, via: [F3], measured: {key_rate_bps: 1000}}
  - {id: Q4, via: [F4], measured: {key_rate_bps: 1000}}
  - {id: Q5, via: [F5], measured: {key_rate_bps: 1000}}
  - {id: Q6, via: [F6], measured: {key_rate_bps: 1000}}
  - {id: Q7, via: [F7], measured: {key_rate_bps: 1000}}
demands:
  - {id: a-b, between: [A, B], use: key, rate_bps: 4000}
  - {id: a-e, between: [A, E], use: key, rate_bps: 100}
END_YAML

# Words wrap: the text in one line.
flat() {
    tr -s '\n ' ' ' <"$scratch/out" >"$scratch/flat"
}

expect 0 "--secure" "$KEYHAUL" plan "$scratch/three.yaml" --secure 1
flat
awk 'length($0) > 80 { exit 1 }' "$scratch/out" || fail "a line is wider than 80 columns"
says flat "no relay alone learns" "who learns nothing"
says flat "2 kbit/s (50 %)" "three ways less the worst relay"
says flat "The routes carry 3 kbit/s together" "what is carried"
says flat "but all pass B" "who exposes the tail"
expect 0 "--disjoint" "$KEYHAUL" plan "$scratch/three.yaml" --disjoint 2
flat
says flat "the plan gives 1.5 kbit/s" "half of what three ways carry"
says flat "sum of 2" "shares"
expect 0 "--coalitions" "$KEYHAUL" plan "$scratch/three.yaml" --coalitions operator
flat
says flat "gets at least 24 % of" "no more than the other operator carries"
says flat "no operator alone learns" "whom it is kept from"
expect 0 "a list" "$KEYHAUL" plan "$scratch/three.yaml" --coalitions R1+R2+R3 --objective concurrent
flat
says flat "since R1+R2+R3 sees every way" "who sees all"
# three ways and more on networks where they give links back to each other: the bound follows from the prices, as the check finds
for instance in gen50-500-s2-dim gen100-1000-s3-dim; do
    expect 0 "import of $instance" "$KEYHAUL" import qpi "tests/ref/instances/$instance.qpi" -o "$scratch/$instance.yaml"
    for wish in "--disjoint 3" "--disjoint 4" "--secure 2"; do
        # shellcheck disable=SC2086 # words of a command line
        expect 0 "$instance $wish" "$KEYHAUL" plan "$scratch/$instance.yaml" $wish --objective concurrent
    done
done
expect 0 "--json" "$KEYHAUL" plan "$scratch/three.yaml" --coalitions country --json
flat
says out '"kind": "coalitions"' "secrecy in JSON"
says out '"group": "country"' "the group in JSON"
says out '"carried_bps"' "what is carried in JSON"
expect 64 "two wishes" "$KEYHAUL" plan "$scratch/three.yaml" --secure 1 --disjoint 2
says err "exclude each other" "two wishes"
expect 64 "total" "$KEYHAUL" plan "$scratch/three.yaml" --secure 1 --objective total
expect 64 "nobody" "$KEYHAUL" plan "$scratch/three.yaml" --coalitions vendor
says err "names no vendor" "no device, no vendor"
expect 64 "an unknown node" "$KEYHAUL" plan "$scratch/three.yaml" --coalitions R1+R9
says err "'R9' is no node" "an unknown node"
finish
