/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/rates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_limit_has_its_own_phrase(void **state)
{
    (void)state;
    for (int a = KH_LIMIT_NONE; a <= KH_LIMIT_NO_MODEL; a++) {
        assert_string_not_equal(kh_limit_text((kh_limit)a), "unknown");
        for (int b = a + 1; b <= KH_LIMIT_NO_MODEL; b++)
            assert_string_not_equal(kh_limit_text((kh_limit)a), kh_limit_text((kh_limit)b));
    }
    assert_string_equal(kh_limit_text((kh_limit)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_limit_has_its_own_phrase)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
