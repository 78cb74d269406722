// SPDX-License-Identifier: GPL-3.0-or-later
// QKDN-BENCH-1 on the core of ns-3, the reference that tests/bench/engine_bench1.py runs beside the engine. Defined in
// tests/bench/bench1.h. Built by that script, never by CMake: needs ns-3 (Debian: libns3-dev).
// usage: bench1_ns3 SCHEDULER ROWS COLS PAIRS T_s STOCHASTIC(0|1) SEED, SCHEDULER such as PriorityQueue or Map
#include "ns3/core-module.h"

#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

namespace
{

constexpr int64_t kBlockBits = 65536, kCapacityBits = 1000000, kKeyBits = 256, kHopNs = 2000000, kSecondNs = 1000000000;
constexpr double kMtbfS = 1800, kMttrS = 120;

class SplitMix
{
  public:
    explicit SplitMix(uint64_t state)
        : m_state(state)
    {
    }

    int64_t DelayNs(double meanS)
    {
        m_state += 0x9E3779B97F4A7C15ULL;
        uint64_t z = m_state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        z ^= z >> 31;
        double u = static_cast<double>(z >> 11) * 0x1p-53;
        return static_cast<int64_t>(-std::log(1.0 - u) * meanS * 1e9);
    }

  private:
    uint64_t m_state;
};

struct Counts
{
    uint64_t events, requests, served, blocked, blocks, dropped, lost, hopKeys;
};

struct QkdLink
{
    uint32_t a, b;
    int64_t periodNs, pool;
    bool up;
    SplitMix random;
};

struct KeyPair
{
    std::vector<uint32_t> path;
    SplitMix random;
};

bool g_stochastic;
Counts g_counts;
std::vector<QkdLink> g_links;
std::vector<KeyPair> g_pairs;

template <typename... Args>
void In(int64_t delayNs, void (*what)(Args...), Args... args)
{
    ns3::Simulator::Schedule(ns3::NanoSeconds(delayNs), what, args...);
}

void Block(uint32_t l)
{
    QkdLink& link = g_links[l];
    g_counts.events++;
    if (!link.up)
    {
        g_counts.lost++;
    }
    else if (link.pool + kBlockBits > kCapacityBits)
    {
        g_counts.dropped++;
    }
    else
    {
        link.pool += kBlockBits;
        g_counts.blocks++;
    }
    In(link.periodNs, &Block, l);
}

void Repair(uint32_t l);

void Fail(uint32_t l)
{
    g_counts.events++;
    g_links[l].up = false;
    In(g_links[l].random.DelayNs(kMttrS), &Repair, l);
}

void Repair(uint32_t l)
{
    g_counts.events++;
    g_links[l].up = true;
    In(g_links[l].random.DelayNs(kMtbfS), &Fail, l);
}

void Hop(uint32_t k, uint32_t i)
{
    const KeyPair& pair = g_pairs[k];
    QkdLink& link = g_links[pair.path[i]];
    g_counts.events++;
    if (link.pool < kKeyBits)
    {
        g_counts.blocked++;
        return;
    }
    link.pool -= kKeyBits;
    g_counts.hopKeys++;
    if (i + 1 < pair.path.size())
    {
        In(kHopNs, &Hop, k, i + 1);
    }
    else
    {
        g_counts.served++;
    }
}

int64_t NextRequestNs(uint32_t k)
{
    return g_stochastic ? g_pairs[k].random.DelayNs(1.0) : kSecondNs;
}

void Request(uint32_t k)
{
    g_counts.events++;
    g_counts.requests++;
    In(kHopNs, &Hop, k, 0U);
    In(NextRequestNs(k), &Request, k);
}

void MakeLinks(uint32_t rows, uint32_t columns, uint64_t seed)
{
    auto add = [seed](uint32_t a, uint32_t b) {
        uint64_t l = g_links.size();
        double rate = 2000.0 + 500.0 * static_cast<double>(l % 17);
        auto period = static_cast<int64_t>(kBlockBits / rate * 1e9);
        g_links.push_back({a, b, period, kBlockBits, true, SplitMix(seed * 1000003 + 7919 * l + 1)});
    };
    for (uint32_t i = 0; i < rows * columns; i++)
    {
        if (i % columns + 1 < columns)
        {
            add(i, i + 1);
        }
        if (i + columns < rows * columns)
        {
            add(i, i + columns);
        }
    }
}

// Breadth first, neighbours by rising number, the first parent stays.
std::vector<uint32_t> FindPath(const std::vector<std::vector<std::pair<uint32_t, uint32_t>>>& neighbours, uint32_t from, uint32_t to)
{
    std::vector<std::pair<uint32_t, uint32_t>> parent(neighbours.size(), {UINT32_MAX, 0});
    std::vector<uint32_t> queue{from};
    parent[from].first = from;
    for (size_t head = 0; head < queue.size(); head++)
    {
        for (const auto& [node, link] : neighbours[queue[head]])
        {
            if (parent[node].first == UINT32_MAX)
            {
                parent[node] = {queue[head], link};
                queue.push_back(node);
            }
        }
    }
    std::vector<uint32_t> path;
    for (uint32_t at = to; at != from; at = parent[at].first)
    {
        path.insert(path.begin(), parent[at].second);
    }
    return path;
}

void MakePairs(uint32_t n, uint32_t pairs, uint64_t seed)
{
    std::vector<std::vector<std::pair<uint32_t, uint32_t>>> neighbours(n);
    for (uint32_t l = 0; l < g_links.size(); l++)
    {
        neighbours[g_links[l].a].emplace_back(g_links[l].b, l);
        neighbours[g_links[l].b].emplace_back(g_links[l].a, l);
    }
    for (auto& list : neighbours)
    {
        std::sort(list.begin(), list.end());
    }
    for (uint64_t k = 0; k < pairs; k++)
    {
        auto from = static_cast<uint32_t>(k % n);
        auto to = static_cast<uint32_t>((from + 1 + 7 * k % (n - 1)) % n);
        g_pairs.push_back({FindPath(neighbours, from, to), SplitMix(seed * 2000003 + 104729 * k + 2)});
    }
}

void Start()
{
    for (uint32_t l = 0; l < g_links.size(); l++)
    {
        double share = (l + 1.0) / static_cast<double>(g_links.size());
        In(static_cast<int64_t>(static_cast<double>(g_links[l].periodNs) * share), &Block, l);
        if (g_stochastic)
        {
            In(g_links[l].random.DelayNs(kMtbfS), &Fail, l);
        }
    }
    for (uint32_t k = 0; k < g_pairs.size(); k++)
    {
        double share = (k + 0.5) / static_cast<double>(g_pairs.size());
        In(g_stochastic ? NextRequestNs(k) : static_cast<int64_t>(kSecondNs * share), &Request, k);
    }
}

double CpuS()
{
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 8)
    {
        std::fprintf(stderr, "usage: bench1_ns3 SCHEDULER ROWS COLS PAIRS T_s STOCHASTIC(0|1) SEED\n");
        return 2;
    }
    ns3::ObjectFactory scheduler;
    scheduler.SetTypeId(std::string("ns3::") + argv[1] + "Scheduler");
    ns3::Simulator::SetScheduler(scheduler);
    auto rows = static_cast<uint32_t>(std::stoul(argv[2])), columns = static_cast<uint32_t>(std::stoul(argv[3]));
    uint64_t seed = std::stoull(argv[7]);
    g_stochastic = std::stoi(argv[6]) != 0;
    MakeLinks(rows, columns, seed);
    MakePairs(rows * columns, static_cast<uint32_t>(std::stoul(argv[4])), seed);
    Start();
    ns3::Simulator::Stop(ns3::NanoSeconds(static_cast<int64_t>(std::stod(argv[5]) * 1e9)));
    double begin = CpuS();
    ns3::Simulator::Run();
    double cpu = CpuS() - begin;
    int64_t pool = 0;
    for (const QkdLink& link : g_links)
    {
        pool += link.pool;
    }
    const Counts& c = g_counts;
    std::printf("events=%" PRIu64 " req=%" PRIu64 " ok=%" PRIu64 " blocked=%" PRIu64 " blocks=%" PRIu64 " dropped=%" PRIu64
                " lost=%" PRIu64 " hopkeys=%" PRIu64 " poolbits=%" PRId64 " cpu=%.6f\n",
                c.events, c.requests, c.served, c.blocked, c.blocks, c.dropped, c.lost, c.hopKeys, pool, cpu);
    return 0;
}
