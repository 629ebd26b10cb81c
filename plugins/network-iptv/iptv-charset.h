/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:iptv-charset
 *
 * Guesses what text that is not UTF-8 was written in, by how often which bytes
 * follow each other. A guess: a household that knows better says so in the
 * network's setting “charset”.
 */
typedef struct {
  guint gb_pairs, gb_common, gb_bad;
  guint big5_pairs, big5_common, big5_low, big5_bad, big5_follow;
  guint sjis_pairs, sjis_kana, sjis_bad;
  guint hangul; /* of gb_pairs: those that are Hangul in EUC-KR */
  guint high, cyrillic, runs; /* bytes from 0x80, those that are letters of Windows-1251, runs of the former */
  guint polish; /* signs of Windows-1252 within words, where Windows-1250 has letters */
} IptvCharsetSurvey;

/* One more line that is not UTF-8. */
void iptv_charset_survey (IptvCharsetSurvey *self, const char *line, gsize length);
/* A name for iconv; never NULL. */
const char *iptv_charset_choose (const IptvCharsetSurvey *self);
/* Whether iconv knows it. */
gboolean iptv_charset_is_known (const char *charset);

G_END_DECLS
