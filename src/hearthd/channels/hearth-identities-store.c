/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is kept of identities, and for how long: lists that change their entries day by day must not fill the box. */
#include "hearthd/channels/hearth-identities-private.h"

#include "hearthd/channels/hearth-channels.h"

#include <hearth/log.h>
#include <string.h>

HEARTH_LOG_TOPIC ("channels")

#define FORMER_DAYS 365   /* what no list had for so long is forgotten ... */
#define FORMER_MAX 100000 /* ... and beyond so many, what went first */

const char hearth_channels_schema[] =
  "CREATE TABLE channels (id TEXT PRIMARY KEY, number TEXT NOT NULL) WITHOUT ROWID;"
  "CREATE TABLE services (network TEXT NOT NULL, address TEXT NOT NULL, name TEXT NOT NULL, guide_id TEXT NOT NULL,"
  " channel TEXT NOT NULL, PRIMARY KEY (network, address)) WITHOUT ROWID;";

/* Ages are counted from the newest day that is written here, not from today: a box that stood in a cupboard for a year, or wakes
 * up with a wrong clock, forgets nobody before its lists have come. */
const char hearth_channels_seen_schema[] =
  "ALTER TABLE services ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;"
  "UPDATE services SET seen = strftime('%s', 'now') / 86400;";

/* ---- keeping -------------------------------------------------------------------------------- */

/* What the writing thread gets: it shares nothing that the main thread changes. */
typedef struct {
  char id[17];
  GRefString *number; /* (nullable): none, or of one that is gone */
} ChannelRow;

typedef struct {
  const char *network; /* interned */
  GRefString *address;
  GRefString *name, *guide_id; /* (nullable): of one that is gone */
  char channel[17];
  guint seen_day;
} ServiceRow;

typedef struct {
  GArray *channels, *gone_channels; /* of ChannelRow */
  GArray *services, *gone_services; /* of ServiceRow */
} Changes;

static void
channel_row_clear (gpointer data)
{
  ChannelRow *row = data;

  g_clear_pointer (&row->number, g_ref_string_release);
}

static void
service_row_clear (gpointer data)
{
  ServiceRow *row = data;

  g_ref_string_release (row->address);
  g_clear_pointer (&row->name, g_ref_string_release);
  g_clear_pointer (&row->guide_id, g_ref_string_release);
}

static GArray *
new_rows (guint size, GDestroyNotify clear)
{
  GArray *rows = g_array_new (FALSE, FALSE, size);

  g_array_set_clear_func (rows, clear);
  return rows;
}

static Changes *
changes_new (void)
{
  Changes *changes = g_new0 (Changes, 1);

  changes->channels = new_rows (sizeof (ChannelRow), channel_row_clear);
  changes->gone_channels = new_rows (sizeof (ChannelRow), channel_row_clear);
  changes->services = new_rows (sizeof (ServiceRow), service_row_clear);
  changes->gone_services = new_rows (sizeof (ServiceRow), service_row_clear);
  return changes;
}

static void
changes_free (gpointer data)
{
  Changes *changes = data;

  g_array_unref (changes->channels);
  g_array_unref (changes->gone_channels);
  g_array_unref (changes->services);
  g_array_unref (changes->gone_services);
  g_free (changes);
}

static void
bind_text (sqlite3_stmt *statement, int parameter, const char *text)
{
  sqlite3_bind_text (statement, parameter, text, -1, SQLITE_STATIC);
}

static void
bind_channel_id (sqlite3_stmt *statement, gconstpointer row)
{
  bind_text (statement, 1, ((const ChannelRow *) row)->id);
}

static void
bind_channel (sqlite3_stmt *statement, gconstpointer row)
{
  const char *number = ((const ChannelRow *) row)->number;

  bind_channel_id (statement, row);
  bind_text (statement, 2, number != NULL ? number : "");
}

static void
bind_service_key (sqlite3_stmt *statement, gconstpointer row)
{
  bind_text (statement, 1, ((const ServiceRow *) row)->network);
  bind_text (statement, 2, ((const ServiceRow *) row)->address);
}

static void
bind_service (sqlite3_stmt *statement, gconstpointer data)
{
  const ServiceRow *row = data;

  bind_service_key (statement, row);
  bind_text (statement, 3, row->name);
  bind_text (statement, 4, row->guide_id);
  bind_text (statement, 5, row->channel);
  sqlite3_bind_int64 (statement, 6, row->seen_day);
}

static gboolean
write_rows (sqlite3 *sqlite, const char *sql, GArray *rows, void (*bind) (sqlite3_stmt *, gconstpointer), GError **error)
{
  g_autoptr (sqlite3_stmt) statement = hearth_db_prepare (sqlite, sql, error);
  const guint row_bytes = g_array_get_element_size (rows);

  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++) {
    bind (statement, rows->data + (gsize) i * row_bytes);
    if (!hearth_db_step (statement, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
write_changes (sqlite3 *sqlite, gpointer data, GError **error)
{
  Changes *changes = data;

  return write_rows (sqlite, "INSERT OR REPLACE INTO channels VALUES (?, ?)", changes->channels, bind_channel, error) &&
         write_rows (sqlite, "INSERT OR REPLACE INTO services VALUES (?, ?, ?, ?, ?, ?)", changes->services, bind_service, error) &&
         write_rows (sqlite, "DELETE FROM services WHERE network = ? AND address = ?", changes->gone_services, bind_service_key, error) &&
         write_rows (sqlite, "DELETE FROM channels WHERE id = ?", changes->gone_channels, bind_channel_id, error);
}

static void
write_behind (HearthIdentities *self, Changes *changes)
{
  if (changes->channels->len + changes->services->len + changes->gone_channels->len + changes->gone_services->len > 0)
    hearth_db_write (self->db, "the channels' identities", write_changes, changes, changes_free);
  else
    changes_free (changes);
}

static void
add_channel (Changes *changes, Identity *identity)
{
  ChannelRow row = { .number = identity->number != NULL ? g_ref_string_acquire (identity->number) : NULL };

  memcpy (row.id, identity->id, sizeof row.id);
  g_array_append_val (changes->channels, row);
  identity->dirty = FALSE;
}

static void
add_service (Changes *changes, Known *known)
{
  ServiceRow row = { .network = known->network, .address = g_ref_string_acquire (known->address),
                     .name = g_ref_string_acquire (known->name), .guide_id = g_ref_string_acquire (known->guide_id),
                     .seen_day = known->seen_day };

  memcpy (row.channel, known->identity->id, sizeof row.channel);
  g_array_append_val (changes->services, row);
  known->dirty = FALSE;
}

void
hearth_identities_end (HearthIdentities *self)
{
  Changes *changes = changes_new ();
  GHashTableIter iter;
  gpointer value;

  self->matched_from = self->next_from;
  self->next_from = self->generation + 1;
  g_hash_table_iter_init (&iter, self->identities);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((Identity *) value)->dirty)
      add_channel (changes, value);
  for (guint i = 0; i < self->known->len; i++)
    if (((Known *) g_ptr_array_index (self->known, i))->dirty)
      add_service (changes, g_ptr_array_index (self->known, i));
  write_behind (self, changes);
}

/* ---- forgetting ------------------------------------------------------------------------------ */

static gboolean
is_former (HearthIdentities *self, const Known *known, GHashTable *pointed)
{
  return known->generation < self->matched_from && !g_hash_table_contains (pointed, known->identity->id);
}

static int
compare_seen (gconstpointer a, gconstpointer b)
{
  const Known *one = *(Known *const *) a, *other = *(Known *const *) b;

  return one->seen_day < other->seen_day ? -1 : one->seen_day > other->seen_day;
}

/* (element-type Known): what may be forgotten, the oldest first. */
static GPtrArray *
dup_formers (HearthIdentities *self, GHashTable *pointed, guint *newest_day)
{
  GPtrArray *formers = g_ptr_array_new ();

  for (guint i = 0; i < self->known->len; i++) {
    Known *known = g_ptr_array_index (self->known, i);

    *newest_day = MAX (*newest_day, known->seen_day);
    if (is_former (self, known, pointed))
      g_ptr_array_add (formers, known);
  }
  g_ptr_array_sort (formers, compare_seen);
  return formers;
}

static void
drop_services (HearthIdentities *self, GPtrArray *formers, guint n, Changes *changes)
{
  g_autoptr (GHashTable) gone = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < n; i++)
    g_hash_table_add (gone, g_ptr_array_index (formers, i));
  for (guint i = self->known->len; i > 0; i--) {
    Known *known = g_ptr_array_index (self->known, i - 1);
    ServiceRow row = { .network = known->network };

    if (!g_hash_table_contains (gone, known))
      continue;
    row.address = g_ref_string_acquire (known->address);
    g_array_append_val (changes->gone_services, row);
    g_hash_table_remove (self->by_address, known);
    g_ptr_array_remove_index_fast (self->known, i - 1);
  }
}

/* Channels that have no service any more. */
static void
drop_channels (HearthIdentities *self, GHashTable *pointed, Changes *changes)
{
  g_autoptr (GHashTable) used = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer value;

  for (guint i = 0; i < self->known->len; i++)
    g_hash_table_add (used, ((Known *) g_ptr_array_index (self->known, i))->identity);
  g_hash_table_remove_all (self->by_name);
  g_hash_table_remove_all (self->by_guide);
  g_hash_table_iter_init (&iter, self->identities);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Identity *identity = value;
    ChannelRow row = { .number = NULL };

    if (g_hash_table_contains (used, identity) || g_hash_table_contains (pointed, identity->id))
      continue;
    memcpy (row.id, identity->id, sizeof row.id);
    g_array_append_val (changes->gone_channels, row);
    g_hash_table_iter_remove (&iter);
  }
  for (guint i = 0; i < self->known->len; i++)
    hearth_identities_index (self, g_ptr_array_index (self->known, i));
}

guint
hearth_identities_forget (HearthIdentities *self, GHashTable *pointed)
{
  guint newest_day = 0, n;
  g_autoptr (GPtrArray) formers = dup_formers (self, pointed, &newest_day);
  Changes *changes;

  n = formers->len > FORMER_MAX ? formers->len - FORMER_MAX : 0;
  while (n < formers->len && ((Known *) g_ptr_array_index (formers, n))->seen_day + FORMER_DAYS < newest_day)
    n++;
  if (n == 0)
    return 0;
  changes = changes_new ();
  drop_services (self, formers, n, changes);
  drop_channels (self, pointed, changes);
  hearth_info ("%u services that no list has any more are forgotten, and %u channels with them", n, changes->gone_channels->len);
  write_behind (self, changes);
  return n;
}
