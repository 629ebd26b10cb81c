/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell/screens/shell-notice.h"

#include <math.h>
#include <string.h>

/* At 1080 lines. */
#define CARD_WIDTH 1040
#define PADDING 56
#define RADIUS 14
#define SHADOW 36
#define ICON 64
#define ICON_GAP 36
#define TITLE_GAP 14
#define DETAILS_GAP 26

typedef struct {
  PangoLayout *title, *text, *details; /* text and details: NULL where there is none */
  double x, y, width, height;          /* of the card */
  double inner_x;                      /* where text begins */
} Card;

/* In the household's language, else in whatever there is. */
static char *
dup_in (GVariant *values, const char *key, const char *language)
{
  g_autoptr (GVariant) texts = g_variant_lookup_value (values, key, G_VARIANT_TYPE ("a{ss}"));
  const char *wanted = g_str_has_prefix (language, "en") ? "en" : "zh";
  const char *text = NULL;

  if (texts != NULL && !g_variant_lookup (texts, wanted, "&s", &text) && g_variant_n_children (texts) > 0)
    g_variant_get_child (texts, 0, "{&s&s}", NULL, &text);
  return g_strdup (text != NULL ? text : "");
}

gboolean
shell_notice_init (ShellNotice *self, GVariant *values, const char *language)
{
  memset (self, 0, sizeof *self);
  self->title = dup_in (values, "title", language);
  self->text = dup_in (values, "text", language);
  if (!g_variant_lookup (values, "details", "s", &self->details))
    self->details = g_strdup ("");
  if (*self->title != '\0' || *self->text != '\0')
    return TRUE;
  shell_notice_clear (self);
  return FALSE;
}

void
shell_notice_clear (ShellNotice *self)
{
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->details, g_free);
}

/* ---- */

static PangoLayout *
lay_out (ShellPainter *painter, const char *text, double size, gboolean bold, double width, int max_lines)
{
  return *text != '\0' ? shell_painter_block (painter, text, size, bold, width, max_lines) : NULL;
}

static double
add_height (PangoLayout *layout, double gap)
{
  return layout != NULL ? shell_painter_height (layout) + gap : 0;
}

static void
card_init (Card *card, const ShellNotice *notice, ShellPainter *painter)
{
  double s = painter->scale, inner = (CARD_WIDTH - 2 * PADDING - ICON - ICON_GAP) * s;

  card->title = shell_painter_block (painter, notice->title, SHELL_SIZE_HEADING, TRUE, inner, 2);
  card->text = lay_out (painter, notice->text, SHELL_SIZE_BODY, FALSE, inner, 4);
  card->details = lay_out (painter, notice->details, SHELL_SIZE_SMALL, FALSE, inner, 2);
  card->width = round (CARD_WIDTH * s);
  card->height = round (2 * PADDING * s + shell_painter_height (card->title) + add_height (card->text, TITLE_GAP * s) +
                        add_height (card->details, DETAILS_GAP * s));
  card->x = round ((painter->width - card->width) / 2);
  card->y = round ((painter->height - card->height) / 2);
  card->inner_x = card->x + (PADDING + ICON + ICON_GAP) * s;
}

static void
card_clear (Card *card)
{
  g_clear_object (&card->title);
  g_clear_object (&card->text);
  g_clear_object (&card->details);
}

void
shell_notice_get_area (const ShellNotice *self, ShellPainter *painter, HearthRect *area)
{
  gint32 shadow = (gint32) ceil (SHADOW * painter->scale);
  Card card;

  card_init (&card, self, painter);
  *area = (HearthRect){ (gint32) card.x - shadow, (gint32) card.y - shadow, (gint32) card.width + 2 * shadow,
                        (gint32) card.height + 2 * shadow };
  card_clear (&card);
}

static void
paint_card (ShellPainter *painter, const Card *card)
{
  double s = painter->scale;

  for (int i = SHADOW; i > 0; i -= 3) {
    shell_painter_rounded (painter, card->x - i * s, card->y - i * s, card->width + 2 * i * s, card->height + 2 * i * s,
                           (RADIUS + i) * s);
    cairo_set_source_rgba (painter->cr, 0, 0, 0, 0.026);
    cairo_fill (painter->cr);
  }
  shell_painter_rounded (painter, card->x, card->y, card->width, card->height, RADIUS * s);
  shell_painter_set_colour (painter, SHELL_COLOUR_SURFACE, 0.97);
  cairo_fill (painter->cr);
}

/* A screen with a stroke through it. */
static void
paint_icon (ShellPainter *painter, double x, double y)
{
  double s = painter->scale;

  cairo_save (painter->cr);
  cairo_translate (painter->cr, x, y);
  cairo_set_line_width (painter->cr, 5 * s);
  cairo_set_line_cap (painter->cr, CAIRO_LINE_CAP_ROUND);
  shell_painter_set_colour (painter, SHELL_COLOUR_ACCENT, 1);
  shell_painter_rounded (painter, 3 * s, 8 * s, 58 * s, 38 * s, 6 * s);
  cairo_move_to (painter->cr, 22 * s, 58 * s);
  cairo_line_to (painter->cr, 42 * s, 58 * s);
  cairo_stroke (painter->cr);
  cairo_move_to (painter->cr, 24 * s, 36 * s);
  cairo_line_to (painter->cr, 40 * s, 18 * s);
  cairo_stroke (painter->cr);
  cairo_restore (painter->cr);
}

static double
paint_block (ShellPainter *painter, PangoLayout *layout, ShellColour colour, double x, double y, double gap)
{
  if (layout == NULL)
    return y;
  shell_painter_set_colour (painter, colour, 1);
  shell_painter_show (painter, layout, x, y + gap + (double) pango_layout_get_baseline (layout) / PANGO_SCALE);
  return y + gap + shell_painter_height (layout);
}

void
shell_notice_paint (const ShellNotice *self, ShellPainter *painter)
{
  double s = painter->scale, y;
  Card card;

  card_init (&card, self, painter);
  paint_card (painter, &card);
  paint_icon (painter, card.x + PADDING * s, card.y + PADDING * s);
  y = paint_block (painter, card.title, SHELL_COLOUR_TEXT, card.inner_x, card.y + PADDING * s, 0);
  y = paint_block (painter, card.text, SHELL_COLOUR_TEXT_SECOND, card.inner_x, y, TITLE_GAP * s);
  paint_block (painter, card.details, SHELL_COLOUR_TEXT_WEAK, card.inner_x, y, DETAILS_GAP * s);
  card_clear (&card);
}
