/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/reference/reference.h"

#include "models/reference/reference_rows.h"

#include <string.h>

static const kh_reference_model *const families[] = {
    kh_reference_bounds,  kh_reference_bb84,  kh_reference_bbm92, kh_reference_cv,
    kh_reference_relayed, kh_reference_space, kh_reference_raman,
};

static const kh_reference_model *find_model(const char *name)
{
    for (size_t family = 0; family < sizeof families / sizeof families[0]; family++)
        for (const kh_reference_model *model = families[family]; model->name != NULL; model++)
            if (strcmp(model->name, name) == 0)
                return model;
    return NULL;
}

kh_status kh_reference_qkd(const char *name, const kh_json *inputs, double *computed, bool *known, kh_error *err)
{
    const kh_reference_model *model = find_model(name);
    if (model != NULL) {
        double value;
        kh_status status = model->compute(inputs, &value, err);
        if (status != KH_OK)
            return kh_while(err, status, "model '%s'", name);
        *computed = value;
    }
    *known = model != NULL;
    return KH_OK;
}
