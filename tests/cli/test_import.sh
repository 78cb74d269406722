#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# keyhaul import, and light along a path of what came out.
. tests/cli/lib.sh

folder=tests/ref/gnpy
expect 0 "a designed network" "$KEYHAUL" import gnpy $folder/mesh_designed.json --equipment $folder/eqpt_config.json -o "$scratch/mesh.yaml"
expect 0 "what came out" "$KEYHAUL" check "$scratch/mesh.yaml"
[ -s "$scratch/err" ] && fail "check has findings about what came out"
expect 0 "a path" "$KEYHAUL" rates "$scratch/mesh.yaml" --path Brest_KLA,Vannes_KBE
says out "Brest_KLA to Vannes_KBE: 155.0 km" "a path"
says out "over Lorient_KMA-Brest_KLA (backward), Lorient_KMA-Vannes_KBE" "a path"
says out "1  191.35000  32.00  -20.00    21.57       32.41    21.23" "the first channel as GNPy prints it"
expect 0 "a path as JSON" "$KEYHAUL" rates "$scratch/mesh.yaml" --path Brest_KLA,Vannes_KBE --json
python3 - "$scratch/out" <<'P' || fail "the JSON of a path"
import json, sys
path = json.load(open(sys.argv[1]))
assert [hop["backward"] for hop in path["hops"]] == [True, False]
assert len(path["channels"]) == 76 and abs(path["channels"][0]["gsnr_db"] - 21.23) < 0.006
P
expect 0 "another transmitter" "$KEYHAUL" rates "$scratch/mesh.yaml" --path Brest_KLA,Vannes_KBE --tx-osnr-db 30
says out "transmitters of 30 dB OSNR" "another transmitter"
expect 64 "a node that is none" "$KEYHAUL" rates "$scratch/mesh.yaml" --path Brest_KLA,Vannes_KBA
says err "did you mean 'Vannes_KBE'?" "a node that is none"
expect 64 "one node" "$KEYHAUL" rates "$scratch/mesh.yaml" --path Brest_KLA
expect 64 "the same node twice" "$KEYHAUL" rates "$scratch/mesh.yaml" --path Brest_KLA,Brest_KLA
expect 1 "nodes without lines" "$KEYHAUL" rates "$scratch/mesh.yaml" --path Brest_KLA,Morlaix
says err "no line systems lead from 'Brest_KLA' to 'Morlaix'" "nodes without lines"

expect 64 "no equipment" "$KEYHAUL" import gnpy $folder/mesh_designed.json
says err "--equipment" "no equipment"
expect 64 "a format that is none" "$KEYHAUL" import gnpi $folder/mesh_designed.json
says err "did you mean 'gnpy'?" "a format that is none"
expect 66 "no such file" "$KEYHAUL" import gnpy $folder/none.json -e $folder/eqpt_config.json
expect 65 "the files in the wrong order" "$KEYHAUL" import gnpy $folder/eqpt_config.json -e $folder/mesh_designed.json -o "$scratch/none.yaml"
[ -e "$scratch/none.yaml" ] && fail "a failed import left a file"
printf '{"elements": [\n  {"uid": "a" "type": "Fused"}]}' >"$scratch/broken.json"
expect 65 "broken JSON" "$KEYHAUL" import gnpy "$scratch/broken.json" -e $folder/eqpt_config.json
says err "broken.json:2:" "broken JSON"
expect 73 "no place to write" "$KEYHAUL" import gnpy $folder/mesh_designed.json -e $folder/eqpt_config.json -o "$scratch/no/mesh.yaml"
expect 0 "the examples of GNPy" "$KEYHAUL" validate tests/ref/optical_examples.csv

# instances of planning problems
instances=tests/ref/instances
expect 0 "an instance" "$KEYHAUL" import qpi $instances/gen20-100-s1.qpi -o "$scratch/gen20.yaml"
expect 0 "its topology" "$KEYHAUL" check "$scratch/gen20.yaml"
expect 0 "its plan" "$KEYHAUL" plan "$scratch/gen20.yaml" --objective concurrent --json
python3 - "$scratch/out" <<'P' || fail "the plan of an instance is the reference's"
import json, sys
assert abs(json.load(open(sys.argv[1]))["value"] / 0.08705630355 - 1) < 1e-9
P
expect 0 "its linear program" "$KEYHAUL" plan "$scratch/gen20.yaml" --objective concurrent --mps "$scratch/gen20.mps"
grep -q "^NAME keyhaul FREE" "$scratch/gen20.mps" || fail "the linear program is no free MPS"
grep -q "^\* r0 link s0-s4" "$scratch/gen20.mps" || fail "the linear program does not say what its rows are"
if command -v clp >/dev/null; then
    clp "$scratch/gen20.mps" -dualsimplex >"$scratch/clp"
    grep -q "Optimal objective -0.0870563035" "$scratch/clp" || fail "clp finds another optimum"
fi
expect 64 "a program that is not known" "$KEYHAUL" plan "$scratch/gen20.yaml" --lp highs
says err "must be cbc or clp" "no such program"
expect 73 "no place for a linear program" "$KEYHAUL" plan "$scratch/gen20.yaml" --mps "$scratch/no/gen20.mps"
printf 'qpi 1 x\nnodes 1\n0 a 0\n' >"$scratch/broken.qpi"
expect 65 "a broken instance" "$KEYHAUL" import qpi "$scratch/broken.qpi"
says err "line 3: a node is 'index name longitude latitude'" "a broken instance"
mkdir "$scratch/table" && head -n 3 tests/ref/optimiser_acceptance.csv >"$scratch/table/few.csv"
expect 0 "no instances beside the table" "$KEYHAUL" validate "$scratch/table/few.csv"
says out "0 passed, 0 failed, 2 skipped" "no instances beside the table"
expect 0 "instances elsewhere" "$KEYHAUL" validate "$scratch/table/few.csv" --instances $instances
says out "2 passed, 0 failed, 0 skipped" "instances elsewhere"
finish
