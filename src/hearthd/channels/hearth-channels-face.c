/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/channels/hearth-channels-face.h"

#include "dbus/tv.hearth.Channels1.h"

#include <hearth/error.h>
#include <hearth/log.h>
#include <string.h>

HEARTH_LOG_TOPIC ("channels")

#define MOST_IN_PAGE 1000
#define CURSOR_PREFIX "after:" /* and the number of the last channel of the page: it stays right when the list changes */

struct _HearthChannelsFace {
  HearthChannels *channels;
  HearthDBusChannels1 *skeleton;
};

/* ---- filters ------------------------------------------------------------------------------------ */

typedef struct {
  const char *text, *group, *network; /* NULL: any */
  char *folded;
  int kind; /* -1: any */
} Filter;

static gboolean
read_filter (GVariant *given, Filter *filter, GError **error)
{
  static const char *const kinds[] = { "tv", "radio", "data", NULL };
  GVariantIter iter;
  const char *key;
  GVariant *value;

  *filter = (Filter){ .kind = -1 };
  g_variant_iter_init (&iter, given);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value)) {
    const char *word = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_get_string (value, NULL) : NULL;

    if (word != NULL && g_str_equal (key, "text"))
      filter->text = word;
    else if (word != NULL && g_str_equal (key, "group"))
      filter->group = word;
    else if (word != NULL && g_str_equal (key, "network"))
      filter->network = word;
    else if (word != NULL && g_str_equal (key, "kind") && g_strv_contains (kinds, word))
      filter->kind = g_str_equal (word, "tv") ? 0 : g_str_equal (word, "radio") ? 1 : 2;
    else {
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                   "the filter %s is not one of text s, group s, network s, kind s (tv, radio, data)", key);
      g_variant_unref (value);
      return FALSE;
    }
  }
  if (filter->text != NULL)
    filter->folded = g_utf8_casefold (filter->text, -1);
  return TRUE;
}

static gboolean
in_groups (const char *groups, const char *group)
{
  gsize length = strlen (group);

  for (const char *at = strstr (groups, group); at != NULL; at = strstr (at + 1, group))
    if ((at == groups || at[-1] == ';') && (at[length] == '\0' || at[length] == ';'))
      return TRUE;
  return FALSE;
}

static gboolean
on_network (const HearthChannel *channel, const char *network)
{
  for (guint i = 0; i < channel->n_legs; i++)
    if (g_str_equal (channel->legs[i].network, network))
      return TRUE;
  return FALSE;
}

static gboolean
has_text (const HearthChannel *channel, const Filter *filter)
{
  g_autofree char *name = NULL;

  if (g_str_has_prefix (channel->number, filter->text))
    return TRUE;
  name = g_utf8_casefold (channel->name, -1);
  return strstr (name, filter->folded) != NULL;
}

static gboolean
passes (const HearthChannel *channel, const Filter *filter)
{
  return (filter->kind < 0 || (int) channel->kind == filter->kind) &&
         (filter->group == NULL || in_groups (channel->group, filter->group)) &&
         (filter->network == NULL || on_network (channel, filter->network)) &&
         (filter->text == NULL || has_text (channel, filter));
}

/* ---- methods -------------------------------------------------------------------------------------- */

static gboolean
on_handle_list (HearthDBusChannels1 *skeleton, GDBusMethodInvocation *invocation, const char *cursor, guint limit,
                GVariant *given, gpointer user_data)
{
  HearthChannelsFace *self = user_data;
  g_autofree char *next = NULL;
  GError *error = NULL;
  Filter filter = { 0 };
  GVariantBuilder page;
  guint position = 0, n = 0;

  if (limit == 0 || limit > MOST_IN_PAGE)
    g_set_error (&error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "a page has 1 to %d channels, not %u", MOST_IN_PAGE, limit);
  else if (*cursor != '\0' && !g_str_has_prefix (cursor, CURSOR_PREFIX))
    g_set_error (&error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                 "“%s” is no cursor of this list: begin with an empty one, then give the last answer's", cursor);
  if (error != NULL || !read_filter (given, &filter, &error)) {
    g_dbus_method_invocation_take_error (invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }

  if (*cursor != '\0')
    position = hearth_channels_position_after (self->channels, cursor + strlen (CURSOR_PREFIX));
  g_variant_builder_init (&page, G_VARIANT_TYPE ("aa{sv}"));
  for (; position < hearth_channels_get_size (self->channels); position++) {
    const HearthChannel *channel = hearth_channels_get (self->channels, position);

    if (!passes (channel, &filter))
      continue;
    if (n == limit) /* one more is there: the page has a next one */
      break;
    n++;
    g_variant_builder_add_value (&page, hearth_channels_describe (self->channels, channel));
    g_free (next);
    next = g_strconcat (CURSOR_PREFIX, channel->number, NULL);
  }
  g_free (filter.folded);
  hearth_dbus_channels1_complete_list (skeleton, invocation, g_variant_builder_end (&page),
                                       position < hearth_channels_get_size (self->channels) ? next : "");
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static const HearthChannel *
find_or_answer (HearthChannelsFace *self, GDBusMethodInvocation *invocation, const char *id)
{
  const HearthChannel *channel = hearth_channels_find (self->channels, id);

  if (channel == NULL)
    g_dbus_method_invocation_return_error (invocation, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no channel with the id “%s”",
                                           id);
  return channel;
}

static gboolean
on_handle_get (HearthDBusChannels1 *skeleton, GDBusMethodInvocation *invocation, const char *id, gpointer user_data)
{
  HearthChannelsFace *self = user_data;
  const HearthChannel *channel = find_or_answer (self, invocation, id);

  if (channel != NULL)
    hearth_dbus_channels1_complete_get (skeleton, invocation, hearth_channels_describe (self->channels, channel));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_find_number (HearthDBusChannels1 *skeleton, GDBusMethodInvocation *invocation, const char *number, gpointer user_data)
{
  HearthChannelsFace *self = user_data;
  const HearthChannel *channel = hearth_channels_find_number (self->channels, number);

  if (channel != NULL)
    hearth_dbus_channels1_complete_find_number (skeleton, invocation, channel->id);
  else
    g_dbus_method_invocation_return_error (invocation, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "no channel has the number %s", number);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static GVariant *
describe_leg (HearthChannels *channels, const HearthLeg *leg)
{
  g_autoptr (GVariant) attributes = hearth_channels_dup_leg_attributes (channels, leg);
  HearthServiceEntry entry;
  GVariantDict dict;

  hearth_channels_get_leg (channels, leg, &entry);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "network", "s", leg->network);
  g_variant_dict_insert (&dict, "uri", "s", entry.uri);
  g_variant_dict_insert (&dict, "delivery", "s", entry.delivery == HEARTH_DELIVERY_DIRECT ? "direct" : "ring");
  g_variant_dict_insert_value (&dict, "attributes", attributes);
  return g_variant_dict_end (&dict);
}

static gboolean
on_handle_get_legs (HearthDBusChannels1 *skeleton, GDBusMethodInvocation *invocation, const char *id, gpointer user_data)
{
  HearthChannelsFace *self = user_data;
  const HearthChannel *channel = find_or_answer (self, invocation, id);
  GVariantBuilder legs;

  if (channel == NULL)
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  g_variant_builder_init (&legs, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < channel->n_legs; i++)
    g_variant_builder_add_value (&legs, describe_leg (self->channels, &channel->legs[i]));
  hearth_dbus_channels1_complete_get_legs (skeleton, invocation, g_variant_builder_end (&legs));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_list_groups (HearthDBusChannels1 *skeleton, GDBusMethodInvocation *invocation, gpointer user_data)
{
  HearthChannelsFace *self = user_data;
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GList) names = NULL;
  GVariantBuilder groups;

  for (guint i = 0; i < hearth_channels_get_size (self->channels); i++) {
    g_auto (GStrv) parts = g_strsplit (hearth_channels_get (self->channels, i)->group, ";", -1);

    for (guint j = 0; parts[j] != NULL; j++)
      if (*parts[j] != '\0')
        g_hash_table_insert (counts, g_strdup (parts[j]),
                             GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, parts[j])) + 1));
  }
  names = g_list_sort (g_hash_table_get_keys (counts), (GCompareFunc) g_utf8_collate);
  g_variant_builder_init (&groups, G_VARIANT_TYPE ("a(su)"));
  for (GList *l = names; l != NULL; l = l->next)
    g_variant_builder_add (&groups, "(su)", l->data, GPOINTER_TO_UINT (g_hash_table_lookup (counts, l->data)));
  hearth_dbus_channels1_complete_list_groups (skeleton, invocation, g_variant_builder_end (&groups));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- the object -------------------------------------------------------------------------------------- */

HearthChannelsFace *
hearth_channels_face_new (HearthBus *bus, HearthChannels *channels)
{
  HearthChannelsFace *self = g_new0 (HearthChannelsFace, 1);
  g_autoptr (GError) error = NULL;

  self->channels = channels;
  self->skeleton = hearth_dbus_channels1_skeleton_new ();
  g_signal_connect (self->skeleton, "handle-list", G_CALLBACK (on_handle_list), self);
  g_signal_connect (self->skeleton, "handle-get", G_CALLBACK (on_handle_get), self);
  g_signal_connect (self->skeleton, "handle-find-number", G_CALLBACK (on_handle_find_number), self);
  g_signal_connect (self->skeleton, "handle-get-legs", G_CALLBACK (on_handle_get_legs), self);
  g_signal_connect (self->skeleton, "handle-list-groups", G_CALLBACK (on_handle_list_groups), self);
  if (!hearth_bus_export (bus, "/tv/hearth", G_DBUS_INTERFACE_SKELETON (self->skeleton), &error))
    hearth_error ("%s", error->message);
  return self;
}

void
hearth_channels_face_free (HearthChannelsFace *self)
{
  g_signal_handlers_disconnect_by_data (self->skeleton, self);
  g_object_unref (self->skeleton);
  g_free (self);
}

void
hearth_channels_face_tell (HearthChannelsFace *self, const HearthChannelsDiff *diff)
{
  hearth_dbus_channels1_set_count (self->skeleton, hearth_channels_get_size (self->channels));
  hearth_dbus_channels1_set_version (self->skeleton, hearth_channels_get_version (self->channels));
  hearth_dbus_channels1_emit_changed (self->skeleton, hearth_channels_get_version (self->channels), diff->added, diff->removed,
                                      diff->changed);
}
