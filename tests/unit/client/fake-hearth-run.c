/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/client/fake-hearth.h"

#include <signal.h>

void
fake_hearth_start (FakeHearth *fake, const char *n_channels)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "fake-hearth", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *line = NULL;

  fake->hearth = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, n_channels != NULL ? n_channels : "5", NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (fake->hearth));
  line = g_data_input_stream_read_line_utf8 (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, "ready");
}

void
fake_hearth_stop (FakeHearth *fake)
{
  g_subprocess_send_signal (fake->hearth, SIGTERM);
  g_subprocess_wait (fake->hearth, NULL, NULL);
  g_clear_object (&fake->hearth);
}

void
fake_hearth_up (FakeHearth *fake, const char *n_channels)
{
  fake->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fake->bus);
  g_setenv ("HEARTH_BUS", g_test_dbus_get_bus_address (fake->bus), TRUE);
  fake_hearth_start (fake, n_channels);
}

void
fake_hearth_down (FakeHearth *fake)
{
  if (fake->hearth != NULL)
    fake_hearth_stop (fake);
  g_test_dbus_stop (fake->bus);
  g_clear_object (&fake->bus);
  g_unsetenv ("HEARTH_BUS");
}
