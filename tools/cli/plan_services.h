/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_PLAN_SERVICES_H
#define KH_TOOLS_CLI_PLAN_SERVICES_H

#include "tools/study/pipeline.h"

/** Appends two tables: the services, and what they leave of the lines' spectrum. Nothing when no demand names data. */
void cli_services_text(const kh_pipeline *pipeline, kh_str *out);

#endif
