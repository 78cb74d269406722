#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""PHOLD on Keyhaul's kernel and on ns-3's core, side by side: rounds in turn, medians of CPU time, ratios with their limits.

usage: engine_phold.py [--build build/release] [--rounds 5] [--events 1000000] [--sizes 1000,10000,100000,1000000] [--seed 1]
Needs g++ and ns-3's core library (Debian: apt-get install libns3-dev). Exit status 1: a checksum differs or a limit is missed.
"""
import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# pending events -> least ratio to ns-3's default scheduler with the whole simulator; its fastest one alone: the same everywhere
LEAST_FULL = {1000: 4.5, 10000: 6, 100000: 12, 1000000: 12}
LEAST_RAW = 1.6
PEERS = {"full": ["full", "Map"], "raw": ["raw", "PriorityQueue"]}


def build_peer(folder):
    program = os.path.join(folder, "phold_ns3")
    source = os.path.join(HERE, "peers", "phold_ns3.cc")
    if not shutil.which("g++"):
        sys.exit("engine_phold: g++ is not installed (apt-get install g++)")
    made = subprocess.run(["g++", "-O3", "-std=c++17", source, "-lns3-core", "-o", program], capture_output=True, text=True)
    if made.returncode != 0:
        hint = "" if os.path.isdir("/usr/include/ns3") else "ns-3 is not installed (apt-get install libns3-dev)\n"
        sys.exit(f"engine_phold: the peer cannot be built\n{hint}{made.stderr}")
    return program


def run(command):
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.search(r"ns_per_event=([\d.]+)", out)[1]), re.search(r"sum=(\w+)", out)[1]


def measure(programs, rounds):
    times, sums = {name: [] for name in programs}, set()
    for _ in range(rounds):
        for name, command in programs.items():
            time, checksum = run(command)
            times[name].append(time)
            sums.add(checksum)
    return times, sums


def ratio(times, peer):
    return statistics.median(theirs / ours for theirs, ours in zip(times[peer], times["keyhaul"]))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", default="1000000")
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    tests = os.path.join(options.build, "tests")
    peer = build_peer(tests)
    print("ns of CPU time per event, medians; ratios are medians over rounds; the limit on 'full' is for mode 0")
    print("mode  pending  keyhaul  ns-3 Map full  ratio (limit)  ns-3 PriorityQueue raw  ratio (limit)  order")
    missed = False
    for mode in ("0", "1"):
        for size in options.sizes.split(","):
            case = [size, options.events, mode, options.seed]
            programs = {"keyhaul": [os.path.join(tests, "phold"), *case]}
            programs.update({name: [peer, *layer, *case] for name, layer in PEERS.items()})
            times, sums = measure(programs, options.rounds)
            middle = {name: statistics.median(values) for name, values in times.items()}
            full, raw = ratio(times, "full"), ratio(times, "raw")
            least = LEAST_FULL.get(int(size), 0) if mode == "0" else 0
            missed |= full < least or raw < LEAST_RAW or len(sums) != 1
            limit = f"({least:g})" if least else ""
            order = f"same, {sums.pop()}" if len(sums) == 1 else "DIFFERENT"
            print(f"{mode:>4}  {size:>7}  {middle['keyhaul']:7.1f}  {middle['full']:13.1f}  {full:5.1f} {limit:<7}  "
                  f"{middle['raw']:22.1f}  {raw:5.2f} ({LEAST_RAW:g})    {order}", flush=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
