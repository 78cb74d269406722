/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/replay.h"

#include "solvers/domains/veil.h"

#include <math.h>
#include <string.h>

static const double SAME = 1e-9;

enum { STRETCH, N_ROWS, TABLE_HEAD };

typedef struct replay {
    const kh_replay_letter *letters;
    size_t n;
    const kh_part *parts;
    uint32_t n_domains, n_rounds;
    const double *price;
    size_t n_price, n_contracts;
    kh_atlas atlas;
    double *crossing;      /* [n_crossings] price for one asker */
    const double **veiled; /* [n_domains] loads in their requests */
    double **table;        /* [n_domains] prices of the pieces in that domain's letters to the asker */
    double *at;            /* [n_borders] distance */
    uint32_t *own;         /* nodes of the asker's own ends, in the order of its table */
    size_t n_own;
    uint32_t (*joint)[2]; /* [n_joint] borders that an inner demand joins: a promise may rate this way otherwise than theirs */
    double *joint_price;
    size_t n_joint;
    double asked;
} replay;

static const kh_letter *find(const replay *r, kh_letter_kind kind, uint32_t from, uint32_t to, uint32_t round)
{
    for (size_t i = 0; i < r->n; i++) {
        const kh_letter *l = &r->letters[i].letter;
        if (l->kind == kind && l->from == from && r->letters[i].to == to && l->round == round)
            return l;
    }
    return NULL;
}

/* A number at the head of the table that the domain keeps. */
static double head_of(const replay *r, uint32_t domain, uint32_t round, size_t which)
{
    const kh_letter *l = find(r, KH_LETTER_TABLE, domain, domain, round);
    return l != NULL ? l->number[which] : 0;
}

static kh_status read_hellos(replay *r, kh_arena *arena, kh_error *err)
{
    kh_letter *hello = KH_NEW(arena, kh_letter, r->n_domains);
    if (hello == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a replay");
    for (uint32_t j = 0; j < r->n_domains; j++) {
        const kh_letter *l = find(r, KH_LETTER_HELLO, j, j, 0);
        for (uint32_t i = 0; i < r->n_domains && l != NULL; i++) {
            const kh_letter *copy = find(r, KH_LETTER_HELLO, j, i, 0);
            if (copy == NULL || copy->n != l->n || memcmp(copy->number, l->number, l->n * sizeof *l->number) != 0)
                return kh_fail(err, KH_EDATA, "domain %u greets domain %u otherwise than the rest", j, i);
        }
        if (l == NULL)
            return kh_fail(err, KH_EDATA, "domain %u has not greeted", j);
        hello[j] = *l;
    }
    KH_TRY(kh_atlas_read(hello, r->n_domains, arena, &r->atlas, err));
    for (uint32_t j = 0; j < r->n_domains; j++) {
        r->n_contracts += !isinf(r->atlas.transit_bps[j]);
        if (kh_atlas_borders(&r->atlas, j) != r->parts[j].n_borders)
            return kh_fail(err, KH_EDATA, "domain %u has %zu borders, not %zu", j, r->parts[j].n_borders,
                           kh_atlas_borders(&r->atlas, j));
    }
    return KH_OK;
}

/* Where the reader's ends begin in the domain's own row, and how many numbers they are. */
static size_t ends_in(const kh_part *part, uint32_t asker, size_t *first)
{
    size_t n = 0;
    *first = kh_atlas_pairs(part->n_borders);
    for (size_t i = 0; i < part->n_ends; i++) {
        *first += part->ends[i].asker < asker ? part->n_borders : 0;
        n += part->ends[i].asker == asker ? part->n_borders : 0;
    }
    return n;
}

/* What a reader is told is a piece of what the domain keeps. */
static bool agrees(const replay *r, const kh_letter *whole, const kh_letter *told, uint32_t reader)
{
    const kh_part *part = &r->parts[whole->from];
    size_t first, n_ends = ends_in(part, reader, &first), n_pairs = kh_atlas_pairs(part->n_borders);
    size_t n_rows = (size_t)whole->number[N_ROWS], length = n_rows > 0 ? (whole->n - TABLE_HEAD) / n_rows : 0;
    if (told->n != TABLE_HEAD + n_rows * (n_pairs + n_ends) ||
        memcmp(told->number, whole->number, TABLE_HEAD * sizeof(double)) != 0)
        return false;
    for (size_t i = 0; i < n_rows; i++) {
        const double *kept = whole->number + TABLE_HEAD + i * length, *row = told->number + TABLE_HEAD + i * (n_pairs + n_ends);
        if (memcmp(row, kept, n_pairs * sizeof *row) != 0 || memcmp(row + n_pairs, kept + first, n_ends * sizeof *row) != 0)
            return false;
    }
    return true;
}

static kh_status check_tables(replay *r, kh_error *err)
{
    for (r->n_rounds = 0; find(r, KH_LETTER_TABLE, 0, 0, r->n_rounds) != NULL; r->n_rounds++)
        for (uint32_t j = 0; j < r->n_domains; j++) {
            const kh_letter *whole = find(r, KH_LETTER_TABLE, j, j, r->n_rounds);
            if (whole == NULL || whole->n < TABLE_HEAD ||
                !(whole->number[N_ROWS] >= 0 && whole->number[N_ROWS] <= (double)whole->n))
                return kh_fail(err, KH_EDATA, "domain %u has no table of round %u", j, r->n_rounds);
            for (uint32_t i = 0; i < r->n_domains; i++) {
                const kh_letter *told = find(r, KH_LETTER_TABLE, j, i, r->n_rounds);
                if (i != j && (told == NULL || !agrees(r, whole, told, i)))
                    return kh_fail(err, KH_EDATA, "domain %u tells domain %u another table of round %u than it keeps", j, i,
                                   r->n_rounds);
            }
        }
    return KH_OK;
}

static uint32_t domain_at(const kh_atlas *atlas, uint32_t border)
{
    uint32_t j = 0;
    while (border >= atlas->first[j + 1])
        j++;
    return j;
}

/* Prices of crossings: their own rows, and the contracts of third domains, half at each crossing of their border. */
static void price_crossings(replay *r, uint32_t asker)
{
    const kh_atlas *a = &r->atlas;
    for (size_t x = 0; x < a->n_crossings; x++)
        r->crossing[x] = r->price[x] / a->capacity_bps[x];
    size_t row = a->n_crossings;
    for (uint32_t j = 0; j < r->n_domains; j++) {
        if (isinf(a->transit_bps[j]))
            continue;
        for (size_t x = 0; x < a->n_crossings && j != asker; x++)
            for (int side = 0; side < 2; side++)
                if (domain_at(a, a->ends[x][side]) == j)
                    r->crossing[x] += r->price[row] * 0.5 / a->transit_bps[j];
        row++;
    }
}

static double credit_of(const replay *r, uint32_t asker, uint32_t there)
{
    size_t row = r->atlas.n_crossings;
    for (uint32_t j = 0; j < there; j++)
        row += !isinf(r->atlas.transit_bps[j]);
    return asker == there || isinf(r->atlas.transit_bps[there]) ? 0 : r->price[row] * 0.5 / r->atlas.transit_bps[there];
}

static kh_status price_tables(replay *r, uint32_t asker, kh_arena *arena, kh_error *err)
{
    size_t row = r->atlas.n_crossings + r->n_contracts;
    for (uint32_t t = 0; row < r->n_price; t++)
        for (uint32_t j = 0; j < r->n_domains; j++) {
            const kh_letter *l = find(r, KH_LETTER_TABLE, j, asker, t);
            size_t n_rows = l != NULL ? (size_t)l->number[N_ROWS] : 0, length = n_rows > 0 ? (l->n - TABLE_HEAD) / n_rows : 0;
            if (l == NULL || row + n_rows > r->n_price)
                return kh_fail(err, KH_EDATA, "%zu prices do not fit the tables up to round %u", r->n_price, t);
            if (t == 0 && (r->table[j] = KH_NEW(arena, double, length)) == NULL)
                return kh_fail(err, KH_ENOMEM, "no memory for a replay");
            for (size_t k = 0; k < n_rows; k++, row++)
                for (size_t i = 0; i < length; i++) {
                    double distance = l->number[TABLE_HEAD + k * length + i];
                    r->table[j][i] = isinf(distance) ? (double)INFINITY : r->table[j][i] + r->price[row] * distance;
                }
        }
    return KH_OK;
}

static size_t place(replay *r, uint32_t node)
{
    size_t i = 0;
    while (i < r->n_own && r->own[i] != node)
        i++;
    if (i == r->n_own)
        r->own[r->n_own++] = node;
    return i;
}

static bool lower(double *value, double other)
{
    bool is_lower = other < *value;
    *value = is_lower ? other : *value;
    return is_lower;
}

static bool relax(replay *r, size_t p, size_t q, double price, uint32_t stand)
{
    bool moved = (r->atlas.relays[p] || p == stand) && lower(&r->at[q], r->at[p] + price);
    return ((r->atlas.relays[q] || q == stand) && lower(&r->at[p], r->at[q] + price)) || moved;
}

/* Relaxes until nothing moves; a border that does not relay is left by those who stand there alone. */
static void spread(replay *r, uint32_t stand)
{
    const kh_atlas *a = &r->atlas;
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t x = 0; x < a->n_crossings; x++)
            moved |= relax(r, a->ends[x][0], a->ends[x][1], r->crossing[x], stand);
        for (size_t i = 0; i < r->n_joint; i++)
            moved |= relax(r, r->joint[i][0], r->joint[i][1], r->joint_price[i], stand);
        for (uint32_t j = 0; j < r->n_domains; j++)
            for (size_t high = 1; high < kh_atlas_borders(a, j); high++)
                for (size_t low = 0; low < high; low++)
                    moved |= relax(r, a->first[j] + low, a->first[j] + high, r->table[j][kh_atlas_pair(low, high)], stand);
    }
}

static double arrive(const replay *r, uint32_t domain, const double *piece, uint32_t node, double best)
{
    const kh_part *part = &r->parts[domain];
    for (size_t b = 0; b < part->n_borders; b++)
        if (part->border[b] == node)
            return fmin(best, r->at[r->atlas.first[domain] + b]);
    for (size_t b = 0; b < part->n_borders; b++)
        if (r->atlas.relays[r->atlas.first[domain] + b])
            (void)lower(&best, r->at[r->atlas.first[domain] + b] + piece[b]);
    return best;
}

static double distance_of(replay *r, uint32_t asker, const kh_part_demand *d, size_t *n_inner)
{
    const kh_part *part = &r->parts[asker], *there = &r->parts[d->there];
    size_t first, n_pairs = kh_atlas_pairs(part->n_borders), own_at = n_pairs + part->n_ends * part->n_borders;
    uint32_t stand = UINT32_MAX;
    const double *own = r->table[asker] + own_at, *piece = own + place(r, d->here) * part->n_borders;
    for (size_t b = 0; b < r->atlas.first[r->n_domains]; b++)
        r->at[b] = INFINITY;
    for (size_t b = 0; b < part->n_borders; b++) {
        r->at[r->atlas.first[asker] + b] = piece[b];
        if (part->border[b] == d->here)
            stand = (uint32_t)(r->atlas.first[asker] + b);
    }
    for (size_t b = r->atlas.first[asker]; b < r->atlas.first[asker + 1] && stand != UINT32_MAX; b++)
        r->at[b] = b == stand ? 0 : (double)INFINITY;
    spread(r, stand);
    if (d->there == asker) {
        size_t end = place(r, (uint32_t)d->end);
        double inside = r->table[asker][own_at + r->n_own * part->n_borders + (*n_inner)++];
        return arrive(r, asker, own + end * part->n_borders, (uint32_t)d->end, inside);
    }
    if (there->n_borders == 0) /* nothing leads there */
        return INFINITY;
    size_t n_ends = ends_in(there, asker, &first), at = 0, e = (first - kh_atlas_pairs(there->n_borders)) / there->n_borders;
    while (at < n_ends && there->ends[e].key != d->end) {
        at += there->n_borders;
        e++;
    }
    return at < n_ends ? arrive(r, d->there, r->table[d->there] + kh_atlas_pairs(there->n_borders) + at, there->ends[e].node,
                                (double)INFINITY)
                       : (double)INFINITY;
}

static uint32_t border_at(const kh_part *part, uint64_t node)
{
    uint32_t b = 0;
    while (b < part->n_borders && part->border[b] != node)
        b++;
    return b;
}

static kh_status list_joints(replay *r, uint32_t asker, kh_arena *arena, kh_error *err)
{
    const kh_part *part = &r->parts[asker];
    const double *price = r->table[asker] + kh_atlas_pairs(part->n_borders) + (part->n_ends + r->n_own) * part->n_borders;
    r->joint = kh_arena_alloc(arena, part->n_demands + 1, sizeof *r->joint);
    r->joint_price = KH_NEW(arena, double, part->n_demands + 1);
    r->n_joint = 0;
    if (r->joint == NULL || r->joint_price == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a replay");
    for (size_t k = 0; k < part->n_demands; k++) {
        if (part->demands[k].there != asker)
            continue;
        uint32_t p = border_at(part, part->demands[k].here), q = border_at(part, part->demands[k].end);
        if (p < part->n_borders && q < part->n_borders) {
            r->joint[r->n_joint][0] = (uint32_t)r->atlas.first[asker] + p;
            r->joint[r->n_joint][1] = (uint32_t)r->atlas.first[asker] + q;
            r->joint_price[r->n_joint++] = *price;
        }
        price++;
    }
    return KH_OK;
}

static kh_status ask(replay *r, uint32_t asker, kh_arena *arena, kh_error *err)
{
    const kh_part *part = &r->parts[asker];
    size_t n_inner = 0;
    price_crossings(r, asker);
    KH_TRY(price_tables(r, asker, arena, err));
    r->own = KH_NEW(arena, uint32_t, 2 * part->n_demands + 1);
    if (r->own == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a replay");
    r->n_own = 0;
    for (size_t k = 0; k < part->n_demands; k++) {
        (void)place(r, part->demands[k].here);
        if (part->demands[k].there == asker)
            (void)place(r, (uint32_t)part->demands[k].end);
    }
    KH_TRY(list_joints(r, asker, arena, err));
    for (size_t k = 0; k < part->n_demands; k++) {
        double distance = distance_of(r, asker, &part->demands[k], &n_inner);
        if (distance < (double)INFINITY)
            r->asked += part->demands[k].requested_bps * (distance - credit_of(r, asker, part->demands[k].there));
    }
    return KH_OK;
}

/* Rows that were there before the first prices, and the promises of round 0. */
static bool is_fixed(const replay *r, size_t row)
{
    size_t at = r->atlas.n_crossings + r->n_contracts;
    for (uint32_t j = 0; j < r->n_domains && row >= at; j++) {
        size_t n_rows = (size_t)head_of(r, j, 0, N_ROWS);
        if (row < at + n_rows)
            return r->atlas.policy[j] != KH_PART_PRICES;
        at += n_rows;
    }
    return true;
}

static size_t count_fixed(const replay *r)
{
    size_t n = r->atlas.n_crossings + r->n_contracts;
    for (uint32_t j = 0; j < r->n_domains; j++)
        n += (size_t)head_of(r, j, 0, N_ROWS);
    return n;
}

static kh_status busiest_of(const replay *r, uint32_t round, double *load, double *busiest, kh_error *err)
{
    size_t n = count_fixed(r);
    size_t n_veiled = n * KH_VEIL_WIDE;
    *busiest = 0;
    for (uint32_t j = 0; j < r->n_domains; j++) {
        const kh_letter *own = find(r, KH_LETTER_REQUEST, j, j, round - 1);
        if (own == NULL || own->n < n_veiled)
            return kh_fail(err, KH_EDATA, "domain %u has no request of round %u", j, round - 1);
        for (uint32_t i = 0; i < r->n_domains; i++) {
            const kh_letter *copy = find(r, KH_LETTER_REQUEST, j, i, round - 1);
            if (copy == NULL || copy->n < n_veiled || memcmp(copy->number, own->number, n_veiled * sizeof *own->number) != 0)
                return kh_fail(err, KH_EDATA, "domain %u tells domain %u another load in round %u than it keeps", j, i, round - 1);
        }
        r->veiled[j] = own->number;
        *busiest = fmax(*busiest, head_of(r, j, round, STRETCH));
    }
    kh_veil_sum(r->veiled, r->n_domains, n, KH_VEIL_WIDE, load);
    for (size_t k = 0; k < n; k++)
        if (is_fixed(r, k))
            *busiest = fmax(*busiest, load[k]);
    return KH_OK;
}

static kh_status check_value(const replay *r, double claimed, kh_arena *arena, kh_error *err)
{
    double value = 0, busiest, *load = KH_NEW(arena, double, count_fixed(r) + 1);
    if (load == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a replay");
    for (uint32_t t = 1; t < r->n_rounds; t++) {
        KH_TRY(busiest_of(r, t, load, &busiest, err));
        value = busiest > 0 ? fmax(value, 1 / busiest) : value;
    }
    return fabs(value - claimed) <= SAME * value
               ? KH_OK
               : kh_fail(err, KH_EDATA, "the letters come to a value of %.12g, not %.12g", value, claimed);
}

static kh_status check_bound(replay *r, double claimed, kh_arena *arena, kh_error *err)
{
    double all = 0;
    if (r->n_price < r->atlas.n_crossings + r->n_contracts + r->n_domains)
        return kh_fail(err, KH_EDATA, "%zu prices are too few", r->n_price);
    for (size_t i = 0; i < r->n_price; i++) {
        if (!(r->price[i] >= 0))
            return kh_fail(err, KH_EDATA, "price %zu is %g, must be >= 0", i, r->price[i]);
        all += r->price[i];
    }
    for (uint32_t i = 0; i < r->n_domains; i++)
        KH_TRY(ask(r, i, arena, err));
    return fabs(all / r->asked - claimed) <= SAME * claimed
               ? KH_OK
               : kh_fail(err, KH_EDATA, "the letters come to a bound of %.12g, not %.12g", all / r->asked, claimed);
}

kh_status kh_replay_check(const kh_replay_letter *letters, size_t n, const kh_part *parts, uint32_t n_domains, const double *price,
                          size_t n_rows, kh_member_report claimed, kh_arena *arena, kh_error *err)
{
    replay r = {.letters = letters, .n = n, .parts = parts, .n_domains = n_domains, .price = price, .n_price = n_rows};
    KH_TRY(read_hellos(&r, arena, err));
    r.crossing = KH_NEW(arena, double, r.atlas.n_crossings + 1);
    r.table = KH_NEW(arena, double *, n_domains);
    r.at = KH_NEW(arena, double, r.atlas.first[n_domains] + 1);
    r.veiled = kh_arena_alloc(arena, n_domains, sizeof *r.veiled);
    if (r.crossing == NULL || r.table == NULL || r.at == NULL || r.veiled == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a replay");
    KH_TRY(check_tables(&r, err));
    if (r.n_rounds != claimed.n_rounds)
        return kh_fail(err, KH_EDATA, "%u rounds were written, not %zu", r.n_rounds, claimed.n_rounds);
    KH_TRY(check_value(&r, claimed.value, arena, err));
    return check_bound(&r, claimed.bound, arena, err);
}
