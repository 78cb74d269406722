/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/facts.h"

#include "core/base/str.h"

#include <math.h>
#include <string.h>

size_t kh_facts_rows(const kh_table *table)
{
    return table == NULL ? 0 : table->n_rows;
}

static bool has_id(const kh_column *ids, size_t row, const char *id)
{
    return ids->text[row] != NULL && strcmp(ids->text[row], id) == 0;
}

size_t kh_facts_row(const kh_table *table, const char *id, size_t hint)
{
    const kh_column *ids = kh_table_column(table, "id");
    if (ids == NULL || ids->text == NULL || id == NULL)
        return SIZE_MAX;
    if (hint < table->n_rows && has_id(ids, hint, id))
        return hint;
    for (size_t row = 0; row < table->n_rows; row++)
        if (has_id(ids, row, id))
            return row;
    return SIZE_MAX;
}

static bool is_secured_otherwise(const kh_facts *facts, size_t row)
{
    size_t base = kh_facts_row(facts->base_demands, kh_table_text(facts->demands, "id", row), row);
    const char *security = kh_table_text(facts->base_demands, "security", base);
    return security != NULL && (strcmp(security, "pqc") == 0 || strcmp(security, "psk") == 0);
}

/* The case itself says so, since a what-if may change the security; the base is asked only where the case does not. */
bool kh_facts_demand_asks(const kh_facts *facts, size_t row)
{
    const char *shortfall = kh_table_text(facts->demands, "shortfall", row);
    bool needless = shortfall == NULL ? is_secured_otherwise(facts, row) : strncmp(shortfall, "not", 3) == 0;
    return kh_table_number(facts->demands, "requested_bps", row) > 0 && !needless;
}

double kh_facts_demand_share(const kh_facts *facts, size_t row)
{
    if (!kh_facts_demand_asks(facts, row))
        return (double)NAN;
    double share = kh_table_number(facts->demands, "rate_bps", row) / kh_table_number(facts->demands, "requested_bps", row);
    return share >= 1 - 1e-9 && share < 1 ? 1 : share; /* the solver's last digits are no shortfall */
}

bool kh_facts_demand_is_met(const kh_facts *facts, size_t row)
{
    return kh_facts_demand_share(facts, row) >= 1;
}

double kh_facts_demand_data_gbps(const kh_facts *facts, size_t row)
{
    if (facts->demands != NULL && kh_table_column(facts->demands, "data_gbps") != NULL)
        return kh_table_number(facts->demands, "data_gbps", row);
    size_t base = kh_facts_row(facts->base_demands, kh_table_text(facts->demands, "id", row), row);
    return base == SIZE_MAX ? (double)NAN : kh_table_number(facts->base_demands, "data_gbps", base);
}

static void count_demand(kh_facts *facts, size_t row)
{
    if (!kh_facts_demand_asks(facts, row))
        return;
    double share = kh_facts_demand_share(facts, row);
    double rate_bps = kh_table_number(facts->demands, "rate_bps", row);
    facts->n_asking++;
    facts->n_met += kh_facts_demand_is_met(facts, row);
    facts->asked_bps += kh_table_number(facts->demands, "requested_bps", row);
    facts->delivered_bps += isnan(rate_bps) ? 0 : rate_bps;
    if (isnan(facts->worst_share) || share < facts->worst_share) {
        facts->worst_share = share;
        facts->worst_demand = row;
    }
}

kh_facts kh_facts_of(const kh_run *run, size_t case_index)
{
    const kh_run_case *of = &run->cases[case_index];
    kh_facts facts = {.run = run,
                      .run_case = of,
                      .case_index = case_index,
                      .nodes = kh_run_table(run->tables, run->n_tables, "nodes"),
                      .domains = kh_run_table(run->tables, run->n_tables, "domains"),
                      .fibres = kh_run_table(run->tables, run->n_tables, "fibres"),
                      .qkd_links = kh_run_table(run->tables, run->n_tables, "qkd_links"),
                      .line_systems = kh_run_table(run->tables, run->n_tables, "line_systems"),
                      .base_demands = kh_run_table(run->tables, run->n_tables, "demands"),
                      .assumptions = kh_run_table(run->tables, run->n_tables, "assumptions"),
                      .summary = kh_run_table(of->tables, of->n_tables, "summary"),
                      .links = kh_run_table(of->tables, of->n_tables, "links"),
                      .lines = kh_run_table(of->tables, of->n_tables, "lines"),
                      .demands = kh_run_table(of->tables, of->n_tables, "demands"),
                      .services = kh_run_table(of->tables, of->n_tables, "services"),
                      .routes = kh_run_table(of->tables, of->n_tables, "routes"),
                      .stores = kh_run_table(of->tables, of->n_tables, "stores"),
                      .findings = kh_run_table(of->tables, of->n_tables, "findings"),
                      .worst_share = (double)NAN};
    for (size_t row = 0; row < kh_facts_rows(facts.demands); row++)
        count_demand(&facts, row);
    return facts;
}

static const char *first_known(const char *a, const char *b)
{
    if (a != NULL && *a != '\0')
        return a;
    return b != NULL ? b : "?";
}

const char *kh_facts_node_name(const kh_facts *facts, const char *id)
{
    return first_known(kh_table_text(facts->nodes, "label", kh_facts_row(facts->nodes, id, 0)), id);
}

const char *kh_facts_demand_name(const kh_facts *facts, size_t row)
{
    const char *id = kh_table_text(facts->demands, "id", row);
    size_t base = kh_facts_row(facts->base_demands, id, row);
    return first_known(kh_table_text(facts->base_demands, "label", base), id);
}

const char *kh_facts_ends(const kh_facts *facts, kh_arena *arena, const kh_table *table, const char *id, size_t hint)
{
    size_t row = kh_facts_row(table, id, hint);
    const char *a = kh_table_text(table, "a", row), *b = kh_table_text(table, "b", row);
    if (a == NULL || b == NULL)
        return first_known(id, NULL);
    return kh_arena_printf(arena, "%s – %s", kh_facts_node_name(facts, a), kh_facts_node_name(facts, b));
}

const char *kh_facts_node_names(const kh_facts *facts, kh_arena *arena, const char *ids, const char *between)
{
    kh_str names = {0};
    while (ids != NULL && *ids != '\0') {
        size_t length = strcspn(ids, " ");
        char *id = kh_arena_strndup(arena, ids, length);
        if (names.length > 0)
            kh_str_append(&names, between);
        kh_str_append(&names, id == NULL ? "?" : kh_facts_node_name(facts, id));
        ids += length;
        ids += strspn(ids, " ");
    }
    const char *kept = names.failed ? NULL : kh_arena_strdup(arena, kh_str_text(&names));
    kh_str_clear(&names);
    return kept;
}
