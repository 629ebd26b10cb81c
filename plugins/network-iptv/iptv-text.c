/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-text.h"

#include "iptv-charset.h"

#include <string.h>

#define UTF8_BOM "\xef\xbb\xbf"

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

/* Returns whether a line that is UTF-8 holds a character of three bytes or more: those are no accident. */
static gboolean
survey (IptvCharsetSurvey *self, const char *text, gsize length)
{
  const char *end = text + length;
  gboolean wide = FALSE;

  for (gsize n; text < end; text += n) {
    n = line_length (text, end);
    if (g_utf8_validate_len (text, n, NULL))
      wide = wide || has_wide (text, n);
    else if (!is_broken_utf8 (text, n))
      iptv_charset_survey (self, text, n);
  }
  return wide;
}

/* What the text says of itself: "#EXTENC:GB2312". Its end is found in @name. */
static const char *
find_named (const char *text, gsize length, char *name, gsize n_name)
{
  const char *tag = g_strstr_len (text, (gssize) MIN (length, 4096), "#EXTENC:");
  gsize n = tag != NULL ? strspn (tag + 8, " ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") : 0;

  if (n == 0 || n >= n_name)
    return NULL;
  memcpy (name, tag + 8, n);
  name[n] = '\0';
  g_strstrip (name);
  return g_ascii_strncasecmp (name, "utf", 3) != 0 && iptv_charset_is_known (name) ? name : NULL;
}

/* In one go into room enough: no byte of these charsets becomes more than MOST_UTF8 bytes, nor what they keep for their end.
 * g_convert() would give more room as long as iconv asks for it, and glibc's SHIFT_JISX0213 asks for ever after some broken bytes. */
static char *
convert (GIConv converter, const char *line, gsize length, gsize *n_bytes)
{
  enum { MOST_UTF8 = 4, END_BYTES = 16 };
  gsize left = length, room = length * MOST_UTF8 + END_BYTES;
  g_autofree char *converted = g_malloc (room);
  char *in = (char *) line, *out = converted;
  gboolean whole = g_iconv (converter, &in, &left, &out, &room) != (gsize) -1 && left == 0 &&
                   g_iconv (converter, NULL, NULL, &out, &room) != (gsize) -1;

  *n_bytes = (gsize) (out - converted);
  g_iconv (converter, NULL, NULL, NULL, NULL);
  return whole ? g_steal_pointer (&converted) : NULL;
}

static void
append_converted (GString *out, GIConv converter, const char *line, gsize length)
{
  gsize n_bytes = 0;
  g_autofree char *converted = converter != (GIConv) -1 ? convert (converter, line, length, &n_bytes) : NULL;

  if (converted != NULL) {
    g_string_append_len (out, converted, (gssize) n_bytes);
    return;
  }
  converted = g_utf8_make_valid (line, (gssize) length);
  g_string_append (out, converted);
}

typedef struct {
  const char *charset;
  GIConv converter;
  gboolean all; /* also the lines that could be UTF-8 */
} Conversion;

static void
convert_line (IptvText *self, GString *out, const Conversion *how, const char *line, gsize length, guint number)
{
  gboolean valid = g_utf8_validate_len (line, length, NULL);

  if (valid && !how->all) {
    g_string_append_len (out, line, (gssize) length);
  } else if (!valid && !how->all && is_broken_utf8 (line, length)) {
    append_converted (out, (GIConv) -1, line, length);
    self->mended_line = self->mended_line != 0 ? self->mended_line : number;
  } else {
    append_converted (out, how->converter, line, length);
    if (!valid && self->n_charset_lines++ == 0) {
      g_strlcpy (self->charset, how->charset, sizeof self->charset);
      self->charset_line = number;
    }
  }
}

static GString *
convert_lines (IptvText *self, const char *text, gsize length, const char *charset)
{
  GString *out = g_string_sized_new (length + length / 4);
  const char *end = text + length;
  IptvCharsetSurvey seen = { 0 };
  Conversion how = { .charset = charset, .all = charset != NULL };
  char named[32];
  gboolean wide = FALSE;

  if (charset == NULL) {
    wide = survey (&seen, text, length);
    how.charset = find_named (text, length, named, sizeof named);
    how.charset = how.charset != NULL ? how.charset : iptv_charset_choose (&seen);
    how.all = !wide && g_str_equal (how.charset, "GB18030"); /* two-byte "UTF-8" in a list of Chinese is an accident of GB 18030 */
  }
  how.converter = g_iconv_open ("UTF-8", how.charset);
  for (guint line = 1; text < end; line++) {
    gsize n = line_length (text, end);

    convert_line (self, out, &how, text, n, line);
    text += n;
  }
  if (how.converter != (GIConv) -1)
    g_iconv_close (how.converter);
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
iptv_text_init (IptvText *self, const guint8 *bytes, gsize n_bytes, const char *charset)
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
  if (!self->utf16 && (charset != NULL || !g_utf8_validate_len (self->text, self->length, NULL))) {
    GString *converted = convert_lines (self, self->text, self->length, charset);

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
