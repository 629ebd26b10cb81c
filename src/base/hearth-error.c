/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <hearth/error.h>

#include <gio/gio.h>

static const GDBusErrorEntry entries[] = {
  { HEARTH_ERROR_FAILED, "tv.hearth.Error.Failed" },
  { HEARTH_ERROR_INVALID_ARGUMENT, "tv.hearth.Error.InvalidArgument" },
  { HEARTH_ERROR_NOT_FOUND, "tv.hearth.Error.NotFound" },
  { HEARTH_ERROR_EXISTS, "tv.hearth.Error.Exists" },
  { HEARTH_ERROR_BUSY, "tv.hearth.Error.Busy" },
  { HEARTH_ERROR_NOT_SUPPORTED, "tv.hearth.Error.NotSupported" },
  { HEARTH_ERROR_PERMISSION_DENIED, "tv.hearth.Error.PermissionDenied" },
  { HEARTH_ERROR_TIMED_OUT, "tv.hearth.Error.TimedOut" },
  { HEARTH_ERROR_CANCELLED, "tv.hearth.Error.Cancelled" },
  { HEARTH_ERROR_NO_ADDRESS, "tv.hearth.Error.NoAddress" },
  { HEARTH_ERROR_NO_SIGNAL, "tv.hearth.Error.NoSignal" },
  { HEARTH_ERROR_NO_PACKETS, "tv.hearth.Error.NoPackets" },
  { HEARTH_ERROR_NO_KEY_FRAME, "tv.hearth.Error.NoKeyFrame" },
  { HEARTH_ERROR_CANNOT_DECODE, "tv.hearth.Error.CannotDecode" },
  { HEARTH_ERROR_DISCONNECTED, "tv.hearth.Error.Disconnected" },
  { HEARTH_ERROR_CORRUPT, "tv.hearth.Error.Corrupt" },
  { HEARTH_ERROR_LIMIT, "tv.hearth.Error.Limit" },
  { HEARTH_ERROR_IO, "tv.hearth.Error.IO" },
  { HEARTH_ERROR_PLUGIN, "tv.hearth.Error.Plugin" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (entries) == HEARTH_ERROR_N_CODES);

#define NAME_PREFIX "tv.hearth.Error."

GQuark
hearth_error_quark (void)
{
  static gsize quark;

  g_dbus_error_register_error_domain ("hearth-error-quark", &quark, entries, G_N_ELEMENTS (entries));
  return (GQuark) quark;
}

const char *
hearth_error_get_name (HearthError code)
{
  if ((guint) code >= G_N_ELEMENTS (entries))
    code = HEARTH_ERROR_FAILED;
  return entries[code].dbus_error_name + sizeof NAME_PREFIX - 1;
}

static HearthError
translate_io (gint code)
{
  switch (code) {
  case G_IO_ERROR_NOT_FOUND: return HEARTH_ERROR_NOT_FOUND;
  case G_IO_ERROR_EXISTS: return HEARTH_ERROR_EXISTS;
  case G_IO_ERROR_BUSY:
  case G_IO_ERROR_PENDING:
  case G_IO_ERROR_WOULD_BLOCK: return HEARTH_ERROR_BUSY;
  case G_IO_ERROR_NOT_SUPPORTED: return HEARTH_ERROR_NOT_SUPPORTED;
  case G_IO_ERROR_PERMISSION_DENIED: return HEARTH_ERROR_PERMISSION_DENIED;
  case G_IO_ERROR_TIMED_OUT: return HEARTH_ERROR_TIMED_OUT;
  case G_IO_ERROR_CANCELLED: return HEARTH_ERROR_CANCELLED;
  case G_IO_ERROR_INVALID_ARGUMENT:
  case G_IO_ERROR_INVALID_FILENAME: return HEARTH_ERROR_INVALID_ARGUMENT;
  case G_IO_ERROR_INVALID_DATA:
  case G_IO_ERROR_PARTIAL_INPUT: return HEARTH_ERROR_CORRUPT;
  case G_IO_ERROR_HOST_NOT_FOUND:
  case G_IO_ERROR_HOST_UNREACHABLE:
  case G_IO_ERROR_NETWORK_UNREACHABLE: return HEARTH_ERROR_NO_ADDRESS;
  case G_IO_ERROR_CONNECTION_REFUSED: return HEARTH_ERROR_NO_SIGNAL;
  case G_IO_ERROR_CLOSED:
  case G_IO_ERROR_NOT_CONNECTED:
  case G_IO_ERROR_BROKEN_PIPE: return HEARTH_ERROR_DISCONNECTED;
  case G_IO_ERROR_DBUS_ERROR: return HEARTH_ERROR_FAILED; /* a peer's error of a name that we do not know */
  case G_IO_ERROR_NO_SPACE:
  case G_IO_ERROR_TOO_MANY_OPEN_FILES: return HEARTH_ERROR_LIMIT;
  default: return HEARTH_ERROR_IO;
  }
}

static HearthError
translate_dbus (gint code)
{
  switch (code) {
  case G_DBUS_ERROR_NO_REPLY:
  case G_DBUS_ERROR_TIMEOUT:
  case G_DBUS_ERROR_TIMED_OUT: return HEARTH_ERROR_TIMED_OUT;
  case G_DBUS_ERROR_ACCESS_DENIED:
  case G_DBUS_ERROR_AUTH_FAILED: return HEARTH_ERROR_PERMISSION_DENIED;
  case G_DBUS_ERROR_INVALID_ARGS:
  case G_DBUS_ERROR_INVALID_SIGNATURE: return HEARTH_ERROR_INVALID_ARGUMENT;
  case G_DBUS_ERROR_SERVICE_UNKNOWN:
  case G_DBUS_ERROR_NAME_HAS_NO_OWNER:
  case G_DBUS_ERROR_DISCONNECTED:
  case G_DBUS_ERROR_NO_SERVER: return HEARTH_ERROR_DISCONNECTED;
  case G_DBUS_ERROR_UNKNOWN_METHOD:
  case G_DBUS_ERROR_UNKNOWN_OBJECT:
  case G_DBUS_ERROR_UNKNOWN_INTERFACE:
  case G_DBUS_ERROR_UNKNOWN_PROPERTY:
  case G_DBUS_ERROR_NOT_SUPPORTED: return HEARTH_ERROR_NOT_SUPPORTED;
  case G_DBUS_ERROR_NO_MEMORY:
  case G_DBUS_ERROR_LIMITS_EXCEEDED: return HEARTH_ERROR_LIMIT;
  default: return HEARTH_ERROR_FAILED;
  }
}

/* GStreamer's domains are known by name, so that this room needs no GStreamer: its code numbers are ABI. */
static HearthError
translate_other (const GError *error)
{
  const char *domain = g_quark_to_string (error->domain);

  if (error->domain == G_FILE_ERROR)
    return translate_io (g_io_error_from_file_error ((GFileError) error->code));
  if (error->domain == G_RESOLVER_ERROR)
    return HEARTH_ERROR_NO_ADDRESS;
  if (error->domain == G_TLS_ERROR)
    return HEARTH_ERROR_NO_SIGNAL;
  if (g_strcmp0 (domain, "gst-resource-error-quark") == 0)
    return error->code == 3 ? HEARTH_ERROR_NOT_FOUND : HEARTH_ERROR_NO_SIGNAL; /* GST_RESOURCE_ERROR_NOT_FOUND */
  if (g_strcmp0 (domain, "gst-stream-error-quark") == 0)
    return HEARTH_ERROR_CANNOT_DECODE;
  if (error->domain == G_KEY_FILE_ERROR || error->domain == G_MARKUP_ERROR || error->domain == G_CONVERT_ERROR ||
      error->domain == G_VARIANT_PARSE_ERROR || g_strcmp0 (domain, "json-parser-error-quark") == 0)
    return HEARTH_ERROR_CORRUPT;
  if (error->domain == G_OPTION_ERROR)
    return HEARTH_ERROR_INVALID_ARGUMENT;
  return HEARTH_ERROR_FAILED;
}

void
hearth_error_translate (GError **error, const char *format, ...)
{
  g_autofree char *head = NULL;
  g_autofree char *body = NULL;
  HearthError code;
  GError *old;
  va_list args;

  if (error == NULL || *error == NULL)
    return;
  old = *error;
  if (old->domain == HEARTH_ERROR)
    code = (HearthError) old->code;
  else if (old->domain == G_IO_ERROR)
    code = translate_io (old->code);
  else if (old->domain == G_DBUS_ERROR)
    code = translate_dbus (old->code);
  else
    code = translate_other (old);

  va_start (args, format);
  head = g_strdup_vprintf (format, args);
  va_end (args);
  if (g_dbus_error_is_remote_error (old))
    g_dbus_error_strip_remote_error (old);
  body = g_strdup (old->message);
  g_clear_error (error);
  *error = g_error_new (HEARTH_ERROR, code, "%s: %s", head, body);
}

void
hearth_error_set_errno (GError **error, int error_number, const char *format, ...)
{
  g_autofree char *head = NULL;
  va_list args;

  va_start (args, format);
  head = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, HEARTH_ERROR, translate_io (g_io_error_from_errno (error_number)), "%s: %s", head,
               g_strerror (error_number));
}
