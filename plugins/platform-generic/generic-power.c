/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "generic-power.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define POWER_STATE "/sys/power/state"
#define WAKE_ALARM "/sys/class/rtc/rtc0/wakealarm"
#define LOGIND_TIMEOUT_MS 3000

typedef struct {
  const char *words;     /* for people */
  const char *method;    /* org.freedesktop.login1(5) */
  const char *can;
} Request;

static const Request *
find_request (HearthPower power)
{
  static const Request suspend = { "suspending to memory", "Suspend", "CanSuspend" };
  static const Request off = { "switching off", "PowerOff", "CanPowerOff" };
  static const Request reboot = { "starting again", "Reboot", "CanReboot" };

  return power == HEARTH_POWER_SUSPEND ? &suspend : power == HEARTH_POWER_OFF ? &off : &reboot;
}

/* ---- systemd-logind ------------------------------------------------------------------------ */

/* A connection of our own, not the shared one, which would end the process when the bus goes. */
static GDBusConnection *
connect_to_system_bus (GError **error)
{
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, error);

  if (address == NULL)
    return NULL;
  return g_dbus_connection_new_for_address_sync (
    address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, error);
}

static GVariant *
call_logind (GDBusConnection *bus, const char *method, GVariant *parameters, const char *answer, GError **error)
{
  return g_dbus_connection_call_sync (bus, "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager",
                                      method, parameters, G_VARIANT_TYPE (answer), G_DBUS_CALL_FLAGS_NONE, LOGIND_TIMEOUT_MS, NULL,
                                      error);
}

/* Returns: a bus on which logind can and may do @request, NULL when there is none. */
static GDBusConnection *
find_logind (const Request *request)
{
  g_autoptr (GDBusConnection) bus = connect_to_system_bus (NULL);
  g_autoptr (GVariant) reply = bus != NULL ? call_logind (bus, request->can, NULL, "(s)", NULL) : NULL;
  const char *word = "no";

  if (reply != NULL)
    g_variant_get (reply, "(&s)", &word);
  return g_str_equal (word, "yes") ? g_steal_pointer (&bus) : NULL;
}

/* ---- the kernel's files -------------------------------------------------------------------- */

static gboolean
write_text (const char *path, const char *text, GError **error)
{
  int fd = open (path, O_WRONLY | O_TRUNC | O_CLOEXEC);
  gsize length = strlen (text);
  gboolean written = fd >= 0 && write (fd, text, length) == (gssize) length;
  int saved_errno = errno;

  if (fd >= 0)
    close (fd);
  if (!written)
    hearth_error_set_errno (error, saved_errno, "writing “%s” to %s", text, path);
  return written;
}

/* Documentation/admin-guide/pm/sleep-states.rst: "mem" is the deepest that keeps memory, "freeze" works on every machine. */
static const char *
find_sleep_state (const char *path)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) states = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  states = g_strsplit (g_strstrip (text), " ", -1);
  if (g_strv_contains ((const char *const *) states, "mem"))
    return "mem";
  return g_strv_contains ((const char *const *) states, "freeze") ? "freeze" : NULL;
}

static gboolean
suspend_by_kernel (const char *root, GError **error)
{
  g_autofree char *path = g_strconcat (root, POWER_STATE, NULL);
  const char *state = find_sleep_state (path);

  if (state != NULL)
    return write_text (path, state, error); /* returns after the wake */
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
               "suspending to memory: systemd-logind does not offer it, and %s has neither mem nor freeze", path);
  return FALSE;
}

/* ---- from outside -------------------------------------------------------------------------- */

gboolean
generic_power_begin (const char *root, HearthPower power, GError **error)
{
  const Request *request = find_request (power);
  g_autoptr (GDBusConnection) bus = find_logind (request);
  g_autoptr (GVariant) reply = NULL;

  if (bus == NULL && power == HEARTH_POWER_SUSPEND)
    return suspend_by_kernel (root, error);
  if (bus == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
                 "%s: systemd-logind does not offer it here, and this plug-in knows no other way", request->words);
    return FALSE;
  }
  reply = call_logind (bus, request->method, g_variant_new ("(b)", FALSE), "()", error); /* not interactive: nobody to ask */
  hearth_error_translate (error, "%s by systemd-logind", request->words);
  return reply != NULL;
}

gboolean
generic_power_set_wake (const char *root, gint64 utc_us, GError **error)
{
  g_autofree char *path = g_strconcat (root, WAKE_ALARM, NULL);
  g_autofree char *text = NULL;
  gint64 now_us = g_get_real_time ();

  if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
                 "setting the wake alarm: this box has no real-time clock with an alarm (%s does not exist)", path);
    return FALSE;
  }
  if (utc_us != 0 && utc_us <= now_us) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "setting the wake alarm: the time lies in the past");
    return FALSE;
  }
  if (!write_text (path, "0", error)) /* an old alarm makes the kernel refuse a new one: EBUSY */
    return FALSE;
  if (utc_us == 0)
    return TRUE;
  /* From now on, because the clock may run in local time; whole seconds, not before the time asked for. */
  text = g_strdup_printf ("+%" G_GINT64_FORMAT, (utc_us - now_us - 1) / G_USEC_PER_SEC + 1);
  return write_text (path, text, error);
}
