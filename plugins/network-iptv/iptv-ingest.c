/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-ingest.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define N_EVENTS 64
#define FRESH_US (2 * G_USEC_PER_SEC)
#define TICK_MS 20
#define SHORTEST_TICK_MS 5
#define HOLD_TICK_MS 10  /* while a hole in RTP waits to be filled */
#define IDLE_TICK_MS 250 /* only silence is watched for */
#define HOUSEKEEP_US (250 * 1000)

typedef enum {
  COMMAND_ADD,
  COMMAND_REMOVE,
  COMMAND_QUIT,
} CommandKind;

typedef struct {
  CommandKind kind;
  IptvDatagrams *stream;
} Command;

struct _IptvIngest {
  GThread *thread;
  int epoll_fd, wake_fd, timer_fd;

  GMutex lock;    /* guards commands */
  GArray *commands; /* of Command */

  /* The thread's own. */
  GPtrArray *streams; /* of IptvDatagrams */
  IptvBatch *batch;
  guint tick_ms; /* that the timer runs at, 0: not at all */
  gboolean retick; /* something happened that the tick depends on */
  gint64 housekept_us;
  gboolean quit;
};

/* ---- the thread ------------------------------------------------------------------------- */

static void
watch (IptvIngest *self, IptvDatagrams *stream)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = stream };

  if (stream->fd >= 0 && epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, stream->fd, &event) != 0)
    stream->batched = TRUE; /* no memory for a watch: the tick will do */
}

static void
unwatch (IptvIngest *self, IptvDatagrams *stream)
{
  epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, stream->fd, NULL);
}

static gboolean
has_hole (const IptvDatagrams *stream)
{
  return stream->rtp != NULL && stream->rtp->hole_since_us != 0;
}

static void
serve (IptvIngest *self, IptvDatagrams *stream)
{
  iptv_datagrams_serve (stream, self->batch);
  self->retick = self->retick || has_hole (stream);
  if (stream->batched || stream->first_us == 0 || stream->last_us - stream->first_us < FRESH_US)
    return;
  unwatch (self, stream);
  stream->batched = TRUE;
  self->retick = TRUE;
}

static void
run_command (IptvIngest *self, const Command *command)
{
  switch (command->kind) {
  case COMMAND_ADD:
    g_ptr_array_add (self->streams, command->stream);
    iptv_datagrams_open (command->stream, self->wake_fd, iptv_now_us ());
    watch (self, command->stream);
    break;
  case COMMAND_REMOVE:
    g_ptr_array_remove_fast (self->streams, command->stream);
    iptv_datagrams_free (command->stream); /* closing the socket also ends its watch */
    break;
  case COMMAND_QUIT:
    self->quit = TRUE;
    break;
  default:
    break;
  }
}

static void
run_commands (IptvIngest *self)
{
  g_autoptr (GArray) commands = NULL;

  g_mutex_lock (&self->lock);
  commands = self->commands;
  self->commands = g_array_new (FALSE, FALSE, sizeof (Command));
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < commands->len; i++)
    run_command (self, &g_array_index (commands, Command, i));
}

static void
housekeep (IptvIngest *self, gint64 now_us)
{
  self->housekept_us = now_us;
  for (guint i = 0; i < self->streams->len; i++) {
    IptvDatagrams *stream = g_ptr_array_index (self->streams, i);

    if (iptv_datagrams_housekeep (stream, now_us)) /* another socket */
      watch (self, stream);
  }
}

/* Names that were found: not at the next housekeeping, for somebody waits. */
static void
finish_lookups (IptvIngest *self)
{
  for (guint i = 0; i < self->streams->len; i++) {
    IptvDatagrams *stream = g_ptr_array_index (self->streams, i);

    if (stream->lookup != NULL && iptv_datagrams_housekeep (stream, iptv_now_us ()))
      watch (self, stream);
  }
}

static void
tick (IptvIngest *self)
{
  gint64 now_us = iptv_now_us ();

  for (guint i = 0; i < self->streams->len; i++) {
    IptvDatagrams *stream = g_ptr_array_index (self->streams, i);

    if (stream->batched)
      serve (self, stream);
    if (has_hole (stream))
      iptv_rtp_expire (stream->rtp, now_us);
  }
  if (now_us - self->housekept_us >= HOUSEKEEP_US)
    housekeep (self, now_us);
}

/* A quarter of what the smallest buffer lasts, at most. */
static guint
choose_tick (const IptvIngest *self)
{
  guint ms = self->streams->len > 0 ? IDLE_TICK_MS : 0;
  gint64 now_us = iptv_now_us ();

  for (guint i = 0; i < self->streams->len; i++) {
    const IptvDatagrams *stream = g_ptr_array_index (self->streams, i);

    if (has_hole (stream))
      ms = MIN (ms, HOLD_TICK_MS);
    if (stream->batched) {
      gint64 quarter_ms = iptv_datagrams_get_buffer_us (stream, now_us) / 4000;

      ms = MIN (ms, (guint) CLAMP (quarter_ms, SHORTEST_TICK_MS, TICK_MS));
    }
  }
  return ms;
}

static void
set_tick (IptvIngest *self, guint ms)
{
  struct itimerspec spec = { .it_interval.tv_nsec = ms * 1000000L, .it_value.tv_nsec = ms * 1000000L };

  if (ms == self->tick_ms)
    return;
  self->tick_ms = ms;
  timerfd_settime (self->timer_fd, 0, &spec, NULL);
}

static void
drain (int fd)
{
  guint64 count;

  if (read (fd, &count, sizeof count) < 0)
    return; /* taken already */
}

/* Commands last, for they free streams that further events may name. */
static void
handle (IptvIngest *self, const struct epoll_event *events, int n)
{
  gboolean commands = FALSE, ticked = FALSE;

  for (int i = 0; i < n; i++) {
    if (events[i].data.ptr == &self->wake_fd)
      commands = TRUE;
    else if (events[i].data.ptr == &self->timer_fd)
      ticked = TRUE;
    else
      serve (self, events[i].data.ptr);
  }
  if (ticked) {
    drain (self->timer_fd);
    tick (self);
  }
  if (commands) {
    drain (self->wake_fd);
    run_commands (self);
    finish_lookups (self);
  }
  self->retick = self->retick || ticked || commands;
}

static gpointer
run (gpointer data)
{
  IptvIngest *self = data;
  struct epoll_event events[N_EVENTS];

  while (!self->quit) {
    int n = epoll_wait (self->epoll_fd, events, N_EVENTS, -1);

    if (n < 0 && errno != EINTR)
      break;
    handle (self, events, n);
    if (self->retick)
      set_tick (self, choose_tick (self));
    self->retick = FALSE;
  }
  return NULL;
}

/* ---- for the others ----------------------------------------------------------------------- */

static void
command (IptvIngest *self, CommandKind kind, IptvDatagrams *stream)
{
  const Command entry = { kind, stream };
  const guint64 one = 1;

  g_mutex_lock (&self->lock);
  g_array_append_val (self->commands, entry);
  g_mutex_unlock (&self->lock);
  while (write (self->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
    ;
}

void
iptv_ingest_add (IptvIngest *self, IptvDatagrams *stream)
{
  command (self, COMMAND_ADD, stream);
}

void
iptv_ingest_remove (IptvIngest *self, IptvDatagrams *stream)
{
  iptv_feed_close (&stream->feed);
  command (self, COMMAND_REMOVE, stream);
}

static gboolean
watch_own (IptvIngest *self, int *fd)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = fd };

  return *fd >= 0 && epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, *fd, &event) == 0;
}

IptvIngest *
iptv_ingest_new (GError **error)
{
  g_autoptr (IptvIngest) self = g_new0 (IptvIngest, 1);

  g_mutex_init (&self->lock);
  self->commands = g_array_new (FALSE, FALSE, sizeof (Command));
  self->streams = g_ptr_array_new ();
  self->batch = iptv_batch_new ();
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  self->timer_fd = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (self->epoll_fd < 0 || !watch_own (self, &self->wake_fd) || !watch_own (self, &self->timer_fd)) {
    hearth_error_set_errno (error, errno, "preparing to read datagrams");
    return NULL;
  }
  self->thread = g_thread_try_new ("iptv-ingest", run, self, error);
  if (self->thread == NULL) {
    hearth_error_translate (error, "starting a thread to read datagrams");
    return NULL;
  }
  return g_steal_pointer (&self);
}

static void
close_fd (int fd)
{
  if (fd >= 0)
    close (fd);
}

void
iptv_ingest_free (IptvIngest *self)
{
  if (self->thread != NULL) {
    command (self, COMMAND_QUIT, NULL);
    g_thread_join (self->thread);
  }
  for (guint i = 0; i < self->streams->len; i++)
    iptv_datagrams_free (g_ptr_array_index (self->streams, i));
  g_ptr_array_unref (self->streams);
  g_array_unref (self->commands);
  iptv_batch_free (self->batch);
  close_fd (self->epoll_fd);
  close_fd (self->wake_fd);
  close_fd (self->timer_fd);
  g_mutex_clear (&self->lock);
  g_free (self);
}
