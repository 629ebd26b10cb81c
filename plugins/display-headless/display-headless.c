/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A display in memory: virtual refreshes on CLOCK_MONOTONIC, pictures composed when somebody asks for them. */
#include "display/hearth-display-mode.h"
#include "display/hearth-display-scene.h"
#include "display/hearth-osd.h"
#include "display/hearth-timer.h"

#include <hearth/log.h>

HEARTH_LOG_TOPIC ("headless")

#define DEFAULT_MODE "1920x1080@50"

static const HearthDisplayMode more_modes[] = {
  { 1280, 720, 50000 },  { 1280, 720, 60000 },  { 1920, 1080, 50000 },
  { 1920, 1080, 60000 }, { 3840, 2160, 50000 }, { 3840, 2160, 60000 },
};

typedef struct {
  HearthDisplayHost *host;
  HearthDisplayMode mode;
  gint64 start_us; /* of the refresh grid */
  HearthDisplayScenes scenes;
  HearthOsd osd;
  HearthTimer *timer;
  gint64 refresh_us; /* that the commit waits for */
} Headless;

/* ---- the on-screen plane ------------------------------------------------------------- */

static gboolean
make_osd (Headless *self, const HearthDisplayMode *mode, GError **error)
{
  HearthOsd osd;

  if (!hearth_osd_init (&osd, mode->width, mode->height, error))
    return FALSE;
  hearth_osd_clear (&self->osd);
  self->osd = osd;
  return TRUE;
}

static guint8 *
headless_get_osd (gpointer data, guint32 *stride)
{
  Headless *self = data;

  *stride = self->osd.stride;
  return self->osd.pixels;
}

/* ---- time --------------------------------------------------------------------------------- */

static gint64
headless_next_refresh (gpointer data, gint64 at_us)
{
  Headless *self = data;

  return hearth_display_mode_next_refresh (&self->mode, self->start_us, at_us);
}

static void
on_refresh (gpointer data)
{
  Headless *self = data;

  hearth_display_scenes_shown (&self->scenes);
  self->host->ops->committed (self->host, self->refresh_us);
}

/* ---- start, modes --------------------------------------------------------------------------- */

static void
headless_stop (gpointer data)
{
  Headless *self = data;

  g_clear_pointer (&self->timer, hearth_timer_free);
  hearth_osd_clear (&self->osd);
  hearth_display_scenes_clear (&self->scenes);
}

static gboolean
headless_start (gpointer data, HearthDisplayHost *host, GVariant *settings, GError **error)
{
  Headless *self = data;
  const char *mode = DEFAULT_MODE;

  if (settings != NULL)
    g_variant_lookup (settings, "mode", "&s", &mode);
  self->host = host;
  if (!hearth_display_mode_parse (*mode != '\0' ? mode : DEFAULT_MODE, &self->mode, error) ||
      !make_osd (self, &self->mode, error))
    return FALSE;
  hearth_display_scenes_init (&self->scenes);
  self->start_us = g_get_monotonic_time ();
  self->timer = hearth_timer_new (on_refresh, self, error);
  if (self->timer == NULL) {
    headless_stop (self);
    return FALSE;
  }
  return TRUE;
}

static const HearthDisplayCaps *
headless_get_caps (gpointer data)
{
  static const HearthDisplayCaps caps = {
    .memory = HEARTH_MEMORY_MEMFD,
    .fourccs = hearth_compose_fourccs,
    .composes = TRUE,
    .hardware_timing = FALSE,
  };

  return &caps;
}

static gboolean
same_mode (const HearthDisplayMode *a, const HearthDisplayMode *b)
{
  return a->width == b->width && a->height == b->height && a->refresh_mhz == b->refresh_mhz;
}

static guint
headless_get_modes (gpointer data, HearthDisplayMode *modes, guint n_modes)
{
  Headless *self = data;
  guint n = 0;

  if (n < n_modes)
    modes[n++] = self->mode;
  for (guint i = 0; i < G_N_ELEMENTS (more_modes) && n < n_modes; i++)
    if (!same_mode (&more_modes[i], &self->mode))
      modes[n++] = more_modes[i];
  return n;
}

static gboolean
headless_set_mode (gpointer data, const HearthDisplayMode *mode, GError **error)
{
  Headless *self = data;

  if (!hearth_display_mode_check (mode, error) || !make_osd (self, mode, error))
    return FALSE;
  self->mode = *mode;
  self->start_us = g_get_monotonic_time ();
  hearth_info ("mode %ux%u at %u.%03u Hz", mode->width, mode->height, mode->refresh_mhz / 1000, mode->refresh_mhz % 1000);
  return TRUE;
}

/* ---- pools ------------------------------------------------------------------------------------ */

static gboolean
headless_import_pool (gpointer data, guint32 view, const HearthFramePool *pool, GError **error)
{
  Headless *self = data;

  if (pool->memory != HEARTH_MEMORY_MEMFD || pool->mappings == NULL || !hearth_compose_reads (pool->fourcc)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
                 "display-headless reads YUV 4:2:0 and 4:2:2 of 8 and 10 bits and XRGB from memfds, not format 0x%08x of memory 0x%x",
                 pool->fourcc, pool->memory);
    return FALSE;
  }
  hearth_display_scenes_import (&self->scenes, view, pool);
  return TRUE;
}

static void
headless_drop_pool (gpointer data, guint32 view, guint32 pool)
{
  hearth_display_scenes_drop (&((Headless *) data)->scenes, view, pool);
}

/* ---- showing ------------------------------------------------------------------------------------ */

static gboolean
headless_commit (gpointer data, const HearthDisplayLayer *layers, guint n_layers, const HearthRect *damage, guint n_damage,
                 gint64 target_us, GError **error)
{
  Headless *self = data;

  if (!hearth_display_scenes_wait (&self->scenes, layers, n_layers, error))
    return FALSE;
  self->refresh_us = headless_next_refresh (self, MAX (target_us, g_get_monotonic_time () + 1));
  hearth_timer_arm (self->timer, self->refresh_us);
  return TRUE;
}

static gboolean
headless_read_back (gpointer data, guint8 *argb, guint32 stride, guint32 width, guint32 height, gboolean with_osd,
                    GError **error)
{
  Headless *self = data;
  const HearthCanvas canvas = { argb, stride, width, height };

  return hearth_display_scenes_read_back (&self->scenes, &self->mode, &canvas, with_osd ? self->osd.pixels : NULL,
                                          self->osd.stride, error);
}

static const HearthDisplayOps headless_ops = {
  .struct_size = sizeof (HearthDisplayOps),
  .name = "headless",
  .instance_size = sizeof (Headless),
  .start = headless_start,
  .stop = headless_stop,
  .get_caps = headless_get_caps,
  .get_modes = headless_get_modes,
  .set_mode = headless_set_mode,
  .import_pool = headless_import_pool,
  .drop_pool = headless_drop_pool,
  .get_osd = headless_get_osd,
  .commit = headless_commit,
  .next_refresh = headless_next_refresh,
  .read_back = headless_read_back,
};

static gboolean
headless_load (HearthPluginContext *context, GError **error)
{
  return hearth_plugin_context_add_display (context, &headless_ops, error);
}

HEARTH_PLUGIN_DEFINE (display_headless, "display-headless",
                      .summary = "A display in memory, for machines without a screen and for tests",
                      .version = "1", .load = headless_load)
