/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/advice.h"

#include "models/qkd/qkd.h"
#include "tools/study/phrase.h"
#include "tools/study/words.h"

#include <math.h>

/* above this many pairs more on one link, other ways are named too */
static const double MANY_PAIRS = 2;
/* the usual rekey period of the comparison with AES-256, stated in the sentence */
static const double AES_REKEY_S = 60, AES_KEY_BITS = 256;

typedef struct split {
    kh_node_id node;           /* KH_NO_INDEX: half way along the fibre, no place of the topology */
    double length_km, loss_db; /* of the worse part */
} split;

static void say_pairs(const kh_advice *a, kh_qkd_link_id link, double pairs)
{
    kh_str_append(a->out, " To carry all that is asked across the cut takes ");
    kh_phrase_count((size_t)pairs, "more pair", a->out);
    kh_str_printf(a->out, " on %s", a->net->qkd_links[link.i].id);
    double cost_eur = pairs * kh_advice_pair_cost_eur(a, link);
    if (cost_eur > 0) {
        kh_str_append(a->out, " (");
        kh_phrase_money(cost_eur, a->out);
        kh_str_append(a->out, ")");
    }
    kh_str_append(a->out, ".");
}

/* The inner node of the chain that makes the worse part best; without one, half way unless the sea is there. */
static bool find_split(const kh_advice *a, const kh_qkd_link *link, split *best)
{
    const kh_net *net = a->net;
    double all_km = kh_net_chain_length_km(net, link->via, link->n_via), all_db = kh_net_chain_loss_db(net, link->via, link->n_via);
    *best = (split){{KH_NO_INDEX}, all_km / 2, all_db / 2};
    if (link->n_via == 1)
        return net->fibres[link->via[0].i].medium != KH_MEDIUM_SUBSEA;
    best->loss_db = (double)INFINITY;
    kh_node_id at = link->ends[0];
    double km = 0, db = 0;
    for (size_t i = 0; i + 1 < link->n_via; i++) {
        const kh_fibre *fibre = &net->fibres[link->via[i].i];
        at = kh_node_far_end(fibre->ends, at);
        km += fibre->length_km;
        db += fibre->loss_db;
        double worse_db = fmax(db, all_db - db);
        if (worse_db < best->loss_db)
            *best = (split){at, db > all_db - db ? km : all_km - km, worse_db};
    }
    return isfinite(best->loss_db);
}

static void say_split(const kh_advice *a, kh_qkd_link_id id)
{
    const kh_qkd_link *link = &a->net->qkd_links[id.i];
    split best;
    kh_qkd_key key = {0};
    const kh_device *device = kh_advice_device(a, id);
    if (device == NULL || link->n_via == 0 || !find_split(a, link, &best))
        return;
    if (kh_qkd_device_rate(device, best.loss_db, &key, NULL) != KH_OK)
        return;
    if (key.rate_bps <= 2 * a->rates->qkd[id.i].per_module_bps) /* a split takes two pairs: no better than that */
        return;
    kh_str_append(a->out, " A trusted node ");
    if (best.node.i == KH_NO_INDEX) {
        kh_str_printf(a->out, "half way on %s (two parts of ", link->id);
    } else {
        kh_str_append(a->out, "at ");
        kh_phrase_node(a->net, best.node, a->out);
        kh_str_printf(a->out, " on %s (the longer part ", link->id);
    }
    kh_phrase_span(best.length_km, best.loss_db, a->out);
    kh_str_append(a->out, ") would lift it to about ");
    kh_words_rate(key.rate_bps, a->out);
    kh_str_append(a->out, " with one pair of the same device on each part");
    kh_str_append(a->out, key.rate_bps >= a->plan->cut.requested_bps ? ", enough for all that is asked." : ".");
}

static void say_better_device(const kh_advice *a, kh_qkd_link_id id)
{
    kh_device_id device;
    const kh_qkd_rate *rate = &a->rates->qkd[id.i];
    if (rate->is_satellite)
        return; /* devices are compared on fibres */
    double best_bps = kh_advice_reach_rate(a, rate->loss_db, &device);
    if (device.i == KH_NO_INDEX || device.i == a->net->qkd_links[id.i].device.i || best_bps < 1.5 * rate->per_module_bps)
        return;
    kh_str_printf(a->out, " The device %s of the library would give ", a->net->devices[device.i].id);
    kh_words_rate(best_bps, a->out);
    kh_str_printf(a->out, " a pair on %s (computed).", a->net->qkd_links[id.i].id);
}

/* Often one demand asks for nearly all: without it the others would fit. */
static void say_largest(const kh_advice *a)
{
    const kh_plan *plan = a->whole;
    const kh_cut *cut = &a->plan->cut;
    uint32_t largest = KH_NO_INDEX;
    double least_bps = cut->requested_bps - cut->capacity_bps; /* without a smaller one the others would still not fit */
    if (least_bps <= 0)
        return;
    for (uint32_t i = 0; i < a->net->n_demands; i++) {
        double bps = plan->demands[i].requested_bps;
        bool larger = bps >= least_bps && (largest == KH_NO_INDEX || bps > plan->demands[largest].requested_bps);
        if (larger && kh_demand_needs_qkd(&a->net->demands[i]) && kh_cut_parts(cut, a->net->demands[i].between))
            largest = i;
    }
    if (largest == KH_NO_INDEX)
        return;
    double asked_bps = plan->demands[largest].requested_bps, others_bps = cut->requested_bps - asked_bps;
    if (others_bps <= 0 || others_bps > cut->capacity_bps)
        return;
    kh_str_append(a->out, " Of what is asked across the cut, ");
    kh_phrase_share(asked_bps, cut->requested_bps, a->out);
    const kh_demand *asking = &a->net->demands[largest];
    if (asking == a->demand)
        kh_str_append(a->out, " is this demand's");
    else
        kh_str_printf(a->out, " is for '%s'", asking->label != NULL && asking->label[0] != '\0' ? asking->label : asking->id);
    kh_str_append(a->out, "; without it the others, ");
    kh_words_rate(others_bps, a->out);
    kh_str_append(a->out, ", would get all they ask here.");
}

static void say_aes_instead(const kh_advice *a)
{
    double pairs = floor(a->plan->rate_bps * AES_REKEY_S / AES_KEY_BITS);
    if (a->demand->use != KH_USE_OTP || pairs < 1)
        return;
    kh_str_append(a->out, " The ");
    kh_words_rate(a->plan->rate_bps, a->out);
    kh_str_printf(a->out, " that it gets would renew the keys of %.0f AES-256 encryptor pair%s every %g s.", pairs,
                  pairs > 1 ? "s" : "", AES_REKEY_S);
}

void kh_advice_capacity_say(kh_advice *advice)
{
    const kh_cut *cut = &advice->plan->cut;
    if (cut->n_links > 0) {
        kh_qkd_link_id link = kh_advice_best_link(cut, advice->rates);
        double per_module_bps = advice->rates->qkd[link.i].per_module_bps;
        double pairs = ceil((cut->requested_bps - cut->capacity_bps) / per_module_bps);
        if (per_module_bps > 0 && pairs >= 1 && pairs < 1e6)
            say_pairs(advice, link, pairs);
        if (pairs > MANY_PAIRS) {
            say_split(advice, link);
            say_better_device(advice, link);
        }
        say_largest(advice);
    }
    say_aes_instead(advice);
}
