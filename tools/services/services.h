/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_SERVICES_SERVICES_H
#define KH_TOOLS_SERVICES_SERVICES_H

#include "core/net/net.h"
#include "core/net/plan.h"
#include "models/optical/client.h"
#include "solvers/light/spectrum.h"
#include "tools/services/guard.h"
#include "tools/services/light.h"

/** How the data of every demand goes over the line systems: way, regenerations, transceiver mode, wavelengths, spectrum, ports, and
 *  what protects it. Plain data; lives in the arena it was made in. */

/** Carried, or why not; names as in GNPy. */
typedef enum kh_service_state {
    KH_SERVICE_CARRIED,
    KH_SERVICE_NO_PATH,    /**< no line systems lead from end to end */
    KH_SERVICE_NO_SPACING, /**< on one line no mode fits the channel spacing */
    KH_SERVICE_BAD_MODE,   /**< on one line the only mode allowed does not work */
    KH_SERVICE_NO_MODE,    /**< on one line no mode works */
    KH_SERVICE_NO_SPECTRUM /**< a way for the light is there, and what is free on it is not enough */
} kh_service_state;
/** "carried", "NO_PATH", "NO_FEASIBLE_BAUDRATE_WITH_SPACING", "MODE_NOT_FEASIBLE", "NO_FEASIBLE_MODE", "NO_SPECTRUM". */
const char *kh_service_state_name(kh_service_state state);

/** One way to cut the service into wavelengths on a stretch. */
typedef struct kh_service_option {
    const kh_light_mode *light;
    kh_client_map clients;
} kh_service_option;

/** From one transceiver to the next: a stretch of light and the mode chosen on it. */
typedef struct kh_service_section {
    const kh_light_stretch *stretch;
    kh_service_option *options; /**< [n_options], those that work first, the best of them foremost */
    size_t n_options;
    kh_spectrum_slot *slots; /**< [options[0].clients.wavelengths] in rising order; NULL unless carried */
    double free_gbps;        /**< what options[0] could carry in all with the spectrum that was free before this service */
} kh_service_section;

/** Another cut of the service into sections, with fewer wavelengths and more regenerations; no spectrum is taken for it. */
typedef struct kh_service_upgrade {
    kh_service_section *sections;
    size_t n_sections;
    size_t wavelengths; /**< most of any section */
} kh_service_upgrade;

enum { KH_SERVICE_UPGRADES_MAX = 3 };

typedef struct kh_service {
    kh_service_state state;
    kh_service_section *sections; /**< [n_sections] in order; when no mode works: the stretch that fails alone; NO_PATH: none */
    size_t n_sections;
    double length_km, latency_ms; /**< of the whole way; NAN for NO_PATH */
    double capacity_gbps;         /**< the least free_gbps of its sections; 0 when nothing works; NAN when no data is asked */
    size_t regenerations;         /**< places where it is received and sent again */
    size_t transceivers;          /**< two for each wavelength of each section */
    kh_service_upgrade upgrades[KH_SERVICE_UPGRADES_MAX]; /**< [n_upgrades] in the order of falling wavelengths */
    size_t n_upgrades;
    kh_guard guard;
} kh_service;

/** What is left of one line system when all services are there. */
typedef struct kh_service_room {
    double free_ghz, widest_ghz;
    size_t channels;  /**< as wide as the line's narrowest that still fit */
    double left_gbps; /**< these with what a channel of the line carries on average; 0 when no mode works */
} kh_service_room;

typedef struct kh_services {
    kh_service *of; /**< [n] by kh_demand_id; of a demand without data_gbps only the guard is filled */
    size_t n;
    kh_service_room *room; /**< [n_lines] by kh_line_id */
    size_t n_lines;
} kh_services;

/** The node where a section starts. */
kh_node_id kh_service_section_start(const kh_net *net, const kh_service_section *section);
/** Pieces of spectrum that lie apart. 0 without slots. */
size_t kh_service_section_blocks(const kh_service_section *section);
/** The least Shannon limit of its sections, all channels lit at the symbol rate of the chosen modes; 0 when nothing works. */
double kh_service_shannon_gbps(const kh_service *service);

/** True when the demand names data to be carried. */
bool kh_service_is_asked(const kh_demand *demand);

/** Plans all services, the highest priority first, then in the order of the file.
 *
 *  Way      : of the 8 shortest chains of line systems (or `over`) that with fewest regenerations, then fewest km, then fewest
 * lines, on which the spectrum is free. Regeneration is possible wherever two lines meet; between, light passes in the ROADM. Mode
 * : of those that work on a section that with fewest wavelengths, then least spectrum, then largest margin. Spectrum : first fit,
 * one slot for each wavelength as wide as the mode needs and every line's channel spacing, in one block if there is one. Lines that
 * share a fibre with fewer pairs than lines share its spectrum. A slot is taken in both directions.
 *  @param arena  where all of it lives
 *  @return KH_OK, also when nothing is carried; KH_ERANGE, KH_EDATA from the light, the step names the demand; KH_ENOMEM
 *  Cost    : a propagation for each stretch, direction and symbol rate looked at, each once */
kh_status kh_services_plan(const kh_net *net, const kh_rates *rates, const kh_plan *plan, kh_arena *arena, kh_services **services,
                           kh_error *err);

#endif
