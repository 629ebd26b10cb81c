/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A make-believe hearthd: fake-hearth N_CHANNELS. Prints "ready" when it owns its name. Channel N has the id fakechannel0000N;
 * 1 is CCTV-1 综合, 3 is a radio whose name holds an escape sequence, 4 never gets a picture. All others get all stages at
 * once, 10 ms apart by their stamps. Standby is Busy, SetDebug knows "denied" and "bad". */
#include "config.h"

#include "dbus/tv.hearth.Channels1.h"
#include "dbus/tv.hearth.Display1.h"
#include "dbus/tv.hearth.Network1.h"
#include "dbus/tv.hearth.Networks1.h"
#include "dbus/tv.hearth.Player1.h"
#include "dbus/tv.hearth.Settings1.h"
#include "dbus/tv.hearth.System1.h"
#include "tests/unit/client/fake-hearth.h"

#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <hearth/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define NO_PICTURE 4
#define HANDLED G_DBUS_METHOD_INVOCATION_HANDLED

static guint n_channels, current, previous, serial, zap_channel;
static gint64 command_us;
static guint stage_reached; /* how many stages of the newest zap */
static GDBusConnection *bus;
static GHashTable *networks; /* name -> HearthDBusNetwork1, with its "settings" */
static HearthDBusPlayer1 *player;
static GHashTable *settings; /* key -> GVariant */

static const char *const stages[] = { "join",          "first-packet", "tables", "random-access-point",
                                      "first-decoded", "first-shown",  "sound",  "normal-speed" };

static gboolean
refuse (GDBusMethodInvocation *call, HearthError code, const char *text)
{
  g_dbus_method_invocation_return_error_literal (call, HEARTH_ERROR, code, text);
  return HANDLED;
}

/* ---- channels --------------------------------------------------------------------------- */

static GVariant *
make_channel (guint number)
{
  GVariantBuilder channel;
  g_autofree char *name = g_strdup_printf ("Channel %u", number);

  g_variant_builder_init (&channel, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&channel, "{sv}", "id", g_variant_new_take_string (g_strdup_printf ("fakechannel%05u", number)));
  g_variant_builder_add (&channel, "{sv}", "number", g_variant_new_take_string (g_strdup_printf ("%u", number)));
  g_variant_builder_add (&channel, "{sv}", "name",
                         g_variant_new_string (number == 1 ? "CCTV-1 综合" : number == 3 ? "Radio\033[31m Red" : name));
  g_variant_builder_add (&channel, "{sv}", "names", g_variant_new_parsed ("{'zh': '频道'}"));
  g_variant_builder_add (&channel, "{sv}", "kind", g_variant_new_string (number == 3 ? "radio" : "tv"));
  g_variant_builder_add (&channel, "{sv}", "group", g_variant_new_string (number % 2 ? "央视" : "others"));
  g_variant_builder_add (&channel, "{sv}", "legs", g_variant_new_uint32 (1));
  return g_variant_builder_end (&channel);
}

static guint
number_of (const char *id)
{
  guint number = 0;

  return sscanf (id, "fakechannel%u", &number) == 1 && number <= n_channels ? number : 0;
}

static gboolean
fits (guint number, GVariant *filter)
{
  g_autoptr (GVariant) channel = g_variant_ref_sink (make_channel (number));
  const char *text, *name, *digits, *group, *wanted;

  g_variant_lookup (channel, "name", "&s", &name);
  g_variant_lookup (channel, "number", "&s", &digits);
  g_variant_lookup (channel, "group", "&s", &group);
  if (g_variant_lookup (filter, "group", "&s", &wanted) && !g_str_equal (group, wanted))
    return FALSE;
  return !g_variant_lookup (filter, "text", "&s", &text) || strcasestr (name, text) != NULL || strstr (digits, text) != NULL;
}

static gboolean
on_list (HearthDBusChannels1 *channels, GDBusMethodInvocation *call, const char *cursor, guint limit, GVariant *filter)
{
  g_autofree char *next = NULL;
  guint64 number = 1;
  GVariantBuilder list;

  if (limit < 1 || limit > 1000 || (*cursor != '\0' && !g_ascii_string_to_unsigned (cursor, 10, 1, n_channels, &number, NULL)))
    return refuse (call, HEARTH_ERROR_INVALID_ARGUMENT, "this cursor or limit is not ours");
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (; number <= n_channels && limit > 0; number++) {
    if (!fits ((guint) number, filter))
      continue;
    g_variant_builder_add_value (&list, make_channel ((guint) number));
    limit--;
  }
  next = number <= n_channels ? g_strdup_printf ("%u", (guint) number) : g_strdup ("");
  hearth_dbus_channels1_complete_list (channels, call, g_variant_builder_end (&list), next);
  return HANDLED;
}

static gboolean
on_get (HearthDBusChannels1 *channels, GDBusMethodInvocation *call, const char *id)
{
  if (number_of (id) == 0)
    return refuse (call, HEARTH_ERROR_NOT_FOUND, "there is no such channel");
  hearth_dbus_channels1_complete_get (channels, call, make_channel (number_of (id)));
  return HANDLED;
}

static gboolean
on_find_number (HearthDBusChannels1 *channels, GDBusMethodInvocation *call, const char *number)
{
  g_autofree char *id = NULL;
  guint64 value;

  if (!g_ascii_string_to_unsigned (number, 10, 1, n_channels, &value, NULL))
    return refuse (call, HEARTH_ERROR_NOT_FOUND, "there is no such number");
  id = g_strdup_printf ("fakechannel%05u", (guint) value);
  hearth_dbus_channels1_complete_find_number (channels, call, id);
  return HANDLED;
}

static gboolean
on_get_legs (HearthDBusChannels1 *channels, GDBusMethodInvocation *call, const char *id)
{
  GVariant *legs = g_variant_new_parsed ("[{'network': <'cable'>, 'uri': <'udp://@239.1.1.1:5000'>, 'delivery': <'ring'>, "
                                         "'attributes': <[('tvg-id', 'cctv1'), ('x-odd', 'value')]>}]");

  hearth_dbus_channels1_complete_get_legs (channels, call, legs);
  return HANDLED;
}

static gboolean
on_list_groups (HearthDBusChannels1 *channels, GDBusMethodInvocation *call)
{
  hearth_dbus_channels1_complete_list_groups (channels, call, g_variant_new_parsed ("[('央视', uint32 3), ('others', 2)]"));
  return HANDLED;
}

/* ---- the player ---------------------------------------------------------------------------- */

static gboolean
reach_stage (G_GNUC_UNUSED gpointer user_data)
{
  if (zap_channel == NO_PICTURE && stage_reached == 1) {
    hearth_dbus_player1_set_reason_text (player, "joined, and nothing comes");
    hearth_dbus_player1_set_reason (player, "NoPackets");
    hearth_dbus_player1_set_state (player, "no-signal");
    return G_SOURCE_REMOVE;
  }
  stage_reached++;
  hearth_dbus_player1_emit_zap_stage (player, serial, stages[stage_reached - 1], command_us + stage_reached * 10000);
  if (stage_reached < G_N_ELEMENTS (stages))
    return G_SOURCE_CONTINUE;
  hearth_dbus_player1_set_picture (player, g_variant_new_parsed ("{'width': <uint32 1920>, 'height': <uint32 1080>, 'interlaced': <true>, 'codec': <'h264'>}"));
  hearth_dbus_player1_set_state (player, "playing");
  return G_SOURCE_REMOVE;
}

static void
zap_to (guint number, const char *uri)
{
  g_autofree char *id = number > 0 ? g_strdup_printf ("fakechannel%05u", number) : g_strdup ("");

  previous = current;
  current = zap_channel = number;
  serial++;
  command_us = g_get_monotonic_time ();
  stage_reached = 0;
  hearth_dbus_player1_set_serial (player, serial);
  hearth_dbus_player1_set_channel (player, id);
  hearth_dbus_player1_set_uri (player, uri);
  hearth_dbus_player1_set_reason (player, "");
  hearth_dbus_player1_set_reason_text (player, "");
  hearth_dbus_player1_set_state (player, "opening");
  g_idle_add (reach_stage, NULL);
}

static gboolean
on_open (HearthDBusPlayer1 *object, GDBusMethodInvocation *call, const char *id, GVariant *options)
{
  if (number_of (id) == 0)
    return refuse (call, HEARTH_ERROR_NOT_FOUND, "there is no such channel");
  zap_to (number_of (id), "");
  hearth_dbus_player1_complete_open (object, call, serial);
  return HANDLED;
}

static gboolean
on_open_number (HearthDBusPlayer1 *object, GDBusMethodInvocation *call, const char *number, GVariant *options)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (number, 10, 1, n_channels, &value, NULL))
    return refuse (call, HEARTH_ERROR_NOT_FOUND, "there is no such number");
  zap_to ((guint) value, "");
  hearth_dbus_player1_complete_open_number (object, call, serial);
  return HANDLED;
}

static gboolean
on_open_uri (HearthDBusPlayer1 *object, GDBusMethodInvocation *call, const char *uri, GVariant *options)
{
  if (g_str_has_prefix (uri, "gopher:"))
    return refuse (call, HEARTH_ERROR_NOT_SUPPORTED, "nothing here opens gopher");
  zap_to (0, uri);
  hearth_dbus_player1_complete_open_uri (object, call, serial);
  return HANDLED;
}

static gboolean
on_zap (HearthDBusPlayer1 *object, GDBusMethodInvocation *call, gint delta, GVariant *options)
{
  guint from = current > 0 ? current : 1;

  zap_to ((from - 1 + n_channels + (guint) (delta % (gint) n_channels)) % n_channels + 1, "");
  hearth_dbus_player1_complete_zap (object, call, serial);
  return HANDLED;
}

static gboolean
on_back (HearthDBusPlayer1 *object, GDBusMethodInvocation *call, GVariant *options)
{
  if (previous == 0)
    return refuse (call, HEARTH_ERROR_NOT_FOUND, "there was no channel before this one");
  zap_to (previous, "");
  hearth_dbus_player1_complete_back (object, call, serial);
  return HANDLED;
}

static gboolean
on_stop (HearthDBusPlayer1 *object, GDBusMethodInvocation *call, GVariant *options)
{
  current = 0;
  hearth_dbus_player1_set_channel (object, "");
  hearth_dbus_player1_set_uri (object, "");
  hearth_dbus_player1_set_state (object, "stopped");
  hearth_dbus_player1_complete_stop (object, call);
  return HANDLED;
}

static gboolean
on_list_tracks (HearthDBusPlayer1 *object, GDBusMethodInvocation *call, const char *kind)
{
  gboolean audio = g_str_equal (kind, "audio"), video = g_str_equal (kind, "video") && current != 3;
  GVariant *tracks =
    audio   ? g_variant_new_parsed ("[{'id': <'257'>, 'codec': <'mp2'>, 'language': <'chi'>, 'selected': <true>, 'channels': <uint32 2>, "
                                    "'rate': <uint32 48000>}]")
    : video ? g_variant_new_parsed ("[{'id': <'256'>, 'codec': <'h264'>, 'selected': <true>, 'width': <uint32 1920>, 'height': "
                                    "<uint32 1080>}]")
            : g_variant_new ("aa{sv}", NULL);

  hearth_dbus_player1_complete_list_tracks (object, call, tracks);
  return HANDLED;
}

static gboolean
on_select_track (HearthDBusPlayer1 *object, GDBusMethodInvocation *call, const char *kind, const char *id)
{
  if (!g_str_equal (id, "257") && *id != '\0')
    return refuse (call, HEARTH_ERROR_NOT_FOUND, "there is no such track");
  hearth_dbus_player1_complete_select_track (object, call);
  return HANDLED;
}

static gboolean
on_get_zap (HearthDBusPlayer1 *object, GDBusMethodInvocation *call, guint wanted)
{
  GVariantBuilder zap;

  if (wanted != serial)
    return refuse (call, HEARTH_ERROR_NOT_FOUND, "there was no such zap");
  g_variant_builder_init (&zap, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&zap, "{sv}", "serial", g_variant_new_uint32 (serial));
  g_variant_builder_add (&zap, "{sv}", "channel", g_variant_new_string (hearth_dbus_player1_get_channel (object)));
  g_variant_builder_add (&zap, "{sv}", "prefetched", g_variant_new_boolean (FALSE));
  g_variant_builder_add (&zap, "{sv}", "command", g_variant_new_int64 (command_us));
  for (guint i = 0; i < stage_reached; i++)
    g_variant_builder_add (&zap, "{sv}", stages[i], g_variant_new_int64 (command_us + (i + 1) * 10000));
  hearth_dbus_player1_complete_get_zap (object, call, g_variant_builder_end (&zap));
  return HANDLED;
}

static gboolean
on_get_statistics (HearthDBusPlayer1 *object, GDBusMethodInvocation *call)
{
  hearth_dbus_player1_complete_get_statistics (object, call,
                                               g_variant_new_parsed ("{'frames-shown': <uint64 250>, 'speed': <1.0>}"));
  return HANDLED;
}

/* ---- the display ------------------------------------------------------------------------------ */

static gboolean
on_screenshot (HearthDBusDisplay1 *display, GDBusMethodInvocation *call, GUnixFDList *fds, GVariant *options)
{
  g_autoptr (GUnixFDList) out = g_unix_fd_list_new ();
  int fd = memfd_create ("fake", MFD_CLOEXEC);
  const char *format = "png";
  guint32 width = 1920;
  gboolean jpeg, osd = TRUE;

  g_variant_lookup (options, "format", "&s", &format);
  g_variant_lookup (options, "width", "u", &width);
  g_variant_lookup (options, "osd", "b", &osd);
  jpeg = g_str_equal (format, "jpeg");
  if (fd < 0 || write (fd, jpeg ? FAKE_JPEG : FAKE_PNG, jpeg ? strlen (FAKE_JPEG) : strlen (FAKE_PNG)) < 0 ||
      g_unix_fd_list_append (out, fd, NULL) < 0)
    return refuse (call, HEARTH_ERROR_IO, "no memfd");
  close (fd);
  hearth_dbus_display1_complete_screenshot (
    display, call, out, g_variant_new_handle (0),
    g_variant_new_parsed ("{'width': <%u>, 'height': <%u>, 'osd': <%b>, 'channel': <uint32 7>, 'frame': <uint32 99>}", width,
                          width * 9 / 16, osd));
  return HANDLED;
}

static gboolean
on_describe_display (HearthDBusDisplay1 *display, GDBusMethodInvocation *call)
{
  hearth_dbus_display1_complete_describe (
    display, call,
    g_variant_new_parsed ("{'plugin': <'kms'>, 'mode': <'1920x1080@50'>, 'imports': <['memfd']>, 'composes': <true>, "
                          "'hardware-timing': <true>, 'connector': <'HDMI-A-1'>, "
                          "'planes': <[(uint32 31, 'primary', uint32 0, ['XR24', 'NV12']), (32, 'overlay', 1, ['AR24'])]>, "
                          "'layers': <[('video', uint32 31, 'shown by a plane of its own')]>}"));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_list_modes (HearthDBusDisplay1 *display, GDBusMethodInvocation *call)
{
  static const char *const modes[] = { "1920x1080@50", "1280x720@50", NULL };

  hearth_dbus_display1_complete_list_modes (display, call, modes);
  return HANDLED;
}

static gboolean
on_show_banner (HearthDBusDisplay1 *display, GDBusMethodInvocation *call, GVariant *options)
{
  hearth_dbus_display1_complete_show_banner (display, call);
  return HANDLED;
}

static gboolean
on_set_frame_log (HearthDBusDisplay1 *display, GDBusMethodInvocation *call, gboolean enabled)
{
  hearth_dbus_display1_complete_set_frame_log (display, call);
  return HANDLED;
}

static gboolean
on_get_frame_log (HearthDBusDisplay1 *display, GDBusMethodInvocation *call, guint64 since)
{
  GVariant *log = since == 0 ? g_variant_new_parsed ("[(uint64 1, uint64 1, uint32 1, int64 1000000, int64 3600, uint32 7, uint32 98), "
                                                     "(2, 2, 1, 1040000, 7200, 4294967295, 4294967295)]")
                             : g_variant_new ("a(ttuxxuu)", NULL);

  hearth_dbus_display1_complete_get_frame_log (display, call, log);
  return HANDLED;
}

/* ---- networks ------------------------------------------------------------------------------------ */

static gboolean
finish_refresh (gpointer user_data)
{
  HearthDBusNetwork1 *network = user_data;

  hearth_dbus_network1_set_refreshed (network, hearth_dbus_network1_get_refreshed (network) + G_USEC_PER_SEC);
  hearth_dbus_network1_set_state (network, "ready");
  return G_SOURCE_REMOVE;
}

static gboolean
on_refresh (HearthDBusNetwork1 *network, GDBusMethodInvocation *call)
{
  hearth_dbus_network1_set_state (network, "loading");
  hearth_dbus_network1_complete_refresh (network, call);
  g_idle_add (finish_refresh, network);
  return HANDLED;
}

static gboolean
on_get_settings (HearthDBusNetwork1 *network, GDBusMethodInvocation *call)
{
  hearth_dbus_network1_complete_get_settings (network, call, g_object_get_data (G_OBJECT (network), "settings"));
  return HANDLED;
}

static gboolean
on_get_streams (HearthDBusNetwork1 *network, GDBusMethodInvocation *call)
{
  hearth_dbus_network1_complete_get_streams (
    network, call,
    g_variant_new_parsed ("[{'id': <'s1'>, 'channel': <'fakechannel00001'>, 'state': <'running'>, 'codec': <'h264'>, 'bit-rate': "
                          "<uint32 8000000>, 'lost': <uint64 3>, 'continuity-errors': <uint64 12>, 'jitter-us': <int64 1500>}]"));
  return HANDLED;
}

static gboolean
on_get_oddities (HearthDBusNetwork1 *network, GDBusMethodInvocation *call, guint limit)
{
  hearth_dbus_network1_complete_get_oddities (
    network, call, g_variant_new_parsed ("[(uint32 3, 'missing-space', 'There was no space after “-1”; read as if.')]"), 17);
  return HANDLED;
}

static void
export_network (const char *name, const char *kind, GVariant *given)
{
  g_autofree char *path = g_strconcat ("/tv/hearth/network/", name, NULL);
  HearthDBusNetwork1 *network = hearth_dbus_network1_skeleton_new ();

  hearth_dbus_network1_set_name (network, name);
  hearth_dbus_network1_set_kind (network, kind);
  hearth_dbus_network1_set_state (network, "ready");
  hearth_dbus_network1_set_services (network, n_channels);
  g_object_set_data_full (G_OBJECT (network), "settings", g_variant_ref_sink (given), (GDestroyNotify) g_variant_unref);
  g_signal_connect (network, "handle-refresh", G_CALLBACK (on_refresh), NULL);
  g_signal_connect (network, "handle-get-settings", G_CALLBACK (on_get_settings), NULL);
  g_signal_connect (network, "handle-get-streams", G_CALLBACK (on_get_streams), NULL);
  g_signal_connect (network, "handle-get-oddities", G_CALLBACK (on_get_oddities), NULL);
  g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (network), bus, path, NULL);
  g_hash_table_insert (networks, g_strdup (name), network);
}

static gboolean
on_add (HearthDBusNetworks1 *object, GDBusMethodInvocation *call, const char *name, const char *kind, GVariant *given)
{
  if (g_hash_table_contains (networks, name))
    return refuse (call, HEARTH_ERROR_EXISTS, "there is a network of this name");
  export_network (name, kind, given);
  hearth_dbus_networks1_complete_add (object, call, "/tv/hearth/network/new");
  return HANDLED;
}

static gboolean
on_remove (HearthDBusNetworks1 *object, GDBusMethodInvocation *call, const char *name)
{
  HearthDBusNetwork1 *network = g_hash_table_lookup (networks, name);

  if (network == NULL)
    return refuse (call, HEARTH_ERROR_NOT_FOUND, "there is no such network");
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (network));
  g_hash_table_remove (networks, name);
  hearth_dbus_networks1_complete_remove (object, call);
  return HANDLED;
}

static gboolean
on_list_networks (HearthDBusNetworks1 *object, GDBusMethodInvocation *call)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, networks);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (paths, g_strconcat ("/tv/hearth/network/", name, NULL));
  g_ptr_array_add (paths, NULL);
  hearth_dbus_networks1_complete_list (object, call, (const char *const *) paths->pdata);
  return HANDLED;
}

/* ---- settings, system ----------------------------------------------------------------------------------- */

static gboolean
on_list_settings (HearthDBusSettings1 *object, GDBusMethodInvocation *call, const char *prefix)
{
  GVariantBuilder list;
  GHashTableIter iter;
  gpointer key, value;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  g_hash_table_iter_init (&iter, settings);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_str_has_prefix (key, prefix))
      g_variant_builder_add_value (&list, g_variant_new_parsed ("{'key': <%s>, 'value': <%*>, 'label': <{'en': 'Meaning'}>}",
                                                                (char *) key, (GVariant *) value));
  hearth_dbus_settings1_complete_list (object, call, g_variant_builder_end (&list));
  return HANDLED;
}

static gboolean
on_get_setting (HearthDBusSettings1 *object, GDBusMethodInvocation *call, const char *key)
{
  GVariant *value = g_hash_table_lookup (settings, key);

  if (value == NULL)
    return refuse (call, HEARTH_ERROR_NOT_FOUND, "there is no such setting");
  hearth_dbus_settings1_complete_get (object, call, g_variant_new_variant (value));
  return HANDLED;
}

static gboolean
on_set_setting (HearthDBusSettings1 *object, GDBusMethodInvocation *call, const char *key, GVariant *boxed)
{
  g_autoptr (GVariant) value = g_variant_get_variant (boxed);
  GVariant *old = g_hash_table_lookup (settings, key);

  if (old == NULL || !g_variant_is_of_type (value, g_variant_get_type (old)))
    return refuse (call, HEARTH_ERROR_INVALID_ARGUMENT, "this setting has another type");
  g_hash_table_insert (settings, g_strdup (key), g_steal_pointer (&value));
  hearth_dbus_settings1_complete_set (object, call);
  return HANDLED;
}

static gboolean
on_set_debug (HearthDBusSystem1 *object, GDBusMethodInvocation *call, const char *levels)
{
  if (g_str_equal (levels, "denied"))
    return refuse (call, HEARTH_ERROR_PERMISSION_DENIED, "this needs the permission “system”");
  if (g_str_equal (levels, "bad"))
    return refuse (call, HEARTH_ERROR_INVALID_ARGUMENT, "“bad” has no level");
  hearth_dbus_system1_complete_set_debug (object, call);
  return HANDLED;
}

static gboolean
on_standby (HearthDBusSystem1 *object, GDBusMethodInvocation *call)
{
  return refuse (call, HEARTH_ERROR_BUSY, "something is being updated");
}

static gboolean
on_get_workers (HearthDBusSystem1 *object, GDBusMethodInvocation *call)
{
  hearth_dbus_system1_complete_get_workers (
    object, call, g_variant_new_parsed ("[{'name': <'play'>, 'role': <'play'>, 'pid': <uint32 42>, 'state': <'running'>}]"));
  return HANDLED;
}

static gboolean
on_get_plugins (HearthDBusSystem1 *object, GDBusMethodInvocation *call)
{
  hearth_dbus_system1_complete_get_plugins (
    object, call, g_variant_new_parsed ("[{'name': <'network-iptv'>, 'version': <'1'>, 'state': <'loaded'>}]"));
  return HANDLED;
}

static gboolean
on_describe (HearthDBusSystem1 *object, GDBusMethodInvocation *call)
{
  hearth_dbus_system1_complete_describe (object, call, g_variant_new_parsed ("{'vendor': <'Nobody'>}"));
  return HANDLED;
}

/* ---- all together ----------------------------------------------------------------------------------------- */

static void
export (gpointer skeleton, const char *path, const char *first_handler, ...)
{
  va_list handlers;

  va_start (handlers, first_handler);
  for (const char *name = first_handler; name != NULL; name = va_arg (handlers, const char *))
    g_signal_connect (skeleton, name, va_arg (handlers, GCallback), NULL);
  va_end (handlers);
  g_dbus_interface_skeleton_export (skeleton, bus, path, NULL);
}

static void
export_all (void)
{
  HearthDBusDisplay1 *display = hearth_dbus_display1_skeleton_new ();
  HearthDBusSystem1 *system = hearth_dbus_system1_skeleton_new ();

  export (hearth_dbus_channels1_skeleton_new (), "/tv/hearth", "handle-list", on_list, "handle-get", on_get,
          "handle-find-number", on_find_number, "handle-get-legs", on_get_legs, "handle-list-groups", on_list_groups, NULL);
  export (hearth_dbus_networks1_skeleton_new (), "/tv/hearth", "handle-add", on_add, "handle-remove", on_remove, "handle-list",
          on_list_networks, NULL);
  export (hearth_dbus_settings1_skeleton_new (), "/tv/hearth", "handle-list", on_list_settings, "handle-get", on_get_setting,
          "handle-set", on_set_setting, NULL);
  hearth_dbus_system1_set_state (system, "on");
  hearth_dbus_system1_set_version (system, "fake");
  hearth_dbus_system1_set_api_version (system, 1);
  export (system, "/tv/hearth", "handle-set-debug", on_set_debug, "handle-standby", on_standby, "handle-get-workers",
          on_get_workers, "handle-get-plugins", on_get_plugins, "handle-describe", on_describe, NULL);
  hearth_dbus_display1_set_mode (display, "1920x1080@50");
  hearth_dbus_display1_set_plugin (display, "headless");
  export (display, "/tv/hearth/output/main", "handle-screenshot", on_screenshot, "handle-list-modes", on_list_modes, "handle-describe", on_describe_display,
          "handle-show-banner", on_show_banner, "handle-set-frame-log", on_set_frame_log, "handle-get-frame-log",
          on_get_frame_log, NULL);
  hearth_dbus_player1_set_state (player, "stopped");
  hearth_dbus_player1_set_volume (player, 0.5);
  export (player, "/tv/hearth/view/main", "handle-open", on_open, "handle-open-number", on_open_number, "handle-open-uri",
          on_open_uri, "handle-zap", on_zap, "handle-back", on_back, "handle-stop", on_stop, "handle-list-tracks", on_list_tracks,
          "handle-select-track", on_select_track, "handle-get-zap", on_get_zap, "handle-get-statistics", on_get_statistics, NULL);
  export_network ("cable", "iptv", g_variant_new_parsed ("{'location': <'/tmp/list.m3u'>}"));
}

static void
on_owned (G_GNUC_UNUSED GDBusConnection *connection, G_GNUC_UNUSED const char *name, G_GNUC_UNUSED gpointer user_data)
{
  puts ("ready");
  fflush (stdout);
}

static gboolean
on_term (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;

  prctl (PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
  hearth_error_quark ();
  n_channels = argc > 1 ? (guint) atoi (argv[1]) : 5;
  networks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  g_hash_table_insert (settings, g_strdup ("sound.step"), g_variant_ref_sink (g_variant_new_uint32 (5)));
  g_hash_table_insert (settings, g_strdup ("screen.dim"), g_variant_ref_sink (g_variant_new_boolean (FALSE)));
  player = hearth_dbus_player1_skeleton_new ();
  bus = g_dbus_connection_new_for_address_sync (
    g_getenv ("HEARTH_BUS"), G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
    NULL, NULL, &error);
  if (bus == NULL) {
    fprintf (stderr, "fake-hearth: %s\n", error->message);
    return 1;
  }
  g_dbus_connection_set_exit_on_close (bus, TRUE);
  export_all ();
  g_bus_own_name_on_connection (bus, "tv.hearth.Hearth1", G_BUS_NAME_OWNER_FLAGS_NONE, on_owned, NULL, NULL, NULL);
  g_unix_signal_add (SIGTERM, on_term, loop);
  g_main_loop_run (loop);
  return 0;
}
