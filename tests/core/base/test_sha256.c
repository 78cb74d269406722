/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect_hash(const char *text, size_t repeat, const char *expected)
{
    kh_sha256 sha = kh_sha256_start();
    for (size_t i = 0; i < repeat; i++)
        kh_sha256_add(&sha, text, strlen(text));
    char hex[65];
    kh_sha256_end(&sha, hex);
    assert_string_equal(hex, expected);
}

/* Examples of FIPS 180-4 (NIST). */
static void the_standards_examples_come_out(void **state)
{
    (void)state;
    expect_hash("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_hash("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    expect_hash("a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void it_does_not_matter_how_the_data_come_in(void **state)
{
    (void)state;
    char data[300], whole[65], parts[65];
    memset(data, 'q', sizeof data);
    for (size_t size = 0; size < sizeof data; size++) {
        kh_sha256 a = kh_sha256_start(), b = kh_sha256_start();
        kh_sha256_add(&a, data, size);
        kh_sha256_end(&a, whole);
        kh_sha256_add(&b, data, size / 3);
        kh_sha256_add(&b, data, size - size / 3);
        kh_sha256_end(&b, parts);
        assert_string_equal(whole, parts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standards_examples_come_out),
        cmocka_unit_test(it_does_not_matter_how_the_data_come_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
