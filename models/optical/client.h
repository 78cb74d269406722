/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_CLIENT_H
#define KH_MODELS_OPTICAL_CLIENT_H

#include "core/base/status.h"

#include <stddef.h>

/** How a service rides on wavelengths: Ethernet ports bonded by FlexE, each carried whole by one wavelength's OTN frame.
 *
 *  FlexE (OIF-FLEXE-02.1): a group bonds ports of one kind, 50, 100, 200 or 400GBASE-R; its calendar has slots of 5 Gbit/s, 20 for
 *  each 100 Gbit/s; one overhead block stands before each 1023 rounds of 20 blocks.
 *  OTN (ITU-T G.709): a wavelength of n * 100 Gbit/s carries an OTUCn with 20 tributary slots for each 100 Gbit/s; a slot carries
 *  5.240886372 Gbit/s (table 7-7, ODTUCn.ts). A rate between multiples of 100 is an OTUCn-M with M slots (annex H). FlexO (G.709.1,
 *  G.709.3) can bond the wavelengths of a service into one larger OTUCn instead.
 *  Read for this: the titles and summaries of the OIF and FlexO documents, tables 7-3 to 7-7 and annex H of G.709.
 *  Assumed: rate_gbps of a mode is what clients get, the frames' overhead (FEC too) comes on top; ports are mapped with their
 * 64B/66B rate (66/64), times 239/238 for the ODUflex around it; no port is split over wavelengths. */

#define KH_CLIENT_SLOT_GBPS      5.0         /**< of the FlexE calendar */
#define KH_CLIENT_TRIBUTARY_GBPS 5.240886372 /**< payload of one OPUCn tributary slot */

typedef struct kh_client_map {
    double service_gbps, wavelength_gbps; /**< as asked; of one wavelength */
    size_t wavelengths;
    double port_gbps;         /**< of one Ethernet port; 0: no port rate divides the wavelength's, then there is no FlexE group */
    size_t ports;             /**< in the FlexE group */
    size_t slots, slots_used; /**< of the FlexE calendar */
    size_t otuc;              /**< n of the OTUCn of one wavelength */
    size_t tributary, tributary_used; /**< slots of all wavelengths together */
    double oduc_gbps;                 /**< bit rate of one wavelength's ODUCn, before FEC */
    double fill;                      /**< service / (wavelengths * wavelength rate), (0, 1] */
    double overhead;                  /**< share of FlexE blocks and OTN frames in ODUCn, [0, 1) */
} kh_client_map;

/** @param service_gbps     [1e-6, 1e9]
 *  @param wavelength_gbps  [1e-6, 1e6] that one wavelength carries for clients; below 5 there is no OTUCn
 *  @return KH_OK; KH_ERANGE outside these ranges
 *  The port is the largest that divides the wavelength's rate. Pure function. */
kh_status kh_client_map_service(double service_gbps, double wavelength_gbps, kh_client_map *map, kh_error *err);

/** Tributary slots that one port takes: 10, 20, 40, 80 for 50, 100, 200, 400 Gbit/s. */
size_t kh_client_port_tributaries(double port_gbps);

#endif
