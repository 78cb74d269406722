/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_WORDS_H
#define KH_TOOLS_STUDY_WORDS_H

#include "core/base/str.h"
#include "core/net/net.h"
#include "core/net/plan.h"
#include "core/net/rates.h"
#include "tools/services/services.h"

/** Answers in words and numbers that a planner can take to a meeting: appended to @p out as full sentences, no line breaks. */

/** Why a demand gets what it gets: routes in short when met; else the bottleneck cut with its sites, links and rates. */
void kh_words_demand(const kh_net *net, const kh_rates *rates, const kh_plan *plan, kh_demand_id demand, kh_str *out);

/** What would serve instead when a demand is not met: the spans on its fibre route that carry no key and why (loss against the
 *  reach of the library's devices), and what would help (trusted node within a span, more modules on the cut, detour that exists in
 *  the topology, PQC or a satellite where the sea is in the way). "" when the demand is met. */
void kh_words_advice(const kh_net *net, const kh_rates *rates, const kh_plan *plan, kh_demand_id demand, kh_str *out);

/** How the demand's data goes over the line systems: way, regenerations, mode and wavelengths, spectrum, what other modes would do,
 *  ports, what is free; or why it does not. And which layer (QKD, PQC, both, pre-shared) protects it, with which keys, and where
 * QKD is missing on the way. "" when the demand names no data. */
void kh_words_data(const kh_net *net, const kh_service *service, kh_demand_id demand, kh_str *out);

/** "191.32500-191.92500 THz", every piece; at most 8 are told. */
void kh_words_spectrum(const kh_service_section *section, kh_str *out);

/** One paragraph on the whole plan: demands met, the tightest place, what one more module there brings (first order), cost. */
void kh_words_plan(const kh_net *net, const kh_rates *rates, const kh_plan *plan, kh_str *out);

/** "1.23 kbit/s", "456 bit/s", "2.5 Mbit/s": three significant digits. */
void kh_words_rate(double rate_bps, kh_str *out);

#endif
