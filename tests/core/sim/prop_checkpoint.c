/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run that goes on from a checkpoint ends as if it had never stopped; a damaged checkpoint is refused. */
#include "tests/core/sim/drawn.h"
#include "tests/core/sim/drawn_supply.h"
#include "tests/core/sim/same.h"
#include "tests/core/sim/shelf.h"

enum { NETWORKS = 6, KEPT = 5 };

static void a_run_that_goes_on_ends_as_if_it_had_never_stopped(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
        handmade h = drawn_network(seed);
        kh_rng rng = kh_rng_stream(seed, "supply", "draw");
        if (seed % 2 == 0)
            drawn_supply(&h, &rng);
        if (seed % 3 != 0)
            drawn_users(&h, seed);
        h.options.warm_up_s = 150;
        h.options.batches = 3;
        h.options.routing = (kh_routing_options){.policy = (kh_routing_policy)(seed % 4), .restoration_s = 5};
        if (seed == 4 || seed == 5) /* plan and shortest with shares */
            h.options.routing =
                (kh_routing_options){.policy = (kh_routing_policy)(seed % 4), .disjoint_paths = 3, .shares_needed = 2};
        h.options.classes = (kh_class_options){.n = 3, .admission = (kh_admission)(seed % 2), .admission_level = 0.3};
        const kh_sim_result *whole = handmade_run(&h);
        shelf kept = {.most = KEPT};
        kh_sim_checkpoints checkpoints = {.every_s = 97, .keep = shelf_keep, .user = &kept};
        h.options.checkpoints = &checkpoints;
        assert_same_results(&h.options, whole, handmade_run(&h));
        assert_int_equal(kept.n, KEPT);
        for (size_t i = 0; i < kept.n; i++) {
            kh_sim_checkpoints from = {.resume = kept.bytes[i], .n_resume = kept.sizes[i]};
            h.options.checkpoints = &from;
            assert_same_results(&h.options, whole, handmade_run(&h));
        }
        shelf_clear(&kept);
        handmade_destroy(&h);
    }
}

static void assert_refused(handmade *h, const uint8_t *bytes, size_t n, const char *why)
{
    kh_sim_result *result = NULL;
    kh_error err = {0};
    kh_sim_checkpoints from = {.resume = bytes, .n_resume = n};
    h->options.checkpoints = &from;
    assert_int_equal(handmade_try(h, &result, &err), KH_EDATA);
    assert_null(result);
    assert_non_null(strstr(err.message, why));
}

static void a_checkpoint_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    handmade h = drawn_network(1);
    shelf kept = {.most = KEPT};
    kh_sim_checkpoints checkpoints = {.every_s = 100, .keep = shelf_keep, .user = &kept};
    h.options.checkpoints = &checkpoints;
    (void)handmade_run(&h);
    uint8_t *bytes = kept.bytes[0];
    size_t n = kept.sizes[0];
    assert_refused(&h, bytes, 0, "no checkpoint");
    assert_refused(&h, bytes, 100, "no checkpoint");
    assert_refused(&h, bytes, n - 1, "damaged");
    for (size_t at = 200; at < n; at += n / 7) {
        bytes[at] ^= 0x10;
        assert_refused(&h, bytes, n, "damaged");
        bytes[at] ^= 0x10;
    }
    h.options.seed++;
    assert_refused(&h, bytes, n, "another run");
    h.options.seed--;
    h.rates.qkd[3].block_key_bits += 1;
    assert_refused(&h, bytes, n, "another run");
    shelf_clear(&kept);
    handmade_destroy(&h);
}

/* Their seeds differ in bits that a double does not hold. */
static void a_mirrored_run_does_not_go_on_from_that_of_another_seed(void **state)
{
    (void)state;
    handmade h = drawn_network(1);
    h.options.seed |= KH_RNG_MIRRORED;
    shelf kept = {.most = 1};
    kh_sim_checkpoints checkpoints = {.every_s = 100, .keep = shelf_keep, .user = &kept};
    h.options.checkpoints = &checkpoints;
    (void)handmade_run(&h);
    h.options.seed++;
    assert_refused(&h, kept.bytes[0], kept.sizes[0], "another run");
    shelf_clear(&kept);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_that_goes_on_ends_as_if_it_had_never_stopped),
        cmocka_unit_test(a_checkpoint_that_does_not_fit_is_refused),
        cmocka_unit_test(a_mirrored_run_does_not_go_on_from_that_of_another_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
