/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_CLASSES_H
#define KH_CORE_SIM_SERVICE_CLASSES_H

#include "core/base/status.h"
#include "core/sim/service/policy.h"
#include "core/sim/supply/keystore.h"

/** Who may draw how much from a store (kh_class_options): class 0 everything, class c of n all but c / (n - 1) of the reserve; and
 *  below which level of a store a request of a class is not admitted. Shares are held in 1/65536, so that levels stay integers. */
typedef struct kh_classes {
    uint32_t n;
    bool limits_admission;
    uint32_t kept[KH_MOST_CLASSES];     /**< share of the reserve that is out of reach */
    uint32_t admitted[KH_MOST_CLASSES]; /**< share of the capacity below which nothing is admitted */
} kh_classes;

/** @return KH_OK; KH_ERANGE */
kh_status kh_classes_init(kh_classes *classes, const kh_class_options *options, kh_error *err);

/** The class of a priority. @param priority as in the topology; not a number: the highest */
uint32_t kh_classes_of(const kh_classes *classes, double priority);

/** share / 65536 of the bits, cut to whole bits, without overflow. */
static inline int64_t kh_classes_part(int64_t bits, uint32_t share)
{
    return (bits >> 16) * share + (((bits & 0xffff) * share) >> 16);
}

/** Bits of the reserve that are out of reach for a class. */
static inline int64_t kh_classes_kept(const kh_classes *classes, const kh_keystore *store, uint32_t rank)
{
    return kh_classes_part(store->reserve, classes->kept[rank]);
}

/** True when a request of the class can take so many bits. */
static inline bool kh_classes_may_take(const kh_classes *classes, const kh_keystore *store, int64_t bits, uint32_t rank)
{
    return store->level - kh_classes_kept(classes, store, rank) >= bits;
}

/** True when the store is not too low for a new request of the class. */
static inline bool kh_classes_admit(const kh_classes *classes, const kh_keystore *store, uint32_t rank)
{
    return !classes->limits_admission || store->level >= kh_classes_part(store->capacity, classes->admitted[rank]);
}

#endif
