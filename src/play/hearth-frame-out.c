/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-buffer-pool.h"

#include <glib-unix.h>
#include <hearth/log.h>

HEARTH_LOG_TOPIC ("frame-out")

#define BEAT_US 200000
#define RECENT 32
#define LATE_US 20000 /* shown so much after it was due: a refresh at 50 Hz was missed */

struct _HearthFrameOut {
  const HearthFrameOutFuncs *funcs;
  gpointer user_data;
  HearthFramesProducer *link; /* changed in the main thread, with the mutex held */
  guint watch;

  GMutex mutex; /* guards all below, and all of the pools */
  GCond freed;
  GPtrArray *pools; /* HearthBufferPool; the newest last */
  guint32 last_pool;
  guint64 last_sequence;
  gboolean flushing;
  HearthBuffer *newest; /* (nullable): the picture on glass, or on its way */
  HearthFrame newest_frame;
  struct {
    guint64 sequence;
    guint32 pool;
    gint64 present_us;
  } sent[RECENT]; /* the last ones, by sequence modulo RECENT */
  guint32 shown_serial;
  gboolean any_shown;
  HearthFrameOutState state;
};

/* ---- buffers: under the mutex -------------------------------------------------------- */

static void
forget_pool (HearthFrameOut *self, HearthBufferPool *pool)
{
  if (!pool->retired || !hearth_buffer_pool_is_idle (pool))
    return;
  g_ptr_array_remove (self->pools, pool); /* frees */
}

static void
unref_locked (HearthFrameOut *self, HearthBuffer *buffer)
{
  if (--buffer->refs > 0)
    return;
  g_cond_broadcast (&self->freed);
  forget_pool (self, buffer->pool);
}

static void
let_go_of_newest (HearthFrameOut *self)
{
  HearthBuffer *buffer = g_steal_pointer (&self->newest);

  if (buffer != NULL)
    unref_locked (self, buffer);
}

static HearthBufferPool *
find_pool (HearthFrameOut *self, guint32 number)
{
  for (guint i = 0; i < self->pools->len; i++) {
    HearthBufferPool *pool = g_ptr_array_index (self->pools, i);

    if (pool->shape.pool == number)
      return pool;
  }
  return NULL;
}

static void
take_back (HearthFrameOut *self, HearthBufferPool *pool, guint32 index)
{
  if (!pool->at_shell[index])
    return;
  pool->at_shell[index] = FALSE;
  unref_locked (self, &pool->buffers[index]);
}

/* All that the shell had: it is gone, or it was told to forget the pool. */
static void
take_back_all (HearthFrameOut *self, HearthBufferPool *pool)
{
  pool->buffers[0].refs++; /* the pool stays until all are back */
  for (guint i = 0; i < HEARTH_BUFFER_POOL_SIZE; i++)
    take_back (self, pool, i);
  unref_locked (self, &pool->buffers[0]);
}

static void
announce (HearthFrameOut *self, HearthBufferPool *pool)
{
  g_autoptr (GError) error = NULL;

  if (self->link == NULL || pool->announced)
    return;
  pool->announced = hearth_frames_producer_add_pool (self->link, &pool->shape, &error);
  if (!pool->announced)
    hearth_warning ("announcing a pool of pictures: %s", error->message);
}

/* Pictures of @pool are on glass: what is older is not needed any more. */
static void
retire_older (HearthFrameOut *self, const HearthBufferPool *pool)
{
  guint i = 0;

  while (i < self->pools->len) {
    HearthBufferPool *older = g_ptr_array_index (self->pools, i);
    guint before = self->pools->len;

    if (older == pool)
      return;
    if (!older->retired) {
      older->retired = TRUE;
      if (self->link != NULL && older->announced)
        hearth_frames_producer_drop_pool (self->link, older->shape.pool, NULL);
      take_back_all (self, older);
    }
    if (self->pools->len == before)
      i++;
  }
}

static HearthBufferPool *
get_pool (HearthFrameOut *self, const HearthFramePool *shape)
{
  g_autoptr (GError) error = NULL;
  HearthBufferPool *pool;

  for (guint i = 0; i < self->pools->len; i++) {
    pool = g_ptr_array_index (self->pools, i);
    if (!pool->retired && hearth_buffer_pool_fits (pool, shape))
      return pool;
  }
  pool = hearth_buffer_pool_new (++self->last_pool, shape, &error);
  if (pool == NULL) {
    hearth_warning ("no buffers for pictures: %s", error->message);
    return NULL;
  }
  g_ptr_array_add (self->pools, pool);
  announce (self, pool);
  return pool;
}

/* ---- what the shell tells: main thread ------------------------------------------------- */

static void
on_caps (HearthFramesProducer *link, const HearthFramesCaps *caps, gpointer user_data)
{
  hearth_debug ("the shell is there: memory 0x%x, %u formats", caps->memory, caps->n_fourccs);
}

static void
on_shown (HearthFramesProducer *link, guint64 sequence, guint32 serial, gint64 shown_us, gpointer user_data)
{
  HearthFrameOut *self = user_data;
  gboolean first;

  g_mutex_lock (&self->mutex);
  first = !self->any_shown || self->shown_serial != serial;
  self->any_shown = TRUE;
  self->shown_serial = serial;
  self->state.shown++;
  if (self->sent[sequence % RECENT].sequence == sequence) {
    gint64 present_us = self->sent[sequence % RECENT].present_us;
    HearthBufferPool *pool = find_pool (self, self->sent[sequence % RECENT].pool);

    if (present_us > 0 && shown_us > present_us + LATE_US)
      self->state.late++;
    if (pool != NULL)
      retire_older (self, pool);
  }
  g_mutex_unlock (&self->mutex);
  self->funcs->shown (serial, shown_us, first, self->user_data);
}

static void
on_dropped (HearthFramesProducer *link, guint64 sequence, guint32 serial, gpointer user_data)
{
  HearthFrameOut *self = user_data;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->state.dropped++;
}

static void
on_freed (HearthFramesProducer *link, guint32 number, guint32 index, gpointer user_data)
{
  HearthFrameOut *self = user_data;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);
  HearthBufferPool *pool = find_pool (self, number);

  if (pool != NULL && index < HEARTH_BUFFER_POOL_SIZE)
    take_back (self, pool, index);
}

static void
on_refused (HearthFramesProducer *link, guint32 pool, const char *reason, gpointer user_data)
{
  HearthFrameOut *self = user_data;

  self->funcs->refused (reason, self->user_data);
}

static void
on_closed (HearthFramesProducer *link, const GError *error, gpointer user_data)
{
  if (error != NULL)
    hearth_warning ("the frame link broke: %s", error->message);
  else
    hearth_notice ("the shell is gone; pictures go nowhere until it is back");
}

static const HearthFramesProducerFuncs link_funcs = {
  .caps = on_caps,
  .shown = on_shown,
  .dropped = on_dropped,
  .freed = on_freed,
  .refused = on_refused,
  .closed = on_closed,
};

static void
drop_link (HearthFrameOut *self)
{
  HearthFramesProducer *link;

  g_clear_handle_id (&self->watch, g_source_remove);
  g_mutex_lock (&self->mutex);
  link = g_steal_pointer (&self->link);
  for (guint i = self->pools->len; link != NULL && i > 0; i--) {
    HearthBufferPool *pool = g_ptr_array_index (self->pools, i - 1);

    pool->announced = FALSE;
    take_back_all (self, pool);
  }
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&link, hearth_frames_producer_free);
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  HearthFrameOut *self = user_data;

  if (hearth_frames_producer_dispatch (self->link))
    return G_SOURCE_CONTINUE;
  self->watch = 0;
  drop_link (self);
  return G_SOURCE_REMOVE;
}

/* ---- from outside ------------------------------------------------------------------------ */

HearthFrameOut *
hearth_frame_out_new (const HearthFrameOutFuncs *funcs, gpointer user_data)
{
  HearthFrameOut *self = g_new0 (HearthFrameOut, 1);

  self->funcs = funcs;
  self->user_data = user_data;
  self->pools = g_ptr_array_new_with_free_func ((GDestroyNotify) hearth_buffer_pool_free);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->freed);
  return self;
}

void
hearth_frame_out_free (HearthFrameOut *self)
{
  drop_link (self);
  g_ptr_array_unref (self->pools);
  g_cond_clear (&self->freed);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static gboolean
send_locked (HearthFrameOut *self, HearthBuffer *buffer, const HearthFrame *frame)
{
  g_autoptr (GError) error = NULL;

  if (self->link == NULL || !buffer->pool->announced || buffer->pool->at_shell[buffer->index])
    return FALSE;
  if (!hearth_frames_producer_send (self->link, frame, &error)) {
    hearth_debug ("a picture did not reach the shell: %s", error->message);
    return FALSE;
  }
  buffer->pool->at_shell[buffer->index] = TRUE;
  buffer->refs++;
  self->state.sent++;
  self->sent[frame->sequence % RECENT].sequence = frame->sequence;
  self->sent[frame->sequence % RECENT].pool = frame->pool;
  self->sent[frame->sequence % RECENT].present_us = frame->present_us;
  return TRUE;
}

gboolean
hearth_frame_out_set_link (HearthFrameOut *self, int fd, GError **error)
{
  HearthFramesProducer *link = hearth_frames_producer_new (fd, &link_funcs, self, error);

  if (link == NULL)
    return FALSE;
  drop_link (self);
  g_mutex_lock (&self->mutex);
  self->link = link;
  self->any_shown = FALSE;
  for (guint i = 0; i < self->pools->len; i++) {
    HearthBufferPool *pool = g_ptr_array_index (self->pools, i);

    if (!pool->retired)
      announce (self, pool);
  }
  if (self->newest != NULL) {
    self->newest_frame.present_us = 0;
    self->newest_frame.sequence = ++self->last_sequence;
    send_locked (self, self->newest, &self->newest_frame);
  }
  g_mutex_unlock (&self->mutex);
  self->watch = g_unix_fd_add (hearth_frames_producer_get_fd (link), G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, self);
  return TRUE;
}

gboolean
hearth_frame_out_has_link (HearthFrameOut *self)
{
  return self->link != NULL;
}

HearthBuffer *
hearth_frame_out_acquire (HearthFrameOut *self, const HearthFramePool *shape, void (*beat) (gpointer), gpointer user_data)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);
  HearthBufferPool *pool;
  HearthBuffer *buffer = NULL;

  while (!self->flushing) {
    pool = get_pool (self, shape); /* anew each time: it may have been retired while we waited */
    if (pool == NULL)
      return NULL;
    buffer = hearth_buffer_pool_take (pool);
    if (buffer != NULL) {
      buffer->out = self;
      return buffer;
    }
    beat (user_data);
    g_cond_wait_until (&self->freed, &self->mutex, g_get_monotonic_time () + BEAT_US);
  }
  return NULL;
}

HearthBuffer *
hearth_frame_out_ref (HearthFrameOut *self, HearthBuffer *buffer)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  buffer->refs++;
  return buffer;
}

void
hearth_frame_out_unref (HearthFrameOut *self, HearthBuffer *buffer)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  unref_locked (self, buffer);
}

const HearthFramePool *
hearth_frame_out_get_shape (const HearthBuffer *buffer)
{
  return &buffer->pool->shape;
}

void
hearth_frame_out_set_flushing (HearthFrameOut *self, gboolean flushing)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->flushing = flushing;
  g_cond_broadcast (&self->freed);
}

gboolean
hearth_frame_out_send (HearthFrameOut *self, HearthBuffer *buffer, const HearthFrame *frame)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  if (buffer->pool->retired) /* a straggler of the shape before */
    return FALSE;
  let_go_of_newest (self);
  buffer->refs++;
  self->newest = buffer;
  self->newest_frame = *frame;
  self->newest_frame.pool = buffer->pool->shape.pool;
  self->newest_frame.index = buffer->index;
  self->newest_frame.sequence = ++self->last_sequence;
  self->state.n_used = buffer->pool->n_used;
  return send_locked (self, buffer, &self->newest_frame);
}

void
hearth_frame_out_flush (HearthFrameOut *self, guint32 serial)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  if (self->link != NULL)
    hearth_frames_producer_flush (self->link, serial, NULL);
}

void
hearth_frame_out_clear (HearthFrameOut *self)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  let_go_of_newest (self);
  if (self->link != NULL)
    hearth_frames_producer_clear (self->link, NULL);
}

void
hearth_frame_out_get_state (HearthFrameOut *self, HearthFrameOutState *state)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  *state = self->state;
  state->n_pools = self->pools->len;
}
