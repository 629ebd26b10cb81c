/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "headend/loop.h"

/* Pieces of ISO base media files (ISO/IEC 14496-12) for DASH. */
#define HEADEND_VIDEO_TIMESCALE 90000

/* ftyp and moov of a stream, made by ffmpeg, which knows the codecs' configuration; @stream 0: video. Blocks some 100 ms.
 * Errors: NOT_FOUND (ffmpeg is missing), FAILED, IO. */
GBytes *headend_fragment_make_init (const HeadendLoop *loop, guint stream, GError **error);
/* RFC 6381's name of the codec, from the init part. (transfer full) */
char *headend_fragment_dup_codec (const HeadendChannel *channel, guint stream, GBytes *init);
/* One media segment: @n_units from @first on; @offset90k is added to their times. @number: of the segment. */
GByteArray *headend_fragment_make (const HeadendLoop *loop, guint stream, guint first, guint n_units, gint64 offset90k, guint32 number);
