/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/loader.h"

#include <math.h>

static const double LOWEST_THZ = 180, HIGHEST_THZ = 210; /* optical bands that the models of lines cover */
enum { MOST_CHANNELS = 512 };

#define ERROR(l, place, hint, ...) kh_findings_add((l)->findings, KH_ERROR, (place), (hint), __VA_ARGS__)

/* --- kinds --- */

static void check_variable_gain(const kh_loader *l, const kh_amplifier *a)
{
    if (isnan(a->nf_min_db) || isnan(a->nf_max_db))
        ERROR(l, a->place, "give nf_min_db and nf_max_db", "amplifier '%s' of variable gain has no noise figures", a->id);
    else if (!(a->nf_min_db < a->nf_max_db) || !(a->gain_min_db < a->gain_max_db))
        ERROR(l, a->place, "nf_min_db belongs to gain_max_db, nf_max_db to gain_min_db",
              "amplifier '%s': nf_min_db is %g, nf_max_db %g, gain_min_db %g, gain_max_db %g: the least must be below the most",
              a->id, a->nf_min_db, a->nf_max_db, a->gain_min_db, a->gain_max_db);
}

static void check_stages(const kh_loader *l, const kh_amplifier *a)
{
    if (a->preamp.i == KH_NO_INDEX || a->booster.i == KH_NO_INDEX) {
        ERROR(l, a->place, "give preamp and booster", "amplifier '%s' of two stages lacks one", a->id);
        return;
    }
    const kh_amplifier *stages[2] = {&l->net->amplifiers[a->preamp.i], &l->net->amplifiers[a->booster.i]};
    for (size_t i = 0; i < 2; i++)
        if (stages[i]->kind != KH_AMPLIFIER_FIXED && stages[i]->kind != KH_AMPLIFIER_VARIABLE_GAIN &&
            stages[i]->kind != KH_AMPLIFIER_OPENROADM_BOOSTER)
            ERROR(l, a->place, "name stages of kind fixed, variable-gain or openroadm-booster",
                  "amplifier '%s' has '%s' as a stage, which cannot be one", a->id, stages[i]->id);
}

static void check_amplifier(const kh_loader *l, const kh_amplifier *a)
{
    if (a->kind == KH_AMPLIFIER_FIXED && isnan(a->noise_figure_db))
        ERROR(l, a->place, "give noise_figure_db, or another kind", "amplifier '%s' lacks 'noise_figure_db'", a->id);
    if (a->kind == KH_AMPLIFIER_VARIABLE_GAIN)
        check_variable_gain(l, a);
    if (a->kind == KH_AMPLIFIER_DUAL_STAGE)
        check_stages(l, a);
    if (a->lowest_thz > a->highest_thz)
        ERROR(l, a->place, "C band: 191.3 to 196.1, L band: 186.1 to 190.9, both: 186.1 to 196.1",
              "amplifier '%s': lowest_thz is %g, above highest_thz, %g", a->id, a->lowest_thz, a->highest_thz);
    if (a->gain_min_db > a->gain_max_db)
        ERROR(l, a->place, "check gain_min_db and gain_max_db", "amplifier '%s': its least gain, %g dB, is above its most, %g dB",
              a->id, a->gain_min_db, a->gain_max_db);
}

static const double OSNR_BAND_GHZ = 12.5; /* 0.1 nm */

/* Most that two polarisations carry at the required OSNR without any error. */
static double shannon_gbps(const kh_mode *mode)
{
    double snr = pow(10, mode->required_osnr_db / 10) * OSNR_BAND_GHZ / mode->baud_gbd;
    return 2 * mode->baud_gbd * log2(1 + snr);
}

static void check_mode(const kh_loader *l, const kh_mode *mode)
{
    bool fixed = !isnan(mode->required_osnr_db), generic = !isnan(mode->shannon_gap_db);
    if (fixed == generic)
        ERROR(l, mode->place, "give one of them: shannon_gap_db makes a generic mode",
              "mode '%s' has %s required_osnr_db %s shannon_gap_db", mode->id, fixed ? "both" : "neither", fixed ? "and" : "nor");
    else if (fixed && mode->rate_gbps > shannon_gbps(mode))
        ERROR(l, mode->place, "check rate_gbps, baud_gbd and required_osnr_db",
              "mode '%s' carries %g Gbit/s at an OSNR of %g dB, Shannon's limit there is %.4g Gbit/s", mode->id, mode->rate_gbps,
              mode->required_osnr_db, shannon_gbps(mode));
}

/* --- line systems --- */

static bool passes(const kh_net *net, const kh_line_system *line, kh_node_id node)
{
    for (size_t i = 0; i < line->n_via; i++) {
        const kh_fibre *fibre = &net->fibres[line->via[i].i];
        if (fibre->ends[0].i == node.i || fibre->ends[1].i == node.i)
            return true;
    }
    return false;
}

/* What the models of a line take; ranges of a fibre as such are wider. */
static void check_line_fibre(const kh_loader *l, const kh_line_system *line, const kh_fibre *fibre)
{
    const kh_fibre_type *type = fibre->type.i == KH_NO_INDEX ? NULL : &l->net->fibre_types[fibre->type.i];
    const struct {
        const char *name, *unit;
        double value, low, high;
    } parts[] = {{"length", "km", fibre->length_km, 1e-6, 1000},
                 {"attenuation", "dB/km", fibre->loss_db / fibre->length_km, 0.001, 100},
                 {"dispersion", "ps/(nm km)", type == NULL ? (double)NAN : type->dispersion_ps_nm_km, 1, 40}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].value < parts[i].low || parts[i].value > parts[i].high)
            ERROR(l, line->place, NULL, "line_system '%s': %s of fibre '%s' is %.4g %s, must be in [%g, %g] for an amplified line",
                  line->id, parts[i].name, fibre->id, parts[i].value, parts[i].unit, parts[i].low, parts[i].high);
}

/* Channels of a line, from its own fields or from one of its combs. */
typedef struct plan {
    const char *noun, *id;
    kh_place place;
    double first_thz, spacing_ghz, channels, baud_gbd;
} plan;

static plan plan_of_line(const kh_line_system *line)
{
    return (plan){"line_system", line->id, line->place, line->first_thz, line->spacing_ghz, line->channels, line->baud_gbd};
}

static plan plan_of_comb(const kh_comb *comb)
{
    return (plan){"comb", comb->id, comb->place, comb->first_thz, comb->spacing_ghz, comb->channels, comb->baud_gbd};
}

static double last_thz(const plan *p)
{
    return p->first_thz + (p->channels - 1) * p->spacing_ghz / 1000;
}

static void check_plan(const kh_loader *l, const plan *p)
{
    double half_thz = p->spacing_ghz / 2000;
    if (p->first_thz - half_thz < LOWEST_THZ || last_thz(p) + half_thz > HIGHEST_THZ) {
        kh_str hint = {0};
        double fit = floor((HIGHEST_THZ - half_thz - p->first_thz) / (p->spacing_ghz / 1000) + 1e-9) + 1;
        if (p->first_thz - half_thz >= LOWEST_THZ && fit >= 1)
            kh_str_printf(&hint, "count may be at most %g from there", fit);
        ERROR(l, p->place, hint.length > 0 ? kh_str_text(&hint) : "check first_thz, spacing_ghz and count",
              "%s '%s': channels from %.10g to %.10g THz, must lie in [%g, %g] THz with their width", p->noun, p->id, p->first_thz,
              last_thz(p), LOWEST_THZ, HIGHEST_THZ);
        kh_str_clear(&hint);
    }
    if (p->baud_gbd > p->spacing_ghz)
        ERROR(l, p->place, "make baud_gbd smaller or spacing_ghz larger",
              "%s '%s': a symbol rate of %g GBd does not fit a channel spacing of %g GHz", p->noun, p->id, p->baud_gbd,
              p->spacing_ghz);
}

/* `auto`: is there one amplifier for all channels? If not, the one that takes most of them from the first on says how many fit. */
static void check_band_auto(const kh_loader *l, const kh_line_system *line)
{
    const kh_amplifier *nearest = NULL;
    double first_thz = kh_line_first_thz(line);
    for (size_t i = 0; i < l->net->n_amplifiers; i++) {
        const kh_amplifier *amplifier = &l->net->amplifiers[i];
        if (l->broken[KH_NOUN_AMPLIFIERS][i] || kh_amplifier_covers(amplifier, line))
            return;
        bool takes_first = amplifier->lowest_thz <= first_thz && first_thz <= amplifier->highest_thz;
        if (nearest == NULL || (takes_first && amplifier->highest_thz > nearest->highest_thz))
            nearest = amplifier;
    }
    if (nearest == NULL || line->as_built)
        return;
    kh_str hint = {0};
    double fit = floor((nearest->highest_thz - first_thz) / (line->spacing_ghz / 1000) + 1e-9) + 1;
    if (line->n_combs == 0 && first_thz >= nearest->lowest_thz && fit >= 1)
        kh_str_printf(&hint, "count may be at most %g from there, or add an amplifier of a wider band", fit);
    ERROR(l, line->place, hint.length > 0 ? kh_str_text(&hint) : "check first_thz, or add an amplifier of that band",
          "line_system '%s': channels from %.10g to %.10g THz, no amplifier takes them all ('%s' takes %g to %g THz)", line->id,
          first_thz, kh_line_last_thz(line), nearest->id, nearest->lowest_thz, nearest->highest_thz);
    kh_str_clear(&hint);
}

/* Modes named for the line: one at least must fit between its channels. */
static void check_spacing(const kh_loader *l, const kh_line_system *line)
{
    const kh_mode *narrowest = NULL;
    for (size_t i = 0; i < line->n_modes; i++) {
        const kh_mode *mode = &l->net->modes[line->modes[i].i];
        if (l->broken[KH_NOUN_MODES][line->modes[i].i])
            return;
        if (narrowest == NULL || kh_mode_need_ghz(mode) < kh_mode_need_ghz(narrowest))
            narrowest = mode;
    }
    if (narrowest != NULL && line->n_combs == 0 && kh_mode_need_ghz(narrowest) > line->spacing_ghz)
        ERROR(l, line->place, "make spacing_ghz larger or name another mode",
              "line_system '%s': a channel spacing of %g GHz is too narrow for its modes, '%s' needs %g GHz at %g GBd", line->id,
              line->spacing_ghz, narrowest->id, kh_mode_need_ghz(narrowest), narrowest->baud_gbd);
}

static void check_band(const kh_loader *l, const kh_line_system *line)
{
    if (line->amplifier.i == KH_NO_INDEX)
        check_band_auto(l, line);
    if (line->amplifier.i == KH_NO_INDEX || l->broken[KH_NOUN_AMPLIFIERS][line->amplifier.i])
        return;
    const kh_amplifier *amplifier = &l->net->amplifiers[line->amplifier.i];
    if (!kh_amplifier_covers(amplifier, line))
        ERROR(l, line->place, "choose an amplifier for these channels: lowest_thz and highest_thz of the amplifier say its band",
              "line_system '%s': channels from %.10g to %.10g THz, amplifier '%s' takes %g to %g THz", line->id,
              kh_line_first_thz(line), kh_line_last_thz(line), amplifier->id, amplifier->lowest_thz, amplifier->highest_thz);
}

static void check_line(const kh_loader *l, const kh_line_system *line)
{
    for (size_t i = 0; i < line->n_roadms; i++)
        if (!passes(l->net, line, line->roadms[i]))
            ERROR(l, line->place, NULL, "line_system '%s' has a ROADM at '%s', which is not on its way", line->id,
                  l->net->nodes[line->roadms[i].i].id);
    for (size_t i = 0; i < line->n_via; i++)
        if (!l->broken[KH_NOUN_FIBRES][line->via[i].i])
            check_line_fibre(l, line, &l->net->fibres[line->via[i].i]);
    const plan p = plan_of_line(line);
    check_plan(l, &p);
    check_band(l, line);
    check_spacing(l, line);
    if (line->roadm_target_mw_per_ghz > 0 && line->roadm_target_mw_per_slot_ghz > 0)
        ERROR(l, line->place, "give one of the two", "line_system '%s' equalises both by symbol rate and by width of the slot",
              line->id);
    if (line->n_modes == 0 && l->net->n_modes == 0)
        ERROR(l, line->place, "include a device library, or add modes", "line_system '%s': there are no transceiver modes",
              line->id);
}

/* --- combs --- */

static void check_comb_mode(const kh_loader *l, const kh_comb *comb)
{
    if (comb->mode.i == KH_NO_INDEX)
        return;
    const kh_mode *mode = &l->net->modes[comb->mode.i];
    double need_ghz = kh_mode_need_ghz(mode);
    if (need_ghz > comb->spacing_ghz)
        ERROR(l, comb->place, "make spacing_ghz larger or choose another mode", "comb '%s': mode '%s' needs %g GHz, it has %g GHz",
              comb->id, mode->id, need_ghz, comb->spacing_ghz);
    if (!isnan(comb->baud_gbd) && fabs(comb->baud_gbd - mode->baud_gbd) > 0.01)
        ERROR(l, comb->place, "leave baud_gbd out", "comb '%s' runs at %g GBd, its mode '%s' at %g GBd", comb->id, comb->baud_gbd,
              mode->id, mode->baud_gbd);
}

/* The channel of b that overlaps one of a, or the number of b's channels. */
static size_t find_overlap(const plan *a, const plan *b)
{
    size_t n = (size_t)b->channels;
    double reach_thz = (a->spacing_ghz + b->spacing_ghz) / 2000 - 1e-9; /* rounding of frequencies in THz */
    for (size_t i = 0; i < n; i++) {
        double at_thz = b->first_thz + (double)i * b->spacing_ghz / 1000;
        double nearest = round((at_thz - a->first_thz) * 1000 / a->spacing_ghz);
        nearest = fmin(fmax(nearest, 0), a->channels - 1);
        if (fabs(a->first_thz + nearest * a->spacing_ghz / 1000 - at_thz) < reach_thz)
            return i;
    }
    return n;
}

static void check_overlap(const kh_loader *l, const kh_comb *comb, const kh_comb *before)
{
    const plan p = plan_of_comb(comb), o = plan_of_comb(before);
    size_t at = find_overlap(&o, &p);
    if (at < (size_t)comb->channels)
        ERROR(l, comb->place, "move first_thz, or make count or spacing_ghz smaller",
              "comb '%s': its channel at %.10g THz, %g GHz wide, overlaps comb '%s'", comb->id,
              comb->first_thz + (double)at * comb->spacing_ghz / 1000, comb->spacing_ghz, before->id);
}

/* Combs of a line, up to those that are too many. */
static void check_combs(const kh_loader *l, const kh_line_system *line)
{
    double together = 0;
    for (size_t i = 0; i < line->n_combs && together <= MOST_CHANNELS; i++) {
        const plan p = plan_of_comb(line->combs[i]);
        check_plan(l, &p);
        check_comb_mode(l, line->combs[i]);
        for (size_t j = 0; j < i; j++)
            check_overlap(l, line->combs[i], line->combs[j]);
        together += line->combs[i]->channels;
    }
    if (together > MOST_CHANNELS)
        ERROR(l, line->place, "light fewer", "line_system '%s' has more than %d channels in its combs", line->id, MOST_CHANNELS);
}

void kh_loader_check_lines(kh_loader *l)
{
    KH_CHECK_EACH(l, KH_NOUN_AMPLIFIERS, amplifiers, check_amplifier)
    KH_CHECK_EACH(l, KH_NOUN_MODES, modes, check_mode)
    KH_CHECK_EACH(l, KH_NOUN_LINE_SYSTEMS, line_systems, check_line)
    KH_CHECK_EACH(l, KH_NOUN_LINE_SYSTEMS, line_systems, check_combs)
    kh_loader_check_installed(l);
}
