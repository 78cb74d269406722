/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replaced by the first file of this room */
typedef int kh_empty_models;
