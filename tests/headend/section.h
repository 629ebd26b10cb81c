/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* A section that is being written: ISO/IEC 13818-1, 2.4.4.10, and EN 300 468, 5.1. */
#define HEADEND_SECTION_MAX 4096

typedef struct {
  guint8 bytes[HEADEND_SECTION_MAX];
  guint n;
} HeadendSection;

void headend_section_put8 (HeadendSection *self, guint value);
void headend_section_put16 (HeadendSection *self, guint value);
void headend_section_put32 (HeadendSection *self, guint32 value);
void headend_section_put_bytes (HeadendSection *self, gconstpointer bytes, gsize n_bytes);
/* Decimal digits, two a byte, so many. */
void headend_section_put_bcd (HeadendSection *self, guint64 value, guint n_digits);

/* The head with the syntax indicator set; section 0 of 0 until numbered. */
void headend_section_begin (HeadendSection *self, guint8 table_id, guint extension, guint version);
void headend_section_number (HeadendSection *self, guint number, guint last);
/* Length and CRC. @private: DVB's tables have the bit after the syntax indicator set, 13818-1's have it clear. */
void headend_section_end (HeadendSection *self, gboolean private);
/* The same for a TOT, which has a CRC without the syntax indicator: EN 300 468, 5.2.6. */
void headend_section_end_short (HeadendSection *self);

/* Something with a length before it: keeps its place, then fills it in. @field_bytes: 1 (descriptors), or 2, of which the upper
 * four bits are @upper. */
guint headend_section_open (HeadendSection *self, guint field_bytes);
void headend_section_close (HeadendSection *self, guint at, guint field_bytes, guint upper);
