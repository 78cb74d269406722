/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/chain.h"

#include "core/base/str.h"
#include "core/base/units.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT_MAX = 2000, DEPTH_MAX = 8, ELEMENTS_MAX = 2000, WORD_MAX = 24, KEYS_MAX = 10 };

/* One key of an element and where its number goes. */
typedef struct key {
    const char *name;
    size_t offset; /* in kh_optical_element */
    bool required;
} key;

#define NO_LIMIT  ((double)INFINITY)
#define AT(field) offsetof(kh_optical_element, field)

static const key fibre_keys[KEYS_MAX] = {
    {"km", AT(fibre.length_km), true},          {"att", AT(fibre.attenuation_db_km), true},
    {"D", AT(fibre.dispersion_ps_nm_km), true}, {"Aeff", AT(fibre.effective_area_um2), true},
    {"S", AT(fibre.slope_ps_nm2_km), false},    {"pmd", AT(fibre.pmd_ps_sqrt_km), false},
    {"ci", AT(fibre.connector_in_db), false},   {"co", AT(fibre.connector_out_db), false},
};
static const key amplifier_keys[KEYS_MAX] = {
    {"g", AT(amplifier.gain_db), true},           {"nf", AT(amplifier.noise_db), true},
    {"gmin", AT(amplifier.gain_min_db), false},   {"gflat", AT(amplifier.gain_max_db), false},
    {"pmax", AT(amplifier.power_max_dbm), false}, {"tilt", AT(amplifier.tilt_db), false},
    {"voa", AT(amplifier.voa_db), false},         {"pmd", AT(amplifier.pmd_ps), false},
    {"pdl", AT(amplifier.pdl_db), false},
};
static const key roadm_keys[KEYS_MAX] = {
    /* the first three in the order of kh_optical_equalise */
    {"tgt", AT(roadm.target_dbm), false},      {"psd", AT(roadm.target_dbm), false},       {"pss", AT(roadm.target_dbm), false},
    {"pmd", AT(roadm.pmd_ps), false},          {"ado", AT(roadm.add_drop_osnr_db), false}, {"pdl", AT(roadm.pdl_db), false},
    {"maxloss", AT(roadm.max_loss_db), false}, {"exo", AT(roadm.express_osnr_db), false},
};
static const key loss_keys[KEYS_MAX] = {{"db", AT(loss_db), true}};

typedef struct parser {
    const char *text, *at;
    kh_arena *arena;
    kh_optical_element *elements;
    size_t n, capacity;
    kh_error *err;
} parser;

static int column(const parser *p)
{
    return (int)(p->at - p->text) + 1;
}

static void skip_blanks(parser *p)
{
    while (*p->at == ' ')
        p->at++;
}

static kh_status expect(parser *p, char wanted)
{
    if (*p->at != wanted)
        return kh_fail(p->err, KH_EDATA, "column %d: '%c' is missing before '%.20s'", column(p), wanted, p->at);
    p->at++;
    return KH_OK;
}

static kh_status read_word(parser *p, char word[WORD_MAX])
{
    size_t length = 0;
    while (isalpha((unsigned char)p->at[length]) != 0)
        length++;
    if (length == 0 || length >= WORD_MAX)
        return kh_fail(p->err, KH_EDATA, "column %d: a word is missing before '%.20s'", column(p), p->at);
    memcpy(word, p->at, length);
    word[length] = '\0';
    p->at += length;
    return KH_OK;
}

/* Decimal only: strtod would also take hexadecimal, "inf" and "nan". */
static kh_status read_number(parser *p, double *out)
{
    size_t length = strspn(p->at, "+-.0123456789eE");
    char *end = NULL;
    double value = length > 0 ? strtod(p->at, &end) : (double)NAN;
    if (end != p->at + length || !isfinite(value))
        return kh_fail(p->err, KH_EDATA, "column %d: '%.20s' does not start with a number", column(p), p->at);
    p->at = end;
    *out = value;
    return KH_OK;
}

static kh_status read_numbers(parser *p, size_t count, double *out)
{
    KH_TRY(expect(p, '('));
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            KH_TRY(expect(p, ','));
        KH_TRY(read_number(p, &out[i]));
    }
    return expect(p, ')');
}

static kh_status read_stage_noise(parser *p, kh_optical_amplifier *stage)
{
    if (isalpha((unsigned char)*p->at) == 0)
        return read_number(p, &stage->noise_db[0]);
    const char *start = p->at;
    char word[WORD_MAX];
    KH_TRY(read_word(p, word));
    if (strcmp(word, "vg") == 0) {
        stage->noise = KH_OPTICAL_NOISE_VARIABLE_GAIN;
        return read_numbers(p, 2, stage->noise_db);
    }
    if (strcmp(word, "or") == 0) {
        stage->noise = KH_OPTICAL_NOISE_OPENROADM;
        return read_numbers(p, 4, stage->noise_db);
    }
    bool preamp = strcmp(word, "pre") == 0;
    if (preamp || strcmp(word, "none") == 0) {
        stage->noise = preamp ? KH_OPTICAL_NOISE_OPENROADM_PREAMP : KH_OPTICAL_NOISE_NONE;
        return KH_OK;
    }
    p->at = start;
    return kh_fail(p->err, KH_EDATA, "column %d: noise '%s' is neither a number, vg(...), or(...), ds(...), pre nor none",
                   column(p), word);
}

/* "noise,gmin,gflat" */
static kh_status read_stage(parser *p, kh_optical_amplifier *stage)
{
    *stage = (kh_optical_amplifier){.power_max_dbm = NO_LIMIT};
    KH_TRY(read_stage_noise(p, stage));
    KH_TRY(expect(p, ','));
    KH_TRY(read_number(p, &stage->gain_min_db));
    KH_TRY(expect(p, ','));
    return read_number(p, &stage->gain_max_db);
}

/* "(stage,stage)" */
static kh_status read_stages(parser *p, kh_optical_amplifier *amplifier)
{
    kh_optical_amplifier *stages = KH_NEW(p->arena, kh_optical_amplifier, 2);
    if (stages == NULL)
        return kh_fail(p->err, KH_ENOMEM, "out of memory for an amplifier");
    KH_TRY(expect(p, '('));
    KH_TRY(read_stage(p, &stages[0]));
    KH_TRY(expect(p, ','));
    KH_TRY(read_stage(p, &stages[1]));
    amplifier->noise = KH_OPTICAL_NOISE_DUAL_STAGE;
    amplifier->stages = stages;
    return expect(p, ')');
}

static kh_status read_noise(parser *p, kh_optical_amplifier *amplifier)
{
    if (strncmp(p->at, "ds(", 3) != 0)
        return read_stage_noise(p, amplifier);
    p->at += 2;
    return read_stages(p, amplifier);
}

static kh_status unknown_key(const parser *p, const char *word, const key *keys)
{
    const char *names[KEYS_MAX];
    for (size_t i = 0; i < KEYS_MAX; i++)
        names[i] = keys[i].name;
    const char *near = kh_str_nearest(word, names, KEYS_MAX);
    return kh_fail(p->err, KH_EDATA, "column %d: unknown key '%s'%s%s%s", column(p), word, near == NULL ? "" : ", did you mean '",
                   near == NULL ? "" : near, near == NULL ? "" : "'?");
}

static kh_status find_key(const parser *p, const char *word, const key *keys, const bool seen[KEYS_MAX], size_t *found)
{
    for (size_t i = 0; i < KEYS_MAX && keys[i].name != NULL; i++) {
        if (strcmp(word, keys[i].name) != 0)
            continue;
        if (seen[i])
            return kh_fail(p->err, KH_EDATA, "column %d: key '%s' comes twice", column(p), word);
        *found = i;
        return KH_OK;
    }
    return unknown_key(p, word, keys);
}

/* In dBm a channel, or in mW/GHz of symbol rate or slot. */
static kh_status read_target(parser *p, kh_optical_equalise equalise, kh_optical_roadm *roadm)
{
    double value;
    KH_TRY(read_number(p, &value));
    roadm->equalise = equalise;
    roadm->target_dbm = equalise == KH_OPTICAL_BY_CHANNEL ? value : kh_db_from_linear(value);
    return KH_OK;
}

static kh_status read_pair(parser *p, const key *keys, bool seen[KEYS_MAX], kh_optical_element *element)
{
    char word[WORD_MAX];
    const char *start = p->at;
    KH_TRY(read_word(p, word));
    const char *behind = p->at;
    p->at = start; /* complaints about the key point at the key */
    size_t i = 0;
    KH_TRY(find_key(p, word, keys, seen, &i));
    p->at = behind;
    seen[i] = true;
    KH_TRY(expect(p, '='));
    if (keys[i].offset == AT(amplifier.noise_db) && element->kind == KH_OPTICAL_AMPLIFIER)
        return read_noise(p, &element->amplifier);
    if (keys == roadm_keys && keys[i].offset == AT(roadm.target_dbm))
        return read_target(p, (kh_optical_equalise)i, &element->roadm);
    return read_number(p, (double *)(void *)((char *)element + keys[i].offset));
}

static kh_status check_required(const parser *p, const key *keys, const bool seen[KEYS_MAX])
{
    for (size_t i = 0; i < KEYS_MAX && keys[i].name != NULL; i++)
        if (keys[i].required && !seen[i])
            return kh_fail(p->err, KH_EDATA, "column %d: key '%s' is missing", column(p), keys[i].name);
    int targets = seen[0] + seen[1] + seen[2];
    if (keys == roadm_keys && targets != 1)
        return kh_fail(p->err, KH_EDATA, "column %d: %s", column(p),
                       targets == 0 ? "key 'tgt' is missing" : "more than one of the keys 'tgt', 'psd' and 'pss'");
    return KH_OK;
}

static kh_status read_pairs(parser *p, const key *keys, kh_optical_element *element)
{
    bool seen[KEYS_MAX] = {false};
    KH_TRY(read_pair(p, keys, seen, element));
    while (*p->at == ',') {
        p->at++;
        KH_TRY(read_pair(p, keys, seen, element));
    }
    KH_TRY(check_required(p, keys, seen));
    return expect(p, ')');
}

static kh_status read_role(parser *p, kh_optical_role *role)
{
    static const char *const roles[] = {"add", "express", "drop"};
    char word[WORD_MAX];
    const char *start = p->at;
    KH_TRY(read_word(p, word));
    for (size_t i = 0; i < 3; i++)
        if (strcmp(word, roles[i]) == 0) {
            *role = (kh_optical_role)i;
            return expect(p, ',');
        }
    p->at = start;
    return kh_fail(p->err, KH_EDATA, "column %d: ROADM is '%s', must be add, express or drop", column(p), word);
}

static kh_status read_element(parser *p, kh_optical_element *element)
{
    char letter = *p->at;
    if (letter != 'F' && letter != 'E' && letter != 'R' && letter != 'L')
        return kh_fail(p->err, KH_EDATA, "column %d: '%.20s' is neither F(...), E(...), R(...), L(...) nor a count with x[...]",
                       column(p), p->at);
    p->at++;
    KH_TRY(expect(p, '('));
    if (letter == 'F') {
        *element = (kh_optical_element){.kind = KH_OPTICAL_FIBRE};
        return read_pairs(p, fibre_keys, element);
    }
    if (letter == 'E') {
        *element = (kh_optical_element){.kind = KH_OPTICAL_AMPLIFIER,
                                        .amplifier = {.gain_min_db = -10.0, .gain_max_db = NO_LIMIT, .power_max_dbm = NO_LIMIT}};
        return read_pairs(p, amplifier_keys, element);
    }
    if (letter == 'L') {
        *element = (kh_optical_element){.kind = KH_OPTICAL_LOSS};
        return read_pairs(p, loss_keys, element);
    }
    *element = (kh_optical_element){.kind = KH_OPTICAL_ROADM, .roadm = {.add_drop_osnr_db = NO_LIMIT}};
    KH_TRY(read_role(p, &element->roadm.role));
    return read_pairs(p, roadm_keys, element);
}

static kh_status append(parser *p, const kh_optical_element *elements, size_t count)
{
    if (count > ELEMENTS_MAX - p->n)
        return kh_fail(p->err, KH_ELIMIT, "column %d: more than %d elements", column(p), ELEMENTS_MAX);
    while (p->n + count > p->capacity) {
        kh_optical_element *grown = kh_arena_grow(p->arena, p->elements, p->n, &p->capacity, sizeof *p->elements);
        if (grown == NULL)
            return kh_fail(p->err, KH_ENOMEM, "out of memory for %zu elements", p->n + count);
        p->elements = grown;
    }
    memcpy(p->elements + p->n, elements, count * sizeof *elements);
    p->n += count;
    return KH_OK;
}

/* What was read since `first` stands once; puts the other copies behind it. */
static kh_status repeat(parser *p, size_t first, long count)
{
    size_t length = p->n - first;
    for (long i = 1; i < count; i++)
        for (size_t k = 0; k < length; k++) {
            kh_optical_element copy = p->elements[first + k]; /* append may move the array */
            KH_TRY(append(p, &copy, 1));
        }
    return KH_OK;
}

static kh_status read_count(parser *p, long *count)
{
    char *end = NULL;
    *count = strtol(p->at, &end, 10);
    if (*count < 1 || *count > COUNT_MAX)
        return kh_fail(p->err, KH_EDATA, "column %d: the count must be in [1, %d]", column(p), COUNT_MAX);
    p->at = end;
    KH_TRY(expect(p, 'x'));
    return expect(p, '[');
}

static kh_status read_leaf(parser *p)
{
    kh_optical_element element;
    KH_TRY(read_element(p, &element));
    return append(p, &element, 1);
}

/* One bracket that is open: what it repeats. */
typedef struct bracket {
    size_t first;
    long count;
} bracket;

static kh_status open_bracket(parser *p, bracket *open, size_t *depth)
{
    if (*depth == DEPTH_MAX)
        return kh_fail(p->err, KH_ELIMIT, "column %d: more than %d brackets inside each other", column(p), DEPTH_MAX);
    open[*depth].first = p->n;
    KH_TRY(read_count(p, &open[*depth].count));
    (*depth)++;
    return KH_OK;
}

static kh_status close_bracket(parser *p, const bracket *open, size_t *depth)
{
    if (*depth == 0)
        return kh_fail(p->err, KH_EDATA, "column %d: ']' without its '['", column(p));
    const bracket *last = &open[*depth - 1];
    if (last->first == p->n)
        return kh_fail(p->err, KH_EDATA, "column %d: nothing stands inside the brackets", column(p));
    KH_TRY(repeat(p, last->first, last->count));
    p->at++;
    (*depth)--;
    return KH_OK;
}

/* Items are set apart by blanks; a closing bracket may follow directly. */
static kh_status check_apart(const parser *p)
{
    if (*p->at == '\0' || *p->at == ' ' || *p->at == ']')
        return KH_OK;
    return kh_fail(p->err, KH_EDATA, "column %d: a blank is missing before '%.20s'", column(p), p->at);
}

static kh_status read_item(parser *p, bracket *open, size_t *depth)
{
    if (isdigit((unsigned char)*p->at) != 0)
        return open_bracket(p, open, depth);
    KH_TRY(*p->at == ']' ? close_bracket(p, open, depth) : read_leaf(p));
    return check_apart(p);
}

static kh_status read_chain(parser *p)
{
    bracket open[DEPTH_MAX];
    size_t depth = 0;
    for (skip_blanks(p); *p->at != '\0'; skip_blanks(p))
        KH_TRY(read_item(p, open, &depth));
    if (depth > 0)
        return kh_fail(p->err, KH_EDATA, "column %d: ']' is missing at the end", column(p));
    return KH_OK;
}

kh_status kh_chain_parse(const char *text, kh_arena *arena, kh_optical_chain *chain, kh_error *err)
{
    parser p = {.text = text, .at = text, .arena = arena, .err = err};
    KH_TRY(read_chain(&p));
    if (p.n == 0)
        return kh_fail(err, KH_EDATA, "the chain is empty");
    *chain = (kh_optical_chain){.elements = p.elements, .n_elements = p.n};
    return KH_OK;
}
