/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/qkd.h"

#include "core/base/units.h"
#include "models/qkd/bounds.h"

#include <math.h>

static const double REACH_MAX_DB = 200.0;
static const double REACH_TOLERANCE_DB = 1e-3;
static const double CEILING_SLACK = 1e-9; /* rounding only */
static const double WORST_ERROR = 0.5 - 1e-9;
static const double BLINDED = 0.499;   /* counts per gate of noise at which nothing can be told any more */
static const double EXCESS_MAX = 10.0; /* shot-noise units */

static const kh_qkd_protocol *const protocols[] = {&kh_qkd_bb84_finite,
                                                   &kh_qkd_bb84_asymptotic,
                                                   &kh_qkd_bbm92,
                                                   &kh_qkd_bb84_one_decoy,
                                                   &kh_qkd_bb84_one_decoy_rusca,
                                                   &kh_qkd_cv_gaussian,
                                                   &kh_qkd_cv_gaussian_asymptotic,
                                                   &kh_qkd_tf_sns_asymptotic,
                                                   &kh_qkd_mdi,
                                                   &kh_qkd_tf_cal_asymptotic,
                                                   &kh_qkd_tf_cal,
                                                   &kh_qkd_tf_sns,
                                                   &kh_qkd_mode_pairing,
                                                   &kh_qkd_bbm92_asymptotic,
                                                   &kh_qkd_bbm92_cw,
                                                   &kh_qkd_bbm92_cw_asymptotic,
                                                   &kh_qkd_mdi_finite,
                                                   &kh_qkd_cv_gaussian_composable};

const kh_qkd_protocol *kh_qkd_protocol_of(kh_protocol protocol)
{
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (protocols[i]->protocol == protocol)
            return protocols[i];
    return NULL;
}

kh_qkd_channel kh_qkd_channel_dark(const kh_qkd_protocol *protocol, double loss_db, kh_source_at source_at)
{
    if (protocol->is_relayed)
        source_at = KH_SOURCE_IN_MIDDLE;
    else if (!protocol->is_entanglement)
        source_at = KH_SOURCE_AT_A;
    double share_a = source_at == KH_SOURCE_IN_MIDDLE ? 0.5 : source_at == KH_SOURCE_AT_B ? 1.0 : 0.0;
    return (kh_qkd_channel){.loss_db = loss_db, .length_km = NAN, .arms_db = {share_a * loss_db, (1.0 - share_a) * loss_db}};
}

/* detectors that share stray light: it parts between the bases as the signal does, so that the two of one basis count */
static double outputs_of(const kh_qkd_protocol *protocol, const kh_device *device)
{
    if (protocol->is_relayed)
        return protocol->is_twin_field ? 2.0 : 4.0;
    return fmin(device->detectors, 2.0);
}

/* 1 - exp(-N eta / outputs) for N photons a gate, told apart by where they come from */
static kh_noise counts_of(const kh_stray_light *stray, double gate_s, double seen_share)
{
    double photons_hz = stray->raman_hz + stray->fwm_hz + stray->leakage_hz;
    if (photons_hz == 0.0)
        return (kh_noise){0};
    double count_per_photon_hz = -expm1(-photons_hz * gate_s * seen_share) / photons_hz;
    return (kh_noise){.raman = stray->raman_hz * count_per_photon_hz,
                      .fwm = stray->fwm_hz * count_per_photon_hz,
                      .leakage = stray->leakage_hz * count_per_photon_hz};
}

/* the local oscillator reads one mode: N photons in it are 2 N shot-noise units at the receiver's input */
static kh_noise excess_of(const kh_stray_light *stray, double transmittance)
{
    if (stray->bandwidth_hz == 0.0)
        return (kh_noise){0};
    double snu = 2.0 / (2.0 * stray->bandwidth_hz * transmittance);                /* two polarisations */
    return (kh_noise){.raman = snu * stray->raman_hz, .fwm = snu * stray->fwm_hz}; /* leakage is in other modes */
}

static void add_noise(const kh_qkd_protocol *protocol, const kh_device *device, const kh_qkd_channel *channel,
                      kh_qkd_system *system)
{
    if (protocol->is_cv) {
        system->noise_b = excess_of(&channel->stray[1], kh_linear_from_db(-channel->arms_db[1]));
        return;
    }
    double gate_s = device->gate_ns * 1e-9, seen_share = system->detector.efficiency / outputs_of(protocol, device);
    system->noise_b = counts_of(&channel->stray[1], gate_s, seen_share);
    if (protocol->is_entanglement)
        system->noise_a = counts_of(&channel->stray[0], gate_s, seen_share);
}

/* wrong by the one or by the other, not by both */
static double turned(double misalignment, double by_channel)
{
    return fmin(misalignment + by_channel - 2.0 * misalignment * by_channel, WORST_ERROR);
}

kh_qkd_system kh_qkd_system_of(const kh_qkd_protocol *protocol, const kh_device *device, const kh_qkd_channel *channel)
{
    kh_qkd_system system = {
        .loss_a_db = channel->arms_db[0],
        .loss_b_db = channel->arms_db[1],
        .detector = {.efficiency = device->detector_efficiency * kh_linear_from_db(-device->receiver_loss_db),
                     .dark_per_gate = kh_detector_dark_per_gate(device->dark_count_hz, device->gate_ns) + channel->noise_per_gate,
                     .misalignment = turned(device->misalignment, channel->misalignment),
                     .afterpulse = device->afterpulse,
                     .dead_time_s = device->dead_time_us * 1e-6,
                     .detectors = device->detectors,
                     .max_count_hz = isfinite(device->max_count_hz) ? device->max_count_hz : 0.0,
                     .is_free_running = device->detector_mode == KH_DETECTOR_FREE_RUNNING,
                     .gate_s = device->gate_ns * 1e-9,
                     .jitter_s = device->jitter_ps * 1e-12},
        .stray_per_gate = channel->noise_per_gate,
        .clock_hz = device->clock_hz * device->duty,
        .ec_efficiency = device->ec_efficiency,
        .block_bits = protocol->is_cv ? device->block_symbols : device->block_bits,
        .block_time_s = device->block_time_s > 0.0 ? device->block_time_s : 0.0,
        .eps_sec = device->eps_sec,
        .eps_cor = device->eps_cor,
        .pairs_per_pulse = device->pairs_per_pulse,
        .pairs_hz = device->pairs_hz,
        .phase_noise_rad = device->phase_noise_rad,
        .linewidth_hz = device->linewidth_hz,
        .drift_rad_per_s = device->phase_drift_rad_per_s,
        .cv = {.heterodyne = device->cv_detection == KH_CV_HETERODYNE,
               .electronic_noise = device->electronic_noise_snu,
               .excess_noise = device->excess_noise_snu,
               .reconciliation = device->reconciliation_efficiency,
               .digits = device->digitisation_bits},
        .frame_error_rate = device->frame_error_rate,
    };
    if (protocol->is_cv) /* what is turned does not beat with the local oscillator */
        system.loss_b_db -= kh_db_from_linear(1.0 - channel->misalignment);
    add_noise(protocol, device, channel, &system);
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

static kh_status check_cv(const kh_qkd_protocol *protocol, const kh_qkd_system *s, kh_error *err)
{
    if (s->detector.dark_per_gate != 0.0)
        return kh_fail(err, KH_ERANGE,
                       "dark counts or noise per gate are %g; continuous variables count no photons, give excess_noise_snu",
                       s->detector.dark_per_gate);
    const range ranges[] = {
        {"excess_noise_snu", s->cv.excess_noise, 0.0, EXCESS_MAX, false, false},
        {"electronic_noise_snu", s->cv.electronic_noise, 0.0, 100.0, false, false},
        {"reconciliation_efficiency", s->cv.reconciliation, 0.0, 1.0, true, false},
        {"frame_error_rate", s->frame_error_rate, 0.0, 1.0, false, true},
    };
    KH_TRY(check_ranges(ranges, sizeof ranges / sizeof ranges[0], err));
    const range digits = {"digitisation_bits", s->cv.digits, 1.0, 16.0, false, false};
    return protocol->protocol == KH_PROTOCOL_CV_GAUSSIAN_COMPOSABLE ? check_range(&digits, err) : KH_OK;
}

static kh_status check_system(const kh_qkd_protocol *protocol, const kh_qkd_system *s, kh_error *err)
{
    const kh_detector *d = &s->detector;
    const range ranges[] = {
        {"loss_a_db", s->loss_a_db, 0.0, 1000.0, false, false},
        {"loss_b_db", s->loss_b_db, 0.0, 1000.0, false, false},
        {"detector efficiency (optics included)", d->efficiency, 0.0, 1.0, true, false},
        {"dark counts per gate (noise included)", d->dark_per_gate, 0.0, 0.5, false, true},
        {"dark counts per gate at the other end (noise included)", s->dark_a_per_gate, 0.0, 0.5, false, true},
        {"misalignment", d->misalignment, 0.0, 0.5, false, true},
        {"afterpulse", d->afterpulse, 0.0, 1.0, false, true},
        {"dead time (s)", d->dead_time_s, 0.0, 1.0, false, false},
        {"detectors", d->detectors, 1.0, 4.0, false, false},
        {"max_count_hz", d->max_count_hz, 0.0, INFINITY, false, true},
        {"jitter (s)", d->jitter_s, 0.0, 1.0, false, false},
        {"gate (s)", d->gate_s, 0.0, 1.0, d->is_free_running || d->jitter_s > 0.0 || protocol->is_continuous, false},
        {"clock_hz", s->clock_hz, 0.0, 1e12, true, false},
        {"ec_efficiency", s->ec_efficiency, 1.0, 10.0, false, false},
    };
    KH_TRY(check_ranges(ranges, sizeof ranges / sizeof ranges[0], err));
    const range finite[] = {
        {"block_bits", s->block_bits, 1.0, INFINITY, false, false},
        {"block_time_s", s->block_time_s, 0.0, 1e9, false, false},
        {"eps_sec", s->eps_sec, 0.0, 1.0, true, true},
        {"eps_cor", s->eps_cor, 0.0, 1.0, true, true},
    };
    if (protocol->is_finite)
        KH_TRY(check_ranges(finite, sizeof finite / sizeof finite[0], err));
    const range pairs = {"pairs_per_pulse", s->pairs_per_pulse, 0.0, 100.0, false, false};
    const range pairs_hz = {"pairs_hz", s->pairs_hz, 0.0, 1e15, false, false};
    const range *given = protocol->is_continuous ? &pairs_hz : &pairs;
    if (protocol->is_entanglement && !isnan(given->value))
        KH_TRY(check_range(given, err));
    const range phase[] = {
        {"phase_noise_rad", s->phase_noise_rad, 0.0, 10.0, false, false},
        {"linewidth_hz", s->linewidth_hz, 0.0, 1e9, false, false},
        {"phase_drift_rad_per_s", s->drift_rad_per_s, 0.0, 1e9, false, false},
    };
    if (protocol->is_twin_field)
        KH_TRY(check_ranges(phase, sizeof phase / sizeof phase[0], err));
    return protocol->is_cv ? check_cv(protocol, s, err) : KH_OK;
}

double kh_qkd_block_size(const kh_qkd_system *system, double sifted_hz)
{
    return system->block_time_s > 0.0 ? fmax(1.0, sifted_hz * system->block_time_s) : system->block_bits;
}

double kh_qkd_ceiling(const kh_qkd_protocol *protocol, double loss_a_db, double loss_b_db)
{
    return kh_bound_plob(protocol->is_twin_field ? fmax(loss_a_db, loss_b_db) : loss_a_db + loss_b_db);
}

static double sum_of(const kh_noise *noise)
{
    return noise->raman + noise->fwm + noise->leakage;
}

/* a detector that stray light blinds gives no key, which is no mistake in the data */
static double add_counts(double dark_per_gate, const kh_noise *noise)
{
    double sum = sum_of(noise);
    return sum > 0.0 && dark_per_gate < BLINDED ? fmin(dark_per_gate + sum, BLINDED) : dark_per_gate + sum;
}

/* Noise where the protocols look for it. */
static kh_qkd_system with_noise(const kh_qkd_protocol *protocol, const kh_qkd_system *system)
{
    kh_qkd_system noisy = *system;
    noisy.dark_a_per_gate = add_counts(system->detector.dark_per_gate, &system->noise_a);
    if (protocol->is_cv)
        noisy.cv.excess_noise = fmin(noisy.cv.excess_noise + sum_of(&system->noise_b), fmax(EXCESS_MAX, noisy.cv.excess_noise));
    else
        noisy.detector.dark_per_gate = add_counts(system->detector.dark_per_gate, &system->noise_b);
    return noisy;
}

static void apply_windows(kh_qkd_system *system)
{
    kh_detector of_a = system->detector;
    of_a.dark_per_gate = system->dark_a_per_gate;
    system->dark_a_per_gate = kh_detector_timed(&of_a, system->clock_hz).dark_per_gate;
    system->detector = kh_detector_timed(&system->detector, system->clock_hz);
}

kh_status kh_qkd_compute(const kh_qkd_protocol *protocol, const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    kh_qkd_system seen = with_noise(protocol, system);
    KH_TRY(check_system(protocol, &seen, err));
    if (!protocol->is_continuous)
        apply_windows(&seen);
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
    return kh_qkd_device_rate_near(device, loss_db, NULL, key, err);
}

kh_status kh_qkd_device_rate_near(const kh_device *device, double loss_db, const kh_qkd_key *near, kh_qkd_key *key, kh_error *err)
{
    const kh_qkd_protocol *protocol;
    KH_TRY(find_protocol(device->protocol, &protocol, err));
    kh_qkd_channel channel = kh_qkd_channel_dark(protocol, loss_db, KH_SOURCE_IN_MIDDLE);
    kh_qkd_system system = kh_qkd_system_of(protocol, device, &channel);
    system.near = near;
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
