/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell/scene/shell-scene.h"

#include "shell/screens/shell-banner.h"
#include "shell/screens/shell-notice.h"

struct _ShellScene {
  ShellPainter painter;
  void (*damaged) (gpointer user_data);
  gpointer user_data;
  char *language;

  ShellBanner banner;
  ShellNotice notice;
  GVariant *banner_values, *notice_values; /* as they were set, for another language; NULL: none */
  gboolean has_banner, has_notice, blank;
  guint hide_timer, clock_timer;

  cairo_region_t *painted[2]; /* what banner and notice cover now */
  cairo_region_t *dirty;
  gboolean banner_dirty, notice_dirty, clock_dirty;
};

/* ---- what changed ---------------------------------------------------------------------- */

static void
add_rect (cairo_region_t *region, const HearthRect *rect)
{
  cairo_region_union_rectangle (region, &(cairo_rectangle_int_t){ rect->x, rect->y, rect->width, rect->height });
}

static cairo_region_t *
get_banner_region (ShellScene *self, gboolean clock_only)
{
  cairo_region_t *region = cairo_region_create ();
  HearthRect areas[SHELL_BANNER_N_AREAS];

  if (!self->has_banner || self->blank)
    return region;
  shell_banner_get_areas (&self->painter, areas);
  if (!clock_only)
    add_rect (region, &areas[0]);
  add_rect (region, &areas[1]);
  return region;
}

static cairo_region_t *
get_notice_region (ShellScene *self)
{
  cairo_region_t *region = cairo_region_create ();
  HearthRect area;

  if (!self->has_notice || self->blank)
    return region;
  shell_notice_get_area (&self->notice, &self->painter, &area);
  add_rect (region, &area);
  return region;
}

/* Where an item was and where it is now is dirty. */
static void
replace_painted (ShellScene *self, guint item, cairo_region_t *now)
{
  cairo_region_union (self->dirty, self->painted[item]);
  cairo_region_union (self->dirty, now);
  cairo_region_destroy (self->painted[item]);
  self->painted[item] = now;
}

static void
collect_dirty (ShellScene *self)
{
  if (self->clock_dirty) {
    cairo_region_t *clock = get_banner_region (self, TRUE);

    cairo_region_union (self->dirty, clock);
    cairo_region_destroy (clock);
  }
  if (self->banner_dirty)
    replace_painted (self, 0, get_banner_region (self, FALSE));
  if (self->notice_dirty)
    replace_painted (self, 1, get_notice_region (self));
  self->clock_dirty = self->banner_dirty = self->notice_dirty = FALSE;
}

/* ---- painting ------------------------------------------------------------------------------ */

static void
clip_to (cairo_t *cr, const cairo_region_t *region)
{
  for (int i = 0; i < cairo_region_num_rectangles (region); i++) {
    cairo_rectangle_int_t rect;

    cairo_region_get_rectangle (region, i, &rect);
    cairo_rectangle (cr, rect.x, rect.y, rect.width, rect.height);
  }
  cairo_clip (cr);
}

static gboolean
overlaps (const cairo_region_t *a, const cairo_region_t *b)
{
  cairo_region_t *both = cairo_region_copy (a);
  gboolean any;

  cairo_region_intersect (both, b);
  any = !cairo_region_is_empty (both);
  cairo_region_destroy (both);
  return any;
}

static void
paint_dirty (ShellScene *self, cairo_surface_t *surface)
{
  cairo_t *cr = cairo_create (surface);

  self->painter.cr = cr;
  clip_to (cr, self->dirty);
  cairo_set_operator (cr, CAIRO_OPERATOR_CLEAR);
  cairo_paint (cr);
  cairo_set_operator (cr, CAIRO_OPERATOR_OVER);
  if (overlaps (self->painted[0], self->dirty))
    shell_banner_paint (&self->banner, &self->painter);
  if (overlaps (self->painted[1], self->dirty))
    shell_notice_paint (&self->notice, &self->painter);
  self->painter.cr = NULL;
  cairo_destroy (cr);
}

static guint
list_dirty (ShellScene *self, HearthRect damage[SHELL_SCENE_MAX_DAMAGE])
{
  int n = cairo_region_num_rectangles (self->dirty);
  cairo_rectangle_int_t rect;

  if (n > SHELL_SCENE_MAX_DAMAGE) {
    cairo_region_get_extents (self->dirty, &rect);
    damage[0] = (HearthRect){ rect.x, rect.y, rect.width, rect.height };
    return 1;
  }
  for (int i = 0; i < n; i++) {
    cairo_region_get_rectangle (self->dirty, i, &rect);
    damage[i] = (HearthRect){ rect.x, rect.y, rect.width, rect.height };
  }
  return (guint) n;
}

static void
reset_region (cairo_region_t **region)
{
  cairo_region_destroy (*region);
  *region = cairo_region_create ();
}

guint
shell_scene_paint (ShellScene *self, guint8 *osd, guint32 stride, guint32 width, guint32 height, gboolean whole,
                   HearthRect damage[SHELL_SCENE_MAX_DAMAGE])
{
  const cairo_rectangle_int_t all = { 0, 0, (int) width, (int) height };
  cairo_surface_t *surface;
  guint n;

  shell_painter_set_size (&self->painter, width, height);
  if (whole) { /* the old one's places mean nothing here */
    reset_region (&self->painted[0]);
    reset_region (&self->painted[1]);
    self->banner_dirty = self->notice_dirty = TRUE;
  }
  collect_dirty (self);
  cairo_region_intersect_rectangle (self->dirty, &all);
  if (!cairo_region_is_empty (self->dirty)) {
    surface = cairo_image_surface_create_for_data (osd, CAIRO_FORMAT_ARGB32, (int) width, (int) height, (int) stride);
    paint_dirty (self, surface);
    cairo_surface_destroy (surface);
  }
  n = list_dirty (self, damage);
  reset_region (&self->dirty);
  return n;
}

/* ---- the banner ------------------------------------------------------------------------------- */

static gboolean on_tick (gpointer user_data);

static void
set_clock (ShellScene *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  const guint to_minute = 60 - (guint) g_date_time_get_second (now);

  g_free (self->banner.clock);
  self->banner.clock = g_date_time_format (now, "%H:%M");
  g_clear_handle_id (&self->clock_timer, g_source_remove);
  self->clock_timer = g_timeout_add_seconds (MIN (to_minute, shell_events_get_step (&self->banner.events)), on_tick, self);
}

static gboolean
on_tick (gpointer user_data)
{
  ShellScene *self = user_data;

  self->clock_timer = 0;
  set_clock (self);
  self->clock_dirty = TRUE;
  if (self->banner.events.present.title != NULL)
    self->banner_dirty = TRUE; /* its bar has grown */
  self->damaged (self->user_data);
  return G_SOURCE_REMOVE;
}

static void
drop_banner (ShellScene *self)
{
  g_clear_handle_id (&self->hide_timer, g_source_remove);
  g_clear_handle_id (&self->clock_timer, g_source_remove);
  if (self->has_banner)
    shell_banner_clear (&self->banner);
  g_clear_pointer (&self->banner_values, g_variant_unref);
  self->has_banner = FALSE;
  self->banner_dirty = TRUE;
}

static gboolean
on_hide (gpointer user_data)
{
  ShellScene *self = user_data;

  self->hide_timer = 0;
  drop_banner (self);
  self->damaged (self->user_data);
  return G_SOURCE_REMOVE;
}

void
shell_scene_set_banner (ShellScene *self, GVariant *values)
{
  gboolean had = self->has_banner;
  guint32 milliseconds = 0;

  g_variant_lookup (values, "milliseconds", "u", &milliseconds);
  drop_banner (self);
  if (milliseconds > 0) {
    shell_banner_init (&self->banner, values, self->language);
    self->banner_values = g_variant_ref (values);
    self->has_banner = TRUE;
    set_clock (self);
    self->hide_timer = g_timeout_add (milliseconds, on_hide, self);
  }
  if (had || self->has_banner)
    self->damaged (self->user_data);
}

gboolean
shell_scene_has_banner (ShellScene *self)
{
  return self->has_banner;
}

/* ---- the rest ------------------------------------------------------------------------------------ */

void
shell_scene_set_notice (ShellScene *self, GVariant *values)
{
  gboolean had = self->has_notice;

  if (had)
    shell_notice_clear (&self->notice);
  g_variant_ref (values); /* may be what is let go next */
  g_clear_pointer (&self->notice_values, g_variant_unref);
  self->notice_values = values;
  self->has_notice = shell_notice_init (&self->notice, values, self->language);
  self->notice_dirty = TRUE;
  if (had || self->has_notice)
    self->damaged (self->user_data);
}

void
shell_scene_set_blank (ShellScene *self, gboolean blank)
{
  if (blank == self->blank)
    return;
  self->blank = blank;
  self->banner_dirty = self->notice_dirty = TRUE;
  self->damaged (self->user_data);
}

static void
rewrite_banner (ShellScene *self)
{
  char *clock = g_steal_pointer (&self->banner.clock);

  shell_banner_clear (&self->banner);
  shell_banner_init (&self->banner, self->banner_values, self->language);
  self->banner.clock = clock;
  self->banner_dirty = TRUE;
}

void
shell_scene_set_language (ShellScene *self, const char *language)
{
  if (g_strcmp0 (language, self->language) == 0)
    return;
  g_free (self->language);
  self->language = g_strdup (language);
  if (self->has_banner)
    rewrite_banner (self);
  if (self->has_notice)
    shell_scene_set_notice (self, self->notice_values);
  else if (self->has_banner)
    self->damaged (self->user_data);
}

ShellScene *
shell_scene_new (const ShellTheme *theme, void (*damaged) (gpointer user_data), gpointer user_data)
{
  ShellScene *self = g_new0 (ShellScene, 1);

  shell_painter_init (&self->painter, theme);
  self->damaged = damaged;
  self->user_data = user_data;
  self->language = g_strdup ("zh");
  self->painted[0] = cairo_region_create ();
  self->painted[1] = cairo_region_create ();
  self->dirty = cairo_region_create ();
  return self;
}

void
shell_scene_free (ShellScene *self)
{
  drop_banner (self);
  if (self->has_notice)
    shell_notice_clear (&self->notice);
  g_clear_pointer (&self->notice_values, g_variant_unref);
  cairo_region_destroy (self->painted[0]);
  cairo_region_destroy (self->painted[1]);
  cairo_region_destroy (self->dirty);
  shell_painter_clear (&self->painter);
  g_free (self->language);
  g_free (self);
}
