/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ring/hearth-ring.h"

G_BEGIN_DECLS

/* Where in a ring a recording begins: at the tables before the random access point that is wanted, so that any player sees the
 * first picture. */

/* @from_us: HEARTH_RECORDER_FROM_OLDEST, FROM_NOW or UTC µs. FALSE: there is no such point yet; with @patient FALSE the oldest byte
 * will do, if there is one. */
gboolean hearth_ring_start_find (HearthRingReader *reader, gint64 from_us, gboolean patient, guint64 *position);
/* When the byte came, UTC µs, as well as the index knows. */
gint64 hearth_ring_start_get_utc (HearthRingReader *reader, guint64 position);

G_END_DECLS
