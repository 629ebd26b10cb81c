/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What the simulated channels are. All content is a loop of 9.6 s, the shortest time that holds a whole number of video
 * frames (240 at 25, 480 at 50), of GOPs (0.48, 0.96, 1.92 s) and of 48 kHz audio frames: 400 of MP2 (1152 samples),
 * 450 of AAC (1024), 300 of AC-3 (1536). So a loop joins itself without a seam. */
#define HEADEND_LOOP_MS 9600
#define HEADEND_LOOP_90K 864000
#define HEADEND_LOOP_27M 259200000LL
#define HEADEND_SAMPLE_RATE 48000
#define HEADEND_LOOP_SAMPLES 460800
#define HEADEND_MAX_AUDIO 2
#define HEADEND_N_CHANNELS 10

typedef enum { HEADEND_VIDEO_H264, HEADEND_VIDEO_HEVC, HEADEND_VIDEO_MPEG2 } HeadendVideo;
typedef enum { HEADEND_AUDIO_MP2, HEADEND_AUDIO_AAC, HEADEND_AUDIO_AC3 } HeadendAudio;

typedef struct {
  const char *name;      /* as ffmpeg calls the encoder */
  const char *container; /* ffmpeg's raw output format */
  const char *bit_rate;
  guint8 stream_type;    /* ISO/IEC 13818-1 table 2-34; AC-3: EN 300 468 annex D */
  guint frame_samples;
  guint delay_samples;   /* what encoder and decoder together delay by */
} HeadendAudioFormat;

typedef struct {
  guint number;
  const char *name_zh, *name_en, *tvg_id, *group;
  HeadendVideo video;
  guint width, height, fps, gop_frames, b_frames;
  guint video_kbps, mux_kbps;
  HeadendAudio audio[HEADEND_MAX_AUDIO]; /* both are made; */
  guint n_audio;                         /* so many are announced from the start */
  const char *language[HEADEND_MAX_AUDIO]; /* ISO 639-2 */
  guint16 first_pid; /* PMT; then video, audio, audio */
} HeadendChannel;

const HeadendChannel *headend_channel_get (guint number); /* NULL: there is none */
/* The same programme in fewer pixels, for HLS' second variant. NULL: there is none. */
const HeadendChannel *headend_channel_get_small (guint number);
const HeadendAudioFormat *headend_audio_format_get (HeadendAudio audio);
const char *headend_video_get_name (HeadendVideo video); /* "h264" */
guint8 headend_video_get_stream_type (HeadendVideo video);
guint headend_channel_get_frames (const HeadendChannel *channel); /* in a loop */
/* All that makes a difference to the encoded content, hashed; names the folder in the cache. */
char *headend_channel_dup_hash (const HeadendChannel *channel);
