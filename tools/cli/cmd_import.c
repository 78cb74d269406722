/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"
#include "tools/import/import.h"

static const size_t MOST_MEMORY = (size_t)2 << 30;

static kh_status import(const char *format, const kh_import_input *input, const char *output, kh_findings *findings,
                        kh_arena *arena, kh_error *err)
{
    kh_imported imported = {0};
    KH_TRY(kh_import_read(format, input, arena, findings, &imported, err));
    kh_str text = {0};
    kh_str_append_n(&text, imported.yaml, imported.length);
    kh_status status = cli_write(output, &text, err);
    kh_str_clear(&text);
    return status;
}

static int run(const char *format, const kh_import_input *input, const char *output)
{
    kh_error err = {0};
    kh_findings *findings = kh_findings_create();
    kh_arena *arena = kh_arena_create(MOST_MEMORY);
    kh_status status = findings == NULL || arena == NULL ? kh_fail(&err, KH_ENOMEM, "out of memory")
                                                         : import(format, input, output, findings, arena, &err);
    if (findings != NULL)
        cli_print_findings(findings);
    kh_findings_destroy(findings);
    kh_arena_destroy(arena);
    return cli_print_error(&err, status);
}

int cmd_import(int argc, char **argv)
{
    const char *equipment = NULL, *services = NULL, *output = NULL;
    bool finished = false;
    const cli_option options[] = {
        {.name = "equipment",
         .letter = 'e',
         .kind = CLI_TEXT,
         .target = &equipment,
         .argument = "FILE",
         .help = "gnpy: the equipment library that the topology was made for"},
        {.name = "services",
         .kind = CLI_TEXT,
         .target = &services,
         .argument = "FILE",
         .help = "gnpy: requests, which become demands for data without QKD"},
        {.name = "output",
         .letter = 'o',
         .kind = CLI_TEXT,
         .target = &output,
         .argument = "FILE",
         .help = "default: standard output"},
    };
    const cli_usage usage = {
        .examples = "  keyhaul import gnpy mesh_designed.json -e eqpt_config.json -o mesh.yaml\n"
                    "  keyhaul import qpi tests/ref/instances/gen20-100-s1.qpi -o gen20.yaml\n"
                    "  keyhaul check mesh.yaml\n"
                    "  keyhaul rates mesh.yaml --path Brest_KLA,Vannes_KBE",
        .line = "keyhaul import FORMAT FILE [options]",
        .about = "A network of another program as a topology of Keyhaul. Formats: gnpy, the topology JSON of GNPy;\n"
                 "qpi, instances of planning problems (tools/import/qpi.h): nodes, edges with rates, demands.\n"
                 "The file that comes out passes `keyhaul check`; comments at its top, and warnings here, say what\n"
                 "was left out or assumed. Give GNPy's network after its design (gnpy-transmission-example\n"
                 "--save-network) to get its results: what is not in the file is not designed here.",
        .options = options,
        .n_options = sizeof options / sizeof options[0],
        .n_files = 2};
    const char *files[2] = {NULL, NULL};
    kh_error err = {0};
    kh_status status = cli_parse(&usage, argc, argv, files, &finished, &err);
    if (status != KH_OK || finished)
        return cli_print_error(&err, status);
    return run(files[0], &(kh_import_input){.path = files[1], .equipment = equipment, .services = services}, output);
}
