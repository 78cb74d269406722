/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/net.h"
#include "core/net/schema_fields.h"

#define OF_LINES      .noun = "line_systems", .target = KH_NOUN_LINE_SYSTEMS
#define OF_AMPLIFIERS .noun = "amplifiers", .target = KH_NOUN_AMPLIFIERS
#define OF_MODES      .noun = "modes", .target = KH_NOUN_MODES

static const char *const amplifier_kinds[] = {
    "fixed", "variable-gain", "openroadm-ila", "openroadm-ila-low-noise", "openroadm-preamp", "openroadm-booster", "dual-stage",
    NULL};
static const char *const auto_word[] = {"auto", NULL};
static const char *const directions[] = {"forward", "backward", NULL};
static const char *const directions_or_both[] = {"forward", "backward", "both", NULL};
static const char *const nli_models[] = {"auto", "gn", "isrs-gn", NULL};
static const char *const sides[] = {"before", "after", NULL};

#define KINDS_OWN .fallback_text = "that of the kind"
static const kh_field mask_fields[] = {
    {NUMBER(kh_osnr_mask, c3, "dB/dBm3", NOT_GIVEN, "Factor of the cube."), WITHIN(-1, 1), KINDS_OWN},
    {NUMBER(kh_osnr_mask, c2, "dB/dBm2", NOT_GIVEN, "Factor of the square."), WITHIN(-10, 10), KINDS_OWN},
    {NUMBER(kh_osnr_mask, c1, "dB/dBm", NOT_GIVEN, "Factor of the power."), WITHIN(-100, 100), KINDS_OWN},
    {NUMBER(kh_osnr_mask, c0, "dB", NOT_GIVEN, "OSNR at 0 dBm."), WITHIN(-100, 200), KINDS_OWN},
};
static const kh_schema_table mask = {.singular = "osnr_mask", .fields = mask_fields, .n_fields = COUNT(mask_fields)};

static const kh_field amplifier_fields[] = {
    ID(kh_amplifier),
    {CHOICE(kh_amplifier, kind, KH_AMPLIFIER_FIXED, "How its noise depends on gain and input power."), .words = amplifier_kinds},
    {NUMBER(kh_amplifier, noise_figure_db, "dB", NOT_GIVEN,
            "fixed: noise figure; below 0 for the effective one of Raman or remote pumping."),
     WITHIN(-10, 30), .fallback_text = "none; fixed must give it"},
    {NUMBER(kh_amplifier, nf_min_db, "dB", NOT_GIVEN, "variable-gain: noise figure at gain_max_db."), WITHIN(0, 30),
     .fallback_text = "none; variable-gain must give it"},
    {NUMBER(kh_amplifier, nf_max_db, "dB", NOT_GIVEN, "variable-gain: noise figure at gain_min_db."), WITHIN(0, 40),
     .fallback_text = "none; variable-gain must give it"},
    {FIELD(kh_amplifier, "osnr_mask", osnr_mask, KH_FIELD_MAPPING, NULL, 0,
           "openroadm-ila: OSNR in 0.1 nm over the input power of a 50 GHz slot, a cubic."),
     .inner = &mask},
    {NUMBER(kh_amplifier, gain_min_db, "dB", -10, "Least gain; an attenuator in front, which adds noise, makes less."),
     WITHIN(-10, 60)},
    {NUMBER(kh_amplifier, gain_max_db, "dB", NOT_GIVEN, "Most gain, at which it is flat."), ABOVE_TO(0, 100),
     .fallback_text = "30; dual-stage: that of both stages"},
    {NUMBER(kh_amplifier, gain_extension_db, "dB", 0,
            "How far the gain of an installed one may be above gain_max_db; it is computed as flat there too."),
     WITHIN(0, 10)},
    {NUMBER(kh_amplifier, power_max_dbm, "dBm", 21, "Most total output power."), WITHIN(-30, 50)},
    {REFERENCE(kh_amplifier, "preamp", preamp, "dual-stage: the first stage, which runs at its full gain."), OF_AMPLIFIERS,
     .fallback_text = "none; dual-stage must give it"},
    {REFERENCE(kh_amplifier, "booster", booster, "dual-stage: the second stage, which gives the rest of the gain."), OF_AMPLIFIERS,
     .fallback_text = "none; dual-stage must give it"},
    {NUMBER(kh_amplifier, lowest_thz, "THz", 191.3, "Centre of the lowest channel that it amplifies (C 191.3, L 186.1)."),
     WITHIN(180, 210)},
    {NUMBER(kh_amplifier, highest_thz, "THz", 196.1, "Centre of the highest channel that it amplifies (C 196.1, L 190.9)."),
     WITHIN(180, 210)},
    {NUMBER(kh_amplifier, pmd_ps, "ps", 0, "Polarisation mode dispersion."), WITHIN(0, 100)},
    {NUMBER(kh_amplifier, pdl_db, "dB", 0, "Polarisation dependent loss."), WITHIN(0, 20)},
    NOTE,
    SOURCED};

#define PENALTY                                                                                                                    \
    {                                                                                                                              \
        .name = "penalty_db", .type = KH_FIELD_NUMBER, .offset = KH_SCHEMA_UNSTORED, .required = true, .unit = "dB",               \
        .text = "What the required OSNR rises by.", WITHIN(0, 100)                                                                 \
    }
#define IMPAIRMENT(name_, unit_, low, text_)                                                                                       \
    {                                                                                                                              \
        .name = (name_), .type = KH_FIELD_NUMBER, .offset = KH_SCHEMA_UNSTORED, .required = true, .unit = (unit_),                 \
        .text = (text_), WITHIN(low, 1e7)                                                                                          \
    }
static const kh_field cd_point_fields[] = {IMPAIRMENT("cd_ps_nm", "ps/nm", -1e7, "Accumulated dispersion."), PENALTY};
static const kh_field pmd_point_fields[] = {IMPAIRMENT("pmd_ps", "ps", 0, "Polarisation mode dispersion."), PENALTY};
static const kh_field pdl_point_fields[] = {IMPAIRMENT("pdl_db", "dB", 0, "Polarisation dependent loss."), PENALTY};
static const kh_schema_table cd_point = {.singular = "cd", .fields = cd_point_fields, .n_fields = 2};
static const kh_schema_table pmd_point = {.singular = "pmd", .fields = pmd_point_fields, .n_fields = 2};
static const kh_schema_table pdl_point = {.singular = "pdl", .fields = pdl_point_fields, .n_fields = 2};

#define POINTS(key, member, inner_, text_)                                                                                         \
    {                                                                                                                              \
        .name = (key), .type = KH_FIELD_POINTS, .offset = offsetof(kh_mode, member.xy),                                            \
        .second_offset = offsetof(kh_mode, member.n), .inner = (inner_), .text = (text_), .fallback_text = "no penalty"            \
    }
static const kh_field penalty_fields[] = {
    POINTS("cd", cd_penalty, &cd_point, "Penalty over chromatic dispersion, straight between points."),
    POINTS("pmd", pmd_penalty, &pmd_point, "Penalty over polarisation mode dispersion."),
    POINTS("pdl", pdl_penalty, &pdl_point, "Penalty over polarisation dependent loss."),
};
static const kh_schema_table penalties = {.singular = "penalties", .fields = penalty_fields, .n_fields = COUNT(penalty_fields)};

static const kh_field mode_fields[] = {
    ID(kh_mode),
    {NUMBER(kh_mode, baud_gbd, "GBd", 0, "Symbol rate."), WITHIN(0.1, 1000), .required = true},
    {NUMBER(kh_mode, rate_gbps, "Gbit/s", 0, "Net data rate of one channel; of a generic mode the most."), ABOVE_TO(0, 100000),
     .required = true},
    {NUMBER(kh_mode, required_osnr_db, "dB", NOT_GIVEN, "OSNR that the receiver needs, in 0.1 nm."), WITHIN(-10, 60),
     .fallback_text = "none: a generic mode, which must give shannon_gap_db"},
    {NUMBER(kh_mode, shannon_gap_db, "dB", NOT_GIVEN,
            "Generic mode: rate = 2 baud log2(1 + GSNR / (gap and margin)), GSNR in the signal's bandwidth; 3 dB is usual."),
     WITHIN(0, 30), .fallback_text = "none; required_osnr_db must be given"},
    {NUMBER(kh_mode, tx_osnr_db, "dB", 40, "OSNR that the transmitter gives, in 0.1 nm."), WITHIN(0, 100)},
    {NUMBER(kh_mode, min_spacing_ghz, "GHz", 0, "Narrowest channel spacing."), ABOVE_TO(0, 10000), .required = true},
    {NUMBER(kh_mode, max_cd_ps_nm, "ps/nm", NO_LIMIT, "Most chromatic dispersion."), ABOVE(0), .fallback_text = "no limit"},
    {NUMBER(kh_mode, max_pmd_ps, "ps", NO_LIMIT, "Most polarisation mode dispersion."), ABOVE(0), .fallback_text = "no limit"},
    {.name = "penalties",
     .type = KH_FIELD_MAPPING,
     .inner = &penalties,
     .text = "What impairments cost; outside a table the mode does not work, and a table that starts above 0 starts at [0, 0]."},
    NOTE,
    SOURCED};

static const kh_field channel_fields[] = {
    {NUMBER(kh_line_system, first_thz, "THz", 191.35, "Centre of the lowest channel."), WITHIN(180, 210)},
    {NUMBER(kh_line_system, spacing_ghz, "GHz", 50, "Distance of neighbouring channels."), WITHIN(1, 10000)},
    {FIELD(kh_line_system, "count", channels, KH_FIELD_INTEGER, NULL, 76, "Number of channels."), WITHIN(1, 512)},
    {NUMBER(kh_line_system, launch_dbm, "dBm", 0, "Power of one channel into each span."), WITHIN(-30, 20)},
    {NUMBER(kh_line_system, baud_gbd, "GBd", NOT_GIVEN, "Symbol rate of the neighbours."), WITHIN(0.1, 1000),
     .fallback_text = "that of the mode"},
};
static const kh_schema_table channels = {.singular = "channels", .fields = channel_fields, .n_fields = COUNT(channel_fields)};

static const kh_field line_system_fields[] = {
    ID(kh_line_system),
    {REFERENCES(kh_line_system, via, "Fibres in order; an amplifier stands between two of them."), OF_FIBRES, .required = true},
    {REFERENCE(kh_line_system, "amplifiers", amplifier, "Kind of the amplifiers."), OF_AMPLIFIERS, .words = auto_word,
     .fallback_text = "auto: the first of the library that can do the span"},
    {TRUTH(kh_line_system, as_built, 0, "No amplifiers but installed_amplifiers; else others are put where none is installed.")},
    {TRUTH(kh_line_system, bare_ends, 0, "No ROADM at either end: transmitters feed the first fibre.")},
    {REFERENCES(kh_line_system, roadms, "Nodes on the way where power is equalised and channels can be added and dropped."),
     OF_NODES, .fallback_text = "none"},
    {.name = "channels",
     .type = KH_FIELD_MAPPING,
     .inner = &channels,
     .text = "The comb, unless the line has entries in combs; all channels are lit."},
    {NUMBER(kh_line_system, roadm_target_dbm, "dBm", -20, "Power of one channel at the output of a ROADM."), WITHIN(-60, 20)},
    {NUMBER(kh_line_system, roadm_target_mw_per_ghz, "mW/GHz", NOT_GIVEN,
            "Power at the output of a ROADM by symbol rate: the same spectral density for all channels."),
     ABOVE_TO(0, 10), .fallback_text = "roadm_target_dbm counts"},
    {NUMBER(kh_line_system, roadm_target_mw_per_slot_ghz, "mW/GHz", NOT_GIVEN,
            "Power at the output of a ROADM by width of the slot."),
     ABOVE_TO(0, 10), .fallback_text = "roadm_target_dbm counts"},
    {NUMBER(kh_line_system, roadm_max_loss_db, "dB", 0, "Loss of a channel that is too weak for the target of a ROADM."),
     WITHIN(0, 60)},
    {NUMBER(kh_line_system, roadm_pmd_ps, "ps", 0, "Polarisation mode dispersion of one ROADM."), WITHIN(0, 100)},
    {NUMBER(kh_line_system, roadm_pdl_db, "dB", 0, "Polarisation dependent loss of one ROADM."), WITHIN(0, 20)},
    {NUMBER(kh_line_system, add_drop_osnr_db, "dB", 38, "OSNR that adding and dropping together leave, in 0.1 nm."),
     WITHIN(0, 100)},
    {CHOICE(
         kh_line_system, nli_model, KH_NLI_AUTO,
         "Interference between channels: closed-form GN, or with Raman scattering between channels, which amplifiers then level; "
         "auto: the latter for combs wider than 5 THz."),
     .words = nli_models},
    {NUMBER(kh_line_system, margin_db, "dB", 2, "System margin on the required OSNR."), WITHIN(0, 30)},
    {REFERENCES(kh_line_system, modes, "Transceiver modes that may be used."), OF_MODES, .fallback_text = "all of the library"},
    {FIELD(kh_line_system, "note", operator_note, KH_FIELD_TEXT, NULL, 0, "Remark for people.")},
    SOURCED};

#define OF_THE_LINE(record)                                                                                                        \
    {                                                                                                                              \
        REFERENCE(record, "line", line, "The line system that it belongs to."), OF_LINES, .required = true                         \
    }
static const kh_field comb_fields[] = {
    ID(kh_comb),
    OF_THE_LINE(kh_comb),
    {NUMBER(kh_comb, first_thz, "THz", 191.35, "Centre of the lowest channel."), WITHIN(180, 210), .required = true},
    {NUMBER(kh_comb, spacing_ghz, "GHz", 50, "Distance of neighbouring channels, width of their slots."), WITHIN(1, 10000)},
    {FIELD(kh_comb, "count", channels, KH_FIELD_INTEGER, NULL, 1, "Number of channels."), WITHIN(1, 512)},
    {NUMBER(kh_comb, baud_gbd, "GBd", NOT_GIVEN, "Symbol rate."), WITHIN(0.1, 1000), .fallback_text = "that of the mode"},
    {NUMBER(kh_comb, launch_offset_db, "dB", 0, "Added to the launch power and to the targets of the ROADMs."), WITHIN(-20, 20)},
    {REFERENCE(kh_comb, "mode", mode, "The transceiver mode of these channels."), OF_MODES, .words = auto_word,
     .fallback_text = "auto: the one of the line's with most capacity"},
    NOTE,
    SOURCED};

#define NEXT_TO(record)                                                                                                            \
    OF_THE_LINE(record),                                                                                                           \
        {CHOICE(record, direction, KH_DIRECTION_FORWARD, "Direction of the light; forward is the order of via."),                  \
         .words = directions},                                                                                                     \
        {REFERENCE(record, "fibre", fibre, "The fibre next to which it stands."), OF_FIBRES, .required = true},                    \
    {                                                                                                                              \
        CHOICE(record, side, KH_SIDE_AFTER, "Whether the light meets it before the fibre or after it."), .words = sides            \
    }
static const kh_field installed_amplifier_fields[] = {
    ID(kh_installed_amplifier),
    NEXT_TO(kh_installed_amplifier),
    {REFERENCE(kh_installed_amplifier, "type", type, "Kind of the amplifier."), OF_AMPLIFIERS, .required = true},
    {NUMBER(kh_installed_amplifier, gain_db, "dB", NOT_GIVEN, "Gain."), WITHIN(-10, 100),
     .fallback_text = "what makes up for the span, or lifts to launch_dbm behind a ROADM"},
    {NUMBER(kh_installed_amplifier, tilt_db, "dB", 0,
            "Gain at 191.275 THz less gain at 196.125 THz, linear in frequency; gain_db holds in the middle."),
     WITHIN(-20, 20)},
    {NUMBER(kh_installed_amplifier, in_voa_db, "dB", 0, "Attenuator at its input."), WITHIN(0, 60)},
    {NUMBER(kh_installed_amplifier, voa_db, "dB", 0, "Attenuator at its output."), WITHIN(0, 60)},
    NOTE,
    SOURCED};

static const kh_field installed_loss_fields[] = {
    ID(kh_installed_loss),
    NEXT_TO(kh_installed_loss),
    {NUMBER(kh_installed_loss, loss_db, "dB", 0, "Loss."), WITHIN(0, 100), .required = true},
    NOTE,
    SOURCED};

#define LINES_OWN .fallback_text = "that of the line system"
static const kh_field installed_roadm_fields[] = {
    ID(kh_installed_roadm),
    OF_THE_LINE(kh_installed_roadm),
    {CHOICE(kh_installed_roadm, direction, KH_DIRECTION_BOTH, "Direction of the light."), .words = directions_or_both},
    {REFERENCE(kh_installed_roadm, "node", node, "Where it stands: an end of the line or one of its roadms."), OF_NODES,
     .required = true},
    {NUMBER(kh_installed_roadm, target_dbm, "dBm", NOT_GIVEN, "Power of one channel towards the line."), WITHIN(-60, 20),
     LINES_OWN},
    {NUMBER(kh_installed_roadm, target_mw_per_ghz, "mW/GHz", NOT_GIVEN, "The same by symbol rate."), ABOVE_TO(0, 10), LINES_OWN},
    {NUMBER(kh_installed_roadm, target_mw_per_slot_ghz, "mW/GHz", NOT_GIVEN, "The same by width of the slot."), ABOVE_TO(0, 10),
     LINES_OWN},
    {NUMBER(kh_installed_roadm, max_loss_db, "dB", NOT_GIVEN, "Loss of a channel that is too weak for the target."), WITHIN(0, 60),
     LINES_OWN},
    {NUMBER(kh_installed_roadm, pmd_ps, "ps", NOT_GIVEN, "Polarisation mode dispersion."), WITHIN(0, 100), LINES_OWN},
    {NUMBER(kh_installed_roadm, pdl_db, "dB", NOT_GIVEN, "Polarisation dependent loss."), WITHIN(0, 20), LINES_OWN},
    {NUMBER(kh_installed_roadm, express_osnr_db, "dB", NOT_GIVEN, "OSNR that passing it leaves, in 0.1 nm."), ABOVE_TO(0, 100),
     .fallback_text = "no noise"},
    {NUMBER(kh_installed_roadm, add_osnr_db, "dB", NOT_GIVEN, "OSNR that adding leaves, in 0.1 nm."), WITHIN(0, 100),
     .fallback_text = "3 dB above add_drop_osnr_db of the line system"},
    {NUMBER(kh_installed_roadm, drop_osnr_db, "dB", NOT_GIVEN, "OSNR that dropping leaves, in 0.1 nm."), WITHIN(0, 100),
     .fallback_text = "3 dB above add_drop_osnr_db of the line system"},
    NOTE,
    SOURCED};

const kh_schema_table kh_schema_line_tables[] = {
    TABLE("amplifiers", "amplifier", kh_amplifier, amplifier_fields, "Kinds of line amplifiers."),
    TABLE("modes", "mode", kh_mode, mode_fields, "Ways to run a transceiver."),
    TABLE("line_systems", "line_system", kh_line_system, line_system_fields, "Amplified classical lines."),
    TABLE("combs", "comb", kh_comb, comb_fields, "Parts of a line's channels: a line with combs has these and no other channels."),
    TABLE("installed_amplifiers", "installed_amplifier", kh_installed_amplifier, installed_amplifier_fields,
          "Amplifiers that stand: they go before those that would be placed."),
    TABLE("installed_losses", "installed_loss", kh_installed_loss, installed_loss_fields,
          "Patches, splitters and pads next to a fibre, nearer to it than an amplifier on the same side."),
    TABLE("installed_roadms", "installed_roadm", kh_installed_roadm, installed_roadm_fields,
          "ROADMs that differ from what their line system says."),
};
