/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/hearth-programme-wish.h"

static guint16
wish (const char *uri, const char *options)
{
  g_autoptr (GVariant) parsed = g_variant_ref_sink (g_variant_new_parsed (options));

  return hearth_programme_wish (uri, parsed);
}

static void
test_attributes (void)
{
  g_assert_cmpuint (wish ("udp://@239.1.1.1:5000", "@a{sv} {}"), ==, 0);
  g_assert_cmpuint (wish ("udp://@239.1.1.1:5000", "{'attributes': <[('tvg-id', '7'), ('extvlcopt:program', '3402')]>}"), ==, 3402);
  g_assert_cmpuint (wish ("http://a/b", "{'attributes': <[('kodiprop:inputstream.ffmpegdirect.program_number', '5')]>}"), ==, 5);
  g_assert_cmpuint (wish ("http://a/b", "{'attributes': <[('kodiprop:program', '5')]>}"), ==, 5);
  g_assert_cmpuint (wish ("http://a/b", "{'attributes': <[('extvlcopt:program', '70000'), ('kodiprop:program', 'x')]>}"), ==, 0);
  g_assert_cmpuint (wish ("http://a/b", "{'attributes': <[('extvlcopt:program', '0')]>}"), ==, 0);
}

static void
test_query (void)
{
  g_assert_cmpuint (wish ("udp://@239.1.1.1:5000?iface=lo&program=12", "@a{sv} {}"), ==, 12);
  g_assert_cmpuint (wish ("file:///a.ts?program=3&loop=1", "@a{sv} {}"), ==, 3);
  g_assert_cmpuint (wish ("rtp://239.1.1.1?program=3#hearth-2", "@a{sv} {}"), ==, 3);
  g_assert_cmpuint (wish ("http://server/a?program=3", "@a{sv} {}"), ==, 0); /* that is for the server */
  g_assert_cmpuint (wish ("udp://@239.1.1.1:5000?program=12", "{'attributes': <[('extvlcopt:program', '7')]>}"), ==, 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream/wish/attributes", test_attributes);
  g_test_add_func ("/stream/wish/query", test_query);
  return g_test_run ();
}
