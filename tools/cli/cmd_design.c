/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"
#include "tools/cli/design_modules.h"
#include "tools/cli/design_sites.h"

#include <string.h>

/* Each of the two has its own options; those of the other are known by name, so that nobody is sent to a similar one. */
static const char *const of_sites[] = {"step",    "reach",  "fewest",   "two-disjoint", "pairs-a-fibre",
                                       "horizon", "growth", "discount", "rolling",      NULL};
static const char *const of_modules[] = {"theta", "pareto", "by", "protect", NULL};

static bool is_option(const char *argument, const char *name)
{
    size_t n = strlen(name);
    return strncmp(argument, "--", 2) == 0 && strncmp(&argument[2], name, n) == 0 &&
           (argument[2 + n] == '\0' || argument[2 + n] == '=');
}

static const char *first_of(int argc, char **argv, const char *const *names)
{
    for (int i = 1; i < argc; i++)
        for (size_t j = 0; names[j] != NULL; j++)
            if (is_option(argv[i], names[j]))
                return names[j];
    return NULL;
}

int cmd_design(int argc, char **argv)
{
    kh_error err = {0};
    bool sites = first_of(argc, argv, (const char *const[]){"sites", NULL}) != NULL;
    const char *stray = first_of(argc, argv, sites ? of_modules : of_sites);
    if (stray != NULL)
        return cli_print_error(&err, kh_fail(&err, KH_EUSAGE, "--%s %s --sites", stray, sites ? "does not go with" : "goes with"));
    return sites ? cli_design_sites(argc, argv) : cli_design_modules(argc, argv);
}
