/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ctl/ctl-ts.h"

#include <gio/gunixinputstream.h>
#include <unistd.h>

#define PIECE_BYTES (1 << 20)

/* ---- tables -------------------------------------------------------------------------------- */

static guint64
event_key (const HearthSiEvent *event)
{
  return ((guint64) event->original_network_id << 48) | ((guint64) event->transport_stream_id << 32) | ((guint64) event->service_id << 16) |
         event->event_id;
}

static void
event_free (gpointer data)
{
  CtlTsEvent *event = data;

  hearth_si_event_clear (&event->event);
  g_free (event);
}

static void
keep_event (CtlTs *self, const HearthSiEit *eit, const HearthSiEitEvent *entry)
{
  gboolean present_following = !hearth_si_table_is_schedule (eit->header.table_id);
  CtlTsEvent *event = g_new0 (CtlTsEvent, 1), *old;
  guint64 key;

  hearth_si_event_read (&event->event, eit, entry, &self->text);
  event->present_following = present_following;
  key = event_key (&event->event);
  old = g_hash_table_lookup (self->events, &key);
  if ((old != NULL && old->present_following && !present_following) || (old == NULL && g_hash_table_size (self->events) >= CTL_TS_MAX_EVENTS)) {
    self->n_dropped_events += old == NULL;
    event_free (event);
    return;
  }
  g_hash_table_replace (self->events, g_memdup2 (&key, sizeof key), event);
}

static void
on_section (const HearthSiTable *table, const guint8 *section, gsize n_bytes, gpointer user_data)
{
  CtlTs *self = user_data;
  HearthSiEit eit;
  HearthSiEitEvent entry;
  HearthSiAit ait;
  HearthSiApplication application;

  hearth_si_multiplex_take (self->multiplex, table->pid, section, n_bytes);
  if (hearth_si_eit_parse (&eit, section, n_bytes))
    while (hearth_si_eit_next (&eit, &entry))
      keep_event (self, &eit, &entry);
  if (hearth_si_ait_parse (&ait, section, n_bytes))
    while (hearth_si_ait_next (&ait, &application))
      self->n_applications++;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void
on_packets (const guint8 *packets, gsize n_packets, gpointer user_data)
{
  CtlTs *self = user_data;

  hearth_ts_survey_push (self->survey, packets, n_packets);
  hearth_si_collector_push (self->collector, packets, n_packets);
}

static GInputStream *
open_stream (const char *path, GError **error)
{
  g_autoptr (GFile) file = NULL;
  GFileInputStream *stream;

  if (g_str_equal (path, "-"))
    return g_unix_input_stream_new (STDIN_FILENO, FALSE);
  file = g_file_new_for_path (path);
  stream = g_file_read (file, NULL, error);
  return stream != NULL ? G_INPUT_STREAM (stream) : NULL;
}

static void
explain (GError **error, const char *path)
{
  gboolean missing = g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_autoptr (GError) cause = g_steal_pointer (error);

  g_set_error (error, HEARTH_ERROR, missing ? HEARTH_ERROR_NOT_FOUND : HEARTH_ERROR_IO, "reading “%s”: %s", path, cause->message);
}

static void
keep_table (const HearthSiTable *table, gpointer user_data)
{
  g_ptr_array_add (user_data, g_memdup2 (table, sizeof *table));
}

static gint
compare_tables (gconstpointer a, gconstpointer b)
{
  const HearthSiTable *x = *(const HearthSiTable *const *) a, *y = *(const HearthSiTable *const *) b;

  if (x->pid != y->pid)
    return x->pid < y->pid ? -1 : 1;
  if (x->table_id != y->table_id)
    return x->table_id < y->table_id ? -1 : 1;
  if (x->transport_stream_id != y->transport_stream_id)
    return x->transport_stream_id < y->transport_stream_id ? -1 : 1;
  return x->extension < y->extension ? -1 : x->extension > y->extension;
}

gboolean
ctl_ts_read (CtlTs *self, const char *path, GError **error)
{
  g_autoptr (GInputStream) stream = open_stream (path, error);
  g_autofree guint8 *piece = g_malloc (PIECE_BYTES);
  gssize n = stream != NULL ? 0 : -1;

  while (n >= 0 && (n = g_input_stream_read (stream, piece, PIECE_BYTES, NULL, error)) > 0) {
    self->n_bytes += (guint64) n;
    hearth_ts_sync_push (&self->sync, piece, (gsize) n, on_packets, self);
  }
  if (n < 0) {
    explain (error, path);
    return FALSE;
  }
  hearth_si_collector_foreach (self->collector, keep_table, self->tables);
  g_ptr_array_sort (self->tables, compare_tables);
  return TRUE;
}

/* ---- what others ask -------------------------------------------------------------------------- */

static gint
compare_events (gconstpointer a, gconstpointer b)
{
  const HearthSiEvent *x = &(*(CtlTsEvent *const *) a)->event, *y = &(*(CtlTsEvent *const *) b)->event;
  guint64 left = ((guint64) x->original_network_id << 32) | ((guint64) x->transport_stream_id << 16) | x->service_id;
  guint64 right = ((guint64) y->original_network_id << 32) | ((guint64) y->transport_stream_id << 16) | y->service_id;

  if (left != right)
    return left < right ? -1 : 1;
  if (x->start_utc_s != y->start_utc_s)
    return x->start_utc_s < y->start_utc_s ? -1 : 1;
  return (gint) x->event_id - (gint) y->event_id;
}

GPtrArray *
ctl_ts_list_events (CtlTs *self)
{
  GPtrArray *list = g_ptr_array_sized_new (g_hash_table_size (self->events));
  GHashTableIter iter;
  gpointer event;

  g_hash_table_iter_init (&iter, self->events);
  while (g_hash_table_iter_next (&iter, NULL, &event))
    g_ptr_array_add (list, event);
  g_ptr_array_sort (list, compare_events);
  return list;
}

gboolean
ctl_ts_is_encrypted (CtlTs *self, const HearthSiService *service)
{
  if (service->free_ca_mode || service->has_ca)
    return TRUE;
  for (guint i = 0; i < service->n_streams; i++)
    if (hearth_ts_survey_get_pid (self->survey, service->streams[i].ts.pid)->scrambled > 0)
      return TRUE;
  return FALSE;
}

const char *
ctl_ts_kind_name (HearthSiKind kind)
{
  return kind == HEARTH_SI_KIND_TV ? "tv" : kind == HEARTH_SI_KIND_RADIO ? "radio" : "data";
}

char *
ctl_ts_dup_utc (gint64 utc_s)
{
  g_autoptr (GDateTime) time = utc_s != HEARTH_SI_NO_TIME ? g_date_time_new_from_unix_utc (utc_s) : NULL;

  return time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}

const char *
ctl_ts_genre_name (const HearthSiEvent *event)
{
  for (guint i = 0; i < event->n_genres; i++) {
    const char *name = hearth_si_content_get_name (event->genres[i].level_1, event->genres[i].level_2);

    if (name != NULL)
      return name;
  }
  return NULL;
}

/* ---- life --------------------------------------------------------------------------------------- */

CtlTs *
ctl_ts_new (const char *charset)
{
  const HearthSiCollectorFuncs funcs = { .section = on_section };
  CtlTs *self = g_new0 (CtlTs, 1);

  hearth_ts_sync_init (&self->sync);
  self->survey = hearth_ts_survey_new ();
  self->collector = hearth_si_collector_new (HEARTH_SI_COLLECT_ALL, &funcs, self);
  self->multiplex = hearth_si_multiplex_new (charset);
  hearth_dvb_text_init (&self->text);
  if (charset != NULL)
    hearth_dvb_text_set_override (&self->text, charset);
  self->events = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, event_free);
  self->tables = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
ctl_ts_free (CtlTs *self)
{
  hearth_ts_survey_free (self->survey);
  hearth_si_collector_free (self->collector);
  hearth_si_multiplex_free (self->multiplex);
  hearth_dvb_text_clear (&self->text);
  g_hash_table_unref (self->events);
  g_ptr_array_unref (self->tables);
  g_free (self);
}

/* ---- the command ----------------------------------------------------------------------------------- */

static gboolean
check_charset (const char *charset, GError **error)
{
  g_auto (HearthDvbText) text = { 0 };

  hearth_dvb_text_init (&text);
  if (charset == NULL || hearth_dvb_text_set_override (&text, charset))
    return TRUE;
  ctl_usage_error (error, "there is no character table “%s”; try ISO6937, ISO8859-5, GB18030, Big5, KSX1001, UCS-2 or UTF-8", charset);
  return FALSE;
}

static gboolean
run_ts (Ctl *ctl, GError **error)
{
  const char *charset = ctl_option (ctl, "charset");
  g_autoptr (CtlTs) self = NULL;
  HearthTsSurveySums sums;

  if (!check_charset (charset, error))
    return FALSE;
  self = ctl_ts_new (charset);
  if (!ctl_ts_read (self, ctl->words[0], error))
    return FALSE;
  hearth_ts_survey_get_sums (self->survey, &sums);
  if (sums.packets == 0) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "“%s” is no transport stream: no packets were found in its %" G_GUINT64_FORMAT " bytes",
                 ctl->words[0], self->n_bytes);
    return FALSE;
  }
  if (ctl->json)
    ctl_ts_print_json (self, ctl->words[0]);
  else
    ctl_ts_print (self, ctl_option (ctl, "all") != NULL);
  return TRUE;
}

static const CtlOption ts_options[] = {
  { "charset", "NAME", "texts that name no character table are in this one; with a ! behind it all texts are" },
  { "all", NULL, "all events and tables, not only the first ones" },
  { NULL, NULL, NULL },
};

const CtlCommand ctl_ts_commands[] = {
  { "ts", "FILE", "what a transport stream carries: services, PIDs, tables, events, faults",
    "Reads a file of any size, or - for standard input, in packets of 188, 192 or 204 bytes, from wherever they begin.\n"
    "Needs no running box. hearthctl(1) tells what each line and each member of the JSON means.",
    1, 1, run_ts, ts_options, { NULL } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
