/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"

#include <stdlib.h>

kh_status cli_mps_open(const char *path, cli_mps *mps, kh_error *err)
{
    *mps = (cli_mps){.path = path};
    if (path == NULL)
        return KH_OK;
    mps->file = open_memstream(&mps->text.data, &mps->text.length);
    return mps->file != NULL ? KH_OK : kh_fail(err, KH_ENOMEM, "no memory for the program to be written");
}

kh_status cli_mps_close(cli_mps *mps, kh_status status, kh_error *err)
{
    if (mps->file == NULL)
        return status;
    bool whole = fclose(mps->file) == 0;
    if (status == KH_OK && !whole)
        status = kh_fail(err, KH_ENOMEM, "no memory for the program to be written");
    if (status == KH_OK && mps->text.length == 0)
        status = kh_fail(err, KH_EUSAGE, "--mps: nothing asked for here takes a program, so there is none to write");
    if (status == KH_OK)
        status = cli_write(mps->path, &mps->text, err);
    free(mps->text.data);
    *mps = (cli_mps){0};
    return status;
}
