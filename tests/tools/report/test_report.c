/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/report.h"

#include "core/text/csv.h"
#include "core/text/json.h"
#include "tests/tools/report/synthetic.h"
#include "tools/report/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const synthetic plain = {.n_nodes = 14, .n_cases = 4, .store_points = 500};
static const synthetic nasty = {.n_nodes = 14, .n_cases = 4, .store_points = 50, .nasty = true};

typedef struct fixture {
    kh_arena *arena;
    kh_str out;
    kh_error err;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    f->arena = kh_arena_create(0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    kh_str_clear(&f->out);
    kh_arena_destroy(f->arena);
    free(f);
    return 0;
}

static const char *write_report(fixture *f, const kh_run *run, kh_report_format format)
{
    kh_str_clear(&f->out);
    kh_status status = kh_report_write(run, format, &f->out, &f->err);
    if (status != KH_OK)
        fail_msg("%s", f->err.message);
    return kh_str_text(&f->out);
}

/* xmllint is an independent parser; where it is not installed, this check is not made. */
static void assert_well_formed(const char *page)
{
    char path[] = "/tmp/kh_report_XXXXXX", command[128];
    if (system("command -v xmllint >/dev/null 2>&1") != 0)
        skip();
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "w");
    assert_non_null(file);
    assert_true(fputs(page, file) >= 0);
    assert_int_equal(fclose(file), 0);
    (void)snprintf(command, sizeof command, "xmllint --noout --huge '%s' 2>&1", path);
    int status = system(command);
    unlink(path);
    assert_int_equal(status, 0);
}

static void the_page_is_well_formed_even_with_markup_in_names(void **state)
{
    fixture *f = *state;
    assert_well_formed(write_report(f, make_run(f->arena, nasty), KH_REPORT_HTML));
}

static void names_are_escaped_everywhere(void **state)
{
    fixture *f = *state;
    const char *page = write_report(f, make_run(f->arena, nasty), KH_REPORT_HTML);
    assert_null(strstr(page, "<b>&"));
    assert_null(strstr(page, "<script>alert"));
    assert_non_null(strstr(page, "A &lt;study&gt; &amp; its &quot;what-ifs&quot;"));
    assert_null(strchr(page, '\x01'));
}

/* The only addresses are those inside the page and data:; a source's URL is text. */
static void the_page_asks_the_network_for_nothing(void **state)
{
    fixture *f = *state;
    const char *page = write_report(f, make_run(f->arena, plain), KH_REPORT_HTML);
    for (const char *at = strstr(page, "href=\""); at != NULL; at = strstr(at + 6, "href=\""))
        assert_true(at[6] == '#' || strncmp(at + 6, "data:", 5) == 0);
    assert_null(strstr(page, "src=\""));
    assert_null(strstr(page, "url("));
    assert_null(strstr(page, "@import"));
    assert_null(strstr(page, "fetch("));
    assert_non_null(strstr(page, "default-src 'none'"));
}

static void the_verdict_counts_who_gets_all_and_names_who_does_not(void **state)
{
    fixture *f = *state;
    const char *page = write_report(f, make_run(f->arena, plain), KH_REPORT_HTML);
    assert_non_null(strstr(page, "1 of 3 demands gets all the key it asks for. Short: D1 (76\xc2\xa0%), D2 (no key)."));
}

static void all_parts_are_there(void **state)
{
    static const char *const titles[] = {"Network map",        "Demands",
                                         "Simulated service",  "The bottleneck",
                                         "QKD links",          "Classical lines",
                                         "Data traffic",       "Key stores over time",
                                         "What-if comparison", "Cost",
                                         "Findings",           "Assumptions and sources"};
    fixture *f = *state;
    const char *at = write_report(f, make_run(f->arena, plain), KH_REPORT_HTML);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        char heading[64];
        (void)snprintf(heading, sizeof heading, "<h2>%s", titles[i]);
        if (strcmp(titles[i], "Findings") == 0) /* after the cost of the last case, too */
            continue;
        at = strstr(at, heading);
        if (at == NULL)
            fail_msg("'%s' is missing or out of order", titles[i]);
    }
}

static void services_stand_with_their_wavelengths_and_spectrum(void **state)
{
    fixture *f = *state;
    const char *page = write_report(f, make_run(f->arena, plain), KH_REPORT_HTML);
    assert_non_null(strstr(page, "3 x 400 Gbit/s (m400)"));
    assert_non_null(strstr(page, "3500 km, protection: hybrid"));
    assert_non_null(strstr(page, "191.32500-191.77500 THz"));
}

static void a_network_of_150_places_stays_below_one_and_a_half_megabytes(void **state)
{
    fixture *f = *state;
    synthetic large = {.n_nodes = 150, .n_cases = 30, .store_points = 2000};
    write_report(f, make_run(f->arena, large), KH_REPORT_HTML);
    assert_in_range(f->out.length, 100000, 1500000);
}

/* Every table, and every column in turn, may be missing. */
static void nothing_is_needed(void **state)
{
    fixture *f = *state;
    kh_run bare = {.study = NULL, .cases = &(kh_run_case){.name = "as designed"}, .n_cases = 1};
    for (int format = KH_REPORT_HTML; format <= KH_REPORT_JSON; format++)
        write_report(f, &bare, (kh_report_format)format);
    kh_run *run = make_run(f->arena, (synthetic){.n_nodes = 6, .n_cases = 2, .store_points = 5});
    for (size_t i = 0; i < run->cases[0].n_tables; i++) {
        kh_table *table = &run->cases[0].tables[i];
        for (; table->n_columns > 0; table->n_columns--)
            for (int format = KH_REPORT_HTML; format <= KH_REPORT_JSON; format++)
                write_report(f, run, (kh_report_format)format);
    }
    for (size_t i = 0; i < run->n_tables; i++)
        for (; run->tables[i].n_columns > 0; run->tables[i].n_columns--)
            write_report(f, run, KH_REPORT_HTML);
}

static void a_run_without_a_case_is_refused(void **state)
{
    fixture *f = *state;
    kh_run none = {.study = "x"};
    assert_int_equal(kh_report_write(&none, KH_REPORT_HTML, &f->out, &f->err), KH_EDATA);
    assert_int_equal(f->out.length, 0);
}

static void json_reads_back(void **state)
{
    fixture *f = *state;
    kh_json *json = NULL;
    const char *text = write_report(f, make_run(f->arena, nasty), KH_REPORT_JSON);
    if (kh_json_read(text, strlen(text), &json, &f->err) != KH_OK)
        fail_msg("%s", f->err.message);
    const kh_json *first = kh_json_at(kh_json_get(json, "cases"), 0);
    assert_string_equal(kh_json_as_text(kh_json_get(first, "name")), "as designed");
    assert_int_equal(kh_json_length(kh_json_get(first, "demands")), SYNTHETIC_DEMANDS);
    assert_true(kh_json_as_number(kh_json_get(kh_json_at(kh_json_get(first, "demands"), 1), "rate_bps")) == 4572);
    assert_int_equal(kh_json_length(kh_json_get(kh_json_get(json, "base"), "nodes")), 14);
    kh_json_destroy(json);
}

/* The block of a table: from the line behind its name to the empty line. */
static kh_csv read_block(fixture *f, const char *text, const char *name)
{
    kh_csv csv = {0};
    char start[64];
    (void)snprintf(start, sizeof start, "\r\n\r\n%s\r\n", name);
    const char *at = strstr(text, start);
    assert_non_null(at);
    at += strlen(start);
    const char *end = strstr(at, "\r\n\r\n");
    assert_non_null(end);
    if (kh_csv_read(at, (size_t)(end - at), f->arena, &csv, &f->err) != KH_OK)
        fail_msg("%s", f->err.message);
    return csv;
}

static void csv_reads_back(void **state)
{
    fixture *f = *state;
    const char *text = write_report(f, make_run(f->arena, nasty), KH_REPORT_CSV);
    kh_csv demands = read_block(f, text, "demands");
    assert_int_equal(demands.n_rows, 4 * SYNTHETIC_DEMANDS);
    assert_string_equal(kh_csv_cell(&demands, 1, kh_csv_column(&demands, "case")), "as designed");
    assert_string_equal(kh_csv_cell(&demands, 1, kh_csv_column(&demands, "rate_bps")), "4572");
    assert_string_equal(kh_csv_cell(&demands, 1, kh_csv_column(&demands, "id")), "D1<b>&\"'é]]>\x01\xff");
    assert_string_equal(kh_csv_cell(&demands, 2, kh_csv_column(&demands, "requests")), "");
    assert_int_equal(read_block(f, text, "base nodes").n_rows, 14);
    assert_int_equal(read_block(f, text, "cases").n_rows, 4);
}

static void markdown_keeps_its_tables_whole(void **state)
{
    fixture *f = *state;
    char *text = kh_arena_strdup(f->arena, write_report(f, make_run(f->arena, nasty), KH_REPORT_MARKDOWN));
    size_t bars = 0;
    for (char *save = NULL, *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
        size_t here = 0;
        for (const char *c = line; *c != '\0'; c++)
            here += *c == '|' && (c == line || c[-1] != '\\');
        if (*line != '|')
            here = 0;
        else if (bars > 0)
            assert_int_equal(here, bars);
        bars = here;
    }
    assert_null(strstr(write_report(f, make_run(f->arena, nasty), KH_REPORT_MARKDOWN), "<b>"));
}

static void the_summary_fits_a_terminal_and_counts_the_cases(void **state)
{
    fixture *f = *state;
    const kh_run *run = make_run(f->arena, plain);
    const char *text = write_report(f, run, KH_REPORT_SUMMARY);
    assert_memory_equal(text, run->study, strlen(run->study));
    assert_non_null(strstr(text, "of 3 cases meet every demand"));
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
        assert_in_range(strcspn(line, "\n"), 1, 78);
}

/* The last demand of the base takes its key from post-quantum exchange; a what-if may ask for QKD instead. */
static void the_case_says_who_asks_for_key(void **state)
{
    fixture *f = *state;
    const kh_run *run = make_run(f->arena, plain);
    const kh_run_case *first = &run->cases[0];
    size_t before = kh_facts_of(run, 0).n_asking;
    kh_table_column(kh_run_table(first->tables, first->n_tables, "demands"), "shortfall")->text[3] = "no-path";
    assert_int_equal(kh_facts_of(run, 0).n_asking, before + 1);
}

/* A what-if may change the traffic; a run that does not say it per case falls back on the base. */
static void the_case_says_how_much_data_is_asked(void **state)
{
    fixture *f = *state;
    const kh_run *run = make_run(f->arena, plain);
    kh_facts facts = kh_facts_of(run, 0);
    double base_gbps = kh_table_number(facts.base_demands, "data_gbps", 0);
    assert_true(base_gbps > 0 && kh_facts_demand_data_gbps(&facts, 0) == base_gbps);
    kh_table *demands = &run->cases[0].tables[facts.demands - run->cases[0].tables];
    double *data_gbps = kh_table_add_number(f->arena, demands, "data_gbps");
    assert_non_null(data_gbps);
    data_gbps[0] = base_gbps + 1;
    assert_true(kh_facts_demand_data_gbps(&facts, 0) == base_gbps + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_case_says_who_asks_for_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_case_says_how_much_data_is_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_page_is_well_formed_even_with_markup_in_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_are_escaped_everywhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_page_asks_the_network_for_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_verdict_counts_who_gets_all_and_names_who_does_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_parts_are_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(services_stand_with_their_wavelengths_and_spectrum, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_network_of_150_places_stays_below_one_and_a_half_megabytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_needed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_run_without_a_case_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(json_reads_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(csv_reads_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(markdown_keeps_its_tables_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_summary_fits_a_terminal_and_counts_the_cases, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
