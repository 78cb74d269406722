/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run that goes on from a checkpoint ends as if it had never stopped; a damaged checkpoint is refused. */
#include "core/sim/result.h"
#include "tests/core/sim/drawn.h"
#include "tests/core/sim/drawn_supply.h"

#include "tests/core/sim/cmocka_all.h"

#include <string.h>

enum { NETWORKS = 6, KEPT = 5 };

typedef struct shelf {
    uint8_t *bytes[KEPT];
    size_t sizes[KEPT], n;
} shelf;

static kh_status keep(void *user, const kh_sim_checkpoint *checkpoint, kh_error *err)
{
    (void)err;
    shelf *s = user;
    if (s->n == KEPT)
        return KH_OK;
    s->bytes[s->n] = test_malloc(checkpoint->n);
    memcpy(s->bytes[s->n], checkpoint->bytes, checkpoint->n);
    s->sizes[s->n++] = checkpoint->n;
    return KH_OK;
}

static void clear(shelf *s)
{
    for (size_t i = 0; i < s->n; i++)
        test_free(s->bytes[i]);
}

/* The result without its pointers. */
static kh_state bytes_of(handmade *h, const kh_sim_result *result)
{
    kh_sim_result copy = *result;
    kh_state state = kh_state_saving(h->arena);
    kh_sim_result_visit(&copy, &state);
    assert_int_equal(state.status, KH_OK);
    return state;
}

static void assert_same_part(handmade *h, const kh_sim_result *a, const kh_sim_result *b)
{
    assert_int_equal(a->events, b->events);
    assert_int_equal(a->fibre_cuts, b->fibre_cuts);
    assert_memory_equal(a->demands, b->demands, a->n_demands * sizeof a->demands[0]);
    for (size_t i = 0; i < a->n_links; i++) {
        const kh_sim_link *x = &a->links[i], *y = &b->links[i];
        assert_memory_equal(x, y, offsetof(kh_sim_link, level));
        assert_int_equal(x->level.n, y->level.n);
        assert_memory_equal(x->level.t_s, y->level.t_s, x->level.n * sizeof x->level.t_s[0]);
        assert_memory_equal(x->level.level_bits, y->level.level_bits, x->level.n * sizeof x->level.level_bits[0]);
    }
    assert_int_equal(bytes_of(h, a).n, bytes_of(h, b).n);
}

static void assert_same(handmade *h, const kh_sim_result *a, const kh_sim_result *b)
{
    for (size_t i = 0; i < h->options.batches; i++)
        assert_same_part(h, &a[i], &b[i]);
}

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
        shelf kept = {0};
        kh_sim_checkpoints checkpoints = {.every_s = 97, .keep = keep, .user = &kept};
        h.options.checkpoints = &checkpoints;
        assert_same(&h, whole, handmade_run(&h));
        assert_int_equal(kept.n, KEPT);
        for (size_t i = 0; i < kept.n; i++) {
            kh_sim_checkpoints from = {.resume = kept.bytes[i], .n_resume = kept.sizes[i]};
            h.options.checkpoints = &from;
            assert_same(&h, whole, handmade_run(&h));
        }
        clear(&kept);
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
    shelf kept = {0};
    kh_sim_checkpoints checkpoints = {.every_s = 100, .keep = keep, .user = &kept};
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
    clear(&kept);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_that_goes_on_ends_as_if_it_had_never_stopped),
        cmocka_unit_test(a_checkpoint_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
