/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/net.h"
#include "core/net/schema_fields.h"

static const char *const uses[] = {"key", "otp", "aes-256", NULL};
static const char *const securities[] = {"qkd", "hybrid", "pqc", "psk", NULL};
static const char *const fallbacks[] = {"none", "pqc", "psk", NULL};
static const char *const laws[] = {"exponential", "fixed", NULL};
static const char *const rhythms[] = {"periodic", "poisson", NULL};

static const kh_field pair_store_fields[] = {
    {WHOLE(kh_pair_store, capacity_keys, "keys of 256 bit", NOT_GIVEN, "Most that the store holds."), WITHIN(1, 1e12),
     .required = true},
    {WHOLE(kh_pair_store, refill_below_keys, "keys of 256 bit", NOT_GIVEN,
           "Once the store is below this, keys are relayed until it is full."),
     WITHIN(0, 1e12), .fallback_text = "80 % of the capacity"},
    {WHOLE(kh_pair_store, initial_keys, "keys of 256 bit", 0, "In the store at the start."), WITHIN(0, 1e12)},
};
static const kh_schema_table pair_store = {
    .singular = "key_store", .fields = pair_store_fields, .n_fields = COUNT(pair_store_fields)};

static const kh_field call_fields[] = {
    {NUMBER(kh_calls, per_h, "1/h", NOT_GIVEN, "Calls that arrive in an hour, Poisson; with sources: of each one that is idle."),
     ABOVE_TO(0, 1e9), .required = true},
    {NUMBER(kh_calls, mean_s, "s", NOT_GIVEN, "Mean length of a call."), ABOVE_TO(0, 1e9), .required = true},
    {CHOICE(kh_calls, law, KH_LAW_EXPONENTIAL, "Law of the length."), .words = laws},
    {WHOLE(kh_calls, lines, NULL, NOT_GIVEN, "Calls at once; one that finds all taken is blocked."), WITHIN(1, 1e5),
     .required = true},
    {WHOLE(kh_calls, sources, NULL, NOT_GIVEN, "Who calls; each one call at a time."), WITHIN(1, 1e5),
     .fallback_text = "endlessly many"},
    {NUMBER(kh_calls, pad_bps, "bit/s", NOT_GIVEN, "One-time pad that a call uses while it lasts."), ABOVE_TO(0, 1e12),
     .fallback_text = "one key at its start"},
};
static const kh_schema_table calls = {.singular = "calls", .fields = call_fields, .n_fields = COUNT(call_fields)};

static const kh_field transfer_fields[] = {
    {NUMBER(kh_transfer, volume_tb, "TB", NOT_GIVEN, "Data of one transfer, in 10^12 bytes."), ABOVE_TO(0, 1e5), .required = true},
    {NUMBER(kh_transfer, every_h, "h", NOT_GIVEN, "Time between two transfers, its mean if they come at random."), ABOVE_TO(0, 1e6),
     .required = true},
    {NUMBER(kh_transfer, start_h, "h", 0, "periodic: time of the first one; poisson: they come from then on."), WITHIN(0, 1e6)},
    {CHOICE(kh_transfer, rhythm, KH_RHYTHM_PERIODIC, "Whether they come by the clock or at random."), .words = rhythms},
};
static const kh_schema_table transfer = {.singular = "transfer", .fields = transfer_fields, .n_fields = COUNT(transfer_fields)};

static const kh_field demand_fields[] = {
    ID(kh_demand),
    {TEXT(kh_demand, label, "Name for people."), .fallback_text = "the id"},
    {PAIR(kh_demand, between, "The two users of the key."), OF_NODES, .required = true},
    {CHOICE(kh_demand, use, KH_USE_KEY, "Key as such, one-time pad, or keys of AES-256 encryptors."), .words = uses},
    {CHOICE(kh_demand, security, KH_SECURITY_QKD, "Where the key comes from: QKD, QKD with PQC, PQC alone, or pre-shared."),
     .words = securities},
    {NUMBER(kh_demand, rate_bps, "bit/s", NOT_GIVEN, "Key rate asked for."), WITHIN(0, 1e15),
     .fallback_text = "aes-256: from encryptors and rekeying; key and otp must give it"},
    {WHOLE(kh_demand, encryptors, NULL, 1, "aes-256: pairs of encryptors."), WITHIN(1, 1e6)},
    {NUMBER(kh_demand, rekey_s, "s", NOT_GIVEN, "aes-256: time between key changes."), ABOVE_TO(0, 1e9),
     .fallback_text = "by volume only"},
    {NUMBER(kh_demand, rekey_gib, "GiB", NOT_GIVEN, "aes-256: most data under one key; needs data_gbps; the earlier limit counts."),
     ABOVE_TO(0, 1e12), .fallback_text = "by time only"},
    {NUMBER(kh_demand, data_gbps, "Gbit/s", NOT_GIVEN, "Traffic that the keys protect, over all encryptors, one direction."),
     ABOVE_TO(0, 1e9), .fallback_text = "not said"},
    {REFERENCES(kh_demand, over, "Line systems that carry the data, in order."), .noun = "line_systems",
     .target = KH_NOUN_LINE_SYSTEMS, .fallback_text = "the planner finds them"},
    {NUMBER(kh_demand, grace_s, "s", NOT_GIVEN, "aes-256: how long a key may be used beyond its time when no new one comes."),
     WITHIN(0, 1e9), .fallback_text = "as long as its time"},
    {CHOICE(kh_demand, fallback, -1, "aes-256: what protects the data when the time of grace is over; none: they stop."),
     .words = fallbacks, .fallback_text = "pqc with security hybrid, else none"},
    {WHOLE(kh_demand, directions, NULL, 2, "Keys for each change: 1 for both directions together, 2 for one each."), WITHIN(1, 2)},
    {WHOLE(kh_demand, key_bits, "bit", KH_KEY_BITS, "Bits of one key or one request."), WITHIN(1, 1e9)},
    {WHOLE(kh_demand, priority, NULL, 1, "0 is highest and may use the reserve of the stores."), WITHIN(0, 100)},
    {FIELD(kh_demand, "key_store", key_store, KH_FIELD_MAPPING, NULL, 0, "End-to-end store at both users, filled ahead of need."),
     .inner = &pair_store},
    {FIELD(kh_demand, "calls", calls, KH_FIELD_MAPPING, NULL, 0, "key: calls that take key, in place of rate_bps."),
     .inner = &calls},
    {FIELD(kh_demand, "transfer", transfer, KH_FIELD_MAPPING, NULL, 0,
           "aes-256: data that are moved over the lines of `over` at data_gbps, one transfer after the other."),
     .inner = &transfer},
    {TRUTH(kh_demand, required, 1, "With --require the exit status tells when it is not met.")},
    NOTE,
    SOURCED};

const kh_schema_table kh_schema_demand_table = TABLE("demands", "demand", kh_demand, demand_fields, "Users that need key.");

static const kh_field kms_fields[] = {
    {NUMBER(kh_kms, service_ms, "ms", 0, "Mean time that one request takes; others wait for it."), WITHIN(0, 1e9)},
    {CHOICE(kh_kms, law, KH_LAW_FIXED, "Law of that time."), .words = laws},
};
const kh_schema_table kh_schema_kms_table = {.singular = "kms", .fields = kms_fields, .n_fields = COUNT(kms_fields)};

const char *kh_use_name(kh_use use)
{
    return uses[use];
}

const char *kh_security_name(kh_security security)
{
    return securities[security];
}
