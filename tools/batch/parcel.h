/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_BATCH_PARCEL_H
#define KH_TOOLS_BATCH_PARCEL_H

#include "core/base/findings.h"
#include "core/base/str.h"
#include "core/run/run.h"

/** What a case left, as bytes between two processes of one program on one machine (native byte order; no file format). */
typedef struct kh_parcel {
    kh_status status;
    const char *message, *steps; /**< of the error; "" for KH_OK */
    const kh_run_case *run_case; /**< NULL when there is none */
} kh_parcel;

/** Appends the parcel and all @p findings. */
void kh_parcel_pack(const kh_parcel *parcel, const kh_findings *findings, kh_str *out);
/** Reads it back into @p arena and adds its findings to @p findings (without their excerpts).
 *  @return KH_OK; KH_EINTERNAL when the bytes are no parcel; KH_ENOMEM; on failure outputs may hold a part of the findings */
kh_status kh_parcel_unpack(const char *data, size_t length, kh_arena *arena, kh_findings *findings, kh_parcel *parcel,
                           kh_error *err);

#endif
