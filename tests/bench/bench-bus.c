/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bench-bus hearth|daemon|page N: N calls one after the other on the bus of $HEARTH_BUS, from call to unpacked answer, one line of
 * figures: p50 and p99 in µs. hearth: a property of the box; daemon: the bus daemon's own GetId, which is the floor; page: the first
 * 50 channels of the list. */
#include <hearth/client.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 5000
#define PAGE 50

typedef GVariant *(*CallFunc) (GDBusConnection *bus, GError **error);

static GVariant *
call_hearth (GDBusConnection *bus, GError **error)
{
  return g_dbus_connection_call_sync (bus, HEARTH_BUS_NAME, HEARTH_PATH, "org.freedesktop.DBus.Properties", "Get",
                                      g_variant_new ("(ss)", "tv.hearth.System1", "Version"), NULL, G_DBUS_CALL_FLAGS_NONE, TIMEOUT_MS,
                                      NULL, error);
}

static GVariant *
call_daemon (GDBusConnection *bus, GError **error)
{
  return g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId", NULL, NULL,
                                      G_DBUS_CALL_FLAGS_NONE, TIMEOUT_MS, NULL, error);
}

static GVariant *
call_page (GDBusConnection *bus, GError **error)
{
  return g_dbus_connection_call_sync (bus, HEARTH_BUS_NAME, HEARTH_PATH, "tv.hearth.Channels1", "List",
                                      g_variant_new_parsed ("('', %u, @a{sv} {})", PAGE), NULL, G_DBUS_CALL_FLAGS_NONE, TIMEOUT_MS, NULL,
                                      error);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

static CallFunc
find_call (const char *name)
{
  if (g_str_equal (name, "hearth"))
    return call_hearth;
  if (g_str_equal (name, "daemon"))
    return call_daemon;
  return g_str_equal (name, "page") ? call_page : NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = NULL;
  g_autofree gint64 *times = NULL;
  CallFunc call = argc == 3 ? find_call (argv[1]) : NULL;
  const guint n = argc == 3 ? (guint) atoi (argv[2]) : 0;

  if (call == NULL || n == 0) {
    fprintf (stderr, "Usage: bench-bus hearth|daemon|page N\n");
    return 2;
  }
  bus = hearth_bus_connect_sync (NULL, &error);
  times = g_new (gint64, n);
  for (guint i = 0; i < n && error == NULL; i++) {
    const gint64 start_us = g_get_monotonic_time ();
    g_autoptr (GVariant) reply = call (bus, &error);

    times[i] = g_get_monotonic_time () - start_us;
  }
  if (error != NULL) {
    fprintf (stderr, "bench-bus: %s\n", error->message);
    return 1;
  }
  qsort (times, n, sizeof *times, compare_times);
  printf ("{\"p50_us\": %" G_GINT64_FORMAT ", \"p99_us\": %" G_GINT64_FORMAT "}\n", times[n / 2], times[n * 99 / 100]);
  return 0;
}
