/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_NET_SAVE_H
#define KH_CORE_NET_SAVE_H

#include "core/base/status.h"
#include "core/base/str.h"
#include "core/net/net.h"

/** Appends the network as one topology file, such that kh_net_load_text() gives the same network again.
 *
 *  Written by the field tables: every field that differs from its default, in the order of the tables, an entry a line where it
 *  fits. Values with a source are {value, source, assumed}, entries with one have `source` and `assumed`. The loss of a fibre and
 * the key rate of a demand are left to follow where they follow from other fields; what a link takes from its nodes and its device
 * is written. Not kept, since a network does not hold them: remarks (`note`), the division into included files, defaults as such
 * (every entry has its values), edits as such.
 *  @param net      as loaded, or made by hand: records filled by kh_schema_fill(), ids without spaces, commas and stars
 *  @param comment  lines for people at the top, without '#'; NULL: none
 *  @return KH_OK; KH_ENOMEM, then @p out is incomplete */
kh_status kh_net_save(const kh_net *net, const char *comment, kh_str *out, kh_error *err);

#endif
