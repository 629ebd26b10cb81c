/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-frame-out.h"

#include <libavcodec/avcodec.h>

G_BEGIN_DECLS

/**
 * SECTION:video-decoder
 *
 * libavcodec that decodes straight into the frame link's buffers (get_buffer2):
 * no picture is copied. One thread at a time.
 */
typedef struct _HearthVideoDecoder HearthVideoDecoder;

/* @beat: called while waiting for a buffer, from any of the decoder's threads. */
HearthVideoDecoder *hearth_video_decoder_new (HearthFrameOut *out, void (*beat) (gpointer), gpointer user_data);
void hearth_video_decoder_free (HearthVideoDecoder *self);

/* Keeps the context when the codec stays. @extra: (nullable): avcC and its like, copied. Errors: CANNOT_DECODE. */
gboolean hearth_video_decoder_open (HearthVideoDecoder *self, enum AVCodecID codec, const guint8 *extra, gsize n_extra,
                                    GError **error);
/* Forgets the stream, keeps the context. */
void hearth_video_decoder_flush (HearthVideoDecoder *self);

typedef enum {
  HEARTH_FIRST_NONE = 0, /* no picture yet (half a frame, damage): the unit must still be pushed */
  HEARTH_FIRST_AGAIN,    /* here it is; the unit must be pushed as well, and the picture comes a second time */
  HEARTH_FIRST_AHEAD,    /* here it is; the unit is in, and the picture comes a second time */
  HEARTH_FIRST_DONE,     /* here it is; the unit is in */
  HEARTH_FIRST_HALF,     /* a field is in: once more with the next unit, whatever it is */
} HearthFirst;

/* The picture of a random access point at once, without waiting for those that follow it: libavcodec itself gives it only three
 * or four units later, once it knows the order. Where it decodes in this thread the picture is ready in our buffer as soon as the
 * unit has gone in, and is taken from there; otherwise the unit is decoded alone and once more. */
HearthFirst hearth_video_decoder_decode_first (HearthVideoDecoder *self, AVPacket *unit, AVFrame *frame);
/* @unit: (nullable): NULL drains. Then pull() until it says FALSE. FALSE: the decoder did not like it. */
gboolean hearth_video_decoder_push (HearthVideoDecoder *self, AVPacket *unit);
gboolean hearth_video_decoder_pull (HearthVideoDecoder *self, AVFrame *frame);
/* While decoding cannot keep up: leave out pictures that no other needs. */
void hearth_video_decoder_set_hurry (HearthVideoDecoder *self, gboolean hurry);

/* 0: unknown yet. */
gint64 hearth_video_decoder_get_period_us (HearthVideoDecoder *self);
/* A box on which decoding fell again and again: one thread, whatever the size. From the next stream on. */
void hearth_video_decoder_set_careful (HearthVideoDecoder *self, gboolean careful);
guint hearth_video_decoder_get_n_threads (HearthVideoDecoder *self);
const char *hearth_video_decoder_get_name (HearthVideoDecoder *self);
enum AVCodecID hearth_video_decoder_get_codec (HearthVideoDecoder *self);
guint64 hearth_video_decoder_get_copied_bytes (HearthVideoDecoder *self);

/* The frame-out's buffer in which @frame lies; NULL: in the decoder's own memory. */
HearthBuffer *hearth_video_decoder_get_buffer (const AVFrame *frame);
/* (transfer full): as above, but copies, and counts it, where it must. */
HearthBuffer *hearth_video_decoder_dup_buffer (HearthVideoDecoder *self, const AVFrame *frame);

G_END_DECLS
