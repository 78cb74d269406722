/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/format.h"

#include "core/base/units.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char unknown[] = "\xe2\x80\x93";
static const char thin_space[] = "\xe2\x80\xaf"; /* narrow and unbreakable, between thousands */

/* A number and a unit stay on one line. */
#define NBSP "\xc2\xa0"

typedef struct step {
    double size;
    const char *unit;
} step;

static int decimals_for(double value)
{
    double size = fabs(value);
    return size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
}

/* "1.50" is "1.5", "12.0" is "12". */
static void trim_zeros(char *text)
{
    char *end = text + strlen(text);
    if (strchr(text, '.') == NULL)
        return;
    while (end[-1] == '0')
        *--end = '\0';
    if (end[-1] == '.')
        end[-1] = '\0';
}

/* The largest step that leaves at least one unit, after rounding to three digits; steps run from large to small. */
static const char *scaled(kh_arena *arena, double value, const step *steps, size_t n_steps)
{
    char text[40];
    size_t i = 0;
    if (!isfinite(value))
        return isnan(value) ? unknown : kh_arena_printf(arena, "%s", value > 0 ? "\xe2\x88\x9e" : "-\xe2\x88\x9e");
    while (i + 1 < n_steps && fabs(value) < steps[i].size * 0.9995)
        i++;
    double shown = value / steps[i].size;
    (void)snprintf(text, sizeof text, "%.*f", decimals_for(shown), shown);
    trim_zeros(text);
    if (value != 0 && strtod(text, NULL) == 0)
        (void)snprintf(text, sizeof text, "%.1g", shown);
    return kh_arena_printf(arena, "%s" NBSP "%s", text, steps[i].unit);
}

#define SCALED(arena, value, steps) scaled((arena), (value), (steps), sizeof(steps) / sizeof *(steps))

const char *kh_format_rate(kh_arena *arena, double rate_bps)
{
    static const step steps[] = {{1e9, "Gbit/s"}, {1e6, "Mbit/s"}, {1e3, "kbit/s"}, {1, "bit/s"}};
    return SCALED(arena, rate_bps, steps);
}

const char *kh_format_bits(kh_arena *arena, double bits)
{
    static const step steps[] = {{1e12, "Tbit"}, {1e9, "Gbit"}, {1e6, "Mbit"}, {1e3, "kbit"}, {1, "bit"}};
    return SCALED(arena, bits, steps);
}

const char *kh_format_gbps(kh_arena *arena, double rate_gbps)
{
    static const step steps[] = {{1e3, "Tbit/s"}, {1, "Gbit/s"}};
    return SCALED(arena, rate_gbps, steps);
}

const char *kh_format_eur(kh_arena *arena, double eur)
{
    static const step steps[] = {{1e9, "G€"}, {1e6, "M€"}, {1e3, "k€"}, {1, "€"}};
    return SCALED(arena, eur, steps);
}

const char *kh_format_seconds(kh_arena *arena, double seconds)
{
    static const step steps[] = {{KH_S_PER_DAY, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}};
    return seconds == 0 ? kh_arena_strdup(arena, "0" NBSP "s") : SCALED(arena, seconds, steps);
}

const char *kh_format_share(kh_arena *arena, double share)
{
    if (isnan(share))
        return unknown;
    double percent = share * 100;
    int decimals = fabs(percent) < 9.95 && percent != 0 ? 1 : 0;
    if (percent > 99 && percent < 100) { /* rounded down, since the difference to all is what matters here */
        double digits = percent < 99.99 ? 100 : 10000;
        return kh_arena_printf(arena, "%.*f" NBSP "%%", digits > 100 ? 4 : 2, floor(percent * digits) / digits);
    }
    if (percent > 0 && percent < 0.05)
        return kh_arena_strdup(arena, "<" NBSP "0.1" NBSP "%");
    return kh_arena_printf(arena, "%.*f" NBSP "%%", decimals, percent);
}

/* Digits before the point in groups of three, from five digits on. */
static void group_thousands(const char *digits, char *out, size_t size)
{
    size_t whole = strcspn(digits, "."), at = 0;
    size_t first = *digits == '-';
    for (size_t i = 0; digits[i] != '\0' && at + 5 < size; i++) {
        bool split = whole - first > 4 && i > first && i < whole && (whole - i) % 3 == 0;
        if (split) {
            memcpy(out + at, thin_space, sizeof thin_space - 1);
            at += sizeof thin_space - 1;
        }
        out[at++] = digits[i];
    }
    out[at] = '\0';
}

const char *kh_format_number(kh_arena *arena, double number, int decimals, const char *unit)
{
    char digits[64], grouped[160];
    if (!isfinite(number))
        return isnan(number) ? unknown : "\xe2\x88\x9e";
    if (fabs(number) >= 1e15)
        return kh_arena_printf(arena, "%.3g%s%s", number, *unit == '\0' ? "" : NBSP, unit);
    (void)snprintf(digits, sizeof digits, "%.*f", decimals, number);
    trim_zeros(digits);
    group_thousands(digits, grouped, sizeof grouped);
    return kh_arena_printf(arena, "%s%s%s", strcmp(grouped, "-0") == 0 ? "0" : grouped, *unit == '\0' ? "" : NBSP, unit);
}
