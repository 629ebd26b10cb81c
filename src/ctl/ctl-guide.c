/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

#include <stdio.h>
#include <stdlib.h>

#define PAGE 1000
#define DAY_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

/* ---- times and rows ---------------------------------------------------------------------- */

static char *
dup_local (gint64 utc_us, const char *format)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (utc_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, format) : g_strdup ("");
}

/* "19:30-20:00", of another day with its date. */
static char *
dup_span (GVariant *event)
{
  g_autofree char *from = NULL, *to = NULL, *today = NULL, *day = NULL;
  gint64 start_us, duration_us;

  if (!g_variant_lookup (event, "start", "x", &start_us) || !g_variant_lookup (event, "duration", "x", &duration_us))
    return g_strdup ("");
  from = dup_local (start_us, "%H:%M");
  to = dup_local (start_us + duration_us, "%H:%M");
  day = dup_local (start_us, "%m-%d ");
  today = dup_local (g_get_real_time (), "%m-%d ");
  return g_strdup_printf ("%s%s-%s", g_str_equal (day, today) ? "" : day, from, to);
}

static char *
dup_channel (Ctl *ctl, GHashTable *titles, GVariant *event)
{
  g_autofree char *id = ctl_lookup_text (event, "channel");

  if (!g_hash_table_contains (titles, id))
    g_hash_table_insert (titles, g_strdup (id), ctl_dup_channel_title (ctl, id));
  return g_strdup (g_hash_table_lookup (titles, id));
}

static void
print_events (Ctl *ctl, GVariant *events, gboolean with_channel)
{
  g_autoptr (CtlTable) table = ctl_table_new (with_channel ? "CHANNEL|TIME|TITLE|GENRE|ID" : "TIME|TITLE|GENRE|RUNNING|ID");
  g_autoptr (GHashTable) titles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (gsize i = 0; i < g_variant_n_children (events); i++) {
    g_autoptr (GVariant) event = g_variant_get_child_value (events, i);

    if (with_channel)
      ctl_table_take (table, dup_channel (ctl, titles, event));
    ctl_table_take (table, dup_span (event));
    ctl_table_take (table, ctl_lookup_text (event, "title"));
    ctl_table_take (table, ctl_lookup_text (event, "genre"));
    if (!with_channel)
      ctl_table_take (table, ctl_lookup_text (event, "running"));
    ctl_table_take (table, ctl_lookup_text (event, "id"));
  }
  ctl_table_flush (table);
}

/* ---- what is on --------------------------------------------------------------------------- */

static void
print_now (Ctl *ctl, GVariant *now)
{
  g_autoptr (CtlTable) table = ctl_table_new ("CHANNEL|NOW|TIME|NEXT|TIME");

  for (gsize i = 0; i < g_variant_n_children (now); i++) {
    g_autoptr (GVariant) present = NULL, following = NULL;
    const char *channel;

    g_variant_get_child (now, i, "(&s@a{sv}@a{sv})", &channel, &present, &following);
    ctl_table_take (table, ctl_dup_channel_title (ctl, channel));
    ctl_table_take (table, ctl_lookup_text (present, "title"));
    ctl_table_take (table, dup_span (present));
    ctl_table_take (table, ctl_lookup_text (following, "title"));
    ctl_table_take (table, dup_span (following));
  }
  ctl_table_flush (table);
}

static void
print_now_json (GVariant *now)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; i < g_variant_n_children (now); i++) {
    g_autoptr (GVariant) present = NULL, following = NULL;
    GVariantDict dict;
    const char *channel;

    g_variant_get_child (now, i, "(&s@a{sv}@a{sv})", &channel, &present, &following);
    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, "channel", "s", channel);
    g_variant_dict_insert_value (&dict, "present", present);
    g_variant_dict_insert_value (&dict, "following", following);
    g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
  }
  {
    g_autoptr (GVariant) list = g_variant_ref_sink (g_variant_builder_end (&builder));

    ctl_print_variant ("now", list);
  }
}

/* In the order of the list of channels; of those that have none, nothing. */
static char **
list_channels (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Channels1", "List", g_variant_new_parsed ("('', uint32 1000, @a{sv} {})"), "(aa{sv}s)", error);
  g_autoptr (GVariant) channels = NULL;
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  if (reply == NULL)
    return NULL;
  channels = g_variant_get_child_value (reply, 0);
  for (gsize i = 0; i < g_variant_n_children (channels); i++) {
    g_autoptr (GVariant) channel = g_variant_get_child_value (channels, i);
    g_autofree char *id = ctl_lookup_text (channel, "id");

    g_strv_builder_add (ids, id);
  }
  return g_strv_builder_end (ids);
}

static GVariant *
drop_unknown (GVariant *now)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sa{sv}a{sv})"));
  for (gsize i = 0; i < g_variant_n_children (now); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (now, i);
    g_autoptr (GVariant) present = g_variant_get_child_value (row, 1), following = g_variant_get_child_value (row, 2);

    if (g_variant_n_children (present) > 0 || g_variant_n_children (following) > 0)
      g_variant_builder_add_value (&builder, row);
  }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static gboolean
run_now (Ctl *ctl, GError **error)
{
  g_auto (GStrv) ids = ctl->n_words == 0 ? list_channels (ctl, error) : g_new0 (char *, ctl->n_words + 1);
  g_autoptr (GVariant) reply = NULL, now = NULL, known = NULL;

  for (guint i = 0; i < ctl->n_words; i++) {
    ids[i] = ctl_find_channel (ctl, ctl->words[i], error);
    if (ids[i] == NULL)
      return FALSE;
  }
  if (ids == NULL)
    return FALSE;
  reply = ctl_call (ctl, "Guide1", "GetNow", g_variant_new ("(^as@a{sv})", ids, g_variant_new ("a{sv}", NULL)), "(a(sa{sv}a{sv}))", error);
  if (reply == NULL)
    return FALSE;
  now = g_variant_get_child_value (reply, 0);
  known = ctl->n_words == 0 ? drop_unknown (now) : g_variant_ref (now);
  if (ctl->json)
    print_now_json (known);
  else
    print_now (ctl, known);
  return TRUE;
}

/* ---- lists ----------------------------------------------------------------------------------- */

/* Pages until @limit; @first: the arguments before cursor and limit, @last: the one behind, both as text. (transfer full) */
static GVariant *
collect_pages (Ctl *ctl, const char *method, GVariant *first, GVariant *last, guint limit, gboolean *more, GError **error)
{
  g_autofree char *next = g_strdup ("");
  GVariantBuilder all;

  g_variant_builder_init (&all, G_VARIANT_TYPE ("aa{sv}"));
  do {
    g_autoptr (GVariant) reply = NULL, page = NULL;
    GVariantBuilder arguments;

    g_variant_builder_init (&arguments, G_VARIANT_TYPE_TUPLE);
    for (gsize i = 0; i < g_variant_n_children (first); i++) {
      g_autoptr (GVariant) argument = g_variant_get_child_value (first, i);

      g_variant_builder_add_value (&arguments, argument);
    }
    g_variant_builder_add (&arguments, "s", next);
    g_variant_builder_add (&arguments, "u", MIN (limit, PAGE));
    g_variant_builder_add_value (&arguments, last);
    reply = ctl_call (ctl, "Guide1", method, g_variant_builder_end (&arguments), "(aa{sv}s)", error);
    if (reply == NULL) {
      g_variant_builder_clear (&all);
      return NULL;
    }
    g_free (next);
    g_variant_get (reply, "(@aa{sv}s)", &page, &next);
    for (gsize i = 0; i < g_variant_n_children (page); i++) {
      g_autoptr (GVariant) event = g_variant_get_child_value (page, i);

      g_variant_builder_add_value (&all, event);
    }
    limit -= MIN (limit, (guint) g_variant_n_children (page));
  } while (*next != '\0' && limit > 0);
  *more = *next != '\0';
  return g_variant_ref_sink (g_variant_builder_end (&all));
}

static gboolean
print_list (Ctl *ctl, GVariant *events, gboolean more, gboolean with_channel)
{
  if (ctl->json)
    ctl_print_variant ("events", events);
  else
    print_events (ctl, events, with_channel);
  if (more && !ctl->json)
    fprintf (stderr, "There are more: --limit chooses how many.\n");
  return TRUE;
}

static gboolean
list_channel (Ctl *ctl, GError **error)
{
  g_autofree char *id = ctl_find_channel (ctl, ctl->words[0], error);
  g_autoptr (GVariant) first = NULL, events = NULL, options = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  const gint64 now_us = g_get_real_time ();
  guint limit = 100, days = 1;
  gboolean more;

  if (id == NULL || !ctl_option_number (ctl, "limit", 1, G_MAXINT, &limit, error) || !ctl_option_number (ctl, "days", 1, 60, &days, error))
    return FALSE;
  first = g_variant_ref_sink (g_variant_new ("(sxx)", id, now_us, now_us + days * DAY_US));
  events = collect_pages (ctl, "List", first, options, limit, &more, error);
  return events != NULL && print_list (ctl, events, more, FALSE);
}

static gboolean
run_guide (Ctl *ctl, GError **error)
{
  return ctl->n_words > 0 ? list_channel (ctl, error) : run_now (ctl, error);
}

static gboolean
run_search (Ctl *ctl, GError **error)
{
  g_autofree char *text = g_strjoinv (" ", ctl->words);
  g_autoptr (GVariant) first = g_variant_ref_sink (g_variant_new ("(s)", text)), options = NULL, events = NULL;
  g_autofree char *channel = NULL;
  GVariantDict dict;
  guint limit = 100;
  gboolean more;

  if (!ctl_option_number (ctl, "limit", 1, G_MAXINT, &limit, error))
    return FALSE;
  g_variant_dict_init (&dict, NULL);
  if (ctl_option (ctl, "channel") != NULL) {
    channel = ctl_find_channel (ctl, ctl_option (ctl, "channel"), error);
    if (channel == NULL) {
      g_variant_dict_clear (&dict);
      return FALSE;
    }
    g_variant_dict_insert (&dict, "channel", "s", channel);
  }
  options = g_variant_ref_sink (g_variant_dict_end (&dict));
  events = collect_pages (ctl, "Search", first, options, limit, &more, error);
  return events != NULL && print_list (ctl, events, more, TRUE);
}

/* ---- one event; how much there is ------------------------------------------------------------- */

static void
print_details (Ctl *ctl, GVariant *event)
{
  static const char *const keys[] = { "summary", "description", "genre", "age", "running", "encrypted", "series", "programme", "network", "source" };
  g_autofree char *title = ctl_lookup_text (event, "title"), *span = dup_span (event), *id = ctl_lookup_text (event, "channel");
  g_autofree char *channel = ctl_dup_channel_title (ctl, id);

  ctl_print ("%s\n%s  %s\n", title, channel, span);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autofree char *text = ctl_lookup_text (event, keys[i]);

    if (*text != '\0')
      ctl_print ("%-12s %s\n", keys[i], text);
  }
}

static gboolean
run_show (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply =
    ctl_call (ctl, "Guide1", "Get", g_variant_new ("(s@a{sv})", ctl->words[0], g_variant_new ("a{sv}", NULL)), "(a{sv})", error);
  g_autoptr (GVariant) event = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (event == NULL)
    return FALSE;
  if (ctl->json)
    ctl_print_variant (NULL, event);
  else
    print_details (ctl, event);
  return TRUE;
}

static void
print_status (GVariant *status)
{
  g_autoptr (GVariant) networks = g_variant_lookup_value (status, "networks", G_VARIANT_TYPE ("aa{sv}"));
  g_autofree char *events = ctl_lookup_text (status, "events"), *services = ctl_lookup_text (status, "services"), *until = NULL;
  g_autoptr (CtlTable) table = ctl_table_new ("NETWORK|STATE|>DONE|>OF|LAST PASS|>SECTIONS");
  gint64 latest_us = 0;

  g_variant_lookup (status, "latest", "x", &latest_us);
  until = ctl_text_utc (latest_us);
  ctl_print ("%s events of %s services, until %s\n", events, services, until);
  for (gsize i = 0; networks != NULL && i < g_variant_n_children (networks); i++) {
    g_autoptr (GVariant) network = g_variant_get_child_value (networks, i);
    gint64 last_us = 0;

    g_variant_lookup (network, "last-pass", "x", &last_us);
    ctl_table_take (table, ctl_lookup_text (network, "network"));
    ctl_table_take (table, ctl_lookup_text (network, "state"));
    ctl_table_take (table, ctl_lookup_text (network, "done"));
    ctl_table_take (table, ctl_lookup_text (network, "known"));
    ctl_table_take (table, ctl_text_utc (last_us));
    ctl_table_take (table, ctl_lookup_text (network, "sections"));
  }
  ctl_table_flush (table);
}

static gboolean
run_status (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Guide1", "GetStatus", NULL, "(a{sv})", error);
  g_autoptr (GVariant) status = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (status == NULL)
    return FALSE;
  if (ctl->json)
    ctl_print_variant (NULL, status);
  else
    print_status (status);
  return TRUE;
}

static gboolean
run_collect (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply =
    ctl_call (ctl, "Guide1", "Collect", g_variant_new ("(s@a{sv})", ctl->words[0], g_variant_new ("a{sv}", NULL)), "()", error);

  return reply != NULL;
}

static const CtlOption list_options[] = { { "limit", "N", "how many at most (100)" }, { "days", "N", "how many days from now on (1)" }, { NULL, NULL, NULL } };
static const CtlOption search_options[] = { { "limit", "N", "how many at most (100)" }, { "channel", "CHANNEL", "only there" }, { NULL, NULL, NULL } };

const CtlCommand ctl_guide_commands[] = {
  { "guide", "[CHANNEL]", "what is on and what follows; or a channel's programmes",
    "Without CHANNEL as “guide now”.", 0, 1, run_guide, list_options, { "@channel now search show status collect" } },
  { "guide now", "[CHANNEL…]", "what is on and what follows", NULL, 0, 100, run_now, NULL, { "@channel" } },
  { "guide search", "WORDS…", "programmes by words of their titles and texts",
    "All words must be there; each may be the beginning of a longer one. Chinese, Japanese and Korean need no spaces.", 1, 100, run_search,
    search_options, { "" } },
  { "guide show", "ID", "all about one programme", NULL, 1, 1, run_show, NULL, { "" } },
  { "guide status", "", "how much of the guide there is, and how its collecting goes", NULL, 0, 0, run_status, NULL, { NULL } },
  { "guide collect", "NETWORK", "collect the guide from a network as soon as a tuner is free", NULL, 1, 1, run_collect, NULL, { "@network" } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
