/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Makes sections of service information for tests. */

#include "ts/hearth-si.h"

typedef GByteArray SiSection;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SiSection, g_byte_array_unref)

/* A long section up to its header's end; finish() sets its length and CRC. */
SiSection *si_begin (guint8 table_id, guint16 extension, guint8 version, guint8 number, guint8 last);
SiSection *si_finish (SiSection *self);

void si_8 (SiSection *self, guint value);
void si_16 (SiSection *self, guint value);
void si_bytes (SiSection *self, const void *bytes, gsize n_bytes);
/* A string literal's bytes without its final zero. */
#define si_text(self, literal) si_bytes (self, literal, sizeof (literal) - 1)

/* Opens a loop whose length, of 12 bits below @flags, is set by si_close(). */
guint si_open (SiSection *self, guint flags);
void si_close (SiSection *self, guint at);
/* A descriptor of a string literal. */
#define si_descriptor(self, tag, literal) (si_8 (self, tag), si_8 (self, sizeof (literal) - 1), si_text (self, literal))

/* Whole tables. */
SiSection *si_make_sdt (guint8 table_id, guint16 transport_stream_id, guint16 original_network_id, guint8 version, guint16 service_id,
                        const char *name);
/* One section of a schedule with one event at its segment's beginning. */
SiSection *si_make_eit (guint8 table_id, guint16 service_id, guint8 version, guint8 number, guint8 last, guint8 segment_last);
