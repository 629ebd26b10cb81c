/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "satip-span.h"

G_BEGIN_DECLS

/**
 * SECTION:satip-report
 *
 * What a server tells of its front end: "ver=1.0;src=1;tuner=1,240,1,7,474,,dvbc,64qam,,,6875,;pids=0,16,17",
 * in RTCP packets of the application (SAT>IP 1.2.2, 3.5.7) and in DESCRIBE's
 * answer (3.5.8). Pure.
 */
#define SATIP_MAX_LEVEL 255
#define SATIP_MAX_QUALITY 15

typedef struct {
  guint32 front_end;
  guint32 level;         /* 0 to 255; 224: -25 dBm, 32: -65 dBm at the input of a satellite tuner */
  gboolean lock;
  guint32 quality;       /* 0 to 15; 15: no errors */
  guint32 frequency_khz; /* 0: it did not say */
} SatipReport;

/* FALSE: there is no word of a tuner. */
gboolean satip_report_parse (SatipSpan text, SatipReport *report);
/* In a compound RTCP packet (RFC 3550, 6.1, 6.7): the text of the packet named SES1. */
gboolean satip_report_find_rtcp (const guint8 *bytes, gsize n_bytes, SatipSpan *text);
/* In a session description: of "a=control:stream=N" its "a=fmtp:33", the first one when none has that number. */
gboolean satip_report_find_sdp (const guint8 *bytes, gsize n_bytes, guint32 stream, SatipSpan *text);

G_END_DECLS
