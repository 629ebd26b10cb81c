/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HLS, live. Segments are numbered by the time of day since 1970, so that numbers and times go on over a restart of the
 * head-end, and need no state. Faults of the channel do not touch them. */
#include <stdio.h>
#include <string.h>

#include "headend/web.h"

#define SEGMENT_MS 1920
#define SEGMENTS_A_LOOP (HEADEND_LOOP_MS / SEGMENT_MS)
#define WINDOW 6 /* in the playlist */

typedef struct {
  GByteArray *packets, *slots;
  guint before[HEADEND_SLOT_N]; /* packets with payload of each kind before this one, in the loop */
} Segment;

typedef struct {
  Segment segments[SEGMENTS_A_LOOP];
  guint total[HEADEND_SLOT_N];
} Cut;

struct _HeadendHls {
  Cut *cuts[HEADEND_N_CHANNELS + 1]; /* made when first asked for */
};

static void
cut_free (Cut *cut)
{
  for (guint i = 0; i < SEGMENTS_A_LOOP; i++) {
    g_byte_array_unref (cut->segments[i].packets);
    g_byte_array_unref (cut->segments[i].slots);
  }
  g_free (cut);
}

static Cut *
cut_new (const HeadendLoop *loop)
{
  const guint n_frames = headend_channel_get_frames (loop->channel) / SEGMENTS_A_LOOP;
  Cut *cut = g_new0 (Cut, 1);

  for (guint i = 0; i < SEGMENTS_A_LOOP; i++) {
    Segment *segment = &cut->segments[i];

    segment->packets = g_byte_array_new ();
    segment->slots = g_byte_array_new ();
    memcpy (segment->before, cut->total, sizeof cut->total);
    headend_mux_segment (loop, i * n_frames, n_frames, segment->packets, segment->slots);
    for (guint j = 0; j < segment->slots->len; j++)
      cut->total[segment->slots->data[j]]++;
  }
  return cut;
}

HeadendHls *
headend_hls_new (void)
{
  return g_new0 (HeadendHls, 1);
}

void
headend_hls_free (HeadendHls *self)
{
  for (guint i = 0; i <= HEADEND_N_CHANNELS; i++)
    g_clear_pointer (&self->cuts[i], cut_free);
  g_free (self);
}

static void
respond (SoupServerMessage *message, const char *type, gpointer bytes, gsize n_bytes)
{
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_append (soup_server_message_get_response_headers (message), "Cache-Control", "no-cache");
  soup_server_message_set_response (message, type, SOUP_MEMORY_TAKE, bytes, n_bytes);
}

/* The number of segments that are whole by now: the next one to come. */
static gint64
get_next (void)
{
  return g_get_real_time () / 1000 / SEGMENT_MS;
}

static void
serve_index (SoupServerMessage *message)
{
  const gint64 next = get_next ();
  GString *text = g_string_new (NULL);
  gsize n_bytes;

  g_string_append_printf (text, "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:%" G_GINT64_FORMAT
                          "\n#EXT-X-INDEPENDENT-SEGMENTS\n", (SEGMENT_MS + 999) / 1000, next - WINDOW);
  for (gint64 n = next - WINDOW; n < next; n++) {
    g_autoptr (GDateTime) epoch = g_date_time_new_from_unix_utc (n * SEGMENT_MS / 1000);
    g_autoptr (GDateTime) began = g_date_time_add (epoch, n * SEGMENT_MS % 1000 * 1000);
    g_autofree char *time = g_date_time_format (began, "%Y-%m-%dT%H:%M:%S");

    g_string_append_printf (text, "#EXT-X-PROGRAM-DATE-TIME:%s.%03dZ\n#EXTINF:%.3f,\n%" G_GINT64_FORMAT ".ts\n", time,
                            g_date_time_get_microsecond (began) / 1000, SEGMENT_MS / 1000.0, n);
  }
  n_bytes = text->len;
  respond (message, "application/vnd.apple.mpegurl", g_string_free (text, FALSE), n_bytes);
}

/* Continuity as if all segments since 1970 had been sent one after the other. */
static guint8 *
dup_segment (const Cut *cut, const HeadendTables *tables, gint64 number)
{
  const Segment *segment = &cut->segments[number % SEGMENTS_A_LOOP];
  const guint64 turn = (guint64) number / SEGMENTS_A_LOOP;
  guint8 *packets = g_memdup2 (segment->packets->data, segment->packets->len);
  guint64 count[HEADEND_SLOT_N];

  for (guint i = 0; i < HEADEND_SLOT_N; i++)
    count[i] = turn * cut->total[i] + segment->before[i];
  for (guint i = 0; i < segment->slots->len; i++) {
    const HeadendSlot slot = segment->slots->data[i];
    guint8 *packet = packets + (gsize) i * HEADEND_PACKET;
    const guint pid = headend_tables_get_pid (tables, slot);

    if (slot < HEADEND_SLOT_VIDEO) {
      headend_tables_write (tables, slot, packet);
    } else {
      packet[1] = (guint8) ((packet[1] & 0xe0) | pid >> 8);
      packet[2] = (guint8) pid;
      headend_restamp (packet, (gint64) turn * HEADEND_LOOP_90K);
    }
    packet[3] = (guint8) ((packet[3] & 0xf0) | count[slot]++ % 16);
  }
  return packets;
}

static void
serve_segment (HeadendHls *self, SoupServerMessage *message, const HeadendMux *mux, gint64 number)
{
  const HeadendChannel *channel = mux->loop->channel;
  const HeadendTables tables = { channel, channel, channel->first_pid, 0, channel->n_audio };
  Cut **cut = &self->cuts[channel->number];
  const gint64 next = get_next ();

  if (number >= next || number < next - 2 * WINDOW) {
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
    return;
  }
  if (*cut == NULL)
    *cut = cut_new (mux->loop);
  respond (message, "video/mp2t", dup_segment (*cut, &tables, number), (*cut)->segments[number % SEGMENTS_A_LOOP].packets->len);
}

void
headend_hls_serve (HeadendHls *self, SoupServerMessage *message, const HeadendMux *mux, const char *file)
{
  gint64 number;
  int end = 0;

  if (g_str_equal (file, "index.m3u8"))
    serve_index (message);
  else if (sscanf (file, "%" G_GINT64_FORMAT ".ts%n", &number, &end) == 1 && end > 0 && file[end] == '\0' && number >= 0)
    serve_segment (self, message, mux, number);
  else
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
}
