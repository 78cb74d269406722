/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/units.h"
#include "core/net/loader.h"

#include <math.h>

/* QKD links and line systems over the same fibres. */

#define ERROR(l, place, hint, ...) kh_findings_add((l)->findings, KH_ERROR, (place), (hint), __VA_ARGS__)

/* One grid of channels as the filter of a quantum channel sees it. */
typedef struct grid {
    double first_thz, spacing_ghz, channels;
} grid;

/* The channel that a band around a frequency overlaps, or a negative number. */
static double find_overlap_thz(const grid *g, double centre_thz, double width_ghz)
{
    double nearest = round((centre_thz - g->first_thz) * 1000 / g->spacing_ghz);
    double channel_thz = g->first_thz + fmin(fmax(nearest, 0), g->channels - 1) * g->spacing_ghz / 1000;
    double reach_thz = (width_ghz + g->spacing_ghz) / 2000 - 1e-6; /* rounding of wavelengths in nm */
    return fabs(channel_thz - centre_thz) < reach_thz ? channel_thz : -1;
}

static double nm_of_thz(double thz)
{
    return KH_LIGHT_M_PER_S / thz * 1e-3;
}

static void report_overlap(const kh_loader *l, const kh_qkd_link *link, const kh_line_system *line, double channel_thz)
{
    double half_thz = link->filter.bandwidth_ghz / 2000 + (line->n_combs == 0 ? line->spacing_ghz / 2000 : 0);
    kh_str hint = {0};
    kh_str_printf(&hint, "the line leaves free what is below %.2f nm, the O band around 1310 nm too, and above %.2f nm",
                  nm_of_thz(kh_line_last_thz(line) + half_thz), nm_of_thz(kh_line_first_thz(line) - half_thz));
    ERROR(l, link->place, kh_str_text(&hint),
          "qkd_link '%s': its channel at %.10g nm, %g GHz wide, overlaps the channel of line_system '%s' at %.10g THz (%.2f nm)",
          link->id, link->wavelength_nm, link->filter.bandwidth_ghz, line->id, channel_thz, nm_of_thz(channel_thz));
    kh_str_clear(&hint);
}

static void check_channel(const kh_loader *l, const kh_qkd_link *link, const kh_line_system *line)
{
    double centre_thz = KH_LIGHT_M_PER_S / link->wavelength_nm * 1e-3;
    for (size_t i = 0; i < line->n_combs || i == 0; i++) {
        const kh_comb *comb = line->n_combs == 0 ? NULL : line->combs[i];
        const grid g = comb == NULL ? (grid){line->first_thz, line->spacing_ghz, line->channels}
                                    : (grid){comb->first_thz, comb->spacing_ghz, comb->channels};
        double channel_thz = find_overlap_thz(&g, centre_thz, link->filter.bandwidth_ghz);
        if (channel_thz >= 0) {
            report_overlap(l, link, line, channel_thz);
            return;
        }
    }
}

static void check_link_beside(const kh_loader *l, const kh_qkd_link *link)
{
    for (size_t i = 0; i < link->n_beside; i++) {
        const kh_line_system *line = &l->net->line_systems[link->beside[i].i];
        if (l->broken[KH_NOUN_LINE_SYSTEMS][link->beside[i].i])
            continue;
        if (!kh_qkd_link_shares_fibre(link, line))
            ERROR(l, link->place, "name lines that pass fibres of the link",
                  "qkd_link '%s' is beside line_system '%s', which uses none of its fibres", link->id, line->id);
        else if (isnan(link->measured_key_rate_bps))
            check_channel(l, link, line);
    }
}

void kh_loader_check_beside(kh_loader *l)
{
    KH_CHECK_EACH(l, KH_NOUN_QKD_LINKS, qkd_links, check_link_beside)
}
