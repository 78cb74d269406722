/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/json_out.h"

#include "tools/cli/cli.h"
#include "tools/cli/json_put.h"
#include "tools/cli/satellite_out.h"
#include "tools/study/words.h"

/* Takes a text that was put together; one that memory was out for makes the tree incomplete, and writing it says so. */
static void set_words(kh_json *object, const char *key, kh_str *words)
{
    kh_json_set(object, key, words->failed ? NULL : kh_json_text(kh_str_text(words)));
    kh_str_clear(words);
}

static void set_ends(kh_json *object, const kh_net *net, const kh_node_id ends[2])
{
    kh_json *array = kh_json_array();
    kh_json_append(array, kh_json_text(net->nodes[ends[0].i].id));
    kh_json_append(array, kh_json_text(net->nodes[ends[1].i].id));
    kh_json_set(object, "ends", array);
}

kh_json *cli_json_findings(const kh_findings *findings)
{
    kh_json *array = kh_json_array();
    for (size_t i = 0; i < kh_findings_kept(findings); i++) {
        const kh_finding *f = kh_findings_at(findings, i);
        kh_json *object = kh_json_object();
        set_text(object, "severity", kh_severity_name(f->severity));
        set_text(object, "file", f->place.file);
        set_number(object, "line", f->place.line);
        set_number(object, "column", f->place.column);
        set_text(object, "message", f->message);
        set_text(object, "hint", f->hint);
        kh_json_append(array, object);
    }
    return array;
}

static kh_json *effects_of(const kh_effects *effects)
{
    kh_json *object = kh_json_object();
    set_number(object, "loss_db", effects->loss_db);
    set_number(object, "dark_counts_db", effects->dark_counts_db);
    set_number(object, "stray_light_db", effects->stray_light_db);
    set_number(object, "misalignment_db", effects->misalignment_db);
    set_number(object, "error_correction_db", effects->error_correction_db);
    set_number(object, "finite_key_db", effects->finite_key_db);
    set_number(object, "dead_time_db", effects->dead_time_db);
    return object;
}

/* of light beside the link; null on a strand of its own */
static kh_json *noise_of(const kh_qkd_link *link, const kh_noise *noise)
{
    if (link->n_beside == 0)
        return kh_json_text(NULL);
    kh_json *object = kh_json_object();
    set_number(object, "raman", noise->raman);
    set_number(object, "fwm", noise->fwm);
    set_number(object, "leakage", noise->leakage);
    return object;
}

static kh_json *change_of(const kh_change *change)
{
    kh_json *object = kh_json_object();
    set_text(object, "what", change->what);
    set_number(object, "factor", change->factor);
    return object;
}

static kh_json *epsilon_of_link(const kh_epsilon *epsilon)
{
    kh_json *object = kh_json_object();
    set_number(object, "block", epsilon->block);
    set_number(object, "term", epsilon->term);
    set_number(object, "blocks_per_year", epsilon->blocks_per_year);
    set_number(object, "year", epsilon->year);
    return object;
}

static kh_json *epsilon_of_demand(const kh_plan_demand *planned, const kh_rates *rates)
{
    kh_demand_epsilon epsilon = kh_plan_demand_epsilon(planned, rates);
    kh_json *object = kh_json_object();
    set_number(object, "key", epsilon.key);
    set_number(object, "year", epsilon.year);
    return object;
}

static kh_json *link_of(const kh_net *net, const kh_rates *rates, size_t i)
{
    const kh_qkd_link *link = &net->qkd_links[i];
    const kh_qkd_rate *rate = &rates->qkd[i];
    kh_json *object = kh_json_object();
    set_text(object, "id", link->id);
    set_ends(object, net, link->ends);
    set_text(object, "protocol", kh_protocol_name(link->protocol));
    set_text(object, "device", link->device.i == KH_NO_INDEX ? NULL : net->devices[link->device.i].id);
    kh_json_set(object, "chosen", kh_json_bool(link->is_chosen));
    set_number(object, "modules", link->modules);
    set_number(object, "length_km", rate->length_km);
    set_number(object, "loss_db", rate->loss_db);
    set_number(object, "key_rate_bps", rate->key_rate_bps);
    set_number(object, "per_module_bps", rate->per_module_bps);
    set_number(object, "qber", rate->qber);
    set_number(object, "ceiling_bps", rate->ceiling_bps);
    set_number(object, "time_to_first_key_s", rate->block_s);
    kh_json_set(object, "epsilon", epsilon_of_link(&rate->epsilon));
    kh_json_set(object, "measured", kh_json_bool(rate->measured));
    set_text(object, "limit", kh_limit_text(rate->limit));
    kh_json_set(object, "effects", effects_of(&rate->effects));
    kh_json_set(object, "noise", noise_of(link, &rate->noise));
    kh_json_set(object, "own_strand_assumed", kh_json_bool(kh_qkd_link_has_own_strand(net, link)));
    kh_json_set(object, "change", change_of(&rate->change));
    kh_json_set(object, "satellite", cli_json_satellite(rate));
    return object;
}

static kh_json *slots_of(const kh_net *net, const kh_rates *rates, size_t link)
{
    kh_json *array = kh_json_array();
    for (size_t i = 0; i < rates->n_slots; i++) {
        const kh_slot_rate *slot = &rates->slots[link * rates->n_slots + i];
        kh_json *object = kh_json_object();
        set_text(object, "id", net->time_slots[i].id);
        set_number(object, "share", net->time_slots[i].share);
        set_number(object, "key_rate_bps", slot->key_rate_bps);
        set_number(object, "qber", slot->qber);
        kh_json_append(array, object);
    }
    return array;
}

kh_json *cli_json_links(const kh_net *net, const kh_rates *rates)
{
    kh_json *array = kh_json_array();
    for (size_t i = 0; i < net->n_qkd_links; i++) {
        kh_json *link = link_of(net, rates, i);
        if (rates->qkd[i].on_share < 1)
            set_number(link, "on_share", rates->qkd[i].on_share);
        if (rates->n_slots > 0)
            kh_json_set(link, "time_slots", slots_of(net, rates, i));
        kh_json_append(array, link);
    }
    return array;
}

kh_json *cli_json_crossovers(const kh_net *net, const kh_choice_envelope *envelope)
{
    kh_json *array = kh_json_array();
    for (size_t i = 0; i < envelope->n; i++) {
        const kh_choice_piece *piece = &envelope->pieces[i];
        kh_json *object = kh_json_object();
        set_text(object, "device", net->devices[piece->device.i].id);
        set_number(object, "from_db", piece->from_db);
        set_number(object, "to_db", piece->to_db);
        set_number(object, "from_bps", piece->from_bps);
        set_number(object, "to_bps", piece->to_bps);
        kh_json_append(array, object);
    }
    return array;
}

static kh_json *combs_of(const kh_net *net, const kh_line_rate *line)
{
    kh_json *array = kh_json_array();
    for (size_t i = 0; i < line->n_combs; i++) {
        const kh_comb_rate *rate = &line->combs[i];
        kh_json *object = kh_json_object();
        set_text(object, "id", rate->comb.i == KH_NO_INDEX ? NULL : net->combs[rate->comb.i].id);
        set_text(object, "mode", rate->mode.i == KH_NO_INDEX ? NULL : net->modes[rate->mode.i].id);
        set_number(object, "channels", rate->channels);
        set_number(object, "rate_gbps", rate->rate_gbps);
        set_number(object, "margin_db", rate->margin_db);
        set_number(object, "gsnr_01nm_db", rate->gsnr_01nm_db);
        set_number(object, "penalty_db", rate->penalty_db);
        set_number(object, "shannon_gbps", rate->shannon_gbps);
        kh_json_append(array, object);
    }
    return array;
}

static kh_json *line_of(const kh_net *net, const kh_rates *rates, size_t i)
{
    const kh_line_rate *rate = &rates->line[i];
    kh_json *object = kh_json_object();
    set_text(object, "id", net->line_systems[i].id);
    set_ends(object, net, net->line_systems[i].ends);
    set_number(object, "length_km", rate->length_km);
    set_number(object, "spans", rate->spans);
    set_number(object, "gsnr_01nm_db", rate->gsnr_01nm_db);
    set_number(object, "osnr_01nm_db", rate->osnr_01nm_db);
    set_number(object, "gsnr_db", rate->gsnr_db);
    set_number(object, "capacity_gbps", rate->capacity_gbps);
    set_number(object, "shannon_gbps", rate->shannon_gbps);
    set_number(object, "margin_db", rate->margin_db);
    set_number(object, "latency_ms", rate->latency_ms);
    set_number(object, "cd_ps_nm", rate->cd_ps_nm);
    set_number(object, "pmd_ps", rate->pmd_ps);
    set_number(object, "pdl_db", rate->pdl_db);
    kh_json_set(object, "combs", combs_of(net, rate));
    set_text(object, "mode", rate->mode.i == KH_NO_INDEX ? NULL : net->modes[rate->mode.i].id);
    set_text(object, "reason", rate->reason);
    return object;
}

kh_json *cli_json_lines(const kh_net *net, const kh_rates *rates)
{
    kh_json *array = kh_json_array();
    for (size_t i = 0; i < net->n_line_systems; i++)
        kh_json_append(array, line_of(net, rates, i));
    return array;
}

static kh_json *routes_of(const kh_net *net, const kh_plan_demand *planned)
{
    kh_json *array = kh_json_array();
    for (size_t r = 0; r < planned->n_routes; r++) {
        kh_json *route = kh_json_object(), *links = kh_json_array();
        for (size_t l = 0; l < planned->routes[r].n_links; l++)
            kh_json_append(links, kh_json_text(net->qkd_links[planned->routes[r].links[l].i].id));
        kh_json_set(route, "links", links);
        set_number(route, "rate_bps", planned->routes[r].rate_bps);
        kh_json_append(array, route);
    }
    return array;
}

static kh_json *demand_of(const kh_pipeline *p, size_t i)
{
    const kh_plan_demand *planned = &p->plan->demands[i];
    kh_demand_id id = {(uint32_t)i};
    kh_str why = {0}, advice = {0}, data = {0};
    kh_words_demand(p->net, p->rates, p->plan, id, &why);
    kh_words_advice(p->net, p->rates, p->plan, id, &advice);
    kh_words_data(p->net, &p->services->of[i], id, &data);
    kh_json *object = kh_json_object();
    set_text(object, "id", p->net->demands[i].id);
    set_ends(object, p->net, p->net->demands[i].between);
    set_text(object, "security", kh_security_name(p->net->demands[i].security));
    set_number(object, "requested_bps", planned->requested_bps);
    set_number(object, "rate_bps", planned->rate_bps);
    set_number(object, "carried_bps", planned->carried_bps);
    kh_json_set(object, "routes", routes_of(p->net, planned));
    kh_json_set(object, "epsilon", epsilon_of_demand(planned, p->rates));
    set_words(object, "why", &why);
    set_words(object, "advice", &advice);
    set_number(object, "data_gbps", p->net->demands[i].data_gbps);
    set_number(object, "data_capacity_gbps", p->services->of[i].capacity_gbps);
    set_words(object, "data_why", &data);
    return object;
}

static kh_json *plan_link_of(const kh_pipeline *p, size_t i)
{
    const kh_plan_link *planned = &p->plan->links[i];
    kh_json *object = kh_json_object();
    set_text(object, "id", p->net->qkd_links[i].id);
    set_number(object, "capacity_bps", planned->capacity_bps);
    set_number(object, "used_bps", planned->used_bps);
    set_number(object, "shadow_price", planned->shadow_price);
    return object;
}

static kh_json *coalitions_of(const kh_net *net, const kh_plan_secrecy *secrecy)
{
    kh_json *array = kh_json_array();
    for (size_t j = 0; j < secrecy->n_coalitions; j++) {
        const kh_plan_coalition *who = &secrecy->coalitions[j];
        kh_json *object = kh_json_object(), *nodes = kh_json_array(), *links = kh_json_array();
        for (size_t i = 0; i < who->n_nodes; i++)
            kh_json_append(nodes, kh_json_text(net->nodes[who->nodes[i].i].id));
        for (size_t i = 0; i < who->n_links; i++)
            kh_json_append(links, kh_json_text(net->qkd_links[who->links[i].i].id));
        set_text(object, "name", who->name);
        kh_json_set(object, "nodes", nodes);
        kh_json_set(object, "links", links);
        kh_json_append(array, object);
    }
    return array;
}

static kh_json *suspicions_of(const kh_net *net, const kh_plan_secrecy *secrecy)
{
    kh_json *array = kh_json_array();
    for (size_t i = 0; i < secrecy->n_suspicions; i++) {
        const kh_suspicion *suspicion = &secrecy->suspicions[i];
        kh_json *object = kh_json_object();
        set_text(object, "demand", net->demands[suspicion->demand.i].id);
        set_text(object, "whom", secrecy->coalitions[suspicion->whom].name);
        set_number(object, "share", suspicion->share);
        kh_json_append(array, object);
    }
    return array;
}

static kh_json *secrecy_of(const kh_net *net, const kh_plan_secrecy *secrecy)
{
    if (secrecy->kind == KH_SECRECY_NONE)
        return kh_json_text(NULL);
    kh_json *object = kh_json_object();
    set_text(object, "kind", kh_secrecy_name(secrecy->kind));
    set_number(object, "colluders", secrecy->colluders);
    set_text(object, "group", secrecy->kind == KH_SECRECY_COALITIONS ? kh_coalition_kind_name(secrecy->group) : NULL);
    kh_json_set(object, "coalitions", coalitions_of(net, secrecy));
    set_number(object, "plain_value", secrecy->plain_value);
    set_number(object, "plain_bound", secrecy->plain_bound);
    kh_json_set(object, "suspicions", suspicions_of(net, secrecy));
    return object;
}

static kh_json *cost_of(const kh_plan_cost *cost)
{
    kh_json *object = kh_json_object();
    set_number(object, "modules_eur", cost->modules_eur);
    set_number(object, "trusted_nodes_eur", cost->trusted_nodes_eur);
    set_number(object, "kms_eur", cost->kms_eur);
    set_number(object, "encryptors_eur", cost->encryptors_eur);
    set_number(object, "fibre_eur", cost->fibre_eur);
    set_number(object, "opex_eur", cost->opex_eur);
    set_number(object, "total_eur", cost->total_eur);
    set_number(object, "modules", (double)cost->n_modules);
    set_number(object, "trusted_nodes", (double)cost->n_trusted_nodes);
    return object;
}

kh_json *cli_json_plan(const kh_pipeline *p)
{
    kh_json *root = kh_json_object(), *demands = kh_json_array(), *links = kh_json_array();
    for (size_t i = 0; i < p->plan->n_demands; i++)
        kh_json_append(demands, demand_of(p, i));
    for (size_t i = 0; i < p->plan->n_links; i++)
        kh_json_append(links, plan_link_of(p, i));
    set_text(root, "name", p->net->name);
    set_text(root, "input_hash", p->net->input_hash);
    set_text(root, "objective", kh_objective_name(p->plan->objective));
    set_number(root, "value", p->plan->value);
    set_number(root, "bound", p->plan->bound);
    set_number(root, "gap", p->plan->gap);
    set_number(root, "floor", p->plan->objective == KH_OBJECTIVE_TOTAL ? p->plan->floor : (double)NAN);
    bool limited = p->plan->most_paths > 0 || p->plan->quantum_bps > 0;
    set_number(root, "most_paths", p->plan->most_paths > 0 ? (double)p->plan->most_paths : (double)NAN);
    set_number(root, "quantum_bps", p->plan->quantum_bps > 0 ? p->plan->quantum_bps : (double)NAN);
    set_number(root, "few_bound", limited ? p->plan->few_bound : (double)NAN);
    set_number(root, "max_load", kh_plan_max_load(p->plan, p->plan->value));
    set_number(root, "max_load_bound", kh_plan_max_load(p->plan, p->plan->bound));
    kh_json_set(root, "secrecy", secrecy_of(p->net, &p->plan->secrecy));
    set_number(root, "demands_met", (double)p->plan->n_met);
    set_number(root, "demands_asking", (double)p->plan->n_asking);
    kh_json_set(root, "demands", demands);
    kh_json_set(root, "links", links);
    kh_json_set(root, "lines", cli_json_lines(p->net, p->rates));
    kh_json_set(root, "services", cli_json_services(p));
    kh_json_set(root, "spectrum", cli_json_spectrum(p));
    kh_json_set(root, "cost", cost_of(&p->plan->cost));
    kh_json_set(root, "findings", cli_json_findings(p->findings));
    return root;
}

kh_status cli_json_print(kh_json *root, kh_error *err)
{
    kh_str text = {0};
    kh_status status = root == NULL ? kh_fail(err, KH_ENOMEM, "out of memory") : kh_json_write(root, 2, &text, err);
    kh_json_destroy(root);
    kh_str_append(&text, "\n");
    if (status == KH_OK)
        status = cli_write(NULL, &text, err);
    kh_str_clear(&text);
    return status;
}
