/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/json_put.h"
#include "tools/cli/plan_apart.h"
#include "tools/cli/plan_survive.h"

#include <math.h>

static kh_json *ids_of(const kh_net *net, const kh_demand_id *ids, size_t n)
{
    kh_json *list = kh_json_array();
    for (size_t i = 0; i < n; i++)
        kh_json_append(list, kh_json_text(net->demands[ids[i].i].id));
    return list;
}

static void put_served(const kh_net *net, const kh_served_share *served, kh_json *object)
{
    kh_json *list = kh_json_array();
    for (size_t i = 0; i < served->n_short; i++) {
        kh_json *one = kh_json_object();
        set_text(one, "demand", net->demands[served->short_of[i].demand.i].id);
        set_number(one, "rate_bps", served->short_of[i].rate_bps);
        set_number(one, "requested_bps", served->short_of[i].requested_bps);
        kh_json_append(list, one);
    }
    set_number(object, "served", served->known ? served->share : (double)NAN);
    set_number(object, "served_slack", served->known ? served->slack : (double)NAN);
    kh_json_set(object, "fall_short", list);
}

static kh_json *aftermath_of(const kh_net *net, const kh_aftermath *after)
{
    kh_json *object = kh_json_object(), *lost = kh_json_array();
    for (int i = 0; i < 2 && after->lost[i] != NULL; i++)
        kh_json_append(lost, kh_json_text(after->lost[i]));
    kh_json_set(object, "lost", lost);
    set_number(object, "value", after->value);
    set_number(object, "bound", after->bound);
    set_number(object, "served_evenly", after->served_evenly);
    put_served(net, &after->served, object);
    kh_json_set(object, "kept", kh_json_bool(after->kept));
    kh_json_set(object, "left_out", ids_of(net, after->left_out, after->n_left_out));
    kh_json_set(object, "cut_off", ids_of(net, after->cut_off, after->n_cut_off));
    return object;
}

static kh_json *protection_of(const kh_net *net, const kh_protection *p)
{
    kh_json *object = kh_json_object(), *losses = kh_json_array();
    set_text(object, "kind", kh_loss_kind_name(p->kind));
    set_number(object, "at_once", p->pairs ? 2 : 1);
    set_number(object, "value", p->value);
    set_number(object, "bound", p->bound);
    put_served(net, &p->served, object);
    set_number(object, "losses_in_all", (double)p->n_all);
    set_number(object, "losses_served", (double)p->n_served);
    for (size_t i = 0; i < p->n; i++)
        kh_json_append(losses, aftermath_of(net, &p->of[i]));
    kh_json_set(object, "losses", losses);
    return object;
}

static kh_json *links_of(const kh_net *net, const uint32_t *links, size_t n)
{
    kh_json *list = kh_json_array();
    for (size_t i = 0; i < n; i++)
        kh_json_append(list, kh_json_text(net->qkd_links[links[i]].id));
    return list;
}

static kh_json *restoration_of(const kh_net *net, const kh_backup_plan *plan, const kh_restoration *found)
{
    kh_json *object = kh_json_object(), *backups = kh_json_array(), *bare = kh_json_array();
    set_number(object, "value", found->value);
    set_number(object, "bound", found->bound);
    set_number(object, "reserved_bps", found->reserved_bps);
    for (size_t i = 0; i < found->n_backups; i++) {
        const kh_backup *backup = &found->backups[i];
        const kh_keyflow_route *route = &plan->working[backup->working];
        kh_json *one = kh_json_object();
        set_text(one, "demand", net->demands[route->demand].id);
        kh_json_set(one, "working", links_of(net, route->links, route->n_links));
        kh_json_set(one, "links", links_of(net, backup->links, backup->n_links));
        set_number(one, "rate_bps", backup->rate_bps);
        kh_json_append(backups, one);
    }
    for (size_t i = 0; i < found->n_bare; i++) {
        const kh_keyflow_route *route = &plan->working[found->bare[i]];
        kh_json *one = kh_json_object();
        set_text(one, "demand", net->demands[route->demand].id);
        kh_json_set(one, "working", links_of(net, route->links, route->n_links));
        kh_json_append(bare, one);
    }
    kh_json_set(object, "backups", backups);
    kh_json_set(object, "bare", bare);
    return object;
}

static kh_json *what_if_of(const kh_net *net, const kh_gains *gains, const double *module_bps)
{
    kh_json *object = kh_json_object(), *links = kh_json_array();
    set_number(object, "value", gains->value);
    set_number(object, "bound", gains->bound);
    set_number(object, "links_in_all", (double)net->n_qkd_links);
    for (uint32_t e = 0; e < gains->n_known; e++) {
        const kh_gain *gain = &gains->of[e];
        kh_json *link = kh_json_object();
        set_text(link, "id", net->qkd_links[e].id);
        set_number(link, "module_bps", module_bps[e]);
        set_number(link, "module_eur", cli_survive_module_eur(net, e));
        set_number(link, "value", gain->value);
        set_number(link, "bound", gain->bound);
        set_number(link, "first_order", gain->first_order);
        set_number(link, "price_low", gain->price_low);
        set_number(link, "price_high", gain->price_high);
        kh_json_set(link, "kept", kh_json_bool(gain->kept));
        kh_json_append(links, link);
    }
    kh_json_set(object, "links", links);
    return object;
}

kh_status cli_survive_json(const kh_pipeline *p, const plan_args *args, kh_json *root, kh_error *err)
{
    if (args->protect != NULL || args->protect_two != NULL) {
        kh_protection *found;
        KH_TRY(cli_survive_protect(p, args, &found, err));
        kh_json_set(root, "protection", protection_of(p->net, found));
    }
    if (args->apart != NULL)
        KH_TRY(cli_apart_json(p, args, root, err));
    if (args->backup != NULL) {
        kh_backup_plan *found;
        KH_TRY(cli_survive_backup(p, args, &found, err));
        kh_json *backup = kh_json_object();
        set_text(backup, "kind", args->backup);
        kh_json_set(backup, "shared", restoration_of(p->net, found, &found->shared));
        kh_json_set(backup, "dedicated", restoration_of(p->net, found, &found->dedicated));
        kh_json_set(root, "backup", backup);
    }
    if (!args->what_if)
        return KH_OK;
    kh_gains gains;
    double *module_bps;
    KH_TRY(kh_survive_gain(p->net, p->rates, plan_args_left_s(args, PLAN_WHAT_IF, p), p->arena, &gains, &module_bps, err));
    kh_json_set(root, "what_if", what_if_of(p->net, &gains, module_bps));
    return KH_OK;
}
