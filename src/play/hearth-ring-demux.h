/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-ring-session.h"

G_BEGIN_DECLS

/**
 * SECTION:ring-demux
 *
 * One reader of one elementary stream of a ring: follows the tables as they
 * stand in the stream at its own place (they may change under a reader that is
 * a second behind), puts PES packets together and cuts pictures out of them.
 * One thread at a time.
 */
typedef struct _HearthRingDemux HearthRingDemux;

typedef struct {
  /* The stream that is read from here on; NULL: there is none in the tables. */
  void (*stream) (const HearthTsStream *stream, const HearthTsPmt *pmt, gpointer user_data);
  void (*unit) (const HearthTsPes *pes, gpointer user_data); /* a picture, or a PES of sound */
  void (*tables) (gpointer user_data); /* new to the session */
} HearthRingDemuxFuncs;

HearthRingDemux *hearth_ring_demux_new (HearthRingSession *session, guint reader, const HearthRingDemuxFuncs *funcs, gpointer user_data);
void hearth_ring_demux_free (HearthRingDemux *self);

/* Reads on from there; what was begun is forgotten. */
void hearth_ring_demux_seek (HearthRingDemux *self, guint64 position);
/* Reads some and calls back. */
HearthRingRead hearth_ring_demux_run (HearthRingDemux *self, gsize *n_read);
/* The wish of which stream to read has changed. */
void hearth_ring_demux_reselect (HearthRingDemux *self);
HearthRingReader *hearth_ring_demux_get_reader (HearthRingDemux *self);
HearthTsCodec hearth_ring_demux_get_codec (HearthRingDemux *self); /* NONE: no stream */

/* Waits until there is more to read, at most @max_us. @more_bytes: less is not worth waking for. */
void hearth_ring_demux_wait (HearthRingDemux *self, gsize more_bytes, gint64 max_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthRingDemux, hearth_ring_demux_free)

G_END_DECLS
