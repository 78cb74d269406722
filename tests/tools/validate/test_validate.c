/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/validate/validate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define QKD_HEADER "id,model,inputs_json,expected,unit,tol_rel,check,source\n"
#define LINE_HEADER                                                                                                                \
    "case_id,nli_method,raman,freq_thz_all,slot_ghz,baud_gbd,tx_osnr_db_01nm,launch_dbm,chain,channel,gsnr_01nm_db,pmd_ps\n"
#define LINE_INPUT "gn_model_analytic,off,193:50GHz:2,50,32,,0,\"F(km=100,att=0.2,D=16.7,Aeff=83) E(g=20,nf=5)\","

typedef struct bench {
    kh_arena *arena;
    kh_findings *findings;
    kh_validate_result result;
    kh_error err;
    char path[32];
} bench;

static int make_bench(void **state)
{
    static bench b;
    b = (bench){.arena = kh_arena_create(0), .findings = kh_findings_create(), .path = "/tmp/keyhaul-table-XXXXXX"};
    int fd = mkstemp(b.path);
    *state = &b;
    return b.arena == NULL || b.findings == NULL || fd < 0 || close(fd) != 0;
}

static int drop_bench(void **state)
{
    bench *b = *state;
    kh_findings_destroy(b->findings);
    kh_arena_destroy(b->arena);
    return unlink(b->path);
}

static kh_status run_text(bench *b, const char *text)
{
    FILE *file = fopen(b->path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return kh_validate_table(b->path, NULL, b->arena, b->findings, &b->result, &b->err);
}

static void checks_compare_as_their_name_says(void **state)
{
    bench *b = *state;
    static const char text[] = QKD_HEADER "right,plob,\"{\"\"loss_dB\"\":10}\",0.15200309344505,bit/use,1e-12,equal,s\n"
                                          "wrong,plob,\"{\"\"loss_dB\"\":10}\",0.153,bit/use,1e-3,equal,s\n"
                                          "below,plob,\"{\"\"loss_dB\"\":10}\",0.2,bit/use,0,at_most,s\n"
                                          "not-below,plob,\"{\"\"loss_dB\"\":10}\",0.1,bit/use,0.1,at_most,s\n"
                                          "above,plob,\"{\"\"loss_dB\"\":10}\",0.1,bit/use,0,at_least,s\n"
                                          "near,plob,\"{\"\"loss_dB\"\":10}\",0.28,bit/use,2,within_factor,s\n"
                                          "far,plob,\"{\"\"loss_dB\"\":10}\",0.31,bit/use,2,within_factor,s\n";
    static const bool pass[] = {true, false, true, false, true, true, false};
    assert_int_equal(run_text(b, text), KH_OK);
    assert_int_equal(b->result.n_rows, 7);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(b->result.rows[i].pass, pass[i]);
    assert_int_equal(b->result.n_passed, 4);
    assert_int_equal(b->result.n_failed, 3);
    assert_true(fabs(b->result.rows[1].error - (0.153 - 0.15200309344505) / 0.153) < 1e-12);
}

static void a_model_that_is_not_there_is_skipped_with_a_note(void **state)
{
    bench *b = *state;
    assert_int_equal(run_text(b, QKD_HEADER "moon,moon_mirror,{},0.1,bit,1e-6,equal,s\n"), KH_OK);
    assert_int_equal(b->result.n_skipped, 1);
    assert_false(b->result.rows[0].evaluated);
    assert_true(isnan(b->result.rows[0].computed));
    assert_string_equal(b->result.rows[0].note, "model 'moon_mirror' is not part of this version");
}

static void a_line_is_computed_once_and_compared_channel_by_channel(void **state)
{
    bench *b = *state;
    assert_int_equal(run_text(b, LINE_HEADER "X," LINE_INPUT "1,30.9,0.0\n"
                                             "X," LINE_INPUT "2,99,\n"),
                     KH_OK);
    assert_int_equal(b->result.n_rows, 3); /* an empty cell expects nothing */
    assert_string_equal(b->result.rows[0].id, "X/1");
    assert_string_equal(b->result.rows[0].quantity, "gsnr_01nm_db");
    assert_true(b->result.rows[0].in_db && b->result.rows[0].tolerance == 0.01);
    assert_true(b->result.rows[0].computed > 28.0 && b->result.rows[0].computed < 33.0);
    assert_true(b->result.rows[1].pass);
    assert_false(b->result.rows[2].pass);
}

/* Where the reference is an integral, the closed form is held to what it can do. */
static void raman_scattering_counts_when_the_row_says_so(void **state)
{
    bench *b = *state;
    static const char text[] = LINE_HEADER
        "G,ggn_spectrally_separated:dispersion_tolerance=1,off,187:500GHz:19,50,32,,13,\"F(km=80,att=0.2,D=16.7,Aeff=83)\",1,30,\n"
        "H,isrs-gn,\"on:perturbative,order=2\",187:500GHz:19,50,32,,13,\"F(km=80,att=0.2,D=16.7,Aeff=83)\",1,30,\n"
        "I,gn_model_analytic,on,187:500GHz:19,50,32,,13,\"2x[F(km=80,att=0.2,D=16.7,Aeff=83)]\",1,30,\n";
    assert_int_equal(run_text(b, text), KH_OK);
    assert_int_equal(b->result.n_skipped, 0);
    assert_true(b->result.rows[0].tolerance == 0.4 && b->result.rows[1].tolerance == 0.4 && b->result.rows[2].tolerance == 0.8);
    assert_true(b->result.rows[1].computed < b->result.rows[0].computed - 0.3); /* the lowest channel gains power on its way */
}

static void other_models_of_interference_are_skipped(void **state)
{
    bench *b = *state;
    static const char text[] = LINE_HEADER "G,pcfm,on,193:50GHz:2,50,32,,0,\"E(g=1,nf=5)\",1,30,\n"
                                           "H,gn_model_analytic,ongoing,193:50GHz:2,50,32,,0,\"E(g=1,nf=5)\",1,30,\n";
    assert_int_equal(run_text(b, text), KH_OK);
    assert_int_equal(b->result.n_skipped, 2);
    assert_string_equal(b->result.rows[0].note, "model 'pcfm' with Raman scattering 'on' is not part of this version");
    assert_string_equal(b->result.rows[1].note,
                        "model 'gn_model_analytic' with Raman scattering 'ongoing' is not part of this version");
}

static void rows_that_cannot_be_read_are_findings_with_their_line(void **state)
{
    bench *b = *state;
    static const struct {
        const char *text, *message;
        uint32_t line;
    } wrong[] = {
        {"a,b\n1,2\n", "the header fits no layout of reference tables", 1},
        {"case_id,chain,channel\nX,\"E(g=1,nf=5)\",1\n", "column 'freq_thz_all' is missing", 1},
        {QKD_HEADER "x,plob,{},one,bit,0.1,equal,s\n", "column 'expected' holds 'one', must be a number", 2},
        {QKD_HEADER "x,plob,\"{\"\"loss_dB\"\":10}\",1,bit,nan,equal,s\n", "column 'tol_rel' holds 'nan', must be a number", 2},
        {QKD_HEADER "x,plob,\"{\"\"loss_dB\"\":10}\",1,bit,0.1,roughly,s\n", "unknown check", 2},
        {LINE_HEADER "X,gn_model_analytic,off,193:50GHz:2,50,32,,0,\"E(g=1)\",1,30,\n", "chain: column 6: key 'nf' is missing", 2},
        {LINE_HEADER "X,gn_model_analytic,off,193:50GHz:2,50,32,x,0,\"E(g=1,nf=5)\",1,30,\n",
         "tx_osnr_db_01nm is 'x', must be a number or empty", 2},
        {LINE_HEADER "X," LINE_INPUT "3,30,\n", "column 'channel' must be a whole number from 1 to the number of channels", 2},
        {"id,model\n\"x\n", "line 2: the quote that opens here is never closed", 0},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        size_t before = kh_findings_kept(b->findings);
        assert_int_equal(run_text(b, wrong[i].text), KH_EDATA);
        const kh_finding *finding = kh_findings_at(b->findings, before);
        assert_non_null(finding);
        assert_string_equal(finding->message, wrong[i].message);
        assert_int_equal(finding->place.line, wrong[i].line);
    }
}

static void json_that_cannot_be_read_is_a_finding(void **state)
{
    bench *b = *state;
    size_t before = kh_findings_kept(b->findings);
    assert_int_equal(run_text(b, QKD_HEADER "x,plob,{,1,bit,0.1,equal,s\ny,plob,{},1,bit,0.1,equal,s\n"), KH_EDATA);
    assert_int_equal(kh_findings_kept(b->findings), before + 2);
    assert_memory_equal(kh_findings_at(b->findings, before)->message, "inputs_json: ", 13);
    assert_int_equal(kh_findings_at(b->findings, before + 1)->place.line, 3);
}

static void a_file_that_is_not_there_is_no_input(void **state)
{
    bench *b = *state;
    assert_int_equal(kh_validate_table("/tmp/there/is/no/such/table.csv", NULL, b->arena, b->findings, &b->result, &b->err),
                     KH_ENOINPUT);
    assert_int_equal(kh_validate_table("/tmp", NULL, b->arena, b->findings, &b->result, &b->err), KH_ENOINPUT);
}

static void a_row_whose_file_is_missing_hides_no_other(void **state)
{
    bench *b = *state;
    static const char text[] =
        QKD_HEADER "pass,sat_pass_finite,\"{\"\"loss_file\"\":\"\"no-such-loss.csv\"\"}\",1,bit,1e-6,equal,s\n"
                   "right,plob,\"{\"\"loss_dB\"\":10}\",0.15200309344505,bit/use,1e-12,equal,s\n";
    assert_int_equal(run_text(b, text), KH_OK);
    assert_int_equal(b->result.n_skipped, 1);
    assert_string_equal(b->result.rows[0].note, "'/tmp/no-such-loss.csv' cannot be opened: No such file or directory");
    assert_true(b->result.rows[1].pass);
}

static void a_network_that_is_missing_or_not_designed_is_skipped_with_a_note(void **state)
{
    bench *b = *state;
    static const char header[] = "example,topology,equipment,source,destination,method,channel,latency_ms\n";
    char root[1024];
    assert_non_null(getcwd(root, sizeof root));
    char text[4096];
    (void)snprintf(text, sizeof text,
                   "%sa,none.json,none.json,x,y,\"gn_model_analytic, raman off\",,1\n"
                   "b,%s/tests/ref/gnpy/meshTopologyExampleV2.json,%s/tests/ref/gnpy/eqpt_config.json,x,y,\"gn_model_analytic, "
                   "raman off\",,1\n",
                   header, root, root);
    assert_int_equal(run_text(b, text), KH_OK);
    assert_int_equal(b->result.n_skipped, 2);
    assert_string_equal(b->result.rows[0].note, "'/tmp/none.json' cannot be opened: No such file or directory");
    assert_string_equal(b->result.rows[1].note,
                        "the network lacks the design it was computed with; name the one GNPy saves after it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_compare_as_their_name_says),
        cmocka_unit_test(a_model_that_is_not_there_is_skipped_with_a_note),
        cmocka_unit_test(a_line_is_computed_once_and_compared_channel_by_channel),
        cmocka_unit_test(raman_scattering_counts_when_the_row_says_so),
        cmocka_unit_test(other_models_of_interference_are_skipped),
        cmocka_unit_test(rows_that_cannot_be_read_are_findings_with_their_line),
        cmocka_unit_test(json_that_cannot_be_read_is_a_finding),
        cmocka_unit_test(a_file_that_is_not_there_is_no_input),
        cmocka_unit_test(a_row_whose_file_is_missing_hides_no_other),
        cmocka_unit_test(a_network_that_is_missing_or_not_designed_is_skipped_with_a_note),
    };
    return cmocka_run_group_tests(tests, make_bench, drop_bench);
}
