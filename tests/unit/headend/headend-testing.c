/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend-testing.h"

#include <string.h>

/* I P B B ...: decoding order, DTS one frame apart, PTS two later. */
static gint64
dup_pts_frames (guint i, guint gop)
{
  const guint in_gop = i % gop;
  const guint base = i - in_gop;

  if (in_gop == 0)
    return i;
  if (in_gop % 3 == 1)
    return base + MIN (in_gop + 2, gop - 1);
  return base + in_gop - 1;
}

static HeadendUnit
make_unit (guint frame, gsize n_bytes, gboolean key)
{
  guint8 *data = g_malloc (n_bytes);

  memset (data, 0x55, n_bytes);
  memcpy (data, "\0\0\1\x09", 4);
  memcpy (data + 4, &frame, sizeof frame);
  return (HeadendUnit){ .frame = frame, .key = key, .data = data, .n_bytes = n_bytes };
}

static void
fill_video (HeadendStream *stream, const HeadendChannel *c)
{
  const guint gop = c->b_frames > 0 ? c->gop_frames : 0;

  stream->n_units = headend_channel_get_frames (c);
  stream->units = g_new0 (HeadendUnit, stream->n_units);
  for (guint i = 0; i < stream->n_units; i++) {
    const gboolean key = i % c->gop_frames == 0;
    const gint64 shown = gop > 0 ? dup_pts_frames (i, gop) : i;
    const gsize average = c->video_kbps * 125 / c->fps;

    stream->units[i] = make_unit ((guint) shown, key ? average * 5 : average * 2 / 3, key);
    stream->units[i].pts90k = shown * 90000 / c->fps;
    stream->units[i].dts90k = ((gint64) i - (gop > 0 ? 2 : 0)) * 90000 / c->fps;
  }
}

static void
fill_audio (HeadendStream *stream, HeadendAudio audio)
{
  const HeadendAudioFormat *format = headend_audio_format_get (audio);

  stream->n_units = HEADEND_LOOP_SAMPLES / format->frame_samples;
  stream->units = g_new0 (HeadendUnit, stream->n_units);
  for (guint i = 0; i < stream->n_units; i++) {
    stream->units[i] = make_unit (i, 400 + i % 200, TRUE);
    stream->units[i].pts90k = stream->units[i].dts90k = (gint64) i * format->frame_samples * 90000 / HEADEND_SAMPLE_RATE;
  }
}

HeadendLoop *
testing_loop_new (guint channel)
{
  HeadendLoop *loop = g_new0 (HeadendLoop, 1);

  loop->channel = headend_channel_get (channel);
  fill_video (&loop->video, loop->channel);
  for (guint i = 0; i < HEADEND_MAX_AUDIO; i++)
    fill_audio (&loop->audio[i], loop->channel->audio[i]);
  return loop;
}

static void
clear_stream (HeadendStream *stream)
{
  for (guint i = 0; i < stream->n_units; i++)
    g_free ((gpointer) stream->units[i].data);
  g_free (stream->units);
}

void
testing_loop_free (HeadendLoop *loop)
{
  clear_stream (&loop->video);
  for (guint i = 0; i < HEADEND_MAX_AUDIO; i++)
    clear_stream (&loop->audio[i]);
  g_free (loop);
}

static gint64
parse_time (const guint8 *p)
{
  g_assert_cmpuint (p[0] & p[2] & p[4] & 1, ==, 1); /* marker bits */
  return (gint64) (p[0] >> 1 & 7) << 30 | (gint64) p[1] << 22 | (gint64) (p[2] >> 1) << 15 | (gint64) p[3] << 7 | p[4] >> 1;
}

static void
parse_pes (TestingPacket *self, const guint8 *pes)
{
  g_assert_true (pes[0] == 0 && pes[1] == 0 && pes[2] == 1);
  if (pes[7] & 0x80)
    self->pts90k = self->dts90k = parse_time (pes + 9);
  if ((pes[7] & 0xc0) == 0xc0)
    self->dts90k = parse_time (pes + 14);
}

void
testing_packet_parse (TestingPacket *self, const guint8 *p)
{
  guint payload = 4;

  g_assert_cmpuint (p[0], ==, 0x47);
  *self = (TestingPacket){ .pid = (guint) (p[1] & 0x1f) << 8 | p[2], .continuity = p[3] & 15, .payload = (p[3] & 0x10) != 0,
                           .unit_start = (p[1] & 0x40) != 0, .pcr27m = -1, .pts90k = -1, .dts90k = -1 };
  if (p[3] & 0x20) {
    payload += 1 + p[4];
    self->random_access = p[4] > 0 && (p[5] & 0x40) != 0;
    self->discontinuity = p[4] > 0 && (p[5] & 0x80) != 0;
    if (p[4] > 0 && (p[5] & 0x10))
      self->pcr27m = (((gint64) p[6] << 25) | p[7] << 17 | p[8] << 9 | p[9] << 1 | p[10] >> 7) * 300 + ((p[10] & 1) << 8 | p[11]);
  }
  g_assert_cmpuint (payload, <=, HEADEND_PACKET);
  if (self->payload && self->unit_start && self->pid >= 0x20 && self->pid != 0x1fff && p[payload] == 0 && p[payload + 1] == 0)
    parse_pes (self, p + payload);
}
