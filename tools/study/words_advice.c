/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/words.h"

#include "tools/study/advice.h"
#include "tools/study/phrase.h"

static void say_no_route(kh_advice *advice)
{
    kh_advice_reach_compute(advice);
    bool beyond = advice->plan->shortfall == KH_SHORTFALL_NO_PATH && kh_advice_spans_say(advice);
    kh_advice_detour_say(advice, beyond);
}

void kh_words_advice(const kh_net *net, const kh_rates *rates, const kh_plan *plan, kh_demand_id demand, kh_str *out)
{
    kh_shortfall shortfall = plan->demands[demand.i].shortfall;
    if (shortfall == KH_SHORTFALL_NONE || shortfall == KH_SHORTFALL_NOT_NEEDED || shortfall == KH_SHORTFALL_EXPOSED)
        return;
    kh_str text = {0};
    kh_advice advice = {net, rates,        &net->demands[demand.i], plan, &plan->demands[demand.i], kh_arena_create(0), &text,
                        0,   {KH_NO_INDEX}};
    if (advice.arena == NULL)
        text.failed = true;
    else if (shortfall == KH_SHORTFALL_CAPACITY)
        kh_advice_capacity_say(&advice);
    else
        say_no_route(&advice);
    kh_arena_destroy(advice.arena);
    if (text.failed)
        out->failed = true;
    else if (text.length > 0)
        kh_str_append(out, text.data + 1); /* each sentence stands after a space */
    kh_str_clear(&text);
}
