/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <hearth/error.h>

G_BEGIN_DECLS

/**
 * SECTION:client
 *
 * What an app needs of a running Hearth, over D-Bus. One #HearthClient a
 * process is enough. All functions belong to the thread that made the client;
 * its signals and callbacks come in that thread's default main context.
 *
 * A client may be made before Hearth runs, and stays when Hearth or the bus
 * goes away: #HearthClient:connected tells, and it connects again by itself.
 * Meanwhile each call fails with %HEARTH_ERROR_DISCONNECTED.
 *
 * All errors are of the domain %HEARTH_ERROR. What the bus offers beyond these
 * calls is reached with hearth_client_get_connection().
 */

#define HEARTH_BUS_NAME "tv.hearth.Hearth1"
#define HEARTH_PATH "/tv/hearth"
#define HEARTH_PATH_VIEW "/tv/hearth/view/main"
#define HEARTH_PATH_OUTPUT "/tv/hearth/output/main"

/**
 * hearth_bus_connect_sync:
 * @cancellable: (nullable): ends the wait
 *
 * Connects to the bus on which Hearth lives: the address in `$HEARTH_BUS`, else
 * the system bus. The connection is the caller's own and does not end the
 * process when it is closed. Any thread.
 *
 * Errors: %HEARTH_ERROR_DISCONNECTED without such a bus, %HEARTH_ERROR_INVALID_ARGUMENT
 * for a `$HEARTH_BUS` that is no address, %HEARTH_ERROR_PERMISSION_DENIED,
 * %HEARTH_ERROR_CANCELLED
 *
 * Returns: (transfer full): the connection
 */
GDBusConnection *hearth_bus_connect_sync (GCancellable *cancellable, GError **error);

/* ---- a channel ------------------------------------------------------------- */

#define HEARTH_TYPE_CHANNEL (hearth_channel_get_type ())

/**
 * HearthChannel:
 *
 * One channel as it was when it was asked for; never changes. Any thread.
 */
typedef struct _HearthChannel HearthChannel;

GType hearth_channel_get_type (void);

/**
 * hearth_channel_ref:
 *
 * Returns: (transfer full): @self
 */
HearthChannel *hearth_channel_ref (HearthChannel *self);
void hearth_channel_unref (HearthChannel *self);

/**
 * hearth_channel_get_id:
 *
 * Returns: (transfer none): `[a-z0-9]{16}`; stays when addresses and numbers change
 */
const char *hearth_channel_get_id (HearthChannel *self);

/**
 * hearth_channel_get_number:
 *
 * Returns: (transfer none): "5", "5.1"
 */
const char *hearth_channel_get_number (HearthChannel *self);

/**
 * hearth_channel_get_name:
 *
 * Returns: (transfer none): as the network gives it
 */
const char *hearth_channel_get_name (HearthChannel *self);

/**
 * hearth_channel_get_name_in:
 * @language: "zh", "en"
 *
 * Returns: (transfer none): the name in that language where it is known, else as hearth_channel_get_name()
 */
const char *hearth_channel_get_name_in (HearthChannel *self, const char *language);

/**
 * hearth_channel_get_kind:
 *
 * Returns: (transfer none): "tv", "radio" or "data"
 */
const char *hearth_channel_get_kind (HearthChannel *self);

/**
 * hearth_channel_get_logo:
 *
 * Returns: (transfer none) (nullable): an address
 */
const char *hearth_channel_get_logo (HearthChannel *self);

/**
 * hearth_channel_get_group:
 *
 * Returns: (transfer none) (nullable): the group, or several joined by ';'
 */
const char *hearth_channel_get_group (HearthChannel *self);

/**
 * hearth_channel_get_guide_id:
 *
 * Returns: (transfer none) (nullable): what programme guides call it
 */
const char *hearth_channel_get_guide_id (HearthChannel *self);

/**
 * hearth_channel_get_legs:
 *
 * Returns: how many networks' services carry it
 */
guint hearth_channel_get_legs (HearthChannel *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthChannel, hearth_channel_unref)

/* ---- the client --------------------------------------------------------------- */

#define HEARTH_TYPE_CLIENT (hearth_client_get_type ())
G_DECLARE_FINAL_TYPE (HearthClient, hearth_client, HEARTH, CLIENT, GObject)

/**
 * hearth_client_new:
 *
 * A client that connects in its own time: at once where there is a bus, else as
 * soon as there is one. #HearthClient:connected tells; until then nothing is on
 * and calls fail with %HEARTH_ERROR_DISCONNECTED.
 *
 * Returns: (transfer full): a client
 */
HearthClient *hearth_client_new (void);

/**
 * hearth_client_new_sync:
 * @cancellable: (nullable): ends the wait
 *
 * Connects to the bus and learns whether Hearth is there and what is on. Blocks
 * until both are known; that Hearth does not run is no error.
 *
 * Errors: as hearth_bus_connect_sync(), %HEARTH_ERROR_TIMED_OUT
 *
 * Returns: (transfer full): a client
 */
HearthClient *hearth_client_new_sync (GCancellable *cancellable, GError **error);

/**
 * hearth_client_new_async:
 * @cancellable: (nullable): ends the wait
 * @callback: called exactly once
 *
 * As hearth_client_new_sync(), without blocking.
 */
void hearth_client_new_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/**
 * hearth_client_new_finish:
 *
 * Returns: (transfer full): a client
 */
HearthClient *hearth_client_new_finish (GAsyncResult *result, GError **error);

/**
 * hearth_client_get_connection:
 *
 * Returns: (transfer none) (nullable): the bus; %NULL while there is none, and another one after it came back
 */
GDBusConnection *hearth_client_get_connection (HearthClient *self);

/**
 * hearth_client_get_connected:
 *
 * Returns: whether Hearth is on the bus
 */
gboolean hearth_client_get_connected (HearthClient *self);

/**
 * hearth_client_get_channel:
 *
 * Returns: (transfer none) (nullable): id of the channel that is on, %NULL for none
 */
const char *hearth_client_get_channel (HearthClient *self);

/**
 * hearth_client_get_uri:
 *
 * Returns: (transfer none) (nullable): the address that is on, without passwords; %NULL for a channel or nothing
 */
const char *hearth_client_get_uri (HearthClient *self);

/**
 * hearth_client_get_state:
 *
 * Returns: (transfer none): "stopped", "opening", "playing", "no-signal", "ended"; "stopped" also without Hearth
 */
const char *hearth_client_get_state (HearthClient *self);

/**
 * hearth_client_get_reason:
 *
 * Returns: (transfer none) (nullable): with "no-signal" the short name of the error: "NoPackets"
 */
const char *hearth_client_get_reason (HearthClient *self);

/**
 * hearth_client_get_reason_text:
 *
 * Returns: (transfer none) (nullable): the reason for people, English
 */
const char *hearth_client_get_reason_text (HearthClient *self);

/**
 * hearth_client_get_serial:
 *
 * Returns: serial of the newest zap, 0 before the first
 */
guint hearth_client_get_serial (HearthClient *self);

/**
 * hearth_client_get_volume:
 *
 * Returns: 0.0 to 1.0
 */
double hearth_client_get_volume (HearthClient *self);
gboolean hearth_client_get_mute (HearthClient *self);

/* ---- calls -------------------------------------------------------------------- *
 * Each comes three times: _async, its _finish, and _sync, which blocks. A
 * @cancellable gives up the wait, not what was asked for. All may fail with
 * %HEARTH_ERROR_DISCONNECTED, %HEARTH_ERROR_PERMISSION_DENIED,
 * %HEARTH_ERROR_TIMED_OUT and %HEARTH_ERROR_CANCELLED, besides what is named. */

/**
 * hearth_client_list_channels_async:
 * @cursor: (nullable): %NULL for the first page, then the last answer's next
 * @limit: 1 to 1000 channels
 * @filter: (nullable): floating a{sv}, sunk: "text" s (in name or number), "group" s, "kind" s, "network" s
 *
 * Asks for a page of channels, in the order of their numbers.
 */
void hearth_client_list_channels_async (HearthClient *self, const char *cursor, guint limit, GVariant *filter,
                                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/**
 * hearth_client_list_channels_finish:
 * @next: (out) (optional) (nullable): cursor of the next page, %NULL after the last one
 *
 * Errors: %HEARTH_ERROR_INVALID_ARGUMENT for a cursor, limit or filter that is not Hearth's
 *
 * Returns: (transfer container) (element-type HearthChannel): the channels; the array frees its elements
 */
GPtrArray *hearth_client_list_channels_finish (HearthClient *self, GAsyncResult *result, char **next, GError **error);

/**
 * hearth_client_list_channels_sync:
 * @cursor: (nullable): %NULL for the first page, then the last answer's next
 * @limit: 1 to 1000 channels
 * @filter: (nullable): floating a{sv}, sunk
 * @next: (out) (optional) (nullable): cursor of the next page, %NULL after the last one
 *
 * Returns: (transfer container) (element-type HearthChannel): the channels; the array frees its elements
 */
GPtrArray *hearth_client_list_channels_sync (HearthClient *self, const char *cursor, guint limit, GVariant *filter,
                                             char **next, GCancellable *cancellable, GError **error);

/**
 * hearth_client_get_channel_info_async:
 * @id: a channel's id
 *
 * Asks for one channel.
 */
void hearth_client_get_channel_info_async (HearthClient *self, const char *id, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);

/**
 * hearth_client_get_channel_info_finish:
 *
 * Errors: %HEARTH_ERROR_NOT_FOUND
 *
 * Returns: (transfer full): the channel
 */
HearthChannel *hearth_client_get_channel_info_finish (HearthClient *self, GAsyncResult *result, GError **error);

/**
 * hearth_client_get_channel_info_sync:
 * @id: a channel's id
 *
 * Returns: (transfer full): the channel
 */
HearthChannel *hearth_client_get_channel_info_sync (HearthClient *self, const char *id, GCancellable *cancellable,
                                                    GError **error);

/**
 * hearth_client_open_channel_async:
 * @id: a channel's id
 *
 * Shows a channel. The answer does not wait for the picture; watch
 * #HearthClient:state and #HearthClient::zap-stage.
 */
void hearth_client_open_channel_async (HearthClient *self, const char *id, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data);

/**
 * hearth_client_open_channel_finish:
 * @serial: (out) (optional): names this zap in stages and states
 *
 * Errors: %HEARTH_ERROR_NOT_FOUND, %HEARTH_ERROR_NO_SIGNAL in standby
 */
gboolean hearth_client_open_channel_finish (HearthClient *self, GAsyncResult *result, guint *serial, GError **error);

/**
 * hearth_client_open_channel_sync:
 * @id: a channel's id
 * @serial: (out) (optional): names this zap in stages and states
 */
gboolean hearth_client_open_channel_sync (HearthClient *self, const char *id, guint *serial, GCancellable *cancellable,
                                          GError **error);

/**
 * hearth_client_open_number_async:
 * @number: a channel's number: "5", "5.1"
 *
 * As hearth_client_open_channel_async(), by number.
 */
void hearth_client_open_number_async (HearthClient *self, const char *number, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer user_data);

/**
 * hearth_client_open_number_finish:
 * @serial: (out) (optional): names this zap
 *
 * Errors: %HEARTH_ERROR_NOT_FOUND
 */
gboolean hearth_client_open_number_finish (HearthClient *self, GAsyncResult *result, guint *serial, GError **error);

/**
 * hearth_client_open_number_sync:
 * @number: a channel's number
 * @serial: (out) (optional): names this zap
 */
gboolean hearth_client_open_number_sync (HearthClient *self, const char *number, guint *serial,
                                         GCancellable *cancellable, GError **error);

/**
 * hearth_client_open_uri_async:
 * @uri: HLS, DASH, or what a network plug-in opens: udp, rtp, http, file
 *
 * Plays an address that is no channel.
 */
void hearth_client_open_uri_async (HearthClient *self, const char *uri, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);

/**
 * hearth_client_open_uri_finish:
 * @serial: (out) (optional): names this zap
 *
 * Errors: %HEARTH_ERROR_INVALID_ARGUMENT, %HEARTH_ERROR_NOT_SUPPORTED
 */
gboolean hearth_client_open_uri_finish (HearthClient *self, GAsyncResult *result, guint *serial, GError **error);

/**
 * hearth_client_open_uri_sync:
 * @uri: the address
 * @serial: (out) (optional): names this zap
 */
gboolean hearth_client_open_uri_sync (HearthClient *self, const char *uri, guint *serial, GCancellable *cancellable,
                                      GError **error);

/**
 * hearth_client_zap_async:
 * @delta: 1 the next channel, -1 the previous one, and so on, round the ends
 *
 * Shows a neighbour of the channel that is on.
 */
void hearth_client_zap_async (HearthClient *self, gint delta, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data);

/**
 * hearth_client_zap_finish:
 * @serial: (out) (optional): names this zap
 *
 * Errors: %HEARTH_ERROR_NOT_FOUND without channels
 */
gboolean hearth_client_zap_finish (HearthClient *self, GAsyncResult *result, guint *serial, GError **error);

/**
 * hearth_client_zap_sync:
 * @delta: 1 the next channel, -1 the previous one
 * @serial: (out) (optional): names this zap
 */
gboolean hearth_client_zap_sync (HearthClient *self, gint delta, guint *serial, GCancellable *cancellable,
                                 GError **error);

/**
 * hearth_client_back_async:
 *
 * Shows the channel before this one.
 */
void hearth_client_back_async (HearthClient *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data);

/**
 * hearth_client_back_finish:
 * @serial: (out) (optional): names this zap
 *
 * Errors: %HEARTH_ERROR_NOT_FOUND when there was none
 */
gboolean hearth_client_back_finish (HearthClient *self, GAsyncResult *result, guint *serial, GError **error);

/**
 * hearth_client_back_sync:
 * @serial: (out) (optional): names this zap
 */
gboolean hearth_client_back_sync (HearthClient *self, guint *serial, GCancellable *cancellable, GError **error);

/**
 * hearth_client_stop_async:
 *
 * Takes the picture off.
 */
void hearth_client_stop_async (HearthClient *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean hearth_client_stop_finish (HearthClient *self, GAsyncResult *result, GError **error);
gboolean hearth_client_stop_sync (HearthClient *self, GCancellable *cancellable, GError **error);

/**
 * hearth_client_set_volume_async:
 * @volume: 0.0 to 1.0; values outside are cut
 */
void hearth_client_set_volume_async (HearthClient *self, double volume, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
gboolean hearth_client_set_volume_finish (HearthClient *self, GAsyncResult *result, GError **error);
gboolean hearth_client_set_volume_sync (HearthClient *self, double volume, GCancellable *cancellable, GError **error);

void hearth_client_set_mute_async (HearthClient *self, gboolean mute, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
gboolean hearth_client_set_mute_finish (HearthClient *self, GAsyncResult *result, GError **error);
gboolean hearth_client_set_mute_sync (HearthClient *self, gboolean mute, GCancellable *cancellable, GError **error);

/**
 * hearth_client_show_banner_async:
 *
 * Shows the channel banner for its time.
 */
void hearth_client_show_banner_async (HearthClient *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean hearth_client_show_banner_finish (HearthClient *self, GAsyncResult *result, GError **error);
gboolean hearth_client_show_banner_sync (HearthClient *self, GCancellable *cancellable, GError **error);

/**
 * hearth_client_screenshot_async:
 * @options: (nullable): floating a{sv}, sunk: "format" s ("png", "jpeg"), "width" u, "osd" b
 *
 * Asks for what is on glass now.
 */
void hearth_client_screenshot_async (HearthClient *self, GVariant *options, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);

/**
 * hearth_client_screenshot_finish:
 * @info: (out) (optional) (transfer full): a{sv}: "width" u, "height" u, "time" x (µs CLOCK_MONOTONIC), ...
 *
 * Errors: %HEARTH_ERROR_NOT_SUPPORTED, %HEARTH_ERROR_BUSY
 *
 * Returns: (transfer full): the picture file
 */
GBytes *hearth_client_screenshot_finish (HearthClient *self, GAsyncResult *result, GVariant **info, GError **error);

/**
 * hearth_client_screenshot_sync:
 * @options: (nullable): floating a{sv}, sunk
 * @info: (out) (optional) (transfer full): a{sv}
 *
 * Returns: (transfer full): the picture file
 */
GBytes *hearth_client_screenshot_sync (HearthClient *self, GVariant *options, GVariant **info,
                                       GCancellable *cancellable, GError **error);

G_END_DECLS
