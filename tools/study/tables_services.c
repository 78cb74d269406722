/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/tables.h"

#include "tools/study/words.h"

#include <math.h>

/* One text a service, its parts told by @p say for each section. */
typedef void say_section(const kh_net *net, const kh_service_section *section, kh_str *out);

static void say_lines(const kh_net *net, const kh_service_section *section, kh_str *out)
{
    for (size_t h = 0; h < section->stretch->n_hops; h++)
        kh_str_printf(out, "%s%s", h > 0 ? " " : "", net->line_systems[section->stretch->hops[h].line.i].id);
}

static void say_mapping(const kh_net *net, const kh_service_section *section, kh_str *out)
{
    if (section->n_options == 0 || !section->options[0].light->works)
        return;
    const kh_service_option *chosen = &section->options[0];
    kh_str_printf(out, "%zu x %g Gbit/s (%s)", chosen->clients.wavelengths, chosen->clients.wavelength_gbps,
                  net->modes[chosen->light->mode.i].id);
}

static void say_spectrum(const kh_net *net, const kh_service_section *section, kh_str *out)
{
    (void)net;
    if (section->slots != NULL)
        kh_words_spectrum(section, out);
}

static const char *sections_text(kh_book *book, const kh_net *net, const kh_service *service, say_section *say)
{
    kh_str text = {0};
    for (size_t i = 0; i < service->n_sections; i++) {
        if (i > 0)
            kh_str_append(&text, "; ");
        say(net, &service->sections[i], &text);
    }
    return kh_book_take(book, &text);
}

static const char *regenerated_text(kh_book *book, const kh_net *net, const kh_service *service)
{
    kh_str text = {0};
    for (size_t i = 1; i <= service->regenerations; i++)
        kh_str_printf(&text, "%s%s", i > 1 ? " " : "", net->nodes[kh_service_section_start(net, &service->sections[i]).i].id);
    return kh_book_take(book, &text);
}

static double least_margin_db(const kh_service *service)
{
    double least = (double)NAN; /* fmin() passes over it */
    for (size_t i = 0; i < service->n_sections; i++)
        if (service->sections[i].n_options > 0)
            least = fmin(least, service->sections[i].options[0].light->margin_db);
    return least;
}

static double qkd_km(const kh_guard *guard)
{
    double covered_km = 0;
    for (size_t i = 0; i < guard->n_lines; i++)
        covered_km += guard->lines[i].covered_km;
    return covered_km;
}

void kh_tables_add_services(kh_book *book, const kh_pipeline *p)
{
    size_t n = 0, row = 0;
    for (size_t i = 0; i < p->services->n; i++)
        n += kh_service_is_asked(&p->net->demands[i]);
    kh_table *t = kh_book_table(book, "services", n, 15);
    const char **id = kh_book_text(book, t, "id"), **state = kh_book_text(book, t, "state");
    const char **lines = kh_book_text(book, t, "lines"), **regenerated = kh_book_text(book, t, "regenerated_at");
    const char **mapping = kh_book_text(book, t, "mapping"), **spectrum = kh_book_text(book, t, "spectrum_thz");
    const char **layer = kh_book_text(book, t, "layer");
    double *length = kh_book_number(book, t, "length_km"), *latency = kh_book_number(book, t, "latency_ms");
    double *transceivers = kh_book_number(book, t, "transceivers"), *margin = kh_book_number(book, t, "margin_db");
    double *shannon = kh_book_number(book, t, "shannon_gbps"), *asked = kh_book_number(book, t, "key_asked_bps");
    double *got = kh_book_number(book, t, "key_got_bps"), *qkd = kh_book_number(book, t, "qkd_km");
    if (book->failed)
        return;
    for (size_t i = 0; i < p->services->n; i++) {
        const kh_service *service = &p->services->of[i];
        if (!kh_service_is_asked(&p->net->demands[i]))
            continue;
        id[row] = kh_book_copy(book, p->net->demands[i].id);
        state[row] = kh_service_state_name(service->state);
        lines[row] = sections_text(book, p->net, service, say_lines);
        regenerated[row] = regenerated_text(book, p->net, service);
        mapping[row] = sections_text(book, p->net, service, say_mapping);
        spectrum[row] = sections_text(book, p->net, service, say_spectrum);
        layer[row] = kh_layer_name(service->guard.layer);
        length[row] = service->length_km;
        latency[row] = service->latency_ms;
        transceivers[row] = (double)service->transceivers;
        margin[row] = least_margin_db(service);
        shannon[row] = kh_service_shannon_gbps(service);
        asked[row] = service->guard.asked_bps;
        got[row] = service->guard.got_bps;
        qkd[row++] = qkd_km(&service->guard);
    }
}
