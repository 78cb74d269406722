/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_FORMAT_H
#define KH_TOOLS_REPORT_FORMAT_H

#include "core/base/arena.h"

/** Numbers for people: three significant digits and the unit that fits. The text lives in the arena; NULL when memory is out.
 *  An unknown number (NAN) is an en dash. */
const char *kh_format_rate(kh_arena *arena, double rate_bps);   /**< "1.23 kbit/s" */
const char *kh_format_bits(kh_arena *arena, double bits);       /**< "12.3 Mbit" */
const char *kh_format_gbps(kh_arena *arena, double rate_gbps);  /**< "1.2 Tbit/s" */
const char *kh_format_eur(kh_arena *arena, double eur);         /**< "21.4 M€", "350 k€" */
const char *kh_format_share(kh_arena *arena, double share);     /**< 0.762: "76 %"; never "100 %" below 1 nor "0 %" above 0 */
const char *kh_format_seconds(kh_arena *arena, double seconds); /**< "12 ms", "3.4 s", "2 h" */
/** Thousands apart, at most @p decimals behind the point: "12 345.6". @p unit is appended, "" for none. */
const char *kh_format_number(kh_arena *arena, double number, int decimals, const char *unit);

#endif
