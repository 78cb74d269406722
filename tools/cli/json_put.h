/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_JSON_PUT_H
#define KH_TOOLS_CLI_JSON_PUT_H

#include "core/text/json.h"

/** Members of an object; a missing number or text is null. */
static inline void set_number(kh_json *object, const char *key, double number)
{
    kh_json_set(object, key, kh_json_number(number));
}

static inline void set_text(kh_json *object, const char *key, const char *text)
{
    kh_json_set(object, key, kh_json_text(text));
}

#endif
