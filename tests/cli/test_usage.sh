#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Help, usage errors and did-you-mean of every command.
. tests/cli/lib.sh

expect 64 "no command" "$KEYHAUL"
expect 64 "unknown command" "$KEYHAUL" plna
says err "did you mean 'plan'?" "unknown command"
expect 0 "help" "$KEYHAUL" --help
expect 0 "version" "$KEYHAUL" --version
for command in check rates plan simulate study report import schema validate; do
    expect 0 "$command --help" "$KEYHAUL" "$command" --help
    head -n 1 "$scratch/out" | grep -q "^  keyhaul $command" || fail "$command --help does not lead with an example"
    awk 'length($0) > 80 { bad = 1 } END { exit bad }' "$scratch/out" || fail "$command --help is wider than 80 columns"
    expect 64 "$command with an unknown option" "$KEYHAUL" "$command" --jsn
done
expect 64 "a misspelt option" "$KEYHAUL" plan --objectiv max-min topologies/bristol-cambridge.yaml
says err "did you mean '--objective'?" "a misspelt option"
expect 64 "an objective that is none" "$KEYHAUL" plan --objective best topologies/bristol-cambridge.yaml
expect 64 "no file" "$KEYHAUL" check
expect 64 "two files" "$KEYHAUL" check a b
expect 64 "days out of range" "$KEYHAUL" simulate topologies/bristol-cambridge.yaml --days -1
says err "must be in [0.0001, 32850]" "days out of range"
expect 64 "a number that is none" "$KEYHAUL" simulate topologies/bristol-cambridge.yaml --seed seven
expect 64 "a fraction of a job" "$KEYHAUL" study topologies/bristol-cambridge.yaml -j 1.5
finish
