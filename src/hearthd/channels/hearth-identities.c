/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/channels/hearth-identities-private.h"

#include "hearthd/channels/hearth-channel-keys.h"

#include <string.h>

#define SEEN_DAYS 7

static void
identity_free (Identity *identity)
{
  g_clear_pointer (&identity->number, g_ref_string_release);
  g_free (identity);
}

static void
known_free (Known *known)
{
  g_ref_string_release (known->address);
  g_ref_string_release (known->name);
  g_ref_string_release (known->guide_id);
  g_free (known);
}

static guint
known_hash (gconstpointer data)
{
  const Known *known = data;

  return g_str_hash (known->address) ^ g_direct_hash (known->network);
}

static gboolean
known_equal (gconstpointer a, gconstpointer b)
{
  const Known *one = a, *other = b;

  return one->network == other->network && g_str_equal (one->address, other->address);
}

static void
bucket_free (Bucket *bucket)
{
  g_clear_pointer (&bucket->guide_id, g_ref_string_release);
  g_ref_string_release (bucket->name);
  g_clear_pointer (&bucket->others, g_ptr_array_unref);
  g_free (bucket);
}

static guint
bucket_hash (gconstpointer data)
{
  const Bucket *bucket = data;

  return g_str_hash (bucket->name) * 33 ^ (bucket->guide_id != NULL ? g_str_hash (bucket->guide_id) : 0);
}

static gboolean
bucket_equal (gconstpointer a, gconstpointer b)
{
  const Bucket *one = a, *other = b;

  return g_str_equal (one->name, other->name) && g_strcmp0 (one->guide_id, other->guide_id) == 0;
}

static GRefString *
take_string (char *string)
{
  GRefString *shared = g_ref_string_new (string);

  g_free (string);
  return shared;
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

static Bucket *
find_bucket (GHashTable *buckets, const char *guide_id, const char *name)
{
  const Bucket key = { .guide_id = (char *) guide_id, .name = (char *) name };

  return g_hash_table_lookup (buckets, &key);
}

/* @guide_id: (nullable) */
static void
put_in_bucket (GHashTable *buckets, GRefString *guide_id, GRefString *name, Identity *identity)
{
  Bucket *bucket = find_bucket (buckets, guide_id, name);

  if (bucket == NULL) {
    bucket = g_new0 (Bucket, 1);
    bucket->guide_id = guide_id != NULL ? g_ref_string_acquire (guide_id) : NULL;
    bucket->name = g_ref_string_acquire (name);
    bucket->first = identity;
    g_hash_table_add (buckets, bucket);
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
    put_in_bucket (self->by_name, NULL, known->name, known->identity);
  if (*known->guide_id != '\0')
    put_in_bucket (self->by_guide, known->guide_id, known->name, known->identity);
}

/* @network: interned. Takes @address, @name, @guide_id. */
static Known *
add_known (HearthIdentities *self, const char *network, GRefString *address, GRefString *name, GRefString *guide_id, Identity *identity)
{
  Known *known = g_new0 (Known, 1);

  known->network = network;
  known->address = address;
  known->name = name;
  known->guide_id = guide_id;
  known->identity = identity;
  known->generation = self->generation;
  g_ptr_array_add (self->known, known);
  g_hash_table_add (self->by_address, known);
  hearth_identities_index (self, known);
  return known;
}

static const char *
get_text (sqlite3_stmt *statement, int column) /* of columns that are NOT NULL */
{
  return (const char *) sqlite3_column_text (statement, column);
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

    identity->number = g_ref_string_new (get_text (channels, 1));
  }
  while (services != NULL && sqlite3_step (services) == SQLITE_ROW) {
    Identity *identity = g_hash_table_lookup (self->identities, get_text (services, 4));

    if (identity != NULL)
      add_known (self, g_intern_string (get_text (services, 0)), g_ref_string_new (get_text (services, 1)),
                 g_ref_string_new (get_text (services, 2)), g_ref_string_new (get_text (services, 3)), identity)
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
  self->by_address = g_hash_table_new (known_hash, known_equal);
  self->by_name = g_hash_table_new_full (bucket_hash, bucket_equal, (GDestroyNotify) bucket_free, NULL);
  self->by_guide = g_hash_table_new_full (bucket_hash, bucket_equal, (GDestroyNotify) bucket_free, NULL);
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
  GRefString *address, *name;
  Known *known; /* (nullable): the service that had this address before */
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
    const Known key = { .network = network, .address = candidate->address };

    candidate->known = g_hash_table_lookup (self->by_address, &key);
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

/* The first of @bucket's channels that nobody has claimed yet. */
static gboolean
claim_from_bucket (HearthIdentities *self, Bucket *bucket, Candidate *candidate)
{
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
  if (*entry->guide_id != '\0' && claim_from_bucket (self, find_bucket (self->by_guide, entry->guide_id, candidate->name), candidate))
    return;
  if (*candidate->name == '\0' || !claim_from_bucket (self, find_bucket (self->by_name, NULL, candidate->name), candidate))
    claim (self, candidate, make_identity (self, network, candidate));
}

/* The old name stays in the index too: a list that goes back to it still finds its channel. */
static void
rename_known (HearthIdentities *self, Known *known, GRefString *name)
{
  g_ref_string_release (known->name);
  known->name = g_ref_string_acquire (name);
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
    known = add_known (self, network, g_ref_string_acquire (candidate->address), g_ref_string_acquire (candidate->name),
                       g_ref_string_new (entry->guide_id), candidate->identity);
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

static GHashTable *
new_counts (void) /* GRefString -> number */
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, (GDestroyNotify) g_ref_string_release, NULL);
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
    g_autoptr (GHashTable) counts = new_counts ();
    g_autoptr (GHashTable) seen = new_counts ();

    for (guint i = 0; i < n; i++)
      g_hash_table_insert (counts, g_ref_string_acquire (candidates[i].address),
                           GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, candidates[i].address)) + 1));
    for (guint i = 0; i < n; i++) {
      GRefString *address = candidates[i].address;
      guint order = GPOINTER_TO_UINT (g_hash_table_lookup (seen, address)) + 1;

      g_hash_table_insert (seen, g_ref_string_acquire (address), GUINT_TO_POINTER (order));
      if (g_hash_table_lookup (counts, address) == GUINT_TO_POINTER (1))
        continue;
      candidates[i].address = take_string (round == 0 ? g_strconcat (address, "\n", candidates[i].name, NULL)
                                                      : g_strdup_printf ("%s\n#%u", address, order));
      g_ref_string_release (address);
    }
  }
}

GPtrArray *
hearth_identities_match (HearthIdentities *self, const char *network, const HearthServiceEntry *entries, guint n)
{
  g_autofree Candidate *candidates = g_new0 (Candidate, n);
  GPtrArray *ids = g_ptr_array_sized_new (n);
  const guint today = (guint) (g_get_real_time () / G_TIME_SPAN_DAY);

  network = g_intern_string (network);
  self->generation++;
  for (guint i = 0; i < n; i++) {
    candidates[i].address = take_string (hearth_channel_keys_dup_address (entries[i].uri));
    candidates[i].name = take_string (hearth_channel_keys_dup_name (entries[i].name));
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
    g_ref_string_release (candidates[i].address);
    g_ref_string_release (candidates[i].name);
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
  g_clear_pointer (&identity->number, g_ref_string_release);
  identity->number = g_ref_string_new (number);
  identity->dirty = TRUE;
}
