/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/tuner.h>

G_BEGIN_DECLS

/* Where a scan begins. Each function appends HearthTunerParams to an array. */

#define HEARTH_SCAN_TABLE_MAX 2000u /* multiplexes of one file */

/* A file of dtv-scan-tables: the DVBv5 form ("[CHANNEL]", "KEY = value"), or the older one of one line a multiplex ("C 306000000
 * 6900000 NONE QAM256"). What is not understood in an entry is automatic; an entry without system or frequency is passed over.
 * Pure: @text of any bytes. Returns how many were added. */
guint hearth_scan_table_parse (GArray *list, const char *text, gsize n_bytes);
/* Errors: IO, NOT_FOUND, CORRUPT for a file without a single multiplex. */
gboolean hearth_scan_table_load (GArray *list, const char *path, GError **error);

/* All channels of the usual rasters for these systems (bits as in HearthTunerInfo), the most used first; satellites have none. */
void hearth_scan_raster_append (GArray *list, guint32 systems);

G_END_DECLS
