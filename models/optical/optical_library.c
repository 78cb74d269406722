/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_library.h"

#include "core/base/units.h"

#include <math.h>
#include <string.h>

static const double half_noise_db = 3.0102999566398120; /* add and drop share the noise of both */

/* OSNR masks of OpenROADM in-line amplifiers over the input power of a 50 GHz slot, as GNPy's equipment libraries give them */
static const double standard_mask[4] = {-5.952e-4, -6.250e-2, -1.071, 28.99};
static const double low_noise_mask[4] = {-8.104e-4, -6.221e-2, -5.889e-1, 37.62};

static double given_or(double value, double otherwise)
{
    return isnan(value) ? otherwise : value;
}

static void set_mask(const kh_amplifier *kind, const double usual[4], kh_optical_amplifier *out)
{
    const kh_osnr_mask *own = &kind->osnr_mask;
    out->noise = KH_OPTICAL_NOISE_OPENROADM;
    out->noise_db[0] = given_or(own->c3, usual[0]);
    out->noise_db[1] = given_or(own->c2, usual[1]);
    out->noise_db[2] = given_or(own->c1, usual[2]);
    out->noise_db[3] = given_or(own->c0, usual[3]);
}

/* Noise of one stage. */
static void set_noise(const kh_amplifier *kind, kh_optical_amplifier *out)
{
    switch (kind->kind) {
    case KH_AMPLIFIER_FIXED:
    case KH_AMPLIFIER_DUAL_STAGE:
        out->noise = KH_OPTICAL_NOISE_FIXED;
        out->noise_db[0] = kind->noise_figure_db;
        break;
    case KH_AMPLIFIER_VARIABLE_GAIN:
        out->noise = KH_OPTICAL_NOISE_VARIABLE_GAIN;
        out->noise_db[0] = kind->nf_min_db;
        out->noise_db[1] = kind->nf_max_db;
        break;
    case KH_AMPLIFIER_OPENROADM_ILA:
        set_mask(kind, standard_mask, out);
        break;
    case KH_AMPLIFIER_OPENROADM_ILA_LOW_NOISE:
        set_mask(kind, low_noise_mask, out);
        break;
    case KH_AMPLIFIER_OPENROADM_PREAMP:
        out->noise = KH_OPTICAL_NOISE_OPENROADM_PREAMP;
        break;
    case KH_AMPLIFIER_OPENROADM_BOOSTER:
        out->noise = KH_OPTICAL_NOISE_NONE;
        break;
    }
}

static kh_optical_amplifier make_stage(const kh_amplifier *kind)
{
    kh_optical_amplifier made = {.gain_min_db = kind->gain_min_db,
                                 .gain_max_db = kind->gain_max_db,
                                 .power_max_dbm = kind->power_max_dbm,
                                 .pmd_ps = kind->pmd_ps,
                                 .pdl_db = kind->pdl_db};
    set_noise(kind, &made);
    return made;
}

kh_status kh_optical_library_amplifier(const kh_net *net, const kh_amplifier *kind, kh_arena *arena, kh_optical_amplifier *out,
                                       kh_error *err)
{
    kh_optical_amplifier made = make_stage(kind);
    if (kind->kind == KH_AMPLIFIER_DUAL_STAGE) {
        if (kind->preamp.i == KH_NO_INDEX || kind->booster.i == KH_NO_INDEX)
            return kh_fail(err, KH_EDATA, "amplifier '%s' of two stages lacks one", kind->id);
        kh_optical_amplifier *stages = KH_NEW(arena, kh_optical_amplifier, 2);
        if (stages == NULL)
            return kh_fail(err, KH_ENOMEM, "out of memory for an amplifier");
        stages[0] = make_stage(&net->amplifiers[kind->preamp.i]);
        stages[1] = make_stage(&net->amplifiers[kind->booster.i]);
        made.noise = KH_OPTICAL_NOISE_DUAL_STAGE;
        made.stages = stages;
    }
    *out = made;
    return KH_OK;
}

static kh_direction direction_of(kh_optical_hop hop)
{
    return hop.backward ? KH_DIRECTION_BACKWARD : KH_DIRECTION_FORWARD;
}

const kh_installed_amplifier *kh_optical_library_installed(const kh_net *net, kh_optical_hop hop, kh_fibre_id fibre, kh_side side)
{
    for (size_t i = 0; i < net->n_installed_amplifiers; i++) {
        const kh_installed_amplifier *a = &net->installed_amplifiers[i];
        if (a->line.i == hop.line.i && a->fibre.i == fibre.i && a->side == side && a->direction == direction_of(hop))
            return a;
    }
    return NULL;
}

double kh_optical_library_loss_db(const kh_net *net, kh_optical_hop hop, kh_fibre_id fibre, kh_side side)
{
    double sum_db = 0.0;
    for (size_t i = 0; i < net->n_installed_losses; i++) {
        const kh_installed_loss *loss = &net->installed_losses[i];
        if (loss->line.i == hop.line.i && loss->fibre.i == fibre.i && loss->side == side && loss->direction == direction_of(hop))
            sum_db += loss->loss_db;
    }
    return sum_db;
}

static const kh_installed_roadm *find_roadm(const kh_net *net, kh_optical_hop hop, kh_node_id node)
{
    for (size_t i = 0; i < net->n_installed_roadms; i++) {
        const kh_installed_roadm *r = &net->installed_roadms[i];
        if (r->line.i == hop.line.i && r->node.i == node.i &&
            (r->direction == KH_DIRECTION_BOTH || r->direction == direction_of(hop)))
            return r;
    }
    return NULL;
}

static void set_target(double dbm, double mw_per_ghz, double mw_per_slot_ghz, kh_optical_roadm *out)
{
    if (mw_per_ghz > 0.0) {
        out->equalise = KH_OPTICAL_BY_BAUD;
        out->target_dbm = kh_db_from_linear(mw_per_ghz);
    } else if (mw_per_slot_ghz > 0.0) {
        out->equalise = KH_OPTICAL_BY_SLOT;
        out->target_dbm = kh_db_from_linear(mw_per_slot_ghz);
    } else if (!isnan(dbm)) {
        out->equalise = KH_OPTICAL_BY_CHANNEL;
        out->target_dbm = dbm;
    }
}

static double noise_db(const kh_installed_roadm *own, kh_optical_role role, double together_db)
{
    double stage_db = own == NULL || role == KH_OPTICAL_EXPRESS ? (double)NAN
                      : role == KH_OPTICAL_ADD                  ? own->add_osnr_db
                                                                : own->drop_osnr_db;
    return isnan(stage_db) ? given_or(together_db, (double)INFINITY) : stage_db - half_noise_db;
}

kh_optical_roadm kh_optical_library_roadm(const kh_net *net, kh_optical_hop hop, kh_node_id node, kh_optical_role role)
{
    const kh_line_system *line = &net->line_systems[hop.line.i];
    const kh_installed_roadm *own = find_roadm(net, hop, node);
    kh_optical_roadm made = {.role = role,
                             .max_loss_db = line->roadm_max_loss_db,
                             .pmd_ps = line->roadm_pmd_ps,
                             .pdl_db = line->roadm_pdl_db,
                             .add_drop_osnr_db = noise_db(own, role, line->add_drop_osnr_db)};
    set_target(line->roadm_target_dbm, line->roadm_target_mw_per_ghz, line->roadm_target_mw_per_slot_ghz, &made);
    if (own == NULL)
        return made;
    made.express_osnr_db = given_or(own->express_osnr_db, 0.0);
    set_target(own->target_dbm, own->target_mw_per_ghz, own->target_mw_per_slot_ghz, &made);
    made.max_loss_db = given_or(own->max_loss_db, made.max_loss_db);
    made.pmd_ps = given_or(own->pmd_ps, made.pmd_ps);
    made.pdl_db = given_or(own->pdl_db, made.pdl_db);
    return made;
}

double kh_optical_library_total_dbm(const kh_line_system *line)
{
    if (line->n_combs == 0)
        return line->launch_dbm + kh_db_from_linear(line->channels);
    double sum = 0.0;
    for (size_t i = 0; i < line->n_combs; i++)
        sum += line->combs[i]->channels * kh_linear_from_db(line->combs[i]->launch_offset_db);
    return line->launch_dbm + kh_db_from_linear(sum);
}
