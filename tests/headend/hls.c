/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HLS, live (RFC 8216). Segments are numbered by the time of day since 1970, so that numbers and times go on over a restart of the
 * head-end, and need no state. Faults of the stream do not touch them; those of lists and segments do. */
#include <stdio.h>
#include <string.h>

#include "headend/web.h"

#define SEGMENT_MS 1920
#define SEGMENTS_A_LOOP (HEADEND_LOOP_MS / SEGMENT_MS)
#define WINDOW 6 /* in the playlist */
#define ALL_SOUND (1u << HEADEND_SLOT_AUDIO0 | 1u << HEADEND_SLOT_AUDIO1)
#define PICTURE (1u << HEADEND_SLOT_VIDEO)

/* What a media playlist brings. The first is the whole channel, the others are named by the master playlist. */
typedef struct {
  const char *name; /* NAME.m3u8; segments NAME-NUMBER.ts */
  guint without;
  gboolean small;
} Rendition;

static const Rendition renditions[] = {
  { "index", 0, FALSE },
  { "video", ALL_SOUND, FALSE },
  { "small", ALL_SOUND, TRUE },
  { "audio1", PICTURE | 1u << HEADEND_SLOT_AUDIO1, FALSE },
  { "audio2", PICTURE | 1u << HEADEND_SLOT_AUDIO0, FALSE },
};

typedef struct {
  GByteArray *packets, *slots;
  guint before[HEADEND_SLOT_N]; /* packets with payload of each kind before this one, in the loop */
} Segment;

typedef struct {
  Segment segments[SEGMENTS_A_LOOP];
  guint total[HEADEND_SLOT_N];
} Cut;

struct _HeadendHls {
  Cut *cuts[HEADEND_N_CHANNELS + 1][G_N_ELEMENTS (renditions)]; /* made when first asked for */
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
cut_new (const HeadendLoop *loop, guint without)
{
  const guint n_frames = headend_channel_get_frames (loop->channel) / SEGMENTS_A_LOOP;
  Cut *cut = g_new0 (Cut, 1);

  for (guint i = 0; i < SEGMENTS_A_LOOP; i++) {
    Segment *segment = &cut->segments[i];

    segment->packets = g_byte_array_new ();
    segment->slots = g_byte_array_new ();
    memcpy (segment->before, cut->total, sizeof cut->total);
    headend_mux_segment (loop, without, i * n_frames, n_frames, segment->packets, segment->slots);
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
    for (guint j = 0; j < G_N_ELEMENTS (renditions); j++)
      g_clear_pointer (&self->cuts[i][j], cut_free);
  g_free (self);
}

/* ---- lists ------------------------------------------------------------------------------------------------------ */

static void
respond (SoupServerMessage *message, const char *type, gpointer bytes, gsize n_bytes)
{
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_append (soup_server_message_get_response_headers (message), "Cache-Control", "no-cache");
  soup_server_message_set_response (message, type, SOUP_MEMORY_TAKE, bytes, n_bytes);
}

static void
respond_list (SoupServerMessage *message, GString *text)
{
  const gsize n_bytes = text->len;

  respond (message, "application/vnd.apple.mpegurl", g_string_free (text, FALSE), n_bytes);
}

/* The number of segments that are whole by now: the next one to come. */
static gint64
get_next (const HeadendWebFaults *faults)
{
  const gint64 now_ms = faults->frozen_ms != 0 ? faults->frozen_ms : g_get_real_time () / 1000;

  return now_ms / SEGMENT_MS;
}

static void
serve_media (SoupServerMessage *message, const Rendition *rendition, const HeadendWebFaults *faults)
{
  const gint64 next = get_next (faults);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:%" G_GINT64_FORMAT
                          "\n#EXT-X-INDEPENDENT-SEGMENTS\n", (SEGMENT_MS + 999) / 1000, next - WINDOW);
  for (gint64 n = next - WINDOW; n < next; n++) {
    g_autoptr (GDateTime) epoch = g_date_time_new_from_unix_utc (n * SEGMENT_MS / 1000);
    g_autoptr (GDateTime) began = g_date_time_add (epoch, n * SEGMENT_MS % 1000 * 1000);
    g_autofree char *time = g_date_time_format (began, "%Y-%m-%dT%H:%M:%S");

    g_string_append_printf (text, "#EXT-X-PROGRAM-DATE-TIME:%s.%03dZ\n#EXTINF:%.3f,\n%s-%" G_GINT64_FORMAT ".ts\n", time,
                            g_date_time_get_microsecond (began) / 1000, SEGMENT_MS / 1000.0, rendition->name, n);
  }
  respond_list (message, text);
}

static void
append_variant (GString *text, const HeadendChannel *c, const char *name)
{
  g_string_append_printf (text, "#EXT-X-STREAM-INF:BANDWIDTH=%u,RESOLUTION=%ux%u,FRAME-RATE=%u.000,AUDIO=\"sound\"\n%s.m3u8\n",
                          (c->video_kbps + 400) * 1000, c->width, c->height, c->fps, name);
}

/* Two variants where there is a small one; the sound apart, one rendition a language. */
static void
serve_master (SoupServerMessage *message, const HeadendLoop *loop, const HeadendLoop *small)
{
  const HeadendChannel *c = loop->channel;
  GString *text = g_string_new ("#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n");

  for (guint i = 0; i < c->n_audio; i++)
    g_string_append_printf (text, "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"%s\",LANGUAGE=\"%s\",DEFAULT=%s,AUTOSELECT=YES,"
                            "CHANNELS=\"2\",URI=\"audio%u.m3u8\"\n", c->language[i], c->language[i], i == 0 ? "YES" : "NO", i + 1);
  append_variant (text, c, "video");
  if (small != NULL)
    append_variant (text, small->channel, "small");
  respond_list (message, text);
}

/* ---- segments --------------------------------------------------------------------------------------------------- */

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
serve_segment (HeadendHls *self, SoupServerMessage *message, const HeadendLoop *loop, guint rendition, gint64 number)
{
  const HeadendChannel *channel = loop->channel;
  const guint without = renditions[rendition].without;
  const HeadendTables tables = { channel, channel, channel->first_pid, 0, channel->n_audio, without };
  Cut **cut = &self->cuts[channel->number][rendition];

  if (*cut == NULL)
    *cut = cut_new (loop, without);
  respond (message, "video/mp2t", dup_segment (*cut, &tables, number), (*cut)->segments[number % SEGMENTS_A_LOOP].packets->len);
}

/* ---- addresses -------------------------------------------------------------------------------------------------- */

/* NAME.m3u8, or NAME-NUMBER.ts with @number set, else -1. G_N_ELEMENTS (renditions): there is no such file. */
static guint
parse_file (const char *file, gint64 *number)
{
  guint i = 0;

  *number = -1;
  for (; i < G_N_ELEMENTS (renditions); i++) {
    const char *rest = file;
    int end = 0;

    if (!g_str_has_prefix (file, renditions[i].name))
      continue;
    rest += strlen (renditions[i].name);
    if (g_str_equal (rest, ".m3u8") || (sscanf (rest, "-%" G_GINT64_FORMAT ".ts%n", number, &end) == 1 && end > 0 && rest[end] == '\0' && *number >= 0))
      break;
  }
  return i;
}

static gboolean
is_there (const Rendition *rendition, const HeadendLoop *loop, const HeadendLoop *small, gint64 number, const HeadendWebFaults *faults)
{
  const gint64 next = get_next (faults);

  if (number < 0 ? faults->list_missing : faults->segments_missing || number >= next || number < next - 2 * WINDOW)
    return FALSE;
  return (!rendition->small || small != NULL) && (rendition->without != renditions[4].without || loop->channel->n_audio > 1);
}

void
headend_hls_serve (HeadendHls *self, SoupServerMessage *message, const HeadendLoop *loop, const HeadendLoop *small,
                   const HeadendWebFaults *faults, const char *file)
{
  const gboolean nameless = g_str_equal (file, "live"); /* an address that does not say what it is */
  gint64 number;
  const guint i = parse_file (nameless ? "index.m3u8" : file, &number);

  if (g_str_equal (file, "master.m3u8") && !faults->list_missing)
    serve_master (message, loop, small);
  else if (i == G_N_ELEMENTS (renditions) || !is_there (&renditions[i], loop, small, number, faults))
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
  else if (number < 0)
    serve_media (message, &renditions[i], faults);
  else
    serve_segment (self, message, renditions[i].small ? small : loop, i, number);
}
