#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A study: the same on one and two processes; after a Ctrl-C it goes on where it stopped.
. tests/cli/lib.sh

cat >"$scratch/study.yaml" <<YAML
keyhaul_study: 1
name: small
topology: $PWD/topologies/bristol-cambridge.yaml
simulate: {days: 3, replications: 2, seed: 7}
axes:
  - {name: modules, set: qkd_links.*.modules, times: [1, 2, 3]}
  - {name: loss, set: fibres.*.loss_db, times: [1, 1.05, 1.1]}
YAML
dump() { # everything but when it was made
    sqlite3 "$1" .dump | grep -v 'INTO run ' | sort
}
expect 0 "one process" "$KEYHAUL" study "$scratch/study.yaml" -j 1 -o "$scratch/one.db"
expect 0 "two processes" "$KEYHAUL" study "$scratch/study.yaml" -j 2 -o "$scratch/two.db"
dump "$scratch/one.db" >"$scratch/one.sql"
dump "$scratch/two.db" >"$scratch/two.sql"
[ "$(wc -l <"$scratch/one.sql")" -gt 50 ] || fail "the run file holds next to nothing"
cmp -s "$scratch/one.sql" "$scratch/two.sql" || { fail "one and two processes differ"; diff "$scratch/one.sql" "$scratch/two.sql" | head -n 5; }

sed 's/days: 3/days: 120/' "$scratch/study.yaml" >"$scratch/long.yaml"
"$KEYHAUL" study "$scratch/long.yaml" -j 2 -o "$scratch/long.db" >"$scratch/out" 2>"$scratch/err" &
child=$!
tries=0
until [ -s "$scratch/long.db" ] || [ "$tries" -ge 300 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
sleep 0.2
kill -INT "$child" 2>/dev/null
wait "$child"
got=$?
[ "$got" -eq 75 ] || fail "an interrupted study: exit status $got, expected 75"
expect 0 "the study goes on" "$KEYHAUL" study "$scratch/long.yaml" -j 2 -o "$scratch/long.db"
expect 0 "the whole study at once" "$KEYHAUL" study "$scratch/long.yaml" -j 2 -o "$scratch/whole.db"
dump "$scratch/long.db" >"$scratch/long.sql"
dump "$scratch/whole.db" >"$scratch/whole.sql"
cmp -s "$scratch/long.sql" "$scratch/whole.sql" || { fail "the interrupted study differs from the whole one"; diff "$scratch/long.sql" "$scratch/whole.sql" | head -n 5; }
expect 65 "another study into the same file" "$KEYHAUL" study "$scratch/study.yaml" -o "$scratch/long.db"
expect 0 "another study with --overwrite" "$KEYHAUL" study "$scratch/study.yaml" -o "$scratch/long.db" --overwrite
finish
