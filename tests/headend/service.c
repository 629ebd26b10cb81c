/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/service.h"

#include <string.h>

#include "headend/service-private.h"

#define HISTORY_BYTES (4 << 20)
#define LOOP_NS (HEADEND_LOOP_MS * 1e6)
/* Later than that, the machine slept or was stopped: the stream goes on from now instead of catching up. */
#define TOO_LATE_NS (500 * 1000000LL)
#define RTP_MP2T 33 /* RFC 3551, 6 */

/* Each channel begins at another place of its loop, as channels do, and at a key frame, so that there is always one to begin with. */
static guint
get_first_packet (const HeadendMux *mux, guint number)
{
  const guint wanted = mux->n_frames * (number * 37 % 100) / 100;
  guint i = wanted;

  while (!mux->frames[i].key && i > 0)
    i--;
  return mux->frames[i].first;
}

HeadendService *
headend_service_new (const HeadendChannel *channel, guint number, const HeadendMux *mux, guint32 seed, gint64 now_ns)
{
  HeadendService *self = g_new0 (HeadendService, 1);

  g_mutex_init (&self->mutex);
  self->channel = channel;
  self->number = number;
  self->impair = headend_impair_new (seed + number);
  self->truth = headend_truth_new (channel->fps);
  headend_playout_init (&self->playout, channel, mux, get_first_packet (mux, number), (gint64) number * 100 * 90000);
  self->anchor_ns = now_ns;
  self->key = G_MAXUINT64;
  if (number == channel->number)
    self->history = g_malloc (HISTORY_BYTES);
  return self;
}

void
headend_service_free (HeadendService *self)
{
  g_mutex_clear (&self->mutex);
  headend_impair_free (self->impair);
  headend_truth_free (self->truth);
  g_free (self->history);
  g_free (self);
}

guint
headend_service_get_number (HeadendService *self)
{
  return self->number;
}

const HeadendChannel *
headend_service_get_channel (HeadendService *self)
{
  return self->channel;
}

const HeadendMux *
headend_service_get_mux (HeadendService *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->playout.mux;
}

/* ---- chunks ----------------------------------------------------------------------------------------------------- */

static gint64
get_due_ns (const HeadendService *self)
{
  const double packet_ns = LOOP_NS / self->playout.mux->n_packets / (1 + self->ppm / 1e6);

  return self->anchor_ns + (gint64) ((double) self->since_anchor * packet_ns);
}

void
headend_service_anchor (HeadendService *self, gint64 now_ns)
{
  self->anchor_ns = now_ns;
  self->since_anchor = 0;
}

/* RFC 3550, 5.1; RFC 2250, 2: the clock of the first byte, 90 kHz. */
static void
write_rtp (HeadendService *self, guint8 *rtp)
{
  const guint32 time = (guint32) headend_playout_get_time90k (&self->playout);
  const guint16 sequence = self->rtp_sequence++;
  const guint8 head[12] = { 0x80, RTP_MP2T, (guint8) (sequence >> 8), (guint8) sequence, (guint8) (time >> 24), (guint8) (time >> 16),
                            (guint8) (time >> 8), (guint8) time, 0x48, 0x45, 0x41, (guint8) self->number };

  memcpy (rtp, head, sizeof head);
}

static void
add_marks (HeadendService *self, HeadendChunk *chunk, guint packet, const HeadendMark *mark)
{
  if (mark->starts != NULL) {
    self->under_way = TRUE;
    chunk->marks[chunk->n_marks++] =
      (HeadendChunkMark){ mark->starts->frame, mark->starts->key, FALSE, packet, mark->pts90k, ++self->serial };
  }
  if (mark->ends != NULL && self->under_way) { /* a stream joined in the middle ends frames that it did not begin */
    self->under_way = FALSE;
    chunk->marks[chunk->n_marks++] = (HeadendChunkMark){ mark->ends->frame, mark->ends->key, TRUE, packet, 0, self->serial };
  }
}

static HeadendChunk *
make_chunk (HeadendService *self)
{
  HeadendChunk *chunk = g_new (HeadendChunk, 1);

  chunk->n_marks = 0;
  chunk->copy = FALSE;
  chunk->held = 0;
  chunk->release_ns = get_due_ns (self);
  chunk->serial = self->under_way ? self->serial : 0;
  write_rtp (self, chunk->rtp);
  for (guint i = 0; i < HEADEND_CHUNK_PACKETS; i++) {
    HeadendMark mark;

    headend_playout_next (&self->playout, chunk->packets + i * HEADEND_PACKET, &mark);
    add_marks (self, chunk, i, &mark);
  }
  self->since_anchor += HEADEND_CHUNK_PACKETS;
  return chunk;
}

void
headend_service_collect (HeadendService *self, gint64 now_ns, GPtrArray *chunks)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  HeadendChunk *chunk;

  if (!self->paused && !self->ended && now_ns - get_due_ns (self) > TOO_LATE_NS)
    headend_service_anchor (self, now_ns);
  while (!self->paused && !self->ended && get_due_ns (self) <= now_ns) {
    HeadendChunk *lost = headend_impair_push (self->impair, make_chunk (self));

    if (lost != NULL) {
      headend_truth_lost (self->truth, lost);
      self->lost_chunks++;
      g_free (lost);
    }
  }
  while ((chunk = headend_impair_pull (self->impair, now_ns)) != NULL)
    g_ptr_array_add (chunks, chunk);
}

static void
keep (HeadendService *self, const HeadendChunk *chunk)
{
  const gsize at = self->head % HISTORY_BYTES;
  const gsize first = MIN (HEADEND_CHUNK_BYTES, HISTORY_BYTES - at);

  for (guint i = 0; i < chunk->n_marks; i++)
    if (chunk->marks[i].key && !chunk->marks[i].ends && !chunk->copy)
      self->key = self->head + chunk->marks[i].packet * HEADEND_PACKET;
  memcpy (self->history + at, chunk->packets, first);
  memcpy (self->history, chunk->packets + first, HEADEND_CHUNK_BYTES - first);
  self->head += HEADEND_CHUNK_BYTES;
}

void
headend_service_sent (HeadendService *self, const HeadendChunk *chunk, gint64 before_us, gint64 after_us)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  headend_truth_sent (self->truth, chunk, before_us, after_us);
  self->sent_chunks++;
  if (self->history != NULL)
    keep (self, chunk);
}

/* ---- what was sent ---------------------------------------------------------------------------------------------- */

static void
copy_history (HeadendService *self, guint64 position, guint8 *bytes, gsize n_bytes)
{
  const gsize at = position % HISTORY_BYTES;
  const gsize first = MIN (n_bytes, HISTORY_BYTES - at);

  memcpy (bytes, self->history + at, first);
  memcpy (bytes + first, self->history, n_bytes - first);
}

guint64
headend_service_get_head (HeadendService *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->head;
}

/* The continuity that a table before @position must have, so that the next one in the stream follows it. */
static guint8
continuity_before (HeadendService *self, guint64 position, HeadendSlot slot)
{
  const guint pid = headend_tables_get_pid (&self->playout.tables, slot);
  guint8 head[4];

  for (; position < self->head; position += HEADEND_PACKET) {
    copy_history (self, position, head, sizeof head);
    if (((guint) (head[1] & 0x1f) << 8 | head[2]) == pid)
      return (head[3] + 15) % 16;
  }
  return (self->playout.continuity[slot] + 15) % 16;
}

static gboolean
has_history (const HeadendService *self, guint64 position)
{
  return self->history != NULL && position <= self->head && self->head - position <= HISTORY_BYTES;
}

guint64
headend_service_find_key (HeadendService *self, guint8 *tables)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const guint64 position = has_history (self, self->key) ? self->key : self->head;

  for (guint i = 0; i < 2; i++) {
    const HeadendSlot slot = i == 0 ? HEADEND_SLOT_PAT : HEADEND_SLOT_PMT;

    headend_tables_write (&self->playout.tables, slot, tables + i * HEADEND_PACKET);
    tables[i * HEADEND_PACKET + 3] |= continuity_before (self, position, slot);
  }
  return position;
}

gboolean
headend_service_read (HeadendService *self, guint64 *position, guint8 *bytes, gsize *n_bytes)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (!has_history (self, *position))
    *position = self->head;
  *n_bytes = MIN (*n_bytes, self->head - *position);
  copy_history (self, *position, bytes, *n_bytes);
  *position += *n_bytes;
  return !self->ended || *n_bytes > 0;
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

void
headend_service_append_log (HeadendService *self, gint64 since_us, gboolean keys, gboolean all, GString *json)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  headend_truth_append (self->truth, since_us, keys, all, json);
}

void
headend_service_set_content (HeadendService *self, const HeadendMux *mux, gint64 now_ns)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  headend_playout_set_content (&self->playout, mux);
  headend_service_anchor (self, now_ns);
  self->under_way = FALSE;
}

gboolean
headend_service_has_ended (HeadendService *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->ended;
}

void
headend_service_get_web_faults (HeadendService *self, HeadendWebFaults *faults)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  *faults = self->web;
}
