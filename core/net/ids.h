/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_NET_IDS_H
#define KH_CORE_NET_IDS_H

#include <stdbool.h>
#include <stdint.h>

/** Typed indices into the arrays of a network, from 0: a fibre passed for a node does not compile.
 *  KH_NO_INDEX in any of them means "none". */
#define KH_NO_INDEX UINT32_MAX

typedef struct {
    uint32_t i;
} kh_domain_id;
typedef struct {
    uint32_t i;
} kh_node_id;
typedef struct {
    uint32_t i;
} kh_fibre_id;
typedef struct {
    uint32_t i;
} kh_fibre_type_id;
typedef struct {
    uint32_t i;
} kh_device_id;
typedef struct {
    uint32_t i;
} kh_amplifier_id;
typedef struct {
    uint32_t i;
} kh_mode_id;
typedef struct {
    uint32_t i;
} kh_qkd_link_id;
typedef struct {
    uint32_t i;
} kh_line_id;
typedef struct {
    uint32_t i;
} kh_comb_id;
typedef struct {
    uint32_t i;
} kh_demand_id;

#endif
