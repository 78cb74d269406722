/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/domains/post.h"

#include <limits.h>
#include <mpi.h>
#include <string.h>

kh_status post_open(int *argc, char ***argv, post_office *post, kh_error *err)
{
    int self, n;
    if (MPI_Init(argc, argv) != MPI_SUCCESS || MPI_Comm_rank(MPI_COMM_WORLD, &self) != MPI_SUCCESS ||
        MPI_Comm_size(MPI_COMM_WORLD, &n) != MPI_SUCCESS)
        return kh_fail(err, KH_EINTERNAL, "MPI does not start");
    post->self = (uint32_t)self;
    post->n_domains = (uint32_t)n;
    post->bytes = 0;
    return KH_OK;
}

void post_close(void)
{
    (void)MPI_Finalize();
}

void post_abort(void)
{
    (void)MPI_Abort(MPI_COMM_WORLD, 1);
}

kh_status post_compare(const post_office *post, const double *number, int n, kh_error *err)
{
    for (int i = 0; i < n; i++) {
        double first = number[i];
        if (MPI_Bcast(&first, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD) != MPI_SUCCESS)
            return kh_fail(err, KH_EINTERNAL, "MPI loses what the first process says");
        if (first < number[i] || first > number[i])
            return kh_fail(err, KH_EUSAGE, "domain %u is started with %g where the first has %g: all need the same GAP and SECONDS",
                           post->self, number[i], first);
    }
    return KH_OK;
}

kh_status post_ask_first(const post_office *post, bool *says, kh_error *err)
{
    unsigned char bit = post->self == 0 && *says;
    if (MPI_Bcast(&bit, 1, MPI_BYTE, 0, MPI_COMM_WORLD) != MPI_SUCCESS)
        return kh_fail(err, KH_EINTERNAL, "MPI loses what the first process says");
    *says = bit != 0;
    return KH_OK;
}

static void pack(const kh_letter *letter, unsigned char *bytes)
{
    const uint32_t head[4] = {(uint32_t)letter->kind, letter->from, letter->round, (uint32_t)letter->n};
    memcpy(bytes, head, sizeof head);
    if (letter->n > 0)
        memcpy(bytes + sizeof head, letter->number, letter->n * sizeof(double));
}

static kh_status unpack(const unsigned char *bytes, size_t n, uint32_t from, kh_arena *arena, kh_letter *letter, kh_error *err)
{
    uint32_t head[4];
    *letter = (kh_letter){.kind = KH_LETTER_NONE, .from = from};
    if (n == 0)
        return KH_OK;
    memcpy(head, bytes, n < sizeof head ? n : sizeof head);
    if (n < sizeof head || n != sizeof head + head[3] * sizeof(double) || head[0] >= KH_LETTER_KINDS || head[1] != from)
        return kh_fail(err, KH_EDATA, "domain %u writes %zu bytes that are no letter", from, n);
    double *number = KH_NEW(arena, double, head[3]);
    if (number == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a letter of %u numbers", head[3]);
    memcpy(number, bytes + sizeof head, head[3] * sizeof(double));
    *letter = (kh_letter){(kh_letter_kind)head[0], from, head[2], head[3], number};
    return KH_OK;
}

static kh_status add_up(const int *count, int *first, size_t n, size_t *all, kh_error *err)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; sum += (size_t)count[i++])
        first[i] = (int)sum;
    *all = sum;
    return sum <= INT_MAX ? KH_OK : kh_fail(err, KH_ELIMIT, "letters of %zu bytes in one step", sum);
}

kh_status post_exchange(post_office *post, const kh_letter *out, kh_letter *in, kh_arena *arena, kh_error *err)
{
    size_t n = post->n_domains, n_out, n_in;
    int *numbers = KH_NEW(arena, int, 4 * n), *out_count = numbers, *out_first = numbers + n, *in_count = numbers + 2 * n,
        *in_first = numbers + 3 * n;
    if (numbers == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for letters");
    for (size_t j = 0; j < n; j++) {
        if (kh_letter_bytes(&out[j]) > INT_MAX)
            return kh_fail(err, KH_ELIMIT, "a letter of %zu bytes", kh_letter_bytes(&out[j]));
        out_count[j] = (int)kh_letter_bytes(&out[j]);
        post->bytes += j == post->self ? 0 : kh_letter_bytes(&out[j]);
    }
    if (MPI_Alltoall(out_count, 1, MPI_INT, in_count, 1, MPI_INT, MPI_COMM_WORLD) != MPI_SUCCESS)
        return kh_fail(err, KH_EINTERNAL, "MPI loses letters");
    KH_TRY(add_up(out_count, out_first, n, &n_out, err));
    KH_TRY(add_up(in_count, in_first, n, &n_in, err));
    unsigned char *written = KH_NEW(arena, unsigned char, n_out), *read = KH_NEW(arena, unsigned char, n_in);
    if (written == NULL || read == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for letters of %zu bytes", n_out + n_in);
    for (size_t j = 0; j < n; j++)
        if (out_count[j] > 0)
            pack(&out[j], written + out_first[j]);
    if (MPI_Alltoallv(written, out_count, out_first, MPI_BYTE, read, in_count, in_first, MPI_BYTE, MPI_COMM_WORLD) != MPI_SUCCESS)
        return kh_fail(err, KH_EINTERNAL, "MPI loses letters");
    for (uint32_t j = 0; j < n; j++)
        KH_TRY(unpack(read + in_first[j], (size_t)in_count[j], j, arena, &in[j], err));
    return KH_OK;
}
