/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/chain.h"
#include "models/optical/optical.h"
#include "tools/validate/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of GSNR, OSNR, SNR_NLI and case values: where the reference is the same closed form; where it is an integral that the closed form
 * approximates; where many Raman-tilted spans of a wide comb stand one behind the other. */
static const double same_tolerance_db = 0.01, integral_tolerance_db = 0.4, tilted_tolerance_db = 0.8;
static const double wide_hz = 5e12;

/* The columns of expected values. */
typedef enum quantity {
    GSNR_01NM,
    GSNR,
    OSNR_01NM,
    OSNR,
    SNR_NLI,
    CD,
    PMD,
    PDL,
    LATENCY,
    RX_POWER,
    CASE_MIN,
    CASE_MEAN,
    QUANTITIES
} quantity;

static const struct {
    const char *column, *unit;
    bool in_db, by_digits; /* by_digits: half a unit of the last digit that the table prints */
} quantities[QUANTITIES] = {
    [GSNR_01NM] = {"gsnr_01nm_db", "dB", true, false},
    [GSNR] = {"gsnr_sigbw_db", "dB", true, false},
    [OSNR_01NM] = {"osnr_01nm_db", "dB", true, false},
    [OSNR] = {"osnr_sigbw_db", "dB", true, false},
    [SNR_NLI] = {"snr_nli_sigbw_db", "dB", true, false},
    [CD] = {"cd_ps_nm", "ps/nm", false, true},
    [PMD] = {"pmd_ps", "ps", false, true},
    [PDL] = {"pdl_db", "dB", true, true},
    [LATENCY] = {"latency_ms", "ms", false, true},
    [RX_POWER] = {"rx_power_dbm", "dBm", true, true},
    [CASE_MIN] = {"case_min_gsnr_01nm_db", "dB", true, false},
    [CASE_MEAN] = {"case_mean_gsnr_01nm_db", "dB", true, false},
};

/* The columns that say what to send through what. Rows that agree in all of them share one evaluation. */
enum { CHAIN, FREQUENCIES, SLOT, BAUD, LAUNCH, TX_OSNR, METHOD, RAMAN, N_INPUTS };
static const char *const input_names[N_INPUTS] = {"chain",      "freq_thz_all",    "slot_ghz",   "baud_gbd",
                                                  "launch_dbm", "tx_osnr_db_01nm", "nli_method", "raman"};

typedef struct table {
    kh_rows *rows;
    size_t inputs[N_INPUTS], outputs[QUANTITIES], id, channel, version;
    size_t case_row;       /* the row that the path below belongs to */
    bool has_case, usable; /* usable: its input could be read */
    kh_optical_path path;
    double tolerance_db;
    double min_db, mean_db; /* GSNR in 0.1 nm of the case */
    kh_arena *scratch;      /* of the case */
} table;

static const char *input(const table *t, size_t row, size_t which)
{
    return kh_csv_cell(t->rows->csv, row, t->inputs[which]);
}

static bool is_same_case(const table *t, size_t row)
{
    for (size_t i = 0; i < N_INPUTS; i++)
        if (strcmp(input(t, t->case_row, i), input(t, row, i)) != 0)
            return false;
    return t->has_case;
}

/* The methods of GNPy and what stands for them: the closed form of the GN model, and for all that follow the power along the fibre
 * the closed form with Raman scattering. */
static bool read_physics(const table *t, size_t row, kh_optical_physics *physics)
{
    const char *method = input(t, row, METHOD), *raman = input(t, row, RAMAN);
    physics->isrs = strncmp(method, "ggn_", 4) == 0 || strcmp(method, "isrs-gn") == 0;
    physics->raman = strncmp(raman, "on", 2) == 0 && (raman[2] == '\0' || raman[2] == ':');
    bool known_method = physics->isrs || strcmp(method, "gn_model_analytic") == 0;
    return known_method && (physics->raman || raman[0] == '\0' || strcmp(raman, "off") == 0);
}

static const char *find_missing_model(const table *t, size_t row)
{
    kh_optical_physics physics;
    if (read_physics(t, row, &physics))
        return "";
    const char *method = input(t, row, METHOD), *raman = input(t, row, RAMAN);
    return kh_arena_printf(t->rows->arena, "model '%.*s' with Raman scattering '%.*s' is not part of this version",
                           (int)strcspn(method, ":"), method, (int)strcspn(raman, ":"), raman);
}

static double find_tolerance_db(const kh_optical_chain *chain, const kh_optical_comb *comb)
{
    size_t fibres = 0;
    for (size_t i = 0; i < chain->n_elements; i++)
        fibres += chain->elements[i].kind == KH_OPTICAL_FIBRE ? 1 : 0;
    if (!chain->physics.isrs && !chain->physics.raman)
        return same_tolerance_db;
    bool wide = comb->freq_hz[comb->n - 1] - comb->freq_hz[0] > wide_hz;
    return chain->physics.raman && wide && fibres > 1 ? tilted_tolerance_db : integral_tolerance_db;
}

static void count_channel(table *t, size_t i, size_t *counted)
{
    double gsnr_db = t->path.channels[i].gsnr_01nm_db;
    t->min_db = fmin(t->min_db, gsnr_db);
    t->mean_db += (gsnr_db - t->mean_db) / (double)++*counted;
}

/* Over all channels or those that the reference computed, "...,computed_channels=1 12 25"; GNPy lays straight lines between them.
 */
static void summarise(table *t, size_t row)
{
    static const char key[] = "computed_channels=";
    const char *at = strstr(input(t, row, METHOD), key);
    size_t counted = 0;
    t->min_db = (double)INFINITY;
    t->mean_db = 0.0;
    for (size_t i = 0; i < t->path.n && at == NULL; i++)
        count_channel(t, i, &counted);
    at = at == NULL ? "" : at + strlen(key);
    for (char *end = NULL; *at != '\0'; at = end) {
        unsigned long channel = strtoul(at, &end, 10);
        if (end == at)
            return;
        if (channel >= 1 && channel <= t->path.n)
            count_channel(t, channel - 1, &counted);
    }
}

static kh_status run_case(table *t, size_t row, kh_error *err)
{
    const char *tx = input(t, row, TX_OSNR);
    char *end = NULL;
    double tx_osnr_db = tx[0] == '\0' ? (double)INFINITY : strtod(tx, &end);
    if (tx[0] != '\0' && (*end != '\0' || !isfinite(tx_osnr_db)))
        return kh_fail(err, KH_EDATA, "tx_osnr_db_01nm is '%.40s', must be a number or empty", tx);
    kh_optical_chain chain;
    kh_optical_comb comb;
    kh_chain_comb_text text = {.freq_thz = input(t, row, FREQUENCIES),
                               .slot_ghz = input(t, row, SLOT),
                               .baud_gbd = input(t, row, BAUD),
                               .launch_dbm = input(t, row, LAUNCH)};
    kh_status status = kh_chain_parse(input(t, row, CHAIN), t->scratch, &chain, err);
    if (status != KH_OK)
        return kh_while(err, status, "chain");
    (void)read_physics(t, row, &chain.physics);
    KH_TRY(kh_chain_comb_parse(&text, t->scratch, &comb, err));
    t->tolerance_db = find_tolerance_db(&chain, &comb);
    KH_TRY(kh_optical_run(&chain, &comb, tx_osnr_db, NULL, t->scratch, &t->path, err));
    summarise(t, row);
    return KH_OK;
}

static kh_status begin_case(table *t, size_t row)
{
    kh_error err = {0};
    kh_arena_reset(t->scratch);
    t->has_case = true;
    t->case_row = row;
    kh_status status = run_case(t, row, &err);
    t->usable = status == KH_OK;
    if (status == KH_ENOMEM || status == KH_EINTERNAL)
        return kh_fail(t->rows->err, status, "%s%s", err.steps, err.message);
    if (!t->usable) {
        char *message = kh_arena_printf(t->rows->arena, "%s%s", err.steps, err.message);
        kh_rows_complain(t->rows, row, NULL, message == NULL ? kh_status_text(status) : message);
    }
    return KH_OK;
}

static double value_of(const table *t, const kh_optical_channel *channel, quantity which)
{
    const kh_optical_path *path = &t->path;
    const double values[QUANTITIES] = {
        [GSNR_01NM] = channel->gsnr_01nm_db,
        [GSNR] = channel->gsnr_db,
        [OSNR_01NM] = channel->osnr_01nm_db,
        [OSNR] = channel->osnr_db,
        [SNR_NLI] = channel->snr_nli_db,
        [CD] = channel->cd_ps_nm,
        [PMD] = path->pmd_ps,
        [PDL] = path->pdl_db,
        [LATENCY] = path->latency_ms,
        [RX_POWER] = channel->rx_power_dbm,
        [CASE_MIN] = t->min_db,
        [CASE_MEAN] = t->mean_db,
    };
    return values[which];
}

/* Half a unit of the last printed digit, and a little for the binary form of a decimal. */
static double digit_tolerance(const char *text)
{
    const char *point = strchr(text, '.');
    double digits = point == NULL ? 0.0 : (double)strlen(point + 1);
    return 0.501 * pow(10.0, -digits);
}

static void set_error(const table *t, kh_validate_row *row, quantity which, const char *text)
{
    bool by_digits = quantities[which].by_digits && (which != RX_POWER || t->tolerance_db == same_tolerance_db);
    double scale = quantities[which].in_db || row->expected == 0.0 ? 1.0 : fabs(row->expected);
    row->in_db = quantities[which].in_db;
    row->tolerance = (by_digits ? digit_tolerance(text) : t->tolerance_db) / scale;
    row->error = fabs(row->computed - row->expected) / scale;
}

/* Evaluated values are summed up by quantity, skipped ones by the model that is missing. */
static const char *model_name(const table *t, size_t row, const char *column)
{
    const char *method = input(t, row, METHOD);
    return kh_arena_printf(t->rows->arena, "%.*s%s%s", (int)strcspn(method, ":"), method, column[0] == '\0' ? "" : " ", column);
}

static kh_status add_value(table *t, size_t row, size_t channel, quantity which, const char *note)
{
    kh_rows *rows = t->rows;
    const char *text = kh_csv_cell(rows->csv, row, t->outputs[which]);
    kh_validate_row made = {.quantity = quantities[which].column, .unit = quantities[which].unit, .note = note};
    if (text[0] == '\0' || !kh_rows_number(rows, row, t->outputs[which], &made.expected))
        return KH_OK;
    made.id = kh_arena_printf(rows->arena, "%s/%zu", kh_csv_cell(rows->csv, row, t->id), channel);
    made.model = model_name(t, row, note == NULL ? made.quantity : "");
    made.source = kh_arena_printf(rows->arena, "GNPy %s", kh_csv_cell(rows->csv, row, t->version));
    if (made.id == NULL || made.model == NULL || made.source == NULL)
        return kh_fail(rows->err, KH_ENOMEM, "out of memory for the rows of a table");
    made.evaluated = note == NULL;
    if (made.evaluated)
        made.computed = value_of(t, &t->path.channels[channel - 1], which);
    set_error(t, &made, which, text);
    return kh_rows_add(rows, made);
}

/* Values of the whole case stand in each of its rows; they are compared once. */
static kh_status add_values(table *t, size_t row, bool first, const char *note)
{
    double channel = 0.0;
    if (!kh_rows_number(t->rows, row, t->channel, &channel))
        return KH_OK;
    size_t n = note == NULL ? t->path.n : KH_OPTICAL_CHANNELS_MAX;
    if (!(channel >= 1.0 && channel <= (double)n) || channel != floor(channel)) {
        kh_rows_complain(t->rows, row, NULL, "column 'channel' must be a whole number from 1 to the number of channels");
        return KH_OK;
    }
    for (quantity which = 0; which < QUANTITIES; which++)
        if (first || (which != CASE_MIN && which != CASE_MEAN))
            KH_TRY(add_value(t, row, (size_t)channel, which, note));
    return KH_OK;
}

static kh_status evaluate_row(table *t, size_t row)
{
    const char *missing = find_missing_model(t, row);
    if (missing == NULL)
        return kh_fail(t->rows->err, KH_ENOMEM, "out of memory for a note");
    bool first = row == 0 || !is_same_case(t, row);
    if (missing[0] != '\0') {
        t->has_case = true;
        t->case_row = row;
        t->usable = false;
        return add_values(t, row, first, missing);
    }
    if (first)
        KH_TRY(begin_case(t, row));
    return t->usable ? add_values(t, row, first, NULL) : KH_OK;
}

static void find_columns(table *t)
{
    const kh_csv *csv = t->rows->csv;
    for (size_t i = 0; i < N_INPUTS; i++)
        t->inputs[i] = kh_csv_column(csv, input_names[i]);
    for (size_t i = 0; i < QUANTITIES; i++)
        t->outputs[i] = kh_csv_column(csv, quantities[i].column);
    t->id = kh_csv_column(csv, "case_id");
    t->channel = kh_csv_column(csv, "channel");
    t->version = kh_csv_column(csv, "gnpy_version");
}

static bool has_all_inputs(const table *t)
{
    bool all = true;
    for (size_t i = 0; i < N_INPUTS; i++) {
        if (t->inputs[i] != KH_CSV_NO_COLUMN)
            continue;
        kh_findings_add(t->rows->findings, KH_ERROR, (kh_place){.file = t->rows->path, .line = 1, .column = 1}, NULL,
                        "column '%s' is missing", input_names[i]);
        all = false;
    }
    return all;
}

kh_status kh_rows_evaluate_optical(kh_rows *rows)
{
    table t = {.rows = rows, .tolerance_db = same_tolerance_db, .scratch = kh_arena_create(0)};
    if (t.scratch == NULL)
        return kh_fail(rows->err, KH_ENOMEM, "out of memory for a table");
    find_columns(&t);
    kh_status status = KH_OK;
    if (has_all_inputs(&t))
        for (size_t row = 0; row < rows->csv->n_rows && status == KH_OK; row++)
            status = evaluate_row(&t, row);
    kh_arena_destroy(t.scratch);
    return status;
}
