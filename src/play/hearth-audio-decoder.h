/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <libavcodec/avcodec.h>

G_BEGIN_DECLS

/**
 * SECTION:audio-decoder
 *
 * Elementary stream in, samples out, always of one kind: float, stereo, 48 kHz,
 * interleaved; so that a zap never changes what the sound card is asked for.
 * One thread at a time.
 */
#define HEARTH_AUDIO_RATE 48000
#define HEARTH_AUDIO_CHANNELS 2

typedef struct _HearthAudioDecoder HearthAudioDecoder;

/* @samples: borrowed; @pts90k: AV_NOPTS_VALUE where unknown */
typedef void (*HearthAudioFunc) (const float *samples, guint n_frames, gint64 pts90k, gpointer user_data);

HearthAudioDecoder *hearth_audio_decoder_new (void);
void hearth_audio_decoder_free (HearthAudioDecoder *self);
/* Keeps the context when the codec stays. Errors: CANNOT_DECODE. */
gboolean hearth_audio_decoder_open (HearthAudioDecoder *self, enum AVCodecID codec, const guint8 *extra, gsize n_extra,
                                    GError **error);
void hearth_audio_decoder_flush (HearthAudioDecoder *self);
/* Any number of bytes, cut anywhere; @pts90k is that of the first frame that begins in them. FALSE: nothing could be decoded. */
gboolean hearth_audio_decoder_push (HearthAudioDecoder *self, const guint8 *bytes, gsize n_bytes, gint64 pts90k,
                                    HearthAudioFunc func, gpointer user_data);

G_END_DECLS
