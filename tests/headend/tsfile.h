/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* When each packet of a recorded transport stream is due, by its PCRs. Pure. */

/* Packets of 188, 192 or 204 bytes from the first sync byte on; copied without what is added to them. NULL: no transport stream. */
guint8 *headend_tsfile_dup_packets (const guint8 *bytes, gsize n_bytes, gsize *n_packets);
/* Nanoseconds from the first packet on, for each packet and one more for the end: by the PID that has most PCRs, in between
 * evenly; a jump of the PCR goes on at the rate before it. NULL: not two PCRs. (transfer full) */
gint64 *headend_tsfile_dup_times (const guint8 *packets, gsize n_packets);
/* The same at a constant rate. */
gint64 *headend_tsfile_dup_times_at_rate (gsize n_packets, guint64 bits_a_second);
