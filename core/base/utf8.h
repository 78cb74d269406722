/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_BASE_UTF8_H
#define KH_CORE_BASE_UTF8_H

#include <stddef.h>

/** Bytes of the UTF-8 character at @p text (NUL-terminated), 1 to 4; 0 when it is not valid: overlong forms and surrogates are not.
 */
size_t kh_utf8_length(const char *text);

#endif
