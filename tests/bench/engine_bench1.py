#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""QKDN-BENCH-1: the engine beside the ns-3 core and the event kernels of SimQN and SeQUeNCe, in interleaved rounds on this machine.

usage: engine_bench1.py [--engine build/release/tests/qkdn_bench1] [--rounds 5] [--quick]
ns-3: built from peers/bench1_ns3.cc when its library is installed (Debian: libns3-dev). SimQN and SeQUeNCe: when importable
(PYTHONPATH). The same model with the same random numbers runs everywhere, so all counts must be equal. Prints events per CPU second
and, per round, the engine's CPU time against the peer's; exits with 1 when counts differ or a median ratio is below its limit.
"""
import argparse
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SIZES = {"S1": "1 6 10 3600", "S2": "10 10 500 600", "S3": "30 30 5000 120"}
SHORT = {"S2": "10 10 500 20"}  # for the kernels in Python
LIMITS = {"ns3 PriorityQueue": {"S2": 2.0, "S3": 2.0}, "simqn": {"S2": 40.0}, "sequence": {"S2": 40.0}}


def run(command):
    """Counts as text, events, CPU seconds; None: it cannot run here."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"(events=(\d+) .*poolbits=-?\d+) cpu=([\d.]+)", done.stdout)
    return (found[1], int(found[2]), float(found[3])) if done.returncode == 0 and found else None


def build_ns3(folder):
    binary = pathlib.Path(folder) / "bench1_ns3"
    command = ["g++", "-O3", "-std=c++17", str(HERE / "peers/bench1_ns3.cc"), "-lns3-core", "-o", str(binary)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return str(binary) if done.returncode == 0 else None


def find_peers(folder):
    peers = {}
    binary = build_ns3(folder)
    for scheduler in ("PriorityQueue", "Map"):
        if binary:
            peers[f"ns3 {scheduler}"] = [binary, scheduler]
    for kernel in ("heapq", "simqn", "sequence"):
        command = [sys.executable, str(HERE / "peers/bench1_python.py"), kernel]
        if run(command + "1 6 10 1 1 7".split()):
            peers[kernel] = command
    return peers


def compare(engine, name, peer, size, case, rounds):
    """Prints a row. Events per CPU second count, so that a slow peer may play a shorter time."""
    slow = not name.startswith("ns3")
    arguments = case.split()
    shorter = SHORT[size].split() + arguments[4:] if slow else arguments
    ours, theirs, ratios = [], [], []
    for _ in range(rounds):
        mine, other = run([engine, *arguments]), run([*peer, *shorter])
        if mine is None or other is None:
            return f"{size} {name}: does not run"
        ours.append(mine[1] / max(mine[2], 1e-4))
        theirs.append(other[1] / max(other[2], 1e-4))
        ratios.append(ours[-1] / theirs[-1])
    same = run([engine, *shorter])[0] == other[0]
    ratio, limit = statistics.median(ratios), LIMITS.get(name, {}).get(size)
    kind = "stochastic" if arguments[4] == "1" else "periodic"
    verdict = "" if limit is None else f"limit {limit:g}: {'met' if ratio >= limit else 'NOT MET'}"
    print(f"{size} {kind:10} {name:18} counts {'equal' if same else 'DIFFER'}, M events/CPU s: engine {statistics.median(ours) / 1e6:6.2f}, "
          f"peer {statistics.median(theirs) / 1e6:6.2f}, ratio {ratio:6.2f} ({min(ratios):.2f} to {max(ratios):.2f}) {verdict}", flush=True)
    ties_matter = kind == "periodic" and name in ("simqn", "sequence")  # they keep no order among simultaneous events
    if not same and not ties_matter:
        return f"{size} {kind} {name}: counts differ"
    return f"{size} {kind} {name}: ratio {ratio:.2f} below {limit:g}" if limit is not None and ratio < limit else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="build/release/tests/qkdn_bench1")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="S2 alone")
    options = parser.parse_args()
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        peers = find_peers(folder)
        missing = {"ns3 PriorityQueue", "simqn", "sequence"} - peers.keys()
        for name in sorted(missing):
            print(f"{name}: not found here, left out")
        for size in ["S2"] if options.quick else SIZES:
            for kind in ("1 7", "0 1"):
                for name, peer in peers.items():
                    if name.startswith("ns3") or size in SHORT:
                        failures.append(compare(options.engine, name, peer, size, f"{SIZES[size]} {kind}", options.rounds))
    failures = [failure for failure in failures if failure]
    for failure in failures:
        print(failure)
    return 1 if failures else 0


sys.exit(main())
