/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

#include <string.h>

/* In the order in which they usually come; names as in tv.hearth.Player1. */
static const char *const stages[] = { "join",          "first-packet", "tables", "random-access-point",
                                      "first-decoded", "first-shown",  "sound",  "normal-speed" };
#define N_STAGES G_N_ELEMENTS (stages)
#define N_RING_STAGES 4 /* the first ones are behind a prefetched channel already */

struct _CtlZapWatch {
  Ctl *ctl;
  guint subscription;
  guint serial; /* 0: not known yet */
  gboolean news;
  gboolean replaced; /* by a newer zap */
  gboolean timed_out;
  char *channel;
  gboolean prefetched;
  gint64 command_us, at_us[N_STAGES]; /* CLOCK_MONOTONIC; 0: not reached */
};

static void
on_signal (G_GNUC_UNUSED GDBusConnection *bus, G_GNUC_UNUSED const char *sender, G_GNUC_UNUSED const char *path,
           G_GNUC_UNUSED const char *interface, const char *member, G_GNUC_UNUSED GVariant *arguments, gpointer user_data)
{
  CtlZapWatch *watch = user_data;

  if (g_str_equal (member, "ZapStage") || g_str_equal (member, "PropertiesChanged") || g_str_equal (member, "TracksChanged"))
    watch->news = TRUE;
}

static gboolean
on_timeout (gpointer user_data)
{
  CtlZapWatch *watch = user_data;

  watch->timed_out = TRUE;
  return G_SOURCE_CONTINUE; /* destroyed by its owner */
}

CtlZapWatch *
ctl_zap_watch_new (Ctl *ctl, GError **error)
{
  GDBusConnection *bus = ctl_bus (ctl, error);
  CtlZapWatch *watch;

  if (bus == NULL)
    return NULL;
  watch = g_new0 (CtlZapWatch, 1);
  watch->ctl = ctl;
  watch->subscription = g_dbus_connection_signal_subscribe (bus, HEARTH_BUS_NAME, NULL, NULL, ctl->view, NULL,
                                                            G_DBUS_SIGNAL_FLAGS_NONE, on_signal, watch, NULL);
  return watch;
}

void
ctl_zap_watch_free (CtlZapWatch *watch)
{
  g_dbus_connection_signal_unsubscribe (watch->ctl->bus, watch->subscription);
  g_free (watch->channel);
  g_free (watch);
}

/* The signals only say when to look: what was reached is asked for, so that none can be missed. */
static gboolean
update (CtlZapWatch *watch, GError **error)
{
  GVariant *serial = g_variant_new ("(u)", watch->serial);
  g_autoptr (GVariant) reply = ctl_call (watch->ctl, "Player1", "GetZap", serial, "(a{sv})", error);
  g_autoptr (GVariant) zap = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  g_autoptr (GVariant) player = zap != NULL ? ctl_get_all (watch->ctl, NULL, "Player1", error) : NULL;
  guint32 newest = watch->serial;

  if (player == NULL)
    return FALSE;
  g_free (watch->channel);
  watch->channel = ctl_lookup_text (zap, "channel");
  g_variant_lookup (zap, "prefetched", "b", &watch->prefetched);
  g_variant_lookup (zap, "command", "x", &watch->command_us);
  for (guint i = 0; i < N_STAGES; i++)
    g_variant_lookup (zap, stages[i], "x", &watch->at_us[i]);
  g_variant_lookup (player, "Serial", "u", &newest);
  watch->replaced = newest != watch->serial;
  return TRUE;
}

static gboolean
has_track (CtlZapWatch *watch, const char *kind)
{
  g_autoptr (GVariant) reply = ctl_call (watch->ctl, "Player1", "ListTracks", g_variant_new ("(s)", kind), "(aa{sv})", NULL);
  g_autoptr (GVariant) tracks = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  return tracks == NULL || g_variant_n_children (tracks) > 0;
}

static gboolean
is_reached (CtlZapWatch *watch, const char *stage)
{
  for (guint i = 0; i < N_STAGES; i++)
    if (g_str_equal (stages[i], stage))
      return watch->at_us[i] != 0;
  return FALSE;
}

/* Whether the stage will still come: radio has no picture, and some channels no sound. */
static gboolean
is_awaited (CtlZapWatch *watch, guint i)
{
  if (watch->at_us[i] != 0 || (watch->prefetched && i < N_RING_STAGES))
    return FALSE;
  if (g_str_equal (stages[i], "sound") && is_reached (watch, "first-shown"))
    return has_track (watch, "audio");
  if (g_str_has_prefix (stages[i], "first-d") || g_str_has_prefix (stages[i], "first-s"))
    return !is_reached (watch, "sound") || has_track (watch, "video");
  return TRUE;
}

static char *
dup_missing (CtlZapWatch *watch)
{
  GString *missing = g_string_new (NULL);

  for (guint i = 0; i < N_STAGES; i++)
    if (is_awaited (watch, i))
      g_string_append_printf (missing, "%s%s", missing->len > 0 ? ", " : "", stages[i]);
  return g_string_free (missing, FALSE);
}

static double
to_ms (gint64 us)
{
  return (double) us / 1000.0;
}

/* Stages in the order of their times: sound may come before the picture. */
static guint
sort_stages (CtlZapWatch *watch, guint *order)
{
  guint n = 0;

  for (guint i = 0; i < N_STAGES; i++) {
    guint place = n;

    if (watch->at_us[i] == 0)
      continue;
    for (; place > 0 && watch->at_us[order[place - 1]] > watch->at_us[i]; place--)
      order[place] = order[place - 1];
    order[place] = i;
    n++;
  }
  return n;
}

static void
print_table (CtlZapWatch *watch, const char *missing)
{
  g_autoptr (CtlTable) table = ctl_table_new ("STAGE|>MS|>STEP");
  g_autofree char *title = ctl_dup_channel_title (watch->ctl, watch->channel);
  gint64 before_us = watch->command_us;
  guint order[N_STAGES], n = sort_stages (watch, order);

  ctl_print ("%s%s\n", title, watch->prefetched ? ", prefetched" : "");
  for (guint i = 0; i < n; i++) {
    gint64 at_us = watch->at_us[order[i]];

    ctl_table_add (table, stages[order[i]]);
    ctl_table_take (table, g_strdup_printf ("%.1f", to_ms (at_us - watch->command_us)));
    ctl_table_take (table, g_strdup_printf ("%.1f", to_ms (at_us - before_us)));
    before_us = at_us;
  }
  ctl_table_flush (table);
  if (*missing != '\0')
    ctl_print ("not reached: %s\n", missing);
}

static void
print_json (CtlZapWatch *watch, const char *missing)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_auto (GStrv) names = g_strsplit (missing, ", ", -1);
  guint order[N_STAGES], n = sort_stages (watch, order);

  json_builder_begin_object (builder);
  json_builder_add_int_value (json_builder_set_member_name (builder, "serial"), watch->serial);
  json_builder_add_string_value (json_builder_set_member_name (builder, "channel"), watch->channel);
  json_builder_add_boolean_value (json_builder_set_member_name (builder, "prefetched"), watch->prefetched);
  json_builder_begin_object (json_builder_set_member_name (builder, "stages"));
  for (guint i = 0; i < n; i++) /* milliseconds since the command */
    json_builder_add_double_value (json_builder_set_member_name (builder, stages[order[i]]),
                                   to_ms (watch->at_us[order[i]] - watch->command_us));
  json_builder_end_object (builder);
  json_builder_begin_array (json_builder_set_member_name (builder, "missing"));
  for (guint i = 0; names[i] != NULL; i++)
    json_builder_add_string_value (builder, names[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  ctl_print_json (json_builder_get_root (builder));
}

static void
set_missing_error (CtlZapWatch *watch, const char *missing, guint timeout_s, GError **error)
{
  g_autoptr (GVariant) player = ctl_get_all (watch->ctl, NULL, "Player1", NULL);
  g_autofree char *text = player != NULL ? ctl_lookup_text (player, "ReasonText") : g_strdup ("");

  if (watch->replaced)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CANCELLED, "another zap took this one's place before %s", missing);
  else
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_TIMED_OUT, "after %u s these stages are missing: %s%s%s", timeout_s,
                 missing, *text != '\0' ? "; " : "", text);
}

gboolean
ctl_zap_watch_run (CtlZapWatch *watch, guint serial, guint timeout_s, GError **error)
{
  g_autoptr (GSource) timeout = g_timeout_source_new_seconds (timeout_s);
  g_autoptr (GError) failure = NULL;
  g_autofree char *missing = NULL;

  watch->serial = serial;
  g_source_set_callback (timeout, on_timeout, watch, NULL);
  g_source_attach (timeout, NULL);
  for (;;) {
    watch->news = FALSE;
    if (!update (watch, &failure))
      break;
    g_free (missing);
    missing = dup_missing (watch);
    if (*missing == '\0' || watch->replaced || watch->timed_out)
      break;
    while (!watch->news && !watch->timed_out)
      g_main_context_iteration (NULL, TRUE);
  }
  g_source_destroy (timeout);
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  if (watch->ctl->json)
    print_json (watch, missing);
  else
    print_table (watch, missing);
  if (*missing != '\0')
    set_missing_error (watch, missing, timeout_s, error);
  return *missing == '\0';
}
