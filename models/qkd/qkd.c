/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/qkd.h"

#include "core/base/units.h"
#include "models/qkd/bounds.h"

#include <math.h>

static const double REACH_MAX_DB = 200.0;
static const double REACH_TOLERANCE_DB = 1e-3;
static const double CEILING_SLACK = 1e-9; /* rounding only */

static const kh_qkd_protocol *const protocols[] = {&kh_qkd_bb84_finite,
                                                   &kh_qkd_bb84_asymptotic,
                                                   &kh_qkd_bbm92,
                                                   &kh_qkd_bb84_one_decoy,
                                                   &kh_qkd_bb84_one_decoy_rusca,
                                                   &kh_qkd_cv_gaussian,
                                                   &kh_qkd_cv_gaussian_asymptotic,
                                                   &kh_qkd_tf_sns,
                                                   &kh_qkd_mdi};

const kh_qkd_protocol *kh_qkd_protocol_of(kh_protocol protocol)
{
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (protocols[i]->protocol == protocol)
            return protocols[i];
    return NULL;
}

static void divide_loss(kh_source_at source_at, double loss_db, kh_qkd_system *system)
{
    double share_a = source_at == KH_SOURCE_IN_MIDDLE ? 0.5 : source_at == KH_SOURCE_AT_B ? 1.0 : 0.0;
    system->loss_a_db = share_a * loss_db;
    system->loss_b_db = (1.0 - share_a) * loss_db;
}

kh_qkd_system kh_qkd_system_of(const kh_qkd_protocol *protocol, const kh_device *device, double loss_db, kh_source_at source_at,
                               double noise_per_gate)
{
    kh_qkd_system system = {
        .detector = {.efficiency = device->detector_efficiency * kh_linear_from_db(-device->receiver_loss_db),
                     .dark_per_gate = kh_detector_dark_per_gate(device->dark_count_hz, device->gate_ns) + noise_per_gate,
                     .misalignment = device->misalignment,
                     .afterpulse = device->afterpulse,
                     .dead_time_s = device->dead_time_us * 1e-6,
                     .detectors = device->detectors,
                     .max_count_hz = isfinite(device->max_count_hz) ? device->max_count_hz : 0.0,
                     .is_free_running = device->detector_mode == KH_DETECTOR_FREE_RUNNING,
                     .gate_s = device->gate_ns * 1e-9,
                     .jitter_s = device->jitter_ps * 1e-12},
        .clock_hz = device->clock_hz,
        .ec_efficiency = device->ec_efficiency,
        .block_bits = protocol->is_cv ? device->block_symbols : device->block_bits,
        .eps_sec = device->eps_sec,
        .eps_cor = device->eps_cor,
        .pairs_per_pulse = device->pairs_per_pulse,
        .phase_noise_rad = device->phase_noise_rad,
        .cv = {.heterodyne = device->cv_detection == KH_CV_HETERODYNE,
               .electronic_noise = device->electronic_noise_snu,
               .excess_noise = device->excess_noise_snu,
               .reconciliation = device->reconciliation_efficiency},
        .frame_error_rate = device->frame_error_rate,
    };
    if (protocol->is_relayed)
        source_at = KH_SOURCE_IN_MIDDLE;
    else if (!protocol->is_entanglement)
        source_at = KH_SOURCE_AT_A;
    divide_loss(source_at, loss_db, &system);
    return system;
}

/* a range with its ends; an open end is written as the nearest closed one that makes sense */
typedef struct range {
    const char *name;
    double value, low, high;
    bool low_open, high_open;
} range;

static kh_status check_range(const range *r, kh_error *err)
{
    bool low_ok = r->low_open ? r->value > r->low : r->value >= r->low;
    bool high_ok = r->high_open ? r->value < r->high : r->value <= r->high;
    if (low_ok && high_ok) /* false for NAN */
        return KH_OK;
    return kh_fail(err, KH_ERANGE, "%s is %g, must be in %c%g, %g%c", r->name, r->value, r->low_open ? '(' : '[', r->low, r->high,
                   r->high_open ? ')' : ']');
}

static kh_status check_ranges(const range *ranges, size_t n, kh_error *err)
{
    for (size_t i = 0; i < n; i++)
        KH_TRY(check_range(&ranges[i], err));
    return KH_OK;
}

static kh_status check_cv(const kh_qkd_system *s, kh_error *err)
{
    if (s->detector.dark_per_gate != 0.0)
        return kh_fail(err, KH_ERANGE,
                       "dark counts or noise per gate are %g; continuous variables count no photons, give excess_noise_snu",
                       s->detector.dark_per_gate);
    const range ranges[] = {
        {"excess_noise_snu", s->cv.excess_noise, 0.0, 10.0, false, false},
        {"electronic_noise_snu", s->cv.electronic_noise, 0.0, 100.0, false, false},
        {"reconciliation_efficiency", s->cv.reconciliation, 0.0, 1.0, true, false},
        {"frame_error_rate", s->frame_error_rate, 0.0, 1.0, false, true},
    };
    return check_ranges(ranges, sizeof ranges / sizeof ranges[0], err);
}

static kh_status check_system(const kh_qkd_protocol *protocol, const kh_qkd_system *s, kh_error *err)
{
    const kh_detector *d = &s->detector;
    const range ranges[] = {
        {"loss_a_db", s->loss_a_db, 0.0, 1000.0, false, false},
        {"loss_b_db", s->loss_b_db, 0.0, 1000.0, false, false},
        {"detector efficiency (optics included)", d->efficiency, 0.0, 1.0, true, false},
        {"dark counts per gate (noise included)", d->dark_per_gate, 0.0, 0.5, false, true},
        {"misalignment", d->misalignment, 0.0, 0.5, false, true},
        {"afterpulse", d->afterpulse, 0.0, 1.0, false, true},
        {"dead time (s)", d->dead_time_s, 0.0, 1.0, false, false},
        {"detectors", d->detectors, 1.0, 4.0, false, false},
        {"max_count_hz", d->max_count_hz, 0.0, INFINITY, false, true},
        {"jitter (s)", d->jitter_s, 0.0, 1.0, false, false},
        {"gate (s)", d->gate_s, 0.0, 1.0, d->is_free_running || d->jitter_s > 0.0, false},
        {"clock_hz", s->clock_hz, 0.0, 1e12, true, false},
        {"ec_efficiency", s->ec_efficiency, 1.0, 10.0, false, false},
    };
    KH_TRY(check_ranges(ranges, sizeof ranges / sizeof ranges[0], err));
    const range finite[] = {
        {"block_bits", s->block_bits, 1.0, INFINITY, false, false},
        {"eps_sec", s->eps_sec, 0.0, 1.0, true, true},
        {"eps_cor", s->eps_cor, 0.0, 1.0, true, true},
    };
    if (protocol->is_finite)
        KH_TRY(check_ranges(finite, sizeof finite / sizeof finite[0], err));
    const range pairs = {"pairs_per_pulse", s->pairs_per_pulse, 0.0, 100.0, false, false};
    if (protocol->is_entanglement && !isnan(s->pairs_per_pulse))
        KH_TRY(check_range(&pairs, err));
    const range phase = {"phase_noise_rad", s->phase_noise_rad, 0.0, 10.0, false, false};
    if (protocol->is_twin_field)
        KH_TRY(check_range(&phase, err));
    return protocol->is_cv ? check_cv(s, err) : KH_OK;
}

double kh_qkd_ceiling(const kh_qkd_protocol *protocol, double loss_a_db, double loss_b_db)
{
    return kh_bound_plob(protocol->is_twin_field ? fmax(loss_a_db, loss_b_db) : loss_a_db + loss_b_db);
}

kh_status kh_qkd_compute(const kh_qkd_protocol *protocol, const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    KH_TRY(check_system(protocol, system, err));
    kh_qkd_system seen = *system;
    seen.detector = kh_detector_timed(&system->detector, system->clock_hz);
    kh_qkd_key computed;
    KH_TRY(protocol->key(&seen, &computed, err));
    double loss_db = system->loss_a_db + system->loss_b_db;
    double ceiling_bps = system->clock_hz * kh_qkd_ceiling(protocol, system->loss_a_db, system->loss_b_db);
    if (!(computed.rate_bps >= 0.0 && computed.rate_bps <= ceiling_bps * (1.0 + CEILING_SLACK)))
        return kh_fail(err, KH_EINTERNAL, "%s gives %g bit/s at %g dB, the bound of the channel is %g bit/s", protocol->name,
                       computed.rate_bps, loss_db, ceiling_bps);
    *key = computed;
    return KH_OK;
}

static kh_status find_protocol(kh_protocol which, const kh_qkd_protocol **protocol, kh_error *err)
{
    *protocol = kh_qkd_protocol_of(which);
    return *protocol != NULL ? KH_OK : kh_fail(err, KH_ERANGE, "protocol %d has no model", (int)which);
}

kh_status kh_qkd_device_rate(const kh_device *device, double loss_db, kh_qkd_key *key, kh_error *err)
{
    const kh_qkd_protocol *protocol;
    KH_TRY(find_protocol(device->protocol, &protocol, err));
    kh_qkd_system system = kh_qkd_system_of(protocol, device, loss_db, KH_SOURCE_IN_MIDDLE, 0.0);
    kh_qkd_key computed;
    KH_TRY(kh_qkd_compute(protocol, &system, &computed, err));
    computed.rate_bps = loss_db > device->max_loss_db ? 0.0 : fmin(computed.rate_bps, device->max_key_rate_bps);
    *key = computed;
    return KH_OK;
}

kh_status kh_qkd_reach_db(const kh_device *device, double *reach_db, kh_error *err)
{
    double low = 0.0, high = fmin(REACH_MAX_DB, device->max_loss_db);
    kh_qkd_key key;
    KH_TRY(kh_qkd_device_rate(device, high, &key, err));
    if (key.rate_bps > 0.0) {
        *reach_db = high;
        return KH_OK;
    }
    while (high - low > REACH_TOLERANCE_DB) {
        double middle = 0.5 * (low + high);
        KH_TRY(kh_qkd_device_rate(device, middle, &key, err));
        *(key.rate_bps > 0.0 ? &low : &high) = middle;
    }
    *reach_db = low;
    return KH_OK;
}
