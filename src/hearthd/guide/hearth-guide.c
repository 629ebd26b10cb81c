/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/guide/hearth-guide.h"

#include "hearthd/guide/hearth-guide-writer.h"

#include <hearth/log.h>
#include <stdio.h>
#include <string.h>

HEARTH_LOG_TOPIC ("guide")

#define REFRESH_MS 100       /* what comes together is looked at together */
#define TELL_MS 1000
#define LONGEST_WAIT_S 600   /* the clock may be set meanwhile */
#define PRUNE_S 3600
#define SOURCE_EIT "eit"

typedef struct {
  GVariant *state;  /* a{sv} */
  GHashTable *live; /* original network << 16 | transport stream: received now */
} Network;

struct _HearthGuide {
  HearthGuideStore *store;
  HearthChannels *channels;
  HearthSettingsStore *settings;
  const HearthGuideFuncs *funcs;
  gpointer user_data;
  HearthGuideMap *map;     /* NULL: to be made anew */
  GHashTable *networks;    /* name -> Network */
  GHashTable *nows;        /* channel (the value's) -> HearthGuideNow */
  GHashTable *stale;       /* set of channels whose now is to be looked at */
  GHashTable *changed;     /* set of channels to be told */
  gboolean asking;         /* a question about now is under way */
  guint refreshing, telling, boundary, pruning;
  gint64 clock_offset_us;
};

static void refresh_soon (HearthGuide *self);

gint64
hearth_guide_get_now_us (HearthGuide *self)
{
  return g_get_real_time () + self->clock_offset_us;
}

static gint64
get_now_s (HearthGuide *self)
{
  return hearth_guide_get_now_us (self) / G_USEC_PER_SEC;
}

/* ---- who is whose ----------------------------------------------------------------------- */

/* Only broadcast services are told of by EIT. */
static void
add_legs (HearthGuide *self, const HearthChannel *channel)
{
  for (guint i = 0; i < channel->n_legs; i++) {
    HearthServiceEntry entry;

    hearth_channels_get_leg (self->channels, &channel->legs[i], &entry);
    if (g_str_has_prefix (entry.uri, "dvb://")) {
      g_autofree char *key = g_strconcat (channel->legs[i].network, HEARTH_GUIDE_KEY_MARK, entry.uri, NULL);

      hearth_guide_map_add (self->map, key, channel->id);
    }
  }
}

static HearthGuideMap *
get_map (HearthGuide *self)
{
  if (self->map != NULL)
    return self->map;
  self->map = hearth_guide_map_new ();
  for (guint i = 0; i < hearth_channels_get_size (self->channels); i++)
    add_legs (self, hearth_channels_get (self->channels, i));
  return self->map;
}

static gboolean
is_live (HearthGuide *self, const char *network, const char *address)
{
  const Network *known = g_hash_table_lookup (self->networks, network);
  guint original_network_id, transport_stream_id;

  return known != NULL && sscanf (address, "dvb://%u.%u.", &original_network_id, &transport_stream_id) == 2 &&
         g_hash_table_contains (known->live, GUINT_TO_POINTER ((original_network_id << 16) | transport_stream_id));
}

static HearthGuideChannel *
make_channel (HearthGuide *self, const HearthChannel *channel)
{
  HearthGuideChannel *made = hearth_guide_channel_new (channel->id, channel->n_legs);

  for (guint i = 0; i < channel->n_legs; i++) {
    HearthServiceEntry entry;

    hearth_channels_get_leg (self->channels, &channel->legs[i], &entry);
    made->keys[i] = g_strconcat (channel->legs[i].network, HEARTH_GUIDE_KEY_MARK, entry.uri, NULL);
    made->live[i] = is_live (self, channel->legs[i].network, entry.uri);
  }
  return made;
}

/* ---- questions ---------------------------------------------------------------------------- */

HearthGuideQuery *
hearth_guide_make_query (HearthGuide *self, HearthGuideAsk ask, const char *languages)
{
  HearthGuideQuery *query = hearth_guide_query_new (ask, get_map (self));
  const gboolean chinese = g_strcmp0 (hearth_settings_store_get_string (self->settings, "screen.language"), "zh") == 0;

  query->now_s = query->from_s = get_now_s (self);
  query->languages = g_strdup (languages != NULL ? languages : chinese ? "chi eng" : "eng chi");
  return query;
}

gboolean
hearth_guide_query_add_channel (HearthGuide *self, HearthGuideQuery *query, const char *id, GError **error)
{
  const HearthChannel *channel = hearth_channels_find (self->channels, id);

  if (channel == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no channel with the id “%s”", id);
    return FALSE;
  }
  g_ptr_array_add (query->channels, make_channel (self, channel));
  return TRUE;
}

void
hearth_guide_ask (HearthGuide *self, HearthGuideQuery *query, HearthGuideAnswer answer, gpointer user_data)
{
  hearth_guide_store_ask (self->store, query, answer, user_data);
}

/* ---- what is on ------------------------------------------------------------------------------ */

static gboolean
same_event (GVariant *a, GVariant *b)
{
  return a == b || (a != NULL && b != NULL && g_variant_equal (a, b));
}

/* Takes over what is new; TRUE when people would see it. */
static gboolean
take_now (HearthGuide *self, HearthGuideNow *now)
{
  const HearthGuideNow *before = g_hash_table_lookup (self->nows, now->channel);
  const gboolean differs = before != NULL ? !same_event (before->present, now->present) || !same_event (before->following, now->following)
                                          : now->present != NULL || now->following != NULL;

  if (now->present == NULL && now->following == NULL)
    g_hash_table_remove (self->nows, now->channel);
  else if (before == NULL || differs || before->next_s != now->next_s)
    g_hash_table_replace (self->nows, now->channel, now);
  return differs;
}

static gboolean
on_boundary (gpointer user_data)
{
  HearthGuide *self = user_data;
  const gint64 now_s = get_now_s (self);
  GHashTableIter iter;
  gpointer value;

  self->boundary = 0;
  g_hash_table_iter_init (&iter, self->nows);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((HearthGuideNow *) value)->next_s <= now_s)
      g_hash_table_add (self->stale, g_strdup (((HearthGuideNow *) value)->channel));
  refresh_soon (self);
  return G_SOURCE_REMOVE;
}

static void
wait_for_boundary (HearthGuide *self)
{
  const gint64 now_us = hearth_guide_get_now_us (self);
  gint64 next_s = now_us / G_USEC_PER_SEC + LONGEST_WAIT_S;
  GHashTableIter iter;
  gpointer value;

  g_clear_handle_id (&self->boundary, g_source_remove);
  g_hash_table_iter_init (&iter, self->nows);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    next_s = MIN (next_s, ((HearthGuideNow *) value)->next_s);
  if (g_hash_table_size (self->nows) > 0)
    self->boundary = g_timeout_add ((guint) MAX ((next_s * G_USEC_PER_SEC - now_us) / 1000 + 1, 50), on_boundary, self);
}

static void
on_nows (HearthGuideQuery *query, gpointer user_data)
{
  HearthGuide *self = user_data;
  g_autoptr (GPtrArray) told = g_ptr_array_new ();
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (hearth_guide_now_free);

  self->asking = FALSE;
  if (query->error != NULL)
    hearth_warning ("what is on cannot be told: %s", query->error->message);
  for (guint i = 0; i < query->nows->len; i++) {
    HearthGuideNow *now = g_ptr_array_index (query->nows, i);
    const gboolean differs = take_now (self, now);

    if (g_hash_table_lookup (self->nows, now->channel) != now)
      g_ptr_array_add (gone, now);
    if (differs)
      g_ptr_array_add (told, now);
  }
  g_ptr_array_set_free_func (query->nows, NULL); /* they are in the table, or in @gone */
  if (told->len > 0)
    self->funcs->now_changed (told, self->user_data);
  hearth_guide_query_free (query);
  wait_for_boundary (self);
  refresh_soon (self);
}

static gboolean
on_refresh (gpointer user_data)
{
  HearthGuide *self = user_data;
  HearthGuideQuery *query;
  GHashTableIter iter;
  gpointer id;

  self->refreshing = 0;
  if (self->asking || g_hash_table_size (self->stale) == 0)
    return G_SOURCE_REMOVE;
  query = hearth_guide_make_query (self, HEARTH_GUIDE_ASK_PRESENT, NULL);
  g_hash_table_iter_init (&iter, self->stale);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    hearth_guide_query_add_channel (self, query, id, NULL);
  g_hash_table_remove_all (self->stale);
  self->asking = TRUE;
  hearth_guide_ask (self, query, on_nows, self);
  return G_SOURCE_REMOVE;
}

static void
refresh_soon (HearthGuide *self)
{
  if (self->refreshing == 0 && !self->asking && g_hash_table_size (self->stale) > 0)
    self->refreshing = g_timeout_add (REFRESH_MS, on_refresh, self);
}

static void
refresh_all (HearthGuide *self)
{
  GHashTableIter iter;
  gpointer id;

  for (guint i = 0; i < hearth_channels_get_size (self->channels); i++) {
    const HearthChannel *channel = hearth_channels_get (self->channels, i);
    HearthServiceEntry entry;

    hearth_channels_get_leg (self->channels, &channel->legs[0], &entry);
    if (channel->n_legs > 1 || g_str_has_prefix (entry.uri, "dvb://"))
      g_hash_table_add (self->stale, g_strdup (channel->id));
  }
  g_hash_table_iter_init (&iter, self->nows); /* of channels that are no more */
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (hearth_channels_find (self->channels, id) == NULL)
      g_hash_table_iter_remove (&iter);
  refresh_soon (self);
}

const HearthGuideNow *
hearth_guide_find_now (HearthGuide *self, const char *channel)
{
  return g_hash_table_lookup (self->nows, channel);
}

GHashTable *
hearth_guide_get_nows (HearthGuide *self)
{
  return self->nows;
}

/* ---- what the store tells ------------------------------------------------------------------------ */

static gboolean
on_tell (gpointer user_data)
{
  HearthGuide *self = user_data;

  self->telling = 0;
  self->funcs->changed (self->changed, self->user_data);
  g_hash_table_remove_all (self->changed);
  return G_SOURCE_REMOVE;
}

static void
on_changed (GHashTable *services, gpointer user_data)
{
  HearthGuide *self = user_data;
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, services);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    const char *channel = hearth_guide_map_find (get_map (self), key);

    if (channel == NULL)
      continue;
    g_hash_table_add (self->changed, g_strdup (channel));
    g_hash_table_add (self->stale, g_strdup (channel));
  }
  if (self->telling == 0 && g_hash_table_size (self->changed) > 0)
    self->telling = g_timeout_add (TELL_MS, on_tell, self);
  refresh_soon (self);
}

static void
on_emptied (gpointer user_data)
{
  HearthGuide *self = user_data;

  refresh_all (self);
  if (self->funcs->emptied != NULL)
    self->funcs->emptied (self->user_data);
}

static const HearthGuideStoreFuncs store_funcs = { .changed = on_changed, .emptied = on_emptied };

/* ---- what the networks tell ------------------------------------------------------------------------- */

static void
network_free (gpointer data)
{
  Network *network = data;

  g_clear_pointer (&network->state, g_variant_unref);
  g_hash_table_unref (network->live);
  g_free (network);
}

static gboolean
same_set (GHashTable *a, GHashTable *b)
{
  GHashTableIter iter;
  gpointer key;

  if (g_hash_table_size (a) != g_hash_table_size (b))
    return FALSE;
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_hash_table_contains (b, key))
      return FALSE;
  return TRUE;
}

void
hearth_guide_take_state (HearthGuide *self, const char *name, GVariant *state)
{
  Network *network = g_hash_table_lookup (self->networks, name);
  g_autoptr (GVariant) live = g_variant_lookup_value (state, "live", G_VARIANT_TYPE ("a(qq)"));
  g_autoptr (GHashTable) now_live = g_hash_table_new (NULL, NULL);
  guint16 original_network_id, transport_stream_id;
  GVariantIter iter;

  if (network == NULL) {
    network = g_new0 (Network, 1);
    network->live = g_hash_table_new (NULL, NULL);
    g_hash_table_insert (self->networks, g_strdup (name), network);
  }
  g_clear_pointer (&network->state, g_variant_unref);
  network->state = g_variant_ref_sink (state);
  if (live != NULL) {
    g_variant_iter_init (&iter, live);
    while (g_variant_iter_next (&iter, "(qq)", &original_network_id, &transport_stream_id))
      g_hash_table_add (now_live, GUINT_TO_POINTER (((guint) original_network_id << 16) | transport_stream_id));
  }
  if (same_set (network->live, now_live))
    return;
  g_hash_table_unref (network->live);
  network->live = g_steal_pointer (&now_live);
  refresh_all (self);
}

GVariant *
hearth_guide_describe_networks (HearthGuide *self)
{
  static const char *const keys[] = { "state", "done", "known", "last-pass", "sections" };
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer name, value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  g_hash_table_iter_init (&iter, self->networks);
  while (g_hash_table_iter_next (&iter, &name, &value)) {
    GVariantDict dict;

    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, "network", "s", (const char *) name);
    for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
      g_autoptr (GVariant) word = g_variant_lookup_value (((Network *) value)->state, keys[i], NULL);

      if (word != NULL)
        g_variant_dict_insert_value (&dict, keys[i], word);
    }
    g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
  }
  return g_variant_builder_end (&builder);
}

void
hearth_guide_put (HearthGuide *self, const char *network, GBytes *batch, HearthGuideDone done, gpointer user_data)
{
  hearth_guide_store_put (self->store, SOURCE_EIT, network, batch, get_now_s (self), done, user_data);
}

void
hearth_guide_channels_changed (HearthGuide *self)
{
  g_clear_pointer (&self->map, hearth_guide_map_unref);
  refresh_all (self);
}

void
hearth_guide_remove_network (HearthGuide *self, const char *network)
{
  g_hash_table_remove (self->networks, network);
  hearth_guide_store_remove_network (self->store, network);
}

gboolean
hearth_guide_is_empty (HearthGuide *self)
{
  return hearth_guide_store_is_empty (self->store);
}

void
hearth_guide_set_clock_offset (HearthGuide *self, gint64 offset_us)
{
  self->clock_offset_us = offset_us;
  refresh_all (self);
}

void
hearth_guide_flush (HearthGuide *self)
{
  hearth_guide_store_flush (self->store);
}

/* ---- the object ----------------------------------------------------------------------------------------- */

static gboolean
on_prune (gpointer user_data)
{
  HearthGuide *self = user_data;

  hearth_guide_store_prune (self->store, get_now_s (self) - HEARTH_GUIDE_KEEP_S);
  return G_SOURCE_CONTINUE;
}

HearthGuide *
hearth_guide_new (const char *state_dir, HearthChannels *channels, HearthSettingsStore *settings, const HearthGuideFuncs *funcs, gpointer user_data,
                  GError **error)
{
  HearthGuide *self = g_new0 (HearthGuide, 1);
  g_autofree char *path = g_build_filename (state_dir, "guide.db", NULL);

  self->channels = channels;
  self->settings = g_object_ref (settings);
  self->funcs = funcs;
  self->user_data = user_data;
  self->networks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, network_free);
  self->nows = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, hearth_guide_now_free);
  self->stale = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->changed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->store = hearth_guide_store_new (path, &store_funcs, self, error);
  if (self->store == NULL) {
    hearth_guide_free (self);
    return NULL;
  }
  on_prune (self);
  self->pruning = g_timeout_add_seconds (PRUNE_S, on_prune, self);
  refresh_all (self);
  return self;
}

void
hearth_guide_free (HearthGuide *self)
{
  g_clear_handle_id (&self->refreshing, g_source_remove);
  g_clear_handle_id (&self->telling, g_source_remove);
  g_clear_handle_id (&self->boundary, g_source_remove);
  g_clear_handle_id (&self->pruning, g_source_remove);
  g_clear_pointer (&self->store, hearth_guide_store_free);
  g_clear_pointer (&self->map, hearth_guide_map_unref);
  g_hash_table_unref (self->networks);
  g_hash_table_unref (self->nows);
  g_hash_table_unref (self->stale);
  g_hash_table_unref (self->changed);
  g_object_unref (self->settings);
  g_free (self);
}
