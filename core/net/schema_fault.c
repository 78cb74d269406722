/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/loader.h"
#include "core/net/schema_fields.h"

/* in the order of kh_fault_kind */
static const char *const kinds[] = {"fibre-cut",   "node",          "module",     "link",         "shared-risk",
                                    "maintenance", "eavesdropping", "compromise", "flash-demand", NULL};
static const struct {
    const char *all;
    kh_noun noun;
} targets[KH_FAULT_KINDS] = {
    [KH_FAULT_FIBRE_CUT] = {"all-fibres", KH_NOUN_FIBRES},
    [KH_FAULT_NODE] = {"all-nodes", KH_NOUN_NODES},
    [KH_FAULT_MODULE] = {"all-links", KH_NOUN_QKD_LINKS},
    [KH_FAULT_LINK] = {"all-links", KH_NOUN_QKD_LINKS},
    [KH_FAULT_SHARED_RISK] = {NULL, KH_NOUN_COUNT},
    [KH_FAULT_MAINTENANCE] = {NULL, KH_NOUN_COUNT},
    [KH_FAULT_EAVESDROPPING] = {"all-links", KH_NOUN_QKD_LINKS},
    [KH_FAULT_COMPROMISE] = {NULL, KH_NOUN_COUNT},
    [KH_FAULT_FLASH_DEMAND] = {"all-demands", KH_NOUN_DEMANDS},
};

const char *kh_fault_kind_name(kh_fault_kind kind)
{
    return kinds[kind];
}

const char *kh_fault_all_word(kh_fault_kind kind)
{
    return targets[kind].all;
}

kh_noun kh_fault_noun(kh_fault_kind kind)
{
    return targets[kind].noun;
}

#define OR_ELSE(what) .fallback_text = what " is given"
static const kh_field fault_fields[] = {
    {CHOICE(kh_fault, kind, KH_FAULT_FIBRE_CUT,
            "fibre-cut, node, module, link: it fails and is repaired. shared-risk: what stands in fibres, nodes and links fails "
            "together. maintenance: planned work. eavesdropping: somebody listens on a link. compromise: somebody reads what nodes "
            "hold. flash-demand: more is asked for."),
     .words = kinds, .required = true},
    {TEXT(
         kh_fault, on,
         "all-fibres, all-nodes, all-links, all-demands by the kind, or the id of one of them, which then has this entry and not "
         "that on all. shared-risk: a name of its own. maintenance: the name of a shared risk, the id of a node, fibre or QKD "
         "link, "
         "or a name of its own for what stands in fibres, nodes and links. compromise: the id of a node or domain, an operator, or "
         "a country."),
     .required = true},
    {REFERENCES(kh_fault, fibres, "shared-risk, maintenance: fibres that are cut."), OF_FIBRES, .fallback_text = "none"},
    {REFERENCES(kh_fault, nodes, "shared-risk, maintenance: nodes that are down."), OF_NODES, .fallback_text = "none"},
    {REFERENCES(kh_fault, links, "shared-risk, maintenance: QKD links that are down."), .noun = "qkd_links",
     .target = KH_NOUN_QKD_LINKS, .fallback_text = "none"},
    {NUMBER(kh_fault, mtbf_h_per_1000km, "h", NOT_GIVEN, "fibre-cut: mean time between cuts of 1000 km of fibre; exponential."),
     ABOVE_TO(0, 1e12), OR_ELSE("mtbf_h or first_h")},
    {NUMBER(kh_fault, mtbf_h, "h", NOT_GIVEN, "Mean time from the end of one to the start of the next; exponential."),
     ABOVE_TO(0, 1e12), OR_ELSE("mtbf_h_per_1000km or first_h")},
    {NUMBER(kh_fault, first_h, "h", NOT_GIVEN, "When the first one starts, from the start of the run."), WITHIN(0, 1e6),
     OR_ELSE("mtbf_h")},
    {NUMBER(kh_fault, every_h, "h", NOT_GIVEN, "With first_h: time from the start of one to the start of the next."),
     ABOVE_TO(0, 1e6), .fallback_text = "once"},
    {NUMBER(kh_fault, mttr_h, "h", NOT_GIVEN, "Mean time to repair, or until it ends or is found out; exponential."),
     ABOVE_TO(0, 1e6), OR_ELSE("duration_h")},
    {NUMBER(kh_fault, duration_h, "h", NOT_GIVEN, "The same when it is always as long."), ABOVE_TO(0, 1e6), OR_ELSE("mttr_h")},
    {NUMBER(kh_fault, factor, NULL, NOT_GIVEN,
            "flash-demand: requests come so many times as often. fibre-cut: cuts, in wind above wind_above_m_s."),
     ABOVE_TO(0, 1e6), .fallback_text = "none"},
    {NUMBER(kh_fault, wind_above_m_s, "m/s", NOT_GIVEN,
            "fibre-cut: in time slots with more wind, aerial fibre is cut factor times as often."),
     WITHIN(0, 100), .fallback_text = "wind cuts nothing"},
    {NUMBER(kh_fault, qber, NULL, NOT_GIVEN, "eavesdropping: what it adds to the error rate of the link."), ABOVE_TO(0, 0.5),
     .fallback_text = "none; eavesdropping must give it"},
    {NUMBER(kh_fault, alarm_qber, NULL, 0.11,
            "eavesdropping: error rate above which it is noticed, at the end of the block in the making."),
     ABOVE_TO(0, 0.5)},
    {NUMBER(kh_fault, quarantine_h, "h", 24, "eavesdropping: time without key from a link on which it was noticed."),
     WITHIN(0, 1e6)},
    {NUMBER(kh_fault, key_share, NULL, NOT_GIVEN,
            "eavesdropping that is not noticed: part of its key that the link still makes at the higher error rate."),
     WITHIN(0, 1),
     .fallback_text = "(1 - 2 h(QBER + qber)) / (1 - 2 h(QBER)), an estimate: h binary entropy, endless key, perfect correction"},
    NOTE,
    SOURCED};

const kh_schema_table kh_schema_fault_table = TABLE(
    "faults", "fault", kh_fault, fault_fields,
    "What breaks how often, is worked on, attacked or overrun. Each says when it starts (mtbf_h, mtbf_h_per_1000km or first_h) "
    "and how long it lasts (mttr_h or duration_h).");
