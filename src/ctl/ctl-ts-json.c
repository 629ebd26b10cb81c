/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON of hearthctl ts, written as it is made: a full network's guide has 200,000 events. What is not known is null. */
#include "config.h"

#include "ctl/ctl-ts.h"

#include <string.h>

#define FLUSH_BYTES (1 << 16)

/* ---- writing: a comma stands before each value but the first of its array or object --------------- */

static void
flush (GString *out)
{
  ctl_print ("%s", out->str);
  g_string_truncate (out, 0);
}

static void
separate (GString *out)
{
  char last = out->len > 0 ? out->str[out->len - 1] : ',';

  if (last != '{' && last != '[' && last != ':' && last != ',')
    g_string_append_c (out, ',');
}

static void
key (GString *out, const char *name)
{
  separate (out);
  g_string_append_printf (out, "\"%s\":", name);
}

static void
add_text (GString *out, const char *name, const char *text)
{
  key (out, name);
  if (text != NULL)
    ctl_json_append_string (out, text);
  else
    g_string_append (out, "null");
}

static void
add_number (GString *out, const char *name, guint64 value)
{
  key (out, name);
  g_string_append_printf (out, "%" G_GUINT64_FORMAT, value);
}

static void
add_null (GString *out, const char *name)
{
  key (out, name);
  g_string_append (out, "null");
}

/* null for what is not known, which @unknown stands for. */
static void
add_known (GString *out, const char *name, gint64 value, gint64 unknown)
{
  if (value == unknown)
    add_null (out, name);
  else
    add_number (out, name, (guint64) value);
}

static void
add_boolean (GString *out, const char *name, gboolean value)
{
  key (out, name);
  g_string_append (out, value ? "true" : "false");
}

static void
begin (GString *out, char bracket)
{
  separate (out);
  g_string_append_c (out, bracket);
}

static void
begin_array (GString *out, const char *name)
{
  g_string_append_printf (out, "%s\n\"%s\":[", out->len > 0 && out->str[out->len - 1] == '{' ? "" : ",", name);
}

/* A row of one of the top arrays, on a line of its own. */
static void
begin_row (GString *out)
{
  if (out->len > FLUSH_BYTES) {
    char last = out->str[out->len - 1];

    g_string_truncate (out, out->len - 1);
    flush (out);
    g_string_append_c (out, last);
  }
  separate (out);
  g_string_append (out, "\n{");
}

/* ---- services ---------------------------------------------------------------------------------------- */

static void
add_stream (GString *out, const HearthSiStream *stream)
{
  begin (out, '{');
  add_number (out, "pid", stream->ts.pid);
  add_number (out, "stream_type", stream->ts.stream_type);
  add_text (out, "codec", hearth_si_stream_get_codec_name (stream));
  add_text (out, "language", *stream->ts.language != '\0' ? stream->ts.language : NULL);
  add_text (out, "purpose", hearth_si_purpose_get_name (stream->purpose));
  if (stream->component_tag >= 0)
    add_number (out, "component_tag", (guint64) stream->component_tag);
  if (stream->n_languages > 1) {
    key (out, "languages");
    for (guint i = 0; i < stream->n_languages; i++) {
      g_string_append_c (out, i == 0 ? '[' : ',');
      ctl_json_append_string (out, stream->languages[i]);
    }
    g_string_append_c (out, ']');
  }
  g_string_append_c (out, '}');
}

static void
add_service (GString *out, CtlTs *self, const HearthSiService *service)
{
  begin_row (out);
  add_number (out, "service_id", service->service_id);
  add_number (out, "transport_stream_id", service->transport_stream_id);
  add_known (out, "original_network_id", service->original_network_id, 0);
  add_text (out, "name", service->name);
  add_text (out, "provider", service->provider);
  for (guint i = 0; i < service->n_names; i++) {
    if (i == 0) {
      key (out, "names");
      g_string_append_c (out, '{');
    }
    add_text (out, service->names[i].language, service->names[i].name);
    if (i + 1 == service->n_names)
      g_string_append_c (out, '}');
  }
  add_text (out, "type", ctl_ts_kind_name (service->kind));
  add_known (out, "service_type", service->type, 0);
  add_known (out, "lcn", service->number, 0);
  add_boolean (out, "visible", service->visible);
  add_boolean (out, "encrypted", ctl_ts_is_encrypted (self, service));
  add_boolean (out, "actual", service->actual);
  add_text (out, "running", hearth_si_running_get_name (service->running));
  add_known (out, "pmt_pid", service->pmt_pid, 0);
  add_known (out, "pcr_pid", service->in_pmt ? service->pcr_pid : HEARTH_TS_NO_PID, HEARTH_TS_NO_PID);
  key (out, "streams");
  g_string_append_c (out, '[');
  for (guint i = 0; i < service->n_streams; i++)
    add_stream (out, &service->streams[i]);
  g_string_append (out, "]}");
}

static void
add_services (GString *out, CtlTs *self)
{
  guint n;
  const HearthSiService *const *services = hearth_si_multiplex_get_services (self->multiplex, &n);

  begin_array (out, "services");
  for (guint i = 0; i < n; i++)
    add_service (out, self, services[i]);
  g_string_append (out, "]");
}

/* ---- events -------------------------------------------------------------------------------------------- */

static void
add_texts (GString *out, const HearthSiEventText *texts)
{
  g_autofree char *body = hearth_si_event_text_dup_body (texts);

  add_text (out, "language", *texts->language != '\0' ? texts->language : NULL);
  add_text (out, "title", texts->title);
  add_text (out, "text", body);
}

static void
add_event (GString *out, const CtlTsEvent *kept)
{
  const HearthSiEvent *event = &kept->event;
  g_autofree char *start = ctl_ts_dup_utc (event->start_utc_s);

  begin_row (out);
  add_number (out, "service_id", event->service_id);
  add_number (out, "transport_stream_id", event->transport_stream_id);
  add_number (out, "original_network_id", event->original_network_id);
  add_number (out, "event_id", event->event_id);
  add_text (out, "start", start);
  add_number (out, "duration_s", event->duration_s);
  if (event->n_texts > 0) {
    add_texts (out, &event->texts[0]);
  } else {
    add_null (out, "language");
    add_null (out, "title");
    add_null (out, "text");
  }
  add_text (out, "genre", ctl_ts_genre_name (event));
  add_known (out, "rating", event->minimum_age, 0);
  add_text (out, "running", hearth_si_running_get_name (event->running));
  add_boolean (out, "present_following", kept->present_following);
  add_text (out, "crid", event->programme_crid);
  add_text (out, "series_crid", event->series_crid);
  if (event->n_texts > 1) {
    key (out, "other_languages");
    g_string_append_c (out, '[');
    for (guint i = 1; i < event->n_texts; i++) {
      begin (out, '{');
      add_texts (out, &event->texts[i]);
      g_string_append_c (out, '}');
    }
    g_string_append_c (out, ']');
  }
  g_string_append_c (out, '}');
}

static void
add_events (GString *out, CtlTs *self)
{
  g_autoptr (GPtrArray) events = ctl_ts_list_events (self);

  begin_array (out, "events");
  for (guint i = 0; i < events->len; i++)
    add_event (out, g_ptr_array_index (events, i));
  g_string_append (out, "]");
}

/* ---- tables, PIDs ------------------------------------------------------------------------------------------ */

static void
add_table (GString *out, const HearthSiTable *table)
{
  char buffer[16];

  begin_row (out);
  add_text (out, "name", hearth_si_table_get_name (table->table_id, buffer));
  add_number (out, "table_id", table->table_id);
  add_number (out, "extension", table->extension);
  add_number (out, "pid", table->pid);
  add_number (out, "version", table->version);
  add_number (out, "sections_seen", table->n_seen);
  add_number (out, "sections_wanted", table->n_wanted);
  add_number (out, "crc_errors", table->crc_errors);
  if (table->transport_stream_id != 0 || table->original_network_id != 0) {
    add_number (out, "transport_stream_id", table->transport_stream_id);
    add_number (out, "original_network_id", table->original_network_id);
  }
  g_string_append_c (out, '}');
}

static void
add_pid (GString *out, CtlTs *self, guint16 pid, gboolean has_rate)
{
  const HearthTsPidCount *count = hearth_ts_survey_get_pid (self->survey, pid);

  if (count->packets == 0)
    return;
  begin_row (out);
  add_number (out, "pid", pid);
  add_number (out, "packets", count->packets);
  add_number (out, "cc_errors", count->cc_errors);
  add_number (out, "scrambled", count->scrambled);
  if (has_rate)
    add_number (out, "bitrate_bps", hearth_ts_survey_get_bit_rate_bps (self->survey, pid));
  else
    add_null (out, "bitrate_bps");
  g_string_append_c (out, '}');
}

static void
add_health (GString *out, CtlTs *self, const HearthTsSurveySums *sums)
{
  HearthSiCollectorStats stats;
  char duration[G_ASCII_DTOSTR_BUF_SIZE];

  hearth_si_collector_get_stats (self->collector, &stats);
  g_string_append (out, ",\n\"health\":{");
  add_number (out, "bytes", self->n_bytes);
  add_number (out, "packet_size", self->sync.packet_size);
  add_number (out, "packets", sums->packets);
  add_number (out, "null_packets", sums->null_packets);
  add_number (out, "lost_bytes", self->sync.lost_bytes);
  add_number (out, "cc_errors", sums->cc_errors);
  add_number (out, "transport_errors", sums->transport_errors);
  add_number (out, "scrambled", sums->scrambled);
  add_number (out, "crc_errors", stats.crc_errors);
  add_number (out, "dropped_events", self->n_dropped_events);
  add_known (out, "bitrate_bps", (gint64) sums->bit_rate_bps, 0);
  key (out, "duration_s");
  g_string_append (out, sums->duration_s > 0 ? g_ascii_formatd (duration, sizeof duration, "%.3f", sums->duration_s) : "null");
  g_string_append_c (out, '}');
}

static void
add_network (GString *out, CtlTs *self)
{
  g_string_append (out, ",\n\"network\":{");
  add_known (out, "network_id", hearth_si_multiplex_get_network_id (self->multiplex), -1);
  add_text (out, "name", hearth_si_multiplex_get_network_name (self->multiplex));
  add_known (out, "transport_stream_id", hearth_si_multiplex_get_transport_stream_id (self->multiplex), -1);
  add_known (out, "original_network_id", hearth_si_multiplex_get_original_network_id (self->multiplex), -1);
  add_text (out, "standard", hearth_si_multiplex_is_arib (self->multiplex) ? "arib" : hearth_si_multiplex_is_atsc (self->multiplex) ? "atsc" : "dvb");
  g_string_append_c (out, '}');
}

void
ctl_ts_print_json (CtlTs *self, const char *path)
{
  g_autoptr (GString) out = g_string_new ("{");
  g_autofree char *utc = ctl_ts_dup_utc (hearth_si_collector_get_utc_s (self->collector));
  HearthTsSurveySums sums;

  hearth_ts_survey_get_sums (self->survey, &sums);
  add_text (out, "file", path);
  add_text (out, "time_utc", utc);
  add_network (out, self);
  add_health (out, self, &sums);
  add_services (out, self);
  add_events (out, self);
  begin_array (out, "tables");
  for (guint i = 0; i < self->tables->len; i++)
    add_table (out, g_ptr_array_index (self->tables, i));
  g_string_append_c (out, ']');
  begin_array (out, "pids");
  for (guint pid = 0; pid <= HEARTH_TS_NO_PID; pid++)
    add_pid (out, self, (guint16) pid, sums.bit_rate_bps > 0);
  g_string_append (out, "]}\n");
  flush (out);
}
