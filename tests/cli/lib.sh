#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by the tests of the command line: KEYHAUL is the program, the working directory the root of the repository.

set -u
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# expect STATUS WHAT COMMAND...: runs the command with its output in $scratch/out and $scratch/err
expect() {
    wanted=$1 what=$2
    shift 2
    "$@" >"$scratch/out" 2>"$scratch/err"
    got=$?
    if [ "$got" -ne "$wanted" ]; then
        fail "$what: exit status $got, expected $wanted"
        head -n 5 "$scratch/out" "$scratch/err"
    fi
}

# says FILE TEXT WHAT: the output (out or err) holds the text
says() {
    grep -qF -- "$2" "$scratch/$1" || { fail "$3: '$2' is not in std$1"; head -n 5 "$scratch/$1"; }
}

# kept in the script's last line: the exit status of the test
finish() {
    [ "$failures" -eq 0 ] && echo "all as expected"
    exit "$((failures > 0))"
}
