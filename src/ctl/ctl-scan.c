/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hearthctl network scan: shows a scan while it runs, and what came of it. */
#include "ctl/hearth-ctl.h"

#include <glib-unix.h>
#include <stdio.h>

typedef struct {
  Ctl *ctl;
  char *path;
  gboolean stop;    /* ^C was pressed */
  gboolean gone;    /* hearthd, or the network */
  gboolean waiting; /* told so */
  GVariant *result; /* NULL while it runs */
} Scan;

/* ---- what is told while it runs ----------------------------------------------------------- */

static void
print_object (const char *name, GVariant *value)
{
  g_autoptr (JsonNode) node = json_gvariant_serialize (value);
  g_autofree char *text = json_to_string (node, FALSE);

  ctl_print ("{\"%s\":%s}\n", name, text);
}

/* "dvbc?freq=314&…": the frequency is what a person knows it by. */
static char *
dup_place (const char *tuning)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GRegex) regex = g_regex_new ("(?:^|[?&])freq=([0-9.]+)", 0, 0, &error);
  g_autofree char *mhz = NULL;

  if (regex == NULL || !g_regex_match (regex, tuning, 0, &match))
    return ctl_text_clean (tuning);
  mhz = g_match_info_fetch (match, 1);
  return g_strdup_printf ("%s MHz", mhz);
}

static void
print_progress (Scan *self, GVariant *progress)
{
  g_autofree char *state = ctl_lookup_text (progress, "state"), *tuning = ctl_lookup_text (progress, "tuning");
  g_autofree char *found = ctl_lookup_text (progress, "found"), *place = dup_place (tuning);
  const gboolean waiting = g_str_equal (state, "waiting");
  guint32 done = 0, known = 0;

  g_variant_lookup (progress, "done", "u", &done);
  g_variant_lookup (progress, "known", "u", &known);
  if (*tuning != '\0')
    ctl_print ("%3u/%u  %s: %s\n", done, known, place, *found != '\0' ? found : "nothing");
  if (waiting && !self->waiting)
    ctl_print ("         waiting for a tuner: people use them all\n");
  self->waiting = waiting;
}

static void
take_progress (Scan *self, GVariant *progress)
{
  if (self->ctl->json)
    print_object ("progress", progress);
  else
    print_progress (self, progress);
  ctl_flush (NULL);
}

static void
on_signal (G_GNUC_UNUSED GDBusConnection *bus, G_GNUC_UNUSED const char *sender, G_GNUC_UNUSED const char *path,
           G_GNUC_UNUSED const char *interface, const char *member, GVariant *arguments, gpointer user_data)
{
  Scan *self = user_data;
  g_autoptr (GVariant) words = NULL;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(a{sv})")))
    return;
  words = g_variant_get_child_value (arguments, 0);
  if (g_str_equal (member, "ScanProgress") && self->result == NULL)
    take_progress (self, words);
  else if (g_str_equal (member, "ScanFinished") && self->result == NULL)
    self->result = g_steal_pointer (&words);
}

static void
on_vanished (G_GNUC_UNUSED GDBusConnection *bus, G_GNUC_UNUSED const char *name, gpointer user_data)
{
  ((Scan *) user_data)->gone = TRUE;
}

static gboolean
on_stop (gpointer user_data)
{
  ((Scan *) user_data)->stop = TRUE;
  return G_SOURCE_CONTINUE;
}

/* ---- what came of it ------------------------------------------------------------------------- */

static void
print_change (GVariant *result, const char *key, const char *words)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (result, key, G_VARIANT_TYPE ("a(ss)"));
  const gsize n = list != NULL ? g_variant_n_children (list) : 0;

  if (n == 0)
    return;
  ctl_print ("%s (%" G_GSIZE_FORMAT "):", words, n);
  for (gsize i = 0; i < n; i++) {
    const char *address, *name;
    g_autofree char *clean = NULL;

    g_variant_get_child (list, i, "(&s&s)", &address, &name);
    clean = ctl_text_clean (*name != '\0' ? name : address);
    ctl_print ("%s %s", i > 0 ? "," : "", clean);
  }
  ctl_print ("\n");
}

static void
print_result (GVariant *result)
{
  guint32 services = 0, multiplexes = 0, conflicts = 0;

  g_variant_lookup (result, "services", "u", &services);
  g_variant_lookup (result, "multiplexes", "u", &multiplexes);
  g_variant_lookup (result, "conflicts", "u", &conflicts);
  ctl_print ("%u services in %u multiplexes\n", services, multiplexes);
  if (conflicts > 0)
    ctl_print ("%u wanted a channel number that another has, and got another one\n", conflicts);
  print_change (result, "came", "came");
  print_change (result, "went", "went");
  print_change (result, "moved", "moved to another multiplex");
  print_change (result, "renamed", "renamed");
}

static gboolean
judge (Scan *self, GError **error)
{
  g_autofree char *reason = ctl_lookup_text (self->result, "reason");
  gboolean cancelled = FALSE;
  guint32 services = 0;

  g_variant_lookup (self->result, "cancelled", "b", &cancelled);
  g_variant_lookup (self->result, "services", "u", &services);
  if (self->ctl->json)
    print_object ("result", self->result);
  else if (!cancelled)
    print_result (self->result);
  if (cancelled && g_str_equal (reason, "Plugin"))
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_PLUGIN,
                         "the network's process ended during the scan and is started again; the channels stay as they were: scan again");
  else if (cancelled)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CANCELLED, "%s; the channels stay as they were",
                 self->stop ? "the scan was cancelled" : "somebody else cancelled the scan");
  else if (services == 0)
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NO_SIGNAL,
                         "no service was found; the channels stay as they were. “hearthctl network tuners” tells whether there is a signal.");
  return !cancelled && services > 0;
}

/* ---- its course --------------------------------------------------------------------------------- */

/* Not busy because its worker is just being started: that one answers, or begins with a scan. */
static gboolean
is_scanning (Scan *self)
{
  g_autoptr (GVariant) network = ctl_get_all (self->ctl, self->path, "Network1", NULL);
  g_autofree char *state = network != NULL ? ctl_lookup_text (network, "State") : g_strdup ("");
  g_autoptr (GVariant) tuners = ctl_call_at (self->ctl, self->path, "Network1", "GetTuners", NULL, "(aa{sv})", NULL);

  return tuners != NULL || g_str_equal (state, "loading") || g_str_equal (state, "starting");
}

/* One that runs already is watched, unless another kind was asked for. */
static gboolean
begin (Scan *self, GError **error)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);
  const char *mode = ctl_option (self->ctl, "mode");
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) own = NULL;

  if (mode != NULL)
    g_variant_dict_insert (&options, "mode", "s", mode);
  reply = ctl_call_network (self->ctl, self->ctl->words[0], "Scan", g_variant_new ("(@a{sv})", g_variant_dict_end (&options)), "()", &own);
  if (reply == NULL && mode == NULL && g_error_matches (own, HEARTH_ERROR, HEARTH_ERROR_BUSY) && is_scanning (self))
    return TRUE;
  if (reply == NULL)
    g_propagate_error (error, g_steal_pointer (&own));
  return reply != NULL;
}

static gboolean
cancel (Scan *self, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call_at (self->ctl, self->path, "Network1", "CancelScan", NULL, "()", error);

  return reply != NULL;
}

static gboolean
follow (Scan *self, GError **error)
{
  gboolean asked = FALSE;

  while (self->result == NULL && !self->gone && ctl_flush (NULL)) {
    if (self->stop && !asked && !cancel (self, error))
      return FALSE;
    asked = self->stop;
    g_main_context_iteration (NULL, TRUE);
  }
  if (self->result != NULL)
    return judge (self, error);
  if (!self->gone)
    return TRUE; /* nobody reads any more; the scan goes on */
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_DISCONNECTED, "Hearth went away during the scan");
  return FALSE;
}

gboolean
ctl_run_scan (Ctl *ctl, GError **error)
{
  g_autofree char *path = ctl_network_path (ctl->words[0], error);
  Scan self = { .ctl = ctl, .path = path };
  guint subscription, name, interrupt;
  gboolean done;

  if (path == NULL || ctl_bus (ctl, error) == NULL)
    return FALSE;
  subscription = g_dbus_connection_signal_subscribe (ctl->bus, HEARTH_BUS_NAME, "tv.hearth.Network1", NULL, path, NULL,
                                                     G_DBUS_SIGNAL_FLAGS_NONE, on_signal, &self, NULL);
  name = g_bus_watch_name_on_connection (ctl->bus, HEARTH_BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_vanished, &self, NULL);
  interrupt = g_unix_signal_add (SIGINT, on_stop, &self);
  done = begin (&self, error) && follow (&self, error);
  g_source_remove (interrupt);
  g_bus_unwatch_name (name);
  g_dbus_connection_signal_unsubscribe (ctl->bus, subscription);
  g_clear_pointer (&self.result, g_variant_unref);
  return done;
}
