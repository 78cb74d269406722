#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2034
# Sourced by quickstart.sh and test.sh: installs the Debian packages that are missing, or says exactly which.

BUILD_PACKAGES="gcc libc6-dev cmake ninja-build pkg-config libyaml-dev libjansson-dev libsqlite3-dev libgsl-dev libigraph-dev libglpk-dev nettle-dev libopenmpi-dev openmpi-bin"
TEST_PACKAGES="libcmocka-dev python3-minimal libxml2-utils nodejs npm sqlite3 coinor-cbc coinor-clp"

missing_packages() { # packages of "$@" that are not installed
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || printf '%s ' "$package"
    done
}

install_packages() {
    missing=$(missing_packages "$@")
    [ -z "$missing" ] && return 0
    # npm may have come with a Node.js from elsewhere; then Debian's is not needed
    if command -v npm >/dev/null 2>&1; then
        missing=$(printf '%s' "$missing" | sed 's/\bnodejs\b//; s/\bnpm\b//')
        [ -z "$(printf '%s' "$missing" | tr -d ' ')" ] && return 0
    fi
    command="apt-get install -y --no-install-recommends $missing"
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "keyhaul: this is no Debian; please install what these Debian packages hold: $missing" >&2
        return 1
    fi
    if [ "$(id -u)" -eq 0 ]; then
        sudo=""
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo="sudo"
    else
        echo "keyhaul: packages are missing. Please run as root:" >&2
        echo "  $command" >&2
        return 1
    fi
    echo "Installing: $missing"
    log=$(mktemp)
    # shellcheck disable=SC2086
    if $sudo apt-get update -qq >"$log" 2>&1 && DEBIAN_FRONTEND=noninteractive $sudo $command >>"$log" 2>&1; then
        rm -f "$log"
    else
        tail -n 20 "$log" >&2
        echo "keyhaul: the installation failed; the whole log is $log" >&2
        return 1
    fi
}
