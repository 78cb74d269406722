/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"
#include "tools/cli/design_sites.h"

int cmd_design(int argc, char **argv)
{
    return cli_design_sites(argc, argv);
}
