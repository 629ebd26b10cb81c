/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <pango/pangocairo.h>

#include "headend/web.h"

#define SIZE 256

static cairo_status_t
append_png (void *closure, const unsigned char *bytes, unsigned int n_bytes)
{
  g_byte_array_append (closure, bytes, n_bytes);
  return CAIRO_STATUS_SUCCESS;
}

static void
paint (cairo_t *cr, const HeadendChannel *channel)
{
  g_autoptr (PangoLayout) layout = pango_cairo_create_layout (cr);
  g_autofree char *text = g_strdup_printf ("%u", channel->number);
  const double turn = 2 * G_PI * channel->number / HEADEND_N_CHANNELS;
  PangoFontDescription *font = pango_font_description_from_string ("Sans Bold 110");
  int width, height;

  cairo_arc (cr, SIZE / 2.0, SIZE / 2.0, SIZE / 2.0 - 4, 0, 2 * G_PI);
  cairo_set_source_rgb (cr, 0.4 + 0.3 * cos (turn), 0.4 + 0.3 * cos (turn + 2 * G_PI / 3), 0.4 + 0.3 * cos (turn + 4 * G_PI / 3));
  cairo_fill (cr);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (cr, (SIZE - width) / 2.0, (SIZE - height) / 2.0);
  cairo_set_source_rgb (cr, 1, 1, 1);
  pango_cairo_show_layout (cr, layout);
  pango_font_description_free (font);
}

GBytes *
headend_logo_make (const HeadendChannel *channel)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, SIZE, SIZE);
  cairo_t *cr = cairo_create (surface);
  GByteArray *png = g_byte_array_new ();

  paint (cr, channel);
  cairo_destroy (cr);
  cairo_surface_write_to_png_stream (surface, append_png, png);
  cairo_surface_destroy (surface);
  return g_byte_array_free_to_bytes (png);
}
