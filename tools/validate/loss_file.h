/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_VALIDATE_LOSS_FILE_H
#define KH_TOOLS_VALIDATE_LOSS_FILE_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/text/json.h"

/** A row may name a file beside its table, or in a folder there: "loss_file", the loss of a satellite pass. Each line is
 * time_s,elevation,transmittance; further columns and lines that start with # are passed over (the format of SatQuMA). The models
 * read no files: the numbers are added to the row's inputs as loss_time_s and loss_transmittance.
 *
 *  @param table  path of the table
 *  @return KH_OK, also without loss_file; KH_ENOINPUT; KH_EDATA for a line without numbers; KH_ELIMIT above 1 MiB; KH_ENOMEM */
kh_status kh_loss_file_add(const char *table, kh_arena *arena, kh_json *inputs, kh_error *err);

#endif
