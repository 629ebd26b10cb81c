/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ring/hearth-ring.h"
#include "ts/hearth-ts.h"

G_BEGIN_DECLS

/**
 * SECTION:ring-session
 *
 * One ring that is played: what its readers (one a pad) share. Tables, which
 * streams are chosen, where playing starts. Reference counted; any thread.
 */
typedef struct _HearthRingSession HearthRingSession;

enum { /* readers */
  HEARTH_RING_VIDEO = 0,
  HEARTH_RING_AUDIO,
  HEARTH_RING_READERS
};

/* @waiters: page, event, page, event; (nullable) with @n_waiters 0: then readers look every few ms. Borrowed descriptors. */
HearthRingSession *hearth_ring_session_new (int ring_fd, const int *waiters, guint n_waiters, guint16 program, GError **error);
HearthRingSession *hearth_ring_session_ref (HearthRingSession *self);
void hearth_ring_session_unref (HearthRingSession *self);

/* What a pad's thread needs; made once, the thread's own from then on. */
HearthRingReader *hearth_ring_session_dup_reader (HearthRingSession *self);
HearthRingWaiter *hearth_ring_session_get_waiter (HearthRingSession *self, guint reader); /* (nullable) */
/* The programme that is played: the wanted one, else that of the ring's tables; 0: not known (yet). @reader: the caller's own. */
guint16 hearth_ring_session_get_program (HearthRingSession *self, HearthRingReader *reader);

/* Ends all waiting: the readers stop. */
void hearth_ring_session_stop (HearthRingSession *self);
gboolean hearth_ring_session_is_stopped (HearthRingSession *self);

/* ---- tables ---------------------------------------------------------------------- */

/* TRUE: they are other than before (or the first). */
gboolean hearth_ring_session_set_pmt (HearthRingSession *self, const HearthTsPmt *pmt);
gboolean hearth_ring_session_get_pmt (HearthRingSession *self, HearthTsPmt *pmt);
/* A wish; @language "" for none. @pid -1: by language, then by the order of the tables. -2: none of that kind. */
void hearth_ring_session_choose (HearthRingSession *self, guint reader, gint pid);
void hearth_ring_session_set_language (HearthRingSession *self, const char *language);
/* The stream of @pmt that a reader is to read; NULL: none. Decodable ones first. */
const HearthTsStream *hearth_ring_session_select (HearthRingSession *self, guint reader, const HearthTsPmt *pmt);

/* ---- the start --------------------------------------------------------------------- */

/* Video has found where it starts. */
void hearth_ring_session_set_start (HearthRingSession *self, guint64 position, gint64 pts90k);
/* FALSE: not known yet; waits at most @max_us for it. */
gboolean hearth_ring_session_wait_start (HearthRingSession *self, gint64 max_us, guint64 *position);
/* How far readers have come: who feeds the ring may wait for them. */
void hearth_ring_session_set_read (HearthRingSession *self, guint64 position);
guint64 hearth_ring_session_get_read (HearthRingSession *self);
/* The ring is fed from a recording: it is played from its first byte, not from its newest. Before it is played. */
void hearth_ring_session_set_recorded (HearthRingSession *self);
gboolean hearth_ring_session_is_recorded (HearthRingSession *self);
/* A PTS near which all 33-bit times are unwrapped: the first that anybody saw. */
gint64 hearth_ring_session_get_reference (HearthRingSession *self, gint64 seen90k);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthRingSession, hearth_ring_session_unref)

G_END_DECLS
