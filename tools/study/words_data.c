/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/phrase.h"
#include "tools/study/words.h"

#include <math.h>

enum { MOST_NAMES = 8, MOST_SECTIONS = 4 };

typedef struct subject {
    const kh_net *net;
    const kh_service *service;
    const kh_demand *demand;
    kh_str *out;
} subject;

static void say_gbps(double gbps, kh_str *out)
{
    kh_words_rate(gbps * 1e9, out);
}

/* --- the way --- */

static void say_lines(const subject *s)
{
    const kh_guard *guard = &s->service->guard;
    kh_phrase_list list = {.count = guard->n_lines, .most = MOST_NAMES};
    for (size_t i = 0; i <= guard->n_lines && kh_phrase_next(&list, s->out); i++)
        kh_str_append(s->out, s->net->line_systems[guard->lines[i].line.i].id);
    kh_str_printf(s->out, " (%.0f km, %.1f ms one way)", s->service->length_km, s->service->latency_ms);
}

static void say_regenerations(const subject *s)
{
    const kh_service *v = s->service;
    kh_phrase_list list = {.count = v->regenerations, .most = MOST_NAMES};
    if (v->regenerations == 0) {
        kh_str_append(s->out, ", in one stretch of light");
        return;
    }
    kh_str_append(s->out, ", received and sent again at ");
    for (size_t i = 1; i < v->n_sections && kh_phrase_next(&list, s->out); i++)
        kh_phrase_node(s->net, kh_service_section_start(s->net, &v->sections[i]), s->out);
}

void kh_words_spectrum(const kh_service_section *section, kh_str *out)
{
    size_t n = section->options[0].clients.wavelengths;
    kh_phrase_list list = {.count = kh_service_section_blocks(section), .most = MOST_NAMES};
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && section->slots[end].n - section->slots[end - 1].n == 2 * section->slots[end].m;)
            end++;
        if (!kh_phrase_next(&list, out))
            return;
        kh_str_printf(out, "%.5f-%.5f THz", kh_spectrum_low_thz(section->slots[i]), kh_spectrum_high_thz(section->slots[end - 1]));
    }
}

static void say_wavelengths(const kh_service_option *option, kh_str *out)
{
    kh_str_printf(out, "%zu x ", option->clients.wavelengths);
    say_gbps(option->clients.wavelength_gbps, out);
}

static void say_section(const subject *s, size_t i)
{
    const kh_service_section *section = &s->service->sections[i];
    const kh_service_option *chosen = &section->options[0];
    if (s->service->n_sections > 1) {
        kh_str_append(s->out, i == 0 ? "from " : "; from ");
        kh_phrase_node(s->net, kh_service_section_start(s->net, section), s->out);
        kh_str_append(s->out, " ");
    }
    say_wavelengths(chosen, s->out);
    kh_str_printf(s->out, " (%s, GSNR %.1f dB in 0.1 nm, %.1f dB to spare)", s->net->modes[chosen->light->mode.i].id,
                  chosen->light->gsnr_01nm_db, chosen->light->margin_db);
    if (section->slots != NULL) {
        kh_str_append(s->out, " at ");
        kh_words_spectrum(section, s->out);
    }
}

static void say_sections(const subject *s)
{
    size_t n = s->service->n_sections, told = n < MOST_SECTIONS ? n : MOST_SECTIONS;
    kh_str_append(s->out, ": ");
    for (size_t i = 0; i < told; i++)
        say_section(s, i);
    if (told < n)
        kh_str_printf(s->out, "; and %zu more", n - told);
    kh_str_append(s->out, ".");
}

/* The section that needs most wavelengths: there the other ways to cut the service are of interest. */
static const kh_service_section *hardest(const kh_service *service)
{
    const kh_service_section *worst = &service->sections[0];
    for (size_t i = 1; i < service->n_sections; i++)
        if (service->sections[i].options[0].clients.wavelengths > worst->options[0].clients.wavelengths)
            worst = &service->sections[i];
    return worst;
}

static void say_other_options(const subject *s)
{
    const kh_service_section *section = hardest(s->service);
    size_t first = section->options[0].light->works ? 1 : 0;
    if (section->n_options <= first)
        return;
    kh_str_append(s->out, first == 1 ? " Instead: " : " Tried: ");
    for (size_t i = first; i < section->n_options; i++) {
        const kh_service_option *option = &section->options[i];
        kh_str_append(s->out, i == first ? "" : "; ");
        say_wavelengths(option, s->out);
        if (option->light->works)
            kh_str_printf(s->out, " works, %.1f dB to spare", option->light->margin_db);
        else
            kh_str_printf(s->out, " %s", option->light->obstacle);
        if (first == 0 && !isnan(option->light->gsnr_01nm_db))
            kh_str_printf(s->out, " (GSNR %.1f dB in 0.1 nm)", option->light->gsnr_01nm_db);
    }
    kh_str_append(s->out, ".");
}

/* "With 1 regeneration, at Malmö, 3 x 400 Gbit/s would do." */
static void say_upgrades(const subject *s)
{
    for (size_t u = 0; u < s->service->n_upgrades; u++) {
        const kh_service_upgrade *upgrade = &s->service->upgrades[u];
        kh_phrase_list list = {.count = upgrade->n_sections - 1, .most = MOST_NAMES};
        kh_str_append(s->out, u == 0 ? " With " : "; with ");
        kh_phrase_count(upgrade->n_sections - 1, "regeneration", s->out);
        kh_str_append(s->out, " (");
        for (size_t i = 1; i < upgrade->n_sections && kh_phrase_next(&list, s->out); i++)
            kh_phrase_node(s->net, kh_service_section_start(s->net, &upgrade->sections[i]), s->out);
        kh_str_printf(s->out, ") %zu wavelength%s would do", upgrade->wavelengths, upgrade->wavelengths > 1 ? "s" : "");
    }
    if (s->service->n_upgrades > 0)
        kh_str_append(s->out, ".");
}

static void say_clients(const subject *s)
{
    const kh_client_map *map = &hardest(s->service)->options[0].clients;
    if (map->port_gbps > 0)
        kh_str_printf(s->out, " Ports: %zu x %.0fGBASE-R%s (%zu of %zu calendar slots of 5 Gbit/s)", map->ports, map->port_gbps,
                      map->ports > 1 ? " bonded by FlexE" : " with FlexE", map->slots_used, map->slots);
    else
        kh_str_append(s->out, " Ports: none of FlexE divides a wavelength");
    if (map->otuc > 0)
        kh_str_printf(s->out, ", an OTUC%zu in each wavelength", map->otuc);
    kh_str_printf(s->out, ", %.0f %% full.", floor(100 * map->fill + 1e-9));
}

static void say_capacity(const subject *s)
{
    kh_str_append(s->out, " The spectrum free before it has room for ");
    say_gbps(s->service->capacity_gbps, s->out);
    kh_str_append(s->out, "; Shannon's limit with all channels lit is ");
    say_gbps(kh_service_shannon_gbps(s->service), s->out);
    kh_str_append(s->out, ".");
}

static void say_carried(const subject *s)
{
    kh_str_append(s->out, " It goes over ");
    say_lines(s);
    say_regenerations(s);
    say_sections(s);
    say_other_options(s);
    say_upgrades(s);
    say_clients(s);
    say_capacity(s);
}

/* --- why not --- */

static void say_no_chain(const subject *s)
{
    kh_str_append(s->out, " No chain of line systems joins the two ends");
    for (int k = 0; k < 2; k++) {
        bool has_line = false;
        for (size_t i = 0; i < s->net->n_line_systems; i++)
            has_line = has_line || s->net->line_systems[i].ends[0].i == s->demand->between[k].i ||
                       s->net->line_systems[i].ends[1].i == s->demand->between[k].i;
        if (has_line)
            continue;
        kh_str_append(s->out, "; none ends at ");
        kh_phrase_node(s->net, s->demand->between[k], s->out);
    }
    kh_str_append(s->out, ".");
}

static void say_no_spectrum(const subject *s)
{
    kh_str_append(s->out, " It is not carried: on the shortest way, over ");
    say_lines(s);
    say_regenerations(s);
    kh_str_append(s->out, ", services before it leave spectrum for ");
    say_gbps(s->service->capacity_gbps, s->out);
    say_sections(s);
}

static void say_no_light(const subject *s)
{
    const kh_light_stretch *stretch = s->service->sections[0].stretch;
    kh_str_append(s->out, " It is not carried: the shortest way, over ");
    say_lines(s);
    kh_str_printf(s->out, ", needs %s, where ", s->net->line_systems[stretch->hops[0].line.i].id);
    if (stretch->obstacle != NULL) {
        kh_str_printf(s->out, "no light gets through: %s.", stretch->obstacle);
        return;
    }
    kh_str_append(s->out, s->service->state == KH_SERVICE_NO_SPACING ? "no mode fits the channels."
                          : s->service->state == KH_SERVICE_BAD_MODE ? "the only mode does not work."
                                                                     : "no mode works.");
    say_other_options(s);
}

/* --- protection --- */

static void say_key(const subject *s)
{
    const kh_guard *guard = &s->service->guard;
    if (guard->got_bps <= 0) {
        kh_str_append(s->out, "QKD, but the plan gives it no key");
        return;
    }
    kh_str_append(s->out, "QKD (");
    kh_words_rate(guard->got_bps, s->out);
    if (guard->got_bps < guard->asked_bps * (1 - 1e-9)) {
        kh_str_append(s->out, ", ");
        kh_phrase_share(guard->got_bps, guard->asked_bps, s->out);
        kh_str_append(s->out, " of the key asked");
    }
    kh_str_append(s->out, ")");
    if (guard->n_trusted > 0) {
        kh_str_append(s->out, ", relayed hop by hop through ");
        kh_phrase_count(guard->n_trusted, "trusted node", s->out);
    } else {
        kh_str_append(s->out, " over one link, end to end");
    }
}

static void say_cipher(const subject *s)
{
    static const char *const ciphers[] = {
        [KH_USE_KEY] = "keys from ", [KH_USE_OTP] = "one-time pad from ", [KH_USE_AES_256] = "AES-256 with keys from "};
    kh_str_append(s->out, ciphers[s->demand->use]);
}

static void say_layer(const subject *s)
{
    bool has_key = s->service->guard.got_bps > 0;
    kh_str_append(s->out, " Protection: ");
    say_cipher(s);
    switch (s->demand->security) {
    case KH_SECURITY_PQC:
        kh_str_append(s->out, "post-quantum key exchange (PQC), end to end whatever the line; it rests on mathematics, not on QKD");
        break;
    case KH_SECURITY_PSK:
        kh_str_append(s->out, "before (pre-shared), end to end; quantum-safe as long as their delivery and store are");
        break;
    case KH_SECURITY_HYBRID:
        say_key(s);
        kh_str_append(s->out,
                      has_key ? "; and PQC end to end: an attacker must break both" : "; PQC alone protects it, end to end");
        break;
    case KH_SECURITY_QKD:
        say_key(s);
        if (!has_key)
            kh_str_append(s->out, ": nothing quantum-safe protects it");
        break;
    }
    kh_str_append(s->out, ".");
}

static void say_bare_fibres(const subject *s, size_t n_bare)
{
    const kh_guard *guard = &s->service->guard;
    kh_phrase_list list = {.count = n_bare, .most = MOST_NAMES};
    kh_str_append(s->out, "; without: ");
    for (size_t i = 0; i < guard->n_lines; i++)
        for (size_t k = 0; k < guard->lines[i].n_bare; k++)
            if (kh_phrase_next(&list, s->out))
                kh_str_append(s->out, s->net->fibres[guard->lines[i].bare[k].i].id);
}

static void say_cover(const subject *s)
{
    const kh_guard *guard = &s->service->guard;
    double length_km = 0, covered_km = 0;
    size_t n_bare = 0;
    for (size_t i = 0; i < guard->n_lines; i++) {
        length_km += guard->lines[i].length_km;
        covered_km += guard->lines[i].covered_km;
        n_bare += guard->lines[i].n_bare;
    }
    if (guard->n_lines == 0 || !kh_demand_needs_qkd(s->demand))
        return;
    kh_str_printf(s->out, " QKD with key stands on %.0f of the way's %.0f km", covered_km, length_km);
    if (n_bare > 0)
        say_bare_fibres(s, n_bare);
    kh_str_append(s->out, ".");
}

void kh_words_data(const kh_net *net, const kh_service *service, kh_demand_id demand, kh_str *out)
{
    subject s = {net, service, &net->demands[demand.i], out};
    if (!kh_service_is_asked(s.demand))
        return;
    say_gbps(s.demand->data_gbps, out);
    kh_str_append(out, " of data is asked from ");
    kh_phrase_node(net, s.demand->between[0], out);
    kh_str_append(out, " to ");
    kh_phrase_node(net, s.demand->between[1], out);
    kh_str_append(out, ".");
    switch (service->state) {
    case KH_SERVICE_CARRIED:
        say_carried(&s);
        break;
    case KH_SERVICE_NO_PATH:
        say_no_chain(&s);
        break;
    case KH_SERVICE_NO_SPECTRUM:
        say_no_spectrum(&s);
        break;
    case KH_SERVICE_NO_SPACING:
    case KH_SERVICE_BAD_MODE:
    case KH_SERVICE_NO_MODE:
        say_no_light(&s);
        break;
    }
    say_layer(&s);
    say_cover(&s);
}
