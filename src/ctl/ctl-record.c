/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

#include <stdio.h>

#define PAGE 1000

/* ---- finding one ------------------------------------------------------------------------ */

static GVariant *
list_page (Ctl *ctl, const char *cursor, guint limit, GVariant *filter, char **next, GError **error)
{
  g_autoptr (GVariant) reply =
    ctl_call (ctl, "Recordings1", "List", g_variant_new ("(su@a{sv})", cursor, limit, filter), "(aa{sv}s)", error);
  GVariant *page = NULL;

  if (reply != NULL)
    g_variant_get (reply, "(@aa{sv}s)", &page, next);
  return page;
}

/* The one in @page that is called just so: a part of a title is no name, for what is found may be deleted. */
static char *
find_title (GVariant *page, const char *title, GError **error)
{
  g_autofree char *wanted = g_utf8_casefold (title, -1);
  g_autofree char *id = NULL;

  for (gsize i = 0; i < g_variant_n_children (page); i++) {
    g_autoptr (GVariant) recording = g_variant_get_child_value (page, i);
    g_autofree char *own = ctl_lookup_text (recording, "title");
    g_autofree char *folded = g_utf8_casefold (own, -1);

    if (!g_str_equal (folded, wanted))
      continue;
    if (id != NULL) {
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND,
                   "several recordings are called “%s”: give an id; “hearthctl recordings --text %s” lists them", title, title);
      return NULL;
    }
    id = ctl_lookup_text (recording, "id");
  }
  if (id == NULL)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND,
                 "there is no recording with the id or title “%s”; “hearthctl recordings” lists them", title);
  return g_steal_pointer (&id);
}

/* By id, or by a title that only one has; "last" is the newest. */
char *
ctl_find_recording (Ctl *ctl, const char *word, GError **error)
{
  const gboolean newest = g_str_equal (word, "last");
  g_autoptr (GVariant) filter = g_variant_ref_sink (newest ? g_variant_new ("a{sv}", NULL) : g_variant_new_parsed ("{'text': <%s>}", word));
  g_autofree char *next = NULL;
  g_autoptr (GVariant) by_id = NULL, page = NULL, recording = NULL;
  g_autoptr (GError) local = NULL;

  if (!newest)
    by_id = ctl_call (ctl, "Recordings1", "Get", g_variant_new ("(s)", word), "(a{sv})", &local);
  if (by_id != NULL)
    return g_strdup (word);
  if (local != NULL && !g_error_matches (local, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&local));
    return NULL;
  }
  page = list_page (ctl, "", newest ? 1 : PAGE, filter, &next, error);
  if (page == NULL || !newest)
    return page != NULL ? find_title (page, word, error) : NULL;
  if (g_variant_n_children (page) == 0) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no recording yet; “hearthctl record CHANNEL” begins one");
    return NULL;
  }
  recording = g_variant_get_child_value (page, 0);
  return ctl_lookup_text (recording, "id");
}

/* ---- begin and end --------------------------------------------------------------------------- */

static gboolean
run_record (Ctl *ctl, GError **error)
{
  g_autofree char *channel = ctl_find_channel (ctl, ctl->words[0], error);
  g_autoptr (GVariant) reply = NULL;
  GVariantDict options;
  guint minutes = 0;
  const char *id;

  if (channel == NULL || !ctl_option_number (ctl, "minutes", 1, 60 * 24 * 31, &minutes, error))
    return FALSE;
  g_variant_dict_init (&options, NULL);
  if (minutes > 0)
    g_variant_dict_insert (&options, "minutes", "u", minutes);
  if (ctl_option (ctl, "title") != NULL)
    g_variant_dict_insert (&options, "title", "s", ctl_option (ctl, "title"));
  if (ctl_option (ctl, "now") != NULL)
    g_variant_dict_insert (&options, "from", "s", "now");
  reply = ctl_call (ctl, "Recordings1", "Start", g_variant_new ("(s@a{sv})", channel, g_variant_dict_end (&options)), "(s)", error);
  if (reply == NULL)
    return FALSE;
  g_variant_get (reply, "(&s)", &id);
  if (ctl->json) {
    g_autoptr (GVariant) value = g_variant_get_child_value (reply, 0);

    ctl_print_variant ("id", value);
  } else {
    ctl_print ("%s\n", id);
  }
  return TRUE;
}

static gboolean
call_with_recording (Ctl *ctl, const char *method, GError **error)
{
  g_autofree char *id = ctl_find_recording (ctl, ctl->words[0], error);
  g_autoptr (GVariant) reply =
    id != NULL ? ctl_call (ctl, "Recordings1", method, g_variant_new ("(s)", id), "()", error) : NULL;

  return reply != NULL;
}

static gboolean
run_stop (Ctl *ctl, GError **error)
{
  return call_with_recording (ctl, "Stop", error);
}

static gboolean
run_delete (Ctl *ctl, GError **error)
{
  return call_with_recording (ctl, "Delete", error);
}

static gboolean
change (Ctl *ctl, GVariant *changes, GError **error)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (changes);
  g_autofree char *id = ctl_find_recording (ctl, ctl->words[0], error);
  g_autoptr (GVariant) reply =
    id != NULL ? ctl_call (ctl, "Recordings1", "Change", g_variant_new ("(s@a{sv})", id, owned), "()", error) : NULL;

  return reply != NULL;
}

static gboolean
run_rename (Ctl *ctl, GError **error)
{
  return change (ctl, g_variant_new_parsed ("{'title': <%s>}", ctl->words[1]), error);
}

static gboolean
run_protect (Ctl *ctl, GError **error)
{
  gboolean on = TRUE;

  if (ctl->n_words > 1 && !ctl_parse_boolean (ctl->words[1], &on)) {
    ctl_usage_error (error, "“%s” is neither on nor off", ctl->words[1]);
    return FALSE;
  }
  return change (ctl, g_variant_new_parsed ("{'protected': <%b>}", on), error);
}

/* ---- the list ------------------------------------------------------------------------------------ */

static char *
dup_duration (GVariant *recording)
{
  gint64 us = 0;

  g_variant_lookup (recording, "duration", "x", &us);
  return g_strdup_printf ("%d:%02d:%02d", (int) (us / G_USEC_PER_SEC / 3600), (int) (us / G_USEC_PER_SEC / 60 % 60),
                          (int) (us / G_USEC_PER_SEC % 60));
}

static char *
dup_size (GVariant *recording)
{
  guint64 bytes = 0;

  g_variant_lookup (recording, "bytes", "t", &bytes);
  return g_strdup_printf ("%.1f", bytes / 1048576.0);
}

static char *
dup_time (GVariant *recording, const char *key)
{
  gint64 utc_us = 0;

  g_variant_lookup (recording, key, "x", &utc_us);
  return ctl_text_utc (utc_us);
}

static void
add_rows (CtlTable *table, GVariant *page)
{
  for (gsize i = 0; i < g_variant_n_children (page); i++) {
    g_autoptr (GVariant) recording = g_variant_get_child_value (page, i);

    ctl_table_take (table, dup_time (recording, "started"));
    ctl_table_take (table, dup_duration (recording));
    ctl_table_take (table, dup_size (recording));
    ctl_table_take (table, ctl_lookup_text (recording, "gaps"));
    ctl_table_take (table, ctl_lookup_text (recording, "state"));
    ctl_table_take (table, ctl_lookup_text (recording, "number"));
    ctl_table_take (table, ctl_lookup_text (recording, "title"));
    ctl_table_take (table, ctl_lookup_text (recording, "id"));
  }
}

static GVariant *
make_filter (Ctl *ctl)
{
  GVariantDict filter;

  g_variant_dict_init (&filter, NULL);
  if (ctl_option (ctl, "text") != NULL)
    g_variant_dict_insert (&filter, "text", "s", ctl_option (ctl, "text"));
  if (ctl_option (ctl, "running") != NULL)
    g_variant_dict_insert (&filter, "running", "b", TRUE);
  return g_variant_ref_sink (g_variant_dict_end (&filter));
}

/* Up to @limit of them as one list; @more: there are others. (transfer full) */
static GVariant *
list_all (Ctl *ctl, guint limit, gboolean *more, GError **error)
{
  g_autoptr (GVariant) filter = make_filter (ctl);
  g_autofree char *next = g_strdup ("");
  GVariantBuilder all;

  g_variant_builder_init (&all, G_VARIANT_TYPE ("aa{sv}"));
  do {
    g_autofree char *cursor = g_steal_pointer (&next);
    g_autoptr (GVariant) page = list_page (ctl, cursor, MIN (limit, PAGE), filter, &next, error);

    if (page == NULL) {
      g_variant_builder_clear (&all);
      return NULL;
    }
    for (gsize i = 0; i < g_variant_n_children (page); i++) {
      g_autoptr (GVariant) recording = g_variant_get_child_value (page, i);

      g_variant_builder_add_value (&all, recording);
    }
    limit -= MIN (limit, (guint) g_variant_n_children (page));
  } while (*next != '\0' && limit > 0);
  *more = *next != '\0';
  return g_variant_ref_sink (g_variant_builder_end (&all));
}

static gboolean
run_list (Ctl *ctl, GError **error)
{
  g_autoptr (CtlTable) table = ctl_table_new ("STARTED|>LENGTH|>MIB|>GAPS|STATE|>NUMBER|TITLE|ID");
  g_autoptr (GVariant) list = NULL;
  gboolean more = FALSE;
  guint limit = 100;

  if (!ctl_option_number (ctl, "limit", 1, G_MAXINT, &limit, error))
    return FALSE;
  list = list_all (ctl, limit, &more, error);
  if (list == NULL)
    return FALSE;
  if (ctl->json) {
    ctl_print_variant ("recordings", list);
    return TRUE;
  }
  add_rows (table, list);
  ctl_table_flush (table);
  if (more)
    fprintf (stderr, "There are more: --limit and --text choose.\n");
  return TRUE;
}

static void
print_missing (GVariant *recording)
{
  g_autoptr (GVariant) missing = g_variant_lookup_value (recording, "missing", G_VARIANT_TYPE ("aa{sv}"));

  for (gsize i = 0; missing != NULL && i < g_variant_n_children (missing); i++) {
    g_autoptr (GVariant) gap = g_variant_get_child_value (missing, i);
    g_autofree char *from = dup_time (gap, "from"), *to = dup_time (gap, "to"), *cause = ctl_lookup_text (gap, "cause");
    gint64 from_us = 0, to_us = 0;

    g_variant_lookup (gap, "from", "x", &from_us);
    g_variant_lookup (gap, "to", "x", &to_us);
    if (to_us > 0)
      ctl_print ("missing      %s, %.1f s: %s\n", from, (to_us - from_us) / 1e6, cause);
    else
      ctl_print ("missing      since %s: %s\n", from, cause);
  }
}

static gboolean
run_show (Ctl *ctl, GError **error)
{
  static const char *const keys[] = { "id", "title", "description", "number", "name", "network", "state", "text", "end", "gaps",
                                      "protected", "folder" };
  g_autofree char *id = ctl_find_recording (ctl, ctl->words[0], error);
  g_autoptr (GVariant) reply =
    id != NULL ? ctl_call (ctl, "Recordings1", "Get", g_variant_new ("(s)", id), "(a{sv})", error) : NULL;
  g_autoptr (GVariant) recording = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  g_autofree char *started = NULL, *ended = NULL, *duration = NULL, *size = NULL;

  if (recording == NULL)
    return FALSE;
  if (ctl->json) {
    ctl_print_variant (NULL, recording);
    return TRUE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autofree char *text = ctl_lookup_text (recording, keys[i]);

    if (*text != '\0')
      ctl_print ("%-12s %s\n", keys[i], text);
  }
  started = dup_time (recording, "started");
  ended = dup_time (recording, "ended");
  duration = dup_duration (recording);
  size = dup_size (recording);
  ctl_print ("started      %s\nended        %s\nlength       %s\nMiB          %s\n", started, ended, duration, size);
  print_missing (recording);
  return TRUE;
}

static gboolean
run_space (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Recordings1", "GetSpace", NULL, "(a{sv})", error);
  g_autoptr (GVariant) space = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (space != NULL)
    ctl_print_dictionary (ctl, space);
  return space != NULL;
}

static const CtlOption record_options[] = {
  { "minutes", "N", "ends by itself after N minutes" },
  { "title", "TEXT", "what to call it; else as the channel" },
  { "now", NULL, "begins at the last key frame, not with what is still held of the stream" },
  { NULL, NULL, NULL },
};
static const CtlOption list_options[] = {
  { "text", "TEXT", "only recordings with TEXT in their title or channel" },
  { "running", NULL, "only those that run" },
  { "limit", "N", "at most N recordings (100)" },
  { NULL, NULL, NULL },
};

const CtlCommand ctl_record_commands[] = {
  { "record", "CHANNEL", "record a channel, with what is still held of its stream",
    "Prints the recording's id. The channel may be watched meanwhile, or not; both share one stream. The recording goes on until\n"
    "“recordings stop”, or for --minutes, whatever is restarted.", 1, 1, run_record, record_options, { "@channel" } },
  { "recordings", "", "the recordings, newest first", NULL, 0, 0, run_list, list_options, { NULL } },
  { "recordings list", "", NULL, NULL, 0, 0, run_list, list_options, { NULL } },
  { "recordings show", "RECORDING", "all that is known of a recording, and what is missing in it",
    "A recording is named by its id, by a title that only one has, or as “last”, the newest.", 1, 1, run_show, NULL,
    { "@recording" } },
  { "recordings stop", "RECORDING", "end a recording", NULL, 1, 1, run_stop, NULL, { "@recording" } },
  { "recordings delete", "RECORDING", "remove a recording for good", NULL, 1, 1, run_delete, NULL, { "@recording" } },
  { "recordings rename", "RECORDING TITLE", "give a recording another title", NULL, 2, 2, run_rename, NULL, { "@recording", "" } },
  { "recordings protect", "RECORDING [on|off]", "a protected recording is not deleted", NULL, 1, 2, run_protect, NULL,
    { "@recording", "on off" } },
  { "recordings space", "", "how much room there is", NULL, 0, 0, run_space, NULL, { NULL } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
