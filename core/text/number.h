/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_TEXT_NUMBER_H
#define KH_CORE_TEXT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/** Decimal numbers as YAML 1.2 and JSON write them: 12, -0.5, .5, 1e-10. No hexadecimal, no NaN or infinity, no separators. */

/** Bytes of the number that the text starts with; 0 when it starts with none. */
size_t kh_number_length(const char *text);
/** The number, correctly rounded. @return false when the whole text is not one, or it is too large for a double */
bool kh_number_read(const char *text, double *number);

#endif
