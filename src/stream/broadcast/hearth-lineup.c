/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/broadcast/hearth-lineup.h"

#include "stream/broadcast/hearth-tuning.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_LOSER 800
#define FIRST_NUMBERLESS 1000

static void
service_clear (HearthLineupService *service)
{
  g_clear_pointer (&service->name, g_free);
  g_clear_pointer (&service->provider, g_free);
}

static void
service_free (gpointer data)
{
  service_clear (data);
  g_free (data);
}

HearthLineup *
hearth_lineup_new (void)
{
  HearthLineup *self = g_new0 (HearthLineup, 1);

  self->services = g_ptr_array_new_with_free_func (service_free);
  return self;
}

void
hearth_lineup_free (HearthLineup *self)
{
  g_ptr_array_unref (self->services);
  g_free (self->network_name);
  g_free (self);
}

static HearthLineupService *
get (const HearthLineup *self, guint i)
{
  return g_ptr_array_index (self->services, i);
}

HearthLineupService *
hearth_lineup_find (HearthLineup *self, guint16 original_network_id, guint16 transport_stream_id, guint16 service_id)
{
  for (guint i = 0; i < self->services->len; i++) {
    HearthLineupService *service = get (self, i);

    if (service->original_network_id == original_network_id && service->transport_stream_id == transport_stream_id &&
        service->service_id == service_id)
      return service;
  }
  return NULL;
}

HearthLineupService *
hearth_lineup_add (HearthLineup *self, guint16 original_network_id, guint16 transport_stream_id, guint16 service_id)
{
  HearthLineupService *service = hearth_lineup_find (self, original_network_id, transport_stream_id, service_id);

  if (service == NULL) {
    service = g_new0 (HearthLineupService, 1);
    g_ptr_array_add (self->services, service);
  }
  service_clear (service);
  *service = (HearthLineupService) { .original_network_id = original_network_id, .transport_stream_id = transport_stream_id,
                                     .service_id = service_id, .params = HEARTH_TUNER_PARAMS_INIT };
  return service;
}

/* ---- numbers ------------------------------------------------------------------------------ */

static int
compare_triplets (const HearthLineupService *a, const HearthLineupService *b)
{
  const guint64 key_a = ((guint64) a->original_network_id << 32) | (a->transport_stream_id << 16) | a->service_id;
  const guint64 key_b = ((guint64) b->original_network_id << 32) | (b->transport_stream_id << 16) | b->service_id;

  return (key_a > key_b) - (key_a < key_b);
}

static int
by_triplet (gconstpointer a, gconstpointer b)
{
  return compare_triplets (*(HearthLineupService *const *) a, *(HearthLineupService *const *) b);
}

/* Who goes first where there is one number for two. */
static int
by_right (gconstpointer a, gconstpointer b)
{
  const HearthLineupService *x = *(HearthLineupService *const *) a, *y = *(HearthLineupService *const *) b;

  if (x->hd_number != y->hd_number)
    return x->hd_number ? -1 : 1;
  if (x->kind != y->kind)
    return x->kind < y->kind ? -1 : 1;
  if (x->encrypted != y->encrypted)
    return x->encrypted ? 1 : -1;
  return compare_triplets (x, y);
}

static gboolean
has_a_right (const HearthLineupService *service)
{
  return service->kind != HEARTH_SERVICE_DATA && !service->hidden;
}

static void
give_next (HearthLineupService *service, GHashTable *taken, guint *next)
{
  while (g_hash_table_contains (taken, GUINT_TO_POINTER (*next)))
    ++*next;
  service->number = *next;
  g_hash_table_add (taken, GUINT_TO_POINTER (*next));
}

guint
hearth_lineup_finish (HearthLineup *self)
{
  g_autoptr (GPtrArray) order = g_ptr_array_new (), losers = g_ptr_array_new (), numberless = g_ptr_array_new ();
  g_autoptr (GHashTable) taken = g_hash_table_new (NULL, NULL);
  guint next_loser = FIRST_LOSER, next_numberless;

  for (guint i = 0; i < self->services->len; i++)
    if (has_a_right (get (self, i)))
      g_ptr_array_add (order, get (self, i));
    else
      get (self, i)->number = 0;
  g_ptr_array_sort (order, by_right);
  for (guint i = 0; i < order->len; i++) {
    HearthLineupService *service = g_ptr_array_index (order, i);

    if (service->number == 0)
      g_ptr_array_add (numberless, service);
    else if (!g_hash_table_add (taken, GUINT_TO_POINTER (service->number)))
      g_ptr_array_add (losers, service);
  }
  next_numberless = g_hash_table_size (taken) > 0 ? FIRST_NUMBERLESS : 1;
  for (guint i = 0; i < losers->len; i++)
    give_next (g_ptr_array_index (losers, i), taken, &next_loser);
  for (guint i = 0; i < numberless->len; i++)
    give_next (g_ptr_array_index (numberless, i), taken, &next_numberless);
  g_ptr_array_sort (self->services, by_triplet);
  return losers->len;
}

/* ---- what is new ------------------------------------------------------------------------------- */

/* The same service on another transport stream: a service's id is unique in its original network (EN 300 468, 5.2.3). */
static HearthLineupService *
find_elsewhere (HearthLineup *self, const HearthLineupService *service)
{
  for (guint i = 0; i < self->services->len; i++)
    if (get (self, i)->original_network_id == service->original_network_id && get (self, i)->service_id == service->service_id)
      return get (self, i);
  return NULL;
}

static HearthLineupService *
find_counterpart (HearthLineup *self, const HearthLineupService *service)
{
  HearthLineupService *same =
    hearth_lineup_find (self, service->original_network_id, service->transport_stream_id, service->service_id);

  return same != NULL ? same : find_elsewhere (self, service);
}

void
hearth_lineup_compare (HearthLineup *before, HearthLineup *now,
                       void (*tell) (HearthLineupChange change, const HearthLineupService *service, gpointer user_data), gpointer user_data)
{
  for (guint i = 0; i < now->services->len; i++) {
    const HearthLineupService *service = get (now, i), *old = find_counterpart (before, service);

    if (service->hidden)
      continue;
    if (old == NULL) {
      tell (HEARTH_LINEUP_CAME, service, user_data);
      continue;
    }
    if (old->transport_stream_id != service->transport_stream_id || !hearth_tuning_is_same (&old->params, &service->params))
      tell (HEARTH_LINEUP_MOVED, service, user_data);
    if (g_strcmp0 (old->name, service->name) != 0)
      tell (HEARTH_LINEUP_RENAMED, service, user_data);
  }
  for (guint i = 0; i < before->services->len; i++)
    if (!get (before, i)->hidden && find_counterpart (now, get (before, i)) == NULL)
      tell (HEARTH_LINEUP_WENT, get (before, i), user_data);
}

/* ---- as a list ----------------------------------------------------------------------------------- */

char *
hearth_lineup_dup_uri (const HearthLineupService *service)
{
  return g_strdup_printf ("dvb://%u.%u.%u", service->original_network_id, service->transport_stream_id, service->service_id);
}

gboolean
hearth_lineup_parse_uri (const char *uri, guint16 *original_network_id, guint16 *transport_stream_id, guint16 *service_id)
{
  guint16 *const ids[] = { original_network_id, transport_stream_id, service_id };
  g_auto (GStrv) parts = NULL;
  guint64 value;

  if (!g_str_has_prefix (uri, "dvb://"))
    return FALSE;
  parts = g_strsplit (uri + strlen ("dvb://"), ".", 0);
  if (g_strv_length (parts) != G_N_ELEMENTS (ids))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    if (!g_ascii_string_to_unsigned (parts[i], 10, 0, G_MAXUINT16, &value, NULL))
      return FALSE;
    *ids[i] = (guint16) value;
  }
  return TRUE;
}

static void
tell_service (HearthNetworkHost *host, const HearthLineupService *service, const char *network_name)
{
  g_autofree char *uri = hearth_lineup_dup_uri (service), *tuning = hearth_tuning_print (&service->params);
  g_autofree char *number = g_strdup_printf ("%u", service->number), *type = g_strdup_printf ("%u", service->type);
  g_autofree char *unnamed = g_strdup_printf ("Service %u", service->service_id);
  HearthAttribute attributes[6] = { { "tuning", tuning }, { "service-type", type } };
  guint n = 2;
  HearthService entry = { .struct_size = sizeof entry, .uri = uri, .kind = service->kind, .group = service->provider,
                          .attributes = attributes };

  entry.name = service->name != NULL && *service->name != '\0' ? service->name : unnamed;
  entry.number = service->number != 0 ? number : NULL;
  if (service->encrypted)
    attributes[n++] = (HearthAttribute) { "encrypted", "1" };
  if (service->hidden)
    attributes[n++] = (HearthAttribute) { "hidden", "1" };
  if (service->provider != NULL)
    attributes[n++] = (HearthAttribute) { "provider", service->provider };
  if (network_name != NULL)
    attributes[n++] = (HearthAttribute) { "network-name", network_name };
  entry.n_attributes = n;
  host->ops->list_service (host, &entry);
}

void
hearth_lineup_tell (HearthLineup *self, HearthNetworkHost *host)
{
  GVariantDict details;

  host->ops->list_begin (host);
  for (guint i = 0; i < self->services->len; i++)
    if (!get (self, i)->hidden)
      tell_service (host, get (self, i), self->network_name);
  g_variant_dict_init (&details, NULL);
  if (self->network_name != NULL)
    g_variant_dict_insert (&details, "name", "s", self->network_name);
  host->ops->list_end (host, g_variant_dict_end (&details), NULL);
}

gboolean
hearth_lineup_take (HearthLineup *self, const char *uri, const char *name, const char *number, HearthServiceKind kind, GVariant *attributes)
{
  guint16 original_network_id, transport_stream_id, service_id;
  HearthTunerParams params = HEARTH_TUNER_PARAMS_INIT;
  HearthLineupService *service;
  const char *key, *value;
  GVariantIter iter;
  gboolean tunable = FALSE, encrypted = FALSE;
  guint8 type = 0;

  if (!hearth_lineup_parse_uri (uri, &original_network_id, &transport_stream_id, &service_id))
    return FALSE;
  g_variant_iter_init (&iter, attributes);
  while (g_variant_iter_next (&iter, "(&s&s)", &key, &value)) {
    tunable = tunable || (g_str_equal (key, "tuning") && hearth_tuning_parse (&params, value, NULL));
    encrypted = encrypted || g_str_equal (key, "encrypted");
    if (g_str_equal (key, "service-type"))
      type = (guint8) atoi (value);
  }
  if (!tunable)
    return FALSE;
  service = hearth_lineup_add (self, original_network_id, transport_stream_id, service_id);
  service->name = g_strdup (name);
  service->number = (guint) atoi (number);
  service->kind = kind;
  service->type = type;
  service->encrypted = encrypted;
  service->params = params;
  return TRUE;
}
