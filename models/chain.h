/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_CHAIN_H
#define KH_MODELS_CHAIN_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "models/optical.h"

/** A line as text: the grammar of the optical reference tables.
 *
 *      chain   = item { " " item }
 *      item    = element | count "x[" chain "]"            count 1..10000, brackets at most 8 deep, 100000 elements in all
 *      element = "F(km=80,att=0.2,D=16.7,Aeff=83,pmd=0.04,ci=0.5,co=0.3)"   fibre: km, att in dB/km, D in ps/(nm km), Aeff in um2;
 *                                                          optional S in ps/(nm2 km), pmd in ps/sqrt(km), connectors ci, co in dB
 *              | "E(g=16,nf=5)"                            amplifier: gain dB and noise figure dB; optional gmin, gflat, pmax
 * (dBm); nf=vg(NFmin,NFmax) variable gain, nf=or(c3,c2,c1,c0) OpenROADM in-line | "R(add,tgt=-20,ado=38,pmd=1,pdl=0.5)"     ROADM
 * add, express or drop; tgt dBm a channel; optional ado, pmd, pdl, maxloss
 *
 *  Strict: an unknown, missing or doubled key, a word for a number, infinity, anything left over is KH_EDATA with the column (from
 * 1) and, where one is near, the word that was meant. A value outside its physical range is found by kh_optical_run().
 *  @param arena  where the elements live
 *  @return KH_OK; KH_EDATA; KH_ELIMIT; KH_ENOMEM; on failure *chain is as before */
kh_status kh_chain_parse(const char *text, kh_arena *arena, kh_optical_chain *chain, kh_error *err);

/** The channel plan beside a chain: each text is one value for all channels or one a channel, separated by blanks.
 *  freq_thz may also be "191.35:50GHz:76": first centre, step, count. */
typedef struct kh_chain_comb_text {
    const char *freq_thz, *slot_ghz, *baud_gbd, *launch_dbm;
} kh_chain_comb_text;

/** @return KH_OK; KH_EDATA naming the column of the table; KH_ERANGE as kh_optical_comb_check(); KH_ENOMEM */
kh_status kh_chain_comb_parse(const kh_chain_comb_text *text, kh_arena *arena, kh_optical_comb *comb, kh_error *err);

#endif
