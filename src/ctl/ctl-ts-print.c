/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hearthctl ts for people. */
#include "config.h"

#include "ctl/ctl-ts.h"

#define FIRST_EVENTS 40
#define FIRST_TABLES 60

static char *
dup_rate (guint64 bits_per_s)
{
  return bits_per_s > 0 ? g_strdup_printf ("%.3f", (double) bits_per_s / 1e6) : g_strdup ("");
}

/* ---- the head ------------------------------------------------------------------------------- */

static void
print_network (CtlTs *self)
{
  const char *name = hearth_si_multiplex_get_network_name (self->multiplex);
  g_autofree char *clean = name != NULL ? ctl_text_clean (name) : NULL;
  gint network_id = hearth_si_multiplex_get_network_id (self->multiplex), stream = hearth_si_multiplex_get_transport_stream_id (self->multiplex);

  if (network_id >= 0)
    ctl_print ("Network %d%s%s%s, ", network_id, clean != NULL ? " “" : "", clean != NULL ? clean : "", clean != NULL ? "”" : "");
  if (stream >= 0)
    ctl_print ("transport stream %d", stream);
  ctl_print ("%s%s\n", hearth_si_multiplex_is_arib (self->multiplex) ? ", ARIB service information (names are not read)" : "",
             hearth_si_multiplex_is_atsc (self->multiplex) ? ", ATSC service information (not read)" : "");
}

static void
print_head (CtlTs *self, const HearthTsSurveySums *sums)
{
  g_autofree char *utc = ctl_ts_dup_utc (hearth_si_collector_get_utc_s (self->collector));
  HearthSiCollectorStats stats;

  hearth_si_collector_get_stats (self->collector, &stats);
  ctl_print ("%" G_GUINT64_FORMAT " packets of %u bytes", sums->packets, self->sync.packet_size);
  if (sums->bit_rate_bps > 0)
    ctl_print (", %.2f s at %.3f Mbit/s", sums->duration_s, (double) sums->bit_rate_bps / 1e6);
  ctl_print ("%s%s\n", utc != NULL ? ", sent at " : "", utc != NULL ? utc : "");
  print_network (self);
  ctl_print ("Faults: %" G_GUINT64_FORMAT " breaks of continuity, %" G_GUINT64_FORMAT " damaged packets, %" G_GUINT64_FORMAT
             " damaged sections, %" G_GUINT64_FORMAT " bytes that are no packets\n",
             sums->cc_errors, sums->transport_errors, stats.crc_errors, self->sync.lost_bytes);
}

/* ---- services ---------------------------------------------------------------------------------- */

static void
print_services (CtlTs *self, const HearthSiService *const *services, guint n)
{
  g_autoptr (CtlTable) table = ctl_table_new (">SERVICE|NAME|PROVIDER|TYPE|>LCN|ENCRYPTED|>PMT PID|>PCR PID|WHERE");

  for (guint i = 0; i < n; i++) {
    const HearthSiService *service = services[i];

    ctl_table_take (table, g_strdup_printf ("%u", service->service_id));
    ctl_table_add (table, service->name);
    ctl_table_add (table, service->provider);
    ctl_table_add (table, service->type != 0 ? hearth_si_service_type_get_name (service->type) : ctl_ts_kind_name (service->kind));
    ctl_table_take (table, service->number != 0 ? g_strdup_printf ("%u%s", service->number, service->visible ? "" : " hidden") : NULL);
    ctl_table_add (table, ctl_ts_is_encrypted (self, service) ? "yes" : "no");
    ctl_table_take (table, service->pmt_pid != 0 ? g_strdup_printf ("%u", service->pmt_pid) : NULL);
    ctl_table_take (table, service->in_pmt && service->pcr_pid != HEARTH_TS_NO_PID ? g_strdup_printf ("%u", service->pcr_pid) : NULL);
    ctl_table_take (table, service->actual ? g_strdup ("here")
                                           : g_strdup_printf ("%u.%u", service->original_network_id, service->transport_stream_id));
  }
  ctl_print ("\n");
  ctl_table_flush (table);
}

static void
print_streams (const HearthSiService *const *services, guint n)
{
  g_autoptr (CtlTable) table = ctl_table_new (">SERVICE|>PID|CODEC|LANGUAGE|PURPOSE|>STREAM TYPE");

  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < services[i]->n_streams; k++) {
      const HearthSiStream *stream = &services[i]->streams[k];

      ctl_table_take (table, g_strdup_printf ("%u", services[i]->service_id));
      ctl_table_take (table, g_strdup_printf ("%u", stream->ts.pid));
      ctl_table_add (table, hearth_si_stream_get_codec_name (stream));
      ctl_table_add (table, stream->ts.language);
      ctl_table_add (table, hearth_si_purpose_get_name (stream->purpose));
      ctl_table_take (table, g_strdup_printf ("0x%02x", stream->ts.stream_type));
    }
  ctl_print ("\n");
  ctl_table_flush (table);
}

/* ---- events -------------------------------------------------------------------------------------- */

static char *
dup_title (const HearthSiEvent *event)
{
  g_autofree char *rating = event->minimum_age > 0 ? g_strdup_printf (" (%u+)", event->minimum_age) : NULL;

  if (event->n_texts == 0)
    return g_strdup ("");
  return g_strconcat (event->texts[0].title, rating, NULL);
}

static void
print_events (CtlTs *self, gboolean all)
{
  g_autoptr (GPtrArray) events = ctl_ts_list_events (self);
  g_autoptr (CtlTable) table = ctl_table_new (">SERVICE|START (UTC)|>MINUTES|LANGUAGE|TITLE|GENRE");
  guint n = all ? events->len : MIN (events->len, FIRST_EVENTS);

  for (guint i = 0; i < n; i++) {
    const HearthSiEvent *event = &((const CtlTsEvent *) g_ptr_array_index (events, i))->event;
    g_autofree char *title = dup_title (event);

    ctl_table_take (table, g_strdup_printf ("%u", event->service_id));
    ctl_table_take (table, ctl_ts_dup_utc (event->start_utc_s));
    ctl_table_take (table, g_strdup_printf ("%u", event->duration_s / 60));
    ctl_table_add (table, event->n_texts > 0 ? event->texts[0].language : "");
    ctl_table_add (table, title);
    ctl_table_add (table, ctl_ts_genre_name (event));
  }
  if (events->len > 0) {
    ctl_print ("\n");
    ctl_table_flush (table);
  }
  if (n < events->len)
    ctl_print ("%u events in all; --all shows them\n", events->len);
}

/* ---- tables and PIDs -------------------------------------------------------------------------------- */

static void
print_tables (CtlTs *self, gboolean all)
{
  g_autoptr (CtlTable) table = ctl_table_new (">PID|TABLE|>ID|>OF|>VERSION|>SECTIONS|>DAMAGED");
  guint n = all ? self->tables->len : MIN (self->tables->len, FIRST_TABLES);

  for (guint i = 0; i < n; i++) {
    const HearthSiTable *row = g_ptr_array_index (self->tables, i);
    char buffer[16];

    ctl_table_take (table, g_strdup_printf ("%u", row->pid));
    ctl_table_add (table, hearth_si_table_get_name (row->table_id, buffer));
    ctl_table_take (table, g_strdup_printf ("0x%02x", row->table_id));
    ctl_table_take (table, g_strdup_printf ("%u", row->extension));
    ctl_table_take (table, g_strdup_printf ("%u", row->version));
    ctl_table_take (table, g_strdup_printf ("%u of %u", row->n_seen, row->n_wanted));
    ctl_table_take (table, g_strdup_printf ("%" G_GUINT64_FORMAT, row->crc_errors));
  }
  ctl_print ("\n");
  ctl_table_flush (table);
  if (n < self->tables->len)
    ctl_print ("%u tables in all; --all shows them\n", self->tables->len);
}

/* What a PID is for, as far as it can be told. */
static char *
dup_use (CtlTs *self, guint16 pid)
{
  guint n;
  const HearthSiService *const *services = hearth_si_multiplex_get_services (self->multiplex, &n);
  char buffer[16];

  if (pid == HEARTH_TS_NO_PID)
    return g_strdup ("stuffing");
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < services[i]->n_streams; k++)
      if (services[i]->streams[k].ts.pid == pid)
        return g_strdup (hearth_si_purpose_get_name (services[i]->streams[k].purpose));
  for (guint i = 0; i < self->tables->len; i++) {
    const HearthSiTable *table = g_ptr_array_index (self->tables, i);

    if (table->pid == pid)
      return g_strdup (hearth_si_table_is_eit (table->table_id) ? "EIT" : hearth_si_table_get_name (table->table_id, buffer));
  }
  for (guint i = 0; i < n; i++)
    if (services[i]->in_pmt && services[i]->pcr_pid == pid)
      return g_strdup ("PCR");
  return g_strdup ("");
}

static void
print_pids (CtlTs *self)
{
  g_autoptr (CtlTable) table = ctl_table_new (">PID|USE|>PACKETS|>MBIT/S|>BREAKS|>SCRAMBLED");

  for (guint pid = 0; pid <= HEARTH_TS_NO_PID; pid++) {
    const HearthTsPidCount *count = hearth_ts_survey_get_pid (self->survey, (guint16) pid);

    if (count->packets == 0)
      continue;
    ctl_table_take (table, g_strdup_printf ("%u", pid));
    ctl_table_take (table, dup_use (self, (guint16) pid));
    ctl_table_take (table, g_strdup_printf ("%" G_GUINT64_FORMAT, count->packets));
    ctl_table_take (table, dup_rate (hearth_ts_survey_get_bit_rate_bps (self->survey, (guint16) pid)));
    ctl_table_take (table, g_strdup_printf ("%" G_GUINT64_FORMAT, count->cc_errors));
    ctl_table_take (table, g_strdup_printf ("%" G_GUINT64_FORMAT, count->scrambled));
  }
  ctl_print ("\n");
  ctl_table_flush (table);
}

void
ctl_ts_print (CtlTs *self, gboolean all)
{
  HearthTsSurveySums sums;
  guint n;
  const HearthSiService *const *services = hearth_si_multiplex_get_services (self->multiplex, &n);

  hearth_ts_survey_get_sums (self->survey, &sums);
  print_head (self, &sums);
  print_services (self, services, n);
  print_streams (services, n);
  print_events (self, all);
  print_tables (self, all);
  print_pids (self);
}
