/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* platform-generic on made-up boxes: folders that look like /proc and /sys, and a bus with a make-believe logind. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <hearth/platform.h>
#include <string.h>

extern const HearthPluginDescriptor hearth_plugin_platform_generic;

typedef struct {
  char *root;
  const HearthPlatformOps *ops;
  gpointer instance;
} Fixture;

/* The plug-in is linked without a host: this is all of one that load() needs. */
static const HearthPlatformOps *added;

gboolean
hearth_plugin_context_add_platform (HearthPluginContext *context, const HearthPlatformOps *ops, GError **error)
{
  added = ops;
  return TRUE;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) settings = NULL;

  f->root = g_dir_make_tmp ("hearth-test-XXXXXX", NULL);
  g_assert_true (hearth_plugin_platform_generic.load (NULL, &error));
  f->ops = added;
  f->instance = g_malloc0 (f->ops->instance_size);
  settings = g_variant_ref_sink (g_variant_new_parsed ("{'root': <%s>}", f->root));
  g_assert_true (f->ops->start (f->instance, settings, &error));
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *below = g_build_filename (path, name, NULL);

    remove_tree (below);
  }
  g_remove (path);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  f->ops->stop (f->instance);
  g_free (f->instance);
  remove_tree (f->root);
  g_free (f->root);
}

static void
put_bytes (Fixture *f, const char *path, const char *bytes, gssize n_bytes)
{
  g_autofree char *file = g_build_filename (f->root, path, NULL), *folder = g_path_get_dirname (file);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, bytes, n_bytes, NULL));
}

static void
put (Fixture *f, const char *path, const char *text)
{
  put_bytes (f, path, text, -1);
}

static void
assert_text (GVariant *box, const char *key, const char *expected)
{
  const char *text = NULL;

  g_variant_lookup (box, key, "&s", &text);
  g_assert_cmpstr (text, ==, expected);
}

/* ---- what the box is ------------------------------------------------------------------------------ */

static void
test_nothing_there (Fixture *f, gconstpointer data)
{
  g_autoptr (GVariant) box = g_variant_take_ref (f->ops->describe (f->instance));
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_variant_n_children (box), ==, 0);
  g_assert_true (f->ops->set_power (f->instance, HEARTH_POWER_STANDBY, &error));
  g_assert_true (f->ops->set_power (f->instance, HEARTH_POWER_ON, &error));
  g_assert_false (f->ops->set_wake (f->instance, G_MAXINT64 / 2, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED);
}

static void
test_settop_box (Fixture *f, gconstpointer data)
{
  static const char compatible[] = "raspberrypi,4-model-b\0brcm,bcm2711";
  g_autoptr (GVariant) box = NULL;
  guint64 bytes = 0;
  guint cpus = 0;

  put_bytes (f, "proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.4", sizeof "Raspberry Pi 4 Model B Rev 1.4");
  put_bytes (f, "proc/device-tree/serial-number", "10000000abcdef01", sizeof "10000000abcdef01");
  put_bytes (f, "proc/device-tree/compatible", compatible, sizeof compatible);
  put (f, "proc/cpuinfo", "processor\t: 0\nBogoMIPS\t: 108.00\n\nprocessor\t: 1\n\nHardware\t: BCM2835\n");
  put (f, "proc/meminfo", "MemTotal:        3884400 kB\nMemFree:          100 kB\n");
  put (f, "proc/sys/kernel/osrelease", "6.1.0-rpi7\n");
  box = g_variant_take_ref (f->ops->describe (f->instance));
  assert_text (box, "vendor", "raspberrypi");
  assert_text (box, "model", "Raspberry Pi 4 Model B Rev 1.4");
  assert_text (box, "serial", "10000000abcdef01");
  assert_text (box, "soc", "bcm2711");
  assert_text (box, "kernel", "6.1.0-rpi7");
  g_assert_true (g_variant_lookup (box, "memory-bytes", "t", &bytes));
  g_assert_cmpuint (bytes, ==, G_GUINT64_CONSTANT (3884400) * 1024);
  g_assert_true (g_variant_lookup (box, "cpus", "u", &cpus));
  g_assert_cmpuint (cpus, ==, 2);
}

static void
test_laptop (Fixture *f, gconstpointer data)
{
  g_autoptr (GVariant) box = NULL;

  put (f, "sys/class/dmi/id/sys_vendor", "LENOVO\n");
  put (f, "sys/class/dmi/id/product_name", "ThinkPad X1  \n");
  put (f, "sys/class/dmi/id/product_serial", "To Be Filled By O.E.M.\n");
  put (f, "sys/class/dmi/id/bios_version", "\xff\xfe\n");
  put (f, "proc/cpuinfo", "processor\t: 0\nmodel name\t: Intel(R) Core(TM) i7: the fast one\n");
  box = g_variant_take_ref (f->ops->describe (f->instance));
  assert_text (box, "vendor", "LENOVO");
  assert_text (box, "model", "ThinkPad X1");
  assert_text (box, "serial", NULL); /* a filler is none */
  assert_text (box, "firmware", NULL);
  assert_text (box, "soc", "Intel(R) Core(TM) i7: the fast one");
}

/* Firmware writes all sorts of things; none may end the worker. */
static void
test_odd_files (Fixture *f, gconstpointer data)
{
  static const char *const odd[] = { "", "\n", ":", ",", "\0\0\0", "a,", ",b", ": :\n::", "MemTotal:", "MemTotal: 99999999999999999999 kB",
                                     "processor", "model name" };
  static const char *const files[] = { "proc/device-tree/model", "proc/device-tree/compatible", "proc/cpuinfo", "proc/meminfo",
                                       "sys/class/dmi/id/sys_vendor" };

  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (files); j++) {
      g_autoptr (GVariant) box = NULL;
      guint64 bytes;

      put (f, files[j], odd[i]);
      box = g_variant_take_ref (f->ops->describe (f->instance));
      g_assert_false (g_variant_lookup (box, "memory-bytes", "t", &bytes));
    }
}

/* ---- power and wake ---------------------------------------------------------------------------------- */

static void
refuse_power (Fixture *f, HearthPower power, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (f->ops->set_power (f->instance, power, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, words));
}

static void
assert_file (Fixture *f, const char *path, const char *expected)
{
  g_autofree char *file = g_build_filename (f->root, path, NULL), *text = NULL;

  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static void
test_kernel_sleep (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  refuse_power (f, HEARTH_POWER_SUSPEND, "/sys/power/state");
  refuse_power (f, HEARTH_POWER_OFF, "systemd-logind");
  refuse_power (f, HEARTH_POWER_REBOOT, "systemd-logind");
  refuse_power (f, (HearthPower) 77, "77");
  put (f, "sys/power/state", "disk\n");
  refuse_power (f, HEARTH_POWER_SUSPEND, "neither mem nor freeze");
  put (f, "sys/power/state", "freeze\n");
  g_assert_true (f->ops->set_power (f->instance, HEARTH_POWER_SUSPEND, &error));
  assert_file (f, "sys/power/state", "freeze");
  put (f, "sys/power/state", "freeze mem disk\n");
  g_assert_true (f->ops->set_power (f->instance, HEARTH_POWER_SUSPEND, &error));
  assert_file (f, "sys/power/state", "mem");
}

static void
test_wake_alarm (Fixture *f, gconstpointer data)
{
  g_autofree char *file = g_build_filename (f->root, "sys/class/rtc/rtc0/wakealarm", NULL), *text = NULL;
  g_autoptr (GError) error = NULL;
  gint64 seconds;

  put (f, "sys/class/rtc/rtc0/wakealarm", "1700000000\n");
  g_assert_false (f->ops->set_wake (f->instance, g_get_real_time () - 1, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  assert_file (f, "sys/class/rtc/rtc0/wakealarm", "1700000000\n"); /* the old one stays */
  g_assert_true (f->ops->set_wake (f->instance, g_get_real_time () + G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC, &error));
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_cmpint (text[0], ==, '+'); /* seconds from now */
  seconds = g_ascii_strtoll (text + 1, NULL, 10);
  g_assert_cmpint (seconds, >, 3590);
  g_assert_cmpint (seconds, <=, 3600);
  g_assert_true (f->ops->set_wake (f->instance, 0, &error));
  assert_file (f, "sys/class/rtc/rtc0/wakealarm", "0");
}

/* ---- a make-believe logind ----------------------------------------------------------------------------- */

static const char logind_xml[] = "<node><interface name='org.freedesktop.login1.Manager'>"
                                 "<method name='CanSuspend'><arg type='s' direction='out'/></method>"
                                 "<method name='CanPowerOff'><arg type='s' direction='out'/></method>"
                                 "<method name='CanReboot'><arg type='s' direction='out'/></method>"
                                 "<method name='Suspend'><arg type='b' direction='in'/></method>"
                                 "<method name='PowerOff'><arg type='b' direction='in'/></method>"
                                 "<method name='Reboot'><arg type='b' direction='in'/></method>"
                                 "</interface></node>";

/* On a thread of its own, since the plug-in waits for its answer on the main one. */
typedef struct {
  GTestDBus *bus;
  GThread *thread;
  GMutex lock; /* guards ready and asked */
  GCond cond;
  gboolean ready;
  char *asked; /* the last method without Can */
  GMainLoop *loop;
} Logind;

static void
on_logind_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method,
                GVariant *parameters, GDBusMethodInvocation *call, gpointer user_data)
{
  Logind *logind = user_data;

  if (g_str_has_prefix (method, "Can")) {
    g_dbus_method_invocation_return_value (call, g_variant_new ("(s)", g_str_equal (method, "CanReboot") ? "challenge" : "yes"));
    return;
  }
  g_mutex_lock (&logind->lock);
  g_free (logind->asked);
  logind->asked = g_strdup (method);
  g_mutex_unlock (&logind->lock);
  if (g_str_equal (method, "PowerOff"))
    g_dbus_method_invocation_return_dbus_error (call, "org.freedesktop.DBus.Error.AccessDenied", "not you");
  else
    g_dbus_method_invocation_return_value (call, NULL);
}

static gpointer
run_logind (gpointer data)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_logind_call };
  Logind *logind = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (logind_xml, NULL);
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (context);
  connection = g_dbus_connection_new_for_address_sync (
    g_test_dbus_get_bus_address (logind->bus),
    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_register_object (connection, "/org/freedesktop/login1", node->interfaces[0], &vtable, logind, NULL, &error);
  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                       "RequestName", g_variant_new ("(su)", "org.freedesktop.login1", 0), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
  g_mutex_lock (&logind->lock);
  logind->loop = g_main_loop_new (context, FALSE);
  logind->ready = TRUE;
  g_cond_signal (&logind->cond);
  g_mutex_unlock (&logind->lock);
  g_main_loop_run (logind->loop);
  g_dbus_connection_close_sync (connection, NULL, NULL);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
start_logind (Logind *logind)
{
  *logind = (Logind){ .bus = g_test_dbus_new (G_TEST_DBUS_NONE) };
  g_mutex_init (&logind->lock);
  g_cond_init (&logind->cond);
  g_test_dbus_up (logind->bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (logind->bus), TRUE);
  logind->thread = g_thread_new ("logind", run_logind, logind);
  g_mutex_lock (&logind->lock);
  while (!logind->ready)
    g_cond_wait (&logind->cond, &logind->lock);
  g_mutex_unlock (&logind->lock);
}

static void
stop_logind (Logind *logind)
{
  g_main_loop_quit (logind->loop);
  g_thread_join (logind->thread);
  g_main_loop_unref (logind->loop);
  g_test_dbus_down (logind->bus);
  g_object_unref (logind->bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_mutex_clear (&logind->lock);
  g_cond_clear (&logind->cond);
  g_free (logind->asked);
}

static void
test_logind (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Logind logind;

  start_logind (&logind);
  put (f, "sys/power/state", "mem\n");
  g_assert_true (f->ops->set_power (f->instance, HEARTH_POWER_SUSPEND, &error));
  g_assert_cmpstr (logind.asked, ==, "Suspend");
  assert_file (f, "sys/power/state", "mem\n"); /* logind did it */
  g_assert_false (f->ops->set_power (f->instance, HEARTH_POWER_OFF, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_PERMISSION_DENIED);
  g_assert_cmpstr (error->message, ==, "switching off by systemd-logind: not you");
  refuse_power (f, HEARTH_POWER_REBOOT, "systemd-logind"); /* "challenge": nobody is there to be asked */
  stop_logind (&logind);
}

int
main (int argc, char **argv)
{
  const struct {
    const char *path;
    void (*test) (Fixture *f, gconstpointer data);
  } tests[] = {
    { "/platform-generic/nothing-there", test_nothing_there }, { "/platform-generic/settop-box", test_settop_box },
    { "/platform-generic/laptop", test_laptop },               { "/platform-generic/odd-files", test_odd_files },
    { "/platform-generic/kernel-sleep", test_kernel_sleep },   { "/platform-generic/wake-alarm", test_wake_alarm },
    { "/platform-generic/logind", test_logind },
  };

  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", TRUE); /* never the box that tests run on */
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
