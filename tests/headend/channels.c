/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/channels.h"

/* Raised whenever the drawing, the sound or the encoders' settings change, so that old content is not taken for new. */
#define CONTENT_VERSION 1

#define HD .width = 1920, .height = 1080, .fps = 25
#define HALF_HD .width = 1280, .height = 720, .fps = 50
#define GOP(ms, rate) .gop_frames = (ms) * (rate) / 1000
#define RATES(video, mux) .video_kbps = video, .mux_kbps = mux
#define H264_HD(gop_ms) HEADEND_VIDEO_H264, HD, GOP (gop_ms, 25), .b_frames = 2, RATES (4600, 6000)
#define H264_HALF(b) HEADEND_VIDEO_H264, HALF_HD, GOP (960, 50), .b_frames = b, RATES (2900, 4000)
/* Tracks of sound: two of one codec, the first announced from the start; or of two codecs, both announced. */
#define LANGUAGES { "zho", "eng" }
#define SOUND(codec) { HEADEND_AUDIO_##codec, HEADEND_AUDIO_##codec }, 1, LANGUAGES
#define BILINGUAL { HEADEND_AUDIO_MP2, HEADEND_AUDIO_AAC }, 2, LANGUAGES

/* Channels 1 and 2 have the same PIDs, as neighbours of one operator often do: what is left of the old one after a zap
 * looks like the new one's. */
static const HeadendChannel channels[HEADEND_N_CHANNELS] = {
  { 1, "炉火一台", "Hearth One", "hearth-1.example", "综合 General", H264_HD (960), SOUND (MP2), 0x100 },
  { 2, "炉火二台", "Hearth Two", "hearth-2.example", "综合 General", H264_HD (960), SOUND (AAC), 0x100 },
  { 3, "星河体育", "Galaxy Sport", "galaxy-sport.example", "体育 Sport", H264_HALF (2), SOUND (AC3), 0x130 },
  { 4, "山海新闻", "Shanhai News", "shanhai-news.example", "新闻 News", H264_HALF (0), SOUND (AAC), 0x140 },
  { 5, "长风电影", "Longwind Cinema", "longwind.example", "电影 Film", H264_HD (1920), SOUND (AC3), 0x150 },
  { 6, "桃源戏曲", "Peach Spring Opera", "peach-spring.example", "文艺 Arts", HEADEND_VIDEO_MPEG2, HD, GOP (480, 25), .b_frames = 2,
    RATES (6400, 8000), SOUND (MP2), 0x160 },
  { 7, "云雀少儿", "Skylark Kids", "skylark.example", "少儿 Kids", HEADEND_VIDEO_HEVC, HALF_HD, GOP (960, 50), .b_frames = 2,
    RATES (2400, 3500), SOUND (AAC), 0x170 },
  { 8, "极光纪实", "Aurora Documentary", "aurora.example", "文艺 Arts", HEADEND_VIDEO_HEVC, HD, GOP (1920, 25), .b_frames = 2,
    RATES (3700, 5000), SOUND (AC3), 0x180 },
  { 9, "老街经典", "Old Street Classics", "old-street.example", "电影 Film", HEADEND_VIDEO_MPEG2, HALF_HD, GOP (480, 50), .b_frames = 2,
    RATES (4700, 6000), SOUND (MP2), 0x190 },
  { 10, "环球双语", "Globe Bilingual", "globe.example", "新闻 News", H264_HD (480), BILINGUAL, 0x1a0 },
};

static const HeadendChannel small_globe = {
  10, "环球双语", "Globe Bilingual", "globe.example", "新闻 News", HEADEND_VIDEO_H264, .width = 640, .height = 360, .fps = 25, GOP (480, 25),
  .b_frames = 2, RATES (900, 1600), BILINGUAL, 0x1a0,
};

/* Delays: the decoder's first sample of what went in first. MP2 is a 512 tap filter bank, less the 32 samples of a
 * band, plus one; AAC overlaps by one frame; AC-3 by one block. Verified by decoding (see README.md). */
static const HeadendAudioFormat audio_formats[] = {
  [HEADEND_AUDIO_MP2] = { "mp2", "mp2", "192k", 0x03, 1152, 481 },
  [HEADEND_AUDIO_AAC] = { "aac", "adts", "128k", 0x0f, 1024, 1024 },
  [HEADEND_AUDIO_AC3] = { "ac3", "ac3", "192k", 0x06, 1536, 256 },
};

const HeadendChannel *
headend_channel_get (guint number)
{
  return number >= 1 && number <= HEADEND_N_CHANNELS ? &channels[number - 1] : NULL;
}

const HeadendChannel *
headend_channel_get_small (guint number)
{
  return number == small_globe.number ? &small_globe : NULL;
}

const HeadendAudioFormat *
headend_audio_format_get (HeadendAudio audio)
{
  return &audio_formats[audio];
}

const char *
headend_video_get_name (HeadendVideo video)
{
  static const char *const names[] = { "h264", "hevc", "mpeg2" };

  return names[video];
}

guint8
headend_video_get_stream_type (HeadendVideo video)
{
  static const guint8 types[] = { 0x1b, 0x24, 0x02 };

  return types[video];
}

guint
headend_channel_get_frames (const HeadendChannel *channel)
{
  return channel->fps * HEADEND_LOOP_MS / 1000;
}

char *
headend_channel_dup_hash (const HeadendChannel *c)
{
  g_autofree char *text = NULL;
  g_autofree char *sum = NULL;

  text = g_strdup_printf ("%d %u %s %s %d %ux%u %u %u %u %u %d %d", CONTENT_VERSION, c->number, c->name_zh, c->name_en, c->video,
                          c->width, c->height, c->fps, c->gop_frames, c->b_frames, c->video_kbps, c->audio[0], c->audio[1]);
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  return g_strndup (sum, 16);
}
