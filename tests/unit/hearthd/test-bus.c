/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wrapper on a private bus that admits other users, with every interface that hearthd shows. */
#include "dbus/org.mpris.MediaPlayer2.Player.h"
#include "dbus/org.mpris.MediaPlayer2.h"
#include "dbus/tv.hearth.Channels1.h"
#include "dbus/tv.hearth.Display1.h"
#include "dbus/tv.hearth.Guide1.h"
#include "dbus/tv.hearth.Network1.h"
#include "dbus/tv.hearth.Networks1.h"
#include "dbus/tv.hearth.Player1.h"
#include "dbus/tv.hearth.Recordings1.h"
#include "dbus/tv.hearth.Settings1.h"
#include "dbus/tv.hearth.System1.h"
#include "dbus/tv.hearth.Views1.h"
#include "hearthd-testing.h"
#include "hearthd/bus/hearth-bus.h"
#include "hearthd/bus/hearth-callers.h"

#include <gio/gunixinputstream.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <hearth/error.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "tv.hearth.Hearth1"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define NOBODY 65534
#define CLIENT_ADDRESS "HEARTH_TEST_CLIENT_ADDRESS" /* set: this process is the client that a nobody runs */

typedef struct {
  const char *path;
  GDBusInterfaceSkeleton *(*make) (void);
} Shown;

#define MAKER(type) ((GDBusInterfaceSkeleton * (*) (void) ) type##_skeleton_new)
static const Shown shown[] = {
  { "/tv/hearth", MAKER (hearth_dbus_channels1) },
  { "/tv/hearth", MAKER (hearth_dbus_networks1) },
  { "/tv/hearth", MAKER (hearth_dbus_settings1) },
  { "/tv/hearth", MAKER (hearth_dbus_system1) },
  { "/tv/hearth/network/mine", MAKER (hearth_dbus_network1) },
  { "/tv/hearth/view/main", MAKER (hearth_dbus_player1) },
  { "/tv/hearth/output/main", MAKER (hearth_dbus_display1) },
  { "/org/mpris/MediaPlayer2", MAKER (hearth_mpris_media_player2) },
  { "/org/mpris/MediaPlayer2", MAKER (hearth_mpris_media_player2_player) },
  { "/tv/hearth", MAKER (hearth_dbus_recordings1) },
  { "/tv/hearth", MAKER (hearth_dbus_guide1) },
  { "/tv/hearth", MAKER (hearth_dbus_views1) },
};

static const char *const introspected[] = { "/", "/tv", "/tv/hearth", "/tv/hearth/network", "/tv/hearth/network/mine",
                                            "/tv/hearth/network/nothing", NULL };

typedef struct {
  char *folder, *address;
  GSubprocess *daemon;
  GDBusConnection *server, *client;
  HearthBus *bus;
  GDBusInterfaceSkeleton *skeletons[G_N_ELEMENTS (shown)];
  GPtrArray *signals; /* "member body" */
} Fixture;

/* ---- a bus ---------------------------------------------------------------------------------------- */

static char *
write_config (const char *folder)
{
  g_autofree char *source = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "data", "private-bus.conf.in", NULL);
  char *path = g_build_filename (folder, "bus.conf", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GString) filled = NULL;

  g_assert_true (g_file_get_contents (source, &text, NULL, NULL));
  filled = g_string_new (text);
  g_string_replace (filled, "@USER@", g_get_user_name (), 0);
  g_assert_true (g_file_set_contents (path, filled->str, -1, NULL));
  return path;
}

static GDBusConnection *
connect_to (const char *address)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_sync (
    address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

static void
start_bus (Fixture *f)
{
  g_autofree char *config = write_config (f->folder);
  g_autofree char *argument = g_strconcat ("--config-file=", config, NULL);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GError) error = NULL;

  f->daemon = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "dbus-daemon", argument,
                                "--nofork", "--print-address", NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (f->daemon));
  f->address = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (f->address);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  f->folder = testing_make_folder ();
  f->signals = g_ptr_array_new_with_free_func (g_free);
  start_bus (f);
  f->server = connect_to (f->address);
  f->client = connect_to (f->address);
  f->bus = hearth_bus_new (f->server);
  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++) {
    f->skeletons[i] = shown[i].make ();
    g_assert_true (hearth_bus_export (f->bus, shown[i].path, f->skeletons[i], &error));
  }
  /* Answered once the bus has all that was sent before: no test hears these exports. */
  reply = g_dbus_connection_call_sync (f->server, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                       "RequestName", g_variant_new ("(su)", NAME, 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hearth_bus_free (f->bus);
  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++)
    g_object_unref (f->skeletons[i]);
  g_dbus_connection_close_sync (f->client, NULL, NULL);
  g_dbus_connection_close_sync (f->server, NULL, NULL);
  g_object_unref (f->client);
  g_object_unref (f->server);
  g_subprocess_send_signal (f->daemon, SIGTERM);
  g_subprocess_wait (f->daemon, NULL, NULL);
  g_object_unref (f->daemon);
  g_ptr_array_unref (f->signals);
  g_free (f->address);
  testing_remove_folder (f->folder);
}

/* ---- calling as the owner, in this process ----------------------------------------------------------- */

static void
keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
has_result (gpointer data)
{
  return *(GAsyncResult **) data != NULL;
}

static GVariant *
call (Fixture *f, const char *path, const char *interface, const char *method, GVariant *parameters, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_dbus_connection_call (f->client, NAME, path, interface, method, parameters, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, keep_result,
                          &result);
  testing_wait (has_result, &result);
  return g_dbus_connection_call_finish (f->client, result, error);
}

static void
on_signal (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
           GVariant *parameters, gpointer user_data)
{
  Fixture *f = user_data;
  g_autofree char *body = g_variant_print (parameters, FALSE);

  g_ptr_array_add (f->signals, g_strconcat (signal, " ", body, NULL));
}

/* Heard from here on: the bus has the rule once it has answered. */
static void
listen_to_signals (Fixture *f)
{
  g_autoptr (GVariant) reply = NULL;

  g_dbus_connection_signal_subscribe (f->client, NAME, NULL, NULL, NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_signal, f, NULL);
  reply = call (f, "/tv/hearth", "org.freedesktop.DBus.Peer", "Ping", NULL, NULL);
  g_assert_nonnull (reply);
}

/* All signals that were sent before are here after it: the bus keeps the order. */
static void
settle (Fixture *f)
{
  g_autoptr (GVariant) reply = NULL;

  while (g_main_context_iteration (NULL, FALSE))
    ;
  reply = call (f, "/tv/hearth", "org.freedesktop.DBus.Peer", "Ping", NULL, NULL);
  g_assert_nonnull (reply);
}

/* ---- permissions in the XML ----------------------------------------------------------------------------- */

static const char *const permissions[] = { "view", "control", "record", "library", "cameras.view", "cameras.control", "home.control",
                                           "settings", "apps", "system", NULL };

static void
check_permission (const char *interface, const char *member, GDBusAnnotationInfo **annotations)
{
  const char *permission = hearth_bus_get_permission (annotations, FALSE), *reading = hearth_bus_get_permission (annotations, TRUE);

  if (permission == NULL || !g_strv_contains (permissions, permission) || !g_strv_contains (permissions, reading))
    g_error ("%s.%s has no right permission", interface, member);
}

static guint
check_interface (GDBusInterfaceInfo *info)
{
  guint n = 0;

  for (guint i = 0; info->methods != NULL && info->methods[i] != NULL; i++, n++)
    check_permission (info->name, info->methods[i]->name, info->methods[i]->annotations);
  for (guint i = 0; info->properties != NULL && info->properties[i] != NULL; i++, n++)
    check_permission (info->name, info->properties[i]->name, info->properties[i]->annotations);
  for (guint i = 0; info->signals != NULL && info->signals[i] != NULL; i++, n++)
    check_permission (info->name, info->signals[i]->name, info->signals[i]->annotations);
  return n;
}

/* Every public XML file: each member names its permission, and its interface is one of those that the tests below try. */
static void
test_every_member_names_its_permission (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "src", "dbus", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n_files = 0, n_members = 0;
  const char *file;

  while ((file = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, file, NULL), *text = NULL;
    g_autoptr (GDBusNodeInfo) node = NULL;
    g_autoptr (GError) error = NULL;

    if (!g_str_has_suffix (file, ".xml") || strstr (file, ".internal.") != NULL)
      continue;
    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    node = g_dbus_node_info_new_for_xml (text, &error);
    g_assert_no_error (error);
    n_files++;
    n_members += check_interface (node->interfaces[0]);
    g_assert_null (node->interfaces[1]); /* one file an interface */
  }
  g_assert_cmpuint (n_files, ==, G_N_ELEMENTS (shown));
  g_assert_cmpuint (n_members, >, 70);
}

static void
test_permission_of_a_property (void)
{
  GDBusAnnotationInfo write = { -1, (char *) "tv.hearth.Permission", (char *) "control", NULL };
  GDBusAnnotationInfo read = { -1, (char *) "tv.hearth.Permission.Read", (char *) "view", NULL };
  GDBusAnnotationInfo *both[] = { &write, &read, NULL }, *one[] = { &write, NULL };

  g_assert_cmpstr (hearth_bus_get_permission (both, TRUE), ==, "view");
  g_assert_cmpstr (hearth_bus_get_permission (both, FALSE), ==, "control");
  g_assert_cmpstr (hearth_bus_get_permission (one, TRUE), ==, "control");
  g_assert_null (hearth_bus_get_permission (NULL, TRUE));
  for (guint i = 0; permissions[i] != NULL; i++)
    g_assert_false (hearth_caller_may (HEARTH_CALLER_NOBODY, permissions[i]));
  g_assert_false (hearth_caller_may (HEARTH_CALLER_NOBODY, NULL));
  g_assert_true (hearth_caller_may (HEARTH_CALLER_OWNER, NULL)); /* a member that names none is the owner's */
}

/* ---- everybody tries everything --------------------------------------------------------------------------- */

/* Something of the right type for each argument: nothing, zero, false. */
static GVariant *
make_value (const GVariantType *type)
{
  static const guint64 zero = 0;

  if (g_variant_type_equal (type, G_VARIANT_TYPE_STRING))
    return g_variant_new_string ("");
  if (g_variant_type_equal (type, G_VARIANT_TYPE_OBJECT_PATH))
    return g_variant_new_object_path ("/");
  if (g_variant_type_equal (type, G_VARIANT_TYPE_VARIANT))
    return g_variant_new_variant (g_variant_new_string (""));
  if (g_variant_type_is_array (type))
    return g_variant_new_array (g_variant_type_element (type), NULL, 0);
  if (g_variant_type_equal (type, G_VARIANT_TYPE_BOOLEAN))
    return g_variant_new_boolean (FALSE);
  return g_variant_new_from_data (type, &zero, strchr ("uih", *g_variant_type_peek_string (type)) != NULL ? 4 : 8, TRUE, NULL, NULL);
}

static GVariant *
make_arguments (GDBusArgInfo **args)
{
  GVariantBuilder arguments;

  g_variant_builder_init (&arguments, G_VARIANT_TYPE_TUPLE);
  for (guint i = 0; args != NULL && args[i] != NULL; i++)
    g_variant_builder_add_value (&arguments, make_value (G_VARIANT_TYPE (args[i]->signature)));
  return g_variant_builder_end (&arguments);
}

typedef void (*Judge) (const char *what, GVariant *reply, const GError *error, gpointer user_data);
typedef GVariant *(*Caller) (const char *path, const char *interface, const char *method, GVariant *parameters, gpointer user_data,
                             GError **error);

static void
try_one (const char *path, const char *interface, const char *method, GVariant *parameters, const char *what, Caller caller,
         Judge judge, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = caller (path, interface, method, parameters, user_data, &error);

  judge (what, reply, error, user_data);
}

static void
try_interface (const char *path, GDBusInterfaceInfo *info, Caller caller, Judge judge, gpointer user_data)
{
  for (guint i = 0; info->methods != NULL && info->methods[i] != NULL; i++) {
    g_autofree char *what = g_strconcat (info->name, ".", info->methods[i]->name, NULL);

    try_one (path, info->name, info->methods[i]->name, make_arguments (info->methods[i]->in_args), what, caller, judge, user_data);
  }
  for (guint i = 0; info->properties != NULL && info->properties[i] != NULL; i++) {
    const GDBusPropertyInfo *property = info->properties[i];
    g_autofree char *get = g_strconcat ("get ", info->name, ".", property->name, NULL);
    g_autofree char *set = g_strconcat ("set ", info->name, ".", property->name, NULL);

    try_one (path, PROPERTIES, "Get", g_variant_new ("(ss)", info->name, property->name), get, caller, judge, user_data);
    if ((property->flags & G_DBUS_PROPERTY_INFO_FLAGS_WRITABLE) != 0)
      try_one (path, PROPERTIES, "Set",
               g_variant_new ("(ssv)", info->name, property->name, make_value (G_VARIANT_TYPE (property->signature))), set, caller,
               judge, user_data);
  }
}

/* ---- the owner ------------------------------------------------------------------------------------------------ */

static GVariant *
call_as_owner (const char *path, const char *interface, const char *method, GVariant *parameters, gpointer user_data, GError **error)
{
  return call (user_data, path, interface, method, parameters, error);
}

/* Nobody handles the methods here: what passes the wrapper is answered by the skeleton with UnknownMethod. */
static void
judge_owner (const char *what, GVariant *reply, const GError *error, gpointer user_data)
{
  if (g_str_has_prefix (what, "get ") || g_str_has_prefix (what, "set ")) {
    g_assert_no_error (error);
    return;
  }
  if (!g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD))
    g_error ("%s: %s", what, error != NULL ? error->message : "answered by whom?");
}

static void
test_owner_may_all (Fixture *f, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++)
    try_interface (shown[i].path, g_dbus_interface_skeleton_get_info (f->skeletons[i]), call_as_owner, judge_owner, f);
}

/* ---- a nobody, in a process of its own --------------------------------------------------------------------------- */

typedef struct {
  GDBusConnection *connection;
  guint tried;
} Nobody;

static GVariant *
call_as_nobody (const char *path, const char *interface, const char *method, GVariant *parameters, gpointer user_data,
                GError **error)
{
  Nobody *nobody = user_data;

  nobody->tried++;
  return g_dbus_connection_call_sync (nobody->connection, NAME, path, interface, method, parameters, NULL, G_DBUS_CALL_FLAGS_NONE,
                                      10000, NULL, error);
}

static void
judge_nobody (const char *what, GVariant *reply, const GError *error, gpointer user_data)
{
  if (!g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_PERMISSION_DENIED))
    printf ("%s passed: %s\n", what, error != NULL ? error->message : "with an answer");
}

static void
on_overheard (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
              GVariant *parameters, gpointer user_data)
{
  printf ("heard %s.%s\n", interface, signal);
}

static void
try_get_all (Nobody *nobody, const char *path, const char *interface)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call_as_nobody (path, PROPERTIES, "GetAll", g_variant_new ("(s)", interface), nobody, &error);
  g_autoptr (GVariant) all = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (all != NULL && g_variant_n_children (all) > 0) /* refused or empty: both tell nothing */
    printf ("GetAll of %s tells something\n", interface);
}

/* The names of networks are the household's. */
static void
try_introspect (Nobody *nobody, const char *path)
{
  g_autoptr (GVariant) reply =
    call_as_nobody (path, "org.freedesktop.DBus.Introspectable", "Introspect", NULL, nobody, NULL);
  const char *xml = NULL;

  if (reply != NULL)
    g_variant_get (reply, "(&s)", &xml);
  if (xml == NULL || strstr (xml, "name") != NULL)
    printf ("Introspect of %s tells: %s\n", path, xml != NULL ? xml : "nothing at all");
}

/* Prints what a nobody could do, then how much was tried. */
static int
run_nobody (const char *address)
{
  Nobody nobody = { .connection = connect_to (address) };

  g_dbus_connection_signal_subscribe (nobody.connection, NAME, NULL, NULL, NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_overheard, NULL,
                                      NULL);
  hearth_error_quark ();
  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++) {
    g_autoptr (GDBusInterfaceSkeleton) skeleton = shown[i].make ();
    GDBusInterfaceInfo *info = g_dbus_interface_skeleton_get_info (skeleton);

    try_interface (shown[i].path, info, call_as_nobody, judge_nobody, &nobody);
    try_get_all (&nobody, shown[i].path, info->name);
  }
  try_one ("/tv/hearth", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL, "GetManagedObjects", call_as_nobody,
           judge_nobody, &nobody);
  for (const char *const *path = introspected; *path != NULL; path++)
    try_introspect (&nobody, *path);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  printf ("tried %u\n", nobody.tried);
  return EXIT_SUCCESS;
}

static void
become_nobody (gpointer data)
{
  if (setgroups (0, NULL) < 0 || setgid (NOBODY) < 0 || setuid (NOBODY) < 0)
    _exit (126);
}

typedef struct {
  int status;
  gboolean ended;
} Child;

static void
on_child_ended (GPid pid, int status, gpointer user_data)
{
  Child *child = user_data;

  child->status = status;
  child->ended = TRUE;
}

static gboolean
has_ended (gpointer data)
{
  return ((Child *) data)->ended;
}

static gboolean
on_signal_due (gpointer user_data)
{
  Fixture *f = user_data;

  hearth_dbus_system1_emit_worker_changed (HEARTH_DBUS_SYSTEM1 (f->skeletons[3]), "play-main", "running", "");
  return G_SOURCE_CONTINUE;
}

/* What the child wrote, small enough for its pipe. */
static char *
read_all (int fd)
{
  g_autoptr (GInputStream) stream = g_unix_input_stream_new (fd, TRUE);
  g_autoptr (GError) error = NULL;
  char buffer[65536];
  gsize n_bytes = 0;

  g_assert_true (g_input_stream_read_all (stream, buffer, sizeof buffer, &n_bytes, NULL, &error));
  return g_strndup (buffer, n_bytes);
}

static void
test_nobody_may_nothing (Fixture *f, gconstpointer data)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL), *output = NULL;
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), CLIENT_ADDRESS, f->address, TRUE);
  char *argv[] = { self, NULL };
  g_autoptr (GError) error = NULL;
  Child child = { 0 };
  guint signals, tried = 0;
  GPid pid;
  int out;

  if (geteuid () != 0) {
    g_test_skip ("only root can become another user");
    return;
  }
  environment = g_environ_setenv (environment, "ASAN_OPTIONS", "detect_leaks=0", TRUE); /* the child ends in the middle of things */
  g_assert_true (g_spawn_async_with_pipes (NULL, argv, environment, G_SPAWN_DO_NOT_REAP_CHILD, become_nobody, NULL, &pid, NULL, &out,
                                           NULL, &error));
  g_assert_no_error (error);
  signals = g_timeout_add (5, on_signal_due, f); /* something to overhear */
  g_child_watch_add (pid, on_child_ended, &child);
  testing_wait (has_ended, &child);
  g_source_remove (signals);
  output = read_all (out);
  g_assert_true (g_spawn_check_wait_status (child.status, &error));
  g_assert_cmpint (sscanf (output, "tried %u\n", &tried), ==, 1); /* and nothing before it */
  g_assert_cmpuint (tried, >, 100);
}

/* ---- properties, signals, objects ------------------------------------------------------------------------------------ */

static guint
count_signals (Fixture *f, const char *prefix)
{
  guint n = 0;

  for (guint i = 0; i < f->signals->len; i++)
    n += g_str_has_prefix (g_ptr_array_index (f->signals, i), prefix);
  return n;
}

static void
test_properties_changed (Fixture *f, gconstpointer data)
{
  HearthDBusPlayer1 *player = HEARTH_DBUS_PLAYER1 (f->skeletons[5]);
  const char *first;

  listen_to_signals (f);
  hearth_dbus_player1_set_volume (player, 0.1);
  hearth_dbus_player1_set_volume (player, 0.5);
  hearth_dbus_player1_set_reason_text (player, "no packets");
  settle (f);
  g_assert_cmpuint (f->signals->len, ==, 1); /* one for all, with the last values */
  first = g_ptr_array_index (f->signals, 0);
  g_assert_true (g_str_has_prefix (first, "PropertiesChanged ('tv.hearth.Player1', {"));
  g_assert_nonnull (strstr (first, "'Volume': <0.5>"));
  g_assert_nonnull (strstr (first, "'ReasonText': <'no packets'>"));
  hearth_dbus_player1_set_volume (player, 0.5);
  hearth_dbus_player1_set_reason_text (player, "no packets");
  settle (f);
  g_assert_cmpuint (f->signals->len, ==, 1); /* nothing changed */
}

static void
test_set_by_the_owner (Fixture *f, gconstpointer data)
{
  HearthDBusPlayer1 *player = HEARTH_DBUS_PLAYER1 (f->skeletons[5]);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) wrong = NULL;

  listen_to_signals (f);
  reply = call (f, "/tv/hearth/view/main", PROPERTIES, "Set",
                g_variant_new ("(ssv)", "tv.hearth.Player1", "Volume", g_variant_new_double (0.25)), &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (hearth_dbus_player1_get_volume (player), ==, 0.25);
  settle (f);
  g_assert_cmpuint (count_signals (f, "PropertiesChanged"), ==, 1);
  wrong = call (f, "/tv/hearth/view/main", PROPERTIES, "Set",
                g_variant_new ("(ssv)", "tv.hearth.Player1", "Volume", g_variant_new_string ("loud")), &error);
  g_assert_null (wrong);
  g_assert_cmpfloat (hearth_dbus_player1_get_volume (player), ==, 0.25);
}

static gboolean
on_zap (HearthDBusPlayer1 *player, GDBusMethodInvocation *invocation, gint delta, GVariant *options, gpointer user_data)
{
  hearth_dbus_player1_complete_zap (player, invocation, (guint) delta + 41);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
test_methods_and_signals (Fixture *f, gconstpointer data)
{
  HearthDBusPlayer1 *player = HEARTH_DBUS_PLAYER1 (f->skeletons[5]);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  guint serial = 0;

  g_signal_connect (player, "handle-zap", G_CALLBACK (on_zap), NULL);
  listen_to_signals (f);
  reply = call (f, "/tv/hearth/view/main", "tv.hearth.Player1", "Zap", g_variant_new ("(ia{sv})", 1, NULL), &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(u)", &serial);
  g_assert_cmpuint (serial, ==, 42);
  hearth_dbus_player1_emit_zap_stage (player, 42, "join", 1234);
  settle (f);
  g_assert_cmpuint (f->signals->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (f->signals, 0), ==, "ZapStage (42, 'join', 1234)");
}

static void
test_object_manager (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthDBusNetwork1) network = hearth_dbus_network1_skeleton_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) gone = NULL;
  g_autofree char *text = NULL;

  listen_to_signals (f);
  hearth_dbus_network1_set_name (network, "second");
  g_assert_true (hearth_bus_export (f->bus, "/tv/hearth/network/second", G_DBUS_INTERFACE_SKELETON (network), &error));
  settle (f);
  g_assert_cmpuint (count_signals (f, "InterfacesAdded ('/tv/hearth/network/second', {'tv.hearth.Network1': {"), ==, 1);

  reply = call (f, "/tv/hearth", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL, &error);
  g_assert_no_error (error);
  text = g_variant_print (reply, FALSE);
  g_assert_nonnull (strstr (text, "'Name': <'second'>"));
  g_assert_nonnull (strstr (text, "'tv.hearth.Player1': {"));
  g_assert_null (strstr (text, "/org/mpris")); /* not below /tv/hearth */

  hearth_bus_unexport (f->bus, "/tv/hearth/network/second");
  settle (f);
  g_assert_cmpuint (count_signals (f, "InterfacesRemoved ('/tv/hearth/network/second', ['tv.hearth.Network1'])"), ==, 1);
  gone = call (f, "/tv/hearth/network/second", "tv.hearth.Network1", "Refresh", NULL, &error);
  g_assert_null (gone);
  g_clear_error (&error);
  hearth_dbus_network1_set_name (network, "nobody listens"); /* the wrapper let go of it */
  settle (f);
  g_assert_cmpuint (count_signals (f, "PropertiesChanged"), ==, 0);
}

static GDBusNodeInfo *
introspect (Fixture *f, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (f, path, "org.freedesktop.DBus.Introspectable", "Introspect", NULL, &error);
  GDBusNodeInfo *node;
  const char *xml;

  g_assert_no_error (error);
  g_variant_get (reply, "(&s)", &xml);
  node = g_dbus_node_info_new_for_xml (xml, &error);
  g_assert_no_error (error);
  return node;
}

static guint
count_nodes (const GDBusNodeInfo *node)
{
  return node->nodes != NULL ? g_strv_length ((char **) node->nodes) : 0; /* an array of pointers that ends with NULL */
}

/* Browsers of the bus find the owner's way from the root to each object. */
static void
test_introspection (Fixture *f, gconstpointer data)
{
  g_autoptr (GDBusNodeInfo) root = introspect (f, "/"), hearth = introspect (f, "/tv/hearth"), networks = introspect (f, "/tv/hearth/network");
  g_autoptr (GDBusNodeInfo) network = introspect (f, "/tv/hearth/network/mine"), nothing = introspect (f, "/tv/hearth/net");

  g_assert_cmpuint (count_nodes (root), ==, 2); /* tv, org */
  g_assert_cmpuint (count_nodes (hearth), ==, 3);
  g_assert_nonnull (g_dbus_node_info_lookup_interface (hearth, "tv.hearth.Channels1"));
  g_assert_nonnull (g_dbus_node_info_lookup_interface (hearth, "org.freedesktop.DBus.ObjectManager"));
  g_assert_nonnull (g_dbus_node_info_lookup_interface (hearth, "org.freedesktop.DBus.Properties"));
  g_assert_cmpuint (count_nodes (networks), ==, 1);
  g_assert_cmpstr (networks->nodes[0]->path, ==, "mine");
  g_assert_null (networks->interfaces[0]);
  g_assert_nonnull (g_dbus_node_info_lookup_interface (network, "tv.hearth.Network1"));
  g_assert_cmpuint (count_nodes (network) + count_nodes (nothing), ==, 0);
}

int
main (int argc, char **argv)
{
  const struct {
    const char *path;
    void (*test) (Fixture *f, gconstpointer data);
  } tests[] = {
    { "/bus/owner-may-all", test_owner_may_all },           { "/bus/nobody-may-nothing", test_nobody_may_nothing },
    { "/bus/properties-changed", test_properties_changed }, { "/bus/set-by-the-owner", test_set_by_the_owner },
    { "/bus/methods-and-signals", test_methods_and_signals }, { "/bus/object-manager", test_object_manager },
    { "/bus/introspection", test_introspection },
  };
  const char *address = g_getenv (CLIENT_ADDRESS);

  if (address != NULL)
    return run_nobody (address);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bus/every-member-names-its-permission", test_every_member_names_its_permission);
  g_test_add_func ("/bus/permission-of-a-property", test_permission_of_a_property);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
