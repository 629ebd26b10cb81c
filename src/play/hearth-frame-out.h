/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <frames/hearth-frames.h>

G_BEGIN_DECLS

/**
 * SECTION:frame-out
 *
 * The player's side of glass: buffers in which decoders write and which the
 * shell shows, and the frame link that joins both. A buffer is free when the
 * decoder, the shell and the memory of "the newest picture" have let go. There
 * may be no shell: then pictures go nowhere, in time.
 *
 * Any thread, but for new, free, set_link: main thread.
 */
typedef struct _HearthFrameOut HearthFrameOut;
typedef struct _HearthBufferPool HearthBufferPool;

typedef struct {
  HearthFrameOut *out;
  HearthBufferPool *pool;
  guint32 index;
  int fd;
  guint8 *data;
  guint refs; /* guarded by the frame-out's mutex */
} HearthBuffer;

/* Callbacks come on the main thread. */
typedef struct {
  void (*shown) (guint32 serial, gint64 shown_us, gboolean first, gpointer user_data);
  void (*refused) (const char *reason, gpointer user_data);
} HearthFrameOutFuncs;

HearthFrameOut *hearth_frame_out_new (const HearthFrameOutFuncs *funcs, gpointer user_data);
void hearth_frame_out_free (HearthFrameOut *self); /* no decoder may hold a buffer any more */

/* Takes @fd. Pools are announced anew, the newest picture is sent again. */
gboolean hearth_frame_out_set_link (HearthFrameOut *self, int fd, GError **error);
gboolean hearth_frame_out_has_link (HearthFrameOut *self);

/* A free buffer of @shape (fourcc, width, height, planes, buffer_bytes are read). Waits while there is none, @beat being called
 * at least every 200 ms; NULL once hearth_frame_out_set_flushing() says so, or for want of memory. */
HearthBuffer *hearth_frame_out_acquire (HearthFrameOut *self, const HearthFramePool *shape, void (*beat) (gpointer), gpointer user_data);
HearthBuffer *hearth_frame_out_ref (HearthFrameOut *self, HearthBuffer *buffer);
void hearth_frame_out_unref (HearthFrameOut *self, HearthBuffer *buffer);
/* Of the pool in which it lies; borrowed while the buffer is held. */
const HearthFramePool *hearth_frame_out_get_shape (const HearthBuffer *buffer);
void hearth_frame_out_set_flushing (HearthFrameOut *self, gboolean flushing);

/* @frame: pool, index and sequence are filled in. FALSE: the shell did not get it. */
gboolean hearth_frame_out_send (HearthFrameOut *self, HearthBuffer *buffer, const HearthFrame *frame);
/* Frames of older serials that are not on glass are not shown any more. */
void hearth_frame_out_flush (HearthFrameOut *self, guint32 serial);
/* Takes the picture off glass. */
void hearth_frame_out_clear (HearthFrameOut *self);

typedef struct {
  guint64 sent, shown, dropped, late;
  guint n_pools, n_used; /* buffers that were ever written in the newest pool */
} HearthFrameOutState;

void hearth_frame_out_get_state (HearthFrameOut *self, HearthFrameOutState *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthFrameOut, hearth_frame_out_free)

G_END_DECLS
