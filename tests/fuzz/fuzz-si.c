/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Service information. The first byte says what the rest is: a section for every table's parser; a loop of descriptors for every
 * reader of them; or sections with their PIDs, made right and sent to a collector, a multiplex and the reader of events. */
#include "ts/hearth-si-collector.h"
#include "ts/hearth-si-delivery.h"
#include "ts/hearth-si-descriptors.h"
#include "ts/hearth-si-event.h"
#include "ts/hearth-si-multiplex.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (gboolean held)
{
  if (!held)
    abort ();
}

/* ---- descriptors ----------------------------------------------------------------------------- */

static const HearthSiDescriptor *current;

/* A text lies within its descriptor; its bytes are looked at, so that a sanitizer sees them. */
static void
check_text (HearthSiText text)
{
  if (text.n_bytes == 0)
    return;
  check (text.bytes >= current->data && text.bytes + text.n_bytes <= current->data + current->n_bytes);
}

static void
on_lcn (const HearthSiLcn *lcn, gpointer user_data)
{
  guint *n = user_data;

  check_text (lcn->list_name);
  check (lcn->number < 0x4000);
  check (++*n <= 64);
}

static void
read_names (const HearthSiDescriptor *d)
{
  HearthSiServiceDescriptor service;
  HearthSiMultilingualName name;
  HearthSiServiceListEntry entry;
  HearthSiTimeOffset offset;
  HearthSiLinkage linkage;
  HearthSiFtaManagement fta;
  guint16 id, pid;
  guint n = 0;

  if (hearth_si_service_descriptor_parse (&service, d)) {
    check_text (service.name);
    check_text (service.provider);
    hearth_si_service_type_get_kind (service.type);
    check (hearth_si_service_type_get_name (service.type) != NULL);
  }
  for (guint at = 0; hearth_si_multilingual_next (d, &at, &name);) {
    check_text (name.name);
    check_text (name.provider);
  }
  for (guint at = 0; hearth_si_application_name_next (d, &at, &name);)
    check_text (name.name);
  for (guint at = 0; hearth_si_service_list_next (d, &at, &entry);)
    check (at <= d->n_bytes);
  for (guint at = 0; hearth_si_time_offset_next (d, &at, &offset);)
    check (ABS (offset.offset_s) < 400000);
  for (guint at = 0; hearth_si_ca_identifier_next (d, &at, &id);)
    check (at <= d->n_bytes);
  hearth_si_linkage_parse (&linkage, d);
  hearth_si_fta_management_parse (&fta, d);
  hearth_si_ca_parse (d, &id, &pid);
  hearth_si_lcn_parse (d, on_lcn, &n);
}

static void
read_events (const HearthSiDescriptor *d)
{
  HearthSiShortEvent short_event;
  HearthSiExtendedEvent extended;
  HearthSiComponent component;
  HearthSiContent content;
  HearthSiParentalRating rating;
  HearthSiCrid crid;
  HearthSiText a, b;
  guint16 service_id, event_id;

  if (hearth_si_short_event_parse (&short_event, d)) {
    check_text (short_event.name);
    check_text (short_event.text);
  }
  if (hearth_si_extended_event_parse (&extended, d)) {
    check_text (extended.text);
    while (hearth_si_extended_event_next_item (&extended, &a, &b)) {
      check_text (a);
      check_text (b);
    }
  }
  if (hearth_si_component_parse (&component, d))
    check_text (component.text);
  for (guint at = 0; hearth_si_content_next (d, &at, &content);)
    hearth_si_content_get_name (content.level_1, content.level_2);
  for (guint at = 0; hearth_si_parental_rating_next (d, &at, &rating);)
    check (rating.minimum_age <= 18);
  for (guint at = 0; hearth_si_crid_next (d, &at, &crid);)
    check_text (crid.crid);
  hearth_si_time_shifted_parse (d, &service_id, &event_id);
}

static void
read_streams (const HearthSiDescriptor *d)
{
  HearthSiIso639 iso;
  HearthSiTeletext teletext;
  HearthSiSubtitling subtitling;
  HearthSiAc3 ac3;
  HearthSiAac aac;
  HearthSiDts dts;
  HearthSiDataBroadcast broadcast;
  HearthSiApplicationSignalling signalling;
  HearthSiText text;
  guint32 format;
  guint8 tag;

  hearth_si_stream_identifier_parse (d, &tag);
  for (guint at = 0; hearth_si_iso_639_next (d, &at, &iso);)
    check (memchr (iso.language, '\0', sizeof iso.language) != NULL);
  for (guint at = 0; hearth_si_teletext_next (d, &at, &teletext);)
    check (teletext.page >= 0x100 && teletext.page <= 0x8ff);
  for (guint at = 0; hearth_si_subtitling_next (d, &at, &subtitling);)
    check (at <= d->n_bytes);
  for (guint at = 0; hearth_si_application_signalling_next (d, &at, &signalling);)
    check (at <= d->n_bytes);
  hearth_si_ac3_parse (&ac3, d);
  hearth_si_aac_parse (&aac, d);
  hearth_si_dts_parse (&dts, d);
  hearth_si_registration_parse (d, &format);
  if (hearth_si_data_broadcast_parse (&broadcast, d))
    hearth_si_data_broadcast_get_name (broadcast.id);
  if (hearth_si_application_location_parse (d, &text) || hearth_si_application_base_parse (d, &text))
    check_text (text);
}

static void
read_loop (HearthSiLoop loop)
{
  HearthSiLoop walk = loop;
  HearthSiDescriptor d;
  HearthSiDelivery delivery;
  guint32 khz;

  check (loop.at <= loop.end);
  while (hearth_si_descriptor_next (&walk, &d)) {
    current = &d;
    check (d.data + d.n_bytes <= loop.end);
    read_names (&d);
    read_events (&d);
    read_streams (&d);
    hearth_si_delivery_parse (&delivery, &d);
    for (guint at = 0, before = 0; hearth_si_frequency_next (&d, &at, &khz); before = at)
      check (at > before); /* it gets on */
  }
  if (hearth_si_delivery_find (&delivery, &loop))
    check (delivery.params.system != HEARTH_TUNER_SYSTEM_UNKNOWN);
}

/* ---- tables ------------------------------------------------------------------------------------- */

static void
read_event (const HearthSiEit *eit, const HearthSiEitEvent *entry, HearthDvbText *text)
{
  g_auto (HearthSiEvent) event = { 0 };

  hearth_si_event_read (&event, eit, entry, text);
  check (event.n_texts <= HEARTH_SI_EVENT_LANGUAGES && event.n_genres <= HEARTH_SI_EVENT_GENRES);
  for (guint i = 0; i < event.n_texts; i++) {
    g_autofree char *body = hearth_si_event_text_dup_body (&event.texts[i]);

    check (g_utf8_validate (body, -1, NULL));
    check (g_utf8_validate (event.texts[i].title, -1, NULL));
  }
}

static void
read_eit (const guint8 *section, gsize n_bytes, HearthDvbText *text)
{
  HearthSiEit eit;
  HearthSiEitEvent event;

  if (!hearth_si_eit_parse (&eit, section, n_bytes))
    return;
  while (hearth_si_eit_next (&eit, &event)) {
    read_loop (event.descriptors);
    read_event (&eit, &event, text);
  }
}

static void
read_section (const guint8 *section, gsize n_bytes)
{
  g_auto (HearthDvbText) text = { 0 };
  HearthSiCat cat;
  HearthSiPmt pmt;
  HearthSiPmtStream stream;
  HearthSiNit nit;
  HearthSiNitStream transport;
  HearthSiSdt sdt;
  HearthSiSdtService service;
  HearthSiTime time;
  HearthSiLoop rst;
  HearthSiRstEvent running;
  HearthSiAit ait;
  HearthSiApplication application;

  hearth_dvb_text_init (&text);
  if (hearth_si_cat_parse (&cat, section, n_bytes))
    read_loop (cat.descriptors);
  if (hearth_si_pmt_parse (&pmt, section, n_bytes))
    for (read_loop (pmt.descriptors); hearth_si_pmt_next (&pmt, &stream);)
      read_loop (stream.descriptors);
  if (hearth_si_nit_parse (&nit, section, n_bytes))
    for (read_loop (nit.descriptors); hearth_si_nit_next (&nit, &transport);)
      read_loop (transport.descriptors);
  if (hearth_si_sdt_parse (&sdt, section, n_bytes))
    while (hearth_si_sdt_next (&sdt, &service))
      read_loop (service.descriptors);
  if (hearth_si_tdt_parse (&time, section, n_bytes) && time.table_id == HEARTH_SI_TABLE_TOT)
    read_loop (time.descriptors);
  if (hearth_si_rst_parse (&rst, section, n_bytes))
    while (hearth_si_rst_next (&rst, &running))
      hearth_si_running_get_name (running.running);
  if (hearth_si_ait_parse (&ait, section, n_bytes))
    for (read_loop (ait.descriptors); hearth_si_ait_next (&ait, &application);)
      read_loop (application.descriptors);
  read_eit (section, n_bytes, &text);
}

/* ---- a multiplex ----------------------------------------------------------------------------------- */

static void
on_section (const HearthSiTable *table, const guint8 *section, gsize n_bytes, gpointer user_data)
{
  check (table->n_seen <= 256);
  read_section (section, n_bytes);
  hearth_si_multiplex_take (user_data, table->pid, section, n_bytes);
}

static void
set_right (guint8 *section, gsize n_bytes)
{
  guint32 crc;

  section[1] = (section[0] >= 0x70 && section[0] <= 0x73 ? 0x70 : 0xf0) | ((n_bytes - 3) >> 8);
  section[2] = (n_bytes - 3) & 0xff;
  crc = hearth_ts_crc32 (section, n_bytes - 4);
  for (guint i = 0; i < 4; i++)
    section[n_bytes - 4 + i] = crc >> (24 - 8 * i);
}

static void
send (HearthSiCollector *collector, guint16 pid, const uint8_t *bytes, gsize n_bytes)
{
  static guint8 continuity[8192];
  guint8 packets[23 * HEARTH_TS_PACKET];
  g_autofree guint8 *section = g_memdup2 (bytes, n_bytes);
  guint n;

  set_right (section, n_bytes);
  n = hearth_ts_section_packetize (section, n_bytes, pid, &continuity[pid], packets);
  hearth_si_collector_push (collector, packets, n);
}

static void
check_services (HearthSiMultiplex *multiplex)
{
  guint n;
  const HearthSiService *const *services = hearth_si_multiplex_get_services (multiplex, &n);

  for (guint i = 0; i < n; i++) {
    check (services[i]->name == NULL || g_utf8_validate (services[i]->name, -1, NULL));
    for (guint k = 0; k < services[i]->n_streams; k++) {
      check (hearth_si_stream_get_codec_name (&services[i]->streams[k]) != NULL);
      check (services[i]->streams[k].n_languages <= 8);
    }
  }
}

/* Pieces: PID (2 bytes), length (1), that many bytes of a section. */
static void
try_multiplex (const uint8_t *data, size_t size)
{
  const HearthSiCollectorFuncs funcs = { .section = on_section };
  g_autoptr (HearthSiMultiplex) multiplex = hearth_si_multiplex_new (NULL);
  g_autoptr (HearthSiCollector) collector = hearth_si_collector_new (HEARTH_SI_COLLECT_ALL, &funcs, multiplex);
  HearthSiCollectorStats stats;

  for (size_t at = 0; at + 3 <= size;) {
    guint16 pid = ((data[at] << 8) | data[at + 1]) & 0x1fff;
    gsize n = MIN (data[at + 2], size - at - 3);

    at += 3;
    if (n >= 12)
      send (collector, pid, data + at, n);
    at += n;
  }
  hearth_si_collector_get_stats (collector, &stats);
  check (stats.n_bytes <= HEARTH_SI_COLLECTOR_MAX_BYTES && stats.n_pids <= HEARTH_SI_COLLECTOR_MAX_PIDS);
  check_services (multiplex);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree guint8 *exact = size > 0 ? g_memdup2 (data + 1, size - 1) : NULL;

  if (size < 2)
    return 0;
  if (data[0] == 0)
    read_section (exact, size - 1);
  else if (data[0] == 1)
    read_loop ((HearthSiLoop) { .at = exact, .end = exact + size - 1 });
  else
    try_multiplex (exact, size - 1);
  return 0;
}
