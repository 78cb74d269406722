/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_HTML_H
#define KH_TOOLS_REPORT_HTML_H

#include "core/base/str.h"
#include "tools/report/grid.h"
#include "tools/report/verdict.h"

/** Pieces of a page that is HTML and well-formed XML at once: every element closed, every text escaped. */

/** Text for element content and for attribute values in double quotes. Bytes that are no UTF-8 and characters that XML forbids
 *  become U+FFFD. NULL writes nothing. */
void kh_html_text(kh_str *out, const char *text);

/** <name class="...">text</name>; class_name may be NULL. Both names are written as they are. */
void kh_html_element(kh_str *out, const char *name, const char *class_name, const char *text);

/** A table in a box that scrolls by itself; columns without any text are left out. At most @p most_rows rows, and a line that says
 *  how many there are; 0 = all. */
void kh_html_grid(kh_str *out, const kh_grid *grid, size_t most_rows);

void kh_html_tiles(kh_str *out, const kh_tile tiles[KH_TILES]);

#endif
