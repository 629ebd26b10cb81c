/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-paths.h"

#include <string.h>
#include <unistd.h>

static void
check (char *path, const char *expected)
{
  g_assert_cmpstr (path, ==, expected);
  g_free (path);
}

static void
test_overrides (void)
{
  g_setenv ("HEARTH_STATE_DIR", "/s", TRUE);
  g_setenv ("HEARTH_CACHE_DIR", "/c", TRUE);
  g_setenv ("HEARTH_RUNTIME_DIR", "/r", TRUE);
  g_setenv ("HEARTH_LIBEXEC_DIR", "/l", TRUE);
  g_setenv ("HEARTH_DATA_DIR", "/d", TRUE);
  check (hearth_paths_dup_state (), "/s");
  check (hearth_paths_dup_cache (), "/c");
  check (hearth_paths_dup_runtime (), "/r");
  check (hearth_paths_dup_socket (), "/r/hearthd.sock");
  check (hearth_paths_dup_recordings (), "/s/recordings");
  check (hearth_paths_dup_program ("hearth-play"), "/l/hearth-play");
  check (hearth_paths_dup_data ("theme.ini"), "/d/theme.ini");
  g_setenv ("HEARTH_SOCKET", "/elsewhere/sock", TRUE);
  g_setenv ("HEARTH_RECORDINGS_DIR", "/big/disk", TRUE);
  check (hearth_paths_dup_socket (), "/elsewhere/sock");
  check (hearth_paths_dup_recordings (), "/big/disk");
}

/* An empty variable is none: units and shells leave such. */
static void
test_defaults (void)
{
  g_autofree char *state = NULL;

  g_setenv ("HEARTH_STATE_DIR", "", TRUE);
  g_setenv ("HEARTH_RUNTIME_DIR", "", TRUE);
  g_setenv ("HEARTH_LIBEXEC_DIR", "", TRUE);
  state = hearth_paths_dup_state ();
  if (geteuid () == 0) {
    g_assert_true (g_str_has_suffix (state, "/lib/hearth"));
    check (hearth_paths_dup_runtime (), "/run/hearth");
  } else {
    g_autofree char *expected = g_build_filename (g_get_user_data_dir (), "hearth", NULL);

    g_assert_cmpstr (state, ==, expected);
  }
  check (hearth_paths_dup_program ("x"), HEARTH_LIBEXEC_DIR "/x");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/paths/overrides", test_overrides);
  g_test_add_func ("/base/paths/defaults", test_defaults);
  return g_test_run ();
}
