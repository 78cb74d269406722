/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/schema_net.h"

#include "core/net/net.h"
#include "core/net/schema_fields.h"

#include <math.h>
#include <string.h>

static const char *const node_kinds[] = {"site", "switch", "amplifier", "ogs", "satellite", NULL};
static const char *const media[] = {"buried", "aerial", "subsea", NULL};
/* in the order of kh_protocol; a link may also ask for the best */
// clang-format off
#define PROTOCOLS \
    "bb84-decoy", \
    "bb84-decoy-asymptotic", \
    "bbm92", \
    "bb84-one-decoy", \
    "bb84-one-decoy-rusca", \
    "cv-gaussian", \
    "cv-gaussian-asymptotic", \
    "tf-sns-asymptotic", \
    "mdi-asymptotic", \
    "tf-cal-asymptotic", \
    "tf-cal", \
    "tf-sns", \
    "mode-pairing-asymptotic", \
    "bbm92-asymptotic", \
    "bbm92-cw", \
    "bbm92-cw-asymptotic", \
    "mdi", \
    "cv-gaussian-composable"
// clang-format on
static const char *const protocols[] = {PROTOCOLS, NULL};
static const char *const link_protocols[] = {PROTOCOLS, "best", NULL};
static const char *const missing_protocols[] = {
    "cow",
    "coherent one-way has no model: known attacks make its key fall with the square of the transmittance (arXiv:2006.16891), and "
    "the "
    "proofs that came later are for variants; use bb84-one-decoy, or give what was measured",
    NULL};
static const char *const detector_modes[] = {"gated", "free-running", NULL};
static const char *const cv_detections[] = {"homodyne", "heterodyne", NULL};
static const char *const light_ways[] = {"both", "co", "counter", NULL};
static const char *const source_places[] = {"a", "middle", "b", NULL};
static const char *const disclosures[] = {"full", "rates", "prices", "nothing", NULL};
static const char *const when_full[] = {"keep", "drop-block", "drop-oldest", NULL};

static const kh_field transit_fields[] = {
    {FIELD(kh_domain, "price_per_mbit", transit_price_per_mbit, KH_FIELD_NUMBER, "EUR/Mbit", 0, "Price of key carried for others."),
     AT_LEAST(0)},
    {FIELD(kh_domain, "max_rate_bps", transit_max_rate_bps, KH_FIELD_NUMBER, "bit/s", NO_LIMIT,
           "Most key in all that it carries for others, over whichever borders."),
     ABOVE(0), .fallback_text = "no limit"},
};
static const kh_schema_table transit = {.singular = "transit", .fields = transit_fields, .n_fields = COUNT(transit_fields)};

static const kh_field domain_fields[] = {
    ID(kh_domain),
    {FIELD(kh_domain, "operator", operator_name, KH_FIELD_TEXT, NULL, 0, "Name of the operator for people."),
     .fallback_text = "the id"},
    {TEXT(kh_domain, country, "Country, as people write it or as a two-letter code.")},
    {CHOICE(kh_domain, discloses, KH_DISCLOSE_FULL, "What the operator shows to others."), .words = disclosures},
    {.name = "transit", .type = KH_FIELD_MAPPING, .inner = &transit, .text = "What carrying key for others costs."},
    {NUMBER(kh_domain, handover_s, "s", 0,
            "Time that a key takes through its border gateway; a hop between two domains takes that of both."),
     WITHIN(0, 60)},
    NOTE,
    SOURCED};

#define INHERITED(what) .fallback_text = "the smaller of the two nodes', else " what
static const kh_field store_fields[] = {
    {WHOLE(kh_store_policy, capacity_keys, "keys of 256 bit", NOT_GIVEN, "Most that the store holds."), WITHIN(1, 1e12),
     INHERITED("100000")},
    {WHOLE(kh_store_policy, refill_below_keys, "keys of 256 bit", NOT_GIVEN,
           "Once the store is below this, the link makes key until it is full; then it rests."),
     WITHIN(0, 1e12), INHERITED("80 % of the capacity")},
    {WHOLE(kh_store_policy, reserve_keys, "keys of 256 bit", NOT_GIVEN, "Kept for demands of priority 0."), WITHIN(0, 1e12),
     INHERITED("0")},
    {WHOLE(kh_store_policy, initial_keys, "keys of 256 bit", NOT_GIVEN, "In the store at the start."), WITHIN(0, 1e12),
     INHERITED("0")},
    {NUMBER(kh_store_policy, lifetime_h, "h", NOT_GIVEN, "Older key is discarded; what is taken is the oldest."), ABOVE_TO(0, 1e6),
     INHERITED("it keeps for ever")},
    {NUMBER(kh_store_policy, sync_s, "s", NOT_GIVEN, "From the end of a block until its key can be used at both ends."),
     WITHIN(0, 86400), .fallback_text = "the larger of the two nodes', else 0"},
    {CHOICE(kh_store_policy, when_full, KH_WHEN_FULL_AS_NODES,
            "A block that finds too little room: what fits is kept, the block is dropped whole, or the oldest key makes room."),
     .words = when_full, .fallback_text = "that of the first node that says it, else keep"},
    {FIELD(kh_store_policy, "volatile", is_volatile, KH_FIELD_BOOL, NULL, 0,
           "A node that fails forgets its key; the other end's copy is then discarded. Also so when a node says it.")},
};
static const kh_schema_table store = {
    .singular = "key_store", .fields = store_fields, .n_fields = COUNT(store_fields), .size = sizeof(kh_store_policy)};

static const kh_field orbit_fields[] = {
    {NUMBER(kh_orbit, altitude_km, "km", NOT_GIVEN, "Height above the ground; the orbit is circular."), WITHIN(150, 2000),
     .required = true},
    {NUMBER(kh_orbit, inclination_deg, "degrees", 97.4, "Angle to the equator; above 90 it runs against the Earth's rotation."),
     WITHIN(0, 180)},
    {NUMBER(kh_orbit, ascending_node_deg, "degrees", 0, "Right ascension of the ascending node on 1 January, 0 h UTC."),
     WITHIN(-360, 360)},
    {NUMBER(kh_orbit, phase_deg, "degrees", 0, "Angle from the ascending node to the satellite then."), WITHIN(-360, 360)},
};
static const kh_schema_table orbit = {
    .singular = "orbit", .fields = orbit_fields, .n_fields = COUNT(orbit_fields), .size = sizeof(kh_orbit)};

static const kh_field sky_fields[] = {
    {NUMBER(kh_sky, horizon_deg, "degrees", NOT_GIVEN, "Lowest elevation at which light passes: trees, houses, haze."),
     WITHIN(0, 89), .fallback_text = "20"},
    {NUMBER(kh_sky, night_below_deg, "degrees", NOT_GIVEN, "It is night when the sun is lower than this."), WITHIN(-90, 10),
     .fallback_text = "-12"},
    {NUMBER(kh_sky, night_radiance_w_m2_sr_um, "W/(m2 sr um)", NOT_GIVEN, "Radiance of the sky at night."), WITHIN(0, 1e4),
     .fallback_text = "1.5e-3, full moon"},
    {NUMBER(kh_sky, day_radiance_w_m2_sr_um, "W/(m2 sr um)", NOT_GIVEN, "Radiance of the sky by day."), WITHIN(0, 1e4),
     .fallback_text = "15, clear and far from the sun"},
};
static const kh_schema_table sky = {.singular = "sky", .fields = sky_fields, .n_fields = COUNT(sky_fields), .size = sizeof(kh_sky)};

#define MONTH(name_, index)                                                                                                        \
    {                                                                                                                              \
        FIELD(kh_clear_sky, name_, by_month[index], KH_FIELD_NUMBER, NULL, NOT_GIVEN, "Share of its days."), WITHIN(0, 1),         \
            .fallback_text = "share"                                                                                               \
    }
static const kh_field clear_sky_fields[] = {
    {NUMBER(kh_clear_sky, share, NULL, NOT_GIVEN, "Share of the days of the year with a clear sky."), WITHIN(0, 1),
     .fallback_text = "0.5"},
    MONTH("jan", 0),
    MONTH("feb", 1),
    MONTH("mar", 2),
    MONTH("apr", 3),
    MONTH("may", 4),
    MONTH("jun", 5),
    MONTH("jul", 6),
    MONTH("aug", 7),
    MONTH("sep", 8),
    MONTH("oct", 9),
    MONTH("nov", 10),
    MONTH("dec", 11),
};
static const kh_schema_table clear_sky = {
    .singular = "clear_sky", .fields = clear_sky_fields, .n_fields = COUNT(clear_sky_fields), .size = sizeof(kh_clear_sky)};

static const kh_field node_fields[] = {
    ID(kh_node),
    {TEXT(kh_node, label, "Name for people."), .fallback_text = "the id"},
    {.name = "at",
     .type = KH_FIELD_POSITION,
     .offset = offsetof(kh_node, lat_deg),
     .second_offset = offsetof(kh_node, lon_deg),
     .fallback = NOT_GIVEN,
     .fallback_text = "not on the map",
     .text = "Latitude, then longitude, WGS 84."},
    {REFERENCE(kh_node, "domain", domain, "The operator that owns it."), .noun = "domains", .target = KH_NOUN_DOMAINS,
     .fallback_text = "none"},
    {CHOICE(kh_node, kind, KH_NODE_SITE, "A site, an optical switch, a line amplifier, an optical ground station or a satellite."),
     .words = node_kinds},
    {TRUTH(kh_node, trusted, 0, "It may relay keys in the clear inside its perimeter; without effect on switches and amplifiers.")},
    {FIELD(kh_node, "key_store", key_store, KH_FIELD_MAPPING, NULL, 0, "Default of the key stores of the QKD links that end here."),
     .inner = &store},
    {NUMBER(kh_node, fitout_cost_eur, "EUR", NOT_GIVEN, "Making it fit to relay keys."), AT_LEAST(0),
     .fallback_text = "trusted_node_eur of the costs"},
    {FIELD(kh_node, "kms", kms, KH_FIELD_MAPPING, NULL, 0, "What answers the requests of the demands whose first user is here."),
     .inner = &kh_schema_kms_table},
    {FIELD(kh_node, "orbit", orbit, KH_FIELD_MAPPING, NULL, 0,
           "satellite: its orbit; without one a link through space has no model."),
     .inner = &orbit},
    {FIELD(kh_node, "sky", sky, KH_FIELD_MAPPING, NULL, 0, "ogs: what it sees of the sky."), .inner = &sky},
    {FIELD(kh_node, "clear_sky", clear_sky, KH_FIELD_MAPPING, NULL, 0,
           "ogs: how often the sky is clear, by the year or by the month."),
     .inner = &clear_sky},
    NOTE,
    SOURCED};

static const kh_field fibre_type_fields[] = {
    ID(kh_fibre_type),
    {NUMBER(kh_fibre_type, loss_db_per_km, "dB/km", 0, "Attenuation at 1550 nm, splices included."), WITHIN(0.001, 5),
     .required = true},
    {NUMBER(kh_fibre_type, dispersion_ps_nm_km, "ps/(nm km)", 16.7, "Chromatic dispersion at 1550 nm."), WITHIN(-200, 50)},
    {NUMBER(kh_fibre_type, dispersion_slope_ps_nm2_km, "ps/(nm2 km)", 0,
            "Dispersion slope at 1550 nm; 0: as the square of frequency."),
     WITHIN(-1, 1)},
    {NUMBER(kh_fibre_type, effective_area_um2, "um2", 83, "Effective area of the mode."), WITHIN(20, 300)},
    {NUMBER(kh_fibre_type, pmd_ps_sqrt_km, "ps/sqrt(km)", 0.04, "Polarisation mode dispersion."), WITHIN(0, 10)},
    {NUMBER(kh_fibre_type, loss_1310_db_per_km, "dB/km", NOT_GIVEN,
            "Attenuation at 1310 nm; between and beyond it follows physics."),
     WITHIN(0.001, 5), .fallback_text = "0.13 dB/km above loss_db_per_km"},
    {NUMBER(kh_fibre_type, raman_scale, NULL, 1, "Raman noise, as a multiple of what the gain of silica in this area gives."),
     WITHIN(0, 10)},
    NOTE,
    SOURCED};

static const kh_field fibre_fields[] = {
    ID(kh_fibre),
    {PAIR(kh_fibre, ends, "The nodes that it joins."), OF_NODES, .required = true},
    {REFERENCE(kh_fibre, "type", type, "Kind of fibre."), .noun = "fibre_types", .target = KH_NOUN_FIBRE_TYPES,
     .fallback_text = "none"},
    {CHOICE(kh_fibre, medium, KH_MEDIUM_BURIED, "How it is laid."), .words = media},
    {NUMBER(kh_fibre, length_km, "km", 0, "Length of the fibre itself, not of the way through the air."), ABOVE_TO(0, 20000),
     .required = true},
    {NUMBER(kh_fibre, loss_db, "dB", NOT_GIVEN, "Loss from end to end, connectors and splices included."), WITHIN(0, 1000),
     .fallback_text = "length_km * loss_db_per_km + connector_loss_db"},
    {NUMBER(kh_fibre, loss_db_per_km, "dB/km", NOT_GIVEN, "Attenuation, splices included."), WITHIN(0.001, 5),
     .fallback_text = "that of the type"},
    {NUMBER(kh_fibre, connector_loss_db, "dB", 1, "Connectors at both ends together; counts only when loss_db is not given."),
     WITHIN(0, 50)},
    {NUMBER(kh_fibre, aerial_km, "km", NOT_GIVEN, "How much of it hangs on poles."), WITHIN(0, 20000),
     .fallback_text = "all of it when the medium is aerial, else none"},
    {NUMBER(kh_fibre, temperature_c, "degrees Celsius", 10, "Mean temperature of the fibre."), WITHIN(-60, 80)},
    {NUMBER(kh_fibre, sway_rad_per_m_s, "rad s/m", 0.012,
            "Turn of the polarisation by wind that receivers do not follow, standard deviation per m/s over one aerial kilometre."),
     WITHIN(0, 10)},
    {WHOLE(kh_fibre, pairs, NULL, 1, "Fibre pairs."), WITHIN(1, 10000)},
    NOTE,
    SOURCED};

static const kh_field optics_fields[] = {
    {NUMBER(kh_optics, transmit_diameter_m, "m", NOT_GIVEN, "Aperture of the transmitter."), WITHIN(0.005, 5),
     .fallback_text = "0.3"},
    {NUMBER(kh_optics, beam_waist_m, "m", NOT_GIVEN,
            "Radius of the beam at the transmitter, where the power is 1/e2 of the centre's."),
     WITHIN(0.001, 5), .fallback_text = "half of transmit_diameter_m"},
    {NUMBER(kh_optics, receive_diameter_m, "m", NOT_GIVEN, "Aperture of the receiver."), WITHIN(0.01, 10), .fallback_text = "1.2"},
    {NUMBER(kh_optics, pointing_urad, "urad", NOT_GIVEN, "Standard deviation of the pointing error in each of two axes."),
     WITHIN(0, 1000), .fallback_text = "1.2"},
    {NUMBER(kh_optics, loss_db, "dB", NOT_GIVEN, "All else that is lost, without receiver_loss_db and the detector."),
     WITHIN(0, 60), .fallback_text = "5"},
    {NUMBER(kh_optics, zenith_transmission, NULL, NOT_GIVEN, "Transmission of the clear air straight up."), ABOVE_TO(0, 1),
     .fallback_text = "by the wavelength: 0.88 at 810 nm, 0.95 at 1550 nm"},
    {NUMBER(kh_optics, filter_nm, "nm", NOT_GIVEN, "Width of the receiver's filter."), ABOVE_TO(0, 1000), .fallback_text = "1"},
    {NUMBER(kh_optics, field_of_view_urad, "urad", NOT_GIVEN, "Full angle that the detector sees of the sky."), ABOVE_TO(0, 1e5),
     .fallback_text = "100"},
};
static const kh_schema_table optics = {
    .singular = "optics", .fields = optics_fields, .n_fields = COUNT(optics_fields), .size = sizeof(kh_optics)};

static const kh_field device_fields[] = {
    ID(kh_device),
    {TEXT(kh_device, vendor, "Maker and model.")},
    {CHOICE(kh_device, protocol, KH_PROTOCOL_BB84_DECOY, "Key distribution protocol."), .words = protocols,
     .missing = missing_protocols, .required = true},
    {NUMBER(kh_device, clock_hz, "Hz", 0,
            "Pulses a second; bbm92-cw: slots of time a second, the coincidence window is one or more."),
     ABOVE_TO(0, 1e12), .required = true},
    {NUMBER(kh_device, duty, NULL, 1, "Share of the slots that carry quantum pulses; phase references and pauses take the rest."),
     ABOVE_TO(0, 1)},
    {NUMBER(kh_device, detector_efficiency, NULL, 0, "Probability that a photon at the detector is detected."), ABOVE_TO(0, 1),
     .required = true},
    {NUMBER(kh_device, receiver_loss_db, "dB", 0, "Optics of the receiver before the detector."), WITHIN(0, 60)},
    {NUMBER(kh_device, dark_count_hz, "Hz", 0, "Dark counts of one detector; 0 for cv, which counts no photons."), WITHIN(0, 1e9),
     .required = true},
    {NUMBER(kh_device, gate_ns, "ns", 1, "Detection window; dark counts per gate = dark_count_hz * gate_ns * 1e-9."),
     ABOVE_TO(0, 1e6)},
    {CHOICE(kh_device, detector_mode, KH_DETECTOR_GATED,
            "Gated detectors are blind outside the window; what free-running ones see there only costs dead time."),
     .words = detector_modes},
    {NUMBER(kh_device, jitter_ps, "ps", 0, "Spread of the time of a detection (FWHM), source included."), WITHIN(0, 1e6)},
    {NUMBER(kh_device, misalignment, NULL, 0.01, "Probability that a photon reaches the wrong detector."), FROM_BELOW(0, 0.5)},
    {NUMBER(kh_device, afterpulse, NULL, 0, "Probability that a detection causes another one."), FROM_BELOW(0, 1)},
    {NUMBER(kh_device, dead_time_us, "us", 0, "Time that a detector is blind after a detection."), WITHIN(0, 1e6)},
    {NUMBER(kh_device, max_count_hz, "Hz", NO_LIMIT,
            "Most detections a second of one detector, which it comes near as with a dead time."),
     ABOVE(0), .fallback_text = "no limit"},
    {WHOLE(kh_device, detectors, NULL, 2, "Detectors that share the detections."), WITHIN(1, 4)},
    {NUMBER(kh_device, ec_efficiency, NULL, 1.16, "Error correction: bits disclosed over the Shannon limit."), WITHIN(1, 3)},
    {NUMBER(kh_device, block_bits, "bit", 1e7, "Sifted key bits in one block of privacy amplification."), WITHIN(1e3, 1e15)},
    {NUMBER(kh_device, block_time_s, "s", NOT_GIVEN, "Time in which a block is gathered, in place of its size in bits or symbols."),
     ABOVE_TO(0, 1e9), .fallback_text = "by block_bits or block_symbols"},
    {NUMBER(kh_device, eps_sec, NULL, 1e-10, "Secrecy: how far the key may be from an ideal one."), ABOVE_TO(0, 0.1)},
    {NUMBER(kh_device, eps_cor, NULL, 1e-15, "Correctness: probability that the two keys differ."), ABOVE_TO(0, 0.1)},
    {NUMBER(kh_device, eps_auth, NULL, 1e-15, "Authentication of one block: probability that a forged message passes."),
     WITHIN(0, 0.1)},
    {NUMBER(kh_device, pairs_per_pulse, NULL, NOT_GIVEN, "bbm92: mean number of photon pairs in a pulse."), ABOVE_TO(0, 10),
     .fallback_text = "optimised"},
    {NUMBER(kh_device, pairs_hz, "Hz", NOT_GIVEN, "bbm92-cw: photon pairs a second."), ABOVE_TO(0, 1e15),
     .fallback_text = "optimised"},
    {NUMBER(kh_device, phase_noise_rad, "rad", 0.1, "tf: standard deviation of the phase between the two arms."), WITHIN(0, 3)},
    {NUMBER(kh_device, linewidth_hz, "Hz", 2000, "mode-pairing: line width of each of the two lasers, which are not locked."),
     WITHIN(0, 1e9)},
    {NUMBER(kh_device, phase_drift_rad_per_s, "rad/s", 8000, "mode-pairing: drift of the phase between the two arms of fibre."),
     WITHIN(0, 1e9)},
    {CHOICE(kh_device, cv_detection, KH_CV_HOMODYNE, "cv: the receiver reads one quadrature (homodyne) or both (heterodyne)."),
     .words = cv_detections},
    {NUMBER(kh_device, excess_noise_snu, "shot-noise units", 0.01, "cv: excess noise of the channel, referred to its input."),
     WITHIN(0, 1)},
    {NUMBER(kh_device, electronic_noise_snu, "shot-noise units", 0.1, "cv: electronic noise of the receiver, taken as trusted."),
     WITHIN(0, 10)},
    {NUMBER(kh_device, reconciliation_efficiency, NULL, 0.95, "cv: share of the mutual information that reconciliation keeps."),
     ABOVE_TO(0, 1)},
    {NUMBER(kh_device, frame_error_rate, NULL, 0.1, "cv: share of blocks that reconciliation gives up."), FROM_BELOW(0, 1)},
    {NUMBER(kh_device, digitisation_bits, "bit", 6, "cv-gaussian-composable: raw key taken from one quadrature."), WITHIN(1, 16)},
    {NUMBER(kh_device, block_symbols, NULL, 1e9, "cv: symbols sent for one block, those for estimation included."),
     WITHIN(1e3, 1e15)},
    {FIELD(kh_device, "optics", optics, KH_FIELD_MAPPING, NULL, 0,
           "Telescopes of a system between a satellite, which sends, and a ground station; no such device is offered for fibres."),
     .inner = &optics},
    {NUMBER(kh_device, max_key_rate_bps, "bit/s", NO_LIMIT, "Most that the electronics can do."), ABOVE(0),
     .fallback_text = "no limit"},
    {NUMBER(kh_device, max_loss_db, "dB", NO_LIMIT, "Most loss that the maker allows."), ABOVE(0), .fallback_text = "no limit"},
    {NUMBER(kh_device, calibration_every_h, "h", NOT_GIVEN, "From the start of one calibration to that of the next, over fibres."),
     ABOVE_TO(0, 1e6), .fallback_text = "never"},
    {NUMBER(kh_device, calibration_min, "min", 0, "Length of a calibration, in which the link makes no key."), WITHIN(0, 1e6)},
    {NUMBER(kh_device, cost_eur, "EUR", 100000, "Price of one pair."), AT_LEAST(0)},
    NOTE,
    SOURCED};

static const kh_field measured_fields[] = {
    {FIELD(kh_qkd_link, "key_rate_bps", measured_key_rate_bps, KH_FIELD_NUMBER, "bit/s", NOT_GIVEN,
           "Secret key rate of one module."),
     AT_LEAST(0), .fallback_text = "computed"},
    {FIELD(kh_qkd_link, "qber", measured_qber, KH_FIELD_NUMBER, NULL, NOT_GIVEN, "Quantum bit error rate as a fraction."),
     WITHIN(0, 0.5), .fallback_text = "not measured"},
};
static const kh_schema_table measured = {.singular = "measured", .fields = measured_fields, .n_fields = COUNT(measured_fields)};

static const kh_field filter_fields[] = {
    {NUMBER(kh_receiver_filter, bandwidth_ghz, "GHz", 100, "Width of the passband around the quantum channel."),
     WITHIN(0.1, 20000)},
    {NUMBER(kh_receiver_filter, isolation_adjacent_db, "dB", 30, "Of light less than 1.5 bandwidths away, one pass."),
     WITHIN(0, 200)},
    {NUMBER(kh_receiver_filter, isolation_db, "dB", 45, "Of other light in the same band, one pass."), WITHIN(0, 200)},
    {NUMBER(kh_receiver_filter, isolation_far_db, "dB", 60, "Of light in another band, 50 nm or more away, one pass."),
     WITHIN(0, 200)},
    {WHOLE(kh_receiver_filter, passes, NULL, 2, "Such filters in a row."), WITHIN(1, 10)},
};
static const kh_schema_table receiver_filter = {
    .singular = "filter", .fields = filter_fields, .n_fields = COUNT(filter_fields), .size = sizeof(kh_receiver_filter)};

static const kh_field qkd_link_fields[] = {
    ID(kh_qkd_link),
    {REFERENCES(kh_qkd_link, via, "Fibres in order from one end to the other; nodes between are passed in the light."), OF_FIBRES,
     .fallback_text = "free space; ends must be given"},
    {PAIR(kh_qkd_link, ends, "The two ends."), OF_NODES, .fallback_text = "the ends of the chain of fibres"},
    {CHOICE(kh_qkd_link, protocol, -1, "Key distribution protocol; best: the device of the topology that gives most key."),
     .words = link_protocols, .missing = missing_protocols, .fallback_text = "that of the device"},
    {REFERENCE(kh_qkd_link, "device", device, "Kind of the installed pairs."), .noun = "devices", .target = KH_NOUN_DEVICES,
     .fallback_text = "none; measured must be given, or protocol best"},
    {CHOICE(kh_qkd_link, source_at, KH_SOURCE_IN_MIDDLE, "bbm92: where the source of pairs stands; a is the first end."),
     .words = source_places},
    {REFERENCE(kh_qkd_link, "charlie_at", charlie_at, "tf, mdi: where the middle station stands, a node that the fibres pass."),
     OF_NODES, .fallback_text = "the node on the way nearest to half of the loss"},
    {NUMBER(kh_qkd_link, wavelength_nm, "nm", 1550.12, "Wavelength of the quantum channel."), WITHIN(400, 2000)},
    {WHOLE(kh_qkd_link, modules, NULL, 1, "Installed pairs."), WITHIN(0, 10000)},
    {WHOLE(kh_qkd_link, most_modules, NULL, 10000, "Most pairs that a design may put here: free fibres, wavelengths or racks."),
     WITHIN(0, 10000)},
    {WHOLE(kh_qkd_link, passes_per_block, NULL, 1, "Between a satellite and a ground station: passes whose counts make one block."),
     WITHIN(1, 10000)},
    {NUMBER(kh_qkd_link, pass_share, NULL, 1,
            "Between a satellite and a ground station: share of the passes that the satellite gives to this link."),
     ABOVE_TO(0, 1)},
    {NUMBER(kh_qkd_link, extra_loss_db, "dB", 0, "Filters, switches and patches on the way."), WITHIN(0, 200)},
    {NUMBER(kh_qkd_link, noise_per_gate, NULL, 0,
            "Extra probability of a detection in a gate, for each detector, on top of what beside gives."),
     FROM_BELOW(0, 1)},
    {REFERENCES(kh_qkd_link, beside, "Line systems whose light runs on the same strand of the fibres that they share."),
     .noun = "line_systems", .target = KH_NOUN_LINE_SYSTEMS, .fallback_text = "none: the link has a strand of its own"},
    {CHOICE(kh_qkd_link, light, KH_LIGHT_BOTH,
            "Which way the light of the lines beside it runs: from the first end to the second, back, or both on one strand."),
     .words = light_ways},
    {FIELD(kh_qkd_link, "filter", filter, KH_FIELD_MAPPING, NULL, 0, "Filter before the receiver, against light beside it."),
     .inner = &receiver_filter},
    {.name = "measured", .type = KH_FIELD_MAPPING, .inner = &measured, .text = "Measured values go before computed ones."},
    {FIELD(kh_qkd_link, "key_store", key_store, KH_FIELD_MAPPING, NULL, 0, "Buffer of the link's key."), .inner = &store},
    NOTE,
    SOURCED};

static const kh_field time_slot_fields[] = {
    ID(kh_time_slot),
    {NUMBER(kh_time_slot, share, NULL, 0, "Part of the time; all slots together make 1."), ABOVE_TO(0, 1), .required = true},
    {NUMBER(kh_time_slot, wind_m_s, "m/s", 0, "Mean wind at aerial fibres."), WITHIN(0, 100)},
    {NUMBER(kh_time_slot, temperature_c, "degrees Celsius", NOT_GIVEN, "Temperature of all fibres."), WITHIN(-60, 80),
     .fallback_text = "that of each fibre"},
    {NUMBER(kh_time_slot, mean_spell_h, "h", 6,
            "In a simulation: mean time in the slot until the next is drawn, perhaps the same."),
     ABOVE_TO(0, 8760)},
    NOTE,
    SOURCED};

static const kh_field optical_switch_fields[] = {
    ID(kh_optical_switch),
    {REFERENCES(kh_optical_switch, links, "QKD links with one end in common, in the order of their turns."), .noun = "qkd_links",
     .target = KH_NOUN_QKD_LINKS, .required = true},
    {NUMBER(kh_optical_switch, dwell_s, "s", 0, "Length of one turn."), ABOVE_TO(0, 1e7), .required = true},
    {NUMBER(kh_optical_switch, changeover_s, "s", 0, "Between two turns, without key: switching and aligning."), WITHIN(0, 1e7)},
    NOTE,
    SOURCED};

static const kh_field cost_fields[] = {
    {NUMBER(kh_costs, trusted_node_eur, "EUR", 80000, "Fitting out one trusted node."), AT_LEAST(0)},
    {NUMBER(kh_costs, kms_node_eur, "EUR", 40000, "Key management at one node."), AT_LEAST(0)},
    {NUMBER(kh_costs, encryptor_pair_eur, "EUR", 60000, "One pair of encryptors."), AT_LEAST(0)},
    {NUMBER(kh_costs, fibre_eur_per_km_year, "EUR/(km year)", 180, "Lease of a fibre pair."), AT_LEAST(0)},
    {NUMBER(kh_costs, opex_fraction_per_year, "1/year", 0.12, "Running cost as a part of the equipment's price."), WITHIN(0, 10)},
    {NUMBER(kh_costs, years, "years", 7, "Time over which the total counts."), ABOVE_TO(0, 100)},
    NOTE,
    SOURCED};

static const kh_schema_table tables[KH_NOUN_COUNT] = {
    [KH_NOUN_DOMAINS] = TABLE("domains", "domain", kh_domain, domain_fields, "Operators."),
    [KH_NOUN_NODES] = TABLE("nodes", "node", kh_node, node_fields, "Places."),
    [KH_NOUN_FIBRE_TYPES] = TABLE("fibre_types", "fibre_type", kh_fibre_type, fibre_type_fields, "Kinds of fibre."),
    [KH_NOUN_FIBRES] = TABLE("fibres", "fibre", kh_fibre, fibre_fields, "Physical spans between two nodes."),
    [KH_NOUN_DEVICES] = TABLE("devices", "device", kh_device, device_fields, "Kinds of QKD systems."),
    [KH_NOUN_QKD_LINKS] = TABLE("qkd_links", "qkd_link", kh_qkd_link, qkd_link_fields, "QKD pairs over fibres or free space."),
    [KH_NOUN_TIME_SLOTS] = TABLE("time_slots", "time_slot", kh_time_slot, time_slot_fields,
                                 "Recurring parts of the time with their own weather; rates are averaged over them."),
    [KH_NOUN_OPTICAL_SWITCHES] = TABLE("optical_switches", "optical_switch", kh_optical_switch, optical_switch_fields,
                                       "Switches that give one transmitter to several QKD links in turn."),
    [KH_NOUN_COSTS] = {.noun = "costs",
                       .singular = "costs",
                       .text = "Prices that are not those of a device.",
                       .fields = cost_fields,
                       .n_fields = COUNT(cost_fields),
                       .size = sizeof(kh_costs),
                       .single = true},
};

#define LAYOUT_OF(noun, table, array, record, id_member, has)                                                                      \
    [noun] = {table, offsetof(kh_net, array), offsetof(kh_net, n_##array), offsetof(record, id_member), offsetof(record, place),   \
              has}
#define LAYOUT(noun, array, record, id_member, has) LAYOUT_OF(noun, &tables[noun], array, record, id_member, has)
#define LINE_LAYOUT(noun, array, record)            LAYOUT_OF(noun, &kh_schema_line_tables[(noun)-KH_NOUN_AMPLIFIERS], array, record, id, true)
static const kh_layout layouts[KH_NOUN_COUNT] = {
    LAYOUT(KH_NOUN_DOMAINS, domains, kh_domain, id, true),
    LAYOUT(KH_NOUN_NODES, nodes, kh_node, id, true),
    LAYOUT(KH_NOUN_FIBRE_TYPES, fibre_types, kh_fibre_type, id, true),
    LAYOUT(KH_NOUN_FIBRES, fibres, kh_fibre, id, true),
    LAYOUT(KH_NOUN_DEVICES, devices, kh_device, id, true),
    LAYOUT(KH_NOUN_QKD_LINKS, qkd_links, kh_qkd_link, id, true),
    LINE_LAYOUT(KH_NOUN_AMPLIFIERS, amplifiers, kh_amplifier),
    LINE_LAYOUT(KH_NOUN_MODES, modes, kh_mode),
    LINE_LAYOUT(KH_NOUN_LINE_SYSTEMS, line_systems, kh_line_system),
    LINE_LAYOUT(KH_NOUN_COMBS, combs, kh_comb),
    LINE_LAYOUT(KH_NOUN_INSTALLED_AMPLIFIERS, installed_amplifiers, kh_installed_amplifier),
    LINE_LAYOUT(KH_NOUN_INSTALLED_LOSSES, installed_losses, kh_installed_loss),
    LINE_LAYOUT(KH_NOUN_INSTALLED_ROADMS, installed_roadms, kh_installed_roadm),
    LAYOUT_OF(KH_NOUN_DEMANDS, &kh_schema_demand_table, demands, kh_demand, id, true),
    LAYOUT(KH_NOUN_TIME_SLOTS, time_slots, kh_time_slot, id, true),
    LAYOUT(KH_NOUN_OPTICAL_SWITCHES, optical_switches, kh_optical_switch, id, true),
    LAYOUT_OF(KH_NOUN_FAULTS, &kh_schema_fault_table, faults, kh_fault, on, false),
    [KH_NOUN_COSTS] = {&tables[KH_NOUN_COSTS], offsetof(kh_net, costs), KH_SCHEMA_UNSTORED, KH_SCHEMA_UNSTORED, KH_SCHEMA_UNSTORED,
                       false},
};

const kh_layout *kh_schema_layout(kh_noun noun)
{
    return &layouts[noun];
}

kh_noun kh_schema_noun(const char *name)
{
    size_t i = 0;
    while (i < KH_NOUN_COUNT && strcmp(layouts[i].table->noun, name) != 0)
        i++;
    return (kh_noun)i;
}

const char *const *kh_schema_header_keys(void)
{
    static const char *const keys[] = {"keyhaul", "name", "description", "include", "defaults", NULL};
    return keys;
}

const char *kh_node_kind_name(kh_node_kind kind)
{
    return node_kinds[kind];
}

const char *kh_protocol_name(kh_protocol protocol)
{
    return link_protocols[protocol];
}
