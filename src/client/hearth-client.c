/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/hearth-client-private.h"

#include <hearth/log.h>

HEARTH_LOG_TOPIC ("client")

#define PLAYER "tv.hearth.Player1"
#define RETRY_MAX_S 30 /* a bus that went away is asked for after 1, 2, 4 ... 30 s */

struct _HearthClient {
  GObject parent_instance;
  GMainContext *context;       /* the maker's */
  GDBusConnection *connection; /* NULL while there is no bus */
  GDBusProxy *player;          /* caches Player1's properties and watches the name */
  GSource *retry;
  guint retry_s;
};

enum {
  PROP_CONNECTED = 1,
  PROP_CHANNEL,
  PROP_URI,
  PROP_STATE,
  PROP_REASON,
  PROP_REASON_TEXT,
  PROP_SERIAL,
  PROP_VOLUME,
  PROP_MUTE,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];
/* Player1's names, in the order of the enum. */
static const char *const bus_props[N_PROPS] = { NULL,         NULL,     "Channel", "Uri",  "State", "Reason",
                                                "ReasonText", "Serial", "Volume",  "Mute" };
static guint zap_stage_signal;

G_DEFINE_FINAL_TYPE (HearthClient, hearth_client, G_TYPE_OBJECT)

static void schedule_retry (HearthClient *self);

/* ---- what is known --------------------------------------------------------- */

/* Borrowed: the proxy keeps each value until the next one comes. */
static const char *
get_string (HearthClient *self, guint prop, const char *otherwise)
{
  g_autoptr (GVariant) value = NULL;
  const char *text;

  if (!hearth_client_get_connected (self))
    return otherwise;
  value = g_dbus_proxy_get_cached_property (self->player, bus_props[prop]);
  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return otherwise;
  text = g_variant_get_string (value, NULL);
  return *text != '\0' ? text : otherwise;
}

static GVariant *
dup_value (HearthClient *self, guint prop, const GVariantType *type)
{
  g_autoptr (GVariant) value = NULL;

  if (hearth_client_get_connected (self))
    value = g_dbus_proxy_get_cached_property (self->player, bus_props[prop]);
  return value != NULL && g_variant_is_of_type (value, type) ? g_steal_pointer (&value) : NULL;
}

gboolean
hearth_client_get_connected (HearthClient *self)
{
  g_autofree char *owner = self->player != NULL ? g_dbus_proxy_get_name_owner (self->player) : NULL;

  return owner != NULL;
}

GDBusConnection *
hearth_client_get_connection (HearthClient *self)
{
  return self->connection;
}

GDBusConnection *
client_get_bus (HearthClient *self, GError **error)
{
  if (self->connection == NULL)
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_DISCONNECTED, "there is no bus at the moment; it is tried again");
  return self->connection;
}

const char *
hearth_client_get_channel (HearthClient *self)
{
  return get_string (self, PROP_CHANNEL, NULL);
}

const char *
hearth_client_get_uri (HearthClient *self)
{
  return get_string (self, PROP_URI, NULL);
}

const char *
hearth_client_get_state (HearthClient *self)
{
  return get_string (self, PROP_STATE, "stopped");
}

const char *
hearth_client_get_reason (HearthClient *self)
{
  return get_string (self, PROP_REASON, NULL);
}

const char *
hearth_client_get_reason_text (HearthClient *self)
{
  return get_string (self, PROP_REASON_TEXT, NULL);
}

guint
hearth_client_get_serial (HearthClient *self)
{
  g_autoptr (GVariant) value = dup_value (self, PROP_SERIAL, G_VARIANT_TYPE_UINT32);

  return value != NULL ? g_variant_get_uint32 (value) : 0;
}

double
hearth_client_get_volume (HearthClient *self)
{
  g_autoptr (GVariant) value = dup_value (self, PROP_VOLUME, G_VARIANT_TYPE_DOUBLE);

  return value != NULL ? g_variant_get_double (value) : 0.0;
}

gboolean
hearth_client_get_mute (HearthClient *self)
{
  g_autoptr (GVariant) value = dup_value (self, PROP_MUTE, G_VARIANT_TYPE_BOOLEAN);

  return value != NULL && g_variant_get_boolean (value);
}

/* ---- the proxy's news -------------------------------------------------------- */

static void
notify_all (HearthClient *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = PROP_CONNECTED; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), props[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
on_properties_changed (HearthClient *self, GVariant *changed, G_GNUC_UNUSED const char *const *invalidated,
                       G_GNUC_UNUSED GDBusProxy *player)
{
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = PROP_CHANNEL; i < N_PROPS; i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (changed, bus_props[i], NULL);

    if (value != NULL)
      g_object_notify_by_pspec (G_OBJECT (self), props[i]);
  }
  g_object_thaw_notify (G_OBJECT (self));
}

static void
on_signal (HearthClient *self, G_GNUC_UNUSED const char *sender, const char *name, GVariant *arguments,
           G_GNUC_UNUSED GDBusProxy *player)
{
  const char *stage;
  guint32 serial;
  gint64 time_us;

  if (!g_str_equal (name, "ZapStage") || !g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(usx)")))
    return;
  g_variant_get (arguments, "(u&sx)", &serial, &stage, &time_us);
  g_signal_emit (self, zap_stage_signal, 0, serial, stage, time_us);
}

static void
on_owner_changed (HearthClient *self, G_GNUC_UNUSED GParamSpec *pspec, G_GNUC_UNUSED GDBusProxy *player)
{
  hearth_info (hearth_client_get_connected (self) ? "hearthd is there" : "hearthd went away");
  notify_all (self);
}

static void
let_go (HearthClient *self)
{
  if (self->connection == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->player, self);
  g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_object (&self->player);
  g_clear_object (&self->connection);
}

static void
on_closed (HearthClient *self, G_GNUC_UNUSED gboolean vanished, GError *reason, G_GNUC_UNUSED GDBusConnection *connection)
{
  hearth_notice ("the bus went away%s%s", reason != NULL ? ": " : "", reason != NULL ? reason->message : "");
  let_go (self);
  notify_all (self);
  schedule_retry (self);
}

/* ---- connecting -------------------------------------------------------------- */

/* Takes over a bus and what watches hearthd on it; @player (transfer full). */
static void
adopt (HearthClient *self, GDBusProxy *player)
{
  self->player = player;
  self->connection = g_object_ref (g_dbus_proxy_get_connection (player));
  g_signal_connect_object (player, "g-properties-changed", G_CALLBACK (on_properties_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (player, "g-signal", G_CALLBACK (on_signal), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (player, "notify::g-name-owner", G_CALLBACK (on_owner_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->connection, "closed", G_CALLBACK (on_closed), self, G_CONNECT_SWAPPED);
  self->retry_s = 0;
  notify_all (self);
}

static void
on_player (G_GNUC_UNUSED GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  GDBusProxy *player = g_dbus_proxy_new_finish (result, &error);

  if (player == NULL) {
    hearth_error_translate (&error, "asking for Hearth's player");
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  adopt (g_task_get_source_object (task), player);
  g_task_return_boolean (task, TRUE);
}

static void
on_bus (G_GNUC_UNUSED GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_for_address_finish (result, &error);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (connection == NULL) {
    hearth_error_translate (&error, "connecting to Hearth's bus");
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  g_dbus_proxy_new (connection, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, NULL, HEARTH_BUS_NAME, HEARTH_PATH_VIEW, PLAYER,
                    cancellable, on_player, g_steal_pointer (&task));
}

static void
connect_async (HearthClient *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;
  g_autofree char *address = client_bus_dup_address (&error);

  if (address == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  g_dbus_connection_new_for_address (address, CLIENT_CONNECTION_FLAGS, NULL, cancellable, on_bus, task);
}

static void
on_retried (GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    return;
  hearth_info ("%s; it is tried again", error->message);
  schedule_retry (HEARTH_CLIENT (source));
}

static gboolean
retry (gpointer user_data)
{
  HearthClient *self = user_data;

  g_clear_pointer (&self->retry, g_source_unref);
  connect_async (self, NULL, on_retried, NULL);
  return G_SOURCE_REMOVE;
}

static void
schedule_retry (HearthClient *self)
{
  self->retry_s = CLAMP (self->retry_s * 2, 1, RETRY_MAX_S);
  self->retry = g_timeout_source_new_seconds (self->retry_s);
  g_source_set_callback (self->retry, retry, self, NULL);
  g_source_attach (self->retry, self->context);
}

HearthClient *
hearth_client_new (void)
{
  HearthClient *self = g_object_new (HEARTH_TYPE_CLIENT, NULL);

  connect_async (self, NULL, on_retried, NULL);
  return self;
}

HearthClient *
hearth_client_new_sync (GCancellable *cancellable, GError **error)
{
  g_autoptr (GDBusConnection) connection = hearth_bus_connect_sync (cancellable, error);
  GDBusProxy *player;
  HearthClient *self;

  if (connection == NULL)
    return NULL;
  player = g_dbus_proxy_new_sync (connection, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, NULL, HEARTH_BUS_NAME,
                                  HEARTH_PATH_VIEW, PLAYER, cancellable, error);
  if (player == NULL) {
    hearth_error_translate (error, "asking for Hearth's player");
    return NULL;
  }
  self = g_object_new (HEARTH_TYPE_CLIENT, NULL);
  adopt (self, player);
  return self;
}

void
hearth_client_new_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (HearthClient) self = g_object_new (HEARTH_TYPE_CLIENT, NULL);

  connect_async (self, cancellable, callback, user_data);
}

HearthClient *
hearth_client_new_finish (GAsyncResult *result, GError **error)
{
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_object_ref (g_task_get_source_object (G_TASK (result)));
}

/* ---- the object ---------------------------------------------------------------- */

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  HearthClient *self = HEARTH_CLIENT (object);

  switch (id) {
  case PROP_CONNECTED: g_value_set_boolean (value, hearth_client_get_connected (self)); break;
  case PROP_CHANNEL:
  case PROP_URI:
  case PROP_REASON:
  case PROP_REASON_TEXT: g_value_set_string (value, get_string (self, id, NULL)); break;
  case PROP_STATE: g_value_set_string (value, hearth_client_get_state (self)); break;
  case PROP_SERIAL: g_value_set_uint (value, hearth_client_get_serial (self)); break;
  case PROP_VOLUME: g_value_set_double (value, hearth_client_get_volume (self)); break;
  case PROP_MUTE: g_value_set_boolean (value, hearth_client_get_mute (self)); break;
  default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
dispose (GObject *object)
{
  HearthClient *self = HEARTH_CLIENT (object);

  if (self->retry != NULL)
    g_source_destroy (self->retry);
  g_clear_pointer (&self->retry, g_source_unref);
  let_go (self);
  G_OBJECT_CLASS (hearth_client_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  HearthClient *self = HEARTH_CLIENT (object);

  g_clear_pointer (&self->context, g_main_context_unref);
  G_OBJECT_CLASS (hearth_client_parent_class)->finalize (object);
}

static void
hearth_client_class_init (HearthClientClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  hearth_error_quark (); /* from now on Hearth's errors are known when they come over the bus */
  object_class->get_property = get_property;
  object_class->dispose = dispose;
  object_class->finalize = finalize;

  /**
   * HearthClient:connected:
   *
   * Whether Hearth is on the bus.
   */
  props[PROP_CONNECTED] = g_param_spec_boolean ("connected", NULL, NULL, FALSE, flags);
  /**
   * HearthClient:channel:
   *
   * Id of the channel that is on, %NULL for none.
   */
  props[PROP_CHANNEL] = g_param_spec_string ("channel", NULL, NULL, NULL, flags);
  /**
   * HearthClient:uri:
   *
   * The address that is on, when it is no channel; else %NULL.
   */
  props[PROP_URI] = g_param_spec_string ("uri", NULL, NULL, NULL, flags);
  /**
   * HearthClient:state:
   *
   * "stopped", "opening", "playing", "no-signal", "ended".
   */
  props[PROP_STATE] = g_param_spec_string ("state", NULL, NULL, "stopped", flags);
  /**
   * HearthClient:reason:
   *
   * With "no-signal" the short name of the error, else %NULL.
   */
  props[PROP_REASON] = g_param_spec_string ("reason", NULL, NULL, NULL, flags);
  /**
   * HearthClient:reason-text:
   *
   * The reason for people, English; %NULL without one.
   */
  props[PROP_REASON_TEXT] = g_param_spec_string ("reason-text", NULL, NULL, NULL, flags);
  /**
   * HearthClient:serial:
   *
   * Serial of the newest zap.
   */
  props[PROP_SERIAL] = g_param_spec_uint ("serial", NULL, NULL, 0, G_MAXUINT32, 0, flags);
  /**
   * HearthClient:volume:
   *
   * 0.0 to 1.0; changed by hearth_client_set_volume_async().
   */
  props[PROP_VOLUME] = g_param_spec_double ("volume", NULL, NULL, 0.0, 1.0, 0.0, flags);
  /**
   * HearthClient:mute:
   *
   * Changed by hearth_client_set_mute_async().
   */
  props[PROP_MUTE] = g_param_spec_boolean ("mute", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  /**
   * HearthClient::zap-stage:
   * @self: the client
   * @serial: of the zap
   * @stage: "join", "first-packet", "tables", "random-access-point", "first-decoded", "first-shown", "sound", "normal-speed"
   * @time_us: CLOCK_MONOTONIC, µs
   *
   * A zap reached a stage.
   */
  zap_stage_signal = g_signal_new ("zap-stage", HEARTH_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                                   G_TYPE_UINT, G_TYPE_STRING, G_TYPE_INT64);
}

static void
hearth_client_init (HearthClient *self)
{
  self->context = g_main_context_ref_thread_default ();
}
