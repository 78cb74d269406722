/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/phrase.h"

#include "tools/study/words.h"

#include <math.h>

void kh_words_rate(double rate_bps, kh_str *out)
{
    static const char *const units[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"};
    if (isnan(rate_bps)) {
        kh_str_append(out, "an unknown rate");
        return;
    }
    if (rate_bps > 0 && rate_bps < 0.001) {
        kh_str_append(out, "under 0.001 bit/s");
        return;
    }
    size_t unit = 0;
    /* 999.5 would print as 1e+03: it belongs to the next unit */
    while (rate_bps >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
        rate_bps /= 1000;
        unit++;
    }
    if (rate_bps >= 999.5)
        kh_str_printf(out, "%.0f %s", rate_bps, units[unit]);
    else
        kh_str_printf(out, "%.3g %s", rate_bps, units[unit]);
}

bool kh_phrase_next(kh_phrase_list *list, kh_str *out)
{
    size_t shown = list->count <= list->most ? list->count : list->most;
    if (list->done > shown)
        return false;
    if (list->done == shown) {
        if (shown < list->count)
            kh_str_printf(out, " and %zu more", list->count - shown);
        list->done++;
        return false;
    }
    if (list->done > 0)
        kh_str_append(out, list->comma != NULL ? list->comma : list->done + 1 == list->count ? " and " : ", ");
    list->done++;
    return true;
}

void kh_phrase_node(const kh_net *net, kh_node_id node, kh_str *out)
{
    kh_str_append(out, kh_node_name(&net->nodes[node.i]));
}

void kh_phrase_demand(const kh_net *net, const kh_demand *demand, kh_str *out)
{
    const char *label = demand->label;
    if (label != NULL && label[0] != '\0')
        kh_str_printf(out, "%s: ", label);
    kh_phrase_node(net, demand->between[0], out);
    kh_str_append(out, " - ");
    kh_phrase_node(net, demand->between[1], out);
}

void kh_phrase_nodes(const kh_net *net, const kh_node_id *nodes, size_t n, size_t most, kh_str *out)
{
    kh_phrase_list list = {.count = n, .most = most};
    for (size_t i = 0; i <= n && kh_phrase_next(&list, out); i++)
        kh_phrase_node(net, nodes[i], out);
}

void kh_phrase_stations(const kh_net *net, const kh_node_id *nodes, size_t n, size_t most, kh_str *out)
{
    kh_phrase_list list = {.count = n, .most = most};
    size_t shown = n < most ? n : most;
    for (size_t i = 0; i < shown && kh_phrase_next(&list, out); i++)
        kh_phrase_node(net, nodes[(2 * i + 1) * n / (2 * shown)], out);
    (void)kh_phrase_next(&list, out);
}

void kh_phrase_span(double length_km, double loss_db, kh_str *out)
{
    kh_str_printf(out, "%.1f km, %.1f dB", length_km, loss_db);
}

void kh_phrase_link(const kh_net *net, const kh_rates *rates, kh_qkd_link_id link, kh_str *out)
{
    const kh_qkd_link *l = &net->qkd_links[link.i];
    kh_str_printf(out, "%s (", l->id);
    kh_phrase_node(net, l->ends[0], out);
    kh_str_append(out, " - ");
    kh_phrase_node(net, l->ends[1], out);
    if (l->n_via > 0) {
        kh_str_append(out, ", ");
        kh_phrase_span(rates->qkd[link.i].length_km, rates->qkd[link.i].loss_db, out);
    }
    kh_str_append(out, ")");
}

void kh_phrase_share(double part, double whole, kh_str *out)
{
    double percent = whole > 0 ? 100 * part / whole : 0;
    if (percent > 0 && percent < 0.01)
        kh_str_append(out, "under 0.01 %");
    else if (percent < 9.95)
        kh_str_printf(out, "%.2g %%", percent);
    else if (percent < 99.5)
        kh_str_printf(out, "%.0f %%", percent);
    else
        kh_str_append(out, part < whole ? "over 99 %" : "100 %");
}

void kh_phrase_times(double times, kh_str *out)
{
    kh_str_printf(out, times < 999.5 ? "%.3g" : "%.0f", times);
}

static void append_grouped(double whole, kh_str *out)
{
    if (whole >= 1000) {
        append_grouped(floor(whole / 1000), out);
        kh_str_printf(out, ",%03.0f", fmod(whole, 1000));
    } else {
        kh_str_printf(out, "%.0f", whole);
    }
}

void kh_phrase_money(double eur, kh_str *out)
{
    kh_str_append(out, "EUR ");
    if (eur >= 999500)
        kh_str_printf(out, "%.2f million", eur / 1e6);
    else
        append_grouped(fmax(0, round(eur)), out);
}

void kh_phrase_count(size_t n, const char *what, kh_str *out)
{
    kh_str_printf(out, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

static void append_encryptors(const kh_demand *demand, kh_str *out)
{
    bool one = demand->encryptors <= 1;
    kh_str_printf(out, " of key for %.0f AES-256 encryptor pair%s that change%s keys every ", demand->encryptors, one ? "" : "s",
                  one ? "s" : "");
    if (demand->rekey_s > 0)
        kh_str_printf(out, "%g s", demand->rekey_s);
    if (demand->rekey_gib > 0)
        kh_str_printf(out, "%s%g GiB", demand->rekey_s > 0 ? " or " : "", demand->rekey_gib);
}

void kh_phrase_asked(const kh_demand *demand, kh_str *out)
{
    kh_words_rate(demand->rate_bps, out);
    if (demand->use == KH_USE_OTP)
        kh_str_append(out, " of one-time pad");
    else if (demand->use == KH_USE_AES_256 && demand->encryptors >= 1)
        append_encryptors(demand, out);
    else
        kh_str_append(out, " of key");
}
