/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_MODELS_NOISE_BESIDE_H
#define KH_TESTS_MODELS_NOISE_BESIDE_H

#include "models/link_channel.h"

#include <math.h>
#include <string.h>

/** A --AB-- B --BC-- C with a line over both and a link beside it. */
typedef struct beside {
    kh_node nodes[3];
    kh_fibre_type type;
    kh_fibre fibres[2];
    kh_fibre_id via[2], back[2];
    kh_device device;
    kh_line_system line;
    kh_line_id beside[1];
    kh_qkd_link link;
    kh_net net;
} beside;

static inline void build_beside(beside *b)
{
    memset(b, 0, sizeof *b);
    b->type = (kh_fibre_type){.id = "G",
                              .loss_db_per_km = 0.2,
                              .dispersion_ps_nm_km = 17.0,
                              .effective_area_um2 = 80.0,
                              .loss_1310_db_per_km = NAN,
                              .raman_scale = 1.0};
    b->nodes[0].id = "A";
    b->nodes[1].id = "B";
    b->nodes[2].id = "C";
    b->fibres[0] =
        (kh_fibre){.id = "AB", .ends = {{0}, {1}}, .length_km = 30.0, .loss_db = 6.0, .loss_is_given = true, .temperature_c = 10.0};
    b->fibres[1] = (kh_fibre){
        .id = "BC", .ends = {{1}, {2}}, .length_km = 20.0, .loss_db = 5.0, .connector_loss_db = 1.0, .temperature_c = 10.0};
    b->via[0].i = b->back[1].i = 0;
    b->via[1].i = b->back[0].i = 1;
    b->device = (kh_device){.id = "d",
                            .protocol = KH_PROTOCOL_BB84_DECOY_ASYMPTOTIC,
                            .clock_hz = 1e9,
                            .duty = 1.0,
                            .block_time_s = NAN,
                            .pairs_hz = NAN,
                            .detector_efficiency = 0.2,
                            .dark_count_hz = 500.0,
                            .gate_ns = 0.5,
                            .misalignment = 0.01,
                            .detectors = 2.0,
                            .ec_efficiency = 1.16,
                            .block_bits = 1e8,
                            .eps_sec = 1e-10,
                            .eps_cor = 1e-15,
                            .pairs_per_pulse = NAN,
                            .max_count_hz = INFINITY,
                            .max_key_rate_bps = INFINITY,
                            .max_loss_db = INFINITY};
    b->line = (kh_line_system){.id = "L",
                               .via = b->via,
                               .n_via = 2,
                               .ends = {{0}, {2}},
                               .amplifier = {KH_NO_INDEX},
                               .first_thz = 192.0,
                               .spacing_ghz = 100.0,
                               .channels = 10.0,
                               .launch_dbm = -10.0,
                               .baud_gbd = 32.0,
                               .roadm_target_dbm = NAN};
    b->link = (kh_qkd_link){.id = "Q",
                            .via = b->via,
                            .n_via = 2,
                            .ends = {{0}, {2}},
                            .protocol = KH_PROTOCOL_BB84_DECOY_ASYMPTOTIC,
                            .charlie_at = {1},
                            .wavelength_nm = 1535.0,
                            .modules = 1.0,
                            .beside = b->beside,
                            .n_beside = 1,
                            .light = KH_LIGHT_BOTH,
                            .filter = {.bandwidth_ghz = 50.0,
                                       .isolation_adjacent_db = 30.0,
                                       .isolation_db = 45.0,
                                       .isolation_far_db = 60.0,
                                       .passes = 2.0},
                            .measured_key_rate_bps = NAN,
                            .measured_qber = NAN};
    b->net = (kh_net){.nodes = b->nodes,
                      .n_nodes = 3,
                      .fibre_types = &b->type,
                      .n_fibre_types = 1,
                      .fibres = b->fibres,
                      .n_fibres = 2,
                      .devices = &b->device,
                      .n_devices = 1,
                      .line_systems = &b->line,
                      .n_line_systems = 1,
                      .qkd_links = &b->link,
                      .n_qkd_links = 1};
}

static inline kh_status find_beside(const beside *b, kh_qkd_channel *channel, kh_error *err)
{
    return kh_link_channel_find(&b->net, &b->link, kh_qkd_protocol_of(b->link.protocol), NULL, channel, err);
}

#endif
