/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kms-display.h"

#include "display/hearth-display-mode.h"
#include "display/hearth-timer.h"
#include "kms-device.h"
#include "kms-screen.h"

#include <glib-unix.h>
#include <hearth/log.h>
#include <hearth/uevents.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("kms")

#define DARK_MODE "1920x1080@50" /* of what nobody sees */
#define RETRY_SECONDS 1
#define SETTLE_MS 100  /* a screen that is plugged in tells it several times */
#define EARLY_US 1000  /* a commit for the next refresh but one is made so long after the next */

/* Dark: nothing can be shown, for no screen is connected or another program has it. Commits are then taken and told as shown at the
 * refreshes of a grid, so that nobody waits; once there is light again, the shell commits anew. */
typedef struct {
  HearthDisplayHost *host;
  char *path, *connector;
  gboolean has_wanted;
  HearthDisplayMode wanted; /* by setting or set_mode() */
  KmsScreen screen;
  HearthDisplayScenes scenes;
  HearthTimer *timer; /* of the commit that waits */
  gint64 target_us;   /* its refresh */
  char *dark;         /* why; NULL: lit */
  guint retry, watch;
  gboolean changed; /* something was plugged while a commit was on its way */
  HearthUevents *uevents;
} Kms;

static void look_again (Kms *self);

/* ---- commits ----------------------------------------------------------------------------------- */

static void
complete (Kms *self, gint64 shown_us)
{
  hearth_display_scenes_shown (&self->scenes);
  if (self->changed) { /* now, for the shell's answer may be the next commit */
    self->changed = FALSE;
    look_again (self);
  }
  self->host->ops->committed (self->host, shown_us);
}

static gboolean
on_retry (gpointer data)
{
  Kms *self = data;

  self->retry = 0;
  look_again (self);
  return G_SOURCE_REMOVE;
}

/* That a screen comes is told by the kernel, and looking for one takes long; that another program gives the device up is not told. */
static void
go_dark (Kms *self, const GError *why)
{
  gboolean is_told = self->uevents != NULL && g_error_matches (why, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND);

  if (g_strcmp0 (self->dark, why->message) != 0)
    hearth_warning ("nothing can be shown: %s", why->message);
  g_free (self->dark);
  self->dark = g_strdup (why->message);
  self->screen.lit = self->screen.has_plan = FALSE;
  if (self->retry == 0 && !is_told)
    self->retry = g_timeout_add_seconds (RETRY_SECONDS, on_retry, self);
}

static void
submit (Kms *self)
{
  g_autoptr (GError) error = NULL;

  if (kms_screen_submit (&self->screen, &self->scenes, self, &error))
    return;
  if (!g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_BUSY))
    go_dark (self, error);
  self->target_us = kms_clock_next (&self->screen.clock, g_get_monotonic_time () + EARLY_US); /* again, or in the dark */
  hearth_timer_arm (self->timer, self->target_us);
}

static void
on_time (gpointer data)
{
  Kms *self = data;

  if (self->dark != NULL)
    complete (self, self->target_us);
  else
    submit (self);
}

static gboolean
kms_commit (gpointer data, const HearthDisplayLayer *layers, guint n_layers, const HearthRect *damage, guint n_damage,
            gint64 target_us, GError **error)
{
  Kms *self = data;
  const KmsClock *clock = &self->screen.clock;
  gint64 now_us = g_get_monotonic_time (), when_us;

  if (!hearth_display_scenes_wait (&self->scenes, layers, n_layers, error))
    return FALSE;
  kms_osd_damage (&self->screen.osd, damage, n_damage);
  self->target_us = kms_clock_next (&self->screen.clock, MAX (target_us, now_us + 1));
  /* Where the device counts refreshes, what is committed is shown at the next one; else at once. */
  when_us = clock->hardware && self->dark == NULL ? self->target_us - clock->period_ns / 1000 + EARLY_US : self->target_us;
  if (when_us > now_us || self->dark != NULL)
    hearth_timer_arm (self->timer, when_us);
  else
    submit (self);
  return TRUE;
}

static void
on_flip (int device, unsigned sequence, unsigned seconds, unsigned microseconds, unsigned crtc, void *data)
{
  Kms *self = data;
  gint64 shown_us = (gint64) seconds * G_USEC_PER_SEC + microseconds;
  gboolean learnt;

  if (!self->scenes.is_waiting)
    return; /* of a mode that is gone */
  if (shown_us == 0)
    shown_us = g_get_monotonic_time ();
  learnt = kms_clock_seen (&self->screen.clock, shown_us);
  complete (self, shown_us);
  if (learnt) { /* get_caps() tells something else, and the shell will paint anew */
    kms_osd_wipe (&self->screen.osd);
    self->host->ops->changed (self->host);
  }
}

static gboolean
on_device_event (int device, GIOCondition condition, gpointer data)
{
  drmEventContext context = { .version = 3, .page_flip_handler2 = on_flip };
  Kms *self = data;

  if ((condition & (G_IO_HUP | G_IO_ERR)) != 0) { /* one that hung on USB is gone: the shell that comes next finds another */
    hearth_error ("%s is gone", self->path);
    self->watch = 0;
    return G_SOURCE_REMOVE;
  }
  drmHandleEvent (device, &context);
  return G_SOURCE_CONTINUE;
}

/* ---- light and dark ---------------------------------------------------------------------------- */

static gboolean
light (Kms *self, GError **error)
{
  if (!kms_device_take (self->screen.device, error) ||
      !kms_screen_probe (&self->screen, self->connector, self->has_wanted ? &self->wanted : NULL, error))
    return FALSE;
  g_clear_pointer (&self->dark, g_free);
  hearth_info ("%s on %s: %ux%u at %u.%03u Hz", self->screen.output.name, self->path, self->screen.mode.width, self->screen.mode.height,
               self->screen.mode.refresh_mhz / 1000, self->screen.mode.refresh_mhz % 1000);
  return TRUE;
}

/* Something was plugged in or out, or it is time to look again. */
static void
look_again (Kms *self)
{
  g_autoptr (GError) error = NULL;

  if (self->scenes.is_waiting && self->dark == NULL) {
    self->changed = TRUE;
    return;
  }
  if (self->dark == NULL && kms_screen_is_current (&self->screen, self->connector))
    return;
  if (light (self, &error))
    self->host->ops->changed (self->host);
  else
    go_dark (self, error);
}

static void
on_uevent (gpointer data)
{
  look_again (data);
}

/* ---- start, modes --------------------------------------------------------------------------------- */

static void
kms_stop (gpointer data)
{
  Kms *self = data;

  g_clear_handle_id (&self->retry, g_source_remove);
  g_clear_handle_id (&self->watch, g_source_remove);
  g_clear_pointer (&self->uevents, hearth_uevents_free);
  g_clear_pointer (&self->timer, hearth_timer_free);
  kms_screen_clear (&self->screen);
  hearth_display_scenes_clear (&self->scenes);
  if (self->screen.device >= 0)
    close (self->screen.device);
  g_free (self->path);
  g_free (self->connector);
  g_free (self->dark);
}

static gboolean
take_settings (Kms *self, GVariant *settings, const char **device, GError **error)
{
  const char *mode = "", *connector = "";

  *device = "";
  if (settings != NULL) {
    g_variant_lookup (settings, "mode", "&s", &mode);
    g_variant_lookup (settings, "device", "&s", device);
    g_variant_lookup (settings, "connector", "&s", &connector);
  }
  self->connector = g_strdup (connector);
  self->has_wanted = *mode != '\0';
  return !self->has_wanted || hearth_display_mode_parse (mode, &self->wanted, error);
}

/* In the dark the shell paints as for a screen, and need not know. */
static gboolean
take_dark_mode (Kms *self, GError **error)
{
  HearthDisplayMode mode = self->wanted;

  if (!self->has_wanted && !hearth_display_mode_parse (DARK_MODE, &mode, error))
    return FALSE;
  self->screen.mode = mode;
  kms_clock_init (&self->screen.clock, -1, 0, mode.refresh_mhz);
  return kms_osd_init (&self->screen.osd, mode.width, mode.height, error);
}

static gboolean
kms_start (gpointer data, HearthDisplayHost *host, GVariant *settings, GError **error)
{
  Kms *self = data;
  g_autoptr (GError) fault = NULL;
  const char *device;

  self->host = host;
  kms_screen_init (&self->screen, -1);
  hearth_display_scenes_init (&self->scenes);
  if (take_settings (self, settings, &device, error))
    self->screen.device = kms_device_open (device, &self->path, error);
  if (self->screen.device < 0 || (self->timer = hearth_timer_new (on_time, self, error)) == NULL) {
    kms_stop (self);
    return FALSE;
  }
  self->uevents = hearth_uevents_new ("drm", SETTLE_MS, on_uevent, self);
  if (!light (self, &fault)) {
    if (!take_dark_mode (self, error)) {
      kms_stop (self);
      return FALSE;
    }
    go_dark (self, fault);
  }
  self->watch = g_unix_fd_add (self->screen.device, G_IO_IN, on_device_event, self);
  return TRUE;
}

static const HearthDisplayCaps *
kms_get_caps (gpointer data)
{
  static HearthDisplayCaps caps = { .memory = HEARTH_MEMORY_MEMFD, .fourccs = hearth_compose_fourccs, .composes = TRUE };

  caps.hardware_timing = ((Kms *) data)->screen.clock.hardware;
  return &caps;
}

static guint
kms_get_modes (gpointer data, HearthDisplayMode *modes, guint n_modes)
{
  const KmsScreen *screen = &((Kms *) data)->screen;
  guint n = 0;

  if (n < n_modes)
    modes[n++] = screen->mode;
  for (guint i = 0; i < screen->output.n_modes && n < n_modes; i++)
    if (&screen->output.modes[i] != screen->output.mode)
      modes[n++] = kms_output_describe_mode (&screen->output.modes[i]);
  return n;
}

static gboolean
kms_set_mode (gpointer data, const HearthDisplayMode *mode, GError **error)
{
  Kms *self = data;

  if (self->dark != NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_BUSY, "no mode can be set while nothing can be shown: %s", self->dark);
    return FALSE;
  }
  if (!kms_screen_set_mode (&self->screen, mode, error))
    return FALSE;
  self->wanted = *mode;
  self->has_wanted = TRUE;
  return TRUE;
}

/* ---- pools, the on-screen plane, time ------------------------------------------------------------------ */

static gboolean
kms_import_pool (gpointer data, guint32 view, const HearthFramePool *pool, GError **error)
{
  Kms *self = data;

  if (pool->memory != HEARTH_MEMORY_MEMFD || pool->mappings == NULL || !hearth_compose_reads (pool->fourcc)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "display-kms cannot read format 0x%08x of memory 0x%x", pool->fourcc,
                 pool->memory);
    return FALSE;
  }
  hearth_display_scenes_import (&self->scenes, view, pool);
  return TRUE;
}

static void
kms_drop_pool (gpointer data, guint32 view, guint32 pool)
{
  hearth_display_scenes_drop (&((Kms *) data)->scenes, view, pool);
}

static guint8 *
kms_get_osd (gpointer data, guint32 *stride)
{
  const HearthOsd *osd = &((Kms *) data)->screen.osd.plane;

  *stride = osd->stride;
  return osd->pixels;
}

static gint64
kms_next_refresh (gpointer data, gint64 at_us)
{
  return kms_clock_next (&((Kms *) data)->screen.clock, at_us);
}

static gboolean
kms_read_back (gpointer data, guint8 *argb, guint32 stride, guint32 width, guint32 height, gboolean with_osd, GError **error)
{
  Kms *self = data;
  const HearthOsd *osd = &self->screen.osd.plane;
  const HearthCanvas canvas = { argb, stride, width, height };

  return hearth_display_scenes_read_back (&self->scenes, &self->screen.mode, &canvas, with_osd ? osd->pixels : NULL, osd->stride,
                                          error);
}

static GVariant *
kms_describe (gpointer data)
{
  Kms *self = data;
  g_autoptr (GVariant) screen = g_variant_ref_sink (kms_screen_describe (&self->screen));
  GVariantDict dict;

  g_variant_dict_init (&dict, screen);
  g_variant_dict_insert (&dict, "device", "s", self->path);
  if (self->dark != NULL)
    g_variant_dict_insert (&dict, "dark", "s", self->dark);
  return g_variant_dict_end (&dict);
}

const HearthDisplayOps kms_display_ops = {
  .struct_size = sizeof (HearthDisplayOps),
  .name = "kms",
  .instance_size = sizeof (Kms),
  .start = kms_start,
  .stop = kms_stop,
  .get_caps = kms_get_caps,
  .get_modes = kms_get_modes,
  .set_mode = kms_set_mode,
  .import_pool = kms_import_pool,
  .drop_pool = kms_drop_pool,
  .get_osd = kms_get_osd,
  .commit = kms_commit,
  .next_refresh = kms_next_refresh,
  .read_back = kms_read_back,
  .describe = kms_describe,
};
