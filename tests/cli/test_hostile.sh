#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Degenerate networks through every question: a right answer or a clear word, a documented exit status, no number that is none, and
# nothing for the sanitizers to say.
. tests/cli/lib.sh
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:exitcode=99" UBSAN_OPTIONS="${UBSAN_OPTIONS:-}:exitcode=99"

# network NAME COST LINK... : four trusted sites in two domains; LINK is "ENDS RATE" such as "AB 1e12", RATE "-": what the device makes
network() {
    name=$1 cost=$2
    shift 2
    {
        printf 'keyhaul: 1\nname: %s\ndomains:\n' "$name"
        printf '  - {id: %s, operator: %s, discloses: prices}\n' west West east East
        printf 'nodes:\n'
        printf '  - {id: %s, at: [%s], domain: %s, trusted: true}\n' A '50.00, 5.00' west B '50.05, 5.00' west C '50.05, 5.05' east \
            D '50.00, 5.05' east
        printf 'fibre_types:\n  - {id: glass, loss_db_per_km: 0.2}\n'
        printf 'devices:\n  - {id: box, protocol: bb84-decoy-asymptotic, clock_hz: 1e12, detector_efficiency: 0.2, dark_count_hz: 500, gate_ns: 0.001, cost_eur: %s}\n' "$cost"
        [ $# -eq 0 ] || printf 'fibres:\n'
        n=0
        for link in "$@"; do
            ends=${link%% *} n=$((n + 1))
            printf '  - {id: f%d, ends: [%s, %s], type: glass, length_km: 10}\n' $n "${ends%?}" "${ends#?}"
        done
        [ $# -eq 0 ] || printf 'qkd_links:\n'
        n=0
        for link in "$@"; do
            rate=${link#* } n=$((n + 1))
            measured=", measured: {key_rate_bps: $rate}"
            [ "$rate" != - ] || measured=
            printf '  - {id: q%d, via: [f%d], device: box%s}\n' $n $n "$measured"
        done
    } >"$scratch/$name.yaml"
}

# demands NAME DEMAND...: each "ENDS RATE"
demands() {
    name=$1 n=0
    shift
    printf 'demands:\n' >>"$scratch/$name.yaml"
    for demand in "$@"; do
        ends=${demand%% *} n=$((n + 1))
        printf '  - {id: d%d, between: [%s, %s], use: key, security: qkd, rate_bps: %s}\n' $n "${ends%?}" "${ends#?}" "${demand#* }" >>"$scratch/$name.yaml"
    done
}

printf 'keyhaul: 1\nname: alone\nnodes: [{id: A, at: [50, 5], trusted: true}]\n' >"$scratch/alone.yaml"
network silent 1000 "AB 1000" "BC 1000"
network apart 1000
demands apart "AC 1000" "AB 1"
network islands 1000 "AB 1000" "CD 1000"
demands islands "AB 500" "AC 500" "CD 1e12"
network extreme 1e9 "AB 1e12" "AB 1e-12" "AB 0" "BC 1e-12" "CD 1e12" "DA 0" "AC 1e-12"
demands extreme "AB 1e12" "AC 1e-12" "AD 1e15" "BC 1" "BD 1e-12"
network equal 1000 "AB 1000" "AB 1000" "BC 1000" "BC 1000" "CD 1000" "CD 1000" "DA 1000" "DA 1000"
demands equal "AB 1000" "BC 1000" "CD 1000" "DA 1000" "AC 1000" "BD 1000"
network free 0 "AB -" "BC -" "CD -" "DA -"
demands free "AC 1e-12" "AB 1e12" "BD 0"

# judge NAME QUESTION...
judge() {
    name=$1
    shift
    command=$1
    shift
    "$KEYHAUL" "$command" "$scratch/$name.yaml" "$@" >"$scratch/out" 2>"$scratch/err"
    got=$?
    case $got in
    0 | 1 | 64 | 65) ;;
    *) fail "$name: $command $*: exit status $got" && head -n 3 "$scratch/err" ;;
    esac
    if grep -qE "Sanitizer|runtime error" "$scratch/err"; then
        fail "$name: $command $*: $(grep -E "Sanitizer|runtime error" "$scratch/err" | head -n 1)"
    fi
    if grep -qiwE -- "-?nan|-?inf|infinity|null\)" "$scratch/out" "$scratch/err"; then
        fail "$name: $command $*: $(grep -hiwE -- "-?nan|-?inf|infinity|null\)" "$scratch/out" "$scratch/err" | head -n 1)"
    fi
    if [ $got -ne 0 ] && ! grep -q "^keyhaul: " "$scratch/err"; then
        fail "$name: $command $*: exit status $got without a word"
    fi
    if [ $got -eq 0 ] && [ ! -s "$scratch/out" ]; then
        fail "$name: $command $*: no answer"
    fi
}

# in turns as text and as JSON: seven networks, so each question is asked in both ways
turn=0
while read -r question; do
    for name in alone silent apart islands extreme equal free; do
        form=
        case $((turn % 2))$question in
        0*--diff* | 1*) ;;
        *) form=--json ;;
        esac
        turn=$((turn + 1))
        # shellcheck disable=SC2086 # words of a command line
        judge "$name" $question $form
    done
done <<END
rates
plan
plan --objective concurrent
plan --objective total
plan --paths 1
plan --quantum 1
plan --disjoint 2
plan --secure 1
plan --coalitions domain
plan --protect link --what-if
plan --protect-two node
plan --apart link
plan --backup node
plan --relax --slack
plan --domains
plan --diff $scratch/equal.yaml
design --time-limit 2
design --by modules --pareto 2 --device all --time-limit 2
design --protect link --time-limit 2
design --sites --time-limit 1
design --sites --fewest
design --sites --two-disjoint
design --sites --horizon 2 --time-limit 1
light
light --through
light --turns
schedule --swing 1
simulate --days 0.01
END

# answers VALUE NAME QUESTION...: the first "value" of the JSON
answers() {
    value=$1 name=$2
    shift 2
    "$KEYHAUL" plan "$scratch/$name.yaml" "$@" --json >"$scratch/out" 2>"$scratch/err"
    got=$(sed -n 's/.*"value": *\([-+0-9.eE]*\).*/\1/p' "$scratch/out" | head -n 1)
    awk -v a="$value" -v b="$got" 'BEGIN { d = a - b; exit !(b != "" && (d < 0 ? -d : d) <= 1e-6 * a) }' ||
        fail "$name: plan $*: the value is '$got', must be $value"
}
# six requests of 1 kbit/s cross 1, 1, 1, 1, 2 and 2 of four sides of 2 kbit/s
answers 1 equal --objective concurrent
answers 6000 equal --objective total
# both ways round the ring for everybody: 24 hops
answers 0.5 equal --disjoint 2
answers 1e-9 islands --objective concurrent
answers 1500 islands --objective total
# two links of 1e-12 bit/s part A and B from the rest, who ask for 1e15 bit/s across
answers 2e-27 extreme --objective concurrent
answers 0 apart --objective concurrent

printf 'keyhaul: 1\nname: loop\nnodes: [{id: A, at: [50, 5]}]\nfibres: [{id: f, ends: [A, A], length_km: 1, loss_db: 1}]\n' >"$scratch/loop.yaml"
expect 65 "a fibre from a site to itself" "$KEYHAUL" plan "$scratch/loop.yaml"
says err "ends where it begins" "a fibre from a site to itself"
finish
