/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

#include <string.h>

static const char *
name_of (const char *path)
{
  return strrchr (path, '/') + 1;
}

static guint64
get_counter (GVariant *stream, const char *key)
{
  guint64 value = 0;

  g_variant_lookup (stream, key, "t", &value);
  return value;
}

static char *
dup_rate (GVariant *stream)
{
  guint32 bits_per_s = 0;

  g_variant_lookup (stream, "bit-rate", "u", &bits_per_s);
  return g_strdup_printf ("%.2f", bits_per_s / 1e6);
}

static char *
dup_margin (GVariant *stream)
{
  gint64 jitter_us = 0;

  g_variant_lookup (stream, "jitter-us", "x", &jitter_us);
  return g_strdup_printf ("%.1f", (double) jitter_us / 1000.0);
}

/* One line: what a person looks at first. --json has every counter. */
static void
add_row (Ctl *ctl, CtlTable *table, const char *network, GVariant *stream)
{
  static const char *const counters[] = { "lost", "continuity-errors", "crc-errors", "scrambled", "reconnects" };
  g_autofree char *channel = ctl_lookup_text (stream, "channel");
  g_autofree char *reason = ctl_lookup_text (stream, "reason-text");

  ctl_table_add (table, network);
  ctl_table_take (table, *channel != '\0' ? ctl_dup_channel_title (ctl, channel) : ctl_lookup_text (stream, "id"));
  ctl_table_take (table, ctl_lookup_text (stream, "state"));
  ctl_table_take (table, ctl_lookup_text (stream, "codec"));
  ctl_table_take (table, dup_rate (stream));
  ctl_table_take (table, dup_margin (stream));
  for (guint i = 0; i < G_N_ELEMENTS (counters); i++)
    ctl_table_take (table, g_strdup_printf ("%" G_GUINT64_FORMAT, get_counter (stream, counters[i])));
  ctl_table_take (table, g_steal_pointer (&reason));
}

/* A network whose worker is just being started is no reason to hide the others. */
static void
add_failure (CtlTable *table, const char *network, const GError *error)
{
  static const guint n_before = 10;

  if (table == NULL)
    return;
  ctl_table_add (table, network);
  for (guint i = 0; i < n_before; i++)
    ctl_table_add (table, "");
  ctl_table_add (table, error->message);
}

static gboolean
collect (Ctl *ctl, const char *network, GVariantDict *all, CtlTable *table, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call_network (ctl, network, "GetStreams", NULL, "(aa{sv})", error);
  g_autoptr (GVariant) streams = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (streams == NULL)
    return FALSE;
  if (ctl->json)
    g_variant_dict_insert_value (all, network, streams);
  for (gsize i = 0; table != NULL && i < g_variant_n_children (streams); i++) {
    g_autoptr (GVariant) stream = g_variant_get_child_value (streams, i);

    add_row (ctl, table, network, stream);
  }
  return TRUE;
}

static gboolean
run_streams (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) paths = NULL;
  g_autoptr (CtlTable) table = NULL;
  g_autoptr (GError) failure = NULL;
  g_auto (GVariantDict) all = G_VARIANT_DICT_INIT (NULL);

  if (!ctl->json)
    table = ctl_table_new ("NETWORK|CHANNEL|STATE|CODEC|>MBIT/S|>JITTER MS|>LOST|>CC|>CRC|>SCRAMBLED|>RECONNECTS|REASON");
  if (ctl->n_words > 0) {
    if (!collect (ctl, ctl->words[0], &all, table, error))
      return FALSE;
  } else {
    paths = ctl_list_networks (ctl, error);
    if (paths == NULL)
      return FALSE; /* from here on what there is is printed, also after a failure */
    for (gsize i = 0; i < g_variant_n_children (paths); i++) {
      g_autoptr (GError) local = NULL;
      const char *path;

      g_variant_get_child (paths, i, "&o", &path);
      if (collect (ctl, name_of (path), &all, table, &local))
        continue;
      add_failure (table, name_of (path), local);
      if (failure == NULL)
        g_propagate_prefixed_error (&failure, g_steal_pointer (&local), "network %s: ", name_of (path));
    }
  }
  if (ctl->json)
    ctl_print_variant (NULL, g_variant_ref_sink (g_variant_dict_end (&all)));
  else
    ctl_table_flush (table);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static void
print_oddities_json (GVariant *oddities, guint32 total)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_add_int_value (json_builder_set_member_name (builder, "total"), total);
  json_builder_begin_array (json_builder_set_member_name (builder, "oddities"));
  for (gsize i = 0; i < g_variant_n_children (oddities); i++) {
    const char *code, *text;
    guint32 line;

    g_variant_get_child (oddities, i, "(u&s&s)", &line, &code, &text);
    json_builder_begin_object (builder);
    json_builder_add_int_value (json_builder_set_member_name (builder, "line"), line);
    json_builder_add_string_value (json_builder_set_member_name (builder, "code"), code);
    json_builder_add_string_value (json_builder_set_member_name (builder, "text"), text);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  ctl_print_json (json_builder_get_root (builder));
}

static void
print_oddities (GVariant *oddities, guint32 total)
{
  g_autoptr (CtlTable) table = ctl_table_new (">LINE|CODE|WHAT");

  for (gsize i = 0; i < g_variant_n_children (oddities); i++) {
    const char *code, *text;
    guint32 line;

    g_variant_get_child (oddities, i, "(u&s&s)", &line, &code, &text);
    ctl_table_take (table, g_strdup_printf ("%u", line));
    ctl_table_add (table, code);
    ctl_table_add (table, text);
  }
  ctl_table_flush (table);
  if (total > g_variant_n_children (oddities))
    ctl_print ("%u in all; --limit shows more\n", total);
}

static gboolean
run_oddities (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) oddities = NULL;
  guint32 total, limit = 100;

  if (!ctl_option_number (ctl, "limit", 1, G_MAXINT, &limit, error))
    return FALSE;
  reply = ctl_call_network (ctl, ctl->words[0], "GetOddities", g_variant_new ("(u)", limit), "(a(uss)u)", error);
  if (reply == NULL)
    return FALSE;
  g_variant_get (reply, "(@a(uss)u)", &oddities, &total);
  if (ctl->json)
    print_oddities_json (oddities, total);
  else
    print_oddities (oddities, total);
  return TRUE;
}

static const CtlOption oddity_options[] = {
  { "limit", "N", "at most N (100)" },
  { NULL, NULL, NULL },
};

const CtlCommand ctl_stream_commands[] = {
  { "network streams", "[NAME]", "what is open now, and how healthy it is", NULL, 0, 1, run_streams, NULL, { "@network" } },
  { "network oddities", "NAME", "what was odd in its list, by line", NULL, 1, 1, run_oddities, oddity_options,
    { "@network", "" } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
