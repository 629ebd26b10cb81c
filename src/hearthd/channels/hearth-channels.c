/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/channels/hearth-channels.h"

#include "hearthd/channels/hearth-channel-keys.h"
#include "hearthd/channels/hearth-identities.h"

#include <hearth/log.h>
#include <stdlib.h>
#include <string.h>

HEARTH_LOG_TOPIC ("channels")

struct _HearthChannels {
  HearthIdentities *identities;
  GHashTable *lists;   /* network (interned) -> HearthServiceList */
  GPtrArray *networks; /* their order: earlier networks' services lead */
  GPtrArray *sorted;   /* HearthChannel by number */
  GHashTable *by_id, *by_number;
  guint64 version;
};

static void
channel_free (HearthChannel *channel)
{
  g_free ((char *) channel->number);
  g_free (channel->legs);
  g_free (channel);
}

HearthChannels *
hearth_channels_new (HearthDb *db)
{
  HearthChannels *self = g_new0 (HearthChannels, 1);

  self->identities = hearth_identities_new (db);
  self->lists = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) hearth_service_list_unref);
  self->networks = g_ptr_array_new ();
  self->sorted = g_ptr_array_new_with_free_func ((GDestroyNotify) channel_free);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_number = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
hearth_channels_free (HearthChannels *self)
{
  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->by_number);
  g_ptr_array_unref (self->sorted);
  g_ptr_array_unref (self->networks);
  g_hash_table_unref (self->lists);
  hearth_identities_free (self->identities);
  g_free (self);
}

/* ---- building the list -------------------------------------------------------------- */

typedef struct {
  GPtrArray *channels; /* HearthChannel, in the order of their first leg */
  GHashTable *by_id;
} Draft;

static void
add_leg (HearthChannel *channel, const char *network, guint index)
{
  channel->legs = g_renew (HearthLeg, channel->legs, channel->n_legs + 1);
  channel->legs[channel->n_legs++] = (HearthLeg){ .network = network, .index = index };
}

static void
add_service (Draft *draft, const char *network, guint index, const HearthServiceEntry *entry, const char *id)
{
  HearthChannel *channel = g_hash_table_lookup (draft->by_id, id);

  if (channel == NULL) {
    channel = g_new0 (HearthChannel, 1);
    memcpy (channel->id, id, sizeof channel->id);
    channel->name = entry->name;
    channel->group = entry->group;
    channel->logo = entry->logo;
    channel->guide_id = entry->guide_id;
    channel->kind = entry->kind;
    channel->number = g_strdup (entry->number); /* as asked for; settled below */
    g_hash_table_insert (draft->by_id, channel->id, channel);
    g_ptr_array_add (draft->channels, channel);
  }
  add_leg (channel, network, index);
}

static void
add_network (HearthChannels *self, Draft *draft, const char *network)
{
  HearthServiceList *list = g_hash_table_lookup (self->lists, network);
  guint n = hearth_service_list_get_size (list);
  g_autofree HearthServiceEntry *entries = g_new (HearthServiceEntry, n);
  g_autoptr (GPtrArray) ids = NULL;

  for (guint i = 0; i < n; i++)
    hearth_service_list_get (list, i, &entries[i]);
  ids = hearth_identities_match (self->identities, network, entries, n);
  for (guint i = 0; i < n; i++)
    add_service (draft, network, i, &entries[i], g_ptr_array_index (ids, i));
}

/* A number that the list asks for goes to the first who asks; then a channel's former number, if it is still free; the rest get
 * the next free ones. */
static void
settle_numbers (HearthChannels *self, GPtrArray *channels, GHashTable *by_number)
{
  guint next = 1;

  for (guint i = 0; i < channels->len; i++) {
    HearthChannel *channel = g_ptr_array_index (channels, i);

    if (*channel->number != '\0' && !g_hash_table_contains (by_number, channel->number))
      g_hash_table_insert (by_number, (gpointer) channel->number, channel);
    else
      g_clear_pointer ((char **) &channel->number, g_free);
  }
  for (guint i = 0; i < channels->len; i++) {
    HearthChannel *channel = g_ptr_array_index (channels, i);
    const char *former = channel->number == NULL ? hearth_identities_get_number (self->identities, channel->id) : NULL;

    if (former != NULL && !g_hash_table_contains (by_number, former)) {
      channel->number = g_strdup (former);
      g_hash_table_insert (by_number, (gpointer) channel->number, channel);
    }
  }
  for (guint i = 0; i < channels->len; i++) {
    HearthChannel *channel = g_ptr_array_index (channels, i);
    char text[16];

    if (channel->number != NULL)
      continue;
    do
      g_snprintf (text, sizeof text, "%u", next++);
    while (g_hash_table_contains (by_number, text));
    channel->number = g_strdup (text);
    g_hash_table_insert (by_number, (gpointer) channel->number, channel);
  }
}

static int
compare_channels (gconstpointer a, gconstpointer b)
{
  return hearth_channel_keys_compare_numbers ((*(HearthChannel *const *) a)->number, (*(HearthChannel *const *) b)->number);
}

/* Lists mostly come in the order of their numbers: to see that takes a tenth of sorting them. */
static void
sort_channels (GPtrArray *channels)
{
  guint i = 1;

  while (i < channels->len && compare_channels (&channels->pdata[i - 1], &channels->pdata[i]) <= 0)
    i++;
  if (i < channels->len)
    g_ptr_array_sort (channels, compare_channels);
}

static gboolean
same_channel (const HearthChannel *a, const HearthChannel *b)
{
  return g_str_equal (a->number, b->number) && g_str_equal (a->name, b->name) && g_str_equal (a->group, b->group) &&
         g_str_equal (a->logo, b->logo) && a->kind == b->kind && a->n_legs == b->n_legs;
}

static void
compare_lists (GHashTable *before, GPtrArray *now, HearthChannelsDiff *diff)
{
  guint kept = 0;

  *diff = (HearthChannelsDiff){ 0 };
  for (guint i = 0; i < now->len; i++) {
    const HearthChannel *channel = g_ptr_array_index (now, i);
    const HearthChannel *old = g_hash_table_lookup (before, channel->id);

    if (old == NULL) {
      diff->added++;
      continue;
    }
    kept++;
    if (!same_channel (old, channel))
      diff->changed++;
  }
  diff->removed = g_hash_table_size (before) - kept;
}

static void
rebuild (HearthChannels *self, HearthChannelsDiff *diff)
{
  Draft draft = { .channels = g_ptr_array_new_with_free_func ((GDestroyNotify) channel_free),
                  .by_id = g_hash_table_new (g_str_hash, g_str_equal) };
  GHashTable *by_number = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->networks->len; i++)
    add_network (self, &draft, g_ptr_array_index (self->networks, i));
  settle_numbers (self, draft.channels, by_number);
  compare_lists (self->by_id, draft.channels, diff);
  sort_channels (draft.channels);

  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->by_number);
  g_ptr_array_unref (self->sorted);
  self->by_id = draft.by_id;
  self->by_number = by_number;
  self->sorted = draft.channels;
  self->version++;
  for (guint i = 0; i < self->sorted->len; i++) {
    const HearthChannel *channel = g_ptr_array_index (self->sorted, i);

    hearth_identities_set_number (self->identities, channel->id, channel->number);
  }
  hearth_identities_end (self->identities);
  hearth_info ("%u channels: %u came, %u went, %u changed", self->sorted->len, diff->added, diff->removed, diff->changed);
}

void
hearth_channels_set_list (HearthChannels *self, const char *network, HearthServiceList *list, HearthChannelsDiff *diff)
{
  const char *name = g_intern_string (network);
  HearthServiceList *old = g_hash_table_lookup (self->lists, name);

  if (old == NULL)
    g_ptr_array_add (self->networks, (gpointer) name);
  else
    hearth_service_list_ref (old); /* the old channels' strings are in it until they have been compared */
  g_hash_table_insert (self->lists, (gpointer) name, hearth_service_list_ref (list));
  rebuild (self, diff);
  g_clear_pointer (&old, hearth_service_list_unref);
}

void
hearth_channels_remove_network (HearthChannels *self, const char *network, HearthChannelsDiff *diff)
{
  const char *name = g_intern_string (network);
  HearthServiceList *old = g_hash_table_lookup (self->lists, name);

  *diff = (HearthChannelsDiff){ 0 };
  if (old == NULL)
    return;
  hearth_service_list_ref (old);
  g_ptr_array_remove (self->networks, (gpointer) name);
  g_hash_table_remove (self->lists, name);
  rebuild (self, diff);
  hearth_service_list_unref (old);
}

/* ---- asking ---------------------------------------------------------------------------- */

guint
hearth_channels_get_size (HearthChannels *self)
{
  return self->sorted->len;
}

guint64
hearth_channels_get_version (HearthChannels *self)
{
  return self->version;
}

const HearthChannel *
hearth_channels_get (HearthChannels *self, guint position)
{
  return g_ptr_array_index (self->sorted, position);
}

const HearthChannel *
hearth_channels_find (HearthChannels *self, const char *id)
{
  return g_hash_table_lookup (self->by_id, id);
}

const HearthChannel *
hearth_channels_find_number (HearthChannels *self, const char *number)
{
  return g_hash_table_lookup (self->by_number, number);
}

guint
hearth_channels_position_after (HearthChannels *self, const char *number)
{
  guint low = 0, high = self->sorted->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    const HearthChannel *channel = g_ptr_array_index (self->sorted, middle);

    if (hearth_channel_keys_compare_numbers (channel->number, number) <= 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

const HearthChannel *
hearth_channels_step (HearthChannels *self, const char *id, gint delta)
{
  const HearthChannel *channel = hearth_channels_find (self, id);
  gint64 n = self->sorted->len, position;

  if (n == 0)
    return NULL;
  if (channel == NULL)
    return g_ptr_array_index (self->sorted, 0);
  position = (gint64) hearth_channels_position_after (self, channel->number) - 1 + delta;
  return g_ptr_array_index (self->sorted, ((position % n) + n) % n);
}

void
hearth_channels_get_leg (HearthChannels *self, const HearthLeg *leg, HearthServiceEntry *entry)
{
  hearth_service_list_get (g_hash_table_lookup (self->lists, leg->network), leg->index, entry);
}

GVariant *
hearth_channels_dup_leg_attributes (HearthChannels *self, const HearthLeg *leg)
{
  return hearth_service_list_dup_attributes (g_hash_table_lookup (self->lists, leg->network), leg->index);
}

static void
add_text (GVariantDict *dict, const char *key, const char *text)
{
  if (*text != '\0')
    g_variant_dict_insert (dict, key, "s", text);
}

GVariant *
hearth_channels_describe (HearthChannels *self, const HearthChannel *channel)
{
  static const char *const kinds[] = { "tv", "radio", "data" };
  g_autofree char *chinese = NULL, *english = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", channel->id);
  g_variant_dict_insert (&dict, "number", "s", channel->number);
  g_variant_dict_insert (&dict, "name", "s", channel->name);
  g_variant_dict_insert (&dict, "kind", "s", kinds[channel->kind]);
  g_variant_dict_insert (&dict, "legs", "u", channel->n_legs);
  add_text (&dict, "logo", channel->logo);
  add_text (&dict, "group", channel->group);
  add_text (&dict, "guide-id", channel->guide_id);
  if (hearth_channel_keys_split_name (channel->name, &chinese, &english)) {
    GVariantBuilder names;

    g_variant_builder_init (&names, G_VARIANT_TYPE ("a{ss}"));
    g_variant_builder_add (&names, "{ss}", "zh", chinese);
    g_variant_builder_add (&names, "{ss}", "en", english);
    g_variant_dict_insert_value (&dict, "names", g_variant_builder_end (&names));
  }
  return g_variant_dict_end (&dict);
}

guint
hearth_channels_forget (HearthChannels *self, GHashTable *pointed)
{
  return hearth_identities_forget (self->identities, pointed);
}
