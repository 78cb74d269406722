#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Why not, what would help, what is free, what changed: in words of 80 columns and in JSON.
. tests/cli/lib.sh
topology=topologies/bristol-cambridge.yaml

for network in bristol-cambridge amsterdam-kajaani frankfurt-warsaw-prague nokia-kddi europe; do
    expect 0 "ways out of $network" "$KEYHAUL" plan "topologies/$network.yaml" --relax --slack
    LC_ALL=C.UTF-8 awk 'length($0) > 80 { exit 1 }' "$scratch/out" || fail "the ways out of $network are wider than 80 columns"
    says out "what is free" "slack of $network"
done
expect 0 "ways out of Amsterdam-Kajaani" "$KEYHAUL" plan topologies/amsterdam-kajaani.yaml --relax
says out "2 have no path over" "demands without a path"
says out "proven: no less will do" "the least key rate"
expect 0 "nothing gives way in Bristol-Cambridge" "$KEYHAUL" plan $topology --relax
says out "Nothing has to give way" "all are served"

# the hop to Cambridge at a hundredth of its rate: ways out, and the difference
sed 's/2.58e6/100/; s/2.22e6/20/; s/id: Q-TREL-ENGI/id: Q-TREL-NEW/' $topology >"$scratch/after.yaml"
cp topologies/library.yaml "$scratch/" 2>/dev/null
expect 0 "a plan of less" "$KEYHAUL" plan "$scratch/after.yaml" --relax --slack --json
python3 - "$scratch/out" <<'P' || fail "ways out as JSON"
import json, sys
plan = json.load(open(sys.argv[1]))
ways = plan["relaxation"]
assert ways["needed"] and 0 < ways["share"]["value"] < 1
assert abs(ways["share"]["bound"] / ways["share"]["value"] - 1) < 1e-9
assert sum(c["gives_up_bps"] for c in ways["fewer"]["changes"]) > 0.999999 * ways["fewer"]["value_bps"] > 0
assert sum(c["add_bps"] for c in ways["extra"]["changes"]) > 0.999999 * ways["extra"]["value_bps"] > 0
assert len(plan["slack"]["links"]) == len(plan["links"])
assert all(h["free_bps"] >= 0 for h in plan["slack"]["binding_hops"])
assert plan["slack"]["full_cuts"]
P
expect 0 "what changed" "$KEYHAUL" plan $topology --diff "$scratch/after.yaml"
says out "Q-TREL-NEW" "a new link"
says out "added" "a new link"
says out "no longer" "a route that is gone"
awk 'length($0) > 80 { exit 1 }' "$scratch/out" || fail "what changed is wider than 80 columns"
expect 0 "what changed, as JSON" "$KEYHAUL" plan $topology --diff "$scratch/after.yaml" --json
python3 - "$scratch/out" <<'P' || fail "what changed as JSON"
import json, sys
diff = json.load(open(sys.argv[1]))
kinds = {link["id"]: link["kind"] for link in diff["links"]}
assert kinds["Q-TREL-NEW"] == "added" and kinds["Q-TREL-ENGI"] == "removed" and kinds["Q-CAPE-TREL"] == "changed"
assert diff["value"]["after"] < diff["value"]["before"]
P
expect 0 "nothing changed" "$KEYHAUL" plan $topology --diff $topology --json
python3 -c 'import json, sys; diff = json.load(open(sys.argv[1])); assert diff["links"] == [] and diff["demands"] == []' "$scratch/out" || fail "a plan differs from itself"
expect 66 "a diff with nothing" "$KEYHAUL" plan $topology --diff "$scratch/none.yaml"
finish
