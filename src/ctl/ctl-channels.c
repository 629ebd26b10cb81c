/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

#include <stdio.h>

#define PAGE 1000 /* the most that Channels1.List gives at once */

static GVariant *
ask (Ctl *ctl, const char *method, const char *word, const char *reply, GError **error)
{
  return ctl_call (ctl, "Channels1", method, g_variant_new ("(s)", word), reply, error);
}

static GVariant *
list_page (Ctl *ctl, const char *cursor, guint limit, GVariant *filter, char **next, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Channels1", "List", g_variant_new ("(su@a{sv})", cursor, limit, filter),
                                         "(aa{sv}s)", error);
  GVariant *page = NULL;

  if (reply != NULL)
    g_variant_get (reply, "(@aa{sv}s)", &page, next);
  return page;
}

/* ---- finding one -------------------------------------------------------------------- */

/* NotFound is no error here: there is another way to try. */
static gboolean
forgive_not_found (GError **error, GError **local)
{
  if (g_error_matches (*local, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND)) {
    g_clear_error (local);
    return TRUE;
  }
  g_propagate_error (error, g_steal_pointer (local));
  return FALSE;
}

static char *
find_name (Ctl *ctl, const char *word, GError **error)
{
  g_autofree char *next = NULL;
  g_autofree char *wanted = g_utf8_casefold (word, -1);
  GVariant *filter = g_variant_new_parsed ("{'text': <%s>}", word);
  g_autoptr (GVariant) page = list_page (ctl, "", PAGE, filter, &next, error);
  char *found = NULL;

  for (gsize i = 0; page != NULL && i < g_variant_n_children (page) && found == NULL; i++) {
    g_autoptr (GVariant) channel = g_variant_get_child_value (page, i);
    g_autofree char *name = ctl_lookup_text (channel, "name");
    g_autofree char *folded = g_utf8_casefold (name, -1);

    if (g_str_equal (folded, wanted) || g_variant_n_children (page) == 1)
      found = ctl_lookup_text (channel, "id");
  }
  if (page != NULL && found == NULL)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND,
                 "there is no channel with the number, id or name “%s”; “hearthctl channels --text %s” searches", word,
                 word);
  return found;
}

char *
ctl_find_channel (Ctl *ctl, const char *word, GError **error)
{
  g_autoptr (GVariant) by_number = NULL;
  g_autoptr (GVariant) by_id = NULL;
  g_autoptr (GError) local = NULL;
  char *id = NULL;

  if (*word == '\0') {
    ctl_usage_error (error, "an empty word names no channel; “hearthctl channels” lists them");
    return NULL;
  }
  by_number = ask (ctl, "FindNumber", word, "(s)", &local);
  if (by_number != NULL) {
    g_variant_get (by_number, "(s)", &id);
    return id;
  }
  if (!forgive_not_found (error, &local))
    return NULL;
  by_id = ask (ctl, "Get", word, "(a{sv})", &local);
  if (by_id != NULL)
    return g_strdup (word);
  return forgive_not_found (error, &local) ? find_name (ctl, word, error) : NULL;
}

char *
ctl_dup_channel_title (Ctl *ctl, const char *id)
{
  g_autoptr (GVariant) reply = ask (ctl, "Get", id, "(a{sv})", NULL);
  g_autoptr (GVariant) channel = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  g_autofree char *number = channel != NULL ? ctl_lookup_text (channel, "number") : NULL;
  g_autofree char *name = channel != NULL ? ctl_lookup_text (channel, "name") : NULL;

  return channel != NULL ? g_strdup_printf ("%s %s", number, name) : g_strdup (id);
}

/* ---- the list --------------------------------------------------------------------------- */

static GVariant *
make_filter (Ctl *ctl)
{
  static const char *const keys[] = { "text", "group", "network", "kind" };
  GVariantBuilder filter;

  g_variant_builder_init (&filter, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (ctl_option (ctl, keys[i]) != NULL)
      g_variant_builder_add (&filter, "{sv}", keys[i], g_variant_new_string (ctl_option (ctl, keys[i])));
  return g_variant_ref_sink (g_variant_builder_end (&filter));
}

static void
add_rows (CtlTable *table, GVariant *page)
{
  static const char *const keys[] = { "number", "name", "group", "kind", "legs", "id" };

  for (gsize i = 0; i < g_variant_n_children (page); i++) {
    g_autoptr (GVariant) channel = g_variant_get_child_value (page, i);

    for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
      ctl_table_take (table, ctl_lookup_text (channel, keys[k]));
  }
  ctl_table_flush (table);
}

/* Page by page, so that 100,000 channels need no more memory than a thousand. */
static void
print_page_json (GVariant *page, gboolean *first)
{
  for (gsize i = 0; i < g_variant_n_children (page); i++) {
    g_autoptr (GVariant) channel = g_variant_get_child_value (page, i);
    g_autoptr (JsonNode) node = json_gvariant_serialize (channel);
    g_autofree char *text = json_to_string (node, FALSE);

    ctl_print ("%s\n    %s", *first ? "" : ",", text);
    *first = FALSE;
  }
}

/* @limit 0: all. */
static gboolean
print_channels (Ctl *ctl, guint limit, CtlTable *table, char **next, GError **error)
{
  g_autoptr (GVariant) filter = make_filter (ctl);
  guint left = limit;
  gboolean first = TRUE;

  *next = g_strdup ("");
  do {
    g_autofree char *cursor = g_steal_pointer (next);
    g_autoptr (GVariant) page = list_page (ctl, cursor, limit == 0 ? PAGE : MIN (left, PAGE), filter, next, error);

    if (page == NULL)
      return FALSE;
    if (ctl->json && first && *cursor == '\0')
      ctl_print ("{\n  \"channels\": [");
    if (ctl->json)
      print_page_json (page, &first);
    else
      add_rows (table, page);
    left -= MIN (left, (guint) g_variant_n_children (page));
  } while (**next != '\0' && (limit == 0 || left > 0) && ctl_flush (NULL));
  return TRUE;
}

static gboolean
run_channels (Ctl *ctl, GError **error)
{
  g_autoptr (CtlTable) table = NULL;
  g_autofree char *next = NULL;
  guint limit = 100;

  if (!ctl_option_number (ctl, "limit", 1, G_MAXINT, &limit, error))
    return FALSE;
  if (ctl_option (ctl, "all") != NULL)
    limit = 0;
  if (!ctl->json)
    table = ctl_table_new (">NUMBER|NAME|GROUP|KIND|>LEGS|ID");
  if (!print_channels (ctl, limit, table, &next, error))
    return FALSE;
  if (ctl->json)
    ctl_print ("\n  ],\n  \"more\": %s\n}\n", *next != '\0' ? "true" : "false");
  else if (*next != '\0')
    fprintf (stderr, "There are more: --all lists them, --text, --group, --network and --limit choose.\n");
  return TRUE;
}

static gboolean
run_groups (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Channels1", "ListGroups", NULL, "(a(su))", error);
  g_autoptr (CtlTable) table = NULL;
  g_autoptr (GVariant) groups = NULL;

  if (reply == NULL)
    return FALSE;
  groups = g_variant_get_child_value (reply, 0);
  if (ctl->json) {
    ctl_print_variant ("groups", groups);
    return TRUE;
  }
  table = ctl_table_new ("GROUP|>CHANNELS");
  for (gsize i = 0; i < g_variant_n_children (groups); i++) {
    const char *name;
    guint32 count;

    g_variant_get_child (groups, i, "(&su)", &name, &count);
    ctl_table_add (table, name);
    ctl_table_take (table, g_strdup_printf ("%u", count));
  }
  ctl_table_flush (table);
  return TRUE;
}

/* ---- one channel --------------------------------------------------------------------------- */

static void
print_leg (GVariant *leg, guint number)
{
  g_autoptr (GVariant) attributes = g_variant_lookup_value (leg, "attributes", G_VARIANT_TYPE ("a(ss)"));
  g_autofree char *network = ctl_lookup_text (leg, "network");
  g_autofree char *uri = ctl_lookup_text (leg, "uri");
  g_autofree char *delivery = ctl_lookup_text (leg, "delivery");

  ctl_print ("\nleg %u: network %s, delivery %s\n  %s\n", number, network, delivery, uri);
  for (gsize i = 0; attributes != NULL && i < g_variant_n_children (attributes); i++) {
    const char *key, *value;
    g_autofree char *clean = NULL;

    g_variant_get_child (attributes, i, "(&s&s)", &key, &value);
    clean = ctl_text_clean (value);
    ctl_print ("  %s=%s\n", key, clean);
  }
}

static gboolean
run_show (Ctl *ctl, GError **error)
{
  g_autofree char *id = ctl_find_channel (ctl, ctl->words[0], error);
  g_autoptr (GVariant) reply = id != NULL ? ask (ctl, "Get", id, "(a{sv})", error) : NULL;
  g_autoptr (GVariant) more = reply != NULL ? ask (ctl, "GetLegs", id, "(aa{sv})", error) : NULL;
  g_autoptr (GVariant) channel = NULL;
  g_autoptr (GVariant) legs = NULL;
  g_autoptr (GVariant) both = NULL;

  if (more == NULL)
    return FALSE;
  channel = g_variant_get_child_value (reply, 0);
  legs = g_variant_get_child_value (more, 0);
  if (ctl->json) {
    both = g_variant_ref_sink (g_variant_new_parsed ("{'channel': <%@a{sv}>, 'legs': <%@aa{sv}>}", channel, legs));
    ctl_print_variant (NULL, both);
    return TRUE;
  }
  ctl_print_dictionary (ctl, channel);
  for (gsize i = 0; i < g_variant_n_children (legs); i++) {
    g_autoptr (GVariant) leg = g_variant_get_child_value (legs, i);

    print_leg (leg, (guint) i + 1);
  }
  return TRUE;
}

static const CtlOption list_options[] = {
  { "text", "TEXT", "only channels with TEXT in number or name" },
  { "group", "GROUP", "only channels of this group" },
  { "network", "NAME", "only channels of this network" },
  { "kind", "KIND", "only tv, radio or data" },
  { "limit", "N", "at most N channels (100)" },
  { "all", NULL, "all channels" },
  { NULL, NULL, NULL },
};

const CtlCommand ctl_channel_commands[] = {
  { "channels", "", "the channels, in the order of their numbers", NULL, 0, 0, run_channels, list_options, { NULL } },
  { "channels list", "", NULL, NULL, 0, 0, run_channels, list_options, { NULL } },
  { "channels groups", "", "the groups of channels", NULL, 0, 0, run_groups, NULL, { NULL } },
  { "channel show", "NUMBER|ID|NAME", "all that is known of a channel, and where it comes from", NULL, 1, 1, run_show, NULL,
    { "@channel" } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
