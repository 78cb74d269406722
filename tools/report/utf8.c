/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/utf8.h"

/* Bytes of the character that starts with this byte, 0 when none does. */
static size_t length_of(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

size_t kh_utf8_next(const char *text, uint32_t *code)
{
    static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = length_of((unsigned char)*text);
    *code = KH_UTF8_BAD;
    if (length == 0)
        return 1;
    uint32_t value = length == 1 ? (unsigned char)*text : (unsigned char)*text & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            return 1;
        value = value << 6 | ((unsigned char)text[i] & 0x3fu);
    }
    if (value < lowest[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return 1;
    *code = value;
    return length;
}

size_t kh_utf8_length(const char *text)
{
    size_t n = 0;
    uint32_t code = 0;
    for (; *text != '\0'; n++)
        text += kh_utf8_next(text, &code);
    return n;
}
