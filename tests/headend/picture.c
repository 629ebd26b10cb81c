/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/picture.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "headend/code.h"

#define GLYPHS "0123456789. #s"
#define N_GLYPHS (sizeof GLYPHS - 1)
#define TEXTURE_WIDTH 960 /* = frames of a loop * pixels a frame, so that it has come round at the seam */
#define BLACK 16
#define WHITE 235
#define GREY 128

typedef struct {
  guint x, y, width, height;
} Area;

struct _HeadendPicture {
  const HeadendChannel *channel;
  guint width, height;
  gsize luma_bytes, bytes;
  guint8 *still, *frame;
  guint8 *texture; /* TEXTURE_WIDTH wide, as high as the window; what pans behind it */
  Area window, digits, track;
  guint8 *glyphs[N_GLYPHS];
  guint glyph_width;
};

/* From grid cells (64 by 32) to even pixels. */
static Area
grid_area (HeadendPicture *self, guint column, guint row, guint columns, guint rows)
{
  return (Area){ (self->width * column / HEADEND_CODE_COLUMNS) & ~1u, (self->height * row / HEADEND_CODE_ROWS) & ~1u,
                 (self->width * columns / HEADEND_CODE_COLUMNS) & ~1u, (self->height * rows / HEADEND_CODE_ROWS) & ~1u };
}

static void
show_text (cairo_t *cr, const char *text, double x, double y, double pixels)
{
  g_autoptr (PangoLayout) layout = pango_cairo_create_layout (cr);
  PangoFontDescription *font = pango_font_description_from_string ("Sans Bold");

  pango_font_description_set_absolute_size (font, pixels * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, text, -1);
  cairo_move_to (cr, x, y);
  pango_cairo_show_layout (cr, layout);
  pango_font_description_free (font);
}

/* A hue of its own for each channel, dark enough for white text. */
static void
paint_ground (HeadendPicture *self, cairo_t *cr)
{
  cairo_pattern_t *ground = cairo_pattern_create_linear (0, 0, self->width, self->height);
  const double turn = 2 * G_PI * self->channel->number / HEADEND_N_CHANNELS;

  for (int end = 0; end < 2; end++) {
    double phase = turn + end;

    cairo_pattern_add_color_stop_rgb (ground, end, 0.3 + 0.2 * cos (phase), 0.3 + 0.2 * cos (phase + 2 * G_PI / 3),
                                      0.3 + 0.2 * cos (phase + 4 * G_PI / 3));
  }
  cairo_set_source (cr, ground);
  cairo_paint (cr);
  cairo_pattern_destroy (ground);
}

static void
paint_still (HeadendPicture *self, cairo_t *cr)
{
  const HeadendChannel *c = self->channel;
  const double column = self->width / (double) HEADEND_CODE_COLUMNS, row = self->height / (double) HEADEND_CODE_ROWS;
  g_autofree char *number = g_strdup_printf ("%u", c->number);
  g_autofree char *format =
    g_strdup_printf ("%s  %ux%u  %u/s  GOP %u%s", headend_video_get_name (c->video), c->width, c->height, c->fps, c->gop_frames,
                     c->b_frames > 0 ? "  B" : "");

  paint_ground (self, cr);
  cairo_set_source_rgb (cr, 0, 0, 0); /* a quiet zone round the bar code */
  cairo_rectangle (cr, 10 * column, row, 44 * column, 4 * row);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  show_text (cr, number, 32 * column, 5.5 * row, 10 * row);
  show_text (cr, c->name_zh, 42 * column, 7 * row, 4 * row);
  show_text (cr, c->name_en, 42 * column, 12.5 * row, 1.8 * row);
  show_text (cr, format, 32 * column, 16.5 * row, 1.3 * row);
}

static guint8
limited (double value, double range, double offset)
{
  return (guint8) CLAMP (lround (offset + value * range), 16, 240);
}

/* BT.709; a chroma sample is taken from the left upper pixel of its four, near enough for still and soft colours. */
static void
convert_pixel (HeadendPicture *self, guint x, guint y, guint32 rgb)
{
  const double r = ((rgb >> 16) & 0xff) / 255.0, g = ((rgb >> 8) & 0xff) / 255.0, b = (rgb & 0xff) / 255.0;
  const double luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;

  self->still[(gsize) y * self->width + x] = limited (luma, 219, 16);
  if (x % 2 == 0 && y % 2 == 0) {
    gsize at = self->luma_bytes + (gsize) (y / 2) * (self->width / 2) + x / 2;

    self->still[at] = limited ((b - luma) / 1.8556, 224, 128);
    self->still[at + self->luma_bytes / 4] = limited ((r - luma) / 1.5748, 224, 128);
  }
}

/* A little grain, the same in each frame: key frames get a size like those of real television. */
static void
add_grain (HeadendPicture *self)
{
  guint32 state = 0x9e3779b9u ^ self->channel->number;

  for (gsize i = 0; i < self->luma_bytes; i++) {
    state = state * 1664525u + 1013904223u;
    if (self->still[i] > 30 && self->still[i] < 200)
      self->still[i] += (state >> 30);
  }
}

static void
draw_still (HeadendPicture *self)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) self->width, (int) self->height);
  cairo_t *cr = cairo_create (surface);
  const guint8 *rows = cairo_image_surface_get_data (surface);
  const int stride = cairo_image_surface_get_stride (surface);

  paint_still (self, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  for (guint y = 0; y < self->height; y++)
    for (guint x = 0; x < self->width; x++)
      convert_pixel (self, x, y, ((const guint32 *) (const void *) (rows + (gsize) y * stride))[x]);
  cairo_surface_destroy (surface);
  add_grain (self);
}

/* Sums of sines with whole periods in the texture's width. */
static void
draw_texture (HeadendPicture *self)
{
  const guint n = self->channel->number;

  for (guint y = 0; y < self->window.height; y++)
    for (guint x = 0; x < TEXTURE_WIDTH; x++) {
      double a = 2 * G_PI * x / TEXTURE_WIDTH, b = y / 40.0;
      double value = sin (a * (3 + n % 4) + b) + sin (a * 11 - 2.3 * b) + 0.7 * sin (a * 29 + 5 * sin (b)) + 0.4 * sin (a * 64 + 4 * b);

      self->texture[y * TEXTURE_WIDTH + x] = limited (value / 3.1, 75, 120);
    }
}

static void
draw_glyph (HeadendPicture *self, guint i)
{
  const guint width = self->glyph_width, height = self->digits.height;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, (int) width, (int) height);
  cairo_t *cr = cairo_create (surface);
  const char text[2] = { GLYPHS[i], '\0' };
  const guint8 *rows = cairo_image_surface_get_data (surface);

  show_text (cr, text, width * 0.1, height * 0.12, height * 0.6);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  self->glyphs[i] = g_malloc ((gsize) width * height);
  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      self->glyphs[i][y * width + x] = BLACK + rows[y * cairo_image_surface_get_stride (surface) + x] * (WHITE - BLACK) / 255;
  cairo_surface_destroy (surface);
}

HeadendPicture *
headend_picture_new (const HeadendChannel *channel)
{
  HeadendPicture *self = g_new0 (HeadendPicture, 1);

  self->channel = channel;
  self->width = channel->width;
  self->height = channel->height;
  self->luma_bytes = (gsize) self->width * self->height;
  self->bytes = self->luma_bytes * 3 / 2;
  self->still = g_malloc (self->bytes);
  self->frame = g_malloc (self->bytes);
  self->window = grid_area (self, 4, 8, 24, 16);
  self->digits = grid_area (self, 32, 20, 28, 4);
  self->track = grid_area (self, 2, 28, 60, 2);
  self->texture = g_malloc ((gsize) TEXTURE_WIDTH * self->window.height);
  self->glyph_width = (self->digits.width / 12) & ~1u;
  draw_still (self);
  draw_texture (self);
  for (guint i = 0; i < N_GLYPHS; i++)
    draw_glyph (self, i);
  return self;
}

void
headend_picture_free (HeadendPicture *self)
{
  for (guint i = 0; i < N_GLYPHS; i++)
    g_free (self->glyphs[i]);
  g_free (self->texture);
  g_free (self->still);
  g_free (self->frame);
  g_free (self);
}

gsize
headend_picture_get_bytes (HeadendPicture *self)
{
  return self->bytes;
}

static void
fill_chroma (HeadendPicture *self, const Area *area, guint8 value)
{
  for (guint y = area->y / 2; y < (area->y + area->height) / 2; y++)
    for (guint plane = 0; plane < 2; plane++)
      memset (self->frame + self->luma_bytes + plane * (self->luma_bytes / 4) + (gsize) y * (self->width / 2) + area->x / 2, value,
              area->width / 2);
}

static void
draw_window (HeadendPicture *self, guint frame)
{
  const Area *w = &self->window;
  const guint offset = frame * (TEXTURE_WIDTH / headend_channel_get_frames (self->channel)) % TEXTURE_WIDTH;
  const guint first = MIN (w->width, TEXTURE_WIDTH - offset);

  for (guint y = 0; y < w->height; y++) {
    guint8 *out = self->frame + (gsize) (w->y + y) * self->width + w->x;
    const guint8 *row = self->texture + (gsize) y * TEXTURE_WIDTH;

    memcpy (out, row + offset, first);
    memcpy (out + first, row, w->width - first);
  }
}

static void
draw_digits (HeadendPicture *self, guint frame)
{
  const guint fps = self->channel->fps;
  g_autofree char *text = g_strdup_printf ("#%05u %u.%02us", frame, frame / fps, frame % fps * 100 / fps);
  guint x = self->digits.x;

  for (const char *c = text; *c != '\0' && x + self->glyph_width <= self->width; c++, x += self->glyph_width) {
    const guint8 *glyph = self->glyphs[strchr (GLYPHS, *c) - GLYPHS];

    for (guint y = 0; y < self->digits.height; y++)
      memcpy (self->frame + (gsize) (self->digits.y + y) * self->width + x, glyph + y * self->glyph_width, self->glyph_width);
  }
  fill_chroma (self, &self->digits, GREY);
}

/* A white bar that goes once from left to right in a loop. */
static void
draw_bar (HeadendPicture *self, guint frame)
{
  const guint bar = self->width / HEADEND_CODE_COLUMNS;
  const guint x = self->track.x + (self->track.width - bar) * frame / headend_channel_get_frames (self->channel);

  for (guint y = 0; y < self->track.height; y++) {
    guint8 *row = self->frame + (gsize) (self->track.y + y) * self->width;

    memset (row + self->track.x, BLACK, self->track.width);
    memset (row + x, WHITE, bar);
  }
  fill_chroma (self, &self->track, GREY);
}

const guint8 *
headend_picture_draw (HeadendPicture *self, guint frame)
{
  memcpy (self->frame, self->still, self->bytes);
  draw_window (self, frame);
  draw_digits (self, frame);
  draw_bar (self, frame);
  headend_code_draw (self->frame, self->width, self->width, self->height, self->channel->number, frame);
  return self->frame;
}
