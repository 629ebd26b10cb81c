/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

#include <string.h>

static char *
dup_state (GVariant *tuner)
{
  gboolean present = TRUE, locked = FALSE;

  g_variant_lookup (tuner, "present", "b", &present);
  if (!present)
    return g_strdup ("unplugged");
  if (!g_variant_lookup (tuner, "locked", "b", &locked))
    return g_strdup ("free");
  return g_strdup (locked ? "locked" : "no lock");
}

/* Out of the tuning's query, as in SAT>IP: "freq=314" is in MHz. */
static char *
dup_frequency (GVariant *tuner)
{
  g_autofree char *tuning = ctl_lookup_text (tuner, "tuning");
  const char *at = strstr (tuning, "freq=");

  return at != NULL ? g_strndup (at + strlen ("freq="), strspn (at + strlen ("freq="), "0123456789.")) : NULL;
}

/* What the tuner measures in: @exact in its unit, else of 100 %. */
static char *
dup_measure (GVariant *tuner, const char *exact, const char *unit, const char *percent)
{
  double value;

  if (g_variant_lookup (tuner, exact, "d", &value))
    return g_strdup_printf ("%.1f %s", value, unit);
  return g_variant_lookup (tuner, percent, "d", &value) ? g_strdup_printf ("%.0f %%", value) : NULL;
}

static char *
dup_errors (GVariant *tuner)
{
  double ratio;

  return g_variant_lookup (tuner, "ber", "d", &ratio) ? g_strdup_printf ("%.1e", ratio) : NULL;
}

/* Of all PIDs together. */
static char *
dup_continuity (GVariant *tuner)
{
  g_autoptr (GVariant) pids = g_variant_lookup_value (tuner, "pids", G_VARIANT_TYPE ("a(quuub)"));
  guint64 all = 0;

  for (gsize i = 0; pids != NULL && i < g_variant_n_children (pids); i++) {
    guint32 errors;

    g_variant_get_child (pids, i, "(quuub)", NULL, NULL, &errors, NULL, NULL);
    all += errors;
  }
  return g_variant_lookup (tuner, "locked", "b", NULL) ? g_strdup_printf ("%" G_GUINT64_FORMAT, all) : NULL;
}

static void
add_row (CtlTable *table, const char *network, GVariant *tuner)
{
  ctl_table_add (table, network);
  ctl_table_take (table, ctl_lookup_text (tuner, "name"));
  ctl_table_take (table, ctl_lookup_text (tuner, "systems"));
  ctl_table_take (table, dup_state (tuner));
  ctl_table_take (table, dup_frequency (tuner));
  ctl_table_take (table, dup_measure (tuner, "signal-dbm", "dBm", "signal-percent"));
  ctl_table_take (table, dup_measure (tuner, "snr-db", "dB", "snr-percent"));
  ctl_table_take (table, dup_errors (tuner));
  ctl_table_take (table, dup_continuity (tuner));
  ctl_table_take (table, ctl_lookup_text (tuner, "used-by"));
}

static gboolean
collect (Ctl *ctl, const char *network, GVariantDict *all, CtlTable *table, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call_network (ctl, network, "GetTuners", NULL, "(aa{sv})", error);
  g_autoptr (GVariant) tuners = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (tuners == NULL)
    return FALSE;
  g_variant_dict_insert_value (all, network, tuners);
  for (gsize i = 0; i < g_variant_n_children (tuners); i++) {
    g_autoptr (GVariant) tuner = g_variant_get_child_value (tuners, i);

    add_row (table, network, tuner);
  }
  return TRUE;
}

/* Networks without tuners have none to show. */
static gboolean
collect_all (Ctl *ctl, GVariantDict *all, CtlTable *table, GError **error)
{
  g_autoptr (GVariant) paths = ctl_list_networks (ctl, error);

  for (gsize i = 0; paths != NULL && i < g_variant_n_children (paths); i++) {
    g_autoptr (GError) own = NULL;
    const char *path;

    g_variant_get_child (paths, i, "&o", &path);
    if (collect (ctl, strrchr (path, '/') + 1, all, table, &own) || g_error_matches (own, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED))
      continue;
    g_propagate_prefixed_error (error, g_steal_pointer (&own), "%s: ", strrchr (path, '/') + 1);
    return FALSE;
  }
  return paths != NULL;
}

static gboolean
run_tuners (Ctl *ctl, GError **error)
{
  g_autoptr (CtlTable) table = ctl_table_new ("NETWORK|TUNER|KIND|STATE|>MHZ|>SIGNAL|>SNR|>BER|>CC|USED FOR");
  g_auto (GVariantDict) all = G_VARIANT_DICT_INIT (NULL);

  if (!(ctl->n_words > 0 ? collect (ctl, ctl->words[0], &all, table, error) : collect_all (ctl, &all, table, error)))
    return FALSE;
  if (ctl->json) {
    g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_dict_end (&all));

    ctl_print_variant (NULL, values);
  } else {
    ctl_table_flush (table);
  }
  return TRUE;
}

static const CtlOption scan_options[] = {
  { "mode", "table|nit|blind", "where to begin: a table's multiplexes, those known, all channels" },
  { NULL, NULL, NULL },
};

const CtlCommand ctl_broadcast_commands[] = {
  { "network scan", "NAME", "look for services, and show what is found",
    "It waits while people use all tuners. ^C cancels it; the list stays as it was. With --json: one JSON object a line.", 1, 1, ctl_run_scan,
    scan_options, { "@network", "" } },
  { "network tuners", "[NAME]", "the tuners: what they receive, how well, for whom", NULL, 0, 1, run_tuners, NULL, { "@network", "" } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
