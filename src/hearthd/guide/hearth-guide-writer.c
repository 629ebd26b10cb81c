/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/guide/hearth-guide-writer.h"

#include "hearthd/guide/hearth-guide-slots.h"

#include <hearth/error.h>
#include <string.h>

#define MOST_SERVICES 20000u
#define MOST_EVENTS_A_SERVICE 8000u
#define EARLIEST_S G_GINT64_CONSTANT (946684800)  /* 2000 */
#define LATEST_S G_GINT64_CONSTANT (4102444800)   /* 2100 */
#define LONGEST_S (7 * 86400u)
#define NOT_RUNNING 1
#define RUNNING 4

/* words has no content of its own: what is deleted from it is told what it was. Without positions and sizes it is a third as large. */
const char hearth_guide_schema[] =
  "CREATE TABLE services (id INTEGER PRIMARY KEY, source TEXT NOT NULL, network TEXT NOT NULL, key TEXT NOT NULL, "
  "UNIQUE (source, network, key));"
  "CREATE TABLE events (id INTEGER PRIMARY KEY, start_s INTEGER NOT NULL, duration_s INTEGER NOT NULL, running INTEGER NOT NULL, "
  "place INTEGER NOT NULL, present INTEGER NOT NULL, hash INTEGER NOT NULL, encrypted INTEGER NOT NULL, genres BLOB, "
  "age INTEGER NOT NULL, country TEXT, programme TEXT, series TEXT, texts TEXT NOT NULL);"
  "CREATE VIRTUAL TABLE words USING fts5(text, content='', columnsize=0, detail=none, tokenize='hearth');";

enum { SELECT_TEXTS, PUT_EVENT, DELETE_EVENT, PUT_WORDS, DELETE_WORDS, SET_RUNNING, N_STATEMENTS };

static const char *const sql[N_STATEMENTS] = {
  [SELECT_TEXTS] = "SELECT texts FROM events WHERE id = ?",
  [PUT_EVENT] = "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  [DELETE_EVENT] = "DELETE FROM events WHERE id = ?",
  [PUT_WORDS] = "INSERT INTO words (rowid, text) VALUES (?, ?)",
  [DELETE_WORDS] = "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)",
  [SET_RUNNING] = "UPDATE events SET running = ? WHERE id = ?",
};

struct _HearthGuideWriter {
  GHashTable *services; /* "source MARK network MARK key" -> HearthGuideService */
  gboolean listed;      /* those that the database has are in it */
  sqlite3 *sqlite;      /* of the job at hand */
  sqlite3_stmt *statements[N_STATEMENTS];
  HearthGuideChanges *changes;
  gint64 now_s;
  GString *texts, *words, *address; /* reused */
  GArray *told; /* guint32: numbers of the events of the section at hand; reused */
};

HearthGuideWriter *
hearth_guide_writer_new (void)
{
  HearthGuideWriter *self = g_new0 (HearthGuideWriter, 1);

  self->services = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, hearth_guide_service_free);
  self->texts = g_string_new (NULL);
  self->words = g_string_new (NULL);
  self->address = g_string_new (NULL);
  self->told = g_array_new (FALSE, FALSE, sizeof (guint32));
  return self;
}

void
hearth_guide_writer_free (HearthGuideWriter *self)
{
  g_hash_table_unref (self->services);
  g_string_free (self->texts, TRUE);
  g_string_free (self->words, TRUE);
  g_string_free (self->address, TRUE);
  g_array_unref (self->told);
  g_free (self);
}

void
hearth_guide_writer_forget (HearthGuideWriter *self)
{
  g_hash_table_remove_all (self->services);
  self->listed = FALSE;
}

void
hearth_guide_changes_init (HearthGuideChanges *changes)
{
  *changes = (HearthGuideChanges) { .services = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
}

void
hearth_guide_changes_clear (HearthGuideChanges *changes)
{
  g_clear_pointer (&changes->services, g_hash_table_unref);
}

static void
note_change (HearthGuideWriter *self, const HearthGuideService *service)
{
  if (!g_hash_table_contains (self->changes->services, service->key))
    g_hash_table_add (self->changes->services, g_strdup (service->key));
}

/* ---- a job's statements --------------------------------------------------------------------- */

static gboolean
begin (HearthGuideWriter *self, sqlite3 *sqlite, HearthGuideChanges *changes, GError **error)
{
  self->sqlite = sqlite;
  self->changes = changes;
  for (guint i = 0; i < N_STATEMENTS; i++) {
    self->statements[i] = hearth_db_prepare (sqlite, sql[i], error);
    if (self->statements[i] == NULL)
      return FALSE;
  }
  return TRUE;
}

static void
end (HearthGuideWriter *self)
{
  for (guint i = 0; i < N_STATEMENTS; i++)
    g_clear_pointer (&self->statements[i], sqlite3_finalize);
}

/* ---- services --------------------------------------------------------------------------------- */

static HearthGuideService *
add_service (HearthGuideWriter *self, gint64 id, const char *source, const char *network, const char *key)
{
  HearthGuideService *service = g_new0 (HearthGuideService, 1);

  service->id = id;
  service->key = g_strconcat (network, HEARTH_GUIDE_KEY_MARK, key, NULL);
  g_hash_table_insert (self->services, g_strconcat (source, HEARTH_GUIDE_KEY_MARK, service->key, NULL), service);
  return service;
}

static gboolean
list_services (HearthGuideWriter *self, GError **error)
{
  g_autoptr (sqlite3_stmt) rows = NULL;

  if (self->listed)
    return TRUE;
  rows = hearth_db_prepare (self->sqlite, "SELECT id, source, network, key FROM services", error);
  if (rows == NULL)
    return FALSE;
  while (sqlite3_step (rows) == SQLITE_ROW)
    add_service (self, sqlite3_column_int64 (rows, 0), (const char *) sqlite3_column_text (rows, 1),
                 (const char *) sqlite3_column_text (rows, 2), (const char *) sqlite3_column_text (rows, 3));
  self->listed = TRUE;
  return TRUE;
}

static HearthGuideService *
make_service (HearthGuideWriter *self, const char *source, const char *network, const char *key, GError **error)
{
  g_autoptr (sqlite3_stmt) insert = NULL;

  if (g_hash_table_size (self->services) >= MOST_SERVICES) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "the guide has %u services already, and that is the most", MOST_SERVICES);
    return NULL;
  }
  insert = hearth_db_prepare (self->sqlite, "INSERT INTO services (source, network, key) VALUES (?, ?, ?)", error);
  if (insert == NULL)
    return NULL;
  sqlite3_bind_text (insert, 1, source, -1, SQLITE_STATIC);
  sqlite3_bind_text (insert, 2, network, -1, SQLITE_STATIC);
  sqlite3_bind_text (insert, 3, key, -1, SQLITE_STATIC);
  if (!hearth_db_step (insert, error))
    return NULL;
  return add_service (self, sqlite3_last_insert_rowid (self->sqlite), source, network, key);
}

static gboolean
load_slots (HearthGuideWriter *self, HearthGuideService *service, GError **error)
{
  g_autoptr (sqlite3_stmt) rows = NULL;

  if (service->slots != NULL)
    return TRUE;
  rows = hearth_db_prepare (self->sqlite, "SELECT id, start_s, duration_s, running, place, present, hash FROM events WHERE id >= ? AND id < ?",
                            error);
  if (rows == NULL)
    return FALSE;
  service->slots = g_array_new (FALSE, TRUE, sizeof (HearthGuideSlot));
  sqlite3_bind_int64 (rows, 1, service->id << HEARTH_GUIDE_EVENT_BITS);
  sqlite3_bind_int64 (rows, 2, (service->id + 1) << HEARTH_GUIDE_EVENT_BITS);
  while (sqlite3_step (rows) == SQLITE_ROW) {
    HearthGuideSlot slot = { .number = (guint32) (sqlite3_column_int64 (rows, 0) & ((1 << HEARTH_GUIDE_EVENT_BITS) - 1)),
                             .start_s = sqlite3_column_int64 (rows, 1), .duration_s = (guint32) sqlite3_column_int (rows, 2),
                             .running = (guint8) sqlite3_column_int (rows, 3), .place = (guint16) sqlite3_column_int (rows, 4),
                             .present = sqlite3_column_int (rows, 5) != 0, .hash = (guint64) sqlite3_column_int64 (rows, 6) };

    g_array_append_val (service->slots, slot);
  }
  return TRUE;
}

static HearthGuideService *
get_service (HearthGuideWriter *self, const char *source, const char *network, const char *key, GError **error)
{
  HearthGuideService *service;

  g_string_printf (self->address, "%s" HEARTH_GUIDE_KEY_MARK "%s" HEARTH_GUIDE_KEY_MARK "%s", source, network, key);
  service = g_hash_table_lookup (self->services, self->address->str);
  if (service == NULL)
    service = make_service (self, source, network, key, error);
  return service != NULL && load_slots (self, service, error) ? service : NULL;
}

/* ---- texts ----------------------------------------------------------------------------------------- */

static void
append_clean (GString *to, const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    g_string_append_c (to, (guchar) *p < 0x20 && *p != '\n' ? ' ' : *p);
}

static void
write_texts (HearthGuideWriter *self, const HearthGuideEvent *event)
{
  g_string_truncate (self->texts, 0);
  for (guint i = 0; i < event->n_texts; i++) {
    const HearthGuideText *text = &event->texts[i];

    if (i > 0)
      g_string_append_c (self->texts, HEARTH_GUIDE_TEXT_MARK);
    g_string_append (self->texts, text->language);
    g_string_append_c (self->texts, HEARTH_GUIDE_PART_MARK);
    append_clean (self->texts, text->title);
    g_string_append_c (self->texts, HEARTH_GUIDE_PART_MARK);
    append_clean (self->texts, text->summary);
    g_string_append_c (self->texts, HEARTH_GUIDE_PART_MARK);
    append_clean (self->texts, text->description);
  }
}

/* All but the languages' names. */
static const char *
get_words (HearthGuideWriter *self, const char *texts)
{
  gboolean language = TRUE;

  g_string_truncate (self->words, 0);
  for (const char *p = texts; *p != '\0'; p++) {
    if (*p == HEARTH_GUIDE_TEXT_MARK || *p == HEARTH_GUIDE_PART_MARK)
      g_string_append_c (self->words, '\n');
    else if (!language)
      g_string_append_c (self->words, *p);
    language = *p == HEARTH_GUIDE_TEXT_MARK || (language && *p != HEARTH_GUIDE_PART_MARK);
  }
  return self->words->str;
}

static gboolean
put_words (HearthGuideWriter *self, gint64 id, const char *texts, guint which, GError **error)
{
  const char *words = get_words (self, texts);

  sqlite3_bind_int64 (self->statements[which], 1, id);
  sqlite3_bind_text (self->statements[which], 2, words, (int) self->words->len, SQLITE_STATIC);
  return hearth_db_step (self->statements[which], error);
}

/* ---- events ------------------------------------------------------------------------------------------ */

static gint64
get_row (const HearthGuideService *service, guint32 number)
{
  return (service->id << HEARTH_GUIDE_EVENT_BITS) | number;
}

/* As they are in the database; NULL: it has no such event. (transfer full) */
static char *
dup_texts (HearthGuideWriter *self, gint64 id)
{
  sqlite3_stmt *select = self->statements[SELECT_TEXTS];
  char *texts = NULL;

  sqlite3_bind_int64 (select, 1, id);
  if (sqlite3_step (select) == SQLITE_ROW)
    texts = g_strdup ((const char *) sqlite3_column_text (select, 0));
  sqlite3_reset (select);
  return texts;
}

static gboolean
remove_event (HearthGuideWriter *self, HearthGuideService *service, guint32 number, GError **error)
{
  const gint64 id = get_row (service, number);
  g_autofree char *texts = dup_texts (self, id);

  if (texts != NULL && !put_words (self, id, texts, DELETE_WORDS, error))
    return FALSE;
  sqlite3_bind_int64 (self->statements[DELETE_EVENT], 1, id);
  if (!hearth_db_step (self->statements[DELETE_EVENT], error))
    return FALSE;
  hearth_guide_service_remove (service, number);
  self->changes->removed++;
  note_change (self, service);
  return TRUE;
}

static void
bind_text (sqlite3_stmt *statement, int at, const char *text)
{
  if (*text != '\0')
    sqlite3_bind_text (statement, at, text, -1, SQLITE_STATIC);
  else
    sqlite3_bind_null (statement, at);
}

static gboolean
put_event (HearthGuideWriter *self, gint64 id, const HearthGuideEvent *event, const HearthGuideSlot *slot, GError **error)
{
  sqlite3_stmt *put = self->statements[PUT_EVENT];

  sqlite3_bind_int64 (put, 1, id);
  sqlite3_bind_int64 (put, 2, slot->start_s);
  sqlite3_bind_int64 (put, 3, slot->duration_s);
  sqlite3_bind_int (put, 4, slot->running);
  sqlite3_bind_int (put, 5, slot->place);
  sqlite3_bind_int (put, 6, slot->present);
  sqlite3_bind_int64 (put, 7, (gint64) slot->hash);
  sqlite3_bind_int (put, 8, event->encrypted);
  if (event->n_genres > 0)
    sqlite3_bind_blob (put, 9, event->genres, (int) event->n_genres, SQLITE_STATIC);
  else
    sqlite3_bind_null (put, 9);
  sqlite3_bind_int (put, 10, event->age);
  bind_text (put, 11, event->country);
  bind_text (put, 12, event->programme);
  bind_text (put, 13, event->series);
  sqlite3_bind_text (put, 14, self->texts->str, (int) self->texts->len, SQLITE_STATIC);
  return hearth_db_step (put, error);
}

static gboolean
write_event (HearthGuideWriter *self, HearthGuideService *service, const HearthGuideEvent *event, const HearthGuideSlot *slot, gboolean known,
             GError **error)
{
  const gint64 id = get_row (service, slot->number);
  g_autofree char *old = known ? dup_texts (self, id) : NULL;

  write_texts (self, event);
  if (g_strcmp0 (old, self->texts->str) != 0) {
    if (old != NULL && !put_words (self, id, old, DELETE_WORDS, error))
      return FALSE;
    if (!put_words (self, id, self->texts->str, PUT_WORDS, error))
      return FALSE;
  }
  if (!put_event (self, id, event, slot, error))
    return FALSE;
  if (known)
    *hearth_guide_service_find (service, slot->number) = *slot;
  else
    g_array_append_val (service->slots, *slot);
  self->changes->added += !known;
  self->changes->changed += known;
  note_change (self, service);
  return TRUE;
}

static gboolean
set_running (HearthGuideWriter *self, HearthGuideService *service, HearthGuideSlot *slot, guint8 running, GError **error)
{
  if (slot->running == running)
    return TRUE;
  slot->running = running;
  sqlite3_bind_int (self->statements[SET_RUNNING], 1, running);
  sqlite3_bind_int64 (self->statements[SET_RUNNING], 2, get_row (service, slot->number));
  note_change (self, service);
  return hearth_db_step (self->statements[SET_RUNNING], error);
}

/* FNV-1a over all but the running status, which schedules do not know. */
static guint64
get_hash (const HearthGuideEvent *event)
{
  guint64 hash = G_GUINT64_CONSTANT (14695981039346656037);

  for (gsize i = 0; i < event->n_bytes; i++)
    if (i != 2)
      hash = (hash ^ event->bytes[i]) * G_GUINT64_CONSTANT (1099511628211);
  return hash;
}

static gboolean
is_plausible (const HearthGuideEvent *event)
{
  return event->start_s >= EARLIEST_S && event->start_s < LATEST_S && event->duration_s > 0 && event->duration_s <= LONGEST_S;
}

static gboolean
make_room (HearthGuideWriter *self, HearthGuideService *service, const HearthGuideSlot *slot, gboolean *yields, GError **error)
{
  guint32 other = 0;
  HearthGuideFit fit;

  *yields = FALSE;
  while ((fit = hearth_guide_service_fit (service, slot, &other)) == HEARTH_GUIDE_DISPLACES)
    if (!remove_event (self, service, other, error))
      return FALSE;
  *yields = fit == HEARTH_GUIDE_YIELDS;
  return TRUE;
}

static gboolean
take_event (HearthGuideWriter *self, HearthGuideService *service, const HearthGuideRecord *record, const HearthGuideEvent *event, GError **error)
{
  const gboolean present = record->table == HEARTH_GUIDE_TABLE_PRESENT;
  HearthGuideSlot *known = hearth_guide_service_find (service, event->event_id);
  HearthGuideSlot slot = { .number = event->event_id, .start_s = event->start_s, .duration_s = event->duration_s, .hash = get_hash (event),
                           .running = known != NULL ? known->running : event->running, .present = present };
  gboolean yields;

  slot.place = present ? (known != NULL ? known->place : 0) : (guint16) ((record->table << 8) | record->section);
  if (!is_plausible (event) || (known == NULL && service->slots->len >= MOST_EVENTS_A_SERVICE))
    return TRUE;
  if (known != NULL && (known->hash == slot.hash || (known->present && !present && known->start_s == slot.start_s))) {
    known->place = slot.place;
    known->present |= present;
    return TRUE;
  }
  if (!make_room (self, service, &slot, &yields, error))
    return FALSE;
  known = hearth_guide_service_find (service, event->event_id);
  slot.present |= known != NULL && known->present && known->start_s == slot.start_s;
  return yields || write_event (self, service, event, &slot, known != NULL, error);
}

/* ---- sections ------------------------------------------------------------------------------------------ */

/* A schedule's section that tells an event no more has taken it back; one that is over was only left out. */
static gboolean
remove_untold (HearthGuideWriter *self, HearthGuideService *service, const HearthGuideRecord *record, GError **error)
{
  const guint16 place = (guint16) ((record->table << 8) | record->section);

  for (guint i = service->slots->len; i-- > 0;) {
    const HearthGuideSlot *slot = &g_array_index (service->slots, HearthGuideSlot, i);
    gboolean told = slot->place != place || slot->present || slot->start_s + slot->duration_s <= self->now_s;

    for (guint k = 0; !told && k < self->told->len; k++)
      told = g_array_index (self->told, guint32, k) == slot->number;
    if (!told && !remove_event (self, service, slot->number, error))
      return FALSE;
  }
  return TRUE;
}

/* One event runs at a time. Where the status is not told, the section says it: 0 the present, 1 the following event. */
static gboolean
follow_present (HearthGuideWriter *self, HearthGuideService *service, const HearthGuideRecord *record, const HearthGuideEvent *event, GError **error)
{
  const guint8 running = event->running != 0 ? event->running : record->section == 0 ? RUNNING : NOT_RUNNING;
  HearthGuideSlot *slot = hearth_guide_service_find (service, event->event_id);

  if (slot != NULL && !set_running (self, service, slot, running, error))
    return FALSE;
  for (guint i = 0; running == RUNNING && i < service->slots->len; i++) {
    HearthGuideSlot *other = &g_array_index (service->slots, HearthGuideSlot, i);

    if (other->number != event->event_id && other->running == RUNNING && !set_running (self, service, other, NOT_RUNNING, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
take_section (HearthGuideWriter *self, HearthGuideService *service, HearthGuideReader *reader, const HearthGuideRecord *record, GError **error)
{
  const gboolean present = record->table == HEARTH_GUIDE_TABLE_PRESENT;
  HearthGuideEvent event;

  g_array_set_size (self->told, 0);
  while (hearth_guide_reader_next_event (reader, &event)) {
    const guint32 number = event.event_id;

    g_array_append_val (self->told, number);
    if (!take_event (self, service, record, &event, error) || (present && !follow_present (self, service, record, &event, error)))
      return FALSE;
  }
  return reader->broken || present || remove_untold (self, service, record, error);
}

static gboolean
take_record (HearthGuideWriter *self, HearthGuideService *service, HearthGuideReader *reader, const HearthGuideRecord *record, GError **error)
{
  const HearthGuideRecord present = { .section = record->running == RUNNING ? 0 : 1 };
  const HearthGuideEvent event = { .event_id = record->event_id, .running = record->running };

  if (record->kind == HEARTH_GUIDE_SECTION)
    return take_section (self, service, reader, record, error);
  return follow_present (self, service, &present, &event, error);
}

static gboolean
take_records (HearthGuideWriter *self, const char *source, const char *network, HearthGuideReader *reader, GError **error)
{
  HearthGuideRecord record;

  while (hearth_guide_reader_next (reader, &record)) {
    g_autoptr (GError) limit = NULL;
    HearthGuideService *service;
    char key[32];

    g_snprintf (key, sizeof key, "dvb://%u.%u.%u", record.original_network_id, record.transport_stream_id, record.service_id);
    service = get_service (self, source, network, key, &limit);
    if (service == NULL && g_error_matches (limit, HEARTH_ERROR, HEARTH_ERROR_LIMIT))
      continue; /* what is there already goes on */
    if (service == NULL) {
      g_propagate_error (error, g_steal_pointer (&limit));
      return FALSE;
    }
    if (!take_record (self, service, reader, &record, error))
      return FALSE;
  }
  if (reader->broken)
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "a batch of events breaks its own format");
  return !reader->broken;
}

gboolean
hearth_guide_writer_apply (HearthGuideWriter *self, sqlite3 *sqlite, const char *source, const char *network, GBytes *batch,
                           gint64 now_s, HearthGuideChanges *changes, GError **error)
{
  HearthGuideReader reader;
  gsize n_bytes;
  const guint8 *bytes = g_bytes_get_data (batch, &n_bytes);
  gboolean done;

  hearth_guide_reader_init (&reader, bytes, n_bytes);
  self->now_s = now_s;
  done = begin (self, sqlite, changes, error) && list_services (self, error) && take_records (self, source, network, &reader, error);
  end (self);
  return done;
}

/* ---- what goes ------------------------------------------------------------------------------------------- */

static gboolean
prune_service (HearthGuideWriter *self, HearthGuideService *service, gint64 before_s, GError **error)
{
  if (!load_slots (self, service, error))
    return FALSE;
  for (guint i = service->slots->len; i-- > 0;) {
    const HearthGuideSlot *slot = &g_array_index (service->slots, HearthGuideSlot, i);

    if (slot->start_s + slot->duration_s < before_s && !remove_event (self, service, slot->number, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
delete_service (HearthGuideWriter *self, const HearthGuideService *service, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = hearth_db_prepare (self->sqlite, "DELETE FROM services WHERE id = ?", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, service->id);
  return hearth_db_step (statement, error);
}

/* Of services of which @network (nullable: any) is told: events before @before_s, and they themselves if they are left empty. */
static gboolean
clear_services (HearthGuideWriter *self, const char *network, gint64 before_s, GError **error)
{
  g_autofree char *prefix = network != NULL ? g_strconcat (network, HEARTH_GUIDE_KEY_MARK, NULL) : NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->services);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    HearthGuideService *service = value;

    if (prefix != NULL && !g_str_has_prefix (service->key, prefix))
      continue;
    if (!prune_service (self, service, before_s, error))
      return FALSE;
    if (service->slots->len > 0)
      continue;
    if (!delete_service (self, service, error))
      return FALSE;
    g_hash_table_iter_remove (&iter);
  }
  return TRUE;
}

gboolean
hearth_guide_writer_prune (HearthGuideWriter *self, sqlite3 *sqlite, gint64 before_s, HearthGuideChanges *changes, GError **error)
{
  const gboolean done = begin (self, sqlite, changes, error) && list_services (self, error) && clear_services (self, NULL, before_s, error);

  end (self);
  return done;
}

gboolean
hearth_guide_writer_remove_network (HearthGuideWriter *self, sqlite3 *sqlite, const char *network, HearthGuideChanges *changes, GError **error)
{
  const gboolean done = begin (self, sqlite, changes, error) && list_services (self, error) && clear_services (self, network, G_MAXINT64, error);

  end (self);
  return done;
}
