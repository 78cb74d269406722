// SPDX-License-Identifier: GPL-3.0-or-later
// The peer of phold.c: the same model on ns-3's core (Debian: libns3-dev).
//   phold_ns3 full|raw SCHEDULER N EVENTS MODE SEED
// full: Simulator::Schedule and Run, which is what a model pays; raw: the scheduler alone, one event object for all.
// SCHEDULER: Map (ns-3's default), PriorityQueue, Heap, Calendar or List.
#include <ns3/core-module.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace
{

constexpr int STEPS = 1024;
constexpr int64_t SECOND = 1000000000, SHORT = 5000000;

double cpu_now_s()
{
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// As in phold.c: xoshiro256** seeded by splitmix64, the exponential law by a table and straight lines.
class Delays
{
  public:
    Delays(uint64_t seed, bool ties) : m_ties(ties)
    {
        for (auto &word : m_s) {
            uint64_t z = seed += 0x9E3779B97F4A7C15u;
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
            z = (z ^ z >> 27) * 0x94D049BB133111EBu;
            word = z ^ z >> 31;
        }
        for (int i = 0; i < STEPS; i++)
            m_quantiles[i] = -std::log(1.0 - i / static_cast<double>(STEPS)) * SECOND;
        m_quantiles[STEPS] = m_quantiles[STEPS - 1] + 2.0 * SECOND;
    }

    int64_t draw()
    {
        if (!m_ties)
            return exponential();
        unsigned p = static_cast<unsigned>(next() >> 32) % 10;
        return p < 6 ? SECOND : p < 9 ? exponential() : SHORT;
    }

  private:
    static uint64_t rotate(uint64_t x, unsigned by)
    {
        return x << by | x >> (64 - by);
    }

    uint64_t next()
    {
        uint64_t out = rotate(m_s[1] * 5, 7) * 9, shifted = m_s[1] << 17;
        m_s[2] ^= m_s[0];
        m_s[3] ^= m_s[1];
        m_s[1] ^= m_s[2];
        m_s[0] ^= m_s[3];
        m_s[2] ^= shifted;
        m_s[3] = rotate(m_s[3], 45);
        return out;
    }

    int64_t exponential()
    {
        uint64_t u = next();
        const double *step = &m_quantiles[u % STEPS];
        return static_cast<int64_t>(step[0] + static_cast<double>(u >> 11) * 0x1p-53 * (step[1] - step[0]));
    }

    bool m_ties;
    uint64_t m_s[4];
    double m_quantiles[STEPS + 1];
};

struct Count {
    Count(uint64_t n, uint64_t events) : processes(n), warm_up(3 * n < 1500000 ? 3 * n : 1500000), left(events)
    {
    }

    // What a model does with an event. False: it was the last.
    bool handle(int64_t now, uint32_t process)
    {
        if (warm_up > 0) {
            if (--warm_up == 0)
                start_s = cpu_now_s();
            return true;
        }
        processes[process] += static_cast<uint32_t>(now & 0xFF);
        sum = sum * 1099511628211u + static_cast<uint64_t>(now) + process;
        if (--left > 0)
            return true;
        end_s = cpu_now_s();
        return false;
    }

    std::vector<uint32_t> processes;
    uint64_t warm_up, left, sum = 0;
    double start_s = 0, end_s = 0;
};

struct Full {
    Delays *delays;
    Count *count;

    void schedule(uint32_t process)
    {
        ns3::Simulator::Schedule(ns3::NanoSeconds(delays->draw()), &Full::fire, this, process);
    }

    void fire(uint32_t process)
    {
        if (count->handle(ns3::Simulator::Now().GetNanoSeconds(), process))
            schedule(process);
        else
            ns3::Simulator::Stop();
    }
};

void nothing()
{
}

void run_raw(ns3::Scheduler &scheduler, uint32_t n, Delays &delays, Count &count)
{
    ns3::EventImpl *shared = ns3::MakeEvent(&nothing);
    uint32_t sequence = 0;
    for (uint32_t i = 0; i < n; i++)
        scheduler.Insert({shared, {static_cast<uint64_t>(delays.draw()), sequence++, i}});
    for (;;) {
        ns3::Scheduler::Event event = scheduler.RemoveNext();
        if (!count.handle(static_cast<int64_t>(event.key.m_ts), event.key.m_context))
            return;
        event.key.m_ts += static_cast<uint64_t>(delays.draw());
        event.key.m_uid = sequence++;
        scheduler.Insert(event);
    }
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 7) {
        std::fprintf(stderr, "usage: phold_ns3 full|raw SCHEDULER N EVENTS MODE SEED\n");
        return 2;
    }
    bool full = std::string(argv[1]) == "full";
    uint32_t n = static_cast<uint32_t>(std::strtoul(argv[3], nullptr, 10));
    uint64_t events = std::strtoull(argv[4], nullptr, 10);
    Delays delays(std::strtoull(argv[6], nullptr, 10), std::strtol(argv[5], nullptr, 10) != 0);
    Count count(n, events);
    ns3::ObjectFactory factory;
    factory.SetTypeId("ns3::" + std::string(argv[2]) + "Scheduler");
    if (full) {
        Full model{&delays, &count};
        ns3::Simulator::SetScheduler(factory);
        for (uint32_t i = 0; i < n; i++)
            model.schedule(i);
        ns3::Simulator::Run();
    } else {
        run_raw(*factory.Create<ns3::Scheduler>(), n, delays, count);
    }
    std::printf("phold_ns3 %s %s n=%u mode=%s events=%llu ns_per_event=%.1f sum=%016llx\n", argv[1], argv[2], n, argv[5],
                static_cast<unsigned long long>(events), (count.end_s - count.start_s) * 1e9 / static_cast<double>(events),
                static_cast<unsigned long long>(count.sum));
    return 0;
}
