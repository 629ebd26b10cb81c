/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts of service information into UTF-8: EN 300 468, annex A. */
#include "config.h"

#include "ts/hearth-dvb-text-private.h"

#include <string.h>

#define REPLACEMENT 0xfffd
#define NO_CONVERTER ((GIConv) -1) /* as iconv says it */

/* ---- names --------------------------------------------------------------------------------- */

static const struct {
  HearthDvbCharset charset;
  const char *name;
} names[] = {
  { HEARTH_DVB_CHARSET_AUTO, "auto" },
  { HEARTH_DVB_CHARSET_ISO_6937, "ISO6937" },
  { HEARTH_DVB_CHARSET_ISO_8859_1, "ISO8859-1" },
  { HEARTH_DVB_CHARSET_ISO_8859_1 + 1, "ISO8859-2" },
  { HEARTH_DVB_CHARSET_ISO_8859_1 + 2, "ISO8859-3" },
  { HEARTH_DVB_CHARSET_ISO_8859_1 + 3, "ISO8859-4" },
  { HEARTH_DVB_CHARSET_ISO_8859_1 + 4, "ISO8859-5" },
  { HEARTH_DVB_CHARSET_ISO_8859_1 + 5, "ISO8859-6" },
  { HEARTH_DVB_CHARSET_ISO_8859_1 + 6, "ISO8859-7" },
  { HEARTH_DVB_CHARSET_ISO_8859_1 + 7, "ISO8859-8" },
  { HEARTH_DVB_CHARSET_ISO_8859_1 + 8, "ISO8859-9" },
  { HEARTH_DVB_CHARSET_ISO_8859_1 + 9, "ISO8859-10" },
  { HEARTH_DVB_CHARSET_ISO_8859_1 + 10, "ISO8859-11" },
  { HEARTH_DVB_CHARSET_ISO_8859_1 + 12, "ISO8859-13" },
  { HEARTH_DVB_CHARSET_ISO_8859_1 + 13, "ISO8859-14" },
  { HEARTH_DVB_CHARSET_ISO_8859_15, "ISO8859-15" },
  { HEARTH_DVB_CHARSET_UCS_2, "UCS-2" },
  { HEARTH_DVB_CHARSET_KS_X_1001, "KSX1001" },
  { HEARTH_DVB_CHARSET_GB_18030, "GB18030" },
  { HEARTH_DVB_CHARSET_BIG5, "Big5" },
  { HEARTH_DVB_CHARSET_UTF_8, "UTF-8" },
  { HEARTH_DVB_CHARSET_ARIB, "ARIB" },
  { HEARTH_DVB_CHARSET_ATSC, "ATSC" },
  { HEARTH_DVB_CHARSET_COMPRESSED, "compressed" },
  { HEARTH_DVB_CHARSET_GB_18030, "GBK" }, /* further names of the above */
  { HEARTH_DVB_CHARSET_GB_18030, "GB2312" },
  { HEARTH_DVB_CHARSET_UTF_8, "UTF8" },
};

const char *
hearth_dvb_charset_get_name (HearthDvbCharset charset)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].charset == charset)
      return names[i].name;
  return "unknown";
}

gboolean
hearth_dvb_text_set_override (HearthDvbText *self, const char *name)
{
  gsize n = strlen (name);
  gboolean force = n > 0 && name[n - 1] == '!';
  g_autofree char *plain = g_strndup (name, force ? n - 1 : n);

  if (*plain == '\0') {
    self->fallback = HEARTH_DVB_CHARSET_AUTO;
    self->force = FALSE;
    return TRUE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (names[i].name, plain) == 0) {
      self->fallback = names[i].charset;
      self->force = force && names[i].charset != HEARTH_DVB_CHARSET_AUTO;
      return TRUE;
    }
  return FALSE;
}

/* ---- life ----------------------------------------------------------------------------------- */

void
hearth_dvb_text_init (HearthDvbText *self)
{
  *self = (HearthDvbText) { .fallback = HEARTH_DVB_CHARSET_AUTO };
}

void
hearth_dvb_text_clear (HearthDvbText *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->converters); i++) {
    if (self->converters[i] != NULL && self->converters[i] != NO_CONVERTER)
      g_iconv_close (self->converters[i]);
    self->converters[i] = NULL;
  }
}

/* ---- which table: table A.3 and A.4 ------------------------------------------------------------ */

/* 0x14 is "Big5 subset of ISO/IEC 10646": two bytes of UCS a character. Some send Big5's own bytes, whose first ones lie beyond all of
 * UCS's Chinese. */
static HearthDvbCharset
identify_big5 (const guint8 *bytes, gsize n_bytes)
{
  if (n_bytes % 2 != 0)
    return HEARTH_DVB_CHARSET_BIG5;
  for (gsize at = 0; at + 1 < n_bytes; at += 2) {
    guint c = ((guint) bytes[at] << 8) | bytes[at + 1];

    if (!(c < 0x0500 || (c >= 0x2000 && c < 0x2700) || (c >= 0x3000 && c < 0x3400) || (c >= 0x4e00 && c < 0xa000) ||
          (c >= 0xe080 && c < 0xe0a0) || c >= 0xff00))
      return HEARTH_DVB_CHARSET_BIG5;
  }
  return HEARTH_DVB_CHARSET_UCS_2;
}

static HearthDvbCharset
identify_by_prefix (const guint8 *bytes, gsize n_bytes, gsize *n_prefix)
{
  guint8 first = bytes[0];

  *n_prefix = 1;
  switch (first) {
  case 0x10:
    *n_prefix = MIN (3, n_bytes);
    if (n_bytes >= 3 && bytes[1] == 0 && bytes[2] >= 1 && bytes[2] <= 15 && bytes[2] != 12)
      return HEARTH_DVB_CHARSET_ISO_8859_1 + bytes[2] - 1;
    return HEARTH_DVB_CHARSET_AUTO;
  case 0x11: return HEARTH_DVB_CHARSET_UCS_2;
  case 0x12: return HEARTH_DVB_CHARSET_KS_X_1001;
  case 0x13: return HEARTH_DVB_CHARSET_GB_18030;
  case 0x14: return identify_big5 (bytes + 1, n_bytes - 1);
  case 0x15: return HEARTH_DVB_CHARSET_UTF_8;
  case 0x1f: *n_prefix = MIN (2, n_bytes); return HEARTH_DVB_CHARSET_COMPRESSED;
  case 0x0e: /* locking shifts of ARIB; DVB has reserved them */
  case 0x0f:
  case 0x1b: return HEARTH_DVB_CHARSET_ARIB;
  default:
    if ((first >= 0x01 && first <= 0x07) || (first >= 0x09 && first <= 0x0b))
      return HEARTH_DVB_CHARSET_ISO_8859_1 + first + 3;
    return HEARTH_DVB_CHARSET_AUTO; /* reserved */
  }
}

HearthDvbCharset
hearth_dvb_text_identify (const HearthDvbText *self, const guint8 *bytes, gsize n_bytes, gsize *n_prefix)
{
  HearthDvbCharset charset = HEARTH_DVB_CHARSET_AUTO;
  gsize n = 0;

  if (n_bytes > 0 && bytes[0] < 0x20)
    charset = identify_by_prefix (bytes, n_bytes, &n);
  if (charset == HEARTH_DVB_CHARSET_AUTO || self->force)
    charset = self->fallback;
  if (charset == HEARTH_DVB_CHARSET_AUTO)
    charset = hearth_dvb_text_detect (bytes + n, n_bytes - n);
  if (n_prefix != NULL)
    *n_prefix = n;
  return charset;
}

/* ---- conversion ----------------------------------------------------------------------------------- */

static void
append (GString *out, gunichar c)
{
  /* Control codes of one byte and of two (tables A.1 and A.2); in UTF-8 and UCS they may be either. */
  if (c == HEARTH_DVB_TEXT_NEWLINE || c == 0xe000 + HEARTH_DVB_TEXT_NEWLINE || c == '\n')
    g_string_append_c (out, '\n');
  else if (c == '\t')
    g_string_append_c (out, ' ');
  else if (c >= 0x20 && !(c >= 0x7f && c < 0xa0) && !(c >= 0xe080 && c < 0xe0a0))
    g_string_append_unichar (out, g_unichar_validate (c) ? c : REPLACEMENT);
}

static gboolean
is_control_byte (guint8 byte)
{
  return byte < 0x20 || (byte >= 0x7f && byte < 0xa0);
}

static void
append_8859 (GString *out, guint part, const guint8 *bytes, gsize n_bytes)
{
  for (gsize at = 0; at < n_bytes; at++) {
    gunichar c = is_control_byte (bytes[at]) ? bytes[at] : hearth_dvb_text_from_8859 (part, bytes[at]);

    append (out, c != 0 || bytes[at] == 0 ? c : REPLACEMENT);
  }
}

/* Accents stand before their letters here, and behind them in Unicode. */
static void
append_6937 (GString *out, const guint8 *bytes, gsize n_bytes)
{
  gsize before = out->len;
  gunichar accent = 0;
  g_autofree char *composed = NULL;

  for (gsize at = 0; at < n_bytes; at++) {
    gunichar c = is_control_byte (bytes[at]) ? bytes[at] : hearth_dvb_text_from_6937 (bytes[at]);

    if (bytes[at] >= 0xc1 && bytes[at] <= 0xcf && c != 0) {
      accent = c;
      continue;
    }
    append (out, c != 0 || bytes[at] == 0 ? c : REPLACEMENT);
    if (accent != 0)
      g_string_append_unichar (out, accent);
    accent = 0;
  }
  composed = g_utf8_normalize (out->str + before, -1, G_NORMALIZE_DEFAULT_COMPOSE);
  g_string_truncate (out, before);
  g_string_append (out, composed != NULL ? composed : "");
}

static void
append_ucs_2 (GString *out, const guint8 *bytes, gsize n_bytes)
{
  for (gsize at = 0; at + 1 < n_bytes; at += 2) {
    gunichar c = ((gunichar) bytes[at] << 8) | bytes[at + 1];

    if (c >= 0xd800 && c < 0xdc00 && at + 3 < n_bytes && (bytes[at + 2] & 0xfc) == 0xdc) { /* UTF-16, for rare characters */
      c = 0x10000 + ((c & 0x3ff) << 10) + (((gunichar) (bytes[at + 2] & 3) << 8) | bytes[at + 3]);
      at += 2;
    }
    append (out, c);
  }
}

static void
append_utf8 (GString *out, const char *text, gsize n_bytes)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) n_bytes);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    append (out, g_utf8_get_char (p));
}

/* The converter of a charset with characters of several bytes; NO_CONVERTER where the system has none. */
static GIConv
get_converter (HearthDvbText *self, HearthDvbCharset charset)
{
  static const struct {
    HearthDvbCharset charset;
    const char *names[2]; /* the larger repertoire first */
  } known[G_N_ELEMENTS (self->converters)] = {
    { HEARTH_DVB_CHARSET_KS_X_1001, { "UHC", "EUC-KR" } },
    { HEARTH_DVB_CHARSET_GB_18030, { "GB18030", "GBK" } },
    { HEARTH_DVB_CHARSET_BIG5, { "BIG5-HKSCS", "BIG5" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++) {
    if (known[i].charset != charset)
      continue;
    if (self->converters[i] == NULL)
      self->converters[i] = g_iconv_open ("UTF-8", known[i].names[0]);
    if (self->converters[i] == NO_CONVERTER)
      self->converters[i] = g_iconv_open ("UTF-8", known[i].names[1]);
    return self->converters[i];
  }
  return NO_CONVERTER;
}

static guint
length_of (HearthDvbCharset charset, const guint8 *bytes, gsize n_bytes)
{
  if (charset == HEARTH_DVB_CHARSET_GB_18030)
    return hearth_dvb_text_gb_length (bytes, n_bytes);
  return bytes[0] < 0x80 ? 1 : n_bytes >= 2 && bytes[1] >= 0x40 ? 2 : 0;
}

/* Character by character, so that a wrong one costs itself alone; about 100 ns each. */
static void
append_multibyte (HearthDvbText *self, HearthDvbCharset charset, GString *out, const guint8 *bytes, gsize n_bytes)
{
  GIConv converter = get_converter (self, charset);
  guint n;

  for (gsize at = 0; at < n_bytes; at += MAX (n, 1)) {
    char utf8[16], *to = utf8, *from = (char *) bytes + at; /* iconv's types; it does not write there */
    gsize n_from, n_to = sizeof utf8;

    n = length_of (charset, bytes + at, n_bytes - at);
    if (hearth_dvb_text_is_control (bytes + at, n_bytes - at))
      n = 1;
    if (n <= 1) {
      append (out, n == 1 ? bytes[at] : REPLACEMENT);
      continue;
    }
    n_from = n;
    if (converter != NO_CONVERTER && g_iconv (converter, &from, &n_from, &to, &n_to) != (gsize) -1 && n_from == 0) {
      append_utf8 (out, utf8, sizeof utf8 - n_to);
    } else {
      append (out, REPLACEMENT);
      if (converter != NO_CONVERTER)
        g_iconv (converter, NULL, NULL, NULL, NULL);
    }
  }
}

static void
append_text (HearthDvbText *self, HearthDvbCharset charset, GString *out, const guint8 *bytes, gsize n_bytes)
{
  if (charset >= HEARTH_DVB_CHARSET_ISO_8859_1 && charset <= HEARTH_DVB_CHARSET_ISO_8859_15)
    append_8859 (out, charset - HEARTH_DVB_CHARSET_ISO_8859_1 + 1, bytes, n_bytes);
  else if (charset == HEARTH_DVB_CHARSET_UCS_2)
    append_ucs_2 (out, bytes, n_bytes);
  else if (charset == HEARTH_DVB_CHARSET_UTF_8)
    append_utf8 (out, (const char *) bytes, n_bytes);
  else if (charset == HEARTH_DVB_CHARSET_ARIB)
    g_string_append (out, "[ARIB text]");
  else if (charset == HEARTH_DVB_CHARSET_ATSC)
    g_string_append (out, "[ATSC text]");
  else if (charset == HEARTH_DVB_CHARSET_COMPRESSED)
    g_string_append (out, "[compressed text]");
  else if (charset == HEARTH_DVB_CHARSET_ISO_6937 || charset == HEARTH_DVB_CHARSET_AUTO)
    append_6937 (out, bytes, n_bytes);
  else
    append_multibyte (self, charset, out, bytes, n_bytes);
}

/* What a text says it is in, unless its bytes cannot be that: then what they look like. */
static HearthDvbCharset
doubt (const HearthDvbText *self, HearthDvbCharset charset, const guint8 *bytes, gsize n_bytes)
{
  if (charset == HEARTH_DVB_CHARSET_UTF_8 && !self->force && !g_utf8_validate ((const char *) bytes, (gssize) n_bytes, NULL) &&
      hearth_dvb_text_detect (bytes, n_bytes) == HEARTH_DVB_CHARSET_GB_18030)
    return HEARTH_DVB_CHARSET_GB_18030;
  return charset;
}

/* Most texts of Latin networks: the same in every table, unless a network's own says otherwise. */
static gboolean
is_plain (const HearthDvbText *self, const guint8 *bytes, gsize n_bytes)
{
  if (self->fallback != HEARTH_DVB_CHARSET_AUTO)
    return FALSE;
  for (gsize at = 0; at < n_bytes; at++)
    if (bytes[at] < 0x20 || bytes[at] >= 0x7f)
      return FALSE;
  return TRUE;
}

char *
hearth_dvb_text_dup (HearthDvbText *self, const guint8 *bytes, gsize n_bytes)
{
  GString *out;
  HearthDvbCharset charset;
  gsize n_prefix;

  if (n_bytes == 0)
    return g_strdup ("");
  if (is_plain (self, bytes, n_bytes))
    return g_strstrip (g_strndup ((const char *) bytes, n_bytes));
  charset = hearth_dvb_text_identify (self, bytes, n_bytes, &n_prefix);
  if (charset != HEARTH_DVB_CHARSET_UCS_2)
    while (n_bytes > n_prefix && bytes[n_bytes - 1] == '\0') /* padding, as some send it */
      n_bytes--;
  if (n_bytes == n_prefix)
    return g_strdup ("");
  charset = doubt (self, charset, bytes + n_prefix, n_bytes - n_prefix);
  out = g_string_sized_new (n_bytes * 2);
  append_text (self, charset, out, bytes + n_prefix, n_bytes - n_prefix);
  return g_strstrip (g_string_free (out, FALSE));
}
