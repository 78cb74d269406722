/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_SOLVERS_HOSTILE_H
#define KH_TESTS_SOLVERS_HOSTILE_H

#include "tests/solvers/builder.h"

/** What makes a small network nasty; any of them may come together. */
typedef enum kh_hostile_trait {
    KH_HOSTILE_PARALLEL = 1 << 0,   /**< every other link repeats the one before */
    KH_HOSTILE_LOOPS = 1 << 1,      /**< links from a node to itself */
    KH_HOSTILE_DEAD = 1 << 2,       /**< links without key */
    KH_HOSTILE_RANGE = 1 << 3,      /**< rates of 1e-12 and 1e12 bit/s beside ordinary ones */
    KH_HOSTILE_SPLIT = 1 << 4,      /**< two islands */
    KH_HOSTILE_UNTRUSTED = 1 << 5,  /**< a third of the nodes do not relay */
    KH_HOSTILE_PASSIVE = 1 << 6,    /**< switches and amplifiers among the nodes */
    KH_HOSTILE_NEIGHBOURS = 1 << 7, /**< demands between the ends of links */
    KH_HOSTILE_TWINS = 1 << 8,      /**< demands that repeat one before, some the other way round */
    KH_HOSTILE_EQUAL = 1 << 9,      /**< all rates and requests the same */
    KH_HOSTILE_QUIET = 1 << 10,     /**< demands that ask for nothing or for no key of QKD */
    KH_HOSTILE_TRAITS = 11          /**< how many */
} kh_hostile_trait;

/** A network of at most 12 nodes, 24 links and 14 demands, drawn with any mixture of traits; one node or no demand now and then.
 *  Links have a device with a price, fibres and nodes have costs, so that every field of a plan has something to say.
 *  @param[out] traits  may be NULL */
kh_builder kh_hostile_draw(uint64_t seed, unsigned *traits);

#endif
