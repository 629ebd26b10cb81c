/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell/display/shell-view.h"

#include "frames/hearth-frames.h"
#include "shell/display/shell-queue.h"

#include <hearth/log.h>
#include <string.h>

HEARTH_LOG_TOPIC ("view")

/* One link. The display knows its pools by its number, so that two links' pools never meet. */
typedef struct {
  ShellView *view;
  guint32 number;
  HearthFramesConsumer *link;
  ShellQueue queue;
  GPtrArray *pools; /* const HearthFramePool, the link's, imported */
} Feed;

typedef struct {
  Feed *feed; /* NULL: nothing */
  HearthFrame frame;
} Picture;

struct _ShellView {
  char *name;
  const ShellViewHost *host;
  HearthRect target;
  gboolean everywhere;
  GPtrArray *feeds; /* Feed; the current one last */
  Feed *current;    /* NULL before the first link */
  Picture glass, picked;
  gint64 shown_us;
  gboolean picking; /* picked goes with the pending commit */
  gboolean clear, blank;
};

static guint32 last_number;

/* ---- feeds ----------------------------------------------------------------------------- */

static void
drop_frame (const HearthFrame *frame, gpointer user_data)
{
  Feed *feed = user_data;

  hearth_frames_consumer_dropped (feed->link, frame);
  hearth_frames_consumer_release (feed->link, frame->pool, frame->index);
}

static void
feed_free (Feed *feed)
{
  g_clear_pointer (&feed->link, hearth_frames_consumer_free);
  g_ptr_array_unref (feed->pools);
  g_free (feed);
}

/* Feeds that are neither the current one nor on glass or on their way there. */
static void
prune (ShellView *self)
{
  for (guint i = self->feeds->len; i-- > 0;) {
    Feed *feed = g_ptr_array_index (self->feeds, i);

    if (feed != self->current && feed != self->glass.feed && feed != self->picked.feed)
      g_ptr_array_remove_index (self->feeds, i); /* frees it */
  }
}

static const HearthFramePool *
find_pool (Feed *feed, guint32 number)
{
  for (guint i = 0; i < feed->pools->len; i++) {
    const HearthFramePool *pool = g_ptr_array_index (feed->pools, i);

    if (pool->pool == number)
      return pool;
  }
  return NULL;
}

static gboolean
on_add_pool (HearthFramesConsumer *link, const HearthFramePool *pool, gpointer user_data, GError **error)
{
  Feed *feed = user_data;
  const ShellViewHost *host = feed->view->host;

  if (!host->ops->import_pool (host->display, feed->number, pool, error))
    return FALSE;
  g_ptr_array_add (feed->pools, (gpointer) pool);
  hearth_debug ("view %s: pool %u, %ux%u, %u buffers", feed->view->name, pool->pool, pool->width, pool->height, pool->n_buffers);
  return TRUE;
}

static void
on_drop_pool (HearthFramesConsumer *link, guint32 number, gpointer user_data)
{
  Feed *feed = user_data;

  feed->view->host->ops->drop_pool (feed->view->host->display, feed->number, number);
  g_ptr_array_remove (feed->pools, (gpointer) find_pool (feed, number));
}

static void
on_frame (HearthFramesConsumer *link, const HearthFrame *frame, gpointer user_data)
{
  Feed *feed = user_data;
  ShellView *self = feed->view;

  if (feed != self->current || self->blank || !shell_queue_push (&feed->queue, frame)) {
    hearth_frames_consumer_dropped (link, frame);
    hearth_frames_consumer_release (link, frame->pool, frame->index);
    return;
  }
  self->host->changed (self, self->host->user_data);
}

static void
on_flush (HearthFramesConsumer *link, guint32 serial, gpointer user_data)
{
  Feed *feed = user_data;

  shell_queue_flush (&feed->queue, serial, drop_frame, feed);
}

static void
on_clear (HearthFramesConsumer *link, gpointer user_data)
{
  Feed *feed = user_data;

  if (feed != feed->view->current)
    return;
  shell_queue_clear (&feed->queue, drop_frame, feed);
  feed->view->clear = TRUE;
  feed->view->host->changed (feed->view, feed->view->host->user_data);
}

static void
on_closed (HearthFramesConsumer *link, const GError *error, gpointer user_data)
{
  Feed *feed = user_data;
  ShellView *self = feed->view;

  hearth_info ("view %s: its link ended: %s", self->name, error != NULL ? error->message : "the player went away");
  if (feed == self->current)
    self->host->closed (self, error, self->host->user_data);
}

static const HearthFramesConsumerFuncs feed_funcs = { on_add_pool, on_drop_pool, on_frame, on_flush, on_clear, on_closed };

static void
get_caps (const ShellViewHost *host, HearthFramesCaps *caps)
{
  const HearthDisplayCaps *display = host->ops->get_caps (host->display);

  memset (caps, 0, sizeof *caps);
  caps->memory = display->memory;
  while (display->fourccs[caps->n_fourccs] != 0 && caps->n_fourccs < G_N_ELEMENTS (caps->fourccs)) {
    caps->fourccs[caps->n_fourccs] = display->fourccs[caps->n_fourccs];
    caps->n_fourccs++;
  }
}

gboolean
shell_view_connect (ShellView *self, int fd, GError **error)
{
  Feed *feed = g_new0 (Feed, 1);
  HearthFramesCaps caps;

  feed->view = self;
  feed->number = ++last_number;
  feed->pools = g_ptr_array_new ();
  get_caps (self->host, &caps);
  feed->link = hearth_frames_consumer_new (fd, &caps, &feed_funcs, feed, error);
  if (feed->link == NULL) {
    feed_free (feed);
    return FALSE;
  }
  if (self->current != NULL)
    shell_queue_clear (&self->current->queue, drop_frame, self->current);
  self->current = feed;
  g_ptr_array_add (self->feeds, feed);
  prune (self);
  return TRUE;
}

/* ---- what is shown ------------------------------------------------------------------------ */

gint64
shell_view_get_due_us (ShellView *self, gint64 period_us)
{
  if (self->clear)
    return 0;
  return self->current != NULL ? shell_queue_get_due_us (&self->current->queue, period_us) : G_MAXINT64;
}

gboolean
shell_view_pick (ShellView *self, gint64 refresh_us, gint64 period_us)
{
  Feed *feed = self->current;

  if (feed != NULL && shell_queue_pick (&feed->queue, refresh_us, period_us, &self->picked.frame, drop_frame, feed))
    self->picked.feed = feed;
  else if (self->clear)
    self->picked.feed = NULL;
  else
    return FALSE;
  self->picking = TRUE;
  self->clear = FALSE;
  return TRUE;
}

gboolean
shell_view_fill_layer (ShellView *self, const HearthDisplayMode *mode, HearthDisplayLayer *layer)
{
  const Picture *picture = self->picking ? &self->picked : &self->glass;

  if (picture->feed == NULL)
    return FALSE;
  layer->view = picture->feed->number;
  layer->frame = &picture->frame;
  layer->target = self->everywhere ? (HearthRect){ 0, 0, (gint32) mode->width, (gint32) mode->height } : self->target;
  return TRUE;
}

static void
take_off (Picture *picture)
{
  Feed *feed = g_steal_pointer (&picture->feed);

  if (feed != NULL)
    hearth_frames_consumer_release (feed->link, picture->frame.pool, picture->frame.index);
}

static void
log_glass (ShellView *self, ShellLog *log)
{
  guint32 channel = SHELL_LOG_NO_CODE, code = SHELL_LOG_NO_CODE;

  if (log->entries == NULL)
    return;
  shell_view_read_code (self, &channel, &code);
  shell_log_add (log, &self->glass.frame, self->shown_us, channel, code);
}

void
shell_view_committed (ShellView *self, gint64 shown_us, ShellLog *log)
{
  if (!self->picking)
    return;
  self->picking = FALSE;
  take_off (&self->glass);
  self->glass = self->picked;
  self->picked.feed = NULL;
  self->shown_us = self->glass.feed != NULL ? shown_us : 0;
  if (self->glass.feed != NULL) {
    hearth_frames_consumer_shown (self->glass.feed->link, &self->glass.frame, shown_us);
    log_glass (self, log);
  }
  prune (self);
}

void
shell_view_cancel (ShellView *self)
{
  if (!self->picking)
    return;
  self->picking = FALSE;
  if (self->picked.feed != NULL)
    drop_frame (&self->picked.frame, self->picked.feed);
  self->picked.feed = NULL;
  prune (self);
}

void
shell_view_set_blank (ShellView *self, gboolean blank)
{
  self->blank = blank;
  if (!blank)
    return;
  if (self->current != NULL)
    shell_queue_clear (&self->current->queue, drop_frame, self->current);
  self->clear = self->glass.feed != NULL || self->picking;
}

gboolean
shell_view_read_code (ShellView *self, guint32 *channel, guint32 *frame)
{
  const HearthFramePool *pool =
    self->glass.feed != NULL ? find_pool (self->glass.feed, self->glass.frame.pool) : NULL;

  return pool != NULL && shell_log_read_code (pool, &self->glass.frame, channel, frame);
}

gint64
shell_view_get_shown_us (ShellView *self)
{
  return self->shown_us;
}

guint32
shell_view_get_serial (ShellView *self)
{
  return self->glass.feed != NULL ? self->glass.frame.serial : 0;
}

/* ---- */

ShellView *
shell_view_new (const char *name, const ShellViewHost *host)
{
  ShellView *self = g_new0 (ShellView, 1);

  self->name = g_strdup (name);
  self->host = host;
  self->everywhere = TRUE;
  self->feeds = g_ptr_array_new_with_free_func ((GDestroyNotify) feed_free);
  return self;
}

void
shell_view_free (ShellView *self)
{
  g_ptr_array_unref (self->feeds);
  g_free (self->name);
  g_free (self);
}

const char *
shell_view_get_name (ShellView *self)
{
  return self->name;
}

void
shell_view_set_target (ShellView *self, const HearthRect *rect)
{
  self->everywhere = rect == NULL;
  if (rect != NULL)
    self->target = *rect;
}
