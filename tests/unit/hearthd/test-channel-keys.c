/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/channels/hearth-channel-keys.h"

#include <string.h>

static void
test_addresses (void)
{
  static const char *const cases[][2] = {
    { "rtp://@239.1.1.1:5000", "239.1.1.1:5000" },
    { "udp://239.1.1.1:5000", "239.1.1.1:5000" }, /* the same group, whatever carries it */
    { "rtp://10.0.0.1@239.1.1.1:5000", "239.1.1.1:5000" },
    { "udp://@[FF0E::1]:5000", "[ff0e::1]:5000" },
    { "http://Box.Example:8080/Live/5.ts", "box.example:8080/Live/5.ts" }, /* a path's case counts */
    { "http://user:secret@box/5.ts", "box/5.ts" },
    { "http://box/5.ts?token=abc", "box/5.ts" },
    { "http://box/5.ts?id=5&token=abc", "box/5.ts?id=5" },
    { "http://box/5.ts?token=abc&id=5&wsSecret=1&wsTime=2", "box/5.ts?id=5" },
    { "http://box/play?id=5&x=0123456789abcdef01234567", "box/play?id=5" }, /* long: a token, whatever it is called */
    { "http://box/play?id=5&&", "box/play?id=5" },
    { "http://box/play?", "box/play" },
    { "http://box/5.ts|User-Agent=x", "box/5.ts" },
    { "http://box/5.ts#now", "box/5.ts" },
    { "http://box?a=b@c", "box?a=b@c" }, /* no user: the host ends at the question mark */
    { "/var/lib/list.ts", "/var/lib/list.ts" },
    { "", "" },
    { "://", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *key = hearth_channel_keys_dup_address (cases[i][0]);

    g_assert_cmpstr (key, ==, cases[i][1]);
  }
}

static void
test_names (void)
{
  static const char *const same[][2] = {
    { "CCTV-1 HD", "cctv1hd" }, { "ＣＣＴＶ１", "CCTV 1" }, { "湖南 卫视", "湖南卫视" }, { "ARTE_HD", "Arte HD" }, { "ÄRZTE", "ärzte" },
  };
  static const char *const different[][2] = { { "CCTV-1", "CCTV-1 HD" }, { "One", "One (4K)" }, { "CCTV-1", "CCTV-11" } };

  for (gsize i = 0; i < G_N_ELEMENTS (same); i++) {
    g_autofree char *a = hearth_channel_keys_dup_name (same[i][0]), *b = hearth_channel_keys_dup_name (same[i][1]);

    g_assert_cmpstr (a, ==, b);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (different); i++) {
    g_autofree char *a = hearth_channel_keys_dup_name (different[i][0]), *b = hearth_channel_keys_dup_name (different[i][1]);

    g_assert_cmpstr (a, !=, b);
  }
}

static void
test_split_names (void)
{
  g_autofree char *chinese = NULL, *english = NULL;

  g_assert_true (hearth_channel_keys_split_name ("炉火一台 Hearth One", &chinese, &english));
  g_assert_cmpstr (chinese, ==, "炉火一台");
  g_assert_cmpstr (english, ==, "Hearth One");
  for (gsize i = 0; i < 6; i++) {
    static const char *const whole[] = { "CCTV-1 综合", "湖南卫视", "Hearth One", "台 One", "炉火 1", "炉火One" };
    g_autofree char *a = NULL, *b = NULL;

    g_assert_false (hearth_channel_keys_split_name (whole[i], &a, &b));
  }
}

static void
test_ids (void)
{
  char first[17], again[17], second[17];

  hearth_channel_keys_make_id ("iptv\n239.1.1.1:5000\none", 0, first);
  hearth_channel_keys_make_id ("iptv\n239.1.1.1:5000\none", 0, again);
  hearth_channel_keys_make_id ("iptv\n239.1.1.1:5000\none", 1, second);
  g_assert_cmpuint (strlen (first), ==, 16);
  g_assert_cmpuint (strspn (first, "abcdefghijklmnopqrstuvwxyz0123456789"), ==, 16);
  g_assert_cmpstr (first, ==, again);
  g_assert_cmpstr (first, !=, second);
}

static int
sign (int value)
{
  return (value > 0) - (value < 0);
}

/* One order of all: antisymmetric, and only what is the same is equal, or a page of the list loses channels. */
static void
test_order_of_numbers (void)
{
  static const char *const ordered[] = {
    "0", "1", "01", "2", "5", "05", "5.", "5.1", "5.2", "5.10", "5a", "10", "100", "18446744073709551616", "18446744073709551617",
    "", ".5", "5 is not first", "A1", "a1", "五",
  };

  g_assert_cmpint (hearth_channel_keys_compare_numbers ("5", "05"), !=, 0);
  g_assert_cmpint (hearth_channel_keys_compare_numbers ("5.1", "5"), >, 0);
  g_assert_cmpint (hearth_channel_keys_compare_numbers ("5.1", "10"), <, 0);
  g_assert_cmpint (hearth_channel_keys_compare_numbers ("999", "A"), <, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (ordered); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (ordered); j++) {
      int forth = hearth_channel_keys_compare_numbers (ordered[i], ordered[j]);

      g_assert_cmpint (sign (forth), ==, -sign (hearth_channel_keys_compare_numbers (ordered[j], ordered[i])));
      g_assert_cmpint (forth == 0, ==, i == j);
      for (gsize k = 0; forth < 0 && k < G_N_ELEMENTS (ordered); k++)
        if (hearth_channel_keys_compare_numbers (ordered[j], ordered[k]) < 0)
          g_assert_cmpint (hearth_channel_keys_compare_numbers (ordered[i], ordered[k]), <, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/channels/keys/addresses", test_addresses);
  g_test_add_func ("/channels/keys/names", test_names);
  g_test_add_func ("/channels/keys/split-names", test_split_names);
  g_test_add_func ("/channels/keys/ids", test_ids);
  g_test_add_func ("/channels/keys/order-of-numbers", test_order_of_numbers);
  return g_test_run ();
}
