#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What can be seen without running: sh tools/dev/check.sh [--tidy]
# Needs clang-format, shellcheck, codespell, yamllint; --tidy: clang-tidy and a configured build/dev.
set -eu
cd "$(dirname "$0")/../.."
status=0
sources=$(git ls-files '*.c' '*.h')
# shellcheck disable=SC2086
clang-format --dry-run -Werror $sources || status=1
python3 tools/dev/lint_includes.py . || status=1
git ls-files '*.sh' '.ci/run' | xargs shellcheck -x -e SC2317,SC3045 || status=1
git ls-files '*.c' '*.h' '*.md' '*.sh' | xargs codespell -L "alls,commun,fo,te,nd,ot,ue" || status=1
git ls-files 'topologies/*.yaml' | xargs yamllint -s -c topologies/.yamllint || status=1
if [ "${1:-}" = --tidy ]; then
    # one file a process: with several in one call clang-tidy 14 reports false "uninitialized va_list"
    for source in $(git ls-files 'core/*.c' 'models/*.c' 'solvers/*.c' 'tools/*.c'); do
        clang-tidy -p build/dev --quiet --extra-arg=-Wno-unknown-warning-option "$source" 2>/dev/null | grep -E 'warning|error' && status=1
    done
fi
exit "$status"
