/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ctl/hearth-ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

const CtlGroup ctl_groups[] = {
  { "Watching", ctl_player_commands },   { "Views", ctl_view_commands },
    { "Tracks and figures", ctl_track_commands },
  { "Channels", ctl_channel_commands },  { "Networks", ctl_network_commands },
  { "Programme guide", ctl_guide_commands },
  { "Cable, aerial, satellite", ctl_broadcast_commands },
  { "Recordings", ctl_record_commands },     { "Playing recordings", ctl_playback_commands },
  { "Streams and lists", ctl_stream_commands }, { "Screen", ctl_display_commands },    { "Settings", ctl_setting_commands },
  { "The box", ctl_system_commands },    { "Watching the bus", ctl_monitor_commands },
  { "Playlists", ctl_playlist_commands }, { "Transport streams", ctl_ts_commands }, { "Help", ctl_help_commands },
  { NULL, NULL },
};

static const CtlCommand *
find_name (const char *name)
{
  for (const CtlGroup *group = ctl_groups; group->title != NULL; group++)
    for (const CtlCommand *command = group->commands; command->name != NULL; command++)
      if (g_str_equal (command->name, name))
        return command;
  return NULL;
}

const CtlCommand *
ctl_find_command (char **words, guint n_words, guint *n_used)
{
  for (guint n = MIN (n_words, 2); n > 0; n--) {
    g_autofree char *name = n == 2 ? g_strjoin (" ", words[0], words[1], NULL) : g_strdup (words[0]);
    const CtlCommand *command = find_name (name);

    if (command != NULL) {
      *n_used = n;
      return command;
    }
  }
  return NULL;
}

gboolean
ctl_is_beginning (const char *word)
{
  g_autofree char *beginning = g_strconcat (word, " ", NULL);

  for (const CtlGroup *group = ctl_groups; group->title != NULL; group++)
    for (const CtlCommand *command = group->commands; command->name != NULL; command++)
      if (g_str_has_prefix (command->name, beginning))
        return TRUE;
  return FALSE;
}

static int
tell (Ctl *ctl, const GError *error)
{
  if (ctl->json || ctl_option (ctl, "json") != NULL) {
    g_autoptr (GString) line = g_string_new ("{\"error\":");

    ctl_json_append_string (line, hearth_error_get_name (error->domain == HEARTH_ERROR ? (HearthError) error->code : HEARTH_ERROR_FAILED));
    g_string_append (line, ",\"message\":");
    ctl_json_append_string (line, error->message);
    fprintf (stderr, "%s}\n", line->str);
  } else {
    g_autofree char *text = ctl_text_clean (error->message);

    fprintf (stderr, "hearthctl%s%s: %s\n", ctl->command != NULL ? " " : "",
             ctl->command != NULL ? ctl->command->name : "", text);
  }
  return (int) ctl_exit_for (error);
}

/* A descriptor of the three that is closed would be given to the next socket or file, and be written into. */
static void
guard_standard_files (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && open ("/dev/null", O_RDONLY | O_NOCTTY) != fd)
      _exit (CTL_FAILED);
}

/* GLib's sockets ignore SIGPIPE. Who stops reading (| head) wants silence all the same, unless SIGPIPE was ignored by who called. */
static int
tell_output (Ctl *ctl, int error_number, gboolean pipe_ignored)
{
  g_autoptr (GError) error = NULL;

  if (error_number == EPIPE && !pipe_ignored) {
    signal (SIGPIPE, SIG_DFL);
    raise (SIGPIPE);
  }
  g_set_error (&error, HEARTH_ERROR, HEARTH_ERROR_IO, "the output cannot be written: %s", g_strerror (error_number));
  return tell (ctl, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GHashTable) options = g_hash_table_new (g_str_hash, g_str_equal);
  Ctl ctl = { .options = options, .timeout_ms = CTL_TIMEOUT_MS };
  g_autoptr (GError) error = NULL;
  struct sigaction pipe_action = { 0 };
  int status = CTL_OK, error_number = 0;

  guard_standard_files ();
  sigaction (SIGPIPE, NULL, &pipe_action);
  setlocale (LC_ALL, "");
  setvbuf (stdout, NULL, _IOFBF, 1 << 16);
  if (!ctl_parse (&ctl, argc, argv, &error) || !ctl.command->run (&ctl, &error))
    status = tell (&ctl, error);
  if (!ctl_flush (&error_number) && status == CTL_OK)
    status = tell_output (&ctl, error_number, pipe_action.sa_handler == SIG_IGN);
  g_clear_object (&ctl.bus);
  g_free (ctl.words);
  g_free (ctl.view);
  g_free (ctl.output);
  return status;
}
