/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <hearth/error.h>
#include <hearth/log.h>

static HearthLogTopic ring = { .name = "ring" };
static HearthLogTopic other = { .name = "other" };

static int
get_level (HearthLogTopic *topic)
{
  int level = 0;

  while (level < HEARTH_LOG_DEBUG && hearth_log_enabled (topic, (HearthLogLevel) (level + 1)))
    level++;
  return level;
}

static void
set (const char *levels)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hearth_log_set_levels (levels, &error));
  g_assert_no_error (error);
}

static void
test_environment (void)
{
  if (g_test_subprocess ()) {
    g_setenv ("HEARTH_DEBUG", "ring:5", TRUE);
    g_assert_cmpint (get_level (&ring), ==, HEARTH_LOG_DEBUG);
    g_assert_cmpint (get_level (&other), ==, HEARTH_LOG_NOTICE);
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

/* A wrong HEARTH_DEBUG is told once and harms nothing. */
static void
test_wrong_environment (void)
{
  if (g_test_subprocess ()) {
    g_setenv ("HEARTH_DEBUG", "ring=5", TRUE);
    g_assert_cmpint (get_level (&ring), ==, HEARTH_LOG_NOTICE);
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("HEARTH_DEBUG: *ring=5*TOPIC:LEVEL*");
}

static void
test_at_run_time (void)
{
  set ("ring:5");
  g_assert_cmpint (get_level (&ring), ==, HEARTH_LOG_DEBUG);
  g_assert_cmpint (get_level (&other), ==, HEARTH_LOG_NOTICE);
  set (" ring:0 , *:4,, ");
  g_assert_cmpint (get_level (&ring), ==, 0);
  g_assert_cmpint (get_level (&other), ==, HEARTH_LOG_INFO);
  set (NULL);
  g_assert_cmpint (get_level (&ring), ==, HEARTH_LOG_NOTICE);
  set ("");
  g_assert_cmpint (get_level (&other), ==, HEARTH_LOG_NOTICE);
}

static void
test_wrong_levels_change_nothing (void)
{
  static const char *const wrong[] = { "ring", "ring:", "ring:6", "ring:-1", "ring:five", "ring:5x", "ring:5,other", ":9" };

  set ("ring:5");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (hearth_log_set_levels (wrong[i], &error));
    g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
    g_assert_cmpint (get_level (&ring), ==, HEARTH_LOG_DEBUG);
  }
}

/* The message names the part that is wrong, not the whole. */
static void
test_message_names_the_part (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (hearth_log_set_levels ("ring:5,stream:nine,play:1", &error));
  g_assert_nonnull (strstr (error->message, "stream:nine"));
  g_assert_null (strstr (error->message, "play"));
}

HEARTH_LOG_TOPIC ("testing")

static void
test_line (void)
{
  if (g_test_subprocess ()) {
    set ("testing:4");
    hearth_info ("%d words", 2);
    hearth_debug ("never shown");
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("* I * testing: 2 words\n*");
  g_test_trap_assert_stderr_unmatched ("*never shown*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/log/environment", test_environment);
  g_test_add_func ("/base/log/wrong-environment", test_wrong_environment);
  g_test_add_func ("/base/log/at-run-time", test_at_run_time);
  g_test_add_func ("/base/log/wrong-levels-change-nothing", test_wrong_levels_change_nothing);
  g_test_add_func ("/base/log/message-names-the-part", test_message_names_the_part);
  g_test_add_func ("/base/log/line", test_line);
  return g_test_run ();
}
