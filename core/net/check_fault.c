/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/loader.h"
#include "core/net/schema_fields.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define ERROR(l, fault, hint, ...) kh_findings_add((l)->findings, KH_ERROR, (fault)->place, (hint), __VA_ARGS__)

/* --- what it is on --- */

static bool names(const kh_loader *l, kh_noun noun, const char *id)
{
    return kh_map_get(&l->ids[noun], id, strlen(id)) != KH_MAP_NONE;
}

static void suggest(kh_loader *l, kh_noun noun, const char *id, kh_str *hint)
{
    const kh_field field = {.target = noun};
    const char *nearest = l->reader.nearest(l, &field, id);
    if (nearest != NULL)
        kh_str_printf(hint, "; did you mean '%s'?", nearest);
}

/* A kind whose entries are on all of a noun or on one. */
static void check_one_of(kh_loader *l, const kh_fault *fault)
{
    kh_noun noun = kh_fault_noun(fault->kind);
    const char *all = kh_fault_all_word(fault->kind), *plural = kh_schema_layout(noun)->table->noun;
    if (strcmp(fault->on, all) == 0 || names(l, noun, fault->on))
        return;
    kh_str hint = {0};
    kh_str_printf(&hint, "write %s or an id of %s", all, plural);
    suggest(l, noun, fault->on, &hint);
    ERROR(l, fault, kh_str_text(&hint), "the fault is on '%s', which is not among the %s", fault->on, plural);
    kh_str_clear(&hint);
}

/* What one name may mean; with more than one meaning nobody knows. */
static void check_meanings(kh_loader *l, const kh_fault *fault, unsigned meanings, const char *hint_text)
{
    if (meanings == 1)
        return;
    kh_str hint = {0};
    kh_str_append(&hint, hint_text);
    if (meanings == 0)
        suggest(l, KH_NOUN_NODES, fault->on, &hint);
    ERROR(l, fault, kh_str_text(&hint),
          meanings == 0 ? "the %s is on '%s', which is nothing here" : "the %s is on '%s', which has more than one meaning here",
          kh_fault_kind_name(fault->kind), fault->on);
    kh_str_clear(&hint);
}

static bool has_members(const kh_fault *fault)
{
    return fault->n_fibres + fault->n_nodes + fault->n_links > 0;
}

static void check_work(kh_loader *l, const kh_fault *fault)
{
    if (has_members(fault))
        return;
    unsigned meanings = kh_fault_group(l->net, fault->on) != NULL;
    static const kh_noun nouns[] = {KH_NOUN_NODES, KH_NOUN_FIBRES, KH_NOUN_QKD_LINKS};
    for (size_t i = 0; i < sizeof nouns / sizeof nouns[0]; i++)
        meanings += names(l, nouns[i], fault->on);
    check_meanings(l, fault, meanings,
                   "name a shared risk, a node, a fibre or a QKD link, or list them in fibres, nodes and links");
}

static void check_compromise(kh_loader *l, const kh_fault *fault)
{
    bool held = names(l, KH_NOUN_NODES, fault->on);
    for (uint32_t i = 0; i < l->net->n_nodes && !held; i++)
        held = kh_fault_holds(l->net, fault->on, (kh_node_id){i});
    check_meanings(l, fault, held, "name a node, a domain, an operator or a country that has nodes");
}

static void check_target(kh_loader *l, const kh_fault *fault)
{
    if (kh_fault_noun(fault->kind) != KH_NOUN_COUNT)
        check_one_of(l, fault);
    else if (fault->kind == KH_FAULT_MAINTENANCE)
        check_work(l, fault);
    else if (fault->kind == KH_FAULT_COMPROMISE)
        check_compromise(l, fault);
    else if (!has_members(fault))
        ERROR(l, fault, "add fibres, nodes or links", "the shared risk '%s' has nothing that fails together", fault->on);
}

/* --- when and how long --- */

static void check_start(const kh_loader *l, const kh_fault *fault)
{
    bool by_length = !isnan(fault->mtbf_h_per_1000km), by_item = !isnan(fault->mtbf_h), planned = !isnan(fault->first_h);
    const char *hint = "give one of mtbf_h, first_h and, for fibre-cut, mtbf_h_per_1000km";
    if (by_length + by_item + planned > 1)
        ERROR(l, fault, hint, "the fault has more than one of mtbf_h, mtbf_h_per_1000km and first_h");
    else if (by_length + by_item + planned == 0)
        ERROR(l, fault, hint, "the fault does not say when it starts");
    else if (!isnan(fault->every_h) && !planned)
        ERROR(l, fault, "give first_h, or leave out every_h", "every_h goes with first_h");
}

static void check_length(const kh_loader *l, const kh_fault *fault)
{
    if (isnan(fault->mttr_h) == isnan(fault->duration_h))
        ERROR(l, fault, "give one of the two", "the fault has %s mttr_h %s duration_h", isnan(fault->mttr_h) ? "neither" : "both",
              isnan(fault->mttr_h) ? "nor" : "and");
    else if (fault->duration_h >= fault->every_h)
        ERROR(l, fault, "make duration_h shorter than every_h", "each lasts %g h and the next starts after %g h", fault->duration_h,
              fault->every_h);
}

/* --- fields of some kinds only --- */

#define ONLY(kind) (1u << (unsigned)(kind))
#define OF(member) #member, offsetof(kh_fault, member)
#define LISTED     (ONLY(KH_FAULT_SHARED_RISK) | ONLY(KH_FAULT_MAINTENANCE))
#define LISTENED   ONLY(KH_FAULT_EAVESDROPPING)
static const struct own_field {
    const char *name;
    size_t offset;
    unsigned kinds; /* bit by kh_fault_kind */
} own_numbers[] = {
    {OF(mtbf_h_per_1000km), ONLY(KH_FAULT_FIBRE_CUT)},
    {OF(factor), ONLY(KH_FAULT_FIBRE_CUT) | ONLY(KH_FAULT_FLASH_DEMAND)},
    {OF(wind_above_m_s), ONLY(KH_FAULT_FIBRE_CUT)},
    {OF(qber), LISTENED},
    {OF(alarm_qber), LISTENED},
    {OF(quarantine_h), LISTENED},
    {OF(key_share), LISTENED},
};

static bool is_given(const kh_fault *fault, const struct own_field *own)
{
    double value, fallback = kh_schema_field(&kh_schema_fault_table, own->name)->fallback;
    memcpy(&value, (const unsigned char *)fault + own->offset, sizeof value);
    return !isnan(value) && value != fallback;
}

static void check_own_fields(const kh_loader *l, const kh_fault *fault)
{
    for (size_t i = 0; i < sizeof own_numbers / sizeof own_numbers[0]; i++)
        if (is_given(fault, &own_numbers[i]) && (own_numbers[i].kinds & ONLY(fault->kind)) == 0)
            ERROR(l, fault, "leave it out", "%s means nothing for a fault of kind %s", own_numbers[i].name,
                  kh_fault_kind_name(fault->kind));
    if (has_members(fault) && (LISTED & ONLY(fault->kind)) == 0)
        ERROR(l, fault, "use on", "fibres, nodes and links are for shared-risk and maintenance, this is of kind %s",
              kh_fault_kind_name(fault->kind));
}

static void check_needs(const kh_loader *l, const kh_fault *fault)
{
    if (fault->kind == KH_FAULT_EAVESDROPPING && isnan(fault->qber))
        ERROR(l, fault, "add qber", "the eavesdropping on '%s' does not say what it does to the error rate", fault->on);
    if (fault->kind == KH_FAULT_FLASH_DEMAND && isnan(fault->factor))
        ERROR(l, fault, "add factor", "the flash-demand on '%s' does not say how much more is asked for", fault->on);
    if (fault->kind == KH_FAULT_FIBRE_CUT && isnan(fault->factor) != isnan(fault->wind_above_m_s))
        ERROR(l, fault, "give both or none", "cuts by wind need wind_above_m_s and factor");
    double strongest_m_s = 0;
    for (size_t i = 0; i < l->net->n_time_slots; i++)
        strongest_m_s = fmax(strongest_m_s, l->net->time_slots[i].wind_m_s);
    if (fault->wind_above_m_s >= strongest_m_s)
        kh_findings_add(l->findings, KH_WARNING, fault->place, "a lower wind_above_m_s, or time_slots with more wind_m_s",
                        "the wind of no time slot is above %.10g m/s (strongest %.10g): no more cuts than without it",
                        fault->wind_above_m_s, strongest_m_s);
}

void kh_loader_check_fault(kh_loader *l, const kh_fault *fault)
{
    check_target(l, fault);
    check_start(l, fault);
    check_length(l, fault);
    check_own_fields(l, fault);
    check_needs(l, fault);
}
