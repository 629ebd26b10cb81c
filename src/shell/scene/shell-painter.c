/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell/scene/shell-painter.h"

#include <math.h>

#define THIN_SPACE 0x2009
#define GRADIENT_STEPS 12
#define LINE_HEIGHT 1.35f

void
shell_painter_init (ShellPainter *self, const ShellTheme *theme)
{
  *self = (ShellPainter){ .theme = theme, .scale = 1 };
  self->text = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  pango_cairo_context_set_resolution (self->text, 96);
  pango_context_set_language (self->text, pango_language_from_string ("zh-cn")); /* chooses among forms of one character */
}

static void
forget_backdrops (ShellPainter *self)
{
  for (guint i = 0; i < SHELL_N_BACKDROPS; i++)
    g_clear_pointer (&self->backdrops[i], cairo_surface_destroy);
}

void
shell_painter_clear (ShellPainter *self)
{
  forget_backdrops (self);
  g_clear_object (&self->text);
}

void
shell_painter_set_size (ShellPainter *self, guint32 width, guint32 height)
{
  if (width == self->width && height == self->height)
    return;
  forget_backdrops (self);
  self->width = width;
  self->height = height;
  self->scale = height / 1080.0;
}

/* ---- shapes -------------------------------------------------------------------------------- */

static void
split (guint32 colour, double rgb[3])
{
  for (guint i = 0; i < 3; i++)
    rgb[i] = (colour >> (16 - 8 * i) & 0xff) / 255.0;
}

void
shell_painter_set_colour (ShellPainter *self, ShellColour colour, double alpha)
{
  double rgb[3];

  split (self->theme->colours[colour], rgb);
  cairo_set_source_rgba (self->cr, rgb[0], rgb[1], rgb[2], alpha);
}

void
shell_painter_add_stops (ShellPainter *self, cairo_pattern_t *pattern, ShellColour colour, double begin, double from,
                         double end, double to)
{
  double rgb[3];

  split (self->theme->colours[colour], rgb);
  for (guint i = 0; i <= GRADIENT_STEPS; i++) {
    double t = (double) i / GRADIENT_STEPS, eased = t * t * (3 - 2 * t);

    cairo_pattern_add_color_stop_rgba (pattern, begin + (end - begin) * t, rgb[0], rgb[1], rgb[2], from + (to - from) * eased);
  }
}

static cairo_surface_t *
paint_backdrop (ShellPainter *self, gint32 width, gint32 height, void (*paint) (ShellPainter *self))
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cairo_t *cr = self->cr;

  self->cr = cairo_create (surface);
  paint (self);
  cairo_destroy (self->cr);
  self->cr = cr;
  return surface;
}

void
shell_painter_backdrop (ShellPainter *self, ShellBackdrop which, const HearthRect *area, gint32 tile_width,
                        void (*paint) (ShellPainter *self))
{
  if (self->backdrops[which] == NULL)
    self->backdrops[which] = paint_backdrop (self, tile_width, area->height, paint);
  cairo_rectangle (self->cr, area->x, area->y, area->width, area->height);
  cairo_set_source_surface (self->cr, self->backdrops[which], area->x, area->y);
  cairo_pattern_set_extend (cairo_get_source (self->cr), CAIRO_EXTEND_REPEAT);
  cairo_fill (self->cr);
}

void
shell_painter_rounded (ShellPainter *self, double x, double y, double width, double height, double radius)
{
  cairo_new_sub_path (self->cr);
  cairo_arc (self->cr, x + width - radius, y + radius, radius, -G_PI / 2, 0);
  cairo_arc (self->cr, x + width - radius, y + height - radius, radius, 0, G_PI / 2);
  cairo_arc (self->cr, x + radius, y + height - radius, radius, G_PI / 2, G_PI);
  cairo_arc (self->cr, x + radius, y + radius, radius, G_PI, 3 * G_PI / 2);
  cairo_close_path (self->cr);
}

/* ---- text ------------------------------------------------------------------------------------ */

static gboolean
is_wide (gunichar c)
{
  return g_unichar_iswide (c) && g_unichar_isalnum (c);
}

static gboolean
is_narrow (gunichar c)
{
  return !g_unichar_iswide (c) && g_unichar_isalnum (c);
}

static gboolean
meet (gunichar a, gunichar b)
{
  return (is_wide (a) && is_narrow (b)) || (is_narrow (a) && is_wide (b));
}

char *
shell_painter_dup_spaced (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *spaced = g_string_new (NULL);
  gunichar last = 0;

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at), next = *at == ' ' ? g_utf8_get_char (at + 1) : 0;

    if (c == ' ' && meet (last, next)) {
      c = THIN_SPACE;
    } else if (c < ' ') {
      c = ' '; /* a line stays a line */
    } else if (meet (last, c)) {
      g_string_append_unichar (spaced, THIN_SPACE);
    }
    g_string_append_unichar (spaced, c);
    last = c;
  }
  return g_string_free (spaced, FALSE);
}

static PangoLayout *
make_layout (ShellPainter *self, const char *text, double size, gboolean bold)
{
  PangoLayout *layout = pango_layout_new (self->text);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  PangoFontDescription *font = pango_font_description_new ();
  g_autofree char *spaced = shell_painter_dup_spaced (text);

  pango_font_description_set_family_static (font, self->theme->families);
  pango_font_description_set_weight (font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_absolute_size (font, round (size * self->scale * PANGO_SCALE));
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_text (layout, spaced, -1);
  return layout;
}

PangoLayout *
shell_painter_line (ShellPainter *self, const char *text, double size, gboolean bold, double max_width)
{
  PangoLayout *layout = make_layout (self, text, size, bold);

  pango_layout_set_single_paragraph_mode (layout, TRUE);
  if (shell_painter_width (layout) > max_width) {
    pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_width (layout, (int) (MAX (max_width, 1) * PANGO_SCALE));
  }
  return layout;
}

PangoLayout *
shell_painter_block (ShellPainter *self, const char *text, double size, gboolean bold, double width, int max_lines)
{
  PangoLayout *layout = make_layout (self, text, size, bold);

  pango_layout_set_width (layout, (int) (width * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_height (layout, -max_lines);
  pango_layout_set_line_spacing (layout, LINE_HEIGHT);
  return layout;
}

double
shell_painter_width (PangoLayout *layout)
{
  int width = 0;

  pango_layout_get_size (layout, &width, NULL);
  return (double) width / PANGO_SCALE;
}

double
shell_painter_height (PangoLayout *layout)
{
  int height = 0;

  pango_layout_get_size (layout, NULL, &height);
  return (double) height / PANGO_SCALE;
}

void
shell_painter_show (ShellPainter *self, PangoLayout *layout, double x, double y)
{
  cairo_move_to (self->cr, round (x), round (y) - (double) pango_layout_get_baseline (layout) / PANGO_SCALE);
  pango_cairo_update_layout (self->cr, layout);
  pango_cairo_show_layout (self->cr, layout);
}
