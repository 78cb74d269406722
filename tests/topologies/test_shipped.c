/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shipped networks load without errors and keep the lengths that their operators published. */
#include "core/base/findings.h"
#include "core/base/str.h"
#include "core/net/geo.h"
#include "core/net/load.h"
#include "core/net/net.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const shipped[] = {"bristol-cambridge", "amsterdam-kajaani", "frankfurt-warsaw-prague", "nokia-kddi", "europe"};

/* Loads without errors and without warnings, or fails with all of them on stderr. */
static kh_net *load(const char *name)
{
    char path[100];
    snprintf(path, sizeof path, "topologies/%s.yaml", name);
    kh_findings *findings = kh_findings_create();
    kh_error err = {0};
    kh_net *net = NULL;
    kh_status status = kh_net_load(path, NULL, 0, findings, &net, &err);
    kh_str text = {0};
    kh_findings_text(findings, false, &text);
    if (status != KH_OK || kh_findings_count(findings, KH_WARNING) > 0)
        fail_msg("%s: %s%s\n%s", path, err.steps, err.message, kh_str_text(&text));
    kh_str_clear(&text);
    kh_findings_destroy(findings);
    return net;
}

static void every_shipped_network_loads_without_errors_or_warnings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++)
        kh_net_destroy(load(shipped[i]));
}

/* A route by the ids of its QKD links, and its published length. */
typedef struct route {
    const char *topology, *what;
    double length_km;
    const char *links[12];
} route;

static const route routes[] = {
    {"bristol-cambridge", "Bristol-Cambridge", 410.0, {"Q-BRI-FRX", "Q-FRX-RDG", "Q-RDG-PWG", "Q-PWG-CAPE"}},
    {"bristol-cambridge", "the bypass of Bradley Stoke", 118.2, {"Q-BRI-FRX"}},
    {"bristol-cambridge", "UKQNtel", 125.0, {"Q-ENGI-NMK", "Q-NMK-BSE", "Q-BSE-ADA"}},
    {"amsterdam-kajaani",
     "COBRA",
     608.0,
     {"Q-AMS-MIDDENMEER", "Q-MIDDENMEER-LEEUWARDEN", "Q-LEEUWARDEN-GRONINGEN", "Q-GRONINGEN-EEMSHAVEN", "Q-EEMSHAVEN-FANO",
      "Q-FANO-ESBJERG"}},
    {"amsterdam-kajaani", "the subsea span", 308.0, {"Q-EEMSHAVEN-FANO"}},
    {"frankfurt-warsaw-prague",
     "Berlin-Frankfurt",
     670.0,
     {"Q-BERLIN-TREUENBRIETZEN", "Q-TREUENBRIETZEN-WITTENBERG", "Q-WITTENBERG-LEIPZIG", "Q-LEIPZIG-NAUMBURG", "Q-NAUMBURG-ERFURT",
      "Q-ERFURT-EISENACH", "Q-EISENACH-BAD-HERSFELD", "Q-BAD-HERSFELD-FULDA", "Q-FULDA-GELNHAUSEN", "Q-GELNHAUSEN-FRANKFURT"}},
    {"frankfurt-warsaw-prague",
     "Prague-Brno-Ostrava",
     400.0,
     {"Q-PRAGUE-VLASIM", "Q-VLASIM-HUMPOLEC", "Q-HUMPOLEC-JIHLAVA", "Q-JIHLAVA-VELKE-MEZIRICI", "Q-VELKE-MEZIRICI-BRNO",
      "Q-BRNO-VYSKOV", "Q-VYSKOV-OLOMOUC", "Q-OLOMOUC-HRANICE", "Q-HRANICE-OSTRAVA"}},
    {"frankfurt-warsaw-prague",
     "Nordhausen-Jena hospital",
     152.0,
     {"Q-NORDHAUSEN-SUNDHAUSEN", "Q-SUNDHAUSEN-ERFURT", "Q-ERFURT-JENA-IOF", "Q-JENA-IOF-JENA-UKJ"}},
    {"frankfurt-warsaw-prague", "Ostrava-Cieszyn", 75.0, {"Q-OSTRAVA-CIESZYN"}},
};

static double link_length_km(const kh_net *net, const char *id)
{
    kh_qkd_link_id found = kh_net_qkd_link(net, id);
    if (found.i == KH_NO_INDEX)
        fail_msg("no QKD link '%s'", id);
    const kh_qkd_link *link = &net->qkd_links[found.i];
    return kh_net_chain_length_km(net, link->via, link->n_via);
}

static void qkd_routes_have_their_published_lengths(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        kh_net *net = load(routes[i].topology);
        double length_km = 0.0;
        for (size_t k = 0; k < 12 && routes[i].links[k] != NULL; k++)
            length_km += link_length_km(net, routes[i].links[k]);
        if (fabs(length_km - routes[i].length_km) > 1e-6)
            fail_msg("%s: %g km, published %g km", routes[i].what, length_km, routes[i].length_km);
        kh_net_destroy(net);
    }
}

static const kh_line_system *find_line(const kh_net *net, const char *id)
{
    for (size_t i = 0; i < net->n_line_systems; i++)
        if (strcmp(net->line_systems[i].id, id) == 0)
            return &net->line_systems[i];
    fail_msg("no line system '%s'", id);
    return NULL;
}

static double line_length_km(const kh_net *net, const char *id)
{
    const kh_line_system *line = find_line(net, id);
    return line == NULL ? (double)NAN : kh_net_chain_length_km(net, line->via, line->n_via);
}

static void both_routes_to_kajaani_have_their_published_lengths(void **state)
{
    (void)state;
    kh_net *net = load("amsterdam-kajaani");
    assert_true(fabs(line_length_km(net, "L-MAIN-3500") - 3500.0) < 1e-6);
    assert_true(fabs(line_length_km(net, "L-NORWAY-4700") - 4700.0) < 1e-6);
    kh_net_destroy(net);
}

/* The operators' own lines, joined at the borders, are the two routes. */
static void lines_of_the_operators_add_up_to_the_routes(void **state)
{
    (void)state;
    static const char *const main_route[] = {"L-SURF", "L-NORDUNET", "L-SUNET-SOUTH", "L-SUNET-NORTH", "L-FUNET"};
    static const char *const norway[] = {"L-SURF",         "L-NORDUNET",    "L-NORDUNET-OSLO", "L-SIKT",
                                         "L-SUNET-NARVIK", "L-SUNET-NORTH", "L-FUNET"};
    kh_net *net = load("amsterdam-kajaani");
    double main_km = 0.0, norway_km = 0.0;
    for (size_t i = 0; i < sizeof main_route / sizeof *main_route; i++)
        main_km += line_length_km(net, main_route[i]);
    for (size_t i = 0; i < sizeof norway / sizeof *norway; i++)
        norway_km += line_length_km(net, norway[i]);
    assert_true(fabs(main_km - 3500.0) < 1e-6);
    assert_true(fabs(norway_km - 4700.0) < 1e-6);
    kh_net_destroy(net);
}

static void europe_has_at_least_six_domains_that_own_nodes(void **state)
{
    (void)state;
    kh_net *net = load("europe");
    size_t owning = 0;
    for (uint32_t d = 0; d < net->n_domains; d++) {
        bool owns = false;
        for (size_t i = 0; i < net->n_nodes; i++)
            owns = owns || net->nodes[i].domain.i == d;
        owning += owns;
    }
    assert_int_equal(owning, net->n_domains);
    assert_true(owning >= 6);
    kh_net_destroy(net);
}

static void no_fibre_is_shorter_than_the_great_circle(void **state)
{
    (void)state;
    kh_net *net = load("europe");
    for (size_t i = 0; i < net->n_fibres; i++) {
        const kh_fibre *fibre = &net->fibres[i];
        const kh_node *a = &net->nodes[fibre->ends[0].i], *b = &net->nodes[fibre->ends[1].i];
        double straight_km = kh_geo_distance_km(a->lat_deg, a->lon_deg, b->lat_deg, b->lon_deg);
        if (!(fibre->length_km >= straight_km))
            fail_msg("%s: %g km, straight %g km", fibre->id, fibre->length_km, straight_km);
    }
    kh_net_destroy(net);
}

static void measured_rates_are_those_of_the_papers(void **state)
{
    (void)state;
    static const struct {
        const char *topology, *link;
        double rate_bps;
    } measured[] = {{"bristol-cambridge", "Q-CAPE-TREL", 2.58e6},
                    {"bristol-cambridge", "Q-TREL-ENGI", 2.40e6},
                    {"bristol-cambridge", "Q-ENGI-CAPE", 2.22e6},
                    {"frankfurt-warsaw-prague", "Q-SUNDHAUSEN-ERFURT", 12.7},
                    {"frankfurt-warsaw-prague", "Q-ERFURT-JENA-IOF", 22.2}};
    for (size_t i = 0; i < sizeof measured / sizeof *measured; i++) {
        kh_net *net = load(measured[i].topology);
        kh_qkd_link_id link = kh_net_qkd_link(net, measured[i].link);
        assert_int_not_equal(link.i, KH_NO_INDEX);
        assert_true(fabs(net->qkd_links[link.i].measured_key_rate_bps - measured[i].rate_bps) < 1e-9);
        kh_net_destroy(net);
    }
}

/* A published number that is not marked would look as sure as a measurement. */
static void assumed_values_name_their_source(void **state)
{
    (void)state;
    kh_net *net = load("europe");
    size_t assumed = 0;
    for (size_t i = 0; i < net->n_provenance; i++) {
        if (net->provenance[i].source == NULL)
            fail_msg("%s %s: %s has no source", net->provenance[i].noun, net->provenance[i].id, net->provenance[i].field);
        assumed += net->provenance[i].assumed;
    }
    assert_true(assumed > 300);
    kh_net_destroy(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shipped_network_loads_without_errors_or_warnings),
        cmocka_unit_test(qkd_routes_have_their_published_lengths),
        cmocka_unit_test(both_routes_to_kajaani_have_their_published_lengths),
        cmocka_unit_test(lines_of_the_operators_add_up_to_the_routes),
        cmocka_unit_test(europe_has_at_least_six_domains_that_own_nodes),
        cmocka_unit_test(no_fibre_is_shorter_than_the_great_circle),
        cmocka_unit_test(measured_rates_are_those_of_the_papers),
        cmocka_unit_test(assumed_values_name_their_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
