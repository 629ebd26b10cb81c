/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ring/hearth-ring.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

G_BEGIN_DECLS

/* What lies in a ring's memfd and in a waiter's page. Private to src/ring and its tests; change HEARTH_RING_LAYOUT with it.
 *
 *     0                      HearthRingHeader
 *     HEARTH_RING_PAYLOAD_AT payload_bytes of packets, then nothing up to the page's end
 *
 * Of the payload only a span is used, for memory that is never touched costs nothing and a stream's rate is not known before it
 * flows. The span changes at moments of the writer's choosing: a new one begins at the position `base` that lies at the payload's
 * beginning, and the byte of position p >= base lies at (p - base) % bytes. What the former span held from `base` on lies in both at
 * the same place; what it held before is given up. All that changes is atomic: the writer runs while readers look. */

#define HEARTH_RING_MAGIC 0x474e5248u /* "HRNG" */
#define HEARTH_RING_LAYOUT 2
#define HEARTH_RING_INDEX_ENTRIES 2048u /* a power of two; 40 s of a stream of key frames only */
#define HEARTH_RING_SPANS 16u /* the span may change so often */
#define HEARTH_RING_SECTION_BYTES 1024u /* ISO/IEC 13818-1, 2.4.4: PAT and PMT sections are no longer */
#define HEARTH_RING_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL)
#define HEARTH_RING_MAX_POSITION (G_GUINT64_CONSTANT (1) << 62) /* sums of positions and sizes never overflow */

/* Random access point n (0 for the first) lies in entry n % HEARTH_RING_INDEX_ENTRIES. */
typedef struct {
  _Atomic guint64 sequence; /* 2n + 1 while it is written, 2n + 2 once it is valid, 0 never used */
  _Atomic guint64 position;
  _Atomic gint64 pts90k, dts90k;
  _Atomic gint64 boottime_us, utc_us;
  _Atomic guint32 kind, pmt_generation;
  guint64 padding; /* a cache line each */
} HearthRingEntry;
G_STATIC_ASSERT (sizeof (HearthRingEntry) == 64);

/* Written once, before n_spans counts it. Multiples of 188. */
typedef struct {
  _Atomic guint64 base, bytes;
} HearthRingSpan;

typedef struct {
  _Atomic guint32 sequence; /* odd while they are written */
  _Atomic guint32 generation;
  _Atomic guint32 n_pat, n_pmt;
  _Atomic guint32 pat[HEARTH_RING_SECTION_BYTES / 4], pmt[HEARTH_RING_SECTION_BYTES / 4];
} HearthRingTables;

typedef struct {
  guint32 magic, layout;
  guint32 index_entries, payload_at;
  guint64 payload_bytes; /* the longest span; a multiple of 188: no packet is cut by the ring's end */
  guint8 padding[40];

  _Atomic guint64 reserved; /* bytes before reserved - the span's bytes are, or are about to be, overwritten */
  _Atomic guint64 head;     /* bytes before it are valid */
  _Atomic guint64 n_raps;   /* ever added */
  _Atomic guint32 ended;
  _Atomic guint32 n_spans; /* ever; the last one counts */
  guint8 padding2[32];

  HearthRingTables tables;
  guint8 padding3[48];
  HearthRingSpan spans[HEARTH_RING_SPANS];
  HearthRingEntry index[HEARTH_RING_INDEX_ENTRIES];
} HearthRingHeader;
G_STATIC_ASSERT (G_STRUCT_OFFSET (HearthRingHeader, reserved) == 64);
G_STATIC_ASSERT (G_STRUCT_OFFSET (HearthRingHeader, index) % 64 == 0);
G_STATIC_ASSERT (ATOMIC_LLONG_LOCK_FREE == 2); /* a lock would live in one process only */

#define HEARTH_RING_PAYLOAD_AT (((sizeof (HearthRingHeader) + 65535) / 65536) * 65536) /* whole pages of any size in use */

/* ---- the waiter's page --------------------------------------------------------- */

#define HEARTH_RING_WAITER_MAGIC 0x54575248u /* "HRWT" */
#define HEARTH_RING_WAITER_BYTES 4096
#define HEARTH_RING_NOT_ARMED G_MAXUINT64

typedef struct {
  guint32 magic, padding;
  _Atomic guint64 threshold; /* the head from which on the reader wants to be woken, NOT_ARMED when it does not */
} HearthRingWaiterPage;

struct _HearthRingWaiter {
  int page_fd, event_fd;
  HearthRingWaiterPage *page;
};

/* ---- memory order ---------------------------------------------------------------
 * ThreadSanitizer knows no fences. For it a fence is a read-modify-write of one common variable, which it does understand. */
#ifdef __SANITIZE_THREAD__
extern _Atomic int hearth_ring_tsan_fence;
static inline void
hearth_ring_fence (memory_order order)
{
  atomic_fetch_add_explicit (&hearth_ring_tsan_fence, 1, memory_order_seq_cst);
}
#else
#define hearth_ring_fence(order) atomic_thread_fence (order)
#endif

/* Copies to and from shared bytes. That they may change meanwhile is what `reserved` is looked at again for; ThreadSanitizer
 * must not call it a race, so it gets the copy in relaxed atomic words (packets are 47 of them). */
static inline void
hearth_ring_copy_in (guint8 *shared, const guint8 *bytes, gsize n_bytes)
{
#ifdef __SANITIZE_THREAD__
  for (gsize i = 0; i < n_bytes; i += 4) {
    guint32 word;

    memcpy (&word, bytes + i, sizeof word);
    __atomic_store_n ((guint32 *) (gpointer) (shared + i), word, __ATOMIC_RELAXED);
  }
#else
  memcpy (shared, bytes, n_bytes);
#endif
}

static inline void
hearth_ring_copy_out (guint8 *bytes, const guint8 *shared, gsize n_bytes)
{
#ifdef __SANITIZE_THREAD__
  for (gsize i = 0; i < n_bytes; i += 4) {
    guint32 word = __atomic_load_n ((const guint32 *) (gconstpointer) (shared + i), __ATOMIC_RELAXED);

    memcpy (bytes + i, &word, sizeof word);
  }
#else
  memcpy (bytes, shared, n_bytes);
#endif
}

/* Wakes @waiter when it is armed and @head has come to where it waits, or in any case with G_MAXUINT64 - 1. */
void hearth_ring_waiter_wake_at (HearthRingWaiter *waiter, guint64 head);

G_END_DECLS
