#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Input that cannot be: the right exit status and a finding, within 200 MB and 10 s, and no output.
. tests/cli/lib.sh

limited() { # the sanitizers reserve terabytes of address space: there the limit on memory is left to the other build
    (
        [ "${KH_SANITIZED:-0}" = 1 ] || ulimit -v 204800
        timeout 30 "$@"
    )
}

refuse() { # refuse STATUS WHAT FILE TEXT
    expect "$1" "$2" limited "$KEYHAUL" check "$3"
    says err "$4" "$2"
    [ -s "$scratch/out" ] && fail "$2: something was printed on standard output"
    grep -qE 'Sanitizer|runtime error' "$scratch/err" && fail "$2: a sanitizer spoke"
    return 0
}

net() { # a topology file from the lines of standard input
    cat >"$scratch/net.yaml"
}

refuse 66 "no such file" "$scratch/none.yaml" "none.yaml"
refuse 66 "a directory" "$scratch" "directory"
: >"$scratch/net.yaml"
refuse 65 "an empty file" "$scratch/net.yaml" "empty"
printf 'keyhaul: 1\nname: "\377\376"\n' | net
refuse 65 "not UTF-8" "$scratch/net.yaml" "UTF-8"
head -c 100000000 /dev/zero | tr '\0' 'a' >"$scratch/net.yaml"
refuse 65 "a file of 100 MB" "$scratch/net.yaml" "64.0 MiB"
rm -f "$scratch/net.yaml"
{ echo 'keyhaul: 1'; printf 'name: '; head -c 10000 /dev/zero | tr '\0' '['; echo; } | net
refuse 65 "nesting of 10,000" "$scratch/net.yaml" "deep"
{
    echo 'keyhaul: 1'
    echo 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]'
    for i in 1 2 3 4 5 6 7 8 9; do
        p="*a$((i - 1))"
        echo "a$i: &a$i [$p, $p, $p, $p, $p, $p, $p, $p, $p, $p]"
    done
} | net
refuse 65 "an alias bomb" "$scratch/net.yaml" "alias"
printf 'keyhaul: 1\nname: loop\ninclude: [net.yaml]\n' | net
refuse 65 "an include cycle" "$scratch/net.yaml" "cycle"
printf 'keyhaul: 1\nname: x\ninclude: [nowhere.yaml]\n' | net
refuse 65 "a missing include" "$scratch/net.yaml" "nowhere.yaml"
printf 'keyhaul: 1\nname: x\nnodes:\n  - {id: A, at: [95, 4], trsted: true}\n  - {id: A, at: [.nan, 4]}\nfibres:\n  - {id: F, ends: [A, B], length_km: .inf}\n' | net
refuse 65 "five mistakes at once" "$scratch/net.yaml" "did you mean 'trusted'?"
for text in 'net.yaml:4' 'net.yaml:5' 'net.yaml:7' "'B'" 'length_km'; do
    says err "$text" "five mistakes at once"
done
"$KEYHAUL" check "$scratch/net.yaml" --json >"$scratch/out" 2>"$scratch/err"
grep -q '"valid": false' "$scratch/out" || fail "check --json does not say valid: false"
expect 65 "a run file that is none" "$KEYHAUL" report README.md -o "$scratch/r.html"
[ -e "$scratch/r.html" ] && fail "a report was left behind"
expect 66 "a run file that is not there" "$KEYHAUL" report "$scratch/none.db" -o "$scratch/r.html"
expect 66 "a table that is not there" "$KEYHAUL" validate "$scratch/none.csv"
expect 65 "a topology as a run file" "$KEYHAUL" report topologies/bristol-cambridge.yaml
says err "keyhaul study" "a topology as a run file"
refuse 65 "a study as a topology" topologies/study-bristol-cambridge.yaml "this is a study, not a topology"
{ printf 'keyhaul: 1\nname: "'; head -c 100000 /dev/zero | tr '\0' 'a'; echo '"'; } | net
refuse 65 "a text of 100 kB" "$scratch/net.yaml" "longer than 64 KiB"
net <<YAML
keyhaul: 1
name: measured links without devices
nodes: [{id: A, trusted: true}, {id: B, trusted: true}, {id: C, trusted: true}]
qkd_links: [{id: Q, ends: [A, B], measured: {key_rate_bps: 10}}, {id: R, ends: [B, C], measured: {key_rate_bps: 0}}]
demands: [{id: X, between: [A, B], rate_bps: 1000000}, {id: Y, between: [A, C], rate_bps: 1000}]
YAML
expect 0 "a plan over measured links without devices" "$KEYHAUL" plan "$scratch/net.yaml"
sed -i 's/rate_bps: 1000000}/rate_bps: 1e9, key_bits: 1}/' "$scratch/net.yaml"
expect 65 "more requests than can wait" limited "$KEYHAUL" simulate "$scratch/net.yaml" --days 2 --fetch 0
grep -qE 'can be played|wait at once' "$scratch/err" || fail "more requests than can wait: no reason is given"
expect 64 "longer than can be played" "$KEYHAUL" simulate "$scratch/net.yaml" --days 1e5
finish
