/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an elementary stream of a PMT is: by stream_type, descriptors and registrations. */
#include "config.h"

#include "ts/hearth-ts-private.h"

#include <string.h>

#define TAG(a, b, c, d) (((guint32) (a) << 24) | ((b) << 16) | ((c) << 8) | (d))
#define REGISTRATION_BLU_RAY TAG ('H', 'D', 'M', 'V')
#define STREAM_TYPE_PRIVATE_PES 0x06

static const struct {
  HearthTsCodec codec;
  const char *name;
} names[] = {
  { HEARTH_TS_VIDEO_MPEG1, "mpeg1" },         { HEARTH_TS_VIDEO_MPEG2, "mpeg2" },
  { HEARTH_TS_VIDEO_MPEG4, "mpeg4" },         { HEARTH_TS_VIDEO_H264, "h264" },
  { HEARTH_TS_VIDEO_HEVC, "hevc" },           { HEARTH_TS_VIDEO_VVC, "vvc" },
  { HEARTH_TS_VIDEO_AVS, "avs" },             { HEARTH_TS_VIDEO_AVS2, "avs2" },
  { HEARTH_TS_VIDEO_AVS3, "avs3" },           { HEARTH_TS_VIDEO_AV1, "av1" },
  { HEARTH_TS_AUDIO_MPEG, "mpeg-audio" },     { HEARTH_TS_AUDIO_AAC_ADTS, "aac" },
  { HEARTH_TS_AUDIO_AAC_LATM, "aac-latm" },   { HEARTH_TS_AUDIO_AC3, "ac3" },
  { HEARTH_TS_AUDIO_EAC3, "eac3" },           { HEARTH_TS_AUDIO_AC4, "ac4" },
  { HEARTH_TS_AUDIO_DTS, "dts" },             { HEARTH_TS_AUDIO_DRA, "dra" },
  { HEARTH_TS_AUDIO_S302M, "s302m" },         { HEARTH_TS_AUDIO_OPUS, "opus" },
  { HEARTH_TS_TEXT_TELETEXT, "teletext" },    { HEARTH_TS_TEXT_DVB_SUBTITLES, "dvb-subtitles" },
};

gboolean
hearth_ts_codec_is_video (HearthTsCodec codec)
{
  return codec >= HEARTH_TS_VIDEO_MPEG1 && codec <= HEARTH_TS_VIDEO_AV1;
}

gboolean
hearth_ts_codec_is_audio (HearthTsCodec codec)
{
  return codec >= HEARTH_TS_AUDIO_MPEG && codec <= HEARTH_TS_AUDIO_OPUS;
}

gboolean
hearth_ts_codec_is_text (HearthTsCodec codec)
{
  return codec == HEARTH_TS_TEXT_TELETEXT || codec == HEARTH_TS_TEXT_DVB_SUBTITLES;
}

const char *
hearth_ts_codec_get_name (HearthTsCodec codec)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].codec == codec)
      return names[i].name;
  return "unknown";
}

/* ---- tables: what means which codec ---------------------------------------------- */

typedef struct {
  guint32 key;
  HearthTsCodec codec;
} Meaning;

/* ISO/IEC 13818-1, table 2-34; AVS by GB/T 20090.2, AVS2 by GB/T 33475.2, AVS3 by T/AI 109.2; ATSC A/53 (0x81, 0x87). */
static const Meaning stream_types[] = {
  { 0x01, HEARTH_TS_VIDEO_MPEG1 },    { 0x02, HEARTH_TS_VIDEO_MPEG2 },    { 0x10, HEARTH_TS_VIDEO_MPEG4 },
  { 0x1b, HEARTH_TS_VIDEO_H264 },     { 0x24, HEARTH_TS_VIDEO_HEVC },     { 0x33, HEARTH_TS_VIDEO_VVC },
  { 0x42, HEARTH_TS_VIDEO_AVS },      { 0xd2, HEARTH_TS_VIDEO_AVS2 },     { 0xd4, HEARTH_TS_VIDEO_AVS3 },
  { 0x03, HEARTH_TS_AUDIO_MPEG },     { 0x04, HEARTH_TS_AUDIO_MPEG },     { 0x0f, HEARTH_TS_AUDIO_AAC_ADTS },
  { 0x11, HEARTH_TS_AUDIO_AAC_LATM }, { 0x81, HEARTH_TS_AUDIO_AC3 },      { 0x87, HEARTH_TS_AUDIO_EAC3 },
  { 0x8a, HEARTH_TS_AUDIO_DTS },
};

/* Only in programmes registered HDMV, for SCTE 27 has subtitles under 0x82 and others other things. */
static const Meaning blu_ray_types[] = {
  { 0x82, HEARTH_TS_AUDIO_DTS },
  { 0x84, HEARTH_TS_AUDIO_EAC3 },
  { 0x85, HEARTH_TS_AUDIO_DTS },
  { 0x86, HEARTH_TS_AUDIO_DTS },
};

/* EN 300 468, table 12. */
static const Meaning descriptor_tags[] = {
  { 0x6a, HEARTH_TS_AUDIO_AC3 },     { 0x7a, HEARTH_TS_AUDIO_EAC3 },    { 0x7b, HEARTH_TS_AUDIO_DTS },
  { 0x7c, HEARTH_TS_AUDIO_AAC_LATM }, { 0x56, HEARTH_TS_TEXT_TELETEXT }, { 0x59, HEARTH_TS_TEXT_DVB_SUBTITLES },
};

/* EN 300 468, table 109. */
static const Meaning extension_tags[] = {
  { 0x0e, HEARTH_TS_AUDIO_DTS }, /* DTS-HD */
  { 0x15, HEARTH_TS_AUDIO_AC4 },
  { 0x21, HEARTH_TS_AUDIO_DTS }, /* DTS-UHD */
};

/* The registration authority's list, SMPTE RA. */
static const Meaning registrations[] = {
  { TAG ('H', 'E', 'V', 'C'), HEARTH_TS_VIDEO_HEVC },  { TAG ('V', 'V', 'C', ' '), HEARTH_TS_VIDEO_VVC },
  { TAG ('A', 'V', '0', '1'), HEARTH_TS_VIDEO_AV1 },   { TAG ('A', 'V', 'S', 'V'), HEARTH_TS_VIDEO_AVS },
  { TAG ('A', 'V', 'S', '2'), HEARTH_TS_VIDEO_AVS2 },  { TAG ('A', 'V', 'S', '3'), HEARTH_TS_VIDEO_AVS3 },
  { TAG ('A', 'C', '-', '3'), HEARTH_TS_AUDIO_AC3 },   { TAG ('E', 'A', 'C', '3'), HEARTH_TS_AUDIO_EAC3 },
  { TAG ('A', 'C', '-', '4'), HEARTH_TS_AUDIO_AC4 },   { TAG ('D', 'T', 'S', '1'), HEARTH_TS_AUDIO_DTS },
  { TAG ('D', 'T', 'S', '2'), HEARTH_TS_AUDIO_DTS },   { TAG ('D', 'T', 'S', '3'), HEARTH_TS_AUDIO_DTS },
  { TAG ('D', 'R', 'A', '1'), HEARTH_TS_AUDIO_DRA },   { TAG ('B', 'S', 'S', 'D'), HEARTH_TS_AUDIO_S302M },
  { TAG ('O', 'p', 'u', 's'), HEARTH_TS_AUDIO_OPUS },
};

static HearthTsCodec
look_up (const Meaning *meanings, gsize n_meanings, guint32 key)
{
  for (gsize i = 0; i < n_meanings; i++)
    if (meanings[i].key == key)
      return meanings[i].codec;
  return HEARTH_TS_CODEC_NONE;
}

#define LOOK_UP(table, key) look_up (table, G_N_ELEMENTS (table), key)

/* ---- descriptors ------------------------------------------------------------------- */

/* Three letters, small; anything else is no language. */
static void
read_language (HearthTsStream *stream, const guint8 *code)
{
  if (stream->language[0] != '\0')
    return;
  for (guint i = 0; i < 3; i++)
    if (!g_ascii_isalpha (code[i]))
      return;
  for (guint i = 0; i < 3; i++)
    stream->language[i] = g_ascii_tolower (code[i]);
}

/* EN 300 468, 6.2.43: the first page of subtitles counts, else the language of the first entry. */
static void
read_teletext (HearthTsStream *stream, const guint8 *data, guint n_bytes)
{
  for (guint at = 0; at + 5 <= n_bytes && stream->teletext_page == 0; at += 5) {
    guint type = data[at + 3] >> 3, magazine = data[at + 3] & 7;

    if (type != 2 && type != 5) /* subtitles, and those for the hard of hearing */
      continue;
    stream->teletext_page = ((magazine != 0 ? magazine : 8) << 8) | data[at + 4];
    stream->audio_type = type == 5 ? 2 : 0;
    read_language (stream, data + at);
  }
  if (n_bytes >= 5)
    read_language (stream, data);
}

/* EN 300 468, 6.2.41; component_type of table 26: 0x20 to 0x26 are for the hard of hearing. */
static void
read_subtitling (HearthTsStream *stream, const guint8 *data, guint n_bytes)
{
  if (n_bytes < 8)
    return;
  read_language (stream, data);
  stream->audio_type = data[3] >= 0x20 && data[3] <= 0x26 ? 2 : 0;
  stream->composition_page = (data[4] << 8) | data[5];
  stream->ancillary_page = (data[6] << 8) | data[7];
}

/* EN 300 468, 6.4.11: newer streams tell audio description here. */
static void
read_supplementary_audio (HearthTsStream *stream, const guint8 *data, guint n_bytes)
{
  guint use = n_bytes >= 2 ? (data[1] >> 2) & 0x1f : 0;

  if (use == 1)
    stream->audio_type = 3;
  else if (use == 2)
    stream->audio_type = 2;
  if (n_bytes >= 5 && (data[1] & 1))
    read_language (stream, data + 2);
}

static HearthTsCodec
read_extension (HearthTsStream *stream, const guint8 *data, guint n_bytes)
{
  if (n_bytes < 1)
    return HEARTH_TS_CODEC_NONE;
  if (data[0] == 0x06)
    read_supplementary_audio (stream, data, n_bytes);
  return LOOK_UP (extension_tags, data[0]);
}

/* One descriptor; returns the codec that it means for a private stream. */
static HearthTsCodec
read_descriptor (HearthTsStream *stream, guint8 tag, const guint8 *data, guint n_bytes, gboolean *scrambled)
{
  switch (tag) {
  case 0x05: /* registration */
    return n_bytes >= 4 ? LOOK_UP (registrations, TAG (data[0], data[1], data[2], data[3])) : HEARTH_TS_CODEC_NONE;
  case 0x09: /* CA */
    *scrambled = TRUE;
    return HEARTH_TS_CODEC_NONE;
  case 0x0a: /* ISO 639 language */
    if (n_bytes >= 4) {
      read_language (stream, data);
      if (stream->audio_type == 0)
        stream->audio_type = data[3];
    }
    return HEARTH_TS_CODEC_NONE;
  case 0x56:
    read_teletext (stream, data, n_bytes);
    break;
  case 0x59:
    read_subtitling (stream, data, n_bytes);
    break;
  case 0x7f:
    return read_extension (stream, data, n_bytes);
  default:
    break;
  }
  return LOOK_UP (descriptor_tags, tag);
}

guint32
hearth_ts_programme_describe (const guint8 *descriptors, gsize n_bytes, gboolean *scrambled)
{
  guint32 registration = 0;

  for (gsize at = 0; at + 2 <= n_bytes && at + 2 + descriptors[at + 1] <= n_bytes; at += 2 + descriptors[at + 1]) {
    const guint8 *data = descriptors + at + 2;

    if (descriptors[at] == 0x09)
      *scrambled = TRUE;
    if (descriptors[at] == 0x05 && descriptors[at + 1] >= 4 && registration == 0)
      registration = TAG (data[0], data[1], data[2], data[3]);
  }
  return registration;
}

void
hearth_ts_stream_describe (HearthTsStream *stream, guint32 programme_registration, const guint8 *descriptors, gsize n_bytes,
                           gboolean *scrambled)
{
  HearthTsCodec described = HEARTH_TS_CODEC_NONE;

  stream->codec = LOOK_UP (stream_types, stream->stream_type);
  if (stream->codec == HEARTH_TS_CODEC_NONE && programme_registration == REGISTRATION_BLU_RAY)
    stream->codec = LOOK_UP (blu_ray_types, stream->stream_type);
  for (gsize at = 0; at + 2 <= n_bytes && at + 2 + descriptors[at + 1] <= n_bytes; at += 2 + descriptors[at + 1]) {
    HearthTsCodec codec = read_descriptor (stream, descriptors[at], descriptors + at + 2, descriptors[at + 1], scrambled);

    if (described == HEARTH_TS_CODEC_NONE)
      described = codec;
  }
  /* Beyond 0x80 the types are the user's, and a registration says whose. */
  if (stream->codec == HEARTH_TS_CODEC_NONE && (stream->stream_type == STREAM_TYPE_PRIVATE_PES || stream->stream_type >= 0x80))
    stream->codec = described;
}
