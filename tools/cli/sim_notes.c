/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/sim_notes.h"

#include "tools/cli/simulation.h"
#include "tools/study/figures.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { LINE_WIDTH = 80 };

/* --- what broke --- */

typedef struct fault_count {
    const char *key, *word;
    size_t offset;
} fault_count;

static const fault_count counts[] = {
    {"fibre_cuts", "fibre cuts", offsetof(kh_sim_result, fibre_cuts)},
    {"node_failures", "node failures", offsetof(kh_sim_result, node_failures)},
    {"module_failures", "QKD module failures", offsetof(kh_sim_result, module_failures)},
    {"link_failures", "link failures", offsetof(kh_sim_result, link_failures)},
    {"shared_failures", "shared failures", offsetof(kh_sim_result, shared_failures)},
    {"maintenances", "maintenances", offsetof(kh_sim_result, maintenances)},
    {"compromises", "compromises", offsetof(kh_sim_result, compromises)},
    {"flash_demands", "flash demands", offsetof(kh_sim_result, flash_demands)},
};

static kh_estimate estimate(const kh_pipeline *p, const fault_count *count)
{
    for (size_t k = 0; k < p->n_sims; k++) {
        uint64_t began;
        memcpy(&began, (const char *)p->sims[k] + count->offset, sizeof began);
        p->sample[k] = (double)began;
    }
    return kh_estimate_of(p->sample, p->n_sims);
}

kh_json *cli_json_faults(const kh_pipeline *p)
{
    kh_json *object = kh_json_object();
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
        cli_json_estimate(object, counts[c].key, estimate(p, &counts[c]));
    return object;
}

/* --- sentences --- */

/* "first, next, next": the first item brings the opening with it. */
static void start_item(kh_str *sentence, const char *opening, size_t *n)
{
    kh_str_append(sentence, (*n)++ == 0 ? opening : ", ");
}

/* With @p n items; without any there is no sentence. */
static void end_sentence(kh_str *sentence, size_t n, const char *ending, kh_str *out)
{
    if (n > 0) {
        kh_str_append(sentence, ending);
        kh_str_append(out, "\n");
        kh_str_append_wrapped(out, kh_str_text(sentence), LINE_WIDTH, "");
        kh_str_append(out, "\n");
    }
    out->failed = out->failed || sentence->failed;
    kh_str_clear(sentence);
}

static void write_faults(const kh_pipeline *p, kh_str *out)
{
    kh_str sentence = {0};
    size_t n = 0;
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        double mean = estimate(p, &counts[c]).mean;
        if (!(mean > 0))
            continue;
        start_item(&sentence, p->batched ? "In a batch, on average: " : "In a run, on average: ", &n);
        kh_str_printf(&sentence, "%s %.3g", counts[c].word, mean);
    }
    if (n == 0)
        start_item(&sentence, "Nothing broke", &n);
    end_sentence(&sentence, n, ".", out);
}

static void write_without_route(const kh_pipeline *p, kh_str *out)
{
    kh_str sentence = {0};
    size_t n = 0;
    for (size_t i = 0; i < p->net->n_demands; i++) {
        double asked = kh_figure_estimate(p, kh_figure_requests, i).mean, served = kh_figure_estimate(p, kh_figure_served, i).mean;
        if (p->plan->demands[i].n_routes > 0 || !(asked > 0) || served > 0)
            continue;
        start_item(&sentence, "Without a route ('keyhaul plan' says why): ", &n);
        kh_str_append(&sentence, p->net->demands[i].id);
    }
    end_sentence(&sentence, n, ".", out);
}

static void write_without_disjoint(const kh_pipeline *p, kh_str *out)
{
    kh_str sentence = {0};
    size_t n = 0;
    for (size_t i = 0; i < p->net->n_demands; i++) {
        const kh_sim_routing *routing = &p->sims[0]->demands[i].routing;
        if (!(routing->disjoint_paths == 1 && routing->fewer_shares > 0))
            continue;
        start_item(&sentence, "Without disjoint paths, so their keys go whole, over one path, not always the plan's: ", &n);
        kh_str_append(&sentence, p->net->demands[i].id);
    }
    end_sentence(&sentence, n, ".", out);
}

/* In the best time slot; of measured links a second's key, as they are played. Satellites bring a pass at a time, of many sizes. */
static double block_bits(const kh_rates *rates, size_t link)
{
    const kh_qkd_rate *rate = &rates->qkd[link];
    double best_bps = rate->key_rate_bps;
    for (size_t s = 0; s < rates->n_slots && rates->slots != NULL; s++)
        best_bps = fmax(best_bps, rates->slots[link * rates->n_slots + s].key_rate_bps);
    return rate->is_satellite || isnan(best_bps) ? 0 : best_bps * (rate->block_s > 0 ? rate->block_s : 1);
}

static void write_large_blocks(const kh_pipeline *p, kh_str *out)
{
    kh_str sentence = {0};
    size_t n = 0;
    for (size_t i = 0; i < p->net->n_qkd_links; i++) {
        const kh_qkd_link *link = &p->net->qkd_links[i];
        double bits = block_bits(p->rates, i), room = link->key_store.capacity_keys * KH_KEY_BITS;
        if (!(kh_figure_estimate(p, kh_figure_generated_bits, i).mean > 0) || bits <= room)
            continue;
        start_item(&sentence, "A block is larger than the store, so what does not fit is lost: ", &n);
        kh_str_printf(&sentence, "%s (%.3g Mbit into %.3g Mbit%s)", link->id, bits / 1e6, room / 1e6,
                      link->key_store.when_full == KH_WHEN_FULL_DROP_BLOCK ? "; drop-block keeps nothing of it" : "");
    }
    end_sentence(&sentence, n, ". key_store: {capacity_keys: ...} makes it larger.", out);
}

void cli_write_sim_notes(const kh_pipeline *p, kh_str *out)
{
    write_faults(p, out);
    write_without_route(p, out);
    write_without_disjoint(p, out);
    write_large_blocks(p, out);
    kh_str_append(out, "\n");
    kh_str_append_wrapped(
        out,
        "Means; +- is the half-width of the 95 % confidence interval. Late: served, but not at once. Wait: from request to key. "
        "Available: share of the time in which no key was waited for, nor missing since one was blocked. Up: nothing keeps the "
        "link "
        "down and a QKD module works. Lowest: of the store. Lost: of the key made and "
        "stored "
        "at the start, what did not fit into the store, was spent on requests blocked on the way, or was made while broken.",
        LINE_WIDTH, "");
    kh_str_append(out, "\n");
}
