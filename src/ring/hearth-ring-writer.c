/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ring/hearth-ring-layout.h"

#include <errno.h>
#include <hearth/error.h>
#include <hearth/log.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("ring")

struct _HearthRingWriter {
  int fd;
  HearthRingHeader *header;
  guint8 *payload;
  gsize payload_bytes, mapped_bytes;
  guint64 base, span, wanted; /* of the payload, the part in use and how long it should be; see the layout */
  guint64 head, n_raps; /* the writing thread's own; readers' copies are in the header */
  guint32 generation;

  GMutex lock;        /* guards waiters */
  GPtrArray *waiters; /* HearthRingWaiter, borrowed */
  _Atomic guint n_waiters; /* so that a ring that nobody sleeps on takes no lock */
};

static gsize
round_up (gsize value, gsize unit)
{
  return (value + unit - 1) / unit * unit;
}

/* Seals come after the mapping: FUTURE_WRITE lets it stand and refuses every later one that could write, ours too. */
static gboolean
make_memory (HearthRingWriter *self, const char *name, GError **error)
{
  gpointer memory;

  self->fd = memfd_create (name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (self->fd < 0 || ftruncate (self->fd, self->mapped_bytes) < 0) {
    hearth_error_set_errno (error, errno, "making a ring of %zu bytes", self->mapped_bytes);
    return FALSE;
  }
  memory = mmap (NULL, self->mapped_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd, 0);
  if (memory == MAP_FAILED) {
    hearth_error_set_errno (error, errno, "mapping a ring of %zu bytes", self->mapped_bytes);
    return FALSE;
  }
  self->header = memory;
  self->payload = (guint8 *) memory + HEARTH_RING_PAYLOAD_AT;
  if (fcntl (self->fd, F_ADD_SEALS, HEARTH_RING_SEALS) < 0) {
    hearth_error_set_errno (error, errno, "sealing a ring (Linux 5.1 or later is needed)");
    return FALSE;
  }
  return TRUE;
}

/* From the beginning of this lap on, so that what it holds stays where it is. FALSE: it has changed too often. */
static gboolean
use_span (HearthRingWriter *self, guint64 base, guint64 bytes)
{
  guint32 n = atomic_load_explicit (&self->header->n_spans, memory_order_relaxed);

  if (n >= HEARTH_RING_SPANS)
    return FALSE;
  atomic_store_explicit (&self->header->spans[n].base, base, memory_order_relaxed);
  atomic_store_explicit (&self->header->spans[n].bytes, bytes, memory_order_relaxed);
  atomic_store_explicit (&self->header->n_spans, n + 1, memory_order_release);
  self->base = base;
  self->span = bytes;
  return TRUE;
}

HearthRingWriter *
hearth_ring_writer_new (const char *name, gsize payload_bytes, GError **error)
{
  return hearth_ring_writer_new_growing (name, payload_bytes, payload_bytes, error);
}

HearthRingWriter *
hearth_ring_writer_new_growing (const char *name, gsize payload_bytes, gsize most_bytes, GError **error)
{
  g_autoptr (HearthRingWriter) self = NULL;

  most_bytes = MAX (most_bytes, payload_bytes);
  if (most_bytes > HEARTH_RING_MAX_BYTES) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "a ring of %zu bytes was asked for, %u are the most", most_bytes,
                 HEARTH_RING_MAX_BYTES);
    return NULL;
  }
  self = g_new0 (HearthRingWriter, 1);
  g_mutex_init (&self->lock);
  self->waiters = g_ptr_array_new ();
  self->payload_bytes = round_up (MAX (most_bytes, HEARTH_RING_MIN_BYTES), HEARTH_RING_PACKET);
  self->mapped_bytes = round_up (HEARTH_RING_PAYLOAD_AT + self->payload_bytes, sysconf (_SC_PAGESIZE));
  if (!make_memory (self, name, error))
    return NULL;
  self->header->layout = HEARTH_RING_LAYOUT;
  self->header->index_entries = HEARTH_RING_INDEX_ENTRIES;
  self->header->payload_at = HEARTH_RING_PAYLOAD_AT;
  self->header->payload_bytes = self->payload_bytes;
  use_span (self, 0, round_up (MAX (payload_bytes, HEARTH_RING_MIN_BYTES), HEARTH_RING_PACKET));
  self->wanted = self->span;
  self->header->magic = HEARTH_RING_MAGIC;
  hearth_debug ("ring %s of %" G_GUINT64_FORMAT " bytes, %zu at most", name, self->span, self->payload_bytes);
  return g_steal_pointer (&self);
}

void
hearth_ring_writer_free (HearthRingWriter *self)
{
  if (self->header != NULL)
    munmap (self->header, self->mapped_bytes);
  if (self->fd >= 0)
    close (self->fd);
  g_ptr_array_unref (self->waiters);
  g_mutex_clear (&self->lock);
  g_free (self);
}

int
hearth_ring_writer_get_fd (HearthRingWriter *self)
{
  return self->fd;
}

guint64
hearth_ring_writer_get_head (HearthRingWriter *self)
{
  return atomic_load_explicit (&self->header->head, memory_order_acquire);
}

/* ---- waking ---------------------------------------------------------------------- */

static void
wake_waiters (HearthRingWriter *self, guint64 head)
{
  /* The other half stands in hearth_ring_reader_arm(): it stores its threshold and then looks at the head; we have stored the
   * head and look at thresholds. With a full fence on both sides at least one of us sees the other. */
  hearth_ring_fence (memory_order_seq_cst);
  if (atomic_load_explicit (&self->n_waiters, memory_order_relaxed) == 0)
    return;
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->waiters->len; i++)
    hearth_ring_waiter_wake_at (g_ptr_array_index (self->waiters, i), head);
  g_mutex_unlock (&self->lock);
}

void
hearth_ring_writer_add_waiter (HearthRingWriter *self, HearthRingWaiter *waiter)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->waiters, waiter);
  g_mutex_unlock (&self->lock);
  atomic_fetch_add (&self->n_waiters, 1);
  hearth_ring_fence (memory_order_seq_cst); /* pairs with the one in wake_waiters() */
  /* It may have been armed before the writer knew it. Then nobody has looked yet. */
  hearth_ring_waiter_wake_at (waiter, atomic_load (&self->header->ended) != 0 ? HEARTH_RING_NOT_ARMED - 1
                                                                                : atomic_load (&self->header->head));
}

void
hearth_ring_writer_remove_waiter (HearthRingWriter *self, HearthRingWaiter *waiter)
{
  g_mutex_lock (&self->lock);
  if (g_ptr_array_remove_fast (self->waiters, waiter))
    atomic_fetch_sub (&self->n_waiters, 1);
  g_mutex_unlock (&self->lock);
}

/* ---- writing --------------------------------------------------------------------- */

/* No packet lies across the ring's end. One packet alone, as a multiplex of many services has them, is copied without a call.
 * Returns where the next one goes. */
static inline gsize
copy_run (HearthRingWriter *self, const HearthRingRun *run, gsize at)
{
  gsize n = run->end - run->packets, first = MIN (n, self->span - at);

  if (n == HEARTH_RING_PACKET) {
    hearth_ring_copy_in (self->payload + at, run->packets, HEARTH_RING_PACKET);
  } else {
    hearth_ring_copy_in (self->payload + at, run->packets, first);
    hearth_ring_copy_in (self->payload, run->packets + first, n - first);
  }
  at += n;
  return at < self->span ? at : at - self->span;
}

#define WORTH_IT(span) ((span) / 8) /* less is not worth a change */

void
hearth_ring_writer_set_wanted (HearthRingWriter *self, guint64 bytes)
{
  bytes = CLAMP (bytes, HEARTH_RING_MIN_BYTES, self->payload_bytes);
  self->wanted = MIN (round_up (bytes, HEARTH_RING_PACKET), self->payload_bytes);
  if (self->base == 0 && self->head <= self->wanted && self->wanted + WORTH_IT (self->span) < self->span)
    use_span (self, 0, self->wanted);
}

gsize
hearth_ring_writer_get_span (HearthRingWriter *self)
{
  return self->span;
}

/* Where the next byte goes. Instead of over the end the ring goes on into memory that it has not used yet. */
static gsize
find_place (HearthRingWriter *self, gsize n_bytes)
{
  gsize at = (self->head - self->base) % self->span;

  if (at + n_bytes >= self->span && self->wanted > self->span + WORTH_IT (self->span) && use_span (self, self->head - at, self->wanted))
    hearth_debug ("a ring grows to %" G_GUINT64_FORMAT " bytes", self->span);
  return at;
}

void
hearth_ring_writer_write_runs (HearthRingWriter *self, const HearthRingRun *runs, guint n_runs, gsize n_bytes)
{
  gsize at = find_place (self, n_bytes);

  g_return_if_fail (n_bytes % HEARTH_RING_PACKET == 0 && n_bytes <= self->span / 4);

  atomic_store_explicit (&self->header->reserved, self->head + n_bytes, memory_order_relaxed);
  hearth_ring_fence (memory_order_release); /* nobody sees a new byte without seeing that it was reserved */
  for (guint i = 0; i < n_runs; i++)
    at = copy_run (self, &runs[i], at);
  self->head += n_bytes;
  atomic_store_explicit (&self->header->head, self->head, memory_order_release);
  wake_waiters (self, self->head);
}

void
hearth_ring_writer_write (HearthRingWriter *self, const guint8 *packets, gsize n_bytes)
{
  const HearthRingRun run = { packets, packets + n_bytes };

  hearth_ring_writer_write_runs (self, &run, 1, n_bytes);
}

void
hearth_ring_writer_set_ended (HearthRingWriter *self, gboolean ended)
{
  atomic_store (&self->header->ended, ended != FALSE);
  if (ended)
    wake_waiters (self, HEARTH_RING_NOT_ARMED - 1);
}

void
hearth_ring_writer_add_rap (HearthRingWriter *self, const HearthRingRap *rap)
{
  HearthRingEntry *entry = &self->header->index[self->n_raps % HEARTH_RING_INDEX_ENTRIES];

  atomic_store_explicit (&entry->sequence, 2 * self->n_raps + 1, memory_order_relaxed);
  hearth_ring_fence (memory_order_release);
  atomic_store_explicit (&entry->position, rap->position, memory_order_relaxed);
  atomic_store_explicit (&entry->pts90k, rap->pts90k, memory_order_relaxed);
  atomic_store_explicit (&entry->dts90k, rap->dts90k, memory_order_relaxed);
  atomic_store_explicit (&entry->boottime_us, rap->boottime_us, memory_order_relaxed);
  atomic_store_explicit (&entry->utc_us, rap->utc_us, memory_order_relaxed);
  atomic_store_explicit (&entry->kind, rap->kind, memory_order_relaxed);
  atomic_store_explicit (&entry->pmt_generation, self->generation, memory_order_relaxed);
  atomic_store_explicit (&entry->sequence, 2 * self->n_raps + 2, memory_order_release);
  self->n_raps++;
  atomic_store_explicit (&self->header->n_raps, self->n_raps, memory_order_release);
}

/* ---- tables ----------------------------------------------------------------------- */

static void
store_section (_Atomic guint32 *words, _Atomic guint32 *n_bytes, const guint8 *section, gsize n)
{
  for (gsize i = 0; i < n; i += 4) {
    guint32 word = 0;

    memcpy (&word, section + i, MIN (sizeof word, n - i));
    atomic_store_explicit (&words[i / 4], word, memory_order_relaxed);
  }
  atomic_store_explicit (n_bytes, n, memory_order_relaxed);
}

static gboolean
same_section (const _Atomic guint32 *words, const _Atomic guint32 *n_bytes, const guint8 *section, gsize n)
{
  if (atomic_load_explicit (n_bytes, memory_order_relaxed) != n)
    return FALSE;
  return memcmp ((gconstpointer) words, section, n) == 0; /* only this thread writes them */
}

void
hearth_ring_writer_set_tables (HearthRingWriter *self, const guint8 *pat, gsize n_pat, const guint8 *pmt, gsize n_pmt)
{
  HearthRingTables *tables = &self->header->tables;
  guint32 sequence = atomic_load_explicit (&tables->sequence, memory_order_relaxed);

  g_return_if_fail (n_pat <= HEARTH_RING_SECTION_BYTES && n_pmt <= HEARTH_RING_SECTION_BYTES);
  if (self->generation > 0 && same_section (tables->pat, &tables->n_pat, pat, n_pat) &&
      same_section (tables->pmt, &tables->n_pmt, pmt, n_pmt))
    return;

  self->generation++;
  atomic_store_explicit (&tables->sequence, sequence + 1, memory_order_relaxed);
  hearth_ring_fence (memory_order_release);
  store_section (tables->pat, &tables->n_pat, pat, n_pat);
  store_section (tables->pmt, &tables->n_pmt, pmt, n_pmt);
  atomic_store_explicit (&tables->generation, self->generation, memory_order_relaxed);
  atomic_store_explicit (&tables->sequence, sequence + 2, memory_order_release);
}
