/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fluid level against a closed form, and as the limit of the block level. */
#include "core/sim/engine.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

enum { KEY = 256 };

static handmade one_store(double makes, double takes, double capacity_keys, double initial_keys)
{
    static const uint32_t link[] = {0};
    handmade h = handmade_create(2, 1, 1);
    (void)handmade_link(&h, 0, 1, makes * KEY);
    h.net.qkd_links[0].key_store =
        (kh_store_policy){.capacity_keys = capacity_keys, .refill_below_keys = NOT_GIVEN, .initial_keys = initial_keys};
    handmade_route(&h, handmade_demand(&h, KH_USE_KEY, takes * KEY, 1), takes * KEY, 1, link);
    h.options.hop_latency_s = 0;
    h.options.late_after_s = 1e-9;
    h.options.audit = false;
    h.options.series_points = 0;
    return h;
}

/* Markov-modulated fluid: net +a while the link is up (fails at rate al), -d while it is down (repaired at rate be), capacity C:
 * with z = al/a - be/d, masses M0 = a/be at 0 and Mc = a e^(-zC)/al at C and I = (1 - e^(-zC))/z between,
 * P(empty) = M0 / (M0 + Mc + (1 + a/d) I). */
static void a_store_with_outages_is_empty_as_long_as_theory_says(void **state)
{
    (void)state;
    enum { REPLICATIONS = 30 };
    double makes = 10, takes = 8, capacity = 2000, mtbf_s = 1800, mttr_s = 120, empty[REPLICATIONS];
    double a = makes - takes, d = takes, al = 1 / mtbf_s, be = 1 / mttr_s, z = al / a - be / d;
    double m0 = a / be, mc = a * exp(-z * capacity) / al, between = (1 - exp(-z * capacity)) / z;
    for (uint64_t r = 0; r < REPLICATIONS; r++) {
        handmade h = one_store(makes, takes, capacity, capacity);
        (void)handmade_fault(&h, KH_FAULT_FIBRE_CUT, "all-fibres", mtbf_s / 3600, mttr_s / 3600);
        h.options.level = KH_SIM_FLUID;
        h.options.duration_s = 4e7;
        h.options.warm_up_s = 1e5;
        h.options.seed = r + 1;
        empty[r] = 1 - handmade_run(&h)->demands[0].availability;
        handmade_destroy(&h);
    }
    kh_estimate e = kh_estimate_of(empty, REPLICATIONS);
    double expected = m0 / (m0 + mc + (1 + a / d) * between);
    print_message("empty %.6f +- %.6f, theory %.6f\n", e.mean, e.half_width_95, expected);
    assert_true(fabs(e.mean - expected) < e.half_width_95 && e.half_width_95 < 0.02 * expected);
}

/* Mean square distance of level / n at the block level from the fluid, n times as many keys of the same size. */
static double square_error(double n, uint64_t seed)
{
    handmade h = one_store(10 * n, 14 * n, 100 * n, 40 * n);
    handmade_blocks(&h, &h.net.qkd_links[0], KEY, 1 / (10 * n));
    h.options.duration_s = 16;
    h.options.seed = seed;
    kh_engine *engine = handmade_check(KH_NEW(h.arena, kh_engine, 1));
    kh_engine_inputs inputs = {.net = &h.net, .rates = &h.rates, .plan = &h.plan, .options = &h.options};
    assert_int_equal(kh_engine_init(engine, &inputs, h.arena, h.arena, NULL), KH_OK);
    double sum = 0;
    int samples = 0;
    for (double t_s = 0.25; t_s < 15; t_s += 0.25, samples++) {
        for (bool more = true; more && kh_kernel_now(&engine->kernel) < kh_ns_from_s(t_s);)
            assert_int_equal(kh_engine_step(engine, &more, NULL), KH_OK);
        double off = (double)engine->links.states[0].store.level / KEY / n - fmax(40 - 4 * t_s, 0);
        sum += off * off;
    }
    handmade_destroy(&h);
    return sum / samples;
}

/* The error falls as n^(-1/2): by sqrt(10) from n to 10 n; 60 runs leave about a tenth of it to chance. */
static void the_block_level_tends_to_the_fluid(void **state)
{
    (void)state;
    double last = 0;
    for (double n = 1; n <= 100; n *= 10) {
        double sum = 0;
        for (uint64_t seed = 1; seed <= 60; seed++)
            sum += square_error(n, seed);
        double rms = sqrt(sum / 60);
        print_message("n = %g: RMS error %.5f keys\n", n, rms);
        assert_true(n == 1 || (last / rms > sqrt(10) * 0.75 && last / rms < sqrt(10) * 1.33));
        last = rms;
    }
}

/* The saw-tooth of blocks and keys around the straight line of the fluid is less than a block and a key high. */
static void a_depletion_curve_has_the_fluid_as_its_limit(void **state)
{
    (void)state;
    handmade h = one_store(10, 14, 1000, 400);
    h.net.demands[0].use = KH_USE_OTP;
    handmade_blocks(&h, &h.net.qkd_links[0], 50 * KEY, 5);
    h.options.series_points = 4000;
    h.options.duration_s = 90;
    const kh_series *series = &handmade_run(&h)->links[0].level;
    for (size_t i = 0; i < series->n; i++)
        assert_true(fabs(series->level_bits[i] / KEY - (400 - 4 * series->t_s[i])) <= 51);
    h.options.level = KH_SIM_FLUID;
    const kh_sim_result *fluid = handmade_run(&h);
    assert_true(fabs(fluid->links[0].stored_bits - 40 * KEY) < 1e-6);
    h.options.duration_s = 200;
    fluid = handmade_run(&h);
    assert_true(fabs(fluid->demands[0].blocked - 4 * 100) < 1e-6); /* empty after 100 s */
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_with_outages_is_empty_as_long_as_theory_says),
        cmocka_unit_test(the_block_level_tends_to_the_fluid),
        cmocka_unit_test(a_depletion_curve_has_the_fluid_as_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
