/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recordings on the screen: play, pause, move. */
#include "ctl/hearth-ctl.h"

#include <math.h>
#include <string.h>

/* "90", "1:30", "1:02:03" in seconds. */
static gboolean
parse_time (const char *word, double *seconds)
{
  g_auto (GStrv) parts = g_strsplit (word, ":", 4);

  *seconds = 0;
  if (word[strspn (word, "0123456789.:")] != '\0' || g_strv_length (parts) == 0 || g_strv_length (parts) > 3)
    return FALSE;
  for (guint i = 0; parts[i] != NULL; i++) {
    char *end = NULL;
    double value = g_ascii_strtod (parts[i], &end);

    if (end == parts[i] || *end != '\0' || !(value >= 0) || value > 1e7)
      return FALSE;
    *seconds = *seconds * 60 + value;
  }
  return TRUE;
}

static char *
dup_time (gint64 us)
{
  int seconds = (int) (us / G_USEC_PER_SEC);

  return g_strdup_printf ("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static gboolean
run_play (Ctl *ctl, GError **error)
{
  const char *at = ctl_option (ctl, "at");
  g_autofree char *id = NULL;
  g_autoptr (GVariant) reply = NULL;
  GVariantDict options;
  double seconds = 0;
  guint serial;

  if (at != NULL && !parse_time (at, &seconds)) {
    ctl_usage_error (error, "“%s” is no time: seconds, as in 90, or 1:30, 1:02:03", at);
    return FALSE;
  }
  id = ctl_find_recording (ctl, ctl->words[0], error);
  if (id == NULL)
    return FALSE;
  g_variant_dict_init (&options, NULL);
  if (at != NULL)
    g_variant_dict_insert (&options, "position", "x", (gint64) llround (seconds * 1e6));
  reply = ctl_call (ctl, "Player1", "OpenRecording", g_variant_new ("(s@a{sv})", id, g_variant_dict_end (&options)), "(u)", error);
  if (reply == NULL)
    return FALSE;
  g_variant_get (reply, "(u)", &serial);
  if (ctl->json)
    ctl_print ("{\"serial\": %u}\n", serial);
  return TRUE;
}

static gboolean
run_pause (Ctl *ctl, GError **error)
{
  const char *word = ctl->n_words > 0 ? ctl->words[0] : "toggle";
  g_autoptr (GVariant) reply = NULL;
  gboolean paused = FALSE;

  if (g_str_equal (word, "toggle")) {
    g_autoptr (GVariant) player = ctl_get_all (ctl, NULL, "Player1", error);

    if (player == NULL)
      return FALSE;
    g_variant_lookup (player, "Paused", "b", &paused);
    paused = !paused;
  } else if (!ctl_parse_boolean (word, &paused)) {
    ctl_usage_error (error, "pause takes on, off or toggle, not “%s”", word);
    return FALSE;
  }
  reply = ctl_call (ctl, "Player1", "SetPaused", g_variant_new ("(b)", paused), "()", error);
  return reply != NULL;
}

/* "+30" and "-10" from here, "1:30" from the beginning. */
static gboolean
run_seek (Ctl *ctl, GError **error)
{
  const char *word = ctl->words[0];
  gboolean relative = *word == '+' || *word == '-';
  g_autoptr (GVariant) reply = NULL;
  double seconds;
  gint64 us;

  if (!parse_time (word + relative, &seconds)) {
    ctl_usage_error (error, "“%s” is no time: 90, 1:30 from the beginning, +30 or -10 from here", word);
    return FALSE;
  }
  us = (gint64) llround (seconds * 1e6) * (*word == '-' ? -1 : 1);
  reply = ctl_call (ctl, "Player1", relative ? "Seek" : "SetPosition", g_variant_new ("(x)", us), "()", error);
  return reply != NULL;
}

static gboolean
run_position (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Player1", "GetPosition", NULL, "(xx)", error);
  g_autofree char *at = NULL, *length = NULL;
  gint64 position_us, duration_us;

  if (reply == NULL)
    return FALSE;
  g_variant_get (reply, "(xx)", &position_us, &duration_us);
  if (ctl->json) {
    ctl_print ("{\"position\": %" G_GINT64_FORMAT ", \"duration\": %" G_GINT64_FORMAT "}\n", position_us, duration_us);
    return TRUE;
  }
  at = dup_time (position_us);
  length = dup_time (duration_us);
  ctl_print ("%s of %s\n", at, length);
  return TRUE;
}

static const CtlOption play_options[] = {
  { "at", "TIME", "begin there, as 90, 1:30 or 1:02:03; else where somebody stopped" },
  { NULL, NULL, NULL },
};

const CtlCommand ctl_playback_commands[] = {
  { "recordings play", "RECORDING", "show a recording, also one that is still being recorded", NULL, 1, 1, run_play, play_options,
    { "@recording" } },
  { "pause", "[on|off|toggle]", "let a recording stand still, and go on", NULL, 0, 1, run_pause, NULL, { "on off toggle" } },
  { "seek", "TIME|+TIME|-TIME", "go to a place in a recording", NULL, 1, 1, run_seek, NULL, { "" } },
  { "position", "", "where in a recording, and how long it is", NULL, 0, 0, run_position, NULL, { NULL } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
