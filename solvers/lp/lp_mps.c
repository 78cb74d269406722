/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/clock.h"
#include "solvers/lp/lp_backend.h"

#include <math.h>
#include <string.h>

static void write_about(const char *about, FILE *file)
{
    while (about != NULL && *about != '\0') {
        size_t n = strcspn(about, "\n");
        fprintf(file, "* %.*s\n", (int)n, about);
        about += n + (about[n] == '\n');
    }
}

static char row_kind(double lower, double upper)
{
    if (isinf(lower))
        return isinf(upper) ? 'N' : 'L';
    return isinf(upper) ? 'G' : lower < upper ? 'G' : 'E';
}

static void write_rows(const kh_lp *lp, FILE *file)
{
    fputs("ROWS\n N cost\n", file);
    for (size_t i = 0; i < lp->n_rows; i++)
        fprintf(file, " %c r%zu\n", row_kind(lp->row_lower[i], lp->row_upper[i]), i);
}

static void write_marker(bool integer, size_t column, FILE *file)
{
    fprintf(file, " m%zu 'MARKER' '%s'\n", column, integer ? "INTORG" : "INTEND");
}

/* A column without entries gets a cost of 0, since some readers drop what they do not see. */
static kh_status write_columns(const kh_lp *lp, double deadline_s, FILE *file, kh_error *err)
{
    bool among_integers = false;
    fputs("COLUMNS\n", file);
    for (size_t j = 0; j < lp->n_columns; j++) {
        if (kh_clock_s() > deadline_s)
            return kh_fail(err, KH_TIMELIMIT, "the time limit passed while a linear program was written");
        bool integer = lp->integer != NULL && lp->integer[j];
        if (integer != among_integers)
            write_marker(integer, j, file);
        among_integers = integer;
        if (lp->cost[j] != 0 || lp->start[j] == lp->start[j + 1])
            fprintf(file, " c%zu cost %.17g\n", j, lp->maximise ? 0 - lp->cost[j] : lp->cost[j]);
        for (size_t k = lp->start[j]; k < lp->start[j + 1]; k++)
            fprintf(file, " c%zu r%u %.17g\n", j, lp->row[k], lp->value[k]);
    }
    if (among_integers)
        write_marker(false, lp->n_columns, file);
    return KH_OK;
}

static void write_sides(const kh_lp *lp, FILE *file)
{
    fputs("RHS\n", file);
    for (size_t i = 0; i < lp->n_rows; i++) {
        double side = isinf(lp->row_lower[i]) ? lp->row_upper[i] : lp->row_lower[i];
        if (isfinite(side) && side != 0)
            fprintf(file, " rhs r%zu %.17g\n", i, side);
    }
    fputs("RANGES\n", file);
    for (size_t i = 0; i < lp->n_rows; i++)
        if (isfinite(lp->row_lower[i]) && isfinite(lp->row_upper[i]) && lp->row_lower[i] < lp->row_upper[i])
            fprintf(file, " range r%zu %.17g\n", i, lp->row_upper[i] - lp->row_lower[i]);
}

/* The lower bound comes first and always: readers differ in what an upper bound alone means when it is negative or of an integer.
 */
static void write_bounds(const kh_lp *lp, FILE *file)
{
    fputs("BOUNDS\n", file);
    for (size_t j = 0; j < lp->n_columns; j++) {
        double lower = lp->column_lower[j], upper = lp->column_upper[j];
        if (isinf(lower) && isinf(upper))
            fprintf(file, " FR bound c%zu\n", j);
        else if (isinf(lower))
            fprintf(file, " MI bound c%zu\n", j);
        else if (lower < upper)
            fprintf(file, " LO bound c%zu %.17g\n", j, lower);
        else
            fprintf(file, " FX bound c%zu %.17g\n", j, lower);
        if (isfinite(upper) && lower < upper)
            fprintf(file, " UP bound c%zu %.17g\n", j, upper);
        else if (isinf(upper) && !isinf(lower))
            fprintf(file, " PL bound c%zu\n", j);
    }
}

kh_status kh_lp_write_mps_until(const kh_lp *lp, const char *about, double deadline_s, FILE *file, kh_error *err)
{
    write_about(about, file);
    fputs("NAME keyhaul FREE\n", file);
    write_rows(lp, file);
    KH_TRY(write_columns(lp, deadline_s, file, err));
    write_sides(lp, file);
    write_bounds(lp, file);
    fputs("ENDATA\n", file);
    return ferror(file) ? kh_fail(err, KH_EWRITE, "the MPS file cannot be written") : KH_OK;
}

kh_status kh_lp_write_mps(const kh_lp *lp, const char *about, FILE *file, kh_error *err)
{
    return kh_lp_write_mps_until(lp, about, HUGE_VAL, file, err);
}
