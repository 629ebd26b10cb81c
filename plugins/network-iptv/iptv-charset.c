/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-charset.h"

#include <string.h>

#define SURE_PAIRS 24 /* so many two-byte characters that look Korean are hardly Chinese by accident */

static gboolean
is_trail (guchar byte)
{
  return byte >= 0x40 && byte != 0x7f && byte != 0xff;
}

/* GB 18030: two bytes, or four with digits in between. Everyday text stays in the first plane of GB 2312: punctuation and
 * the 3,755 common characters, both bytes from 0xa1. EUC-KR (KS X 1001) has its Hangul in rows 0xb0 to 0xc8 of the same plane. */
static void
survey_gb (IptvCharsetSurvey *self, const guchar *line, gsize length)
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
      self->hangul += trail >= 0xa1 && lead >= 0xb0 && lead <= 0xc8;
      i += is_trail (trail) ? 2 : 4;
    }
  }
}

/* Big5: the 5,401 common characters have leads of 0xa4 to 0xc6, and trails of which two in five lie below 0x7f, where
 * GB 2312 has none. Hong Kong's supplement adds leads from 0x87. */
static void
survey_big5 (IptvCharsetSurvey *self, const guchar *line, gsize length)
{
  gboolean after_pair = FALSE;

  for (gsize i = 0; i < length;) {
    guchar lead = line[i], trail = i + 1 < length ? line[i + 1] : 0;
    gboolean low = trail >= 0x40 && trail <= 0x7e;

    if (lead < 0x87 || lead > 0xfe || (!low && trail < 0xa1) || trail == 0xff) {
      self->big5_bad += lead >= 0x80;
      after_pair = FALSE;
      i++;
      continue;
    }
    self->big5_pairs++;
    self->big5_common += lead >= 0xa1 && lead <= 0xc6;
    self->big5_low += low;
    self->big5_follow += after_pair;
    after_pair = TRUE;
    i += 2;
  }
}

/* Shift-JIS: Japanese is full of kana and their punctuation, which have leads of 0x81 to 0x83. */
static void
survey_sjis (IptvCharsetSurvey *self, const guchar *line, gsize length)
{
  for (gsize i = 0; i < length;) {
    guchar lead = line[i], trail = i + 1 < length ? line[i + 1] : 0;
    gboolean pair = (lead >= 0x81 && lead <= 0x9f) || (lead >= 0xe0 && lead <= 0xfc);

    if (lead < 0x80 || (lead >= 0xa1 && lead <= 0xdf)) { /* also half-width kana */
      i++;
    } else if (!pair || trail < 0x40 || trail == 0x7f || trail > 0xfc) {
      self->sjis_bad++;
      i++;
    } else {
      self->sjis_pairs++;
      self->sjis_kana += lead <= 0x83;
      i += 2;
    }
  }
}

static void
survey_single_bytes (IptvCharsetSurvey *self, const guchar *line, gsize length)
{
  gboolean inside = FALSE;

  for (gsize i = 0; i < length; i++) {
    gboolean high = line[i] >= 0x80, in_word = i > 0 && g_ascii_isalpha (line[i - 1]);

    self->high += high;
    self->cyrillic += line[i] >= 0xc0 || line[i] == 0xa8 || line[i] == 0xb8;
    self->runs += high && !inside;
    self->polish += high && in_word && memchr ("\x9c\x9f\xb3\xb9\xbf", line[i], 5) != NULL;
    inside = high;
  }
}

void
iptv_charset_survey (IptvCharsetSurvey *self, const char *line, gsize length)
{
  const guchar *bytes = (const guchar *) line;

  survey_gb (self, bytes, length);
  survey_big5 (self, bytes, length);
  survey_sjis (self, bytes, length);
  survey_single_bytes (self, bytes, length);
}

/* @part is at least @percent of @whole. */
static gboolean
is_share (guint part, guint whole, guint percent)
{
  return whole > 0 && (guint64) part * 100 >= (guint64) whole * percent;
}

const char *
iptv_charset_choose (const IptvCharsetSurvey *self)
{
  if (self->sjis_bad == 0 && is_share (self->sjis_kana, self->sjis_pairs, 30) && !is_share (self->gb_common, self->gb_pairs, 50))
    return "SHIFT_JISX0213";
  if (is_share (self->gb_common, self->gb_pairs, 70) && self->gb_bad * 50 <= self->gb_pairs)
    return self->gb_pairs >= SURE_PAIRS && is_share (self->hangul, self->gb_pairs, 95) ? "CP949" : "GB18030";
  /* One after the other, which the accents of Western Europe never are. */
  if (is_share (self->big5_common, self->big5_pairs, 80) && is_share (self->big5_low, self->big5_pairs, 10) &&
      is_share (self->big5_follow, self->big5_pairs, 40) && self->big5_bad * 50 <= self->big5_pairs)
    return "BIG5-HKSCS";
  /* Words of Russian are runs of high bytes, words of Western Europe have one here and there. */
  if (is_share (self->cyrillic, self->high, 90) && self->high >= self->runs * 3)
    return "WINDOWS-1251";
  return is_share (self->polish, self->high, 15) ? "WINDOWS-1250" : "WINDOWS-1252";
}

gboolean
iptv_charset_is_known (const char *charset)
{
  GIConv converter = g_iconv_open ("UTF-8", charset);

  if (converter == (GIConv) -1)
    return FALSE;
  g_iconv_close (converter);
  return TRUE;
}
