/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/load.h"
#include "core/text/file.h"
#include "tools/import/import.h"
#include "tools/study/light_path.h"
#include "tools/validate/rows.h"

#include <math.h>
#include <string.h>

static const double ratio_tolerance_db = 0.05; /* of ratios and powers: two decimals of a program whose sums are in other orders */

typedef enum quantity {
    MEAN_GSNR_01NM,
    MEAN_GSNR,
    MEAN_OSNR_01NM,
    MEAN_OSNR,
    MEAN_CD,
    MEAN_PMD,
    MEAN_PDL,
    LATENCY,
    POWER, /* from here on of one channel, before of the whole example */
    OSNR,
    SNR_NLI,
    GSNR,
    QUANTITIES
} quantity;

static const struct {
    const char *column, *unit;
    bool in_db, by_digits;
} quantities[QUANTITIES] = {
    [MEAN_GSNR_01NM] = {"mean_gsnr_01nm", "dB", true, false},
    [MEAN_GSNR] = {"mean_gsnr_sigbw", "dB", true, false},
    [MEAN_OSNR_01NM] = {"mean_osnr_01nm", "dB", true, false},
    [MEAN_OSNR] = {"mean_osnr_sigbw", "dB", true, false},
    [MEAN_CD] = {"mean_cd", "ps/nm", false, true},
    [MEAN_PMD] = {"mean_pmd", "ps", false, true},
    [MEAN_PDL] = {"mean_pdl", "dB", true, true},
    [LATENCY] = {"latency_ms", "ms", false, true},
    [POWER] = {"power_dbm", "dBm", true, false},
    [OSNR] = {"osnr_sigbw", "dB", true, false},
    [SNR_NLI] = {"snr_nli_sigbw", "dB", true, false},
    [GSNR] = {"gsnr_sigbw", "dB", true, false},
};

enum { EXAMPLE, TOPOLOGY, EQUIPMENT, SOURCE, DESTINATION, METHOD, N_INPUTS };
static const char *const input_names[N_INPUTS] = {"example", "topology", "equipment", "source", "destination", "method"};

typedef struct table {
    kh_rows *rows;
    size_t inputs[N_INPUTS], outputs[QUANTITIES], channel;
    const char *example; /* that the path below belongs to; NULL: none yet */
    const char *note;    /* why it is not evaluated; NULL: it is */
    bool usable;         /* false: a finding was made instead */
    kh_light_path light; /* transmitter included */
    kh_arena *scratch;   /* of the example */
} table;

static const char *input(const table *t, size_t row, size_t which)
{
    return kh_csv_cell(t->rows->csv, row, t->inputs[which]);
}

/* --- one example: import, load, light --- */

static kh_status import(const table *t, size_t row, kh_imported *imported, kh_error *err)
{
    const kh_import_input files = {.path = kh_file_near(t->rows->path, input(t, row, TOPOLOGY), t->scratch),
                                   .equipment = kh_file_near(t->rows->path, input(t, row, EQUIPMENT), t->scratch)};
    if (files.path == NULL || files.equipment == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the files of an example");
    kh_findings *own = kh_findings_create(); /* what is dropped is said by `keyhaul import` */
    if (own == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for an example");
    kh_status status = kh_import_read("gnpy", &files, t->scratch, own, imported, err);
    kh_findings_destroy(own);
    return status;
}

static kh_status find_end(const kh_net *net, const kh_imported *imported, const char *name, kh_node_id *node, kh_error *err)
{
    const char *id = kh_import_node(imported, name);
    *node = kh_net_node(net, id == NULL ? name : id);
    return node->i != KH_NO_INDEX ? KH_OK : kh_fail(err, KH_EDATA, "the topology has no '%.60s'", name);
}

static kh_status send_light(table *t, size_t row, const kh_net *net, const kh_imported *imported, kh_error *err)
{
    kh_node_id ends[2];
    KH_TRY(find_end(net, imported, input(t, row, SOURCE), &ends[0], err));
    KH_TRY(find_end(net, imported, input(t, row, DESTINATION), &ends[1], err));
    return kh_light_path_find(net, ends, imported->tx_osnr_db, t->scratch, &t->light, err);
}

static const char not_designed[] = "the network lacks the design it was computed with; name the one GNPy saves after it";

static kh_status run_example(table *t, size_t row, kh_error *err)
{
    kh_imported imported = {0};
    kh_net *net = NULL;
    KH_TRY(import(t, row, &imported, err));
    t->note = imported.complete ? NULL : not_designed;
    if (t->note != NULL)
        return KH_OK;
    kh_findings *own = kh_findings_create();
    kh_status status = own == NULL
                           ? kh_fail(err, KH_ENOMEM, "out of memory for an example")
                           : kh_net_load_text(input(t, row, TOPOLOGY), imported.yaml, imported.length, NULL, 0, own, &net, err);
    kh_findings_destroy(own);
    if (status == KH_OK)
        status = send_light(t, row, net, &imported, err);
    kh_net_destroy(net);
    return status;
}

static kh_status begin_example(table *t, size_t row)
{
    const char *method = input(t, row, METHOD);
    t->example = input(t, row, EXAMPLE);
    t->note = NULL;
    t->usable = true;
    if (strcmp(method, "gn_model_analytic, raman off") != 0) {
        t->note = kh_arena_printf(t->rows->arena, "'%s' is not part of this version", method);
        return t->note == NULL ? kh_fail(t->rows->err, KH_ENOMEM, "out of memory for a note") : KH_OK;
    }
    kh_error err = {0};
    kh_arena_reset(t->scratch);
    kh_status status = run_example(t, row, &err);
    t->usable = status == KH_OK || status == KH_ENOINPUT;
    return status == KH_OK ? KH_OK : kh_rows_refuse(t->rows, row, status, &err, &t->note);
}

/* --- values --- */

static double of_channel(const kh_optical_channel *channel, quantity which)
{
    switch (which) {
    case MEAN_GSNR_01NM:
        return channel->gsnr_01nm_db;
    case MEAN_GSNR:
    case GSNR:
        return channel->gsnr_db;
    case MEAN_OSNR_01NM:
        return channel->osnr_01nm_db;
    case MEAN_OSNR:
    case OSNR:
        return channel->osnr_db;
    case MEAN_CD:
        return channel->cd_ps_nm;
    case SNR_NLI:
        return channel->snr_nli_db;
    case MEAN_PMD:
    case MEAN_PDL:
    case LATENCY:
    case POWER:
    case QUANTITIES:
        break;
    }
    return (double)NAN;
}

static double mean_of(const kh_optical_path *path, quantity which)
{
    double sum = 0.0;
    for (size_t i = 0; i < path->n; i++)
        sum += of_channel(&path->channels[i], which);
    return sum / (double)path->n;
}

static double inverse_from_db(double db)
{
    return pow(10.0, -db / 10.0);
}

/* GNPy prints the power of the signal alone, without the noise of the line. The noise of the transmitter is none of it; that of add
 * and drop is left in, a hundredth of a dB at most. */
static double signal_dbm(const table *t, size_t i)
{
    const kh_optical_channel *channel = &t->light.path.channels[i];
    double tx_noise = inverse_from_db(t->light.tx_osnr_db) * t->light.comb.baud_hz[i] / KH_OPTICAL_B0_HZ;
    return channel->rx_power_dbm - 10.0 * log10(1.0 + inverse_from_db(channel->gsnr_db) - tx_noise);
}

static double value_of(const table *t, size_t channel, quantity which)
{
    const kh_optical_path *path = &t->light.path;
    if (which == MEAN_PMD)
        return path->pmd_ps;
    if (which == MEAN_PDL)
        return path->pdl_db;
    if (which == LATENCY)
        return path->latency_ms;
    if (which == POWER)
        return signal_dbm(t, channel);
    return which >= POWER ? of_channel(&path->channels[channel], which) : mean_of(path, which);
}

/* Half a unit of the last printed digit, and a little for the binary form of a decimal. */
static double digit_tolerance(const char *text)
{
    const char *point = strchr(text, '.');
    return 0.501 * pow(10.0, point == NULL ? 0.0 : -(double)strlen(point + 1));
}

static kh_status add_value(table *t, size_t row, size_t channel, quantity which)
{
    kh_rows *rows = t->rows;
    const char *note = t->note;
    const char *text = kh_csv_cell(rows->csv, row, t->outputs[which]);
    kh_validate_row made = {
        .quantity = quantities[which].column, .unit = quantities[which].unit, .in_db = quantities[which].in_db, .note = note};
    if (text[0] == '\0' || !kh_rows_number(rows, row, t->outputs[which], &made.expected))
        return KH_OK;
    const char *example = input(t, row, EXAMPLE);
    made.id = which < POWER ? example : kh_arena_printf(rows->arena, "%s/%zu", example, channel + 1);
    made.model = kh_arena_printf(rows->arena, "%s %s", example, note == NULL ? made.quantity : "");
    made.source = input(t, row, TOPOLOGY);
    if (made.id == NULL || made.model == NULL)
        return kh_fail(rows->err, KH_ENOMEM, "out of memory for the rows of a table");
    made.evaluated = note == NULL;
    made.computed = made.evaluated ? value_of(t, channel, which) : (double)NAN;
    double scale = made.in_db || made.expected == 0.0 ? 1.0 : fabs(made.expected);
    made.tolerance = (quantities[which].by_digits ? digit_tolerance(text) : ratio_tolerance_db) / scale;
    made.error = fabs(made.computed - made.expected) / scale;
    return kh_rows_add(rows, made);
}

/* The channel of a row, counted from 0; rows without one hold the values of the example only. */
static bool find_channel(const table *t, size_t row, size_t most, bool *has_channel, size_t *channel)
{
    double number = 1.0;
    *has_channel = kh_csv_cell(t->rows->csv, row, t->channel)[0] != '\0';
    if (*has_channel && !kh_rows_number(t->rows, row, t->channel, &number))
        return false;
    if (!(number >= 1.0 && number <= (double)most) || number != floor(number)) {
        kh_rows_complain(t->rows, row, NULL, "column 'channel' must be a whole number from 1 to the number of channels, or empty");
        return false;
    }
    *channel = (size_t)number - 1;
    return true;
}

/* Values of the whole example stand in each of its rows; they are compared once. */
static kh_status add_values(table *t, size_t row, bool first)
{
    bool has_channel = false;
    size_t channel = 0;
    if (!find_channel(t, row, t->note == NULL ? t->light.path.n : KH_OPTICAL_CHANNELS_MAX, &has_channel, &channel))
        return KH_OK;
    for (quantity which = 0; which < QUANTITIES; which++)
        if (which < POWER ? first : has_channel)
            KH_TRY(add_value(t, row, channel, which));
    return KH_OK;
}

static kh_status evaluate_row(table *t, size_t row)
{
    bool first = t->example == NULL || strcmp(t->example, input(t, row, EXAMPLE)) != 0;
    if (first)
        KH_TRY(begin_example(t, row));
    return t->usable ? add_values(t, row, first) : KH_OK;
}

/* --- the table --- */

static bool find_columns(table *t)
{
    const kh_csv *csv = t->rows->csv;
    bool all = true;
    for (size_t i = 0; i < N_INPUTS; i++) {
        t->inputs[i] = kh_csv_column(csv, input_names[i]);
        if (t->inputs[i] != KH_CSV_NO_COLUMN)
            continue;
        kh_findings_add(t->rows->findings, KH_ERROR, (kh_place){.file = t->rows->path, .line = 1, .column = 1}, NULL,
                        "column '%s' is missing", input_names[i]);
        all = false;
    }
    for (size_t i = 0; i < QUANTITIES; i++)
        t->outputs[i] = kh_csv_column(csv, quantities[i].column);
    t->channel = kh_csv_column(csv, "channel");
    return all;
}

kh_status kh_rows_evaluate_examples(kh_rows *rows)
{
    table t = {.rows = rows, .scratch = kh_arena_create(0)};
    if (t.scratch == NULL)
        return kh_fail(rows->err, KH_ENOMEM, "out of memory for a table");
    kh_status status = KH_OK;
    if (find_columns(&t))
        for (size_t row = 0; row < rows->csv->n_rows && status == KH_OK; row++)
            status = evaluate_row(&t, row);
    kh_arena_destroy(t.scratch);
    return status;
}
