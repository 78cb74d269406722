/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_UTF8_H
#define KH_TOOLS_REPORT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/** What a byte that starts no valid character counts as. */
enum { KH_UTF8_BAD = 0x110000 };

/** The next character of a text that does not end here.
 *  @param[out] code  its code point, KH_UTF8_BAD for a byte that belongs to none (overlong forms and surrogates included)
 *  @return its length in bytes, 1 for a bad byte */
size_t kh_utf8_next(const char *text, uint32_t *code);

/** Characters of a text, a bad byte counting as one. */
size_t kh_utf8_length(const char *text);

#endif
