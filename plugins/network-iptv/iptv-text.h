/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:iptv-text
 *
 * Makes UTF-8 of whatever a playlist is written in. Pure: bytes in, text out.
 *
 * Order of belief: a byte order mark, or UTF-16 by its zero bytes; valid UTF-8;
 * else line by line (lists are often glued together from several): a line of
 * UTF-8 with a few broken bytes is mended with U+FFFD, the others are
 * in what #EXTENC names, else in what their bytes look like (iptv-charset.h).
 */
typedef struct {
  char *text;          /* UTF-8, NUL-terminated, without NUL or byte order mark inside; may be written into */
  gsize length;        /* bytes without the terminator */
  gboolean bom;        /* a UTF-8 byte order mark was dropped */
  gboolean utf16;      /* it was UTF-16 */
  gboolean had_nul;    /* NUL bytes became spaces */
  char charset[32];    /* what the lines that are not UTF-8 were read as; "": there were none */
  guint charset_line;  /* the first of them, from 1 */
  guint n_charset_lines;
  guint mended_line;   /* the first line with broken UTF-8, 0: none */
} IptvText;

/* @charset: (nullable): what all of it is written in; NULL: guess */
void iptv_text_init (IptvText *self, const guint8 *bytes, gsize n_bytes, const char *charset);
void iptv_text_clear (IptvText *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IptvText, iptv_text_clear)

G_END_DECLS
