/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Platform1 over a peer connection, with platform-generic and with test plug-ins behind it. */
#include "worker/hearth-platform-host.h"

#include "base/hearth-plugin-host.h"

#include <hearth/error.h>
#include <string.h>
#include <sys/socket.h>

const HearthPluginDescriptor *const hearth_plugin_builtins[] = { NULL };

typedef struct {
  HearthPlatformHost *host;
  GDBusConnection *worker, *hearthd;
} Fixture;

static void
keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static GIOStream *
make_stream (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);

  g_assert_no_error (error);
  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *guid = g_dbus_generate_guid ();
  g_autoptr (GAsyncResult) server = NULL, client = NULL;
  g_autoptr (GIOStream) near = NULL, far = NULL;
  g_autoptr (GError) error = NULL;
  int ends[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  near = make_stream (ends[0]);
  far = make_stream (ends[1]);
  g_dbus_connection_new (near, guid, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER, NULL, NULL, keep_result, &server);
  g_dbus_connection_new (far, NULL, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL, NULL, keep_result, &client);
  f->worker = g_dbus_connection_new_finish (wait_for (&server), &error);
  g_assert_no_error (error);
  f->hearthd = g_dbus_connection_new_finish (wait_for (&client), &error);
  g_assert_no_error (error);
  f->host = hearth_platform_host_new ();
  g_assert_true (
    g_dbus_interface_skeleton_export (hearth_platform_host_get_skeleton (f->host), f->worker, "/tv/hearth/internal", &error));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_dbus_interface_skeleton_unexport (hearth_platform_host_get_skeleton (f->host));
  hearth_platform_host_free (f->host);
  g_dbus_connection_close_sync (f->hearthd, NULL, NULL);
  g_object_unref (f->hearthd);
  g_object_unref (f->worker);
}

static GVariant *
call (Fixture *f, const char *method, GVariant *parameters, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_dbus_connection_call (f->hearthd, NULL, "/tv/hearth/internal", "tv.hearth.internal.Platform1", method, parameters, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, keep_result, &result);
  return g_dbus_connection_call_finish (f->hearthd, wait_for (&result), error);
}

static void
allow (Fixture *f, const char *method, GVariant *parameters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (f, method, parameters, &error);

  g_assert_no_error (error);
}

static void
refuse (Fixture *f, const char *method, GVariant *parameters, HearthError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (f, method, parameters, &error);

  g_assert_null (reply);
  g_assert_error (error, HEARTH_ERROR, (int) code);
}

static GVariant *
make_start (const char *name, const char *root)
{
  GVariantDict settings;

  g_variant_dict_init (&settings, NULL);
  if (root != NULL)
    g_variant_dict_insert (&settings, "root", "s", root);
  return g_variant_new ("(s@a{sv})", name, g_variant_dict_end (&settings));
}

static void
test_generic (Fixture *f, gconstpointer data)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) box = NULL;
  g_autoptr (GVariant) decoders = NULL;
  g_autofree char *text = NULL;
  const char *plugin = NULL;

  refuse (f, "Describe", NULL, HEARTH_ERROR_BUSY); /* before Start */
  refuse (f, "SetPower", g_variant_new ("(s)", "standby"), HEARTH_ERROR_BUSY);
  allow (f, "Start", make_start ("generic", "/nonexistent"));
  allow (f, "Start", make_start ("generic", NULL)); /* hearthd came back */
  refuse (f, "Start", make_start ("other", NULL), HEARTH_ERROR_EXISTS);
  g_assert_cmpstr (hearth_platform_host_get_plugin (f->host), ==, "platform-generic");
  reply = call (f, "Describe", NULL, NULL);
  g_variant_get (reply, "(@a{sv})", &box);
  g_assert_true (g_variant_lookup (box, "plugin", "&s", &plugin));
  g_assert_cmpstr (plugin, ==, "platform-generic");
  allow (f, "SetPower", g_variant_new ("(s)", "standby"));
  allow (f, "SetPower", g_variant_new ("(s)", "on"));
  refuse (f, "SetPower", g_variant_new ("(s)", "explode"), HEARTH_ERROR_INVALID_ARGUMENT);
  refuse (f, "SetPower", g_variant_new ("(s)", "off"), HEARTH_ERROR_NOT_SUPPORTED);
  refuse (f, "SetWake", g_variant_new ("(x)", (gint64) 0), HEARTH_ERROR_NOT_SUPPORTED);
  decoders = call (f, "GetDecoders", NULL, NULL);
  text = g_variant_print (decoders, FALSE);
  g_assert_cmpstr (text, ==, "([],)");
}

/* A plug-in that cannot be loaded is told, and another may come. */
static void
test_wrong_names (Fixture *f, gconstpointer data)
{
  refuse (f, "Start", make_start ("absent", NULL), HEARTH_ERROR_NOT_FOUND);
  refuse (f, "Start", make_start ("../generic", NULL), HEARTH_ERROR_INVALID_ARGUMENT);
  g_assert_null (hearth_platform_host_get_plugin (f->host));
  allow (f, "Start", make_start ("generic", "/nonexistent"));
}

/* An older plug-in has no ops for power, wake and decoders: standby is what the others do, the rest is refused with words. */
static void
test_bare_plugin (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "tests", "unit", "base", ".libs", NULL);
  g_autofree char *before = g_strdup (g_getenv ("HEARTH_PLUGIN_DIR"));

  g_setenv ("HEARTH_PLUGIN_DIR", folder, TRUE);
  refuse (f, "Start", make_start ("test-refuses", NULL), HEARTH_ERROR_NOT_SUPPORTED);
  allow (f, "Start", make_start ("test-older", NULL));
  g_setenv ("HEARTH_PLUGIN_DIR", before, TRUE);
  allow (f, "Describe", NULL);
  allow (f, "SetPower", g_variant_new ("(s)", "standby"));
  refuse (f, "SetPower", g_variant_new ("(s)", "reboot"), HEARTH_ERROR_NOT_SUPPORTED);
  refuse (f, "SetWake", g_variant_new ("(x)", (gint64) 0), HEARTH_ERROR_NOT_SUPPORTED);
  allow (f, "GetDecoders", NULL);
}

int
main (int argc, char **argv)
{
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", TRUE); /* never the box that tests run on */
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/worker/platform-host/generic", Fixture, NULL, set_up, test_generic, tear_down);
  g_test_add ("/worker/platform-host/wrong-names", Fixture, NULL, set_up, test_wrong_names, tear_down);
  g_test_add ("/worker/platform-host/bare-plugin", Fixture, NULL, set_up, test_bare_plugin, tear_down);
  return g_test_run ();
}
