#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""QKDN-BENCH-1 on the event kernels of Python simulators (defined in tests/bench/bench1.h), for engine_bench1.py.

usage: bench1_python.py KERNEL ROWS COLS PAIRS T_s STOCHASTIC(0|1) SEED
KERNEL: heapq (the standard library alone), simqn or sequence (their packages on PYTHONPATH). One line of counts, as qkdn_bench1.
"""
import heapq
import importlib.abc
import importlib.machinery
import math
import sys
import time

BLOCK_BITS, CAPACITY_BITS, KEY_BITS, HOP_NS, SECOND_NS, MTBF_S, MTTR_S = 65536, 1000000, 256, 2000000, 10**9, 1800.0, 120.0
WORD = 2**64 - 1


class SplitMix:
    def __init__(self, state):
        self.state = state & WORD

    def delay_ns(self, mean_s):
        self.state = (self.state + 0x9E3779B97F4A7C15) & WORD
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
        return int(-math.log(1.0 - ((z ^ (z >> 31)) >> 11) * 2.0**-53) * mean_s * 1e9)


class Network:
    """The model; schedule(delay_ns, function, *arguments) is the kernel's."""

    def __init__(self, rows, columns, pairs, stochastic, seed):
        self.stochastic = stochastic
        n = rows * columns
        ends = []
        for i in range(n):
            ends += [(i, i + 1)] if i % columns + 1 < columns else []
            ends += [(i, i + columns)] if i + columns < n else []
        self.period_ns = [int(BLOCK_BITS / (2000.0 + 500 * (link % 17)) * 1e9) for link in range(len(ends))]
        self.pool = [BLOCK_BITS] * len(ends)
        self.up = [True] * len(ends)
        self.link_random = [SplitMix(seed * 1000003 + 7919 * link + 1) for link in range(len(ends))]
        self.pair_random = [SplitMix(seed * 2000003 + 104729 * k + 2) for k in range(pairs)]
        self.paths = find_paths(n, ends, pairs)
        self.counts = dict.fromkeys(["events", "req", "ok", "blocked", "blocks", "dropped", "lost", "hopkeys"], 0)

    def start(self, schedule):
        self.schedule = schedule
        links, pairs = len(self.period_ns), len(self.paths)
        for link in range(links):
            schedule(int(self.period_ns[link] * ((link + 1.0) / links)), self.block, link)
            if self.stochastic:
                schedule(self.link_random[link].delay_ns(MTBF_S), self.fail, link)
        for k in range(pairs):
            schedule(self.pair_random[k].delay_ns(1.0) if self.stochastic else int(SECOND_NS * ((k + 0.5) / pairs)), self.request, k)

    def block(self, link):
        self.counts["events"] += 1
        if not self.up[link]:
            self.counts["lost"] += 1
        elif self.pool[link] + BLOCK_BITS > CAPACITY_BITS:
            self.counts["dropped"] += 1
        else:
            self.pool[link] += BLOCK_BITS
            self.counts["blocks"] += 1
        self.schedule(self.period_ns[link], self.block, link)

    def request(self, k):
        self.counts["events"] += 1
        self.counts["req"] += 1
        self.schedule(HOP_NS, self.hop, k, 0)
        self.schedule(self.pair_random[k].delay_ns(1.0) if self.stochastic else SECOND_NS, self.request, k)

    def hop(self, k, i):
        self.counts["events"] += 1
        path = self.paths[k]
        if self.pool[path[i]] < KEY_BITS:
            self.counts["blocked"] += 1
            return
        self.pool[path[i]] -= KEY_BITS
        self.counts["hopkeys"] += 1
        if i + 1 < len(path):
            self.schedule(HOP_NS, self.hop, k, i + 1)
        else:
            self.counts["ok"] += 1

    def fail(self, link):
        self.counts["events"] += 1
        self.up[link] = False
        self.schedule(self.link_random[link].delay_ns(MTTR_S), self.repair, link)

    def repair(self, link):
        self.counts["events"] += 1
        self.up[link] = True
        self.schedule(self.link_random[link].delay_ns(MTBF_S), self.fail, link)


def find_paths(n, ends, pairs):
    neighbours = [[] for _ in range(n)]
    for link, (a, b) in enumerate(ends):
        neighbours[a].append((b, link))
        neighbours[b].append((a, link))
    paths = []
    for k in range(pairs):
        source = k % n
        parent, queue = {source: None}, [source]
        for node in queue:
            for other, link in sorted(neighbours[node]):
                if other not in parent:
                    parent[other] = (node, link)
                    queue.append(other)
        path, at = [], (source + 1 + 7 * k % (n - 1)) % n
        while at != source:
            at, link = parent[at]
            path.insert(0, link)
        paths.append(path)
    return paths


def on_heapq(network, end_ns):
    pending, state = [], [0, 0]  # now, sequence

    def schedule(delay_ns, function, *arguments):
        state[1] += 1
        heapq.heappush(pending, (state[0] + delay_ns, state[1], function, arguments))

    def run():
        while pending and pending[0][0] < end_ns:
            state[0], _, function, arguments = heapq.heappop(pending)
            function(*arguments)

    network.start(schedule)
    return run


def on_simqn(network, end_ns):
    from qns.simulator.event import Event
    from qns.simulator.simulator import Simulator
    from qns.simulator.ts import Time

    class Call(Event):
        def __init__(self, at, function, arguments):
            super().__init__(t=at, name=None, by=None)
            self.function, self.arguments = function, arguments

        def invoke(self):
            self.function(*self.arguments)

    simulator = Simulator(0, end_ns / 1e9, accuracy=SECOND_NS)

    def schedule(delay_ns, function, *arguments):
        at = Time(time_slot=simulator.tc.time_slot + delay_ns, accuracy=SECOND_NS)
        simulator.add_event(Call(at, function, arguments))

    network.start(schedule)
    return simulator.run


class Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Modules for quantum states, which the event kernel imports and never calls; installed only where they are missing."""

    def find_spec(self, name, path=None, target=None):
        known = name.split(".")[0] in ("qutip", "qutip_qip", "stim", "networkx", "pandas", "tqdm", "matplotlib")
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if known else None

    def create_module(self, spec):
        module = type(sys)(spec.name)
        module.__getattr__ = lambda name: (_ for _ in ()).throw(AttributeError(name)) if name.startswith("__") else type(name, (), {})
        return module

    def exec_module(self, module):
        pass


def on_sequence(network, end_ns):
    sys.meta_path.append(Absent())
    from sequence.kernel.entity import Entity
    from sequence.kernel.event import Event
    from sequence.kernel.process import Process
    from sequence.kernel.timeline import Timeline

    timeline = Timeline(end_ns * 1000)  # picoseconds

    class Caller(Entity):
        def init(self):
            network.start(schedule)

        def call(self, function, *arguments):
            function(*arguments)

    caller = Caller("caller", timeline)

    def schedule(delay_ns, function, *arguments):
        timeline.schedule(Event(timeline.now() + delay_ns * 1000, Process(caller, "call", [function, *arguments])))

    timeline.init()
    return timeline.run


def main():
    kernel, rows, columns, pairs, duration_s, stochastic, seed = sys.argv[1:]
    network = Network(int(rows), int(columns), int(pairs), stochastic != "0", int(seed))
    kernels = {"heapq": on_heapq, "simqn": on_simqn, "sequence": on_sequence}
    run = kernels[kernel](network, int(float(duration_s) * SECOND_NS))
    begin = time.process_time()
    run()
    cpu_s = time.process_time() - begin
    counts = " ".join(f"{name}={value}" for name, value in network.counts.items())
    print(f"{counts} poolbits={sum(network.pool)} cpu={cpu_s:.6f}")


main()
