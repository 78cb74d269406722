/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_CHAIN_H
#define KH_MODELS_OPTICAL_CHAIN_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "models/optical/optical.h"

/** A line as text: the grammar of the optical reference tables.
 *
 *      chain   = item { " " item }
 *      item    = element | count "x[" chain "]"
 *      element = "F(km=80,att=0.2,D=16.7,Aeff=83,pmd=0.04,ci=0.5,co=0.3)"
 *              | "E(g=16,nf=5,gmin=15,gflat=26,pmax=23)"
 *              | "R(add,tgt=-20,ado=38,pmd=1,pdl=0.5,maxloss=16)"
 *              | "L(db=1)"
 *
 *  - count 1 to 2000; brackets at most 8 deep; at most 2000 elements in all.
 *  - F, a fibre: km, att in dB/km, D in ps/(nm km), Aeff in um2; optional S in ps/(nm2 km), pmd in ps/sqrt(km), connectors ci and
 *    co in dB.
 *  - E, an amplifier: gain g and noise figure nf in dB; optional gmin and gflat in dB, pmax in dBm, tilt, attenuator voa behind it
 *    and pdl in dB, pmd in ps. The noise figure is a number, vg(at full gain,at least gain), or(c3,c2,c1,c0), pre, none, or for two
 *    stages ds(noise,gmin,gflat,noise,gmin,gflat): see kh_optical_noise.
 *  - R, a ROADM, add, express or drop: tgt in dBm a channel, or psd in mW a GHz of symbol rate, or pss in mW a GHz of slot;
 *    optional ado in dB, for express ones exo in dB instead, pmd in ps, pdl and maxloss in dB.
 *  - L, a loss of db.
 *
 *  Strict: an unknown, missing or doubled key, a word for a number, infinity, anything left over is KH_EDATA with the column,
 *  from 1, and, where one is near, the word that was meant. Values outside their physical range are found by kh_optical_run().
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
