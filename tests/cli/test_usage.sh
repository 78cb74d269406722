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

# refused WORDS COMMAND...: an option that would change nothing is refused with the one that it goes with, before the file is read
refused() {
    words=$1
    shift
    expect 64 "$*" "$KEYHAUL" "$@"
    says err "$words" "$*"
}
refused "--channels goes with --through or --turns" light none.yaml --channels 2
refused "--ways goes with --through" light none.yaml --turns --ways=2
refused "--front does not go with --through" light none.yaml --through --front
refused "--turns does not go with --through" light none.yaml --through --turns
refused "--mps goes with --link" light none.yaml --mps x
refused "--step goes with --sites" design none.yaml --step 20
refused "--theta does not go with --sites" design none.yaml --sites --theta=2
refused "--rolling goes with --horizon" design none.yaml --sites --rolling
refused "--mps does not go with --pareto" design none.yaml --pareto 3 --mps x
refused "--tx-osnr-db goes with --path" rates none.yaml --tx-osnr-db 30
refused "solves no integer programs" design none.yaml --lp clp
refused "solves no integer programs" design none.yaml --sites --lp /usr/bin/clp
refused "solves no integer programs" schedule none.yaml --lp clp
refused "solves no integer programs" light none.yaml --lp clp
refused "solves no integer programs" plan none.yaml --lp clp --paths 1
refused "must be cbc or clp" plan none.yaml --lp highs
refused "and --relax are of plans without" plan none.yaml --relax --secure 1
refused "one share for all" plan none.yaml --domains --objective total

# a file that cannot be opened is said once
expect 66 "no file" "$KEYHAUL" plan none.yaml
[ "$(wc -l <"$scratch/err")" -eq 1 ] || fail "a missing file is said more than once"
finish
