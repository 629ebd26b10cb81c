/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

static const char *const kinds[] = { "video", "audio", "text", NULL };

static gboolean
check_kind (const char *kind, GError **error)
{
  if (g_strv_contains (kinds, kind))
    return TRUE;
  ctl_usage_error (error, "a track is video, audio or text, not “%s”", kind);
  return FALSE;
}

static GVariant *
list (Ctl *ctl, const char *kind, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Player1", "ListTracks", g_variant_new ("(s)", kind), "(aa{sv})", error);

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

/* What differs by kind: the picture's size, the sound's channels and rate. */
static char *
dup_detail (GVariant *track)
{
  guint32 width = 0, height = 0, channels = 0, rate = 0;
  gboolean described = FALSE, impaired = FALSE;
  GString *detail = g_string_new (NULL);

  if (g_variant_lookup (track, "width", "u", &width) && g_variant_lookup (track, "height", "u", &height))
    g_string_append_printf (detail, "%ux%u ", width, height);
  if (g_variant_lookup (track, "channels", "u", &channels))
    g_string_append_printf (detail, "%u channels ", channels);
  if (g_variant_lookup (track, "rate", "u", &rate))
    g_string_append_printf (detail, "%u Hz ", rate);
  if (g_variant_lookup (track, "description", "b", &described) && described)
    g_string_append (detail, "audio description ");
  if (g_variant_lookup (track, "hearing-impaired", "b", &impaired) && impaired)
    g_string_append (detail, "for the hard of hearing ");
  g_strchomp (detail->str);
  return g_string_free (detail, FALSE);
}

static void
add_rows (CtlTable *table, const char *kind, GVariant *tracks)
{
  for (gsize i = 0; i < g_variant_n_children (tracks); i++) {
    g_autoptr (GVariant) track = g_variant_get_child_value (tracks, i);
    gboolean selected = FALSE;

    g_variant_lookup (track, "selected", "b", &selected);
    ctl_table_add (table, selected ? "*" : "");
    ctl_table_add (table, kind);
    ctl_table_take (table, ctl_lookup_text (track, "id"));
    ctl_table_take (table, ctl_lookup_text (track, "codec"));
    ctl_table_take (table, ctl_lookup_text (track, "language"));
    ctl_table_take (table, dup_detail (track));
  }
}

static gboolean
run_tracks (Ctl *ctl, GError **error)
{
  g_autoptr (CtlTable) table = NULL;
  g_auto (GVariantDict) all = G_VARIANT_DICT_INIT (NULL);

  if (ctl->n_words > 0 && !check_kind (ctl->words[0], error))
    return FALSE;
  if (!ctl->json)
    table = ctl_table_new ("|KIND|ID|CODEC|LANGUAGE|DETAILS");
  for (guint i = 0; kinds[i] != NULL; i++) {
    g_autoptr (GVariant) tracks = NULL;

    if (ctl->n_words > 0 && !g_str_equal (ctl->words[0], kinds[i]))
      continue;
    tracks = list (ctl, kinds[i], error);
    if (tracks == NULL)
      return FALSE;
    if (ctl->json)
      g_variant_dict_insert_value (&all, kinds[i], tracks);
    else
      add_rows (table, kinds[i], tracks);
  }
  if (ctl->json)
    ctl_print_variant (NULL, g_variant_ref_sink (g_variant_dict_end (&all)));
  else
    ctl_table_flush (table);
  return TRUE;
}

static gboolean
run_track (Ctl *ctl, GError **error)
{
  const char *id = g_str_equal (ctl->words[1], "none") ? "" : ctl->words[1];
  g_autoptr (GVariant) reply = NULL;

  if (!check_kind (ctl->words[0], error))
    return FALSE;
  reply = ctl_call (ctl, "Player1", "SelectTrack", g_variant_new ("(ss)", ctl->words[0], id), "()", error);
  return reply != NULL;
}

static gboolean
run_statistics (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Player1", "GetStatistics", NULL, "(a{sv})", error);
  g_autoptr (GVariant) statistics = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (statistics != NULL)
    ctl_print_dictionary (ctl, statistics);
  return statistics != NULL;
}

const CtlCommand ctl_track_commands[] = {
  { "tracks", "[video|audio|text]", "the tracks of what is on; * is selected", NULL, 0, 1, run_tracks, NULL,
    { "video audio text" } },
  { "track", "video|audio|text ID|none", "choose a track, or none", NULL, 2, 2, run_track, NULL,
    { "video audio text", "none" } },
  { "statistics", "", "figures of the running picture", NULL, 0, 0, run_statistics, NULL, { NULL } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
