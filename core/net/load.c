/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/load.h"

#include "core/net/loader.h"
#include "core/text/file.h"

#include <string.h>

enum { MOST_GUESSES = 25 };

static kh_status out_of_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "out of memory while reading the topology");
}

static kh_status copy_header(kh_loader *l, kh_error *err)
{
    kh_net *net = l->net;
    kh_str list = {0};
    for (size_t i = 0; i < l->sources.n_files; i++)
        kh_str_printf(&list, "%s\n", l->sources.files[i].path);
    net->source_path_list = list.failed ? NULL : kh_arena_strdup(net->arena, kh_str_text(&list));
    kh_str_clear(&list);
    net->name = kh_arena_strdup(net->arena, l->sources.name != NULL ? l->sources.name : net->path);
    net->description = kh_arena_strdup(net->arena, l->sources.description);
    if (net->source_path_list == NULL || net->name == NULL || (net->description == NULL && l->sources.description != NULL))
        return out_of_memory(err);
    kh_sha256_end(&l->sources.hash, net->input_hash);
    return KH_OK;
}

static kh_status run(kh_loader *l, const kh_load *load, kh_error *err)
{
    KH_TRY(kh_sources_read(&l->sources, l->net->path, load->text, load->length, err));
    KH_TRY(kh_loader_read_records(l, err));
    KH_TRY(kh_loader_edit(l, load->edits, load->n_edits, err));
    KH_TRY(kh_loader_resolve(l, err));
    kh_loader_check(l);
    return copy_header(l, err);
}

kh_status kh_load_in(const kh_load *load, kh_net **net, kh_error *err)
{
    size_t errors_before = kh_findings_count(load->findings, KH_ERROR);
    kh_loader l = {.scratch = load->scratch, .findings = load->findings, .guesses_left = MOST_GUESSES};
    l.net = KH_NEW(load->arena, kh_net, 1);
    if (l.net == NULL)
        return out_of_memory(err);
    l.net->arena = load->arena;
    l.net->path = kh_arena_strdup(load->arena, load->name);
    if (l.net->path == NULL)
        return out_of_memory(err);
    l.sources = kh_sources_start(load->scratch, load->arena, load->findings);
    kh_status status = run(&l, load, err);
    for (size_t i = 0; i < l.sources.n_files; i++)
        kh_findings_quote(load->findings, l.sources.files[i].path, l.sources.files[i].text, l.sources.files[i].length);
    size_t errors = kh_findings_count(load->findings, KH_ERROR) - errors_before;
    if (status == KH_OK && errors > 0)
        status = kh_fail(err, KH_EDATA, "'%s' has %zu error%s", load->name, errors, errors == 1 ? "" : "s");
    if (status == KH_OK)
        *net = l.net;
    return status;
}

kh_status kh_net_load_text(const char *name, const char *text, size_t length, const kh_edit *edits, size_t n_edits,
                           kh_findings *findings, kh_net **net, kh_error *err)
{
    kh_load load = {.name = name, .text = text, .length = length, .edits = edits, .n_edits = n_edits, .findings = findings};
    load.arena = kh_arena_create(0);
    load.scratch = kh_arena_create(0);
    kh_status status = load.arena == NULL || load.scratch == NULL ? out_of_memory(err) : kh_load_in(&load, net, err);
    kh_arena_destroy(load.scratch);
    if (status != KH_OK)
        kh_arena_destroy(load.arena);
    return status;
}

kh_status kh_net_load(const char *path, const kh_edit *edits, size_t n_edits, kh_findings *findings, kh_net **net, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return out_of_memory(err);
    char *text = NULL;
    size_t length = 0;
    kh_error why = {0};
    kh_status status = kh_file_read(path, KH_YAML_LARGEST, arena, &text, &length, &why);
    if (status == KH_OK)
        status = kh_net_load_text(path, text, length, edits, n_edits, findings, net, err);
    else {
        if (status != KH_ENOMEM)
            kh_findings_add(findings, KH_ERROR, (kh_place){.file = path}, NULL, "%s", why.message);
        status = kh_fail(err, status, "%s", why.message);
    }
    kh_arena_destroy(arena);
    return status;
}
