/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/audit.h"

#include <string.h>

/* All domains write in every step, one letter to each, so the letters of one to another stand in order of steps. */
typedef struct file {
    const kh_record *record;
    uint32_t n_domains;
    size_t n_steps;
    size_t *at; /* [n_steps][from][to] */
} file;

static kh_status sort_letters(file *f, kh_arena *arena, kh_error *err)
{
    size_t n = f->n_domains, pairs = n * n, *count = KH_NEW(arena, size_t, pairs);
    f->n_steps = f->record->n / pairs;
    f->at = KH_NEW(arena, size_t, f->record->n);
    if (count == NULL || f->at == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu letters", f->record->n);
    for (size_t i = 0; i < f->record->n; i++) {
        const kh_replay_letter *l = &f->record->letters[i];
        size_t pair = l->letter.from < n && l->to < n ? l->letter.from * n + l->to : pairs;
        if (pair == pairs || count[pair] == f->n_steps)
            return kh_fail(err, KH_EDATA, "letter %zu is one too many", i);
        f->at[count[pair]++ * pairs + pair] = i;
    }
    return f->n_steps * pairs == f->record->n ? KH_OK : kh_fail(err, KH_EDATA, "a letter of %zu is missing", f->record->n);
}

static const kh_letter *letter_of(const file *f, size_t step, size_t from, size_t to)
{
    return &f->record->letters[f->at[(step * f->n_domains + from) * f->n_domains + to]].letter;
}

static bool is_same(const kh_letter *a, const kh_letter *b)
{
    return a->kind == b->kind && a->round == b->round && a->n == b->n &&
           (a->n == 0 || memcmp(a->number, b->number, a->n * sizeof *a->number) == 0);
}

static kh_status write_again(const file *f, kh_member *member, uint32_t self, kh_letter *in, kh_letter *out, kh_error *err)
{
    bool done = false;
    for (size_t step = 0; step <= f->n_steps; step++) {
        for (uint32_t j = 0; j < f->n_domains && step > 0; j++)
            in[j] = *letter_of(f, step - 1, j, self);
        if (f->record->ended && step == f->n_steps)
            kh_member_end(member);
        kh_status status = kh_member_step(member, in, out, &done, err);
        if (status == KH_EINTERNAL)
            return kh_fail(err, KH_EDATA, "domain %u cannot answer what the others are said to have written", self);
        KH_TRY(status);
        if (done != (step == f->n_steps))
            return kh_fail(err, KH_EDATA, "domain %u ends after another step", self);
        for (uint32_t j = 0; j < f->n_domains && !done; j++)
            if (!is_same(&out[j], letter_of(f, step, self, j)))
                return kh_fail(err, KH_EDATA,
                               "domain %u wrote another letter to domain %u (kind %d, round %u) than its own data make", self, j,
                               (int)out[j].kind, out[j].round);
    }
    return KH_OK;
}

kh_status kh_audit_letters(const kh_record *record, const kh_part *parts, uint32_t n_domains, const kh_member_options *options,
                           kh_arena *arena, kh_error *err)
{
    file f = {.record = record, .n_domains = n_domains};
    kh_letter *letters = KH_NEW(arena, kh_letter, (size_t)2 * n_domains);
    if (record->broken || letters == NULL)
        return kh_fail(err, record->broken ? KH_EDATA : KH_ENOMEM, "the letters are not all there");
    KH_TRY(sort_letters(&f, arena, err));
    for (uint32_t i = 0; i < n_domains; i++) {
        kh_member *member;
        KH_TRY(kh_member_create(&parts[i], options, arena, &member, err));
        kh_status status = write_again(&f, member, i, letters, letters + n_domains, err);
        kh_member_destroy(member);
        KH_TRY(status);
    }
    return KH_OK;
}
