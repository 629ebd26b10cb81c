/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "shell/scene/shell-theme.h"

#include <hearth/display.h>
#include <pango/pangocairo.h>

G_BEGIN_DECLS

/* Gradients that stand behind words, the same at each paint. */
typedef enum {
  SHELL_BACKDROP_STRIP,
  SHELL_BACKDROP_CORNER,
  SHELL_N_BACKDROPS
} ShellBackdrop;

/* What a screen paints with. All measures in screens are those of 1080 lines, times @scale. */
typedef struct {
  const ShellTheme *theme;
  PangoContext *text; /* kept from paint to paint: fonts are loaded once */
  double scale;
  double width, height; /* of the output, in pixels */
  cairo_t *cr;          /* NULL while only measuring */
  cairo_surface_t *backdrops[SHELL_N_BACKDROPS]; /* (nullable): of this size */
} ShellPainter;

#define SHELL_SAFE_X 96
#define SHELL_SAFE_Y 54
#define SHELL_SIZE_SMALL 22
#define SHELL_SIZE_BODY 26
#define SHELL_SIZE_TITLE 32
#define SHELL_SIZE_HEADING 44
#define SHELL_SIZE_NUMBER 96

void shell_painter_init (ShellPainter *self, const ShellTheme *theme);
void shell_painter_clear (ShellPainter *self);
void shell_painter_set_size (ShellPainter *self, guint32 width, guint32 height);

void shell_painter_set_colour (ShellPainter *self, ShellColour colour, double alpha);
/* Cairo's gradient from the colour at @from alpha to @to, eased at both ends, so that no edge shows. Offsets @begin to @end. */
void shell_painter_add_stops (ShellPainter *self, cairo_pattern_t *pattern, ShellColour colour, double begin, double from,
                              double end, double to);
/* Fills @area with copies of a tile, @tile_width wide and as high as @area, beside each other. The tile is painted once a size by
 * @paint, with its upper left corner at 0,0: gradients cost more than all that is written on them. */
void shell_painter_backdrop (ShellPainter *self, ShellBackdrop which, const HearthRect *area, gint32 tile_width,
                             void (*paint) (ShellPainter *self));
void shell_painter_rounded (ShellPainter *self, double x, double y, double width, double height, double radius);

/* One line, cut with an ellipsis at @max_width pixels; half a space stands between Chinese and Latin, figures are tabular. */
PangoLayout *shell_painter_line (ShellPainter *self, const char *text, double size, gboolean bold, double max_width);
/* Wrapped at @width pixels, at most @max_lines. */
PangoLayout *shell_painter_block (ShellPainter *self, const char *text, double size, gboolean bold, double width, int max_lines);
/* Pixels. */
double shell_painter_width (PangoLayout *layout);
double shell_painter_height (PangoLayout *layout);
/* @y: of the first line's baseline. */
void shell_painter_show (ShellPainter *self, PangoLayout *layout, double x, double y);

/* Puts a thin space where Chinese, Japanese or Korean meets Latin or figures, in place of a full one if there is. */
char *shell_painter_dup_spaced (const char *text);

G_END_DECLS
