/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frames/hearth-frames-wire.h"

#include "frames/hearth-frames-memory.h"

#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGES_A_TURN 64 /* then the main loop's others have theirs */
#define MAX_UNSENT 1024    /* answers that wait for a player that does not read; one has at most 2 a buffer out */
#define BUDGET_A_SECOND 2000
#define BUDGET_MAX 4000

typedef struct {
  HearthFramePool shape;
  FramesMemory memory;
  gboolean dropped; /* by the player; ends with its last held buffer */
  gboolean refused; /* kept until dropped: frames of it may be under way */
  gboolean known;   /* add_pool() said yes */
  guint n_held;
  gboolean held[HEARTH_FRAMES_MAX_BUFFERS];
} Pool;

struct _HearthFramesConsumer {
  int fd; /* -1: closed */
  const HearthFramesConsumerFuncs *funcs;
  gpointer user_data;
  GSource *readable, *writable;
  GArray *unsent; /* FramesMessage */

  Pool *pools[HEARTH_FRAMES_MAX_POOLS];
  guint64 last_sequence;
  guint32 serial;
  gint64 budget, budget_at_us;
};

/* ---- the socket -------------------------------------------------------------------- */

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
close_socket (HearthFramesConsumer *self)
{
  clear_source (&self->readable);
  clear_source (&self->writable);
  g_array_set_size (self->unsent, 0);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

/* @error: NULL when the player went away. Callbacks of the shell's own calls must not come from inside them, so only the
 * sources call this. */
static void
end_link (HearthFramesConsumer *self, const GError *error)
{
  close_socket (self);
  self->funcs->closed (self, error, self->user_data);
}

static gboolean
on_writable (int fd, GIOCondition condition, gpointer user_data)
{
  HearthFramesConsumer *self = user_data;
  guint n = 0;

  if (self->unsent->len > MAX_UNSENT) {
    g_autoptr (GError) error = g_error_new_literal (HEARTH_ERROR, HEARTH_ERROR_CORRUPT,
                                                    "frame link: the player does not read its answers");
    end_link (self, error);
    return G_SOURCE_REMOVE;
  }
  while (n < self->unsent->len && frames_wire_send (fd, &g_array_index (self->unsent, FramesMessage, n), NULL, 0, NULL))
    n++;
  g_array_remove_range (self->unsent, 0, n);
  if (self->unsent->len > 0)
    return G_SOURCE_CONTINUE;
  clear_source (&self->writable);
  return G_SOURCE_REMOVE;
}

static GSource *
watch (HearthFramesConsumer *self, GIOCondition condition, GUnixFDSourceFunc func)
{
  GSource *source = g_unix_fd_source_new (self->fd, condition);

  g_source_set_callback (source, G_SOURCE_FUNC (func), self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

/* Failures but BUSY are left to the reading side, which finds the end of the link by itself. */
static void
answer (HearthFramesConsumer *self, FramesMessage *message)
{
  g_autoptr (GError) error = NULL;

  if (self->fd < 0)
    return;
  if (self->unsent->len == 0 && frames_wire_send (self->fd, message, NULL, 0, &error))
    return;
  if (error != NULL && !g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_BUSY))
    return;
  if (self->unsent->len <= MAX_UNSENT)
    g_array_append_val (self->unsent, *message);
  if (self->writable == NULL)
    self->writable = watch (self, G_IO_OUT, on_writable);
}

/* ---- pools -------------------------------------------------------------------------- */

static Pool **
find_pool (HearthFramesConsumer *self, guint32 number)
{
  for (guint i = 0; i < HEARTH_FRAMES_MAX_POOLS; i++)
    if (self->pools[i] != NULL && self->pools[i]->shape.pool == number)
      return &self->pools[i];
  return NULL;
}

static void
end_pool (HearthFramesConsumer *self, Pool **place)
{
  Pool *pool = g_steal_pointer (place);

  if (pool->known)
    self->funcs->drop_pool (self, pool->shape.pool, self->user_data);
  frames_memory_clear (&pool->memory);
  g_free (pool);
}

static gboolean
corrupt (GError **error, const char *format, guint32 number)
{
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "frame link: the player sent %s (%u)", format, number);
  return FALSE;
}

static Pool **
find_room (HearthFramesConsumer *self, const FramesPoolMessage *message, GError **error)
{
  Pool **room = NULL;
  guint32 total = message->n_buffers;

  for (guint i = 0; i < HEARTH_FRAMES_MAX_POOLS; i++)
    if (self->pools[i] != NULL)
      total += self->pools[i]->shape.n_buffers;
    else
      room = &self->pools[i];
  if (find_pool (self, message->pool) != NULL)
    room = NULL;
  if (room == NULL || message->n_buffers > HEARTH_FRAMES_MAX_BUFFERS || total > FRAMES_MAX_TOTAL_BUFFERS) {
    corrupt (error, "one pool too many, or the same again", message->pool);
    return NULL;
  }
  return room;
}

static void
refuse (HearthFramesConsumer *self, Pool *pool, const char *reason)
{
  FramesMessage message = { .refused = { .header.type = FRAMES_REFUSED, .pool = pool->shape.pool } };
  g_autofree char *valid = g_utf8_make_valid (reason, -1);

  g_strlcpy (message.refused.reason, valid, sizeof message.refused.reason);
  if (!g_utf8_validate (message.refused.reason, -1, NULL)) { /* cut inside a character */
    const char *end;

    g_utf8_validate (message.refused.reason, -1, &end);
    memset (message.refused.reason + (end - message.refused.reason), 0,
            sizeof message.refused.reason - (end - message.refused.reason));
  }
  pool->refused = TRUE;
  pool->shape.fds = NULL;
  pool->shape.mappings = NULL;
  frames_memory_clear (&pool->memory);
  answer (self, &message);
}

/* A shape that is none breaks the rules; memory that is not as promised, too. One that the display cannot show is refused. */
static gboolean
on_pool (HearthFramesConsumer *self, const FramesMessage *message, int *fds, guint n_fds, GError **error)
{
  g_autoptr (GError) refusal = NULL;
  g_autofree Pool *pool = g_new0 (Pool, 1);
  Pool **room = find_room (self, &message->pool, error);

  frames_wire_get_pool (message, &pool->shape);
  frames_memory_take (&pool->memory, fds, n_fds); /* from here on they are closed with it */
  if (room == NULL || message->pool.reserved != 0 || !hearth_frames_pool_check (&pool->shape, error) ||
      !frames_memory_map (&pool->memory, &pool->shape, error)) {
    frames_memory_clear (&pool->memory);
    if (error != NULL && *error == NULL)
      corrupt (error, "a pool with reserved bits", message->pool.pool);
    return FALSE;
  }
  pool->shape.fds = pool->memory.n_fds > 0 ? pool->memory.fds : NULL;
  pool->shape.mappings = pool->shape.memory == HEARTH_MEMORY_MEMFD ? pool->memory.mappings : NULL;
  *room = g_steal_pointer (&pool);
  (*room)->known = self->funcs->add_pool (self, &(*room)->shape, self->user_data, &refusal);
  if (!(*room)->known)
    refuse (self, *room, refusal != NULL ? refusal->message : "the display cannot show it");
  return TRUE;
}

static gboolean
on_drop_pool (HearthFramesConsumer *self, const FramesNumberMessage *message, GError **error)
{
  Pool **place = find_pool (self, message->number);

  if (place == NULL || (*place)->dropped || message->index != 0)
    return corrupt (error, "away a pool that it does not have", message->number);
  (*place)->dropped = TRUE;
  if ((*place)->n_held == 0)
    end_pool (self, place);
  return TRUE;
}

/* ---- frames --------------------------------------------------------------------------- */

static gboolean
check_frame (HearthFramesConsumer *self, const Pool *pool, const HearthFrame *frame, GError **error)
{
  if (!frames_wire_check_frame (frame, &pool->shape, error))
    return FALSE;
  if (pool->held[frame->index])
    return corrupt (error, "a buffer that it had given away", frame->index);
  if (frame->sequence <= self->last_sequence)
    return corrupt (error, "a frame out of its sequence, of pool", frame->pool);
  if (frame->serial < self->serial)
    return corrupt (error, "a frame of a serial that was flushed", frame->serial);
  return TRUE;
}

static gboolean
on_frame (HearthFramesConsumer *self, const FramesMessage *message, GError **error)
{
  HearthFrame frame;
  Pool **place;

  frames_wire_get_frame (message, &frame);
  place = find_pool (self, frame.pool);
  if (place == NULL || (*place)->dropped)
    return corrupt (error, "a frame of a pool that it does not have", frame.pool);
  if (!check_frame (self, *place, &frame, error))
    return FALSE;
  (*place)->held[frame.index] = TRUE;
  (*place)->n_held++;
  self->last_sequence = frame.sequence;
  self->serial = frame.serial;
  if (!(*place)->refused) {
    self->funcs->frame (self, &frame, self->user_data);
  } else {
    hearth_frames_consumer_dropped (self, &frame);
    hearth_frames_consumer_release (self, frame.pool, frame.index);
  }
  return TRUE;
}

static gboolean
on_flush (HearthFramesConsumer *self, const FramesNumberMessage *message, GError **error)
{
  if (message->number < self->serial || message->index != 0)
    return corrupt (error, "a flush back to an older serial", message->number);
  self->serial = message->number;
  self->funcs->flush (self, message->number, self->user_data);
  return TRUE;
}

static gboolean
on_clear (HearthFramesConsumer *self, const FramesNumberMessage *message, GError **error)
{
  if (message->number != 0 || message->index != 0)
    return corrupt (error, "a clear with a number", message->number);
  self->funcs->clear (self, self->user_data);
  return TRUE;
}

/* ---- reading --------------------------------------------------------------------------- */

/* Frames limit themselves by their buffers, but a hostile player could have them dropped and sent as fast as it can. */
static gboolean
spend (HearthFramesConsumer *self, guint cost, GError **error)
{
  gint64 now_us = g_get_monotonic_time ();

  self->budget = MIN (BUDGET_MAX, self->budget + (now_us - self->budget_at_us) * BUDGET_A_SECOND / G_USEC_PER_SEC);
  self->budget_at_us = now_us;
  self->budget -= cost;
  return self->budget >= 0 || corrupt (error, "more messages than any picture needs, a second", BUDGET_A_SECOND);
}

static gboolean
take_message (HearthFramesConsumer *self, const FramesMessage *message, int *fds, guint n_fds, GError **error)
{
  if (message->header.type == FRAMES_POOL) /* first: it owns the descriptors */
    return on_pool (self, message, fds, n_fds, error);
  switch ((FramesType) message->header.type) {
  case FRAMES_DROP_POOL:
    return on_drop_pool (self, &message->number, error);
  case FRAMES_FRAME:
    return on_frame (self, message, error);
  case FRAMES_FLUSH:
    return on_flush (self, &message->number, error);
  case FRAMES_CLEAR:
    return on_clear (self, &message->number, error);
  case FRAMES_POOL:
  case FRAMES_CAPS:
  case FRAMES_SHOWN:
  case FRAMES_DROPPED:
  case FRAMES_FREED:
  case FRAMES_REFUSED:
  default:
    return corrupt (error, "a message of the shell's, kind", message->header.type);
  }
}

static FramesReceived
take_next (HearthFramesConsumer *self, GError **error)
{
  FramesMessage message;
  int fds[HEARTH_FRAMES_MAX_BUFFERS];
  guint n_fds;
  FramesReceived received = frames_wire_receive (self->fd, &message, fds, &n_fds, error);

  if (received != FRAMES_GOT)
    return received;
  if (!spend (self, 1 + n_fds, error)) {
    frames_wire_close_all (fds, n_fds);
    return FRAMES_BROKEN;
  }
  return take_message (self, &message, fds, n_fds, error) ? FRAMES_GOT : FRAMES_BROKEN;
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  HearthFramesConsumer *self = user_data;
  g_autoptr (GError) error = NULL;
  FramesReceived received = FRAMES_GOT;

  for (guint i = 0; received == FRAMES_GOT && i < MESSAGES_A_TURN; i++)
    received = take_next (self, &error);
  if (received == FRAMES_GOT || received == FRAMES_NOTHING)
    return G_SOURCE_CONTINUE;
  if (g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT))
    error->code = HEARTH_ERROR_CORRUPT; /* what a caller in this process would break by mistake, a stranger breaks by intent */
  end_link (self, error);
  return G_SOURCE_REMOVE;
}

/* ---- from outside ------------------------------------------------------------------------ */

static void
send_caps (HearthFramesConsumer *self, const HearthFramesCaps *caps)
{
  FramesMessage message = { .caps = { .header.type = FRAMES_CAPS, .protocol = FRAMES_PROTOCOL } };
  guint n = MIN (caps->n_fourccs, G_N_ELEMENTS (caps->fourccs));

  message.caps.memory = caps->memory;
  message.caps.n_fourccs = n;
  memcpy (message.caps.fourccs, caps->fourccs, n * sizeof caps->fourccs[0]);
  answer (self, &message);
}

HearthFramesConsumer *
hearth_frames_consumer_new (int fd, const HearthFramesCaps *caps, const HearthFramesConsumerFuncs *funcs, gpointer user_data,
                            GError **error)
{
  HearthFramesConsumer *self;

  fd = frames_wire_adopt (fd, error);
  if (fd < 0)
    return NULL;
  self = g_new0 (HearthFramesConsumer, 1);
  self->fd = fd;
  self->funcs = funcs;
  self->user_data = user_data;
  self->unsent = g_array_new (FALSE, FALSE, sizeof (FramesMessage));
  self->budget = BUDGET_MAX;
  self->budget_at_us = g_get_monotonic_time ();
  self->readable = watch (self, G_IO_IN, on_readable);
  send_caps (self, caps);
  return self;
}

void
hearth_frames_consumer_free (HearthFramesConsumer *self)
{
  close_socket (self);
  for (guint i = 0; i < HEARTH_FRAMES_MAX_POOLS; i++)
    if (self->pools[i] != NULL)
      end_pool (self, &self->pools[i]);
  g_array_unref (self->unsent);
  g_free (self);
}

static void
answer_frame (HearthFramesConsumer *self, FramesType type, const HearthFrame *frame, gint64 shown_us)
{
  FramesMessage message = { .answer = { .header.type = type,
                                        .sequence = frame->sequence,
                                        .serial = frame->serial,
                                        .shown_us = shown_us } };

  answer (self, &message);
}

void
hearth_frames_consumer_shown (HearthFramesConsumer *self, const HearthFrame *frame, gint64 shown_us)
{
  answer_frame (self, FRAMES_SHOWN, frame, shown_us);
}

void
hearth_frames_consumer_dropped (HearthFramesConsumer *self, const HearthFrame *frame)
{
  answer_frame (self, FRAMES_DROPPED, frame, 0);
}

void
hearth_frames_consumer_release (HearthFramesConsumer *self, guint32 number, guint32 index)
{
  FramesMessage message = { .number = { .header.type = FRAMES_FREED, .number = number, .index = index } };
  Pool **place = find_pool (self, number);

  g_return_if_fail (place != NULL && index < (*place)->shape.n_buffers && (*place)->held[index]);
  (*place)->held[index] = FALSE;
  (*place)->n_held--;
  answer (self, &message);
  if ((*place)->dropped && (*place)->n_held == 0)
    end_pool (self, place);
}
