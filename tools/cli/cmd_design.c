/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"
#include "tools/cli/design_modules.h"
#include "tools/cli/design_sites.h"

#include <string.h>

int cmd_design(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--sites") == 0)
            return cli_design_sites(argc, argv);
    return cli_design_modules(argc, argv);
}
