/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_PLAN_TEXT_H
#define KH_TOOLS_CLI_PLAN_TEXT_H

#include "tools/study/pipeline.h"

/** Prints a plan for people: rates of the demands, tight links, services, and each demand in words. */
kh_status cli_plan_text(const kh_pipeline *pipeline, kh_error *err);

#endif
