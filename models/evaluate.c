/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/evaluate.h"

#include "models/optical/optical.h"
#include "models/qkd_link.h"

static kh_slot_rate *slots_of(const kh_rates *rates, size_t link)
{
    return rates->n_slots == 0 ? NULL : &rates->slots[link * rates->n_slots];
}

static kh_status evaluate_qkd(const kh_net *net, kh_arena *arena, kh_rates *rates, kh_error *err)
{
    kh_qkd_memo *memo = kh_qkd_memo_create(arena, net->n_qkd_links);
    if (memo == NULL)
        return kh_fail(err, KH_ENOMEM, "rates of the links");
    for (uint32_t i = 0; i < net->n_qkd_links; i++) {
        kh_status status = kh_qkd_link_rate_slots(net, (kh_qkd_link_id){i}, slots_of(rates, i), memo, &rates->qkd[i], err);
        if (status != KH_OK)
            return kh_while(err, status, "QKD link '%s'", net->qkd_links[i].id);
    }
    return KH_OK;
}

static kh_status evaluate_lines(const kh_net *net, kh_arena *arena, kh_rates *rates, kh_error *err)
{
    for (uint32_t i = 0; i < net->n_line_systems; i++) {
        kh_status status = kh_optical_line(net, (kh_line_id){i}, arena, &rates->line[i], err);
        if (status != KH_OK)
            return kh_while(err, status, "line system '%s'", net->line_systems[i].id);
    }
    return KH_OK;
}

kh_status kh_evaluate(const kh_net *net, kh_arena *arena, kh_rates **rates, kh_error *err)
{
    kh_rates *made = KH_NEW(arena, kh_rates, 1);
    if (made == NULL)
        return kh_fail(err, KH_ENOMEM, "rates of the links");
    *made = (kh_rates){
        .qkd = KH_NEW(arena, kh_qkd_rate, net->n_qkd_links),
        .n_qkd = net->n_qkd_links,
        .n_slots = net->n_time_slots,
        .line = KH_NEW(arena, kh_line_rate, net->n_line_systems),
        .n_line = net->n_line_systems,
    };
    if (made->n_slots > 0)
        made->slots = KH_NEW(arena, kh_slot_rate, made->n_qkd * made->n_slots);
    if (made->qkd == NULL || made->line == NULL || (made->n_slots > 0 && made->slots == NULL))
        return kh_fail(err, KH_ENOMEM, "rates of the links");
    KH_TRY(evaluate_qkd(net, arena, made, err));
    KH_TRY(evaluate_lines(net, arena, made, err));
    *rates = made;
    return KH_OK;
}
