/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:ring
 *
 * The stream ring: a memfd that its one writer alone can write (SHRINK, GROW,
 * FUTURE_WRITE, SEAL), with a header, an index of random access points and a
 * payload of 188-byte packets. Layout private to one version (hearth-ring-layout.h).
 *
 * Byte positions count from 0 at the ring's start and only grow; they are
 * multiples of 188. Times: `boottime_us` CLOCK_BOOTTIME, `utc_us` µs UTC. PTS
 * and DTS are unwrapped 90 kHz.
 */

#define HEARTH_RING_PACKET 188
#define HEARTH_RING_MIN_BYTES (4u << 20)
#define HEARTH_RING_MAX_BYTES (128u << 20)
#define HEARTH_RING_NO_PTS G_MININT64

typedef struct {
  guint64 position; /* of the packet that starts the access unit */
  gint64 pts90k, dts90k; /* HEARTH_RING_NO_PTS where unknown */
  gint64 boottime_us, utc_us;
  guint32 kind;     /* HearthTsRapKind, src/ts */
  guint32 pmt_generation; /* which set_tables() was in force, 1 for the first; the writer fills it in */
} HearthRingRap;

/* ---- waking --------------------------------------------------------------------
 * A page (the reader says from which head on it wants to be woken) and an event: a descriptor that is readable once woken (a
 * socket connected to itself, because a hostile holder of an eventfd could make the writer wait).
 * hearthd makes one for each reader that sleeps and gives it to both sides. */

typedef struct _HearthRingWaiter HearthRingWaiter;

HearthRingWaiter *hearth_ring_waiter_new (GError **error);
/* Takes neither descriptor (both are duplicated); checks the page's seals and size, and that the event is one of
 * hearth_ring_waiter_new()'s making. Errors: CORRUPT, IO. */
HearthRingWaiter *hearth_ring_waiter_new_for_fds (int page_fd, int event_fd, GError **error);
void hearth_ring_waiter_free (HearthRingWaiter *waiter);
int hearth_ring_waiter_get_page_fd (HearthRingWaiter *waiter);  /* borrowed */
int hearth_ring_waiter_get_event_fd (HearthRingWaiter *waiter); /* borrowed; readable when woken */
/* Wakes the waiter from any process that holds it, whatever it waits for (a flush, an end). */
void hearth_ring_waiter_kick (HearthRingWaiter *waiter);
/* Reads the event empty. The reader's order is: clear, read until EMPTY, arm, wait (or a wake between is lost). */
void hearth_ring_waiter_clear (HearthRingWaiter *waiter);

/* ---- writing: one thread at a time ------------------------------------------- */

typedef struct _HearthRingWriter HearthRingWriter;

/* @name: for /proc only. @payload_bytes: raised to MIN, rounded up to packets. Errors: IO, LIMIT above MAX. */
HearthRingWriter *hearth_ring_writer_new (const char *name, gsize payload_bytes, GError **error);
/* Begins with @payload_bytes, and follows set_wanted() up to @most_bytes. Errors: likewise. */
HearthRingWriter *hearth_ring_writer_new_growing (const char *name, gsize payload_bytes, gsize most_bytes, GError **error);
/* The writing thread: how much should be held from now on. It grows when it next comes to its end, and shrinks (for memory once
 * touched is not given back) only before it has been used so far. Readers that lag lose nothing that they could still read, but for
 * the last write's worth. */
void hearth_ring_writer_set_wanted (HearthRingWriter *writer, guint64 bytes);
gsize hearth_ring_writer_get_span (HearthRingWriter *writer); /* the writing thread: how much it holds, in bytes */
void hearth_ring_writer_free (HearthRingWriter *writer);
int hearth_ring_writer_get_fd (HearthRingWriter *writer); /* borrowed; sealed: whoever gets it can only read */
guint64 hearth_ring_writer_get_head (HearthRingWriter *writer);
/* Never waits. @n_bytes: a multiple of 188, at most a quarter of the payload. Wakes whoever is due. */
void hearth_ring_writer_write (HearthRingWriter *writer, const guint8 *packets, gsize n_bytes);
/* Several runs of packets, one after the other, as one write(); @n_bytes is their sum, under the same rules. */
typedef struct {
  const guint8 *packets, *end;
} HearthRingRun;
void hearth_ring_writer_write_runs (HearthRingWriter *writer, const HearthRingRun *runs, guint n_runs, gsize n_bytes);
void hearth_ring_writer_add_rap (HearthRingWriter *writer, const HearthRingRap *rap);
/* Complete sections (table_id to CRC), at most 1024 bytes each. A changed pair counts pmt_generation up. */
void hearth_ring_writer_set_tables (HearthRingWriter *writer, const guint8 *pat, gsize n_pat, const guint8 *pmt, gsize n_pmt);
/* The stream has ended: readers see it once they have read all. */
void hearth_ring_writer_set_ended (HearthRingWriter *writer, gboolean ended);
/* Borrowed until removed; main or writing thread (guarded inside). */
void hearth_ring_writer_add_waiter (HearthRingWriter *writer, HearthRingWaiter *waiter);
void hearth_ring_writer_remove_waiter (HearthRingWriter *writer, HearthRingWaiter *waiter);

/* ---- reading: each reader is a cursor, one thread at a time ------------------- */

typedef struct _HearthRingReader HearthRingReader;

/* Duplicates @fd; checks seals, size and header as hostile. Errors: CORRUPT, IO. */
HearthRingReader *hearth_ring_reader_new (int fd, GError **error);
/* A second cursor on the same map, at the same position. */
HearthRingReader *hearth_ring_reader_dup (HearthRingReader *reader);
void hearth_ring_reader_free (HearthRingReader *reader);

guint64 hearth_ring_reader_get_head (HearthRingReader *reader);   /* end of what may be read */
guint64 hearth_ring_reader_get_oldest (HearthRingReader *reader); /* the oldest byte still safe to read, with a margin */
guint64 hearth_ring_reader_get_position (HearthRingReader *reader);
void hearth_ring_reader_seek (HearthRingReader *reader, guint64 position); /* cut to packets, to [oldest, head] */
gboolean hearth_ring_reader_is_ended (HearthRingReader *reader);

typedef enum {
  HEARTH_RING_READ_OK = 0,  /* @n_read > 0 */
  HEARTH_RING_READ_EMPTY,   /* nothing new */
  HEARTH_RING_READ_ENDED,   /* nothing new, and nothing will come */
  HEARTH_RING_READ_OVERRUN, /* the writer was faster: the cursor now stands at the oldest safe random access point, else byte */
  HEARTH_RING_READ_CORRUPT, /* the header broke its own rules: drop the ring */
} HearthRingRead;

/* Copies out up to @max bytes (cut to packets), checks that they were not overwritten meanwhile, moves on. */
HearthRingRead hearth_ring_reader_read (HearthRingReader *reader, guint8 *buffer, gsize max, gsize *n_read);

/* The same without a copy, for a reader that hands the bytes to the kernel: what is there in one piece from the cursor on (at the
 * ring's end there is more behind it). They may change while they are used: only what consume() calls OK was right. */
HearthRingRead hearth_ring_reader_peek (HearthRingReader *reader, const guint8 **bytes, gsize *n_bytes);
/* Moves on by @n_bytes of those (whole packets), or tells that they were overwritten meanwhile (OVERRUN, CORRUPT). */
HearthRingRead hearth_ring_reader_consume (HearthRingReader *reader, gsize n_bytes);

/* Goes through all random access points in order: @n counts them, 0 to begin with; those that are gone are skipped. FALSE: no more yet. */
gboolean hearth_ring_reader_next_rap (HearthRingReader *reader, guint64 *n, HearthRingRap *rap);
/* FALSE when there is none that is safe to read from. */
gboolean hearth_ring_reader_get_newest_rap (HearthRingReader *reader, HearthRingRap *rap);
gboolean hearth_ring_reader_get_oldest_rap (HearthRingReader *reader, HearthRingRap *rap);
/* The last one at or before @boottime_us. */
gboolean hearth_ring_reader_get_rap_at (HearthRingReader *reader, gint64 boottime_us, HearthRingRap *rap);
/* Copies the tables in force; FALSE while there are none. Buffers of 1024 bytes. */
gboolean hearth_ring_reader_get_tables (HearthRingReader *reader, guint8 *pat, gsize *n_pat, guint8 *pmt, gsize *n_pmt,
                                        guint32 *generation);
/* Asks to be woken once the head is at or past @head, or the stream ended. FALSE: that is already so, read again. */
gboolean hearth_ring_reader_arm (HearthRingReader *reader, HearthRingWaiter *waiter, guint64 head);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthRingWaiter, hearth_ring_waiter_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthRingWriter, hearth_ring_writer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthRingReader, hearth_ring_reader_free)

G_END_DECLS
