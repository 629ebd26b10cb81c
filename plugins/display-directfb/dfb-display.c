/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dfb-display.h"

#include "dfb-keys.h"
#include "dfb-screen.h"
#include "dfb-system.h"
#include "display/hearth-display-mode.h"
#include "display/hearth-timer.h"

#include <hearth/log.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("directfb")

#define FIRST_FRAME_BUFFER "/dev/fb0"

typedef struct {
  HearthDisplayHost *host;
  DfbChoice choice;
  IDirectFB *dfb;
  DfbScreen screen;
  DfbKeys *keys;
  HearthDisplayScenes scenes;
  HearthTimer *timer;
  gint64 start_us;   /* of the refresh grid */
  gint64 refresh_us; /* that the commit waits for */
  gboolean painted;  /* it did not fail */
} Dfb;

/* ---- time ---------------------------------------------------------------------------------- */

static gint64
dfb_next_refresh (gpointer data, gint64 at_us)
{
  Dfb *self = data;

  return hearth_display_mode_next_refresh (&self->screen.mode, self->start_us, at_us);
}

/* The grid's last refresh: that of the commit, unless this machine was late. */
static gint64
get_last_refresh (Dfb *self)
{
  gint64 period_us = G_GINT64_CONSTANT (1000000000) / self->screen.mode.refresh_mhz;

  return MAX (self->refresh_us, dfb_next_refresh (self, g_get_monotonic_time () - period_us + 1));
}

/* A picture that cannot be shown counts as shown, or nothing would go on: sound and clocks are not the screen's. */
static void
on_refresh (gpointer data)
{
  Dfb *self = data;
  g_autoptr (GError) error = NULL;

  if (self->painted && !dfb_screen_flip (&self->screen, &error))
    hearth_warning ("%s", error->message);
  hearth_display_scenes_shown (&self->scenes);
  self->host->ops->committed (self->host, get_last_refresh (self));
}

/* ---- start, modes ---------------------------------------------------------------------------- */

static void
dfb_stop (gpointer data)
{
  Dfb *self = data;

  g_clear_pointer (&self->timer, hearth_timer_free);
  g_clear_pointer (&self->keys, dfb_keys_free);
  dfb_screen_clear (&self->screen);
  if (self->dfb != NULL)
    self->dfb->Release (self->dfb);
  self->dfb = NULL;
  hearth_display_scenes_clear (&self->scenes);
  dfb_choice_clear (&self->choice);
}

static gboolean
open_display (Dfb *self, GVariant *settings, GError **error)
{
  const DfbSurroundings around = { g_getenv ("DISPLAY"), access (FIRST_FRAME_BUFFER, F_OK) == 0 ? FIRST_FRAME_BUFFER : NULL };
  const char *mode = "", *device = "", *options = "";
  HearthDisplayMode wanted;
  DFBDimension x11_size;

  if (settings != NULL) {
    g_variant_lookup (settings, "mode", "&s", &mode);
    g_variant_lookup (settings, "device", "&s", &device);
    g_variant_lookup (settings, "directfb", "&s", &options);
  }
  if ((*mode != '\0' && !hearth_display_mode_parse (mode, &wanted, error)) ||
      !dfb_choice_init (&self->choice, options, device, &around, error) ||
      (self->choice.is_x11 && !dfb_system_get_x11_size (&x11_size, error)))
    return FALSE;
  self->dfb = dfb_system_open (&self->choice, error);
  return self->dfb != NULL && dfb_screen_init (&self->screen, self->dfb, self->choice.is_x11 ? &x11_size : NULL, *mode != '\0' ? &wanted : NULL, error);
}

static gboolean
dfb_start (gpointer data, HearthDisplayHost *host, GVariant *settings, GError **error)
{
  Dfb *self = data;

  self->host = host;
  hearth_display_scenes_init (&self->scenes);
  if (!open_display (self, settings, error) || (self->timer = hearth_timer_new (on_refresh, self, error)) == NULL ||
      (self->keys = dfb_keys_new (self->dfb, !self->choice.is_x11, host, error)) == NULL) {
    dfb_stop (self);
    return FALSE;
  }
  self->start_us = g_get_monotonic_time ();
  return TRUE;
}

static const HearthDisplayCaps *
dfb_get_caps (gpointer data)
{
  static const HearthDisplayCaps caps = {
    .memory = HEARTH_MEMORY_MEMFD,
    .fourccs = hearth_compose_fourccs,
    .composes = TRUE,
    .hardware_timing = FALSE,
  };

  return &caps;
}

static guint
dfb_get_modes (gpointer data, HearthDisplayMode *modes, guint n_modes)
{
  return dfb_screen_get_modes (&((Dfb *) data)->screen, modes, n_modes);
}

static gboolean
dfb_set_mode (gpointer data, const HearthDisplayMode *mode, GError **error)
{
  Dfb *self = data;

  if (!hearth_display_mode_check (mode, error) || !dfb_screen_set_mode (&self->screen, mode, error))
    return FALSE;
  self->painted = FALSE; /* a commit that waits was of the old size */
  self->start_us = g_get_monotonic_time ();
  hearth_info ("mode %ux%u at %u.%03u Hz", mode->width, mode->height, mode->refresh_mhz / 1000, mode->refresh_mhz % 1000);
  return TRUE;
}

/* ---- pools, the on-screen plane ------------------------------------------------------------------ */

static gboolean
dfb_import_pool (gpointer data, guint32 view, const HearthFramePool *pool, GError **error)
{
  Dfb *self = data;

  if (pool->memory != HEARTH_MEMORY_MEMFD || pool->mappings == NULL || !hearth_compose_reads (pool->fourcc)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
                 "display-directfb reads YUV 4:2:0 and 4:2:2 of 8 and 10 bits and XRGB from memfds, not format 0x%08x of memory 0x%x",
                 pool->fourcc, pool->memory);
    return FALSE;
  }
  hearth_display_scenes_import (&self->scenes, view, pool);
  return TRUE;
}

static void
dfb_drop_pool (gpointer data, guint32 view, guint32 pool)
{
  hearth_display_scenes_drop (&((Dfb *) data)->scenes, view, pool);
}

static guint8 *
dfb_get_osd (gpointer data, guint32 *stride)
{
  const HearthOsd *osd = &((Dfb *) data)->screen.osd;

  *stride = osd->stride;
  return osd->pixels;
}

/* ---- showing ---------------------------------------------------------------------------------------- */

/* Painted now, in the time before the refresh; seen at the refresh. */
static gboolean
dfb_commit (gpointer data, const HearthDisplayLayer *layers, guint n_layers, const HearthRect *damage, guint n_damage, gint64 target_us,
            GError **error)
{
  Dfb *self = data;
  g_autoptr (GError) fault = NULL;

  if (!hearth_display_scenes_wait (&self->scenes, layers, n_layers, error))
    return FALSE;
  self->refresh_us = dfb_next_refresh (self, MAX (target_us, g_get_monotonic_time () + 1));
  hearth_osd_damage (&self->screen.osd, damage, n_damage);
  self->painted = dfb_screen_paint (&self->screen, &self->scenes, &fault);
  if (!self->painted)
    hearth_warning ("%s", fault->message);
  hearth_timer_arm (self->timer, self->refresh_us);
  return TRUE;
}

static gboolean
dfb_read_back (gpointer data, guint8 *argb, guint32 stride, guint32 width, guint32 height, gboolean with_osd, GError **error)
{
  Dfb *self = data;
  const HearthOsd *osd = &self->screen.osd;
  const HearthCanvas canvas = { argb, stride, width, height };

  return hearth_display_scenes_read_back (&self->scenes, &self->screen.mode, &canvas, with_osd ? osd->pixels : NULL, osd->stride, error);
}

static GVariant *
dfb_describe (gpointer data)
{
  Dfb *self = data;
  g_autoptr (GVariant) screen = g_variant_ref_sink (dfb_screen_describe (&self->screen, &self->scenes));
  g_autofree char *device = g_strdup_printf ("%s %s", self->choice.system, self->choice.where);
  GVariantDict dict;

  g_variant_dict_init (&dict, screen);
  g_variant_dict_insert (&dict, "device", "s", device);
  return g_variant_dict_end (&dict);
}

const HearthDisplayOps dfb_display_ops = {
  .struct_size = sizeof (HearthDisplayOps),
  .name = "directfb",
  .instance_size = sizeof (Dfb),
  .start = dfb_start,
  .stop = dfb_stop,
  .get_caps = dfb_get_caps,
  .get_modes = dfb_get_modes,
  .set_mode = dfb_set_mode,
  .import_pool = dfb_import_pool,
  .drop_pool = dfb_drop_pool,
  .get_osd = dfb_get_osd,
  .commit = dfb_commit,
  .next_refresh = dfb_next_refresh,
  .read_back = dfb_read_back,
  .describe = dfb_describe,
};
