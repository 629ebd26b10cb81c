/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the banner says of a picture. */
#include "hearthd/display/hearth-pills.h"

static void
assert_pill (const char *picture, const char *wanted)
{
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed (picture));
  g_autofree char *pill = hearth_pills_dup_picture (values);

  g_assert_cmpstr (pill, ==, wanted);
}

static void
test_pictures (void)
{
  assert_pill ("@a{sv} {}", NULL);
  assert_pill ("{'width': <uint32 1920>, 'height': <uint32 1080>, 'interlaced': <false>}", "1080p");
  assert_pill ("{'width': <uint32 1440>, 'height': <uint32 1080>, 'interlaced': <true>, 'codec': <'h264'>}", "1080i");
  assert_pill ("{'width': <uint32 1280>, 'height': <uint32 720>}", "720p");
  assert_pill ("{'width': <uint32 720>, 'height': <uint32 576>, 'interlaced': <true>}", "SD 576i");
  assert_pill ("{'width': <uint32 3840>, 'height': <uint32 2160>, 'hdr': <'HLG'>}", "2160p · HLG");
  assert_pill ("{'height': <'1080'>}", NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hearthd/pills/pictures", test_pictures);
  return g_test_run ();
}
