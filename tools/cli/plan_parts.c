/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/plan_parts.h"

#include "core/base/sha256.h"
#include "solvers/domains/part_file.h"
#include "tools/cli/cli.h"

#include <stdlib.h>
#include <string.h>

enum { SECRET_WORDS = 8, KEY_DIGITS = 13 }; /* 52 bits in hexadecimal */

/* The same for both operators, whatever else their topologies hold. */
static uint64_t key_of(const char *id)
{
    char hex[65];
    kh_sha256 sha = kh_sha256_start();
    kh_sha256_add(&sha, id, strlen(id));
    kh_sha256_end(&sha, hex);
    hex[KEY_DIGITS] = '\0';
    return strtoull(hex, NULL, 16);
}

static kh_status set_keys(const kh_net *net, kh_part *part, kh_arena *arena, kh_error *err)
{
    kh_part_crossing *crossings = KH_NEW(arena, kh_part_crossing, part->n_crossings);
    kh_part_demand *demands = KH_NEW(arena, kh_part_demand, part->n_demands);
    kh_part_end *ends = KH_NEW(arena, kh_part_end, part->n_ends);
    if (crossings == NULL || demands == NULL || ends == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the parts of domains");
    for (size_t x = 0; x < part->n_crossings; x++) {
        crossings[x] = part->crossings[x];
        crossings[x].key = key_of(net->qkd_links[crossings[x].key].id);
    }
    for (size_t k = 0; k < part->n_demands; k++) {
        demands[k] = part->demands[k];
        if (demands[k].there != part->self)
            demands[k].end = key_of(net->nodes[demands[k].end].id);
    }
    for (size_t i = 0; i < part->n_ends; i++) {
        ends[i] = part->ends[i];
        ends[i].key = key_of(net->nodes[ends[i].key].id);
    }
    qsort(ends, part->n_ends, sizeof *ends, kh_part_end_order);
    for (size_t i = 1; i < part->n_ends; i++)
        if (kh_part_end_order(&ends[i - 1], &ends[i]) == 0)
            return kh_fail(err, KH_EDATA, "two nodes come to the same key: give one of them another id");
    part->crossings = crossings;
    part->demands = demands;
    part->ends = ends;
    return KH_OK;
}

static kh_status draw_secrets(uint32_t n, kh_part *parts, kh_arena *arena, kh_error *err)
{
    uint32_t(*secret)[SECRET_WORDS] = kh_arena_alloc(arena, (size_t)n * n, sizeof *secret);
    FILE *source = fopen("/dev/urandom", "rb");
    size_t n_read = 0;
    if (source != NULL && secret != NULL)
        n_read = fread(secret, sizeof *secret, (size_t)n * n, source);
    if (source != NULL)
        (void)fclose(source);
    if (secret == NULL || n_read != (size_t)n * n)
        return kh_fail(err, KH_EINTERNAL, "no secrets for %u domains can be drawn", n);
    for (uint32_t i = 0; i < n; i++) {
        memset(secret[i * n + i], 0, sizeof *secret);
        for (uint32_t j = 0; j < i; j++)
            memcpy(secret[j * n + i], secret[i * n + j], sizeof *secret);
        parts[i].secret = (const uint32_t(*)[SECRET_WORDS])(secret + (size_t)i * n);
    }
    return KH_OK;
}

static kh_status write_part(const kh_part *part, const char *folder, kh_arena *arena, kh_error *err)
{
    kh_str text = {0};
    char *path = kh_arena_printf(arena, "%s/domain-%u.part", folder, part->self);
    FILE *file = open_memstream(&text.data, &text.length);
    if (path == NULL || file == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the parts of domains");
    kh_status status = kh_part_write(part, file, err);
    if (fclose(file) != 0 && status == KH_OK)
        status = kh_fail(err, KH_ENOMEM, "no memory for the parts of domains");
    if (status == KH_OK)
        status = cli_write_secret(path, &text, err);
    free(text.data);
    return status;
}

static kh_status find_own(const kh_net *net, const kh_operators *operators, const char *own, uint32_t *self, kh_error *err)
{
    uint32_t i = 0;
    while (i < net->n_domains && strcmp(net->domains[i].id, own) != 0)
        i++;
    if (i == net->n_domains)
        return kh_fail(err, KH_EDATA, "there is no domain '%s'", own);
    if (operators->n_domains != net->n_domains)
        return kh_fail(err, KH_EDATA,
                       "--own needs a domain for every node: its own, or the one that the node beyond a border is in");
    *self = i;
    return KH_OK;
}

kh_status cli_parts_write(const kh_net *net, const kh_operators *operators, const char *own, const char *folder, kh_arena *arena,
                          kh_error *err)
{
    uint32_t n = operators->n_domains, first = 0, last = n;
    kh_part *parts = KH_NEW(arena, kh_part, n);
    if (parts == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the parts of domains");
    memcpy(parts, operators->parts, n * sizeof *parts);
    if (own != NULL) {
        KH_TRY(find_own(net, operators, own, &first, err));
        last = first + 1;
    } else
        KH_TRY(draw_secrets(n, parts, arena, err));
    for (uint32_t i = first; i < last; i++) {
        KH_TRY(set_keys(net, &parts[i], arena, err));
        KH_TRY(write_part(&parts[i], folder, arena, err));
    }
    return KH_OK;
}
