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
  HeadendSlot slot;
  gboolean clock; /* bears the PCR */
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
append_unit (GByteArray *packets, GByteArray *slots, const Part *part, const HeadendUnit *unit)
{
  HeadendPes pes;
  const guint8 kind = (guint8) part->slot;
  guint8 packet[HEADEND_PACKET];

  headend_pes_init (&pes);
  headend_pes_begin (&pes, part->slot, unit, unit->pts90k + PTS_DELAY_90K, unit->dts90k + PTS_DELAY_90K,
                     part->clock ? (unit->dts90k + PTS_DELAY_90K - PCR_LEAD_90K) * 300 : -1);
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

/* The streams that are in it; the first one has the clock. */
static guint
choose_parts (const HeadendLoop *loop, guint without, guint first_frame, guint n_frames, Part *parts)
{
  const guint fps = loop->channel->fps;
  guint n = 0;

  if ((without & 1u << HEADEND_SLOT_VIDEO) == 0)
    parts[n++] = (Part){ &loop->video, first_frame, first_frame + n_frames, HEADEND_SLOT_VIDEO, TRUE };
  for (guint i = 0; i < loop->channel->n_audio; i++) {
    const HeadendStream *audio = &loop->audio[i];

    if ((without & 1u << (HEADEND_SLOT_AUDIO0 + i)) != 0)
      continue;
    parts[n] = (Part){ audio, find_time (audio, (gint64) first_frame * 90000 / fps),
                       find_time (audio, (gint64) (first_frame + n_frames) * 90000 / fps), HEADEND_SLOT_AUDIO0 + i, n == 0 };
    n++;
  }
  return n;
}

void
headend_mux_segment (const HeadendLoop *loop, guint without, guint first_frame, guint n_frames, GByteArray *packets, GByteArray *slots)
{
  Part parts[N_SOURCES], *part;
  const guint n_parts = choose_parts (loop, without, first_frame, n_frames, parts);

  append_place (packets, slots, HEADEND_SLOT_PAT);
  append_place (packets, slots, HEADEND_SLOT_PMT);
  while ((part = pick (parts, n_parts)) != NULL)
    append_unit (packets, slots, part, &part->stream->units[part->next++]);
}
