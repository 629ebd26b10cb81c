/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-file.h"

#include "iptv-pacer.h"
#include "iptv-ts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES (256 << 10)
#define FILL_BYTES (512 << 10) /* the pacer is kept at */
#define FILLS_A_TICK 64

struct _IptvFile {
  IptvFeed feed;
  IptvIo *io;
  char *path;
  gboolean loop;

  /* The io thread's own. */
  int fd;
  GSource *timer, *beat;
  IptvPacer pacer;
  guint8 *buffer;
  gboolean known; /* that it is a transport stream */
  HearthTransportHealth health;
  gint64 health_told_us;
};

static void
end (IptvFile *self, HearthStreamState state, HearthError code, const char *text)
{
  iptv_io_remove (&self->timer);
  iptv_feed_health (&self->feed, &self->health);
  iptv_feed_state (&self->feed, state, code, text);
}

static gboolean
check_body (IptvFile *self, gsize n_bytes, gsize *offset)
{
  g_autofree char *text = NULL;

  if (self->known)
    return TRUE;
  self->known = iptv_ts_probe (self->buffer, n_bytes, TRUE, offset) == IPTV_BODY_TS;
  if (self->known) {
    iptv_feed_state (&self->feed, HEARTH_STREAM_RUNNING, 0, NULL);
    return TRUE;
  }
  text = g_strdup_printf ("%s is no MPEG transport stream", self->path);
  end (self, HEARTH_STREAM_FAILED, HEARTH_ERROR_CORRUPT, text);
  return FALSE;
}

static gboolean
fail_read (IptvFile *self, int error_number)
{
  GError *error = NULL;

  hearth_error_set_errno (&error, error_number, "reading %s", self->path);
  iptv_io_remove (&self->timer);
  iptv_feed_trouble (&self->feed, HEARTH_STREAM_FAILED, error);
  return FALSE;
}

static gboolean
reach_end (IptvFile *self)
{
  self->pacer.ended = !self->loop;
  if (self->loop && lseek (self->fd, 0, SEEK_SET) != 0)
    return fail_read (self, errno);
  iptv_pacer_splice (&self->pacer);
  return TRUE;
}

/* FALSE: it is over. */
static gboolean
read_more (IptvFile *self)
{
  gssize n = read (self->fd, self->buffer, READ_BYTES);
  gsize offset = 0;

  if (n < 0)
    return errno == EINTR || fail_read (self, errno);
  if (!check_body (self, (gsize) n, &offset))
    return FALSE;
  if (n == 0)
    return reach_end (self);
  self->health.received++;
  iptv_pacer_push (&self->pacer, self->buffer + offset, (gsize) n - offset);
  return TRUE;
}

static gboolean
fill (IptvFile *self)
{
  while (!self->pacer.ended && iptv_pacer_get_fill (&self->pacer) < FILL_BYTES)
    if (!read_more (self))
      return FALSE;
  return TRUE;
}

/* Returns how many bytes were due. */
static gsize
pump (IptvFile *self, gint64 now_us)
{
  IptvPacerRun run;
  gsize n_bytes = 0;

  while (iptv_pacer_take (&self->pacer, now_us, &run)) {
    if (run.gap)
      iptv_feed_gap (&self->feed);
    iptv_feed_push (&self->feed, run.bytes, run.n_bytes, run.due_us);
    n_bytes += run.n_bytes;
  }
  return n_bytes;
}

static void
tell_health (IptvFile *self, gint64 now_us)
{
  if (now_us - self->health_told_us >= G_USEC_PER_SEC) {
    self->health_told_us = now_us;
    iptv_feed_health (&self->feed, &self->health);
  }
}

static gboolean
on_tick (gpointer data)
{
  IptvFile *self = data;
  gint64 now_us = iptv_now_us ();

  iptv_io_remove (&self->timer);
  /* More than one filling may be due: where the rate is high, or this thread was kept waiting by a busy box. */
  for (guint i = 0; i < FILLS_A_TICK; i++) {
    if (!fill (self))
      return G_SOURCE_REMOVE;
    if (pump (self, now_us) < FILL_BYTES / 2)
      break;
  }
  tell_health (self, now_us);
  if (self->pacer.ended && iptv_pacer_get_fill (&self->pacer) == 0)
    end (self, HEARTH_STREAM_ENDED, 0, NULL);
  else if (iptv_pacer_is_lost (&self->pacer))
    end (self, HEARTH_STREAM_FAILED, HEARTH_ERROR_CORRUPT, "the file has no clock reference (PCR), so its speed is unknown");
  else
    self->timer = iptv_io_add_tick (self->io, on_tick, self);
  return G_SOURCE_REMOVE;
}

static gboolean
open_file (IptvFile *self, GError **error)
{
  struct stat status;

  self->fd = open (self->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (self->fd < 0) {
    hearth_error_set_errno (error, errno, "opening %s", self->path);
    return FALSE;
  }
  if (fstat (self->fd, &status) == 0 && S_ISREG (status.st_mode))
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "%s is not a file", self->path);
  return FALSE;
}

static gboolean
on_open (gpointer data)
{
  IptvFile *self = data;
  GError *error = NULL;

  iptv_io_hold (self->io);
  self->beat = iptv_io_add_beat (self->io, &self->feed);
  iptv_feed_state (&self->feed, HEARTH_STREAM_CONNECTING, 0, NULL);
  iptv_pacer_init (&self->pacer);
  self->buffer = g_malloc (READ_BYTES);
  if (open_file (self, &error)) {
    iptv_feed_state (&self->feed, HEARTH_STREAM_JOINED, 0, NULL);
    on_tick (self);
  } else {
    iptv_feed_trouble (&self->feed, HEARTH_STREAM_FAILED, error);
  }
  return G_SOURCE_REMOVE;
}

static gboolean
on_close (gpointer data)
{
  IptvFile *self = data;

  iptv_io_remove (&self->timer);
  iptv_io_remove (&self->beat);
  if (self->fd >= 0)
    close (self->fd);
  iptv_pacer_clear (&self->pacer);
  iptv_io_release (self->io);
  iptv_feed_clear (&self->feed);
  g_free (self->buffer);
  g_free (self->path);
  g_free (self);
  return G_SOURCE_REMOVE;
}

IptvFile *
iptv_file_open (IptvIo *io, const char *uri, HearthStreamSink *sink, GError **error)
{
  g_autofree char *bare = g_strndup (uri, strcspn (uri, "?#"));
  g_autofree char *path = g_filename_from_uri (bare, NULL, error);
  IptvFile *self;

  if (path == NULL) {
    g_clear_error (error);
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” is no address of a file: it should look like file:///path", uri);
    return NULL;
  }
  self = g_new0 (IptvFile, 1);
  iptv_feed_init (&self->feed, sink);
  self->io = io;
  self->path = g_steal_pointer (&path);
  self->loop = strstr (uri + strlen (bare), "loop=1") != NULL;
  self->fd = -1;
  iptv_io_invoke (io, on_open, self);
  return self;
}

void
iptv_file_close (IptvFile *self)
{
  iptv_feed_close (&self->feed);
  iptv_io_invoke (self->io, on_close, self);
}
