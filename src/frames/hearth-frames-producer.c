/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frames/hearth-frames-wire.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* One buffer that is the shell's. */
typedef struct {
  gboolean out;
  gboolean answered; /* shown or dropped was told */
  guint64 sequence;
  guint32 serial;
} Buffer;

typedef struct {
  HearthFramePool shape;
  gboolean dropped, refused;
  guint n_out;
  Buffer buffers[HEARTH_FRAMES_MAX_BUFFERS];
} Pool;

struct _HearthFramesProducer {
  int fd;
  const HearthFramesProducerFuncs *funcs;
  gpointer user_data;

  GMutex mutex; /* guards all below; no callback runs under it */
  Pool *pools[HEARTH_FRAMES_MAX_POOLS];
  guint64 last_sequence;
  guint32 serial; /* the highest that was sent or flushed to */
  guint n_dropped; /* pools whose refusal may still be under way */
  gboolean got_caps;
  gboolean closed;
};

HearthFramesProducer *
hearth_frames_producer_new (int fd, const HearthFramesProducerFuncs *funcs, gpointer user_data, GError **error)
{
  HearthFramesProducer *self;

  fd = frames_wire_adopt (fd, error);
  if (fd < 0)
    return NULL;
  self = g_new0 (HearthFramesProducer, 1);
  self->fd = fd;
  self->funcs = funcs;
  self->user_data = user_data;
  g_mutex_init (&self->mutex);
  return self;
}

void
hearth_frames_producer_free (HearthFramesProducer *self)
{
  for (guint i = 0; i < HEARTH_FRAMES_MAX_POOLS; i++)
    g_free (self->pools[i]);
  g_mutex_clear (&self->mutex);
  close (self->fd);
  g_free (self);
}

int
hearth_frames_producer_get_fd (HearthFramesProducer *self)
{
  return self->fd;
}

/* ---- pools: under the mutex ------------------------------------------------------- */

static Pool **
find_pool (HearthFramesProducer *self, guint32 number)
{
  for (guint i = 0; i < HEARTH_FRAMES_MAX_POOLS; i++)
    if (self->pools[i] != NULL && self->pools[i]->shape.pool == number)
      return &self->pools[i];
  return NULL;
}

static Pool **
find_room (HearthFramesProducer *self, guint32 n_buffers)
{
  Pool **room = NULL;
  guint32 total = n_buffers;

  for (guint i = 0; i < HEARTH_FRAMES_MAX_POOLS; i++)
    if (self->pools[i] != NULL)
      total += self->pools[i]->shape.n_buffers;
    else
      room = &self->pools[i];
  return total <= FRAMES_MAX_TOTAL_BUFFERS ? room : NULL;
}

static void
forget_if_gone (Pool **place)
{
  if ((*place)->dropped && (*place)->n_out == 0)
    g_clear_pointer (place, g_free);
}

static gboolean
check_open (HearthFramesProducer *self, GError **error)
{
  if (self->closed)
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_DISCONNECTED, "the frame link is closed");
  return !self->closed;
}

static gboolean
send_number (HearthFramesProducer *self, FramesType type, guint32 number, GError **error)
{
  FramesMessage message = { .number = { .header.type = type, .number = number } };

  return frames_wire_send (self->fd, &message, NULL, 0, error);
}

gboolean
hearth_frames_producer_add_pool (HearthFramesProducer *self, const HearthFramePool *pool, GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Pool **room;
  FramesMessage message;

  if (!check_open (self, error) || !hearth_frames_pool_check (pool, error))
    return FALSE;
  if (find_pool (self, pool->pool) != NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "the frame link has a pool %u already", pool->pool);
    return FALSE;
  }
  room = find_room (self, pool->n_buffers);
  if (room == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "the frame link has room for %u pools and %u buffers: drop some first",
                 HEARTH_FRAMES_MAX_POOLS, FRAMES_MAX_TOTAL_BUFFERS);
    return FALSE;
  }
  frames_wire_put_pool (&message, pool);
  if (!frames_wire_send (self->fd, &message, pool->fds, pool->memory == HEARTH_MEMORY_TUNNEL ? 0 : pool->n_buffers, error))
    return FALSE;
  *room = g_new0 (Pool, 1);
  (*room)->shape = *pool;
  (*room)->shape.fds = NULL; /* was borrowed */
  (*room)->shape.mappings = NULL;
  return TRUE;
}

static Pool **
find_living (HearthFramesProducer *self, guint32 number, GError **error)
{
  Pool **place = find_pool (self, number);

  if (place == NULL || (*place)->dropped) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "the frame link has no pool %u", number);
    return NULL;
  }
  return place;
}

gboolean
hearth_frames_producer_drop_pool (HearthFramesProducer *self, guint32 number, GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Pool **place;

  if (!check_open (self, error))
    return FALSE;
  place = find_living (self, number, error);
  if (place == NULL || !send_number (self, FRAMES_DROP_POOL, number, error))
    return FALSE;
  (*place)->dropped = TRUE;
  self->n_dropped++;
  forget_if_gone (place);
  return TRUE;
}

/* ---- frames ------------------------------------------------------------------------ */

static gboolean
check_sendable (HearthFramesProducer *self, const Pool *pool, const HearthFrame *frame, GError **error)
{
  if (pool->refused)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "the display refused pool %u: choose another shape", frame->pool);
  else if (!frames_wire_check_frame (frame, &pool->shape, error))
    ;
  else if (frame->serial < self->serial)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CANCELLED, "frame %" G_GUINT64_FORMAT " of serial %u came after serial %u",
                 frame->sequence, frame->serial, self->serial);
  else if (frame->sequence <= self->last_sequence)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                 "frame %" G_GUINT64_FORMAT " after frame %" G_GUINT64_FORMAT ": sequences grow", frame->sequence,
                 self->last_sequence);
  else if (pool->buffers[frame->index].out)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "buffer %u of pool %u is the shell's until freed() comes",
                 frame->index, frame->pool);
  else
    return TRUE;
  return FALSE;
}

gboolean
hearth_frames_producer_send (HearthFramesProducer *self, const HearthFrame *frame, GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Pool **place;
  FramesMessage message;

  if (!check_open (self, error))
    return FALSE;
  place = find_living (self, frame->pool, error);
  if (place == NULL || !check_sendable (self, *place, frame, error))
    return FALSE;
  frames_wire_put_frame (&message, frame);
  if (!frames_wire_send (self->fd, &message, NULL, 0, error))
    return FALSE;
  (*place)->buffers[frame->index] = (Buffer){ .out = TRUE, .sequence = frame->sequence, .serial = frame->serial };
  (*place)->n_out++;
  self->last_sequence = frame->sequence;
  self->serial = frame->serial;
  return TRUE;
}

gboolean
hearth_frames_producer_flush (HearthFramesProducer *self, guint32 serial, GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (!check_open (self, error))
    return FALSE;
  if (serial < self->serial) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "flush to serial %u after serial %u", serial, self->serial);
    return FALSE;
  }
  if (!send_number (self, FRAMES_FLUSH, serial, error))
    return FALSE;
  self->serial = serial;
  return TRUE;
}

gboolean
hearth_frames_producer_clear (HearthFramesProducer *self, GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return check_open (self, error) && send_number (self, FRAMES_CLEAR, 0, error);
}

/* ---- what comes back: each checks under the mutex, then tells -------------------------- */

static gboolean
corrupt (GError **error, const char *what)
{
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "frame link: the shell's end sent %s", what);
  return FALSE;
}

static gboolean
on_caps (HearthFramesProducer *self, const FramesCapsMessage *message, GError **error)
{
  HearthFramesCaps caps = { .memory = message->memory & (HEARTH_MEMORY_TUNNEL * 2 - 1), .n_fourccs = message->n_fourccs };
  gboolean again;

  g_mutex_lock (&self->mutex);
  again = self->got_caps;
  self->got_caps = TRUE;
  g_mutex_unlock (&self->mutex);
  if (again || message->reserved != 0)
    return corrupt (error, "what it can twice, or wrongly");
  if (message->protocol != FRAMES_PROTOCOL || message->n_fourccs > G_N_ELEMENTS (caps.fourccs))
    return corrupt (error, "another version's greeting");
  memcpy (caps.fourccs, message->fourccs, message->n_fourccs * sizeof caps.fourccs[0]);
  self->funcs->caps (self, &caps, self->user_data);
  return TRUE;
}

static Buffer *
find_sent (HearthFramesProducer *self, guint64 sequence)
{
  for (guint i = 0; i < HEARTH_FRAMES_MAX_POOLS; i++)
    for (guint j = 0; self->pools[i] != NULL && j < self->pools[i]->shape.n_buffers; j++)
      if (self->pools[i]->buffers[j].out && self->pools[i]->buffers[j].sequence == sequence)
        return &self->pools[i]->buffers[j];
  return NULL;
}

static gboolean
on_answer (HearthFramesProducer *self, const FramesAnswerMessage *message, GError **error)
{
  gboolean shown = message->header.type == FRAMES_SHOWN, good;
  Buffer *buffer;

  g_mutex_lock (&self->mutex);
  buffer = find_sent (self, message->sequence);
  good = buffer != NULL && !buffer->answered && buffer->serial == message->serial && message->reserved == 0 &&
         (shown ? message->shown_us > 0 : message->shown_us == 0);
  if (good)
    buffer->answered = TRUE;
  g_mutex_unlock (&self->mutex);
  if (!good)
    return corrupt (error, "word of a frame that it does not have");
  if (shown)
    self->funcs->shown (self, message->sequence, message->serial, message->shown_us, self->user_data);
  else
    self->funcs->dropped (self, message->sequence, message->serial, self->user_data);
  return TRUE;
}

static gboolean
on_freed (HearthFramesProducer *self, const FramesNumberMessage *message, GError **error)
{
  gboolean good;
  Pool **place;

  g_mutex_lock (&self->mutex);
  place = find_pool (self, message->number);
  good = place != NULL && message->index < (*place)->shape.n_buffers && (*place)->buffers[message->index].out;
  if (good) {
    (*place)->buffers[message->index].out = FALSE;
    (*place)->n_out--;
    forget_if_gone (place);
  }
  g_mutex_unlock (&self->mutex);
  if (!good)
    return corrupt (error, "a buffer back that it does not have");
  self->funcs->freed (self, message->number, message->index, self->user_data);
  return TRUE;
}

static gboolean
on_refused (HearthFramesProducer *self, const FramesRefusedMessage *message, GError **error)
{
  gboolean good, dropped = FALSE;
  Pool **place;

  if (memchr (message->reason, '\0', sizeof message->reason) == NULL || !g_utf8_validate (message->reason, -1, NULL))
    return corrupt (error, "a reason that is no text");
  g_mutex_lock (&self->mutex);
  place = find_pool (self, message->pool);
  if (place != NULL) {
    good = !(*place)->refused;
    (*place)->refused = TRUE;
    dropped = (*place)->dropped;
  } else { /* dropped and forgotten before the refusal arrived */
    good = self->n_dropped > 0;
    self->n_dropped -= good ? 1 : 0;
  }
  g_mutex_unlock (&self->mutex);
  if (!good)
    return corrupt (error, "no to a pool twice");
  if (place != NULL && !dropped)
    self->funcs->refused (self, message->pool, message->reason, self->user_data);
  return TRUE;
}

static gboolean
take_message (HearthFramesProducer *self, const FramesMessage *message, GError **error)
{
  switch ((FramesType) message->header.type) {
  case FRAMES_CAPS:
    return on_caps (self, &message->caps, error);
  case FRAMES_SHOWN:
  case FRAMES_DROPPED:
    return on_answer (self, &message->answer, error);
  case FRAMES_FREED:
    return on_freed (self, &message->number, error);
  case FRAMES_REFUSED:
    return on_refused (self, &message->refused, error);
  case FRAMES_POOL:
  case FRAMES_DROP_POOL:
  case FRAMES_FRAME:
  case FRAMES_FLUSH:
  case FRAMES_CLEAR:
  default:
    return corrupt (error, "a message of the player's");
  }
}

static FramesReceived
take_next (HearthFramesProducer *self, GError **error)
{
  FramesMessage message;
  int fds[HEARTH_FRAMES_MAX_BUFFERS];
  guint n_fds;
  FramesReceived received = frames_wire_receive (self->fd, &message, fds, &n_fds, error);

  frames_wire_close_all (fds, n_fds); /* only a pool has some, and a pool is refused below */
  if (received == FRAMES_GOT && !take_message (self, &message, error))
    return FRAMES_BROKEN;
  return received;
}

gboolean
hearth_frames_producer_dispatch (HearthFramesProducer *self)
{
  g_autoptr (GError) error = NULL;
  FramesReceived received = FRAMES_END;
  gboolean closed;

  g_mutex_lock (&self->mutex);
  closed = self->closed;
  g_mutex_unlock (&self->mutex);
  if (closed)
    return FALSE;
  /* It ends: each message but the first answers one of ours, or breaks the link. */
  do
    received = take_next (self, &error);
  while (received == FRAMES_GOT);
  if (received == FRAMES_NOTHING)
    return TRUE;
  g_mutex_lock (&self->mutex);
  self->closed = TRUE;
  g_mutex_unlock (&self->mutex);
  shutdown (self->fd, SHUT_RDWR); /* so that the other end knows; the number stays ours until free() */
  self->funcs->closed (self, error, self->user_data);
  return FALSE;
}
