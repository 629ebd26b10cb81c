/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HLS segments: the same access units without a constant bit rate (RFC 8216, 3.2: each begins with PAT and PMT). */
#include "headend/mux.h"
#include "headend/pes.h"

#define PTS_DELAY_90K 90000
#define PCR_LEAD_90K 18000 /* PCR before DTS */
#define N_SOURCES (1 + HEADEND_MAX_AUDIO)

typedef struct {
  const HeadendStream *stream;
  guint next, end;
} Part;

static void
append_place (GByteArray *packets, GByteArray *slots, HeadendSlot slot)
{
  guint8 packet[HEADEND_PACKET], kind = (guint8) slot;

  headend_null_write (packet);
  g_byte_array_append (packets, packet, sizeof packet);
  g_byte_array_append (slots, &kind, 1);
}

static void
append_unit (GByteArray *packets, GByteArray *slots, HeadendSlot slot, const HeadendUnit *unit)
{
  HeadendPes pes;
  const guint8 kind = (guint8) slot;
  guint8 packet[HEADEND_PACKET];

  headend_pes_init (&pes);
  headend_pes_begin (&pes, slot, unit, unit->pts90k + PTS_DELAY_90K, unit->dts90k + PTS_DELAY_90K,
                     slot == HEADEND_SLOT_VIDEO ? (unit->dts90k + PTS_DELAY_90K - PCR_LEAD_90K) * 300 : -1);
  while (headend_pes_has_more (&pes)) {
    headend_pes_write (&pes, packet);
    g_byte_array_append (packets, packet, sizeof packet);
    g_byte_array_append (slots, &kind, 1);
  }
  headend_pes_clear (&pes);
}

/* The part whose next unit has the least DTS; NULL at the end. */
static Part *
pick (Part *parts, guint n_parts)
{
  Part *best = NULL;

  for (guint i = 0; i < n_parts; i++)
    if (parts[i].next < parts[i].end &&
        (best == NULL || parts[i].stream->units[parts[i].next].dts90k < best->stream->units[best->next].dts90k))
      best = &parts[i];
  return best;
}

static guint
find_time (const HeadendStream *stream, gint64 pts90k)
{
  guint i = 0;

  while (i < stream->n_units && stream->units[i].pts90k < pts90k)
    i++;
  return i;
}

void
headend_mux_segment (const HeadendLoop *loop, guint first_frame, guint n_frames, GByteArray *packets, GByteArray *slots)
{
  const guint n_parts = 1 + loop->channel->n_audio, fps = loop->channel->fps;
  Part parts[N_SOURCES] = { { &loop->video, first_frame, first_frame + n_frames } };
  Part *part;

  for (guint i = 1; i < n_parts; i++) {
    const HeadendStream *audio = &loop->audio[i - 1];

    parts[i] = (Part){ audio, find_time (audio, (gint64) first_frame * 90000 / fps),
                       find_time (audio, (gint64) (first_frame + n_frames) * 90000 / fps) };
  }
  append_place (packets, slots, HEADEND_SLOT_PAT);
  append_place (packets, slots, HEADEND_SLOT_PMT);
  while ((part = pick (parts, n_parts)) != NULL)
    append_unit (packets, slots, HEADEND_SLOT_VIDEO + (guint) (part - parts), &part->stream->units[part->next++]);
}
