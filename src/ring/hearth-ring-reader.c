/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ring/hearth-ring-layout.h"

#include <errno.h>
#include <hearth/error.h>
#include <sys/stat.h>
#include <unistd.h>

/* The mapping, shared by the cursors on it. Sizes are private copies, checked once: what the header says later moves nothing. */
typedef struct {
  gatomicrefcount count;
  const HearthRingHeader *header;
  const guint8 *payload;
  gsize mapped_bytes;
  guint64 payload_bytes;
} Map;

struct _HearthRingReader {
  Map *map;
  guint64 position;
  guint64 head;     /* as last seen */
  guint64 base, span; /* likewise: see the layout */
  gboolean corrupt; /* the header broke its own rules; for good */
};

/* ---- mapping ---------------------------------------------------------------------- */

static void
map_unref (Map *map)
{
  if (!g_atomic_ref_count_dec (&map->count))
    return;
  munmap ((gpointer) map->header, map->mapped_bytes);
  g_free (map);
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "this is no ring of this version: %s", why);
  return FALSE;
}

/* Before it is mapped: memory that could shrink would kill the reader, memory that others write would fool it. */
static gboolean
check_memory (int fd, gsize *size, GError **error)
{
  struct stat status;
  int seals = fcntl (fd, F_GET_SEALS);

  if (seals < 0)
    return refuse (error, "it is no memory that can be sealed");
  if ((seals & HEARTH_RING_SEALS) != HEARTH_RING_SEALS)
    return refuse (error, "it is not sealed against shrinking, growing, writing and other seals");
  if (fstat (fd, &status) < 0) {
    hearth_error_set_errno (error, errno, "asking for the size of a ring");
    return FALSE;
  }
  if (status.st_size < (goffset) (HEARTH_RING_PAYLOAD_AT + HEARTH_RING_MIN_BYTES) ||
      status.st_size > (goffset) HEARTH_RING_PAYLOAD_AT + HEARTH_RING_MAX_BYTES + 2 * 65536)
    return refuse (error, "its size is out of bounds");
  *size = status.st_size;
  return TRUE;
}

static gboolean
check_header (Map *map, GError **error)
{
  const HearthRingHeader *header = map->header;

  map->payload_bytes = header->payload_bytes;
  if (header->magic != HEARTH_RING_MAGIC || header->layout != HEARTH_RING_LAYOUT ||
      header->index_entries != HEARTH_RING_INDEX_ENTRIES || header->payload_at != HEARTH_RING_PAYLOAD_AT)
    return refuse (error, "its header is another's");
  if (map->payload_bytes % HEARTH_RING_PACKET != 0 || map->payload_bytes < HEARTH_RING_MIN_BYTES ||
      map->payload_bytes > map->mapped_bytes - HEARTH_RING_PAYLOAD_AT)
    return refuse (error, "its payload's size is wrong");
  return TRUE;
}

/* The span that counts now; FALSE: it is none. */
static gboolean
load_span (HearthRingReader *self)
{
  const HearthRingHeader *header = self->map->header;
  guint32 n = atomic_load_explicit (&header->n_spans, memory_order_acquire);
  const HearthRingSpan *span = &header->spans[CLAMP (n, 1, HEARTH_RING_SPANS) - 1];
  guint64 base = atomic_load_explicit (&span->base, memory_order_relaxed);
  guint64 bytes = atomic_load_explicit (&span->bytes, memory_order_relaxed);

  if (n < 1 || n > HEARTH_RING_SPANS || base < self->base || base % HEARTH_RING_PACKET != 0 || base > HEARTH_RING_MAX_POSITION ||
      bytes % HEARTH_RING_PACKET != 0 || bytes < HEARTH_RING_MIN_BYTES || bytes > self->map->payload_bytes)
    return FALSE;
  self->base = base;
  self->span = bytes;
  return TRUE;
}

HearthRingReader *
hearth_ring_reader_new (int fd, GError **error)
{
  g_autoptr (HearthRingReader) self = NULL;
  gsize size = 0;
  gpointer memory;

  if (!check_memory (fd, &size, error))
    return NULL;
  memory = mmap (NULL, size, PROT_READ, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) {
    hearth_error_set_errno (error, errno, "mapping a ring of %zu bytes", size);
    return NULL;
  }
  self = g_new0 (HearthRingReader, 1);
  self->map = g_new0 (Map, 1);
  g_atomic_ref_count_init (&self->map->count);
  self->map->header = memory;
  self->map->payload = (const guint8 *) memory + HEARTH_RING_PAYLOAD_AT;
  self->map->mapped_bytes = size;
  if (!check_header (self->map, error))
    return NULL;
  if (load_span (self))
    return g_steal_pointer (&self);
  refuse (error, "the span in use is wrong");
  return NULL;
}

HearthRingReader *
hearth_ring_reader_dup (HearthRingReader *self)
{
  HearthRingReader *copy = g_new0 (HearthRingReader, 1);

  *copy = *self;
  g_atomic_ref_count_inc (&copy->map->count);
  return copy;
}

void
hearth_ring_reader_free (HearthRingReader *self)
{
  map_unref (self->map);
  g_free (self);
}

/* ---- the counters ------------------------------------------------------------------- */

/* FALSE once the writer broke a rule: heads are whole packets, only grow, and lie at or before what is reserved. The span is loaded
 * after a first head: whoever has seen a byte of it has seen it; and before the head that counts, which is no smaller than its base. */
static gboolean
look (HearthRingReader *self, guint64 *reserved)
{
  const HearthRingHeader *header = self->map->header;
  guint64 head = atomic_load_explicit (&header->head, memory_order_acquire);
  gboolean good = load_span (self);

  if (head < self->base)
    head = atomic_load_explicit (&header->head, memory_order_acquire);
  *reserved = atomic_load_explicit (&header->reserved, memory_order_relaxed);
  if (self->corrupt || !good || head % HEARTH_RING_PACKET != 0 || head < self->head || head < self->base || *reserved < head ||
      *reserved % HEARTH_RING_PACKET != 0 || *reserved > HEARTH_RING_MAX_POSITION) {
    self->corrupt = TRUE;
    *reserved = self->head;
    return FALSE;
  }
  self->head = head;
  return TRUE;
}

/* With a margin for the writer, so that a reader that starts there is not overrun at once. Whole packets. */
static guint64
oldest_for (HearthRingReader *self, guint64 reserved)
{
  guint64 kept = self->span - self->span / 8 / HEARTH_RING_PACKET * HEARTH_RING_PACKET;
  guint64 oldest = reserved > kept ? MIN (reserved - kept, self->head) : 0;

  return MAX (oldest, MIN (self->base, self->head));
}

/* What lies at the cursor is, or may be, another's by now. */
static gboolean
is_behind (const HearthRingReader *self, guint64 reserved)
{
  return self->position < self->base || reserved > self->position + self->span;
}

guint64
hearth_ring_reader_get_head (HearthRingReader *self)
{
  guint64 reserved;

  look (self, &reserved);
  return self->head;
}

guint64
hearth_ring_reader_get_oldest (HearthRingReader *self)
{
  guint64 reserved;

  look (self, &reserved);
  return oldest_for (self, reserved);
}

guint64
hearth_ring_reader_get_position (HearthRingReader *self)
{
  return self->position;
}

void
hearth_ring_reader_seek (HearthRingReader *self, guint64 position)
{
  guint64 oldest = hearth_ring_reader_get_oldest (self);

  position -= position % HEARTH_RING_PACKET;
  self->position = CLAMP (position, oldest, self->head);
}

gboolean
hearth_ring_reader_is_ended (HearthRingReader *self)
{
  return atomic_load_explicit (&self->map->header->ended, memory_order_acquire) != 0;
}

/* ---- reading ------------------------------------------------------------------------ */

static HearthRingRead
fall_behind (HearthRingReader *self)
{
  HearthRingRap rap;

  if (hearth_ring_reader_get_oldest_rap (self, &rap))
    self->position = rap.position;
  else
    self->position = hearth_ring_reader_get_oldest (self);
  return self->corrupt ? HEARTH_RING_READ_CORRUPT : HEARTH_RING_READ_OVERRUN;
}

static void
copy_out (HearthRingReader *self, guint8 *buffer, gsize n)
{
  gsize at = (self->position - self->base) % self->span;
  gsize first = MIN (n, self->span - at);

  hearth_ring_copy_out (buffer, self->map->payload + at, first);
  hearth_ring_copy_out (buffer + first, self->map->payload, n - first);
}

HearthRingRead
hearth_ring_reader_read (HearthRingReader *self, guint8 *buffer, gsize max, gsize *n_read)
{
  gboolean ended = hearth_ring_reader_is_ended (self); /* before the head: then that head is the last one */
  guint64 reserved;
  gsize n;

  *n_read = 0;
  if (!look (self, &reserved))
    return HEARTH_RING_READ_CORRUPT;
  if (is_behind (self, reserved))
    return fall_behind (self);
  n = MIN (max, self->head - self->position) / HEARTH_RING_PACKET * HEARTH_RING_PACKET;
  if (n == 0)
    return ended && self->position == self->head ? HEARTH_RING_READ_ENDED : HEARTH_RING_READ_EMPTY;

  copy_out (self, buffer, n);
  hearth_ring_fence (memory_order_acquire); /* the bytes were read before span and counter are looked at again */
  self->corrupt = self->corrupt || !load_span (self);
  if (self->corrupt)
    return HEARTH_RING_READ_CORRUPT;
  reserved = atomic_load_explicit (&self->map->header->reserved, memory_order_relaxed);
  if (is_behind (self, reserved))
    return fall_behind (self);
  self->position += n;
  *n_read = n;
  return HEARTH_RING_READ_OK;
}

HearthRingRead
hearth_ring_reader_peek (HearthRingReader *self, const guint8 **bytes, gsize *n_bytes)
{
  gboolean ended = hearth_ring_reader_is_ended (self);
  guint64 reserved;
  gsize at;

  *n_bytes = 0;
  *bytes = self->map->payload;
  if (!look (self, &reserved))
    return HEARTH_RING_READ_CORRUPT;
  if (is_behind (self, reserved))
    return fall_behind (self);
  at = (self->position - self->base) % self->span;
  *bytes += at;
  *n_bytes = MIN (self->head - self->position, self->span - at);
  if (*n_bytes == 0)
    return ended ? HEARTH_RING_READ_ENDED : HEARTH_RING_READ_EMPTY;
  return HEARTH_RING_READ_OK;
}

HearthRingRead
hearth_ring_reader_consume (HearthRingReader *self, gsize n_bytes)
{
  guint64 reserved;

  hearth_ring_fence (memory_order_acquire); /* the bytes were read before the counter is looked at again */
  if (!look (self, &reserved))
    return HEARTH_RING_READ_CORRUPT;
  if (is_behind (self, reserved))
    return fall_behind (self);
  self->position += MIN (n_bytes, self->head - self->position) / HEARTH_RING_PACKET * HEARTH_RING_PACKET;
  return HEARTH_RING_READ_OK;
}

gboolean
hearth_ring_reader_arm (HearthRingReader *self, HearthRingWaiter *waiter, guint64 head)
{
  atomic_store (&waiter->page->threshold, MIN (head, HEARTH_RING_MAX_POSITION));
  hearth_ring_fence (memory_order_seq_cst); /* pairs with the one in the writer's wake_waiters() */
  if (hearth_ring_reader_get_head (self) < head && !hearth_ring_reader_is_ended (self) && !self->corrupt)
    return TRUE;
  atomic_store (&waiter->page->threshold, HEARTH_RING_NOT_ARMED);
  return FALSE;
}

/* ---- random access points --------------------------------------------------------------- */

/* Random access point @n, if its entry is still that one's, whole, and lies where it may be read. */
static gboolean
load_rap (HearthRingReader *self, guint64 n, HearthRingRap *rap)
{
  const HearthRingEntry *entry = &self->map->header->index[n % HEARTH_RING_INDEX_ENTRIES];

  if (atomic_load_explicit (&entry->sequence, memory_order_acquire) != 2 * n + 2)
    return FALSE;
  rap->position = atomic_load_explicit (&entry->position, memory_order_relaxed);
  rap->pts90k = atomic_load_explicit (&entry->pts90k, memory_order_relaxed);
  rap->dts90k = atomic_load_explicit (&entry->dts90k, memory_order_relaxed);
  rap->boottime_us = atomic_load_explicit (&entry->boottime_us, memory_order_relaxed);
  rap->utc_us = atomic_load_explicit (&entry->utc_us, memory_order_relaxed);
  rap->kind = atomic_load_explicit (&entry->kind, memory_order_relaxed);
  rap->pmt_generation = atomic_load_explicit (&entry->pmt_generation, memory_order_relaxed);
  hearth_ring_fence (memory_order_acquire);
  return atomic_load_explicit (&entry->sequence, memory_order_relaxed) == 2 * n + 2;
}

typedef enum { NEWEST, OLDEST, AT } Wanted;

/* Goes back from the newest one; at most once through the index. An unsafe position ends it: those before are older still. */
static gboolean
find_rap (HearthRingReader *self, Wanted wanted, gint64 boottime_us, HearthRingRap *found)
{
  guint64 n_raps = atomic_load_explicit (&self->map->header->n_raps, memory_order_acquire);
  guint64 oldest = hearth_ring_reader_get_oldest (self);
  gboolean any = FALSE;
  HearthRingRap rap;

  for (guint64 i = 1; i <= MIN (n_raps, HEARTH_RING_INDEX_ENTRIES) && !self->corrupt; i++) {
    if (!load_rap (self, n_raps - i, &rap) || rap.position >= self->head || rap.position % HEARTH_RING_PACKET != 0)
      continue;
    if (rap.position < oldest)
      break;
    if (wanted == AT && rap.boottime_us > boottime_us)
      continue;
    *found = rap;
    any = TRUE;
    if (wanted != OLDEST)
      break;
  }
  return any;
}

gboolean
hearth_ring_reader_next_rap (HearthRingReader *self, guint64 *n, HearthRingRap *rap)
{
  guint64 n_raps = atomic_load_explicit (&self->map->header->n_raps, memory_order_acquire);

  if (n_raps > *n + HEARTH_RING_INDEX_ENTRIES)
    *n = n_raps - HEARTH_RING_INDEX_ENTRIES;
  while (*n < n_raps)
    if (load_rap (self, (*n)++, rap) && rap->position % HEARTH_RING_PACKET == 0 && rap->position < HEARTH_RING_MAX_POSITION)
      return TRUE;
  return FALSE;
}

gboolean
hearth_ring_reader_get_newest_rap (HearthRingReader *self, HearthRingRap *rap)
{
  return find_rap (self, NEWEST, 0, rap);
}

gboolean
hearth_ring_reader_get_oldest_rap (HearthRingReader *self, HearthRingRap *rap)
{
  return find_rap (self, OLDEST, 0, rap);
}

gboolean
hearth_ring_reader_get_rap_at (HearthRingReader *self, gint64 boottime_us, HearthRingRap *rap)
{
  return find_rap (self, AT, boottime_us, rap);
}

/* ---- tables ---------------------------------------------------------------------------- */

static gsize
load_section (const _Atomic guint32 *words, const _Atomic guint32 *n_bytes, guint8 *section)
{
  gsize n = atomic_load_explicit (n_bytes, memory_order_relaxed); /* once: the next look may find another number */

  n = MIN (n, HEARTH_RING_SECTION_BYTES);
  for (gsize i = 0; i < n; i += 4) {
    guint32 word = atomic_load_explicit (&words[i / 4], memory_order_relaxed);

    memcpy (section + i, &word, MIN (sizeof word, n - i));
  }
  return n;
}

gboolean
hearth_ring_reader_get_tables (HearthRingReader *self, guint8 *pat, gsize *n_pat, guint8 *pmt, gsize *n_pmt, guint32 *generation)
{
  const HearthRingTables *tables = &self->map->header->tables;

  /* Bounded: a writer that died, or lies, leaves an odd sequence for good. A live one needs a microsecond. */
  for (guint tries = 0; tries < 64; tries++) {
    guint32 before = atomic_load_explicit (&tables->sequence, memory_order_acquire);

    if (before % 2 != 0) {
      g_thread_yield ();
      continue;
    }
    *n_pat = load_section (tables->pat, &tables->n_pat, pat);
    *n_pmt = load_section (tables->pmt, &tables->n_pmt, pmt);
    *generation = atomic_load_explicit (&tables->generation, memory_order_relaxed);
    hearth_ring_fence (memory_order_acquire);
    if (atomic_load_explicit (&tables->sequence, memory_order_relaxed) == before)
      return before > 0;
  }
  return FALSE;
}
