/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/policy.h"

#include <string.h>

static const char *const routing_names[] = {"plan", "shortest", "adaptive", "restore"};
static const char *const admission_names[] = {"none", "level"};

enum {
    N_ROUTING = sizeof routing_names / sizeof routing_names[0],
    N_ADMISSION = sizeof admission_names / sizeof admission_names[0]
};

static int find(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

const char *kh_routing_policy_name(kh_routing_policy policy)
{
    return routing_names[policy];
}

bool kh_routing_policy_find(const char *name, kh_routing_policy *policy)
{
    int found = find(routing_names, N_ROUTING, name);
    if (found >= 0)
        *policy = (kh_routing_policy)found;
    return found >= 0;
}

const char *kh_admission_name(kh_admission admission)
{
    return admission_names[admission];
}

bool kh_admission_find(const char *name, kh_admission *admission)
{
    int found = find(admission_names, N_ADMISSION, name);
    if (found >= 0)
        *admission = (kh_admission)found;
    return found >= 0;
}
