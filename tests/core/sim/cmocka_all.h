/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_CORE_SIM_CMOCKA_ALL_H
#define KH_TESTS_CORE_SIM_CMOCKA_ALL_H

/* cmocka wants these before itself, in this order */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
