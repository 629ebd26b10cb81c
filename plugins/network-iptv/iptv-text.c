/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-text.h"

#include <string.h>

#define UTF8_BOM "\xef\xbb\xbf"

/* What the lines that are not UTF-8 are made of, all together. */
typedef struct {
  guint gb_pairs, gb_common, gb_bad;
  guint high, cyrillic, runs; /* bytes from 0x80, those that are letters of Windows-1251, runs of the former */
  gboolean wide;              /* a line that is UTF-8 holds a character of three bytes or more: those are no accident */
} Survey;

static gboolean
is_trail (guchar byte)
{
  return byte >= 0x40 && byte != 0x7f && byte != 0xff;
}

/* GB 18030: two bytes, or four with digits in between. Everyday text stays in the first plane of GB 2312: punctuation and
 * the 3,755 common characters, both bytes from 0xa1. */
static void
survey_gb (Survey *self, const guchar *line, gsize length)
{
  for (gsize i = 0; i < length;) {
    guchar lead = line[i], trail = i + 1 < length ? line[i + 1] : 0;

    if (lead < 0x80) {
      i++;
    } else if (lead == 0x80 || lead == 0xff || (!is_trail (trail) && !(trail >= '0' && trail <= '9'))) {
      self->gb_bad++;
      i++;
    } else {
      self->gb_pairs++;
      self->gb_common += trail >= 0xa1 && ((lead >= 0xa1 && lead <= 0xa3) || (lead >= 0xb0 && lead <= 0xd7));
      i += is_trail (trail) ? 2 : 4;
    }
  }
}

static void
survey_cyrillic (Survey *self, const guchar *line, gsize length)
{
  gboolean inside = FALSE;

  for (gsize i = 0; i < length; i++) {
    gboolean high = line[i] >= 0x80;

    self->high += high;
    self->cyrillic += line[i] >= 0xc0 || line[i] == 0xa8 || line[i] == 0xb8;
    self->runs += high && !inside;
    inside = high;
  }
}

/* More whole characters than broken bytes: a cut, not another character set. */
static gboolean
is_broken_utf8 (const char *line, gsize length)
{
  guint whole = 0, broken = 0;

  for (gsize i = 0; i < length;) {
    gunichar c = (guchar) line[i] < 0x80 ? (guchar) line[i] : g_utf8_get_char_validated (line + i, (gssize) (length - i));

    if (c == (gunichar) -1 || c == (gunichar) -2) {
      broken++;
      i++;
    } else {
      whole += c >= 0x80;
      i += (gsize) g_unichar_to_utf8 (c, NULL);
    }
  }
  return whole > broken;
}

static gsize
line_length (const char *p, const char *end)
{
  const char *newline = memchr (p, '\n', (gsize) (end - p));

  return newline != NULL ? (gsize) (newline + 1 - p) : (gsize) (end - p);
}

static gboolean
has_wide (const char *line, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if ((guchar) line[i] >= 0xe0)
      return TRUE;
  return FALSE;
}

static void
survey (Survey *self, const char *text, gsize length)
{
  const char *end = text + length;

  for (gsize n; text < end; text += n) {
    n = line_length (text, end);
    if (g_utf8_validate_len (text, n, NULL)) {
      self->wide = self->wide || has_wide (text, n);
    } else if (!is_broken_utf8 (text, n)) {
      survey_gb (self, (const guchar *) text, n);
      survey_cyrillic (self, (const guchar *) text, n);
    }
  }
}

static const char *
choose_charset (const Survey *self)
{
  if (self->gb_pairs > 0 && self->gb_bad * 50 <= self->gb_pairs && self->gb_common * 10 >= self->gb_pairs * 7)
    return "GB18030";
  /* Words of Russian are runs of high bytes, words of Western Europe have one here and there. */
  if (self->cyrillic * 10 >= self->high * 9 && self->high >= self->runs * 3)
    return "WINDOWS-1251";
  return "WINDOWS-1252";
}

static void
append_converted (GString *out, GIConv converter, const char *line, gsize length)
{
  gsize written = 0;
  g_autofree char *converted =
    converter != (GIConv) -1 ? g_convert_with_iconv (line, (gssize) length, converter, NULL, &written, NULL) : NULL;

  if (converted != NULL) {
    g_string_append_len (out, converted, (gssize) written);
    return;
  }
  if (converter != (GIConv) -1)
    g_iconv (converter, NULL, NULL, NULL, NULL);
  converted = g_utf8_make_valid (line, (gssize) length);
  g_string_append (out, converted);
}

static GString *
convert_lines (IptvText *self, const char *text, gsize length)
{
  GString *out = g_string_sized_new (length + length / 4);
  const char *end = text + length;
  Survey seen = { 0 };
  const char *charset;
  GIConv converter;
  gboolean all; /* two-byte "UTF-8" in a list of Chinese is an accident of GB 18030 */

  survey (&seen, text, length);
  charset = choose_charset (&seen);
  all = !seen.wide && g_str_equal (charset, "GB18030");
  converter = g_iconv_open ("UTF-8", charset);
  for (guint line = 1; text < end; line++) {
    gsize n = line_length (text, end);
    gboolean valid = g_utf8_validate_len (text, n, NULL);

    if (valid && !(all && n > 0)) {
      g_string_append_len (out, text, (gssize) n);
    } else if (!valid && !all && is_broken_utf8 (text, n)) {
      append_converted (out, (GIConv) -1, text, n);
      self->mended_line = self->mended_line != 0 ? self->mended_line : line;
    } else {
      append_converted (out, converter, text, n);
      if (!valid && self->n_charset_lines++ == 0) {
        self->charset = charset;
        self->charset_line = line;
      }
    }
    text += n;
  }
  if (converter != (GIConv) -1)
    g_iconv_close (converter);
  return out;
}

/* "#E" of "#EXTM3U" in two bytes each. */
static const char *
find_utf16 (const guint8 *bytes, gsize n_bytes)
{
  if (n_bytes < 4)
    return NULL;
  if (memcmp (bytes, "\xff\xfe", 2) == 0 || memcmp (bytes, "#\0E\0", 4) == 0)
    return "UTF-16LE";
  if (memcmp (bytes, "\xfe\xff", 2) == 0 || memcmp (bytes, "\0#\0E", 4) == 0)
    return "UTF-16BE";
  return NULL;
}

static gboolean
take_utf16 (IptvText *self, const guint8 *bytes, gsize n_bytes)
{
  const char *charset = find_utf16 (bytes, n_bytes);
  gsize skip = charset != NULL && (bytes[0] >= 0xfe) ? 2 : 0;

  if (charset == NULL)
    return FALSE;
  self->text = g_convert_with_fallback ((const char *) bytes + skip, (gssize) ((n_bytes - skip) & ~(gsize) 1), "UTF-8", charset,
                                        "\xef\xbf\xbd", NULL, &self->length, NULL);
  if (self->text == NULL)
    return FALSE;
  self->utf16 = TRUE;
  self->had_nul = memchr (self->text, '\0', self->length) != NULL;
  return TRUE;
}

static void
blank_nuls (IptvText *self)
{
  char *end = self->text + self->length;

  for (char *p = self->text; (p = memchr (p, '\0', (gsize) (end - p))) != NULL; p++)
    *p = ' ';
}

void
iptv_text_init (IptvText *self, const guint8 *bytes, gsize n_bytes)
{
  memset (self, 0, sizeof *self);
  if (!take_utf16 (self, bytes, n_bytes)) {
    if (n_bytes >= 3 && memcmp (bytes, UTF8_BOM, 3) == 0) {
      self->bom = TRUE;
      bytes += 3;
      n_bytes -= 3;
    }
    self->had_nul = n_bytes > 0 && memchr (bytes, '\0', n_bytes) != NULL;
    self->text = g_malloc (n_bytes + 1);
    if (n_bytes > 0)
      memcpy (self->text, bytes, n_bytes);
    self->text[n_bytes] = '\0';
    self->length = n_bytes;
  }
  if (self->had_nul)
    blank_nuls (self);
  if (!g_utf8_validate_len (self->text, self->length, NULL)) {
    GString *converted = convert_lines (self, self->text, self->length);

    g_free (self->text);
    self->length = converted->len;
    self->text = g_string_free (converted, FALSE);
    blank_nuls (self);
  }
}

void
iptv_text_clear (IptvText *self)
{
  g_clear_pointer (&self->text, g_free);
  self->length = 0;
}
