/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/fuzz_load.h"

#include "core/net/load.h"

#include <stdbool.h>

/* The first line may be a change to apply, as in "#set fibres.A.length_km 80", "#times ...", "#add ...", "#remove fibres.A". */
static bool read_edit(const uint8_t *data, size_t size, kh_edit *edit, char path[100], char text[100])
{
    static const struct {
        const char *word;
        kh_edit_kind kind;
    } kinds[] = {{"#set ", KH_EDIT_SET}, {"#times ", KH_EDIT_TIMES}, {"#add ", KH_EDIT_ADD}, {"#remove ", KH_EDIT_REMOVE}};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        size_t at = 0, n_path = 0, n_text = 0;
        while (kinds[k].word[at] != '\0' && at < size && data[at] == (uint8_t)kinds[k].word[at])
            at++;
        if (kinds[k].word[at] != '\0')
            continue;
        for (; at < size && data[at] > ' ' && n_path < 99; at++)
            path[n_path++] = (char)data[at];
        for (; at < size && data[at] != '\n' && n_text < 99; at++)
            text[n_text++] = data[at] == '\0' ? ' ' : (char)data[at];
        path[n_path] = text[n_text] = '\0';
        *edit = (kh_edit){.path = path, .kind = kinds[k].kind, .text = text, .number = 1.5};
        return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[100], text[100];
    kh_edit edit;
    bool edited = read_edit(data, size, &edit, path, text);
    kh_findings *findings = kh_findings_create();
    if (findings == NULL)
        return 0;
    kh_net *net = NULL;
    kh_error err = {0};
    kh_status status =
        kh_net_load_text("tests/fuzz/load/input", (const char *)data, size, edited ? &edit : NULL, edited, findings, &net, &err);
    bool consistent = (status == KH_OK) == (net != NULL) && (status == KH_OK) == (kh_findings_count(findings, KH_ERROR) == 0) &&
                      (status == KH_OK || err.status == status);
    kh_str report = {0};
    kh_findings_text(findings, false, &report);
    kh_str_clear(&report);
    kh_net_destroy(net);
    kh_findings_destroy(findings);
    if (!consistent)
        __builtin_trap();
    return 0;
}
