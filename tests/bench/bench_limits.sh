#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How the commands keep --time-limit: wall and CPU seconds of the whole process over the limit. On a busy machine the wall time tells;
# the clock of the limit is the wall's.
#
#   tests/bench/bench_limits.sh KEYHAUL LIMIT_S TOPOLOGY.yaml [COMMAND WORDS...]     without words: all questions below
set -u
keyhaul=$1 limit=$2 topology=$3
shift 3

# run COMMAND OPTIONS...
run() {
    local command=$1 TIMEFORMAT='%R %U %S' took status
    shift
    took=$({ time "$keyhaul" "$command" "$topology" "$@" --time-limit "$limit" >/dev/null 2>&1; } 2>&1)
    status=$?
    awk -v what="$command $*" -v limit="$limit" -v took="$took" -v status="$status" 'BEGIN {
        split(took, t, " ")
        printf "%-40s wall %7.2f s (%5.2f of the limit)   CPU %7.2f s   status %d\n", what, t[1], t[1] / limit, t[2] + t[3], status
    }'
}

if [ $# -gt 0 ]; then
    run "$@"
    exit
fi
while read -r words; do
    # shellcheck disable=SC2086 # words of a command line
    run $words
done <<END
plan
plan --objective concurrent
plan --objective total
plan --paths 2
plan --disjoint 2
plan --disjoint 3
plan --secure 1
plan --secure 2
plan --protect link
plan --protect-two link
plan --apart link
plan --backup link
plan --what-if
plan --relax
plan --slack
plan --domains
design
design --device all
design --pareto 3
design --sites
design --sites --step 20 --device all
light --front
light --through --device all
light --turns --device all
schedule --swing 0.8
END
