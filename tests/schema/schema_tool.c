/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What validate.mjs compares: without arguments, the JSON Schema; with --load, "ok" or "refused" for each line of standard input,
 * which holds one topology as JSON (every JSON text is YAML). */
#include "core/net/load.h"
#include "core/net/schema_net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_schema(void)
{
    kh_str out = {0};
    kh_status status = kh_net_schema_json(&out, NULL);
    (void)fputs(kh_str_text(&out), stdout);
    kh_str_clear(&out);
    return status == KH_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void load_line(const char *line, size_t length)
{
    kh_findings *findings = kh_findings_create();
    kh_net *net = NULL;
    kh_status status = findings == NULL ? KH_ENOMEM : kh_net_load_text("line", line, length, NULL, 0, findings, &net, NULL);
    (void)puts(status == KH_OK ? "ok" : status == KH_EDATA ? "refused" : "failed");
    kh_net_destroy(net);
    kh_findings_destroy(findings);
}

int main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--load") != 0)
        return print_schema();
    char *line = NULL;
    size_t capacity = 0;
    for (ssize_t length = getline(&line, &capacity, stdin); length >= 0; length = getline(&line, &capacity, stdin))
        load_line(line, (size_t)length);
    free(line);
    return EXIT_SUCCESS;
}
