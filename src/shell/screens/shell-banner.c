/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell/screens/shell-banner.h"

#include <math.h>
#include <string.h>

/* At 1080 lines. */
#define STRIP_HEIGHT 420
#define STRIP_TILE_WIDTH 64 /* pixels: its ground is the same in each column */
#define BASELINE 1000 /* of number and names */
#define BASELINE_OVER_BAR 940 /* where what is on has its bar below */
#define PILLS_ABOVE 72 /* their middle, over the baseline */
#define ABOVE_GAP 20   /* between the name and the pills */
#define FOLLOWING_GAP 60
#define PILL_HEIGHT 40
#define PILL_PADDING 20
#define PILL_GAP 8
#define NUMBER_GAP 44
#define SECOND_GAP 22
#define LEAST_SECOND 120 /* narrower, the second name is left out */
#define CLOCK_BASELINE 88
#define CLOCK_SHADE_X 680
#define CLOCK_SHADE_Y 330
#define MAX_TEXT 512   /* characters: far beyond what fits */

/* ---- what it says ------------------------------------------------------------------------ */

static char *
dup_text (GVariant *values, const char *key)
{
  g_autofree char *text = NULL;

  if (!g_variant_lookup (values, key, "s", &text))
    return g_strdup ("");
  return g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), MAX_TEXT));
}

static char *
dup_name (GVariant *values, const char *language)
{
  g_autoptr (GVariant) names = g_variant_lookup_value (values, "names", G_VARIANT_TYPE ("a{ss}"));
  char *name = NULL;

  if (names != NULL)
    g_variant_lookup (names, language, "s", &name);
  return name;
}

static void
set_names (ShellBanner *self, GVariant *values, const char *language)
{
  gboolean english = g_str_has_prefix (language, "en");
  g_autofree char *zh = dup_name (values, "zh");
  g_autofree char *en = dup_name (values, "en");
  char **first = english ? &en : &zh, **second = english ? &zh : &en;

  self->name = g_steal_pointer (first);
  if (self->name == NULL || *self->name == '\0') {
    g_free (self->name);
    self->name = dup_text (values, "name");
  }
  if (*self->name == '\0' && *second != NULL) {
    g_free (self->name);
    self->name = g_steal_pointer (second);
  }
  self->second = *second != NULL && strcmp (*second, self->name) != 0 ? g_steal_pointer (second) : g_strdup ("");
}

void
shell_banner_init (ShellBanner *self, GVariant *values, const char *language)
{
  g_autoptr (GStrvBuilder) pills = g_strv_builder_new ();
  g_autofree char *network = dup_text (values, "network");
  g_autofree const char **given = NULL;

  memset (self, 0, sizeof *self);
  self->number = dup_text (values, "number");
  set_names (self, values, language);
  if (*network != '\0')
    g_strv_builder_add (pills, network);
  if (g_variant_lookup (values, "pills", "^a&s", &given))
    for (guint i = 0; given[i] != NULL; i++)
      if (*given[i] != '\0')
        g_strv_builder_add (pills, given[i]);
  self->pills = g_strv_builder_end (pills);
  shell_events_init (&self->events, values, language);
}

void
shell_banner_clear (ShellBanner *self)
{
  g_free (self->number);
  g_free (self->name);
  g_free (self->second);
  g_strfreev (self->pills);
  shell_events_clear (&self->events);
  g_free (self->clock);
  memset (self, 0, sizeof *self);
}

/* ---- how it looks ------------------------------------------------------------------------- */

void
shell_banner_get_areas (const ShellPainter *painter, HearthRect areas[SHELL_BANNER_N_AREAS])
{
  gint32 strip = (gint32) ceil (STRIP_HEIGHT * painter->scale);
  gint32 corner_x = (gint32) ceil (CLOCK_SHADE_X * painter->scale);
  gint32 corner_y = (gint32) ceil (CLOCK_SHADE_Y * painter->scale);

  areas[0] = (HearthRect){ 0, (gint32) painter->height - strip, (gint32) painter->width, strip };
  areas[1] = (HearthRect){ (gint32) painter->width - corner_x, 0, corner_x, corner_y };
}

/* From nothing at its upper edge to nearly solid where text begins. */
static void
paint_ground (ShellPainter *painter)
{
  const double height = STRIP_HEIGHT * painter->scale;
  cairo_pattern_t *pattern = cairo_pattern_create_linear (0, ceil (height) - height, 0, ceil (height));

  shell_painter_add_stops (painter, pattern, SHELL_COLOUR_GROUND, 0, 0, 0.52, 0.88);
  shell_painter_add_stops (painter, pattern, SHELL_COLOUR_GROUND, 0.52, 0.88, 1, 0.97);
  cairo_set_source (painter->cr, pattern);
  cairo_paint (painter->cr);
  cairo_pattern_destroy (pattern);
}

static double
paint_pill (ShellPainter *painter, const char *text, double x, double end, double middle)
{
  double s = painter->scale, height = PILL_HEIGHT * s, padding = PILL_PADDING * s;
  g_autoptr (PangoLayout) layout = shell_painter_line (painter, text, SHELL_SIZE_SMALL, FALSE, end - x - 2 * padding);
  double width = round (shell_painter_width (layout) + 2 * padding);
  double baseline = middle + SHELL_SIZE_SMALL * s * 0.36; /* figures and Chinese both stand in the middle */

  if (x + width > end + 1)
    return end;
  shell_painter_rounded (painter, round (x), round (middle - height / 2), width, round (height), round (height) / 2);
  shell_painter_set_colour (painter, SHELL_COLOUR_SURFACE_HIGH, 0.92);
  cairo_fill (painter->cr);
  shell_painter_set_colour (painter, SHELL_COLOUR_TEXT_SECOND, 1);
  shell_painter_show (painter, layout, x + padding, baseline);
  return x + width + PILL_GAP * s;
}

/* The channel's name, small, where what is on has the great line; returns where the pills begin. */
static double
paint_name_above (const ShellBanner *self, ShellPainter *painter, double x, double end, double middle)
{
  double s = painter->scale;
  g_autoptr (PangoLayout) name = shell_painter_line (painter, self->name, SHELL_SIZE_BODY, FALSE, (end - x) * 0.6);

  shell_painter_set_colour (painter, SHELL_COLOUR_TEXT_SECOND, 1);
  shell_painter_show (painter, name, x, middle + SHELL_SIZE_BODY * s * 0.36);
  return x + shell_painter_width (name) + ABOVE_GAP * s;
}

static void
paint_title (const ShellBanner *self, ShellPainter *painter, double x, double end)
{
  g_autoptr (PangoLayout) title = shell_painter_line (painter, self->events.present.title, SHELL_SIZE_HEADING, TRUE, end - x);

  shell_painter_set_colour (painter, SHELL_COLOUR_TEXT, 1);
  shell_painter_show (painter, title, x, BASELINE_OVER_BAR * painter->scale);
}

static void
paint_names (const ShellBanner *self, ShellPainter *painter, double x, double end)
{
  double s = painter->scale, baseline = BASELINE * s, second_x;
  g_autoptr (PangoLayout) name = shell_painter_line (painter, self->name, SHELL_SIZE_HEADING, TRUE, end - x);
  g_autoptr (PangoLayout) second = NULL;

  shell_painter_set_colour (painter, SHELL_COLOUR_TEXT, 1);
  shell_painter_show (painter, name, x, baseline);
  second_x = x + shell_painter_width (name) + SECOND_GAP * s;
  if (*self->second == '\0' || end - second_x < LEAST_SECOND * s)
    return;
  second = shell_painter_line (painter, self->second, SHELL_SIZE_TITLE, FALSE, end - second_x);
  shell_painter_set_colour (painter, SHELL_COLOUR_TEXT_SECOND, 1);
  shell_painter_show (painter, second, second_x, baseline);
}

static void
paint_strip (const ShellBanner *self, ShellPainter *painter, const HearthRect *area)
{
  const gboolean knows = self->events.present.title != NULL;
  const double s = painter->scale, baseline = knows ? BASELINE_OVER_BAR : BASELINE, middle = (baseline - PILLS_ABOVE) * s;
  double x = SHELL_SAFE_X * s, end, pill_x;

  shell_painter_backdrop (painter, SHELL_BACKDROP_STRIP, area, STRIP_TILE_WIDTH, paint_ground);
  shell_events_paint_bar (&self->events, painter);
  end = shell_events_paint_following (&self->events, painter, baseline);
  if (self->events.following.title != NULL)
    end -= FOLLOWING_GAP * s;
  if (*self->number != '\0') {
    g_autoptr (PangoLayout) number = shell_painter_line (painter, self->number, SHELL_SIZE_NUMBER, TRUE, (end - x) / 3);

    shell_painter_set_colour (painter, SHELL_COLOUR_TEXT, 1);
    shell_painter_show (painter, number, x, baseline * s);
    x += shell_painter_width (number) + NUMBER_GAP * s;
  }
  if (knows)
    paint_title (self, painter, x, end);
  else
    paint_names (self, painter, x, end);
  pill_x = knows ? paint_name_above (self, painter, x, end, middle) : x;
  for (guint i = 0; self->pills[i] != NULL && pill_x < end; i++)
    pill_x = paint_pill (painter, self->pills[i], pill_x, end, middle);
}

/* The corner is shaded, so that it can be read on a white sky. */
static void
paint_shade (ShellPainter *painter)
{
  const double s = painter->scale;
  cairo_pattern_t *shade = cairo_pattern_create_radial (0, 0, 0, 0, 0, 1);

  shell_painter_add_stops (painter, shade, SHELL_COLOUR_GROUND, 0, 0.84, 0.36, 0.70);
  shell_painter_add_stops (painter, shade, SHELL_COLOUR_GROUND, 0.36, 0.70, 1, 0);
  cairo_translate (painter->cr, ceil (CLOCK_SHADE_X * s), 0);
  cairo_scale (painter->cr, CLOCK_SHADE_X * s, CLOCK_SHADE_Y * s);
  cairo_set_source (painter->cr, shade);
  cairo_paint (painter->cr);
  cairo_pattern_destroy (shade);
}

static void
paint_clock (const ShellBanner *self, ShellPainter *painter, const HearthRect *area)
{
  double s = painter->scale;
  g_autoptr (PangoLayout) clock = shell_painter_line (painter, self->clock, SHELL_SIZE_TITLE, TRUE, painter->width / 2);
  double x = painter->width - SHELL_SAFE_X * s - shell_painter_width (clock);

  shell_painter_backdrop (painter, SHELL_BACKDROP_CORNER, area, area->width, paint_shade);
  shell_painter_set_colour (painter, SHELL_COLOUR_TEXT, 1);
  shell_painter_show (painter, clock, x, CLOCK_BASELINE * s);
}

void
shell_banner_paint (const ShellBanner *self, ShellPainter *painter)
{
  HearthRect areas[SHELL_BANNER_N_AREAS];

  shell_banner_get_areas (painter, areas);
  paint_strip (self, painter, &areas[0]);
  if (self->clock != NULL)
    paint_clock (self, painter, &areas[1]);
}
