/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A piece of foreign text: not terminated, not necessarily UTF-8. What RTSP, SSDP and reports are cut with. Pure. */
typedef struct {
  const char *text;
  gsize n_bytes;
} SatipSpan;

SatipSpan satip_span_new (const void *bytes, gsize n_bytes);
/* Up to @separator, which is passed over; all when there is none. FALSE: @rest was at its end. */
gboolean satip_span_cut (SatipSpan *rest, char separator, SatipSpan *part);
/* "Key: value" up to the empty line or the end, blanks taken off. Lines without a colon are passed over. */
gboolean satip_span_next_header (SatipSpan *rest, SatipSpan *key, SatipSpan *value);
SatipSpan satip_span_strip (SatipSpan span);
gboolean satip_span_is (SatipSpan span, const char *word); /* ASCII, without case */
gboolean satip_span_begins (SatipSpan span, const char *word);
/* Decimal digits and nothing else, at most @most. */
gboolean satip_span_get_number (SatipSpan span, guint32 most, guint32 *number);
/* As much as fits, printable ASCII only. */
void satip_span_copy (SatipSpan span, char *text, gsize size);

G_END_DECLS
