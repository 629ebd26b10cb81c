/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "headend/mux.h"

/* An access unit on its way into packets: ISO/IEC 13818-1, 2.4.3. */
typedef struct {
  GByteArray *bytes; /* the PES packet */
  gsize done;
  gboolean key;      /* marked as random access point */
  gint64 pcr27m;     /* carried in the first packet of it; -1: none */
} HeadendPes;

void headend_pes_init (HeadendPes *self);
void headend_pes_clear (HeadendPes *self);
/* Times are reduced to 33 bits. */
void headend_pes_begin (HeadendPes *self, HeadendSlot slot, const HeadendUnit *unit, gint64 pts90k, gint64 dts90k, gint64 pcr27m);
gboolean headend_pes_has_more (HeadendPes *self);
void headend_pes_write (HeadendPes *self, guint8 *packet);
/* A packet that has nothing but a PCR. */
void headend_pcr_write (guint8 *packet, gint64 pcr27m);
void headend_null_write (guint8 *packet);
