/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/federation.h"

#include "core/base/clock.h"

static void count(kh_federation *f, const kh_federation_watch *watch, const kh_letter *out)
{
    for (uint32_t i = 0; i < f->n_domains; i++)
        for (uint32_t j = 0; j < f->n_domains; j++) {
            const kh_letter *letter = &out[i * f->n_domains + j];
            if (letter->kind == KH_LETTER_NONE)
                continue;
            if (i == j) {
                if (watch != NULL && watch->keep != NULL)
                    watch->keep(watch->user, letter);
                continue;
            }
            f->n_letters++;
            f->bytes += kh_letter_bytes(letter);
            if (watch != NULL)
                watch->see(watch->user, j, letter);
        }
}

static void deliver(const kh_federation *f, const kh_letter *out, kh_letter *in)
{
    for (uint32_t i = 0; i < f->n_domains; i++)
        for (uint32_t j = 0; j < f->n_domains; j++)
            in[j * f->n_domains + i] = out[i * f->n_domains + j];
}

/* The clock tells all of them before the same step. */
static kh_status look_at_clock(kh_federation *f, double until_s, kh_error *err)
{
    if (!(until_s > 0) || kh_clock_s() < until_s)
        return KH_OK;
    if (!kh_member_has_value(f->members[0]))
        return kh_fail(err, KH_TIMELIMIT, "the time limit passed before the domains had exchanged two rounds of tables");
    f->ended = true;
    for (uint32_t i = 0; i < f->n_domains; i++)
        kh_member_end(f->members[i]);
    return KH_OK;
}

static kh_status run(kh_federation *f, double until_s, const kh_federation_watch *watch, kh_letter *letters, kh_error *err)
{
    size_t n = f->n_domains;
    kh_letter *in = letters, *out = letters + n * n;
    for (bool done = false; !done; f->n_steps++) {
        KH_TRY(look_at_clock(f, until_s, err));
        for (size_t i = 0; i < n; i++)
            KH_TRY(kh_member_step(f->members[i], in + i * n, out + i * n, &done, err));
        count(f, watch, out);
        deliver(f, out, in);
    }
    return KH_OK;
}

kh_status kh_federation_run(kh_part *parts, uint32_t n_domains, const kh_member_options *options, const kh_federation_watch *watch,
                            kh_arena *arena, kh_federation *federation, kh_error *err)
{
    *federation = (kh_federation){.parts = parts, .n_domains = n_domains};
    federation->members = kh_arena_alloc(arena, n_domains, sizeof *federation->members);
    kh_letter *letters = KH_NEW(arena, kh_letter, (size_t)2 * n_domains * n_domains);
    if (federation->members == NULL || letters == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %u domains", n_domains);
    for (uint32_t i = 0; i < n_domains; i++)
        KH_TRY(kh_member_create(&parts[i], options, arena, &federation->members[i], err));
    return run(federation, options->until_s, watch, letters, err);
}

void kh_federation_clear(kh_federation *federation)
{
    for (uint32_t i = 0; federation->members != NULL && i < federation->n_domains; i++)
        kh_member_destroy(federation->members[i]);
}
