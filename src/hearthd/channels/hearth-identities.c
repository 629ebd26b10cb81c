/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/channels/hearth-identities-private.h"

#include "hearthd/channels/hearth-channel-keys.h"

#include <string.h>

#define SEEN_DAYS 7

static void
identity_free (Identity *identity)
{
  g_free (identity->number);
  g_free (identity);
}

static void
known_free (Known *known)
{
  g_free (known->address);
  g_free (known->name);
  g_free (known->guide_id);
  g_free (known);
}

static void
bucket_free (Bucket *bucket)
{
  g_clear_pointer (&bucket->others, g_ptr_array_unref);
  g_free (bucket);
}

static char *
join (const char *a, const char *b)
{
  return g_strconcat (a, "\n", b, NULL);
}

/* ---- what is known -------------------------------------------------------------------- */

static Identity *
add_identity (HearthIdentities *self, const char *id)
{
  Identity *identity = g_new0 (Identity, 1);

  g_strlcpy (identity->id, id, sizeof identity->id);
  g_hash_table_insert (self->identities, identity->id, identity);
  return identity;
}

static void
put_in_bucket (GHashTable *buckets, const char *key, Identity *identity)
{
  Bucket *bucket = g_hash_table_lookup (buckets, key);

  if (bucket == NULL) {
    bucket = g_new0 (Bucket, 1);
    bucket->first = identity;
    g_hash_table_insert (buckets, g_strdup (key), bucket);
  } else if (bucket->first != identity && (bucket->others == NULL || bucket->others->pdata[bucket->others->len - 1] != identity)) {
    if (bucket->others == NULL)
      bucket->others = g_ptr_array_new ();
    g_ptr_array_add (bucket->others, identity);
  }
}

void
hearth_identities_index (HearthIdentities *self, Known *known)
{
  if (*known->name != '\0')
    put_in_bucket (self->by_name, known->name, known->identity);
  if (*known->guide_id != '\0') {
    g_autofree char *key = join (known->guide_id, known->name);

    put_in_bucket (self->by_guide, key, known->identity);
  }
}

/* Takes @key ("network\naddress"), @address, @name, @guide_id. */
static Known *
add_known (HearthIdentities *self, const char *network, char *key, char *address, char *name, char *guide_id, Identity *identity)
{
  Known *known = g_new0 (Known, 1);

  known->network = g_intern_string (network);
  known->address = address;
  known->name = name;
  known->guide_id = guide_id;
  known->identity = identity;
  known->generation = self->generation;
  g_ptr_array_add (self->known, known);
  g_hash_table_insert (self->by_address, key, known);
  hearth_identities_index (self, known);
  return known;
}

static void
load (HearthIdentities *self)
{
  sqlite3 *sqlite = hearth_db_get (self->db);
  g_autoptr (sqlite3_stmt) channels = hearth_db_prepare (sqlite, "SELECT id, number FROM channels", NULL);
  g_autoptr (sqlite3_stmt) services =
    hearth_db_prepare (sqlite, "SELECT network, address, name, guide_id, channel, seen FROM services", NULL);

  while (channels != NULL && sqlite3_step (channels) == SQLITE_ROW) {
    Identity *identity = add_identity (self, (const char *) sqlite3_column_text (channels, 0));

    identity->number = g_strdup ((const char *) sqlite3_column_text (channels, 1));
  }
  while (services != NULL && sqlite3_step (services) == SQLITE_ROW) {
    Identity *identity = g_hash_table_lookup (self->identities, sqlite3_column_text (services, 4));
    const char *network = (const char *) sqlite3_column_text (services, 0), *address = (const char *) sqlite3_column_text (services, 1);

    if (identity != NULL)
      add_known (self, network, join (network, address), g_strdup (address),
                 g_strdup ((const char *) sqlite3_column_text (services, 2)),
                 g_strdup ((const char *) sqlite3_column_text (services, 3)), identity)
        ->seen_day = (guint) sqlite3_column_int (services, 5);
  }
}

HearthIdentities *
hearth_identities_new (HearthDb *db)
{
  HearthIdentities *self = g_new0 (HearthIdentities, 1);

  self->db = db;
  self->matched_from = self->next_from = 1;
  self->identities = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) identity_free);
  self->known = g_ptr_array_new_with_free_func ((GDestroyNotify) known_free);
  self->by_address = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bucket_free);
  self->by_guide = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bucket_free);
  load (self);
  return self;
}

void
hearth_identities_free (HearthIdentities *self)
{
  g_hash_table_unref (self->by_address);
  g_hash_table_unref (self->by_name);
  g_hash_table_unref (self->by_guide);
  g_ptr_array_unref (self->known);
  g_hash_table_unref (self->identities);
  g_free (self);
}

/* ---- matching ---------------------------------------------------------------------------- */

typedef struct {
  char *address, *name;
  char *key;    /* "network\naddress" */
  Known *known; /* (nullable): the service that had this key before */
  Identity *identity;
} Candidate;

/* One network gives a channel one leg: who came first has it. */
static gboolean
claim (HearthIdentities *self, Candidate *candidate, Identity *identity)
{
  if (identity->generation == self->generation)
    return FALSE;
  identity->generation = self->generation;
  candidate->identity = identity;
  return TRUE;
}

/* Same address in the same network: the surest. */
static void
match_addresses (HearthIdentities *self, const char *network, Candidate *candidates, guint n)
{
  for (guint i = 0; i < n; i++) {
    Candidate *candidate = &candidates[i];

    candidate->key = join (network, candidate->address);
    candidate->known = g_hash_table_lookup (self->by_address, candidate->key);
    if (candidate->known != NULL && claim (self, candidate, candidate->known->identity))
      candidate->known->generation = self->generation;
  }
}

static Identity *
make_identity (HearthIdentities *self, const char *network, const Candidate *candidate)
{
  g_autofree char *key = g_strconcat (network, "\n", candidate->address, "\n", candidate->name, NULL);
  char id[17];
  Identity *identity;

  for (guint attempt = 0;; attempt++) {
    hearth_channel_keys_make_id (key, attempt, id);
    if (!g_hash_table_contains (self->identities, id))
      break;
  }
  identity = add_identity (self, id);
  identity->dirty = TRUE;
  return identity;
}

/* The first of @key's channels that nobody has claimed yet. */
static gboolean
claim_from_bucket (HearthIdentities *self, GHashTable *buckets, const char *key, Candidate *candidate)
{
  Bucket *bucket = g_hash_table_lookup (buckets, key);

  if (bucket == NULL)
    return FALSE;
  if (bucket->generation != self->generation) {
    bucket->generation = self->generation;
    bucket->next = 0;
  }
  while (bucket->next < 1 + (bucket->others != NULL ? bucket->others->len : 0)) {
    guint index = bucket->next++;

    if (claim (self, candidate, index == 0 ? bucket->first : g_ptr_array_index (bucket->others, index - 1)))
      return TRUE;
  }
  return FALSE;
}

static void
match_words (HearthIdentities *self, const char *network, Candidate *candidate, const HearthServiceEntry *entry)
{
  if (*entry->guide_id != '\0') {
    g_autofree char *key = join (entry->guide_id, candidate->name);

    if (claim_from_bucket (self, self->by_guide, key, candidate))
      return;
  }
  if (*candidate->name == '\0' || !claim_from_bucket (self, self->by_name, candidate->name, candidate))
    claim (self, candidate, make_identity (self, network, candidate));
}

/* The old name stays in the index too: a list that goes back to it still finds its channel. */
static void
rename_known (HearthIdentities *self, Known *known, const char *name)
{
  g_free (known->name);
  known->name = g_strdup (name);
  known->dirty = TRUE;
  hearth_identities_index (self, known);
}

/* Once a week is enough, and 100,000 rows are not written each day. */
static void
note_seen (Known *known, guint today)
{
  if (known->seen_day + SEEN_DAYS > today)
    return;
  known->seen_day = today;
  known->dirty = TRUE;
}

static void
remember (HearthIdentities *self, const char *network, Candidate *candidate, const HearthServiceEntry *entry, guint today)
{
  Known *known = candidate->known;

  if (known == NULL) {
    known = add_known (self, network, g_steal_pointer (&candidate->key), g_steal_pointer (&candidate->address),
                       g_strdup (candidate->name), g_strdup (entry->guide_id), candidate->identity);
    known->dirty = TRUE;
  } else if (known->identity != candidate->identity && known->generation != self->generation) {
    known->identity = candidate->identity;
    known->dirty = TRUE;
  }
  if (known->identity == candidate->identity && !g_str_equal (known->name, candidate->name))
    rename_known (self, known, candidate->name);
  known->generation = self->generation;
  note_seen (known, today);
}

/* Addresses that are the same without their tokens are told apart by name, then by their order, and so each is remembered. */
static void
tell_apart (Candidate *candidates, guint n)
{
  g_autoptr (GHashTable) distinct = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n; i++)
    g_hash_table_add (distinct, candidates[i].address);
  if (g_hash_table_size (distinct) == n) /* as it mostly is */
    return;
  for (guint round = 0; round < 2; round++) {
    g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < n; i++)
      g_hash_table_insert (counts, g_strdup (candidates[i].address),
                           GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, candidates[i].address)) + 1));
    for (guint i = 0; i < n; i++) {
      g_autofree char *address = candidates[i].address;
      guint order = GPOINTER_TO_UINT (g_hash_table_lookup (seen, address)) + 1;

      g_hash_table_insert (seen, g_strdup (address), GUINT_TO_POINTER (order));
      if (g_hash_table_lookup (counts, address) == GUINT_TO_POINTER (1))
        candidates[i].address = g_steal_pointer (&address);
      else
        candidates[i].address = round == 0 ? join (address, candidates[i].name) : g_strdup_printf ("%s\n#%u", address, order);
    }
  }
}

GPtrArray *
hearth_identities_match (HearthIdentities *self, const char *network, const HearthServiceEntry *entries, guint n)
{
  g_autofree Candidate *candidates = g_new0 (Candidate, n);
  GPtrArray *ids = g_ptr_array_sized_new (n);
  const guint today = (guint) (g_get_real_time () / G_TIME_SPAN_DAY);

  self->generation++;
  for (guint i = 0; i < n; i++) {
    candidates[i].address = hearth_channel_keys_dup_address (entries[i].uri);
    candidates[i].name = hearth_channel_keys_dup_name (entries[i].name);
  }
  tell_apart (candidates, n);
  match_addresses (self, network, candidates, n);
  for (guint i = 0; i < n; i++) {
    if (candidates[i].identity == NULL)
      match_words (self, network, &candidates[i], &entries[i]);
    remember (self, network, &candidates[i], &entries[i], today);
    g_ptr_array_add (ids, candidates[i].identity->id);
  }
  for (guint i = 0; i < n; i++) {
    g_free (candidates[i].address);
    g_free (candidates[i].name);
    g_free (candidates[i].key);
  }
  return ids;
}

const char *
hearth_identities_get_number (HearthIdentities *self, const char *id)
{
  Identity *identity = g_hash_table_lookup (self->identities, id);

  return identity != NULL ? identity->number : NULL;
}

void
hearth_identities_set_number (HearthIdentities *self, const char *id, const char *number)
{
  Identity *identity = g_hash_table_lookup (self->identities, id);

  if (identity == NULL || g_strcmp0 (identity->number, number) == 0)
    return;
  g_free (identity->number);
  identity->number = g_strdup (number);
  identity->dirty = TRUE;
}
