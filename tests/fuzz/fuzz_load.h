/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_FUZZ_FUZZ_LOAD_H
#define KH_TESTS_FUZZ_FUZZ_LOAD_H

#include <stddef.h>
#include <stdint.h>

/** The entry point that libFuzzer and the smoke test share: loads the bytes as a topology and traps when the outcome contradicts
 *  itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
