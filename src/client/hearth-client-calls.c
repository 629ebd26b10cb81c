/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/hearth-client-private.h"

#include <gio/gunixfdlist.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHANNELS "tv.hearth.Channels1"
#define PLAYER "tv.hearth.Player1"
#define DISPLAY "tv.hearth.Display1"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define PICTURE_MAX_BYTES (256 * 1024 * 1024)

/* A method of the bus, and how a failed call is told. */
typedef struct {
  const char *path, *interface, *method, *reply;
  const char *what;
} Call;

static const Call call_list = { HEARTH_PATH, CHANNELS, "List", "(aa{sv}s)", "listing channels" };
static const Call call_get = { HEARTH_PATH, CHANNELS, "Get", "(a{sv})", "asking for a channel" };
static const Call call_open = { HEARTH_PATH_VIEW, PLAYER, "Open", "(u)", "opening a channel" };
static const Call call_open_number = { HEARTH_PATH_VIEW, PLAYER, "OpenNumber", "(u)", "opening a channel by number" };
static const Call call_open_uri = { HEARTH_PATH_VIEW, PLAYER, "OpenUri", "(u)", "opening an address" };
static const Call call_zap = { HEARTH_PATH_VIEW, PLAYER, "Zap", "(u)", "zapping" };
static const Call call_back = { HEARTH_PATH_VIEW, PLAYER, "Back", "(u)", "going back" };
static const Call call_stop = { HEARTH_PATH_VIEW, PLAYER, "Stop", "()", "stopping" };
static const Call call_volume = { HEARTH_PATH_VIEW, PROPERTIES, "Set", "()", "setting the volume" };
static const Call call_mute = { HEARTH_PATH_VIEW, PROPERTIES, "Set", "()", "muting" };
static const Call call_banner = { HEARTH_PATH_OUTPUT, DISPLAY, "ShowBanner", "()", "showing the banner" };
static const Call call_screenshot = { HEARTH_PATH_OUTPUT, DISPLAY, "Screenshot", "(ha{sv})", "taking a screenshot" };

static GVariant *
options_or_empty (GVariant *options)
{
  return options != NULL ? options : g_variant_new ("a{sv}", NULL);
}

/* The bus's own words for a missing hearthd help nobody. */
static void
translate (GError **error, const Call *call)
{
  hearth_error_translate (error, "%s", call->what);
  if (!g_error_matches (*error, HEARTH_ERROR, HEARTH_ERROR_DISCONNECTED))
    return;
  g_clear_error (error);
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_DISCONNECTED, "%s: Hearth does not run: start hearthd", call->what);
}

/* ---- one way in, one way out ---------------------------------------------------- */

static void
on_reply (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Call *call = g_task_get_task_data (task);
  g_autoptr (GUnixFDList) fds = NULL;
  GError *error = NULL;
  GVariant *reply = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), &fds, result, &error);

  if (reply == NULL) {
    translate (&error, call);
    g_task_return_error (task, error);
    return;
  }
  if (fds != NULL)
    g_object_set_data_full (G_OBJECT (task), "fds", g_steal_pointer (&fds), g_object_unref);
  g_task_return_pointer (task, reply, (GDestroyNotify) g_variant_unref);
}

static void
call_async (HearthClient *self, const Call *call, GVariant *arguments, GCancellable *cancellable,
            GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GVariant) sunk = arguments != NULL ? g_variant_ref_sink (arguments) : NULL;
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;
  GDBusConnection *bus = client_get_bus (self, &error);

  g_task_set_task_data (task, (gpointer) call, NULL);
  if (bus == NULL) {
    g_prefix_error (&error, "%s: ", call->what);
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  g_dbus_connection_call_with_unix_fd_list (bus, HEARTH_BUS_NAME, call->path, call->interface, call->method, sunk,
                                            G_VARIANT_TYPE (call->reply), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL,
                                            cancellable, on_reply, task);
}

static GVariant *
call_finish (HearthClient *self, const Call *call, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_task_get_task_data (G_TASK (result)) == call, NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static GVariant *
call_sync (HearthClient *self, const Call *call, GVariant *arguments, GUnixFDList **fds, GCancellable *cancellable,
           GError **error)
{
  g_autoptr (GVariant) sunk = arguments != NULL ? g_variant_ref_sink (arguments) : NULL;
  g_autoptr (GError) local = NULL;
  GDBusConnection *bus = client_get_bus (self, &local);
  GVariant *reply = NULL;

  if (bus != NULL)
    reply = g_dbus_connection_call_with_unix_fd_list_sync (bus, HEARTH_BUS_NAME, call->path, call->interface, call->method,
                                                           sunk, G_VARIANT_TYPE (call->reply),
                                                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, fds, cancellable,
                                                           &local);
  if (reply == NULL) {
    translate (&local, call);
    g_propagate_error (error, g_steal_pointer (&local));
  }
  return reply;
}

static gboolean
take_serial (GVariant *reply, guint *serial)
{
  if (reply == NULL)
    return FALSE;
  if (serial != NULL)
    g_variant_get (reply, "(u)", serial);
  g_variant_unref (reply);
  return TRUE;
}

static gboolean
take_nothing (GVariant *reply)
{
  if (reply == NULL)
    return FALSE;
  g_variant_unref (reply);
  return TRUE;
}

/* ---- channels --------------------------------------------------------------------- */

static GVariant *
list_arguments (const char *cursor, guint limit, GVariant *filter)
{
  return g_variant_new ("(su@a{sv})", cursor != NULL ? cursor : "", limit, options_or_empty (filter));
}

static GPtrArray *
take_channels (GVariant *reply, char **next)
{
  g_autoptr (GVariant) owned = reply;
  g_autoptr (GVariant) list = NULL;
  GPtrArray *channels;
  const char *cursor;

  if (reply == NULL)
    return NULL;
  g_variant_get (reply, "(@aa{sv}&s)", &list, &cursor);
  if (next != NULL)
    *next = *cursor != '\0' ? g_strdup (cursor) : NULL;
  channels = g_ptr_array_new_with_free_func ((GDestroyNotify) hearth_channel_unref);
  for (gsize i = 0; i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) dictionary = g_variant_get_child_value (list, i);

    g_ptr_array_add (channels, client_channel_new (dictionary));
  }
  return channels;
}

void
hearth_client_list_channels_async (HearthClient *self, const char *cursor, guint limit, GVariant *filter,
                                   GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  call_async (self, &call_list, list_arguments (cursor, limit, filter), cancellable, callback, user_data);
}

GPtrArray *
hearth_client_list_channels_finish (HearthClient *self, GAsyncResult *result, char **next, GError **error)
{
  return take_channels (call_finish (self, &call_list, result, error), next);
}

GPtrArray *
hearth_client_list_channels_sync (HearthClient *self, const char *cursor, guint limit, GVariant *filter, char **next,
                                  GCancellable *cancellable, GError **error)
{
  return take_channels (call_sync (self, &call_list, list_arguments (cursor, limit, filter),
                                   NULL, cancellable, error), next);
}

static HearthChannel *
take_channel (GVariant *reply)
{
  g_autoptr (GVariant) owned = reply;
  g_autoptr (GVariant) dictionary = NULL;

  if (reply == NULL)
    return NULL;
  dictionary = g_variant_get_child_value (reply, 0);
  return client_channel_new (dictionary);
}

void
hearth_client_get_channel_info_async (HearthClient *self, const char *id, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer user_data)
{
  call_async (self, &call_get, g_variant_new ("(s)", id), cancellable, callback, user_data);
}

HearthChannel *
hearth_client_get_channel_info_finish (HearthClient *self, GAsyncResult *result, GError **error)
{
  return take_channel (call_finish (self, &call_get, result, error));
}

HearthChannel *
hearth_client_get_channel_info_sync (HearthClient *self, const char *id, GCancellable *cancellable, GError **error)
{
  return take_channel (call_sync (self, &call_get, g_variant_new ("(s)", id), NULL, cancellable, error));
}

/* ---- the player ------------------------------------------------------------------------ */

void
hearth_client_open_channel_async (HearthClient *self, const char *id, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data)
{
  call_async (self, &call_open, g_variant_new ("(sa{sv})", id, NULL), cancellable, callback, user_data);
}

gboolean
hearth_client_open_channel_finish (HearthClient *self, GAsyncResult *result, guint *serial, GError **error)
{
  return take_serial (call_finish (self, &call_open, result, error), serial);
}

gboolean
hearth_client_open_channel_sync (HearthClient *self, const char *id, guint *serial, GCancellable *cancellable, GError **error)
{
  return take_serial (call_sync (self, &call_open, g_variant_new ("(sa{sv})", id, NULL),
                                 NULL, cancellable, error), serial);
}

void
hearth_client_open_number_async (HearthClient *self, const char *number, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data)
{
  call_async (self, &call_open_number, g_variant_new ("(sa{sv})", number, NULL), cancellable, callback, user_data);
}

gboolean
hearth_client_open_number_finish (HearthClient *self, GAsyncResult *result, guint *serial, GError **error)
{
  return take_serial (call_finish (self, &call_open_number, result, error), serial);
}

gboolean
hearth_client_open_number_sync (HearthClient *self, const char *number, guint *serial, GCancellable *cancellable, GError **error)
{
  return take_serial (call_sync (self, &call_open_number, g_variant_new ("(sa{sv})", number, NULL),
                                 NULL, cancellable, error), serial);
}

void
hearth_client_open_uri_async (HearthClient *self, const char *uri, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  call_async (self, &call_open_uri, g_variant_new ("(sa{sv})", uri, NULL), cancellable, callback, user_data);
}

gboolean
hearth_client_open_uri_finish (HearthClient *self, GAsyncResult *result, guint *serial, GError **error)
{
  return take_serial (call_finish (self, &call_open_uri, result, error), serial);
}

gboolean
hearth_client_open_uri_sync (HearthClient *self, const char *uri, guint *serial, GCancellable *cancellable, GError **error)
{
  return take_serial (call_sync (self, &call_open_uri, g_variant_new ("(sa{sv})", uri, NULL),
                                 NULL, cancellable, error), serial);
}

void
hearth_client_zap_async (HearthClient *self, gint delta, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  call_async (self, &call_zap, g_variant_new ("(ia{sv})", delta, NULL), cancellable, callback, user_data);
}

gboolean
hearth_client_zap_finish (HearthClient *self, GAsyncResult *result, guint *serial, GError **error)
{
  return take_serial (call_finish (self, &call_zap, result, error), serial);
}

gboolean
hearth_client_zap_sync (HearthClient *self, gint delta, guint *serial, GCancellable *cancellable, GError **error)
{
  return take_serial (call_sync (self, &call_zap, g_variant_new ("(ia{sv})", delta, NULL),
                                 NULL, cancellable, error), serial);
}

void
hearth_client_back_async (HearthClient *self, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  call_async (self, &call_back, g_variant_new ("(a{sv})", NULL), cancellable, callback, user_data);
}

gboolean
hearth_client_back_finish (HearthClient *self, GAsyncResult *result, guint *serial, GError **error)
{
  return take_serial (call_finish (self, &call_back, result, error), serial);
}

gboolean
hearth_client_back_sync (HearthClient *self, guint *serial, GCancellable *cancellable, GError **error)
{
  return take_serial (call_sync (self, &call_back, g_variant_new ("(a{sv})", NULL), NULL, cancellable, error), serial);
}

void
hearth_client_stop_async (HearthClient *self, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  call_async (self, &call_stop, g_variant_new ("(a{sv})", NULL), cancellable, callback, user_data);
}

gboolean
hearth_client_stop_finish (HearthClient *self, GAsyncResult *result, GError **error)
{
  return take_nothing (call_finish (self, &call_stop, result, error));
}

gboolean
hearth_client_stop_sync (HearthClient *self, GCancellable *cancellable, GError **error)
{
  return take_nothing (call_sync (self, &call_stop, g_variant_new ("(a{sv})", NULL), NULL, cancellable, error));
}

static GVariant *
volume_arguments (double volume)
{
  return g_variant_new ("(ssv)", PLAYER, "Volume", g_variant_new_double (CLAMP (volume, 0.0, 1.0)));
}

void
hearth_client_set_volume_async (HearthClient *self, double volume, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  call_async (self, &call_volume, volume_arguments (volume), cancellable, callback, user_data);
}

gboolean
hearth_client_set_volume_finish (HearthClient *self, GAsyncResult *result, GError **error)
{
  return take_nothing (call_finish (self, &call_volume, result, error));
}

gboolean
hearth_client_set_volume_sync (HearthClient *self, double volume, GCancellable *cancellable, GError **error)
{
  return take_nothing (call_sync (self, &call_volume, volume_arguments (volume), NULL, cancellable, error));
}

static GVariant *
mute_arguments (gboolean mute)
{
  return g_variant_new ("(ssv)", PLAYER, "Mute", g_variant_new_boolean (mute));
}

void
hearth_client_set_mute_async (HearthClient *self, gboolean mute, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  call_async (self, &call_mute, mute_arguments (mute), cancellable, callback, user_data);
}

gboolean
hearth_client_set_mute_finish (HearthClient *self, GAsyncResult *result, GError **error)
{
  return take_nothing (call_finish (self, &call_mute, result, error));
}

gboolean
hearth_client_set_mute_sync (HearthClient *self, gboolean mute, GCancellable *cancellable, GError **error)
{
  return take_nothing (call_sync (self, &call_mute, mute_arguments (mute), NULL, cancellable, error));
}

/* ---- the display ------------------------------------------------------------------------ */

void
hearth_client_show_banner_async (HearthClient *self, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data)
{
  call_async (self, &call_banner, g_variant_new ("(a{sv})", NULL), cancellable, callback, user_data);
}

gboolean
hearth_client_show_banner_finish (HearthClient *self, GAsyncResult *result, GError **error)
{
  return take_nothing (call_finish (self, &call_banner, result, error));
}

gboolean
hearth_client_show_banner_sync (HearthClient *self, GCancellable *cancellable, GError **error)
{
  return take_nothing (call_sync (self, &call_banner, g_variant_new ("(a{sv})", NULL), NULL, cancellable, error));
}

/* Copies the picture out of its memfd, so that nobody can change or cut it under the caller's eyes. */
static GBytes *
read_picture (int fd, GError **error)
{
  g_autofree guint8 *bytes = NULL;
  struct stat status;
  gsize done = 0;

  if (fstat (fd, &status) < 0 || status.st_size <= 0 || status.st_size > PICTURE_MAX_BYTES) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "taking a screenshot: the picture has no fit size");
    return NULL;
  }
  bytes = g_malloc ((gsize) status.st_size);
  while (done < (gsize) status.st_size) {
    gssize got = pread (fd, bytes + done, (gsize) status.st_size - done, (off_t) done);

    if (got <= 0) {
      g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_IO, "taking a screenshot: the picture cannot be read");
      return NULL;
    }
    done += (gsize) got;
  }
  return g_bytes_new_take (g_steal_pointer (&bytes), done);
}

static GBytes *
take_picture (GVariant *reply, GUnixFDList *fds, GVariant **info, GError **error)
{
  g_autoptr (GVariant) owned = reply;
  g_autoptr (GVariant) details = NULL;
  GBytes *picture = NULL;
  gint32 index;
  int fd;

  if (reply == NULL)
    return NULL;
  g_variant_get (reply, "(h@a{sv})", &index, &details);
  fd = fds != NULL ? g_unix_fd_list_get (fds, index, NULL) : -1;
  if (fd >= 0) {
    picture = read_picture (fd, error);
    close (fd);
  } else {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "taking a screenshot: no picture came with the answer");
  }
  if (picture != NULL && info != NULL)
    *info = g_steal_pointer (&details);
  return picture;
}

static GVariant *
screenshot_arguments (GVariant *options)
{
  return g_variant_new ("(@a{sv})", options_or_empty (options));
}

void
hearth_client_screenshot_async (HearthClient *self, GVariant *options, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  call_async (self, &call_screenshot, screenshot_arguments (options), cancellable, callback, user_data);
}

GBytes *
hearth_client_screenshot_finish (HearthClient *self, GAsyncResult *result, GVariant **info, GError **error)
{
  GVariant *reply = call_finish (self, &call_screenshot, result, error);

  return take_picture (reply, g_object_get_data (G_OBJECT (result), "fds"), info, error);
}

GBytes *
hearth_client_screenshot_sync (HearthClient *self, GVariant *options, GVariant **info, GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (GUnixFDList) fds = NULL;
  GVariant *reply = call_sync (self, &call_screenshot, screenshot_arguments (options), &fds, cancellable, error);

  return take_picture (reply, fds, info, error);
}
