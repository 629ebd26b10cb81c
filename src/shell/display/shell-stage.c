/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell/display/shell-stage.h"

#include "display/hearth-timer.h"

#include <hearth/log.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("stage")

#define LEAD_US 25000      /* how long before its refresh a frame is committed, within a period: room for a busy machine to be late */
#define BUSY_US 200000     /* after the last frame progress is expected for so long; beats come at least that often */
#define HOLD_US 60000      /* what is painted waits so long for a picture that goes before it: nobody sees that it does */
#define PAINT_ROOM_US 3000 /* what a commit takes beside painting: at a refresh's very beginning anything is painted that takes less than the period */
#define PAINT_WAITS 5      /* refreshes that painting waits for a better moment at most */
#define READ_BACK_US 25000 /* what reading a picture back takes of the main thread, with room */

typedef struct {
  void (*ready) (ShellStage *stage, gpointer user_data);
  gpointer user_data;
} Waiter;

typedef struct {
  ShellView *view;
  gboolean removed; /* goes when its picture is off glass */
} Place;

struct _ShellStage {
  HearthDisplayHost host; /* first: the plug-in gives us its address */
  const HearthDisplayOps *ops;
  gpointer display;
  gboolean started;
  ShellViewHost view_host;
  HearthProgress *progress;
  const ShellStageFuncs *funcs;
  gpointer user_data;

  HearthDisplayMode mode;
  GArray *places;  /* Place, lowest first */
  GArray *waiters; /* Waiter */
  ShellLog log;
  HearthTimer *timer;
  gboolean pending;           /* a commit waits for its refresh */
  gboolean pending_scene;     /* it brings more than new frames */
  gboolean damaged, new_osd;  /* the on-screen plane */
  guint32 hold_serial;        /* nothing is painted before a picture of this one is on glass, */
  gint64 hold_until_us;       /* or it is then */
  gint64 paint_us;            /* what painting took of late, at most */
  gint64 paint_after_us;      /* it would have come too late for a refresh, and waits for that to pass */
  guint n_paint_waits;
  gboolean layers_changed;    /* places moved or went */
  gboolean blank;
  gint64 active_us; /* when the last frame was shown */
  gboolean busy;
};

static void consider (ShellStage *self);

static Place *
get_place (ShellStage *self, guint i)
{
  return &g_array_index (self->places, Place, i);
}

static gint64
get_period_us (ShellStage *self)
{
  return G_GINT64_CONSTANT (1000000000) / self->mode.refresh_mhz;
}

/* ---- committing ------------------------------------------------------------------------- */

static gboolean
pick_all (ShellStage *self, gint64 refresh_us)
{
  gboolean changed = FALSE;

  for (guint i = 0; i < self->places->len; i++)
    if (shell_view_pick (get_place (self, i)->view, refresh_us, get_period_us (self)))
      changed = TRUE;
  return changed;
}

static guint
fill_layers (ShellStage *self, HearthDisplayLayer *layers)
{
  guint n = 0;

  for (guint i = 0; i < self->places->len && !self->blank; i++)
    if (shell_view_fill_layer (get_place (self, i)->view, &self->mode, &layers[n]))
      n++;
  return n;
}

static gboolean
is_held (ShellStage *self, gint64 now_us)
{
  gboolean held = self->hold_until_us > now_us;

  for (guint i = 0; held && i < self->places->len; i++)
    held = shell_view_get_serial (get_place (self, i)->view) < self->hold_serial;
  if (!held)
    self->hold_until_us = 0;
  return held;
}

/* Painting takes a good part of a period: begun late in one while pictures move, it would keep one of them from its refresh. */
static gboolean
wants_paint (ShellStage *self, gint64 refresh_us, gint64 now_us)
{
  const gint64 room_us = MIN (self->paint_us, get_period_us (self) - PAINT_ROOM_US);

  if (!self->damaged || is_held (self, now_us) || now_us < self->paint_after_us)
    return FALSE;
  if (self->active_us == 0 || refresh_us - now_us >= room_us || self->n_paint_waits >= PAINT_WAITS)
    return TRUE;
  self->n_paint_waits++;
  self->paint_after_us = refresh_us;
  return FALSE;
}

static guint
paint (ShellStage *self, HearthRect *damage)
{
  const gint64 begun_us = g_get_monotonic_time ();
  guint32 stride = 0;
  guint8 *osd = self->ops->get_osd (self->display, &stride);
  guint n = self->funcs->paint (osd, stride, &self->mode, self->new_osd, damage, self->user_data);

  self->damaged = self->new_osd = FALSE;
  self->n_paint_waits = 0;
  self->paint_us = MAX (g_get_monotonic_time () - begun_us, self->paint_us - self->paint_us / 8);
  return n;
}

static void
commit (ShellStage *self, gint64 refresh_us, gboolean painting)
{
  HearthDisplayLayer layers[SHELL_STAGE_MAX_VIEWS];
  HearthRect damage[SHELL_STAGE_MAX_DAMAGE];
  g_autoptr (GError) error = NULL;
  guint n_damage = painting ? paint (self, damage) : 0;
  guint n_layers = fill_layers (self, layers);

  self->pending_scene = n_damage > 0 || self->layers_changed;
  self->layers_changed = FALSE;
  self->pending = self->ops->commit (self->display, layers, n_layers, damage, n_damage, refresh_us, &error);
  if (self->pending)
    return;
  hearth_warning ("the display did not take a commit: %s", error != NULL ? error->message : "no reason given");
  for (guint i = 0; i < self->places->len; i++)
    shell_view_cancel (get_place (self, i)->view);
}

/* ---- progress ----------------------------------------------------------------------------- */

/* Busy from the first frame until BUSY_US after the last, so that a shell that stands still between two frames is found. */
static void
set_busy (ShellStage *self, gboolean busy)
{
  if (busy && self->busy)
    hearth_progress_beat (self->progress, HEARTH_PROGRESS_SHELL_FRAMES);
  else if (busy != self->busy)
    hearth_progress_set_busy (self->progress, HEARTH_PROGRESS_SHELL_FRAMES, busy);
  self->busy = busy;
}

/* ---- when ----------------------------------------------------------------------------------- */

static gint64
get_due_us (ShellStage *self)
{
  gint64 due_us = G_MAXINT64;

  for (guint i = 0; i < self->places->len; i++)
    due_us = MIN (due_us, shell_view_get_due_us (get_place (self, i)->view, get_period_us (self)));
  return due_us;
}

/* Unless what the shell was told to show is not painted yet. */
static void
serve_waiters (ShellStage *self)
{
  while (self->waiters->len > 0 && !self->damaged) {
    Waiter waiter = g_array_index (self->waiters, Waiter, 0);

    g_array_remove_index (self->waiters, 0);
    waiter.ready (self, waiter.user_data);
  }
}

static void
sleep_until_due (ShellStage *self, gint64 now_us)
{
  gint64 due_us = get_due_us (self), wake_us = G_MAXINT64;

  if (due_us != G_MAXINT64)
    wake_us = self->ops->next_refresh (self->display, due_us) - MIN (LEAD_US, get_period_us (self) - 1000);
  if (self->damaged)
    wake_us = MIN (wake_us, MAX (self->hold_until_us, self->paint_after_us));
  if (self->active_us > 0 && now_us < self->active_us + BUSY_US) {
    set_busy (self, TRUE);
    wake_us = MIN (wake_us, self->active_us + BUSY_US);
  } else {
    self->active_us = 0;
    set_busy (self, FALSE);
  }
  hearth_timer_arm (self->timer, wake_us);
}

/* Commits if there is something for the next refresh, else sleeps until there will be. */
static void
consider (ShellStage *self)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 refresh_us;
  gboolean moves, painting;

  if (self->pending)
    return;
  refresh_us = self->ops->next_refresh (self->display, now_us + 1);
  moves = pick_all (self, refresh_us);
  if (moves)
    self->active_us = now_us;
  painting = wants_paint (self, refresh_us, now_us);
  if (!moves && !painting && !self->layers_changed) {
    sleep_until_due (self, now_us);
    if (get_due_us (self) > now_us + READ_BACK_US)
      serve_waiters (self);
    return;
  }
  if (self->active_us > 0)
    set_busy (self, TRUE);
  commit (self, refresh_us, painting);
  if (!self->pending)
    sleep_until_due (self, now_us);
}

static void
on_timer (gpointer user_data)
{
  consider (user_data);
}

static void
end_removed (ShellStage *self)
{
  for (guint i = self->places->len; i-- > 0;)
    if (get_place (self, i)->removed && shell_view_get_shown_us (get_place (self, i)->view) == 0)
      g_array_remove_index (self->places, i);
}

static void
on_committed (HearthDisplayHost *host, gint64 shown_us)
{
  ShellStage *self = (ShellStage *) host;

  self->pending = FALSE;
  for (guint i = 0; i < self->places->len; i++)
    shell_view_committed (get_place (self, i)->view, shown_us, &self->log);
  hearth_progress_count (self->progress, HEARTH_PROGRESS_SHELL_FRAMES, 1);
  end_removed (self);
  consider (self);
  /* The next refresh is a period away, and its commit, if there is one, is made: now is the time to read back, unless what the
   * shell was told to show comes only then. */
  if (!self->pending || !self->pending_scene)
    serve_waiters (self);
}

static void
on_display_changed (HearthDisplayHost *host)
{
  ShellStage *self = (ShellStage *) host;

  self->ops->get_modes (self->display, &self->mode, 1);
  self->damaged = self->new_osd = self->layers_changed = TRUE;
  self->funcs->changed (self->user_data);
  consider (self);
}

static void
on_key (HearthDisplayHost *host, guint32 code, guint32 value)
{
  ShellStage *self = (ShellStage *) host;

  self->funcs->key (code, value, self->user_data);
}

static const HearthDisplayHostOps host_ops = { .struct_size = sizeof (HearthDisplayHostOps), .committed = on_committed,
                                               .changed = on_display_changed, .key = on_key };

/* ---- views -------------------------------------------------------------------------------------- */

static void
on_view_changed (ShellView *view, gpointer user_data)
{
  consider (user_data);
}

static void
on_view_closed (ShellView *view, const GError *error, gpointer user_data)
{
  ShellStage *self = user_data;

  self->funcs->link_closed (shell_view_get_name (view), error, self->user_data);
}

static Place *
find_place (ShellStage *self, const char *name)
{
  for (guint i = 0; i < self->places->len; i++)
    if (!get_place (self, i)->removed && g_str_equal (shell_view_get_name (get_place (self, i)->view), name))
      return get_place (self, i);
  return NULL;
}

static void
clear_place (gpointer data)
{
  g_clear_pointer (&((Place *) data)->view, shell_view_free);
}

gboolean
shell_stage_add_view (ShellStage *self, const char *name, int fd, const HearthRect *target, GError **error)
{
  Place *place = find_place (self, name);
  Place fresh = { 0 };

  if (place == NULL && self->places->len == SHELL_STAGE_MAX_VIEWS) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "view %s: there are %u already", name, SHELL_STAGE_MAX_VIEWS);
    close (fd);
    return FALSE;
  }
  fresh.view = place != NULL ? place->view : shell_view_new (name, &self->view_host);
  if (!shell_view_connect (fresh.view, fd, error)) {
    if (place == NULL)
      shell_view_free (fresh.view);
    return FALSE;
  }
  shell_view_set_target (fresh.view, target);
  shell_view_set_blank (fresh.view, self->blank);
  if (place == NULL)
    g_array_append_val (self->places, fresh);
  self->layers_changed = TRUE;
  consider (self);
  return TRUE;
}

gboolean
shell_stage_remove_view (ShellStage *self, const char *name, GError **error)
{
  Place *place = find_place (self, name);

  if (place == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no view %s to remove", name);
    return FALSE;
  }
  place->removed = TRUE;
  shell_view_set_blank (place->view, TRUE);
  self->layers_changed = TRUE;
  if (!self->pending)
    end_removed (self);
  consider (self);
  return TRUE;
}

char **
shell_stage_dup_views (ShellStage *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->places->len; i++)
    if (!get_place (self, i)->removed)
      g_strv_builder_add (builder, shell_view_get_name (get_place (self, i)->view));
  return g_strv_builder_end (builder);
}

void
shell_stage_set_blank (ShellStage *self, gboolean blank)
{
  if (blank == self->blank)
    return;
  self->blank = blank;
  for (guint i = 0; i < self->places->len; i++)
    shell_view_set_blank (get_place (self, i)->view, blank || get_place (self, i)->removed);
  self->layers_changed = self->damaged = TRUE;
  consider (self);
}

void
shell_stage_damage (ShellStage *self)
{
  self->damaged = TRUE;
  consider (self);
}

void
shell_stage_hold_paint (ShellStage *self, guint32 serial)
{
  self->hold_serial = serial;
  self->hold_until_us = g_get_monotonic_time () + HOLD_US;
}

/* ---- the display --------------------------------------------------------------------------------- */

const HearthDisplayMode *
shell_stage_get_mode (ShellStage *self)
{
  return &self->mode;
}

guint
shell_stage_get_modes (ShellStage *self, HearthDisplayMode *modes, guint n_modes)
{
  return self->ops->get_modes (self->display, modes, n_modes);
}

gboolean
shell_stage_set_mode (ShellStage *self, const HearthDisplayMode *mode, GError **error)
{
  if (!self->ops->set_mode (self->display, mode, error))
    return FALSE;
  on_display_changed (&self->host);
  return TRUE;
}

const HearthDisplayOps *
shell_stage_get_ops (ShellStage *self)
{
  return self->ops;
}

const HearthDisplayCaps *
shell_stage_get_caps (ShellStage *self)
{
  return self->ops->get_caps (self->display);
}

GVariant *
shell_stage_describe (ShellStage *self)
{
  return hearth_ops_has (self->ops, describe) ? g_variant_ref_sink (self->ops->describe (self->display)) : NULL;
}

ShellLog *
shell_stage_get_log (ShellStage *self)
{
  return &self->log;
}

void
shell_stage_when_steady (ShellStage *self, void (*ready) (ShellStage *self, gpointer user_data), gpointer user_data)
{
  const Waiter waiter = { ready, user_data };

  g_array_append_val (self->waiters, waiter);
  consider (self);
}

gboolean
shell_stage_read_back (ShellStage *self, guint8 *argb, guint32 stride, guint32 width, guint32 height, gboolean with_osd,
                       GError **error)
{
  if (!hearth_ops_has (self->ops, read_back)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "display-%s cannot read back what it shows", self->ops->name);
    return FALSE;
  }
  return self->ops->read_back (self->display, argb, stride, width, height, with_osd, error);
}

static ShellView *
find_shown (ShellStage *self)
{
  for (guint i = 0; i < self->places->len && !self->blank; i++)
    if (shell_view_get_shown_us (get_place (self, i)->view) > 0)
      return get_place (self, i)->view;
  return NULL;
}

gint64
shell_stage_get_shown_us (ShellStage *self)
{
  ShellView *view = find_shown (self);

  return view != NULL ? shell_view_get_shown_us (view) : 0;
}

gboolean
shell_stage_read_code (ShellStage *self, guint32 *channel, guint32 *frame)
{
  ShellView *view = find_shown (self);

  return view != NULL && shell_view_read_code (view, channel, frame);
}

/* ---- */

ShellStage *
shell_stage_new (const HearthDisplayOps *ops, GVariant *settings, HearthProgress *progress, const ShellStageFuncs *funcs,
                 gpointer user_data, GError **error)
{
  g_autoptr (ShellStage) self = g_new0 (ShellStage, 1);

  self->host.ops = &host_ops;
  self->ops = ops;
  self->progress = progress;
  self->funcs = funcs;
  self->user_data = user_data;
  self->places = g_array_new (FALSE, TRUE, sizeof (Place));
  g_array_set_clear_func (self->places, clear_place);
  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  self->display = g_malloc0 (ops->instance_size);
  self->view_host = (ShellViewHost){ ops, self->display, on_view_changed, on_view_closed, self };
  self->timer = hearth_timer_new (on_timer, self, error);
  if (self->timer == NULL || !ops->start (self->display, &self->host, settings, error))
    return NULL;
  self->started = TRUE;
  ops->get_modes (self->display, &self->mode, 1);
  self->damaged = self->new_osd = self->layers_changed = TRUE;
  return g_steal_pointer (&self);
}

void
shell_stage_free (ShellStage *self)
{
  g_array_unref (self->places);
  if (self->started)
    self->ops->stop (self->display);
  g_clear_pointer (&self->timer, hearth_timer_free);
  g_array_unref (self->waiters);
  shell_log_set_enabled (&self->log, FALSE);
  g_free (self->display);
  g_free (self);
}
