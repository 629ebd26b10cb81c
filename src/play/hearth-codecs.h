/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ts/hearth-ts.h"

#include <gst/gst.h>
#include <libavcodec/avcodec.h>

G_BEGIN_DECLS

/* One table from what a stream says to what decodes it, in the words of MPEG-TS, of GStreamer's caps and of libavcodec. */

/* (transfer full) (nullable): NULL where nothing decodes it. */
GstCaps *hearth_codecs_dup_caps (HearthTsCodec codec);
/* AV_CODEC_ID_NONE for caps that are none of ours. */
enum AVCodecID hearth_codecs_from_caps (const GstCaps *caps);
/* HEARTH_TS_CODEC_NONE for caps that are none of ours. */
HearthTsCodec hearth_codecs_kind_from_caps (const GstCaps *caps);
/* All that pads may take. (transfer full) */
GstCaps *hearth_codecs_dup_video_caps (void);
GstCaps *hearth_codecs_dup_audio_caps (void);
/* A box built without a decoder for it says so. */
gboolean hearth_codecs_can_decode (HearthTsCodec codec);
/* As hearth_ts_codec_get_name(); "" for what we do not know. Static. */
const char *hearth_codecs_get_name (enum AVCodecID id);

G_END_DECLS
