/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/units.h"
#include "models/optical/chain.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Decimal numbers separated by blanks. */
static kh_status read_list(const char *name, const char *text, double *values, size_t *count, kh_error *err)
{
    size_t n = 0;
    for (const char *at = text + strspn(text, " "); *at != '\0'; at += strspn(at, " ")) {
        if (n == KH_OPTICAL_CHANNELS_MAX)
            return kh_fail(err, KH_ELIMIT, "%s has more than %d values", name, KH_OPTICAL_CHANNELS_MAX);
        char *end = NULL;
        size_t length = strspn(at, "+-.0123456789eE");
        values[n] = strtod(at, &end);
        if (length == 0 || end != at + length || (*end != ' ' && *end != '\0') || !isfinite(values[n]))
            return kh_fail(err, KH_EDATA, "%s: '%.20s' does not start with a number", name, at);
        at = end;
        n++;
    }
    if (n == 0)
        return kh_fail(err, KH_EDATA, "%s is empty", name);
    *count = n;
    return KH_OK;
}

/* "191.35:50GHz:76"; false when the text is not of this form. */
static bool read_grid(const char *text, double *first_thz, double *step_ghz, double *count)
{
    char *end = NULL;
    *first_thz = strtod(text, &end);
    if (end == text || *end != ':')
        return false;
    const char *at = end + 1;
    *step_ghz = strtod(at, &end);
    if (end == at || strncmp(end, "GHz:", 4) != 0)
        return false;
    at = end + 4;
    *count = strtod(at, &end);
    return end != at && *end == '\0' && isfinite(*first_thz) && isfinite(*step_ghz);
}

static kh_status read_frequencies(const char *text, double *values, size_t *n, kh_error *err)
{
    double first_thz, step_ghz, count;
    if (strchr(text, ':') == NULL)
        return read_list("freq_thz", text, values, n, err);
    if (!read_grid(text, &first_thz, &step_ghz, &count))
        return kh_fail(err, KH_EDATA, "freq_thz '%.40s' is neither a list of numbers nor 'first:stepGHz:count'", text);
    if (!(count >= 1.0 && count <= KH_OPTICAL_CHANNELS_MAX) || count != floor(count))
        return kh_fail(err, KH_ERANGE, "freq_thz has %g channels, must be a whole number in [1, %d]", count,
                       KH_OPTICAL_CHANNELS_MAX);
    *n = (size_t)count;
    for (size_t i = 0; i < *n; i++)
        values[i] = first_thz + (double)i * step_ghz * 1e-3;
    return KH_OK;
}

/* One value for all, or one for each of n channels. */
static kh_status read_each(const char *name, const char *text, double *values, size_t n, kh_error *err)
{
    size_t count = 0;
    KH_TRY(read_list(name, text, values, &count, err));
    if (count != 1 && count != n)
        return kh_fail(err, KH_EDATA, "%s has %zu values for %zu channels, must have 1 or as many", name, count, n);
    for (size_t i = count; i < n; i++)
        values[i] = values[0];
    return KH_OK;
}

kh_status kh_chain_comb_parse(const kh_chain_comb_text *text, kh_arena *arena, kh_optical_comb *comb, kh_error *err)
{
    const size_t room = KH_OPTICAL_CHANNELS_MAX;
    double *all = KH_NEW(arena, double, 4 * room);
    if (all == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for a comb");
    kh_optical_comb made = {.freq_hz = all, .baud_hz = all + room, .slot_hz = all + 2 * room, .launch_w = all + 3 * room};
    KH_TRY(read_frequencies(text->freq_thz, made.freq_hz, &made.n, err));
    KH_TRY(read_each("slot_ghz", text->slot_ghz, made.slot_hz, made.n, err));
    KH_TRY(read_each("baud_gbd", text->baud_gbd, made.baud_hz, made.n, err));
    KH_TRY(read_each("launch_dbm", text->launch_dbm, made.launch_w, made.n, err));
    for (size_t i = 0; i < made.n; i++) {
        made.freq_hz[i] *= 1e12;
        made.slot_hz[i] *= 1e9;
        made.baud_hz[i] *= 1e9;
        made.launch_w[i] = kh_watt_from_dbm(made.launch_w[i]);
    }
    KH_TRY(kh_optical_comb_check(&made, err));
    *comb = made;
    return KH_OK;
}
