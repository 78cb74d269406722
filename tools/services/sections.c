/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/services/sections.h"

#include <math.h>
#include <stdlib.h>

typedef struct cutter {
    kh_light *light;
    const kh_sections_ask *ask;
    kh_arena *arena;
    kh_error *err;
} cutter;

/* The best cut of the first hops of the way. */
typedef struct prefix {
    bool reached;
    size_t sections, wavelengths;
    size_t from; /* where the last section begins */
    kh_service_section last;
} prefix;

static kh_status no_memory(const cutter *c)
{
    return kh_fail(c->err, KH_ENOMEM, "sections of a service");
}

static double spectrum_ghz(const kh_service_option *option)
{
    return option->light->width_ghz * (double)option->clients.wavelengths;
}

/* Those that work, then those that came near it, then those that do not fit the spacing. */
static int rank(const kh_service_option *option)
{
    return option->light->works ? 0 : isnan(option->light->margin_db) ? 2 : 1;
}

static int by_merit(const void *a, const void *b)
{
    const kh_service_option *x = a, *y = b;
    if (rank(x) != rank(y))
        return rank(x) - rank(y);
    if (rank(x) > 0)
        return (x->light->rate_gbps > y->light->rate_gbps) - (x->light->rate_gbps < y->light->rate_gbps);
    if (x->clients.wavelengths != y->clients.wavelengths)
        return x->clients.wavelengths < y->clients.wavelengths ? -1 : 1;
    if (spectrum_ghz(x) != spectrum_ghz(y))
        return spectrum_ghz(x) < spectrum_ghz(y) ? -1 : 1;
    return (x->light->margin_db < y->light->margin_db) - (x->light->margin_db > y->light->margin_db);
}

static kh_status make_section(const cutter *c, size_t from, size_t to, kh_service_section *out)
{
    kh_optical_route part = {c->ask->way.hops + from, to - from};
    kh_service_section made = {0};
    KH_TRY(kh_light_find(c->light, &part, &made.stretch, c->err));
    made.n_options = made.stretch->n_modes;
    made.options = KH_NEW(c->arena, kh_service_option, made.n_options);
    if (made.options == NULL)
        return no_memory(c);
    for (size_t i = 0; i < made.n_options; i++) {
        made.options[i].light = &made.stretch->modes[i];
        KH_TRY(kh_client_map_service(c->ask->data_gbps, made.options[i].light->rate_gbps, &made.options[i].clients, c->err));
    }
    if (made.n_options > 1)
        qsort(made.options, made.n_options, sizeof *made.options, by_merit);
    *out = made;
    return KH_OK;
}

static bool works(const cutter *c, const kh_service_section *section)
{
    return section->n_options > 0 && section->options[0].light->works &&
           section->options[0].clients.wavelengths <= c->ask->most_wavelengths;
}

static bool is_better(size_t sections, size_t wavelengths, const prefix *than)
{
    if (!than->reached || sections != than->sections)
        return !than->reached || sections < than->sections;
    return wavelengths < than->wavelengths;
}

static kh_status try_section(const cutter *c, prefix *prefixes, size_t from, size_t to)
{
    kh_service_section section;
    if (!prefixes[from].reached || (prefixes[to].reached && prefixes[to].sections < prefixes[from].sections + 1))
        return KH_OK;
    KH_TRY(make_section(c, from, to, &section));
    if (!works(c, &section))
        return KH_OK;
    size_t sections = prefixes[from].sections + 1;
    size_t wavelengths = prefixes[from].wavelengths + section.options[0].clients.wavelengths;
    if (is_better(sections, wavelengths, &prefixes[to]))
        prefixes[to] = (prefix){true, sections, wavelengths, from, section};
    return KH_OK;
}

static kh_service_state why_not(const kh_service_section *section)
{
    size_t too_wide = 0;
    for (size_t i = 0; i < section->n_options; i++)
        too_wide += section->options[i].light->too_wide;
    if (section->n_options > 0 && too_wide == section->n_options)
        return KH_SERVICE_NO_SPACING;
    return section->n_options == 1 ? KH_SERVICE_BAD_MODE : KH_SERVICE_NO_MODE;
}

/* If every line carried the service alone, the way would do it with a regeneration at each meeting. */
static kh_status report_failure(const cutter *c, kh_sections *out)
{
    kh_service_section *failed = KH_NEW(c->arena, kh_service_section, 1);
    if (failed == NULL)
        return no_memory(c);
    if (c->ask->most_wavelengths != SIZE_MAX) {
        *out = (kh_sections){.state = KH_SERVICE_NO_MODE};
        return KH_OK;
    }
    for (size_t h = 0; h < c->ask->way.n_hops; h++) {
        KH_TRY(make_section(c, h, h + 1, failed));
        if (!works(c, failed)) {
            *out = (kh_sections){why_not(failed), failed, 1};
            return KH_OK;
        }
    }
    return kh_fail(c->err, KH_EINTERNAL, "every line works and the way does not");
}

static kh_status collect(const cutter *c, const prefix *prefixes, kh_sections *out)
{
    const prefix *end = &prefixes[c->ask->way.n_hops];
    kh_sections made = {KH_SERVICE_CARRIED, KH_NEW(c->arena, kh_service_section, end->sections), end->sections};
    if (made.sections == NULL)
        return no_memory(c);
    size_t at = c->ask->way.n_hops;
    for (size_t i = made.n; i > 0; i--) {
        made.sections[i - 1] = prefixes[at].last;
        at = prefixes[at].from;
    }
    *out = made;
    return KH_OK;
}

kh_status kh_sections_cut(kh_light *light, const kh_sections_ask *ask, kh_arena *arena, kh_sections *out, kh_error *err)
{
    cutter c = {light, ask, arena, err};
    size_t n = ask->way.n_hops;
    prefix *prefixes = KH_NEW(arena, prefix, n + 1);
    if (prefixes == NULL)
        return no_memory(&c);
    prefixes[0].reached = true;
    KH_TRY(try_section(&c, prefixes, 0, n)); /* most often it needs none of the rest */
    if (prefixes[n].reached)
        return collect(&c, prefixes, out);
    for (size_t to = 1; to <= n; to++)
        for (size_t from = 0; from < to; from++)
            KH_TRY(try_section(&c, prefixes, from, to));
    return prefixes[n].reached ? collect(&c, prefixes, out) : report_failure(&c, out);
}
