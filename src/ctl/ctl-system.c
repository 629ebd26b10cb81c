/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

static gboolean
print_reply_list (Ctl *ctl, const char *name, GVariant *reply, const char *columns)
{
  g_autoptr (GVariant) owned = reply;
  g_autoptr (GVariant) list = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (list != NULL)
    ctl_print_list (ctl, name, list, columns);
  return list != NULL;
}

static gboolean
run_workers (Ctl *ctl, GError **error)
{
  return print_reply_list (ctl, "workers", ctl_call (ctl, "System1", "GetWorkers", NULL, "(aa{sv})", error),
                           "name|role|>pid|state|adopted|>restarts|>careful|since|last-exit");
}

static gboolean
run_plugins (Ctl *ctl, GError **error)
{
  return print_reply_list (ctl, "plugins", ctl_call (ctl, "System1", "GetPlugins", NULL, "(aa{sv})", error),
                           "name|version|state|summary|error");
}

/* What the platform's plug-in knows: nothing, while its worker does not run. */
static GVariant *
describe_box (Ctl *ctl, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GVariant) reply = ctl_call (ctl, "System1", "Describe", NULL, "(a{sv})", &local);

  if (reply != NULL)
    return g_variant_get_child_value (reply, 0);
  if (g_error_matches (local, HEARTH_ERROR, HEARTH_ERROR_BUSY))
    return g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

/* How the broadcasts' clock compares, where there is one. */
static void
print_time (GVariant *time)
{
  g_autofree char *confidence = ctl_lookup_text (time, "confidence");
  gint64 offset_us;
  guint n;

  if (g_variant_lookup (time, "offset", "x", &offset_us) && g_variant_lookup (time, "multiplexes", "u", &n))
    ctl_print ("broadcast time: %+.1f s from the system's clock, by %u multiplexes (%s)\n", (double) offset_us / G_USEC_PER_SEC, n, confidence);
}

static gboolean
run_system (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) system = ctl_get_all (ctl, NULL, "System1", error);
  g_autoptr (GVariant) box = system != NULL ? describe_box (ctl, error) : NULL;
  g_autoptr (GVariant) time = system != NULL ? g_variant_lookup_value (system, "BroadcastTime", G_VARIANT_TYPE_VARDICT) : NULL;
  g_autofree char *state = NULL, *version = NULL, *started = NULL, *trouble = NULL;
  gint64 started_us = 0;
  guint32 api = 0;

  if (box == NULL)
    return FALSE;
  if (time == NULL)
    time = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  state = ctl_lookup_text (system, "State");
  version = ctl_lookup_text (system, "Version");
  trouble = ctl_lookup_text (system, "StorageTrouble");
  g_variant_lookup (system, "ApiVersion", "u", &api);
  g_variant_lookup (system, "Started", "x", &started_us);
  started = ctl_text_utc (started_us);
  if (ctl->json) {
    g_autoptr (GVariant) all = g_variant_ref_sink (g_variant_new_parsed (
      "{'state': <%s>, 'version': <%s>, 'api-version': <%u>, 'started': <%x>, 'storage-trouble': <%s>, 'broadcast-time': <%@a{sv}>, 'box': <%@a{sv}>}", state,
      version, api, started_us, trouble, time, box));

    ctl_print_variant (NULL, all);
    return TRUE;
  }
  ctl_print ("Hearth %s, interfaces of version %u, %s, started %s\n", version, api, state, started);
  if (*trouble != '\0')
    ctl_print ("%s\n", trouble);
  ctl_print_dictionary (ctl, box);
  print_time (time);
  return TRUE;
}

static gboolean
call_plain (Ctl *ctl, const char *method, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "System1", method, NULL, "()", error);

  return reply != NULL;
}

static gboolean
run_standby (Ctl *ctl, GError **error)
{
  return call_plain (ctl, "Standby", error);
}

static gboolean
run_wake (Ctl *ctl, GError **error)
{
  return call_plain (ctl, "Wake", error);
}

static gboolean
run_debug (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "System1", "SetDebug", g_variant_new ("(s)", ctl->words[0]), "()", error);

  return reply != NULL;
}

const CtlCommand ctl_system_commands[] = {
  { "system", "", "Hearth's version, and what is known of the box", NULL, 0, 0, run_system, NULL, { NULL } },
  { "workers", "", "Hearth's processes", NULL, 0, 0, run_workers, NULL, { NULL } },
  { "system workers", "", NULL, NULL, 0, 0, run_workers, NULL, { NULL } },
  { "plugins", "", "the plug-ins", NULL, 0, 0, run_plugins, NULL, { NULL } },
  { "system plugins", "", NULL, NULL, 0, 0, run_plugins, NULL, { NULL } },
  { "standby", "", "picture, sound and streams off", NULL, 0, 0, run_standby, NULL, { NULL } },
  { "wake", "", "back to the channel that was on", NULL, 0, 0, run_wake, NULL, { NULL } },
  { "debug", "LEVELS", "log levels by topic, in all processes",
    "LEVELS is as in HEARTH_DEBUG: “stream:5,ring:4,*:3”; 1 error to 5 debug. “” goes back to the default.", 1, 1,
    run_debug, NULL, { "" } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
