/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_PHRASE_H
#define KH_TOOLS_STUDY_PHRASE_H

#include "core/base/str.h"
#include "core/net/net.h"
#include "core/net/plan.h"
#include "core/net/rates.h"

/** Parts of sentences, shared by the words_*.c files: each appends to @p out. */

/** "A, B and C"; beyond @p most: "A, B and 4 more". */
typedef struct kh_phrase_list {
    size_t count, most, done;
    const char *comma; /**< NULL: ", " and " and " before the last; else what stands between any two */
} kh_phrase_list;
/** Appends what stands in front of the next item ("", ", " or " and "). @return false when the item is to be left out; the rest is
 * then counted. */
bool kh_phrase_next(kh_phrase_list *list, kh_str *out);

/** "Bristol - Cambridge CAPE", with the label in front when the demand has one: "Video: Bristol - Cambridge CAPE". */
void kh_phrase_demand(const kh_net *net, const kh_demand *demand, kh_str *out);
void kh_phrase_node(const kh_net *net, kh_node_id node, kh_str *out);
/** Names, at most @p most of them. */
void kh_phrase_nodes(const kh_net *net, const kh_node_id *nodes, size_t n, size_t most, kh_str *out);
/** The same for the stations of a way: of more than @p most, those at even steps all along it are named. */
void kh_phrase_stations(const kh_net *net, const kh_node_id *nodes, size_t n, size_t most, kh_str *out);
/** "Q-POW-CAM (Powergate - Cambridge, 163.5 km, 37.0 dB)". */
void kh_phrase_link(const kh_net *net, const kh_rates *rates, kh_qkd_link_id link, kh_str *out);
/** "163.5 km, 37.0 dB". */
void kh_phrase_span(double length_km, double loss_db, kh_str *out);
/** The share of @p part in @p whole: "1.5 %", "100 %" only when nothing is missing, "under 0.01 %". */
void kh_phrase_share(double part, double whole, kh_str *out);
/** Times as much: "1.98", "4620" and never "4.62e+03". */
void kh_phrase_times(double times, kh_str *out);
/** "EUR 250,000", "EUR 1.25 million". */
void kh_phrase_money(double eur, kh_str *out);
/** "1 QKD pair", "3 QKD pairs": the plural takes an s. */
void kh_phrase_count(size_t n, const char *what, kh_str *out);
/** What is asked: "128 kbit/s of one-time pad", "8.53 bit/s of key for 12 AES-256 encryptor pairs that change keys every 60 s". */
void kh_phrase_asked(const kh_demand *demand, kh_str *out);

#endif
