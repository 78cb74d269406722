/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/number.h"

#include <math.h>
#include <stdlib.h>

static size_t count_digits(const char *text)
{
    size_t n = 0;
    while (text[n] >= '0' && text[n] <= '9')
        n++;
    return n;
}

size_t kh_number_length(const char *text)
{
    size_t at = *text == '-' || *text == '+';
    size_t digits = count_digits(text + at);
    at += digits;
    if (text[at] == '.') {
        size_t decimals = count_digits(text + at + 1);
        digits += decimals;
        at += decimals + 1;
    }
    if (digits == 0)
        return 0;
    if (text[at] == 'e' || text[at] == 'E') {
        size_t sign = text[at + 1] == '-' || text[at + 1] == '+';
        size_t exponent = count_digits(text + at + 1 + sign);
        at += exponent == 0 ? 0 : 1 + sign + exponent;
    }
    return at;
}

/* Up to 15 digits and a small power of ten give an exact product or quotient: no need for the slow general way. */
static bool short_number(const char *text, size_t length, double *number)
{
    static const double tens[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    size_t at = *text == '-' || *text == '+', decimals = 0;
    bool point = false;
    if (length > 15)
        return false;
    double value = 0;
    for (; at < length; at++) {
        if (text[at] == '.') {
            point = true;
            continue;
        }
        if (text[at] < '0' || text[at] > '9')
            return false;
        value = value * 10 + (text[at] - '0');
        decimals += point;
    }
    *number = (*text == '-' ? -value : value) / tens[decimals];
    return true;
}

bool kh_number_read(const char *text, double *number)
{
    size_t length = kh_number_length(text);
    if (length == 0 || text[length] != '\0')
        return false;
    double value;
    if (!short_number(text, length, &value))
        value = strtod(text, NULL);
    if (!isfinite(value))
        return false;
    *number = value;
    return true;
}
