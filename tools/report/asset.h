/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_ASSET_H
#define KH_TOOLS_REPORT_ASSET_H

#include <stddef.h>

/** Files that are built into the program (embed.cmake makes the arrays). */
typedef struct kh_asset {
    const char *text; /**< length bytes and a closing NUL */
    size_t length;
} kh_asset;

extern const kh_asset kh_asset_css;   /**< assets/report.css */
extern const kh_asset kh_asset_js;    /**< assets/report.js */
extern const kh_asset kh_asset_coast; /**< data/coast.txt: see coast.h */

#endif
