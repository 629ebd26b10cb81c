/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A display in memory: virtual refreshes on CLOCK_MONOTONIC, pictures composed when somebody asks for them. */
#include "headless-compose.h"
#include "headless-mode.h"

#include <errno.h>
#include <glib-unix.h>
#include <hearth/log.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("headless")

#define DEFAULT_MODE "1920x1080@50"
#define MAX_LAYERS 16

static const HearthDisplayMode more_modes[] = {
  { 1280, 720, 50000 },  { 1280, 720, 60000 },  { 1920, 1080, 50000 },
  { 1920, 1080, 60000 }, { 3840, 2160, 50000 }, { 3840, 2160, 60000 },
};

typedef struct {
  guint32 view;
  const HearthFramePool *pool;
} Import;

typedef struct {
  guint32 view;
  gboolean has_frame;
  HearthFrame frame;
  HearthRect target;
} Layer;

typedef struct {
  Layer layers[MAX_LAYERS];
  guint n_layers;
} Scene;

typedef struct {
  HearthDisplayHost *host;
  HearthDisplayMode mode;
  gint64 start_us; /* of the refresh grid */
  GArray *imports; /* Import */
  guint8 *osd;
  gsize osd_bytes;
  int timer; /* a timerfd: GLib's own timers wake up to 1 ms late */
  guint timer_source;
  gboolean pending;
  gint64 pending_us; /* the refresh that it waits for */
  Scene scenes[2];   /* on glass, pending */
} Headless;

/* ---- the on-screen plane ------------------------------------------------------------- */

static gsize
page_aligned (gsize n_bytes)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);

  return (n_bytes + page - 1) / page * page;
}

/* Pages come when they are painted: a screen with a banner is a quarter of a screen in memory. */
static gboolean
make_osd (Headless *self, const HearthDisplayMode *mode, GError **error)
{
  gsize n_bytes = page_aligned ((gsize) mode->width * mode->height * 4);
  gpointer osd = mmap (NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (osd == MAP_FAILED) {
    hearth_error_set_errno (error, errno, "an on-screen plane of %ux%u", mode->width, mode->height);
    return FALSE;
  }
  madvise (osd, n_bytes, MADV_NOHUGEPAGE);
  if (self->osd != NULL)
    munmap (self->osd, self->osd_bytes);
  self->osd = osd;
  self->osd_bytes = n_bytes;
  return TRUE;
}

static guint8 *
headless_get_osd (gpointer data, guint32 *stride)
{
  Headless *self = data;

  *stride = self->mode.width * 4;
  return self->osd;
}

/* ---- time --------------------------------------------------------------------------------- */

static gint64
headless_next_refresh (gpointer data, gint64 at_us)
{
  Headless *self = data;

  return headless_mode_next_refresh (&self->mode, self->start_us, at_us);
}

static gboolean
arm (Headless *self, gint64 at_us, GError **error)
{
  const struct itimerspec when = { .it_value = { at_us / G_USEC_PER_SEC, at_us % G_USEC_PER_SEC * 1000 } };

  if (timerfd_settime (self->timer, TFD_TIMER_ABSTIME, &when, NULL) == 0)
    return TRUE;
  hearth_error_set_errno (error, errno, "arming the virtual refresh");
  return FALSE;
}

static gboolean
on_refresh (int fd, GIOCondition condition, gpointer data)
{
  Headless *self = data;
  guint64 expirations;

  if (read (fd, &expirations, sizeof expirations) < 0 || !self->pending)
    return G_SOURCE_CONTINUE;
  self->pending = FALSE;
  self->scenes[0] = self->scenes[1];
  self->host->ops->committed (self->host, self->pending_us);
  return G_SOURCE_CONTINUE;
}

/* ---- start, modes --------------------------------------------------------------------------- */

static void
headless_stop (gpointer data)
{
  Headless *self = data;

  g_clear_handle_id (&self->timer_source, g_source_remove);
  if (self->timer >= 0)
    close (self->timer);
  self->timer = -1;
  if (self->osd != NULL)
    munmap (self->osd, self->osd_bytes);
  self->osd = NULL;
  g_clear_pointer (&self->imports, g_array_unref);
}

static gboolean
headless_start (gpointer data, HearthDisplayHost *host, GVariant *settings, GError **error)
{
  Headless *self = data;
  const char *mode = DEFAULT_MODE;

  if (settings != NULL)
    g_variant_lookup (settings, "mode", "&s", &mode);
  self->host = host;
  self->timer = -1;
  if (!headless_mode_parse (*mode != '\0' ? mode : DEFAULT_MODE, &self->mode, error) || !make_osd (self, &self->mode, error))
    return FALSE;
  self->imports = g_array_new (FALSE, FALSE, sizeof (Import));
  self->start_us = g_get_monotonic_time ();
  self->timer = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (self->timer < 0) {
    hearth_error_set_errno (error, errno, "making the virtual refresh's timer");
    headless_stop (self);
    return FALSE;
  }
  self->timer_source = g_unix_fd_add (self->timer, G_IO_IN, on_refresh, self);
  return TRUE;
}

static const HearthDisplayCaps *
headless_get_caps (gpointer data)
{
  static const HearthDisplayCaps caps = {
    .memory = HEARTH_MEMORY_MEMFD,
    .fourccs = headless_compose_fourccs,
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

  if (!headless_mode_check (mode, error) || !make_osd (self, mode, error))
    return FALSE;
  self->mode = *mode;
  self->start_us = g_get_monotonic_time ();
  hearth_info ("mode %ux%u at %u.%03u Hz", mode->width, mode->height, mode->refresh_mhz / 1000, mode->refresh_mhz % 1000);
  return TRUE;
}

/* ---- pools ------------------------------------------------------------------------------------ */

static gint
find_import (Headless *self, guint32 view, guint32 pool)
{
  for (guint i = 0; i < self->imports->len; i++) {
    const Import *import = &g_array_index (self->imports, Import, i);

    if (import->view == view && import->pool->pool == pool)
      return (gint) i;
  }
  return -1;
}

static gboolean
reads_format (guint32 fourcc)
{
  for (guint i = 0; headless_compose_fourccs[i] != 0; i++)
    if (headless_compose_fourccs[i] == fourcc)
      return TRUE;
  return FALSE;
}

static gboolean
headless_import_pool (gpointer data, guint32 view, const HearthFramePool *pool, GError **error)
{
  Headless *self = data;
  const Import import = { view, pool };

  if (pool->memory != HEARTH_MEMORY_MEMFD || pool->mappings == NULL || !reads_format (pool->fourcc)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
                 "display-headless reads YUV 4:2:0 and 4:2:2 of 8 and 10 bits and XRGB from memfds, not format 0x%08x of memory 0x%x",
                 pool->fourcc, pool->memory);
    return FALSE;
  }
  g_array_append_val (self->imports, import);
  return TRUE;
}

static void
forget_pool (Scene *scene, guint32 view, guint32 pool)
{
  for (guint i = 0; i < scene->n_layers; i++)
    if (scene->layers[i].view == view && scene->layers[i].frame.pool == pool)
      scene->layers[i].has_frame = FALSE;
}

static void
headless_drop_pool (gpointer data, guint32 view, guint32 pool)
{
  Headless *self = data;
  gint at = find_import (self, view, pool);

  if (at < 0)
    return;
  forget_pool (&self->scenes[0], view, pool);
  forget_pool (&self->scenes[1], view, pool);
  g_array_remove_index_fast (self->imports, (guint) at);
}

/* ---- showing ------------------------------------------------------------------------------------ */

static gboolean
check_layer (Headless *self, const HearthDisplayLayer *layer, GError **error)
{
  gint at = layer->frame != NULL ? find_import (self, layer->view, layer->frame->pool) : 0;

  if (layer->frame == NULL ||
      (at >= 0 && layer->frame->index < g_array_index (self->imports, Import, at).pool->n_buffers))
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "view %u has no buffer %u.%u here", layer->view,
               layer->frame->pool, layer->frame->index);
  return FALSE;
}

static gboolean
headless_commit (gpointer data, const HearthDisplayLayer *layers, guint n_layers, const HearthRect *damage, guint n_damage,
                 gint64 target_us, GError **error)
{
  Headless *self = data;
  gint64 refresh_us = headless_next_refresh (self, MAX (target_us, g_get_monotonic_time () + 1));
  Scene scene = { .n_layers = n_layers };

  if (self->pending) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_BUSY, "the last commit waits for its refresh");
    return FALSE;
  }
  if (n_layers > MAX_LAYERS) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "%u layers, where %u can be shown", n_layers, MAX_LAYERS);
    return FALSE;
  }
  for (guint i = 0; i < n_layers; i++) {
    if (!check_layer (self, &layers[i], error))
      return FALSE;
    scene.layers[i] = (Layer){ .view = layers[i].view, .has_frame = layers[i].frame != NULL, .target = layers[i].target };
    if (layers[i].frame != NULL)
      scene.layers[i].frame = *layers[i].frame;
  }
  if (!arm (self, refresh_us, error))
    return FALSE;
  self->scenes[1] = scene;
  self->pending = TRUE;
  self->pending_us = refresh_us;
  return TRUE;
}

/* ---- reading back --------------------------------------------------------------------------------- */

static gint32
scaled (gint32 at, guint32 to, guint32 from)
{
  return (gint32) (((gint64) at * to + from / 2) / from);
}

static void
paint_layer (Headless *self, const HeadlessCanvas *canvas, const Layer *layer)
{
  gint at = find_import (self, layer->view, layer->frame.pool);
  HearthRect fit = headless_compose_fit (&layer->frame, &layer->target);
  HearthRect where = { .x = scaled (fit.x, canvas->width, self->mode.width),
                       .y = scaled (fit.y, canvas->height, self->mode.height) };
  const HearthFramePool *pool;

  if (at < 0)
    return;
  pool = g_array_index (self->imports, Import, at).pool;
  where.width = scaled (fit.x + fit.width, canvas->width, self->mode.width) - where.x;
  where.height = scaled (fit.y + fit.height, canvas->height, self->mode.height) - where.y;
  headless_compose_frame (canvas, pool, pool->mappings[layer->frame.index], &layer->frame, &where);
}

static gboolean
headless_read_back (gpointer data, guint8 *argb, guint32 stride, guint32 width, guint32 height, gboolean with_osd,
                    GError **error)
{
  Headless *self = data;
  const HeadlessCanvas canvas = { argb, stride, width, height };
  const Scene *scene = &self->scenes[0];

  if (width == 0 || height == 0 || width > 16384 || height > 16384 || stride < width * 4) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "no picture of %ux%u can be read back", width, height);
    return FALSE;
  }
  headless_compose_black (&canvas);
  for (guint i = 0; i < scene->n_layers; i++)
    if (scene->layers[i].has_frame)
      paint_layer (self, &canvas, &scene->layers[i]);
  if (with_osd)
    headless_compose_osd (&canvas, self->osd, self->mode.width * 4, self->mode.width, self->mode.height);
  return TRUE;
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
