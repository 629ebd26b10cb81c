/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts: EN 300 468, annex A. What is expected comes from the C library's converters where it has the table. */
#include "config.h"

#include "ts/hearth-dvb-text.h"

#include <string.h>

static char *
read_text (const char *override, const void *bytes, gsize n_bytes)
{
  g_auto (HearthDvbText) text = { 0 };

  hearth_dvb_text_init (&text);
  g_assert_true (hearth_dvb_text_set_override (&text, override));
  return hearth_dvb_text_dup (&text, bytes, n_bytes);
}

/* @bytes: a string literal, which may hold zeros. */
#define ASSERT_TEXT_OVERRIDE(override, bytes, expected) \
  G_STMT_START { \
    g_autofree char *got = read_text (override, bytes, sizeof bytes - 1); \
    g_assert_cmpstr (got, ==, expected); \
  } G_STMT_END
#define ASSERT_TEXT(bytes, expected) ASSERT_TEXT_OVERRIDE ("", bytes, expected)

static void
test_default_table (void)
{
  ASSERT_TEXT ("Rai 1", "Rai 1");
  ASSERT_TEXT ("", "");
  ASSERT_TEXT ("Caf\xc2" "e", "Café");
  ASSERT_TEXT ("qualit\xc1" "a e citt\xc1" "a perch\xc2" "e", "qualità e città perché");
  ASSERT_TEXT ("M\xc8" "uller stra\xfb" "e", "Müller straße");
  ASSERT_TEXT ("\xcfS\xcftastn\xc2y", "Šťastný");
  ASSERT_TEXT ("10 \xa4", "10 €");
  ASSERT_TEXT ("two\x8alines", "two\nlines");
  ASSERT_TEXT ("\x86Short\x87 and long", "Short and long");
  ASSERT_TEXT ("  padded \0\0", "padded");
  ASSERT_TEXT ("bell\x07" "bell", "bellbell");
}

/* Each byte of each table is what the C library says it is. */
static void
compare_tables (const char *override, const char *iconv_name, const guint8 *prefix, gsize n_prefix)
{
  for (guint byte = 0xa1; byte <= 0xff; byte++) {
    guint8 bytes[8];
    char one[2] = { (char) byte, 0 };
    g_autofree char *expected = g_convert (one, 1, "UTF-8", iconv_name, NULL, NULL, NULL);
    g_autofree char *got = NULL;

    memcpy (bytes, prefix, n_prefix);
    bytes[n_prefix] = (guint8) byte;
    got = read_text (override, bytes, n_prefix + 1);
    if (expected != NULL && *expected != '\0')
      g_assert_cmpstr (got, ==, expected);
    else
      g_assert_cmpstr (got, ==, "\xef\xbf\xbd");
  }
}

static void
test_iso_8859 (void)
{
  for (guint part = 1; part <= 15; part++) {
    const guint8 long_form[] = { 0x10, 0, (guint8) part };
    const guint8 short_form[] = { (guint8) (part - 4) };
    g_autofree char *name = g_strdup_printf ("ISO-8859-%u", part);

    if (part == 12)
      continue;
    compare_tables ("", name, long_form, sizeof long_form);
    if (part >= 5)
      compare_tables ("", name, short_form, sizeof short_form);
  }
  ASSERT_TEXT ("\x01\xbf\xe0\xde\xd3\xe0\xd0\xdc\xdc\xd0", "Программа");
  ASSERT_TEXT ("\x10\x00\x0f\xa4", "€");
  ASSERT_TEXT ("\x10\x00\x0c" "abc", "abc"); /* no such part: what is readable stays */
}

static void
test_iso_6937 (void)
{
  for (guint byte = 0xa1; byte <= 0xff; byte++) {
    char one[2] = { (char) byte, 0 };
    g_autofree char *expected = g_convert (one, 1, "UTF-8", "ISO_6937", NULL, NULL, NULL);
    g_autofree char *got = NULL, *composed = NULL;

    if (byte == 0xa4 || byte == 0xa6 || byte == 0xa8 || (byte >= 0xc1 && byte <= 0xcf) || byte == 0xe2 || byte == 0xff)
      continue; /* the Euro's edition; accents; one code for the Croatian and the Icelandic D with stroke; soft hyphen */
    got = read_text ("ISO6937", one, 1);
    composed = expected != NULL ? g_utf8_normalize (expected, -1, G_NORMALIZE_DEFAULT_COMPOSE) : NULL;
    if (composed != NULL && *composed != '\0')
      g_assert_cmpstr (got, ==, composed);
    else
      g_assert_cmpstr (got, ==, "\xef\xbf\xbd");
  }
}

static void
test_accents (void)
{
  for (guint accent = 0xc1; accent <= 0xcf; accent++)
    for (guint letter = 'A'; letter <= 'z'; letter++) {
      char pair[3] = { (char) accent, (char) letter, 0 };
      g_autofree char *expected = g_ascii_isalpha (letter) ? g_convert (pair, 2, "UTF-8", "ISO_6937", NULL, NULL, NULL) : NULL;
      g_autofree char *got = read_text ("ISO6937", pair, 2);

      if (expected != NULL && accent != 0xc9 && accent != 0xcc)
        g_assert_cmpstr (got, ==, expected);
      g_assert_true (g_utf8_validate (got, -1, NULL));
    }
}

static void
test_announced_multibyte (void)
{
  ASSERT_TEXT ("\x15\xe4\xb8\xad\xe5\xa4\xae\xe5\x8f\xb0", "中央台");
  ASSERT_TEXT ("\x15two\xc2\x8alines\xee\x82\x8amore\xee\x82\x86", "two\nlines\nmore");
  ASSERT_TEXT ("\x11\x4e\x2d\x59\x2e\x53\xf0\x00-\x00""1\xe0\x8a\x65\xb0", "中央台-1\n新");
  ASSERT_TEXT ("\x13\xd6\xd0\xd1\xeb\xd1\xeb\x8a\xd0\xc2", "中央央\n新");
  ASSERT_TEXT ("\x13\xd5\xe7\x8b\xd6\xb4\xab", "甄嬛传");          /* GBK beyond GB 2312 */
  ASSERT_TEXT ("\x13\xe9\x46\x95\x32\x82\x36!", "镕𠀀!");           /* four bytes of GB 18030 */
  ASSERT_TEXT ("\x12\xc7\xd1\xb1\xb9\xb9\xe6\xbc\xdb", "한국방송");
  ASSERT_TEXT ("\x12\x8c\x63\xb9\xe6", "똠방");
  ASSERT_TEXT ("\x14\xa5\x78\xc6\x57\xb9\x71\xb5\xf8", "台灣電視"); /* Big5's own bytes */
  ASSERT_TEXT ("\x14\x53\xf0\x70\x63\x96\xfb\x89\x96", "台灣電視"); /* as the standard has it: UCS */
  ASSERT_TEXT ("\x13\xd6", "\xef\xbf\xbd");                           /* cut off */
  ASSERT_TEXT ("\x15\xd6\xd0\xb9\xfa\xd6\xd0\xd1\xeb", "中国中央");  /* says UTF-8 and is not */
}

static void
test_unannounced (void)
{
  ASSERT_TEXT ("CCTV-1\xd7\xdb\xba\xcf", "CCTV-1综合");
  ASSERT_TEXT ("\xd0\xc2\xce\xc5", "新闻");
  ASSERT_TEXT ("\xc2\xa5", "楼");         /* valid UTF-8 as well */
  ASSERT_TEXT ("\xd5\xe7\x8b\xd6\xb4\xab", "甄嬛传");
  ASSERT_TEXT ("\xcc\xa8\x9e\xb3\xeb\x8a\xd2\x95", "台灣電視");
  ASSERT_TEXT ("\xd0\xc2\xce\xc5\x8a\xcc\xec\xc6\xf8", "新闻\n天气");
  ASSERT_TEXT ("\xa5\x78\xc6\x57\xb9\x71\xb5\xf8", "台灣電視");
  ASSERT_TEXT ("\xe4\xb8\xad\xe5\xa4\xae", "中央");
  ASSERT_TEXT ("Caf\xc3\xa9", "Café");
  ASSERT_TEXT ("\xd0\x94\xd0\xb0", "Да");
  ASSERT_TEXT ("\xd0\xa4\xd0\xb0\xd0\xb9\xd0\xbb", "Файл");    /* valid GB 2312 as well */
  ASSERT_TEXT ("Le fichier \xc2\xab", "Le fichier «");
  ASSERT_TEXT ("Afficher l\xb9\xc2" "editeur", "Afficher l’éditeur");
  ASSERT_TEXT ("\xa7\xf3\xb7\x73\xa5\xa2\xb1\xd1", "更新失敗"); /* nothing but signs in ISO 6937 */
  ASSERT_TEXT ("M\xfcller f\xfcr \xc4rzte", "Müller für Ärzte"); /* ISO 8859-1 */
}

/* What detection cannot know a network's setting says. */
static void
test_override (void)
{
  ASSERT_TEXT_OVERRIDE ("iso8859-5", "\xbf\xe0\xde\xd3", "Прог");
  ASSERT_TEXT_OVERRIDE ("iso8859-5", "\x15\xe4\xb8\xad", "中");                  /* what is announced stays */
  ASSERT_TEXT_OVERRIDE ("gbk!", "\x01\xd6\xd0\xd1\xeb", "中央");                 /* unless it lies */
  ASSERT_TEXT_OVERRIDE ("GB2312", "\xc6\x57\xb9\x71\xb5\xf8", "芖筿跌");
  ASSERT_TEXT_OVERRIDE ("auto", "\xd0\xc2\xce\xc5", "新闻");
}

static void
test_override_unknown (void)
{
  g_auto (HearthDvbText) text = { 0 };

  hearth_dvb_text_init (&text);
  g_assert_true (hearth_dvb_text_set_override (&text, "Big5!"));
  g_assert_false (hearth_dvb_text_set_override (&text, "EBCDIC"));
  g_assert_cmpint (text.fallback, ==, HEARTH_DVB_CHARSET_BIG5);
  g_assert_true (text.force);
  g_assert_true (hearth_dvb_text_set_override (&text, ""));
  g_assert_cmpint (text.fallback, ==, HEARTH_DVB_CHARSET_AUTO);
  g_assert_false (text.force);
}

static void
test_named_only (void)
{
  ASSERT_TEXT ("\x0e\x4e\x48\x4b", "[ARIB text]");
  ASSERT_TEXT ("\x1b\x24\x3b\x46\x7c", "[ARIB text]");
  ASSERT_TEXT ("abc\x1b\x7c\x46", "[ARIB text]");
  ASSERT_TEXT ("\x1f\x01\x9a\x12", "[compressed text]");
  ASSERT_TEXT_OVERRIDE ("arib!", "\x46\x7c\x4b\x5c", "[ARIB text]");
  ASSERT_TEXT_OVERRIDE ("atsc!", "\x01\x65\x6e\x67\x01", "[ATSC text]");
}

/* Whatever the bytes, what comes out is UTF-8 without control characters. */
static void
test_any_bytes (void)
{
  g_auto (HearthDvbText) text = { 0 };

  hearth_dvb_text_init (&text);
  for (guint run = 0; run < 20000; run++) {
    guint8 bytes[24];
    gsize n_bytes = (gsize) g_test_rand_int_range (0, sizeof bytes);
    g_autofree char *got = NULL;

    for (gsize i = 0; i < n_bytes; i++)
      bytes[i] = (guint8) g_test_rand_int_range (run % 2 == 0 ? 0 : 0x80, 256);
    got = hearth_dvb_text_dup (&text, bytes, n_bytes);
    g_assert_true (g_utf8_validate (got, -1, NULL));
    for (const char *p = got; *p != '\0'; p = g_utf8_next_char (p))
      g_assert_true (*p == '\n' || !g_unichar_iscntrl (g_utf8_get_char (p)));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dvb-text/default-table", test_default_table);
  g_test_add_func ("/dvb-text/iso-8859", test_iso_8859);
  g_test_add_func ("/dvb-text/iso-6937", test_iso_6937);
  g_test_add_func ("/dvb-text/accents", test_accents);
  g_test_add_func ("/dvb-text/announced-multibyte", test_announced_multibyte);
  g_test_add_func ("/dvb-text/unannounced", test_unannounced);
  g_test_add_func ("/dvb-text/override", test_override);
  g_test_add_func ("/dvb-text/override-unknown", test_override_unknown);
  g_test_add_func ("/dvb-text/named-only", test_named_only);
  g_test_add_func ("/dvb-text/any-bytes", test_any_bytes);
  return g_test_run ();
}
