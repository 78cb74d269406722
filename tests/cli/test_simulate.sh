#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A simulation: the same on one and two processes, from a checkpoint and after a Ctrl-C; its trace is JSON, in the order of time.
. tests/cli/lib.sh
net=topologies/bristol-cambridge.yaml

same() { # WHAT FILE FILE
    cmp -s "$2" "$3" || { fail "$1"; diff "$2" "$3" | head -n 5; }
}

for jobs in 1 2 3; do
    expect 0 "$jobs processes" "$KEYHAUL" simulate "$net" --days 10 -r 4 -j "$jobs" --json
    cp "$scratch/out" "$scratch/jobs-$jobs"
done
[ -s "$scratch/jobs-1" ] || fail "a simulation prints nothing"
same "one and two processes differ" "$scratch/jobs-1" "$scratch/jobs-2"
same "one and three processes differ" "$scratch/jobs-1" "$scratch/jobs-3"

expect 0 "checkpoints" "$KEYHAUL" simulate "$net" --days 20 --json --checkpoint "$scratch/{day}.run" --checkpoint-every 5
cp "$scratch/out" "$scratch/whole"
for day in 5 10 15; do
    expect 0 "resumption on day $day" "$KEYHAUL" simulate "$net" --days 20 --json --resume "$scratch/$day.run"
    same "the run resumed on day $day differs" "$scratch/whole" "$scratch/out"
done
expect 65 "a checkpoint of another run" "$KEYHAUL" simulate "$net" --days 21 --resume "$scratch/5.run"
says err "another run" "a checkpoint of another run"
head -c 3000 "$scratch/5.run" >"$scratch/cut.run"
expect 65 "a checkpoint cut short" "$KEYHAUL" simulate "$net" --days 20 --resume "$scratch/cut.run"
expect 66 "a checkpoint that is not there" "$KEYHAUL" simulate "$net" --resume "$scratch/none.run"
expect 64 "a checkpoint of several runs" "$KEYHAUL" simulate "$net" -r 2 --checkpoint "$scratch/x.run"
expect 73 "a checkpoint nowhere" "$KEYHAUL" simulate "$net" --days 2 --checkpoint "$scratch/none/x.run" --checkpoint-every 1

"$KEYHAUL" simulate "$net" --days 20000 --json --checkpoint "$scratch/stopped.run" >"$scratch/out" 2>"$scratch/err" &
child=$!
sleep 1
kill -INT "$child"
wait "$child"
got=$?
[ "$got" -eq 75 ] || fail "an interrupted simulation: exit status $got, expected 75"
[ -s "$scratch/stopped.run" ] || fail "an interrupted simulation leaves no checkpoint"

expect 0 "a trace" "$KEYHAUL" simulate "$net" --days 3 --trace "$scratch/trace" --trace-from 1 --trace-to 2
python3 - "$scratch/trace" <<'PY' || fail "the trace is not as promised"
import json, sys
notes = [json.loads(line) for line in open(sys.argv[1])]
times = [note["t_s"] for note in notes]
assert len(notes) > 100 and times == sorted(times) and 86400 <= times[0] and times[-1] < 2 * 86400
assert {"block", "served"} <= {note["what"] for note in notes}
PY
# options that would change nothing, or that a level does not play
lonely() { # OPTION COMPANY ARGUMENT...
    option=$1 company=$2
    shift 2
    expect 64 "$option alone" "$KEYHAUL" simulate "$net" "$@"
    says err "$company" "$option alone"
}
lonely --needed "add --disjoint" --needed 1
lonely --restoration "add --routing restore" --restoration 5
lonely --trace-to "add --trace FILE" --trace-to 2
lonely --checkpoint-every "add --checkpoint FILE" --checkpoint-every 2
for other in "--routing adaptive" "--disjoint 2" "--classes 3" "--admission 0.5" "--rare medical"; do
    # shellcheck disable=SC2086
    lonely "$other" "--level fluid does not go with" --level fluid $other
done
# what a reader must be told besides the figures
expect 0 "a network without QKD demands" "$KEYHAUL" simulate topologies/nokia-kddi.yaml --days 2
says out "No demand asks for QKD key" "a network without QKD demands"
expect 0 "demands without a route" "$KEYHAUL" simulate topologies/amsterdam-kajaani.yaml
says out "Without a route ('keyhaul plan' says why): whatif-qkd, whatif-hybrid." "demands without a route"
says out "In a run, on average: fibre cuts" "what broke"
awk 'length > 80' "$scratch/out" | grep -q . && fail "a line is wider than a terminal of 80 columns"
sed '/id: Q-BSE-ADA/s/}$/, key_store: {capacity_keys: 3000, when_full: drop-block}}/; s|\[library|['"$PWD"'/topologies/library|' "$net" >"$scratch/small.yaml"
expect 0 "a store smaller than a block" "$KEYHAUL" simulate "$scratch/small.yaml" --days 2 -r 1 --no-faults
says out "drop-block" "a store smaller than a block"
says out "Nothing broke." "without faults"
if [ "${KH_SANITIZED:-0}" != 1 ]; then # as README.md shows them
    for level in block fluid; do
        expect 0 "a year, $level" "$KEYHAUL" simulate "$net" --days 365 -r 10 --level "$level"
        grep -q '^video-aes .* 99.75+-0.25$' "$scratch/out" || fail "a year, $level: not the figure of the README"
    done
fi
expect 0 "no outage in the splitting" "$KEYHAUL" simulate "$net" --rare video-aes
says out "No fall came to the outage" "no outage in the splitting"
expect 0 "shares without disjoint paths" "$KEYHAUL" simulate "$net" --days 2 -r 1 --disjoint 2 --needed 1
says out "Without disjoint paths" "shares without disjoint paths"
finish
