/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/schema_net.h"
#include "tools/cli/cli.h"

int cmd_schema(int argc, char **argv)
{
    bool reference = false, finished = false;
    const cli_option options[] = {{.name = "reference",
                                   .kind = CLI_FLAG,
                                   .target = &reference,
                                   .help = "every key with unit, range and default, as Markdown"}};
    const cli_usage usage = {.examples = "  keyhaul schema > keyhaul.schema.json     # for an editor's YAML completion\n"
                                         "  keyhaul schema --reference | less",
                             .line = "keyhaul schema [options]",
                             .about = "The JSON Schema (draft-07) of a topology, from the same table that loads it.",
                             .options = options,
                             .n_options = sizeof options / sizeof options[0]};
    kh_error err = {0};
    kh_status status = cli_parse(&usage, argc, argv, NULL, &finished, &err);
    if (status != KH_OK || finished)
        return cli_print_error(&err, status);
    kh_str out = {0};
    if (reference)
        kh_net_schema_reference(&out);
    else
        status = kh_net_schema_json(&out, &err);
    if (status == KH_OK)
        status = cli_write(NULL, &out, &err);
    kh_str_clear(&out);
    return cli_print_error(&err, status);
}
