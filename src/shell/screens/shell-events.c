/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell/screens/shell-events.h"

#include <math.h>
#include <string.h>

/* At 1080 lines. */
#define BAR_TOP 978
#define BAR_HEIGHT 8
#define BAR_RADIUS 3
#define BAR_STEPS 200 /* in which it grows, 8 pixels each; a clip's by the second */
#define TIMES_BASELINE 1019
#define FOLLOWING_ABOVE 41 /* its time above its title */
#define FOLLOWING_SHARE 0.3 /* of the width, at most */
#define MAX_TEXT 512 /* characters: far beyond what fits */
#define LONGEST_US ((gint64) 0x1000000 * G_USEC_PER_SEC) /* beyond any duration (EN 300 468, 5.2.4: less than 100 hours) */
#define LAST_US (G_GINT64_CONSTANT (253402300799) * G_USEC_PER_SEC) /* the end of the year 9999, as GDateTime's */

/* ---- what it says ------------------------------------------------------------------------ */

static void
init_event (ShellEvent *event, GVariant *values, const char *key)
{
  g_autoptr (GVariant) given = g_variant_lookup_value (values, key, G_VARIANT_TYPE_VARDICT);
  const char *title = "";
  gint64 duration_us = 0;

  if (given == NULL || !g_variant_lookup (given, "title", "&s", &title) || *title == '\0' ||
      !g_variant_lookup (given, "start", "x", &event->start_us))
    return;
  g_variant_lookup (given, "duration", "x", &duration_us);
  event->start_us = CLAMP (event->start_us, 0, LAST_US - LONGEST_US);
  event->end_us = event->start_us + CLAMP (duration_us, 0, LONGEST_US);
  event->title = g_utf8_substring (title, 0, MIN (g_utf8_strlen (title, -1), MAX_TEXT));
}

void
shell_events_init (ShellEvents *self, GVariant *values, const char *language)
{
  memset (self, 0, sizeof *self);
  init_event (&self->present, values, "present");
  init_event (&self->following, values, "following");
  g_variant_lookup (values, "clock-offset", "x", &self->clock_offset_us);
  self->clock_offset_us = CLAMP (self->clock_offset_us, -LAST_US, LAST_US);
  self->english = g_str_has_prefix (language, "en");
}

void
shell_events_clear (ShellEvents *self)
{
  g_free (self->present.title);
  g_free (self->following.title);
  memset (self, 0, sizeof *self);
}

double
shell_events_get_progress (const ShellEvents *self)
{
  const ShellEvent *event = &self->present;
  const gint64 now_us = g_get_real_time () + self->clock_offset_us;

  if (event->end_us <= event->start_us)
    return 0;
  return CLAMP ((double) (now_us - event->start_us) / (double) (event->end_us - event->start_us), 0.0, 1.0);
}

guint
shell_events_get_step (const ShellEvents *self)
{
  const gint64 length_us = self->present.end_us - self->present.start_us;

  if (self->present.title == NULL || length_us <= 0)
    return G_MAXUINT;
  return (guint) CLAMP (length_us / BAR_STEPS / G_USEC_PER_SEC, 1, G_MAXINT);
}

static char *
dup_time (gint64 us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (us / G_USEC_PER_SEC);

  return g_date_time_format (time, "%H:%M");
}

/* ---- how it looks ------------------------------------------------------------------------- */

static double
paint_right (ShellPainter *painter, const char *text, double size, gboolean bold, double baseline, ShellColour colour)
{
  double end = painter->width - SHELL_SAFE_X * painter->scale;
  g_autoptr (PangoLayout) layout = shell_painter_line (painter, text, size, bold, painter->width * FOLLOWING_SHARE);
  double x = end - shell_painter_width (layout);

  shell_painter_set_colour (painter, colour, 1);
  shell_painter_show (painter, layout, x, baseline * painter->scale);
  return x;
}

double
shell_events_paint_following (const ShellEvents *self, ShellPainter *painter, double baseline)
{
  g_autofree char *start = NULL;
  g_autofree char *when = NULL;
  double a, b;

  if (self->following.title == NULL)
    return painter->width - SHELL_SAFE_X * painter->scale;
  start = dup_time (self->following.start_us);
  when = g_strdup_printf ("%s %s", self->english ? "Next" : "接下来", start);
  a = paint_right (painter, when, SHELL_SIZE_BODY - 2, FALSE, baseline - FOLLOWING_ABOVE, SHELL_COLOUR_TEXT_SECOND);
  b = paint_right (painter, self->following.title, SHELL_SIZE_TITLE, TRUE, baseline, SHELL_COLOUR_TEXT);
  return MIN (a, b);
}

/* Not rounded where it ends within the bar. */
static void
paint_progress (const ShellEvents *self, ShellPainter *painter, double x, double width)
{
  double s = painter->scale, top = round (BAR_TOP * s), height = round (BAR_HEIGHT * s), radius = BAR_RADIUS * s;

  shell_painter_rounded (painter, x, top, width, height, radius);
  shell_painter_set_colour (painter, SHELL_COLOUR_TEXT, 0.2);
  cairo_fill (painter->cr);
  cairo_save (painter->cr);
  cairo_rectangle (painter->cr, x, top, round (width * shell_events_get_progress (self)), height);
  cairo_clip (painter->cr);
  shell_painter_rounded (painter, x, top, width, height, radius);
  shell_painter_set_colour (painter, SHELL_COLOUR_ACCENT, 1);
  cairo_fill (painter->cr);
  cairo_restore (painter->cr);
}

void
shell_events_paint_bar (const ShellEvents *self, ShellPainter *painter)
{
  double s = painter->scale, x = round (SHELL_SAFE_X * s), width = painter->width - 2 * x;
  g_autofree char *start = NULL;
  g_autofree char *end = NULL;
  g_autoptr (PangoLayout) layout = NULL;

  if (self->present.title == NULL)
    return;
  paint_progress (self, painter, x, width);
  start = dup_time (self->present.start_us);
  end = dup_time (self->present.end_us);
  layout = shell_painter_line (painter, start, SHELL_SIZE_SMALL, FALSE, width);
  shell_painter_set_colour (painter, SHELL_COLOUR_TEXT_SECOND, 1);
  shell_painter_show (painter, layout, x, TIMES_BASELINE * s);
  paint_right (painter, end, SHELL_SIZE_SMALL, FALSE, TIMES_BASELINE, SHELL_COLOUR_TEXT_SECOND);
}
