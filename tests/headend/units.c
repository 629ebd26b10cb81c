/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From what ffmpeg wrote to access units. */
#include <string.h>

#include "headend/loop.h"

#define PACKET 188
#define FFMPEG_VIDEO_PID 0x100

/* ---- video: a transport stream with one PES packet an access unit ---------------------------------------------- */

static gint64
read_time (const guint8 *p)
{
  return (gint64) (p[0] >> 1 & 7) << 30 | (gint64) (p[1] << 7 | p[2] >> 1) << 15 | (p[3] << 7 | p[4] >> 1);
}

/* The payload of a packet of the video PID, NULL where there is none. */
static const guint8 *
find_payload (const guint8 *p, gsize *n_bytes, gboolean *random_access)
{
  gsize offset = 4;

  if (p[0] != 0x47 || ((p[1] & 0x1f) << 8 | p[2]) != FFMPEG_VIDEO_PID || (p[3] & 0x10) == 0)
    return NULL;
  *random_access = FALSE;
  if (p[3] & 0x20) {
    offset += 1 + p[4];
    *random_access = p[4] > 0 && (p[5] & 0x40) != 0;
  }
  if (offset >= PACKET)
    return NULL;
  *n_bytes = PACKET - offset;
  return p + offset;
}

static gboolean
begin_unit (GArray *units, const guint8 *payload, gsize n_bytes, gboolean key, gsize data_offset)
{
  HeadendUnit unit = { .key = key };
  const gboolean has_dts = n_bytes >= 19 && (payload[7] & 0xc0) == 0xc0;

  if (n_bytes < 14 || memcmp (payload, "\0\0\1", 3) != 0 || (payload[7] & 0x80) == 0 || 9u + payload[8] > n_bytes)
    return FALSE;
  unit.pts90k = read_time (payload + 9);
  unit.dts90k = has_dts ? read_time (payload + 14) : unit.pts90k;
  unit.data = GSIZE_TO_POINTER (data_offset); /* the array of data may still move */
  g_array_append_val (units, unit);
  return TRUE;
}

static gboolean
collect_units (const guint8 *packets, gsize n_packets, GArray *units, GByteArray *data)
{
  for (gsize i = 0; i < n_packets; i++) {
    const guint8 *p = packets + i * PACKET;
    gboolean key;
    gsize n_bytes, head = 0;
    const guint8 *payload = find_payload (p, &n_bytes, &key);

    if (payload == NULL)
      continue;
    if (p[1] & 0x40) {
      if (!begin_unit (units, payload, n_bytes, key, data->len))
        return FALSE;
      head = 9u + payload[8];
    }
    if (units->len == 0)
      return FALSE;
    g_byte_array_append (data, payload + head, (guint) (n_bytes - head));
    g_array_index (units, HeadendUnit, units->len - 1).n_bytes += n_bytes - head;
  }
  return units->len > 0;
}

/* Frame 0 gets time 0, and each frame its number by its time; the units point into @data. */
static void
normalise_units (GArray *units, const guint8 *data, guint fps)
{
  gint64 first = G_MAXINT64;

  for (guint i = 0; i < units->len; i++)
    first = MIN (first, g_array_index (units, HeadendUnit, i).pts90k);
  for (guint i = 0; i < units->len; i++) {
    HeadendUnit *unit = &g_array_index (units, HeadendUnit, i);

    unit->pts90k -= first;
    unit->dts90k -= first;
    unit->frame = (guint) (unit->pts90k * fps / 90000);
    unit->data = data + GPOINTER_TO_SIZE (unit->data);
  }
}

static void
clear_unit (gpointer unit)
{
  g_free ((gpointer) ((HeadendUnit *) unit)->data);
}

/* Each unit owns its bytes from here on. */
static void
own_units (GArray *units)
{
  for (guint i = 0; i < units->len; i++) {
    HeadendUnit *unit = &g_array_index (units, HeadendUnit, i);

    unit->data = g_memdup2 (unit->data, unit->n_bytes);
  }
  g_array_set_clear_func (units, clear_unit);
}

gboolean
headend_units_from_ts (GBytes *ts, guint fps, GArray *units)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  gsize n_bytes;
  const guint8 *packets = g_bytes_get_data (ts, &n_bytes);

  if (!collect_units (packets, n_bytes / PACKET, units, data))
    return FALSE;
  normalise_units (units, data->data, fps);
  own_units (units);
  return TRUE;
}

/* ---- audio: frames back to back -------------------------------------------------------------------------------- */

/* ADTS tells its length (ISO/IEC 13818-7, 6.2); the others have a constant one at a constant bit rate and 48 kHz. */
static gsize
audio_frame_bytes (const guint8 *p, gsize left, const HeadendAudioFormat *format)
{
  if (format->stream_type != 0x0f)
    return g_ascii_strtoull (format->bit_rate, NULL, 10) * 1000 / 8 * format->frame_samples / HEADEND_SAMPLE_RATE;
  if (left < 7 || p[0] != 0xff || (p[1] & 0xf6) != 0xf0)
    return 0;
  return (gsize) (p[3] & 3) << 11 | (gsize) p[4] << 3 | p[5] >> 5;
}

gboolean
headend_units_from_audio (GBytes *stream, HeadendAudio audio, GArray *units)
{
  const HeadendAudioFormat *format = headend_audio_format_get (audio);
  const guint n = HEADEND_LOOP_SAMPLES / format->frame_samples;
  gsize left;
  const guint8 *p = g_bytes_get_data (stream, &left);

  for (guint i = 0; i < 2 * n; i++) {
    gsize n_bytes = audio_frame_bytes (p, left, format);
    HeadendUnit unit = { .key = TRUE, .data = p, .n_bytes = n_bytes };

    if (n_bytes == 0 || n_bytes > left)
      return FALSE;
    unit.frame = i - n;
    unit.pts90k = unit.dts90k = (gint64) unit.frame * format->frame_samples * 90000 / HEADEND_SAMPLE_RATE;
    if (i >= n)
      g_array_append_val (units, unit);
    p += n_bytes;
    left -= n_bytes;
  }
  own_units (units);
  return TRUE;
}
