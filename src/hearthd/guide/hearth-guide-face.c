/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/guide/hearth-guide-face.h"

#include "dbus/tv.hearth.Guide1.h"
#include "hearthd/guide/hearth-guide-event.h"

#include <hearth/error.h>
#include <hearth/log.h>
#include <stdio.h>
#include <string.h>

HEARTH_LOG_TOPIC ("guide")

#define MOST_IN_PAGE 1000
#define LONGEST_TEXT 256
#define CURSOR_FORMAT "after:%" G_GINT64_FORMAT ":%" G_GINT64_MODIFIER "x" /* start and row of the page's last event */

struct _HearthGuideFace {
  HearthGuide *guide;
  HearthNetworks *networks;
  HearthDBusGuide1 *skeleton;
  void (*now_changed) (const HearthGuideNow *now, gpointer user_data);
  gpointer user_data;
};

/* @error: consumed. */
static gboolean
refuse (GDBusMethodInvocation *call, GError *error)
{
  g_dbus_method_invocation_take_error (call, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gint64
to_seconds (gint64 us)
{
  return us / G_USEC_PER_SEC;
}

/* ---- what is on ----------------------------------------------------------------------------- */

static GVariant *
get_event (GVariant *event)
{
  return event != NULL ? event : g_variant_new_parsed ("@a{sv} {}");
}

static void
add_now (GVariantBuilder *builder, const char *channel, const HearthGuideNow *now)
{
  g_variant_builder_add (builder, "(s@a{sv}@a{sv})", channel, get_event (now != NULL ? now->present : NULL),
                         get_event (now != NULL ? now->following : NULL));
}

static void
add_all_known (HearthGuideFace *self, GVariantBuilder *builder)
{
  GHashTableIter iter;
  gpointer now;

  g_hash_table_iter_init (&iter, hearth_guide_get_nows (self->guide));
  while (g_hash_table_iter_next (&iter, NULL, &now))
    add_now (builder, ((HearthGuideNow *) now)->channel, now);
}

/* In other languages than those in memory. */
static void
on_nows_asked (HearthGuideQuery *query, gpointer user_data)
{
  GDBusMethodInvocation *call = user_data;
  GVariantBuilder builder;

  if (query->error != NULL) {
    g_dbus_method_invocation_return_gerror (call, query->error);
  } else {
    g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sa{sv}a{sv})"));
    for (guint i = 0; i < query->nows->len; i++)
      add_now (&builder, ((HearthGuideNow *) g_ptr_array_index (query->nows, i))->channel, g_ptr_array_index (query->nows, i));
    g_dbus_method_invocation_return_value (call, g_variant_new ("(a(sa{sv}a{sv}))", &builder));
  }
  hearth_guide_query_free (query);
}

static gboolean
on_handle_get_now (HearthDBusGuide1 *skeleton, GDBusMethodInvocation *call, const char *const *channels, GVariant *options, gpointer user_data)
{
  HearthGuideFace *self = user_data;
  const char *languages = NULL;
  const guint n = g_strv_length ((char **) channels);
  HearthGuideQuery *query;
  GVariantBuilder builder;
  GError *error = NULL;

  if (n > MOST_IN_PAGE)
    return refuse (call, g_error_new (HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "at most %d channels are asked for at a time, not %u", MOST_IN_PAGE, n));
  g_variant_lookup (options, "languages", "&s", &languages);
  query = hearth_guide_make_query (self->guide, HEARTH_GUIDE_ASK_PRESENT, languages);
  for (guint i = 0; error == NULL && i < n; i++)
    hearth_guide_query_add_channel (self->guide, query, channels[i], &error);
  if (error == NULL && languages != NULL && n > 0) {
    hearth_guide_ask (self->guide, query, on_nows_asked, call);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  hearth_guide_query_free (query);
  if (error != NULL)
    return refuse (call, error);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sa{sv}a{sv})"));
  for (guint i = 0; i < n; i++)
    add_now (&builder, channels[i], hearth_guide_find_now (self->guide, channels[i]));
  if (n == 0)
    add_all_known (self, &builder);
  hearth_dbus_guide1_complete_get_now (skeleton, call, g_variant_builder_end (&builder));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- pages ------------------------------------------------------------------------------------- */

static gboolean
read_page (HearthGuideQuery *query, const char *cursor, guint limit, GError **error)
{
  if (limit == 0 || limit > MOST_IN_PAGE) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "a page has 1 to %d events, not %u", MOST_IN_PAGE, limit);
    return FALSE;
  }
  query->limit = limit;
  if (*cursor == '\0' || sscanf (cursor, "after:%" G_GINT64_FORMAT ":%" G_GINT64_MODIFIER "x", &query->after_s, (guint64 *) &query->after_row) == 2)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
               "“%s” is no cursor of the guide: begin with an empty one, then give the last answer's", cursor);
  return FALSE;
}

static void
on_page (HearthGuideQuery *query, gpointer user_data)
{
  GDBusMethodInvocation *call = user_data;
  g_autofree char *next = query->more ? g_strdup_printf (CURSOR_FORMAT, query->last_s, (guint64) query->last_row) : g_strdup ("");

  if (query->error != NULL)
    g_dbus_method_invocation_return_gerror (call, query->error);
  else
    g_dbus_method_invocation_return_value (call, g_variant_new ("(@aa{sv}s)", query->answer, next));
  hearth_guide_query_free (query);
}

/* Sends it on its way, or answers with what is wrong. @error: consumed. */
static gboolean
ask_or_refuse (HearthGuideFace *self, GDBusMethodInvocation *call, HearthGuideQuery *query, HearthGuideAnswer answer, GError *error)
{
  if (error == NULL) {
    hearth_guide_ask (self->guide, query, answer, call);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  hearth_guide_query_free (query);
  return refuse (call, error);
}

static HearthGuideQuery *
make_query (HearthGuideFace *self, HearthGuideAsk ask, GVariant *options)
{
  const char *languages = NULL;

  g_variant_lookup (options, "languages", "&s", &languages);
  return hearth_guide_make_query (self->guide, ask, languages);
}

static gboolean
on_handle_list (HearthDBusGuide1 *skeleton, GDBusMethodInvocation *call, const char *channel, gint64 from_us, gint64 to_us, const char *cursor,
                guint limit, GVariant *options, gpointer user_data)
{
  HearthGuideFace *self = user_data;
  HearthGuideQuery *query = make_query (self, HEARTH_GUIDE_ASK_LIST, options);
  GError *error = NULL;

  query->from_s = to_seconds (from_us);
  query->to_s = to_us > 0 ? to_seconds (to_us) : G_MAXINT64;
  if (read_page (query, cursor, limit, &error))
    hearth_guide_query_add_channel (self->guide, query, channel, &error);
  return ask_or_refuse (self, call, query, on_page, error);
}

static gboolean
on_handle_search (HearthDBusGuide1 *skeleton, GDBusMethodInvocation *call, const char *text, const char *cursor, guint limit, GVariant *options,
                  gpointer user_data)
{
  HearthGuideFace *self = user_data;
  HearthGuideQuery *query = make_query (self, HEARTH_GUIDE_ASK_SEARCH, options);
  GError *error = NULL;
  gint64 time_us;

  query->text = g_strdup (text);
  if (g_variant_lookup (options, "from", "x", &time_us))
    query->from_s = to_seconds (time_us);
  if (g_variant_lookup (options, "to", "x", &time_us))
    query->to_s = to_seconds (time_us);
  if (g_variant_lookup (options, "channel", "s", &query->channel))
    hearth_guide_query_add_channel (self->guide, query, query->channel, &error);
  if (error == NULL && strlen (text) > LONGEST_TEXT)
    g_set_error (&error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "a search has at most %d bytes of text", LONGEST_TEXT);
  if (error == NULL)
    read_page (query, cursor, limit, &error);
  return ask_or_refuse (self, call, query, on_page, error);
}

/* ---- one event, and all of it -------------------------------------------------------------------- */

static void
on_event (HearthGuideQuery *query, gpointer user_data)
{
  GDBusMethodInvocation *call = user_data;

  if (query->error != NULL)
    g_dbus_method_invocation_return_gerror (call, query->error);
  else
    g_dbus_method_invocation_return_value (call, g_variant_new ("(@a{sv})", query->answer));
  hearth_guide_query_free (query);
}

static gboolean
on_handle_get (HearthDBusGuide1 *skeleton, GDBusMethodInvocation *call, const char *event, GVariant *options, gpointer user_data)
{
  HearthGuideFace *self = user_data;
  HearthGuideQuery *query = make_query (self, HEARTH_GUIDE_ASK_EVENT, options);
  GError *error = NULL;

  if (!hearth_guide_row_parse_id (event, &query->row))
    g_set_error (&error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” is no event's id", event);
  return ask_or_refuse (self, call, query, on_event, error);
}

typedef struct {
  HearthGuideFace *face;
  GDBusMethodInvocation *call;
} Asked;

static void
on_status (HearthGuideQuery *query, gpointer user_data)
{
  g_autofree Asked *asked = user_data;
  GVariantDict dict;

  if (query->error != NULL) {
    g_dbus_method_invocation_return_gerror (asked->call, query->error);
  } else {
    g_variant_dict_init (&dict, query->answer);
    g_variant_dict_insert (&dict, "now", "x", hearth_guide_get_now_us (asked->face->guide));
    g_variant_dict_insert_value (&dict, "networks", hearth_guide_describe_networks (asked->face->guide));
    hearth_dbus_guide1_complete_get_status (asked->face->skeleton, asked->call, g_variant_dict_end (&dict));
  }
  hearth_guide_query_free (query);
}

static gboolean
on_handle_get_status (HearthDBusGuide1 *skeleton, GDBusMethodInvocation *call, gpointer user_data)
{
  HearthGuideFace *self = user_data;
  Asked *asked = g_new0 (Asked, 1);

  asked->face = self;
  asked->call = call;
  hearth_guide_ask (self->guide, hearth_guide_make_query (self->guide, HEARTH_GUIDE_ASK_STATUS, NULL), on_status, asked);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_collect (HearthDBusGuide1 *skeleton, GDBusMethodInvocation *call, const char *name, GVariant *options, gpointer user_data)
{
  HearthGuideFace *self = user_data;
  HearthNetworkObject *network = hearth_networks_find (self->networks, name);

  if (network != NULL)
    hearth_network_object_collect_guide (network, FALSE, call);
  else
    g_dbus_method_invocation_return_error (call, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no network %s; Networks1.List names them", name);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- what happens ------------------------------------------------------------------------------------ */

static void
on_changed (GHashTable *channels, gpointer user_data)
{
  HearthGuideFace *self = user_data;
  g_autofree const char **ids = (const char **) g_hash_table_get_keys_as_array (channels, NULL);
  const char *many[] = { NULL };

  hearth_dbus_guide1_emit_changed (self->skeleton, g_hash_table_size (channels) > MOST_IN_PAGE ? many : ids);
}

static void
on_now_changed (GPtrArray *nows, gpointer user_data)
{
  HearthGuideFace *self = user_data;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sa{sv}a{sv})"));
  for (guint i = 0; i < nows->len; i++) {
    const HearthGuideNow *now = g_ptr_array_index (nows, i);

    add_now (&builder, now->channel, now);
    if (self->now_changed != NULL)
      self->now_changed (now, self->user_data);
  }
  hearth_dbus_guide1_emit_now_changed (self->skeleton, g_variant_builder_end (&builder));
}

static void
on_emptied (gpointer user_data)
{
  HearthGuideFace *self = user_data;

  hearth_networks_collect_guide_anew (self->networks);
}

static const HearthGuideFuncs funcs = { .changed = on_changed, .now_changed = on_now_changed, .emptied = on_emptied };

/* ---- the object ---------------------------------------------------------------------------------------- */

static void
make_skeleton (HearthGuideFace *self, HearthBus *bus)
{
  g_autoptr (GError) error = NULL;

  self->skeleton = hearth_dbus_guide1_skeleton_new ();
  g_signal_connect (self->skeleton, "handle-get-now", G_CALLBACK (on_handle_get_now), self);
  g_signal_connect (self->skeleton, "handle-list", G_CALLBACK (on_handle_list), self);
  g_signal_connect (self->skeleton, "handle-search", G_CALLBACK (on_handle_search), self);
  g_signal_connect (self->skeleton, "handle-get", G_CALLBACK (on_handle_get), self);
  g_signal_connect (self->skeleton, "handle-get-status", G_CALLBACK (on_handle_get_status), self);
  g_signal_connect (self->skeleton, "handle-collect", G_CALLBACK (on_handle_collect), self);
  if (!hearth_bus_export (bus, "/tv/hearth", G_DBUS_INTERFACE_SKELETON (self->skeleton), &error))
    hearth_error ("%s", error->message);
}

HearthGuideFace *
hearth_guide_face_new (HearthBus *bus, const char *state_dir, HearthChannels *channels, HearthNetworks *networks, HearthSettingsStore *settings,
                       GError **error)
{
  HearthGuideFace *self = g_new0 (HearthGuideFace, 1);

  self->networks = networks;
  self->guide = hearth_guide_new (state_dir, channels, settings, &funcs, self, error);
  if (self->guide == NULL) {
    g_free (self);
    return NULL;
  }
  make_skeleton (self, bus);
  return self;
}

void
hearth_guide_face_free (HearthGuideFace *self)
{
  g_signal_handlers_disconnect_by_data (self->skeleton, self);
  hearth_guide_free (self->guide);
  g_object_unref (self->skeleton);
  g_free (self);
}

HearthGuide *
hearth_guide_face_get_guide (HearthGuideFace *self)
{
  return self->guide;
}

void
hearth_guide_face_set_now_changed (HearthGuideFace *self, void (*changed) (const HearthGuideNow *now, gpointer user_data), gpointer user_data)
{
  self->now_changed = changed;
  self->user_data = user_data;
}
