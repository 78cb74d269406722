/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/run_files.h"

#include "core/base/units.h"
#include "core/text/file.h"
#include "core/text/json.h"
#include "tools/cli/cli.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const size_t MOST_BYTES = (size_t)1 << 30;

static kh_json *line_of(const kh_note *note)
{
    kh_json *line = kh_json_object();
    kh_json_set(line, "t_s", kh_json_number(kh_s_from_ns(note->time)));
    kh_json_set(line, "what", kh_json_text(note->what));
    for (size_t i = 0; i < note->n_fields; i++) {
        const kh_note_field *field = &note->fields[i];
        kh_json_set(line, field->key, field->text != NULL ? kh_json_text(field->text) : kh_json_number(field->number));
    }
    return line;
}

static void write_note(void *user, const kh_note *note)
{
    cli_run_files *files = user;
    kh_str text = {0};
    kh_json *line = line_of(note);
    if (kh_json_write(line, 0, &text, NULL) != KH_OK)
        files->trace_why = kh_status_text(KH_ENOMEM);
    else if (fprintf(files->trace_file, "%s\n", kh_str_text(&text)) < 0 && files->trace_why == NULL)
        files->trace_why = strerror(errno);
    kh_str_clear(&text);
    kh_json_destroy(line);
}

/* The path with the day for "{day}". */
static void name_checkpoint(const char *pattern, double day, kh_str *out)
{
    static const char mark[] = "{day}";
    const char *at = strstr(pattern, mark);
    if (at == NULL) {
        kh_str_append(out, pattern);
        return;
    }
    kh_str_append_n(out, pattern, (size_t)(at - pattern));
    kh_str_printf(out, "%g%s", floor(day * 1e3) / 1e3, at + strlen(mark));
}

static kh_status keep(void *user, const kh_sim_checkpoint *checkpoint, kh_error *err)
{
    const cli_run_files *files = user;
    kh_str path = {0}, bytes = {0};
    name_checkpoint(files->checkpoint, kh_s_from_ns(checkpoint->time) / KH_S_PER_DAY, &path);
    kh_str_append_n(&bytes, (const char *)checkpoint->bytes, checkpoint->n);
    kh_status status = path.failed ? kh_fail(err, KH_ENOMEM, "out of memory") : cli_write(kh_str_text(&path), &bytes, err);
    kh_str_clear(&bytes);
    kh_str_clear(&path);
    return status;
}

static kh_status open_trace(cli_run_files *files, kh_sim_options *sim, kh_error *err)
{
    files->trace_file = fopen(files->trace, "w");
    if (files->trace_file == NULL)
        return kh_fail(err, KH_EWRITE, "cannot write '%s': %s", files->trace, strerror(errno));
    files->journal = (kh_journal){.write = write_note,
                                  .user = files,
                                  .from = kh_ns_from_s(files->trace_from_days * KH_S_PER_DAY),
                                  .to = kh_ns_from_s(files->trace_to_days * KH_S_PER_DAY)};
    sim->journal = &files->journal;
    return KH_OK;
}

kh_status cli_run_files_open(cli_run_files *files, kh_sim_options *sim, kh_error *err)
{
    if (files->resume != NULL) {
        char *text = NULL;
        KH_TRY(kh_file_read(files->resume, MOST_BYTES, files->arena, &text, &files->checkpoints.n_resume, err));
        files->checkpoints.resume = (const uint8_t *)text;
        sim->checkpoints = &files->checkpoints;
    }
    if (files->checkpoint != NULL) {
        files->checkpoints.every_s = files->checkpoint_every_days * KH_S_PER_DAY;
        files->checkpoints.keep = keep;
        files->checkpoints.user = files;
        sim->checkpoints = &files->checkpoints;
    }
    return files->trace != NULL ? open_trace(files, sim, err) : KH_OK;
}

kh_status cli_run_files_close(cli_run_files *files, kh_status status, kh_error *err)
{
    if (files->trace_file == NULL)
        return status;
    if (fclose(files->trace_file) != 0 && files->trace_why == NULL)
        files->trace_why = strerror(errno);
    files->trace_file = NULL;
    if (status == KH_OK && files->trace_why != NULL)
        return kh_fail(err, KH_EWRITE, "cannot write '%s': %s", files->trace, files->trace_why);
    return status;
}
