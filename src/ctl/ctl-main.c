/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ctl/hearth-ctl.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

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

static int
tell (Ctl *ctl, const GError *error)
{
  if (ctl->json || ctl_option (ctl, "json") != NULL) {
    g_autoptr (GString) line = g_string_new ("{\"error\":");

    ctl_json_append_string (line, hearth_error_get_name ((HearthError) error->code));
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

int
main (int argc, char **argv)
{
  g_autoptr (GHashTable) options = g_hash_table_new (g_str_hash, g_str_equal);
  Ctl ctl = { .options = options };
  g_autoptr (GError) error = NULL;
  int status = CTL_OK;

  setlocale (LC_ALL, "");
  setvbuf (stdout, NULL, _IOFBF, 1 << 16);
  if (!ctl_parse (&ctl, argc, argv, &error) || !ctl.command->run (&ctl, &error))
    status = tell (&ctl, error);
  if ((fflush (stdout) != 0 || ferror (stdout)) && status == CTL_OK) {
    fprintf (stderr, "hearthctl: the output cannot be written\n");
    status = CTL_FAILED;
  }
  g_clear_object (&ctl.bus);
  g_free (ctl.words);
  g_free (ctl.view);
  g_free (ctl.output);
  return status;
}
