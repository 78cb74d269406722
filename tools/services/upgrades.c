/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/services/upgrades.h"

#include "tools/services/sections.h"

static size_t most_wavelengths(const kh_service_section *sections, size_t n)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++)
        if (sections[i].options[0].clients.wavelengths > most)
            most = sections[i].options[0].clients.wavelengths;
    return most;
}

static kh_status find_one(kh_light *light, const kh_upgrades_ask *ask, size_t limit, kh_arena *arena, kh_sections *best,
                          kh_error *err)
{
    best->n = 0;
    for (size_t i = 0; i < ask->n_ways; i++) {
        kh_sections cut;
        KH_TRY(kh_sections_cut(light, &(kh_sections_ask){ask->ways[i], ask->data_gbps, limit}, arena, &cut, err));
        if (cut.state == KH_SERVICE_CARRIED && (best->n == 0 || cut.n < best->n))
            *best = cut;
    }
    return KH_OK;
}

kh_status kh_upgrades_find(kh_light *light, const kh_upgrades_ask *ask, kh_arena *arena, kh_service *service, kh_error *err)
{
    size_t now = most_wavelengths(service->sections, service->n_sections);
    while (now > 1 && service->n_upgrades < KH_SERVICE_UPGRADES_MAX) {
        kh_sections better;
        KH_TRY(find_one(light, ask, now - 1, arena, &better, err));
        if (better.n == 0)
            break;
        now = most_wavelengths(better.sections, better.n);
        service->upgrades[service->n_upgrades++] = (kh_service_upgrade){better.sections, better.n, now};
    }
    return KH_OK;
}
