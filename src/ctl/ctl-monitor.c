/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

#define FOLLOW_MS 200 /* the log holds 4096 frames: over 30 s */

/* ^C and SIGTERM end what would go on for ever; that is no failure. */
static gboolean
on_stop (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

/* ---- monitor ------------------------------------------------------------------------------ */

static char *
dup_clock (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  return g_date_time_format (now, "%H:%M:%S.%f");
}

static void
print_line (Ctl *ctl, const char *path, const char *interface, const char *member, const char *key, GVariant *value)
{
  g_autofree char *clock = dup_clock ();
  g_autofree char *text = NULL;

  if (!ctl->json) {
    text = ctl_text (value);
    ctl_print ("%s  %s  %s.%s%s%s\n", clock, path, interface, member, g_str_equal (key, "value") ? " = " : " ", text);
  } else {
    g_autoptr (GVariant) line = g_variant_ref_sink (
      g_variant_new_parsed ("{'time': <%x>, 'path': <%s>, 'interface': <%s>, %s: <%s>, %s: <%*>}", g_get_real_time (), path,
                            interface, g_str_equal (key, "value") ? "property" : "signal", member, key, value));
    g_autoptr (JsonNode) node = json_gvariant_serialize (line);

    text = json_to_string (node, FALSE);
    ctl_print ("%s\n", text);
  }
  ctl_flush (NULL);
}

static void
print_properties (Ctl *ctl, const char *path, GVariant *arguments)
{
  const char *interface, *name;
  GVariantIter *iter;
  GVariant *value;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  g_variant_get (arguments, "(&sa{sv}as)", &interface, &iter, NULL);
  while (g_variant_iter_loop (iter, "{&sv}", &name, &value))
    print_line (ctl, path, interface, name, "value", value);
  g_variant_iter_free (iter);
}

static void
on_signal (G_GNUC_UNUSED GDBusConnection *bus, G_GNUC_UNUSED const char *sender, const char *path, const char *interface,
           const char *member, GVariant *arguments, gpointer user_data)
{
  Ctl *ctl = user_data;

  if (g_str_equal (interface, "org.freedesktop.DBus.Properties"))
    print_properties (ctl, path, arguments);
  else
    print_line (ctl, path, interface, member, "arguments", arguments);
}

static void
on_appeared (GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string (owner));

  print_line (user_data, "/", name, "owner", "value", value);
}

static void
on_vanished (GDBusConnection *bus, const char *name, gpointer user_data)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string (""));

  print_line (user_data, "/", name, "owner", "value", value);
}

static gboolean
run_monitor (Ctl *ctl, GError **error)
{
  gboolean stop = FALSE;
  guint watch;

  if (ctl_bus (ctl, error) == NULL)
    return FALSE;
  g_unix_signal_add (SIGINT, on_stop, &stop);
  g_unix_signal_add (SIGTERM, on_stop, &stop);
  g_dbus_connection_signal_subscribe (ctl->bus, HEARTH_BUS_NAME, NULL, NULL, NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_signal,
                                      ctl, NULL);
  watch = g_bus_watch_name_on_connection (ctl->bus, HEARTH_BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared, on_vanished,
                                          ctl, NULL);
  while (!stop && ctl_flush (NULL) && !g_dbus_connection_is_closed (ctl->bus))
    g_main_context_iteration (NULL, TRUE);
  g_bus_unwatch_name (watch);
  if (stop || !ctl_flush (NULL))
    return TRUE;
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_DISCONNECTED, "the bus went away");
  return FALSE;
}

/* ---- frames ----------------------------------------------------------------------------------- */

typedef struct {
  guint64 number, sequence;
  guint32 serial, channel, frame;
  gint64 shown_us, pts90k;
} Frame;

static void
print_frame (Ctl *ctl, const Frame *frame, const Frame *before)
{
  gint64 step_us = before->shown_us != 0 ? frame->shown_us - before->shown_us : 0;
  char barred[48] = "";

  if (ctl->json) {
    ctl_print ("{\"number\":%" G_GUINT64_FORMAT ",\"sequence\":%" G_GUINT64_FORMAT
               ",\"serial\":%u,\"shown-us\":%" G_GINT64_FORMAT ",\"pts90k\":%" G_GINT64_FORMAT,
               frame->number, frame->sequence, frame->serial, frame->shown_us, frame->pts90k);
    if (frame->channel != G_MAXUINT32)
      ctl_print (",\"channel\":%u,\"frame\":%u", frame->channel, frame->frame);
    ctl_print ("}\n");
    return;
  }
  if (frame->channel != G_MAXUINT32)
    g_snprintf (barred, sizeof barred, "%u/%u", frame->channel, frame->frame);
  ctl_print ("%8" G_GUINT64_FORMAT "  %8" G_GUINT64_FORMAT "  %6u  %14.3f  %8.3f  %12" G_GINT64_FORMAT "  %s\n",
             frame->number, frame->sequence, frame->serial, (double) frame->shown_us / 1e6, (double) step_us / 1e3, frame->pts90k, barred);
}

static gboolean
print_frames (Ctl *ctl, gboolean title, Frame *last, GError **error)
{
  GVariant *since = g_variant_new ("(t)", last->number);
  g_autoptr (GVariant) reply = ctl_call (ctl, "Display1", "GetFrameLog", since, "(a(ttuxxuu))", error);
  GVariantIter *iter;
  Frame frame;

  if (reply == NULL)
    return FALSE;
  if (title && !ctl->json)
    ctl_print ("  NUMBER  SEQUENCE  SERIAL      SHOWN S   STEP MS     PTS 90KHZ  BAR CODE\n");
  g_variant_get (reply, "(a(ttuxxuu))", &iter);
  while (g_variant_iter_next (iter, "(ttuxxuu)", &frame.number, &frame.sequence, &frame.serial, &frame.shown_us,
                              &frame.pts90k, &frame.channel, &frame.frame)) {
    print_frame (ctl, &frame, last);
    *last = frame;
  }
  g_variant_iter_free (iter);
  return TRUE;
}

static gboolean
switch_log (Ctl *ctl, gboolean on, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Display1", "SetFrameLog", g_variant_new ("(b)", on), "()", error);

  return reply != NULL;
}

static gboolean
on_tick (G_GNUC_UNUSED gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
follow (Ctl *ctl, GError **error)
{
  gboolean stop = FALSE, first = TRUE;
  Frame last = { 0 };

  g_unix_signal_add (SIGINT, on_stop, &stop);
  g_unix_signal_add (SIGTERM, on_stop, &stop);
  g_timeout_add (FOLLOW_MS, on_tick, NULL);
  while (!stop && ctl_flush (NULL)) {
    if (!print_frames (ctl, first, &last, error))
      return FALSE;
    first = FALSE;
    ctl_flush (NULL);
    g_main_context_iteration (NULL, TRUE);
  }
  return TRUE;
}

static gboolean
run_frames (Ctl *ctl, GError **error)
{
  Frame last = { 0 };
  gboolean on;

  if (ctl->n_words > 0) {
    if (ctl_parse_boolean (ctl->words[0], &on))
      return switch_log (ctl, on, error);
    ctl_usage_error (error, "the frame log goes on or off, not “%s”", ctl->words[0]);
    return FALSE;
  }
  if (ctl_option (ctl, "follow") != NULL && !switch_log (ctl, TRUE, error))
    return FALSE;
  return ctl_option (ctl, "follow") != NULL ? follow (ctl, error) : print_frames (ctl, TRUE, &last, error);
}

static const CtlOption frame_options[] = {
  { "follow", NULL, "switch the log on, and print frames as they are shown until ^C" },
  { NULL, NULL, NULL },
};

const CtlCommand ctl_monitor_commands[] = {
  { "monitor", "", "all signals and changes of properties, until ^C", "With --json: one JSON object a line.", 0, 0,
    run_monitor, NULL, { NULL } },
  { "frames", "[on|off]", "the log of shown frames; on and off switch it", "With --json: one JSON object a line.", 0, 1,
    run_frames, frame_options, { "on off" } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
