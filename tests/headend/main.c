/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "headend/cable-program.h"
#include "headend/replay.h"
#include "headend/web.h"

#ifdef __SANITIZE_ADDRESS__
const char *__lsan_default_suppressions (void);

/* Fontconfig keeps its tables for the life of the process. */
__attribute__ ((visibility ("default"))) const char *
__lsan_default_suppressions (void)
{
  return "leak:libfontconfig\n";
}
#endif

typedef struct {
  GMainLoop *loop;
  HeadendWeb *web;
  gboolean told_ready, failed;
} Program;

static void
tell_ready (Program *program, HeadendStation *station)
{
  g_autofree char *line = headend_playlist_dup_ready (station, headend_web_get_base (program->web));

  if (program->told_ready)
    return;
  program->told_ready = TRUE;
  puts (line);
  fflush (stdout);
}

static void
on_channel_on_air (HeadendStation *station, guint number, gpointer user_data)
{
  g_printerr ("hearth-headend: channel %u, %s, is on air\n", number, headend_channel_get (number)->name_en);
  if (headend_station_get_options (station)->ready_first)
    tell_ready (user_data, station);
}

static void
on_all_on_air (HeadendStation *station, gpointer user_data)
{
  tell_ready (user_data, station);
}

static void
on_failed (HeadendStation *station, const GError *error, gpointer user_data)
{
  Program *program = user_data;

  g_printerr ("hearth-headend: %s\n", error->message);
  program->failed = TRUE;
  g_main_loop_quit (program->loop);
}

static gboolean
on_signal (gpointer user_data)
{
  g_main_loop_quit (((Program *) user_data)->loop);
  return G_SOURCE_CONTINUE;
}

static int
run (const HeadendOptions *options)
{
  const HeadendStationFuncs funcs = { on_channel_on_air, on_all_on_air, on_failed };
  Program program = { g_main_loop_new (NULL, FALSE) };
  g_autoptr (GMainLoop) loop = program.loop;
  g_autoptr (GError) error = NULL;
  g_autoptr (HeadendStation) station = headend_station_new (options, &funcs, &program, &error);
  g_autoptr (HeadendWeb) web = station != NULL ? headend_web_new (station, &error) : NULL;

  if (web == NULL) {
    g_printerr ("hearth-headend: %s\n", error->message);
    return EXIT_FAILURE;
  }
  program.web = web;
  g_unix_signal_add (SIGTERM, on_signal, &program);
  g_unix_signal_add (SIGINT, on_signal, &program);
  g_main_loop_run (loop);
  return program.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  HeadendOptions options;
  g_autoptr (GError) error = NULL;
  int status;

  setlocale (LC_ALL, "");
  signal (SIGPIPE, SIG_IGN);
  if (argc > 1 && strcmp (argv[1], "replay") == 0)
    return headend_replay (argc, argv);
  if (argc > 1 && strcmp (argv[1], "cable") == 0)
    return headend_cable (argc, argv);
  if (headend_options_parse (&options, &argc, &argv, &error)) {
    status = run (&options);
  } else {
    g_printerr ("hearth-headend: %s\n", error->message);
    status = 2;
  }
  headend_options_clear (&options);
  return status;
}
