#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# keyhaul plan --protect, --protect-two, --what-if: what is left after losses, what one more module brings; in text and JSON.
. tests/cli/lib.sh

# A ring of four with a tail to E; F2 and F3 share a duct. Without a loss A-C has both sides of the ring.
cat >"$scratch/ring.yaml" <<'END_YAML'
keyhaul: 1
name: ring with a tail
domains: [{id: west, operator: W, country: NL}, {id: east, operator: O, country: DE}]
nodes:
  - {id: A, at: [51.0, 0.0], kind: site, domain: west, trusted: true}
  - {id: B, at: [51.1, 0.5], kind: site, domain: west, trusted: true}
  - {id: C, at: [51.0, 1.0], kind: site, domain: east, trusted: true}
  - {id: D, at: [50.9, 0.5], kind: site, domain: east, trusted: true}
  - {id: E, at: [51.0, 1.5], kind: site, domain: east, trusted: true}
fibres:
  - {id: F1, ends: [A, B], length_km: 40, loss_db: 8}
  - {id: F2, ends: [B, C], length_km: 40, loss_db: 8}
  - {id: F3, ends: [C, D], length_km: 40, loss_db: 8}
  - {id: F4, ends: [D, A], length_km: 40, loss_db: 8}
  - {id: F5, ends: [C, E], length_km: 40, loss_db: 8}
qkd_links:
  - {id: Q1, via: [F1], measured: {key_rate_bps: 1000}}
  - {id: Q2, via: [F2], measured: {key_rate_bps: 1000}}
  - {id: Q3, via: [F3], measured: {key_rate_bps: 600}}
  - {id: Q4, via: [F4], measured: {key_rate_bps: 1000}}
  - {id: Q5, via: [F5], measured: {key_rate_bps: 5000}}
demands:
  - {id: a-c, between: [A, C], use: key, rate_bps: 1000}
  - {id: c-e, between: [C, E], use: key, rate_bps: 1000}
faults:
  - {kind: shared-risk, on: bridge, fibres: [F2, F3], mtbf_h: 10000, mttr_h: 10}
END_YAML

expect 0 "--protect link" "$KEYHAUL" plan "$scratch/ring.yaml" --protect link
says out "can have 160 % of what it" "both sides of the ring without a loss"
says out "c-e loses all when Q5 is lost" "the separator is named"
expect 0 "--protect risk" "$KEYHAUL" plan "$scratch/ring.yaml" --protect risk
says out "a-c loses all when bridge is lost" "the shared risk is named"
expect 0 "--protect node" "$KEYHAUL" plan "$scratch/ring.yaml" --protect node --json
says out '"left_out": [' "demands whose end is lost"
expect 0 "--protect domain" "$KEYHAUL" plan "$scratch/ring.yaml" --protect domain
says out "east" "a domain by its id"
expect 0 "--protect vendor" "$KEYHAUL" plan "$scratch/ring.yaml" --protect vendor
says out "There is no vendor to lose" "no device, no vendor"
expect 0 "--protect-two link" "$KEYHAUL" plan "$scratch/ring.yaml" --protect-two link
says out "a-c loses all when Q1 and Q3, or Q1 and Q4" "pairs that part"
expect 0 "--what-if" "$KEYHAUL" plan "$scratch/ring.yaml" --what-if
says out "Q3" "the link that limits one side"
expect 0 "--what-if --json" "$KEYHAUL" plan "$scratch/ring.yaml" --what-if --protect link --json
says out '"protection"' "protection in JSON"
says out '"what_if"' "what_if in JSON"
says out '"first_order"' "first order in JSON"
expect 0 "text" "$KEYHAUL" plan "$scratch/ring.yaml" --protect link --what-if
awk 'length($0) > 80 { exit 1 }' "$scratch/out" || fail "a line is wider than 80 columns"
expect 0 "--fair" "$KEYHAUL" plan "$scratch/ring.yaml" --protect link --fair 1
says out "--fair N does so for more" "fair rates of one loss only"
expect 64 "--fair alone" "$KEYHAUL" plan "$scratch/ring.yaml" --fair 1
says err "goes with --protect" "what fair rates are of"
expect 0 "--backup" "$KEYHAUL" plan "$scratch/ring.yaml" --backup link
says out "shared reserves take" "what sharing saves"
says out "no way around a loss" "c-e has no backup"
expect 0 "--backup --json" "$KEYHAUL" plan "$scratch/ring.yaml" --backup risk --json
says out '"dedicated"' "backups in JSON"
expect 0 "--apart link" "$KEYHAUL" plan "$scratch/ring.yaml" --apart link
says out "For 1 of 2 demands" "both sides of the ring"
says out "all routes need Q5" "the link that c-e needs"
awk 'length($0) > 80 { exit 1 }' "$scratch/out" || fail "a line is wider than 80 columns"
expect 0 "--apart risk" "$KEYHAUL" plan "$scratch/ring.yaml" --apart risk --json
for text in '"kind": "risk"' '"all_need": [' '"bridge"' '"all_pass": ['; do
    says out "$text" "both sides of the ring share the bridge"
done
expect 0 "a design that bears losses" "$KEYHAUL" design "$scratch/ring.yaml" --by modules --protect link
says out "6 QKD pairs carry" "each side of the ring carries all"
says out "Without that 3 pairs would do" "one side is enough without losses"
expect 64 "an unknown kind" "$KEYHAUL" plan "$scratch/ring.yaml" --protect duct
says err "must be link, node, risk, domain or vendor" "what may be lost"
expect 64 "both" "$KEYHAUL" plan "$scratch/ring.yaml" --protect link --protect-two link
finish
