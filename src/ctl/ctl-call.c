/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

#include <gio/gunixfdlist.h>
#include <string.h>

#define PROPERTIES "org.freedesktop.DBus.Properties"

GDBusConnection *
ctl_bus (Ctl *ctl, GError **error)
{
  if (ctl->bus == NULL)
    ctl->bus = hearth_bus_connect_sync (NULL, error);
  return ctl->bus;
}

static const char *
own_path (Ctl *ctl, const char *interface)
{
  if (g_str_equal (interface, "Player1"))
    return ctl->view;
  if (g_str_equal (interface, "Display1"))
    return ctl->output;
  return HEARTH_PATH;
}

static void
replace_message (GError *error, const char *message)
{
  g_free (error->message);
  error->message = g_strdup (message);
}

/* Into our domain, with words that say what to do. */
void
ctl_translate (GError **error)
{
  g_autoptr (GError) old = g_steal_pointer (error);
  gboolean from_hearthd = g_dbus_error_is_remote_error (old) && old->domain == HEARTH_ERROR;

  g_dbus_error_strip_remote_error (old);
  *error = g_error_copy (old);
  hearth_error_translate (error, "bus");
  replace_message (*error, old->message);
  if (from_hearthd)
    return;
  if (g_error_matches (*error, HEARTH_ERROR, HEARTH_ERROR_DISCONNECTED))
    replace_message (*error, "Hearth does not run: there is no hearthd on the bus. Start it (systemctl start hearthd, or "
                             "./dev run on a laptop), or name its bus in HEARTH_BUS");
  else if (g_error_matches (*error, HEARTH_ERROR, HEARTH_ERROR_PERMISSION_DENIED))
    replace_message (*error, "the bus does not let this user talk to Hearth: be root or a member of the group hearth");
  else if (g_error_matches (*error, HEARTH_ERROR, HEARTH_ERROR_TIMED_OUT))
    replace_message (*error, "hearthd did not answer in time: look at its log, and at “hearthctl workers”");
}

/* GDBus names what is not there as a method or an object that it does not know. */
static gboolean
is_missing_view (Ctl *ctl, const char *path, const GError *error)
{
  return (g_str_equal (path, ctl->view) || g_str_equal (path, ctl->output)) &&
         (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD) || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT));
}

GVariant *
ctl_call_with_fds (Ctl *ctl, const char *path, const char *interface, const char *method, GVariant *arguments,
                   const char *reply, GUnixFDList **fds, GError **error)
{
  g_autoptr (GVariant) sunk = arguments != NULL ? g_variant_ref_sink (arguments) : NULL;
  g_autofree char *name = strchr (interface, '.') != NULL ? g_strdup (interface) : g_strconcat ("tv.hearth.", interface, NULL);
  GDBusConnection *bus = ctl_bus (ctl, error);
  g_autoptr (GError) local = NULL;
  GVariant *answer;

  if (bus == NULL)
    return NULL;
  answer = g_dbus_connection_call_with_unix_fd_list_sync (bus, HEARTH_BUS_NAME, path, name, method, sunk, G_VARIANT_TYPE (reply),
                                                          G_DBUS_CALL_FLAGS_NO_AUTO_START, ctl->timeout_ms, NULL, fds, NULL, &local);
  if (answer != NULL)
    return answer;
  if (is_missing_view (ctl, path, local)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no view %s; “hearthctl views” lists them", strrchr (path, '/') + 1);
    return NULL;
  }
  ctl_translate (&local);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

GVariant *
ctl_call_at (Ctl *ctl, const char *path, const char *interface, const char *method, GVariant *arguments,
             const char *reply, GError **error)
{
  return ctl_call_with_fds (ctl, path, interface, method, arguments, reply, NULL, error);
}

GVariant *
ctl_call (Ctl *ctl, const char *interface, const char *method, GVariant *arguments, const char *reply, GError **error)
{
  return ctl_call_at (ctl, own_path (ctl, interface), interface, method, arguments, reply, error);
}

GVariant *
ctl_get_all (Ctl *ctl, const char *path, const char *interface, GError **error)
{
  g_autofree char *name = g_strconcat ("tv.hearth.", interface, NULL);
  g_autoptr (GVariant) reply = ctl_call_at (ctl, path != NULL ? path : own_path (ctl, interface), PROPERTIES, "GetAll",
                                            g_variant_new ("(s)", name), "(a{sv})", error);

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

gboolean
ctl_set_property (Ctl *ctl, const char *interface, const char *property, GVariant *value, GError **error)
{
  g_autofree char *name = g_strconcat ("tv.hearth.", interface, NULL);
  g_autoptr (GVariant) reply = ctl_call_at (ctl, own_path (ctl, interface), PROPERTIES, "Set",
                                            g_variant_new ("(ssv)", name, property, value), "()", error);

  return reply != NULL;
}

CtlExit
ctl_exit_for (const GError *error)
{
  if (error->domain != HEARTH_ERROR)
    return CTL_FAILED;
  switch ((HearthError) error->code) {
  case HEARTH_ERROR_INVALID_ARGUMENT: return CTL_USAGE;
  case HEARTH_ERROR_NOT_FOUND: return CTL_NOT_FOUND;
  case HEARTH_ERROR_DISCONNECTED: return CTL_NOT_RUNNING;
  case HEARTH_ERROR_PERMISSION_DENIED: return CTL_PERMISSION;
  case HEARTH_ERROR_TIMED_OUT: return CTL_TIMED_OUT;
  case HEARTH_ERROR_BUSY: return CTL_BUSY;
  case HEARTH_ERROR_NOT_SUPPORTED: return CTL_NOT_SUPPORTED;
  case HEARTH_ERROR_FAILED:
  case HEARTH_ERROR_EXISTS:
  case HEARTH_ERROR_CANCELLED:
  case HEARTH_ERROR_NO_ADDRESS:
  case HEARTH_ERROR_NO_SIGNAL:
  case HEARTH_ERROR_NO_PACKETS:
  case HEARTH_ERROR_NO_KEY_FRAME:
  case HEARTH_ERROR_CANNOT_DECODE:
  case HEARTH_ERROR_CORRUPT:
  case HEARTH_ERROR_LIMIT:
  case HEARTH_ERROR_IO:
  case HEARTH_ERROR_PLUGIN:
  case HEARTH_ERROR_N_CODES:
  default: return CTL_FAILED;
  }
}
