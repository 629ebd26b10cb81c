/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The headless display by the contract of all displays, and what it alone promises. */
#include "display-suite.h"

extern const HearthPluginDescriptor hearth_plugin_display_headless;

/* Who has no screen may choose any mode: a box without settings shows 1080p. */
static void
test_offers_what_no_screen_limits (gconstpointer subject)
{
  HearthDisplayMode modes[16];
  SuiteFixture f;

  suite_start (&f, subject, "");
  g_assert_cmpuint (f.ops->get_modes (f.display, modes, G_N_ELEMENTS (modes)), >, 4);
  g_assert_cmpuint (modes[0].width, ==, 1920);
  g_assert_cmpuint (modes[0].height, ==, 1080);
  g_assert_cmpuint (modes[0].refresh_mhz, ==, 50000);
  suite_stop (&f);
}

int
main (int argc, char **argv)
{
  static const SuiteSubject subject = { .name = "display-headless", .plugin = &hearth_plugin_display_headless };

  g_test_init (&argc, &argv, NULL);
  suite_add (&subject);
  suite_add_case (&subject, "offers-what-no-screen-limits", test_offers_what_no_screen_limits);
  return g_test_run ();
}
