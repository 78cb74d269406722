/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_RANGE_H
#define KH_MODELS_OPTICAL_OPTICAL_RANGE_H

#include "core/base/status.h"

/** KH_ERANGE "<name> is <value>, must be in [low, high]" unless it is; NAN is outside. */
kh_status kh_optical_range_check(const char *name, double value, double low, double high, kh_error *err);

#endif
