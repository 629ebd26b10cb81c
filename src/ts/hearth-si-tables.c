/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables: EN 300 468, 5.2; ISO/IEC 13818-1, 2.4.4; TS 102 809, 5.3.4. */
#include "config.h"

#include "ts/hearth-si-private.h"

#include <string.h>

#define SHORT_HEADER 3
#define LONG_HEADER 8 /* up to last_section_number */
#define CRC_BYTES 4
#define TAG_PRIVATE_DATA_SPECIFIER 0x5f
#define TAG_EXTENSION 0x7f

/* ---- names ----------------------------------------------------------------------------- */

const char *
hearth_si_table_get_name (guint8 table_id, char buffer[16])
{
  static const struct {
    guint8 first, last;
    const char *name;
  } names[] = {
    { 0x00, 0x00, "PAT" },        { 0x01, 0x01, "CAT" },        { 0x02, 0x02, "PMT" },
    { 0x40, 0x40, "NIT actual" }, { 0x41, 0x41, "NIT other" },  { 0x42, 0x42, "SDT actual" },
    { 0x46, 0x46, "SDT other" },  { 0x4a, 0x4a, "BAT" },        { 0x4e, 0x4e, "EIT p/f actual" },
    { 0x4f, 0x4f, "EIT p/f other" }, { 0x50, 0x5f, "EIT schedule actual" }, { 0x60, 0x6f, "EIT schedule other" },
    { 0x70, 0x70, "TDT" },        { 0x71, 0x71, "RST" },        { 0x72, 0x72, "ST" },
    { 0x73, 0x73, "TOT" },        { 0x74, 0x74, "AIT" },        { 0xc7, 0xc7, "ATSC MGT" },
    { 0xc8, 0xc8, "ATSC TVCT" },  { 0xc9, 0xc9, "ATSC CVCT" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (table_id >= names[i].first && table_id <= names[i].last)
      return names[i].name;
  g_snprintf (buffer, 16, "table 0x%02x", table_id);
  return buffer;
}

const char *
hearth_si_running_get_name (guint8 running)
{
  static const char *const names[] = { "undefined", "not running", "starts soon", "pausing", "running", "off air" };

  return running < G_N_ELEMENTS (names) ? names[running] : "undefined";
}

gboolean
hearth_si_network_is_arib (guint16 original_network_id)
{
  return original_network_id == 0x0004 || original_network_id == 0x0006 || original_network_id == 0x0007 || original_network_id == 0x000a ||
         (original_network_id >= 0x7880 && original_network_id <= 0x7fe8);
}

/* ---- sections and descriptors ------------------------------------------------------------ */

gboolean
hearth_si_header_parse (HearthSiHeader *header, const guint8 *section, gsize n_bytes)
{
  memset (header, 0, sizeof *header);
  if (n_bytes < SHORT_HEADER || n_bytes != SHORT_HEADER + (hearth_si_get_16 (section + 1) & 0x0fff))
    return FALSE;
  header->table_id = section[0];
  header->is_long = (section[1] & 0x80) != 0;
  header->current = TRUE;
  if (!header->is_long)
    return TRUE;
  if (n_bytes < LONG_HEADER + CRC_BYTES)
    return FALSE;
  header->extension = (guint16) hearth_si_get_16 (section + 3);
  header->version = (section[5] >> 1) & 0x1f;
  header->current = (section[5] & 0x01) != 0;
  header->section_number = section[6];
  header->last_section_number = section[7];
  return TRUE;
}

gboolean
hearth_si_descriptor_next (HearthSiLoop *loop, HearthSiDescriptor *descriptor)
{
  gsize left = hearth_si_loop_left (loop);
  const guint8 *at = loop->at;

  if (left < 2 || left < 2u + at[1]) {
    loop->at = loop->end;
    return FALSE;
  }
  loop->at += 2 + at[1];
  *descriptor = (HearthSiDescriptor) { .tag = at[0], .data = at + 2, .n_bytes = at[1] };
  if (at[0] == TAG_PRIVATE_DATA_SPECIFIER && at[1] >= 4)
    loop->private_data_specifier = hearth_si_get_32 (at + 2);
  descriptor->private_data_specifier = loop->private_data_specifier;
  if (at[0] == TAG_EXTENSION && at[1] >= 1) {
    descriptor->tag = (TAG_EXTENSION << 8) | at[2];
    descriptor->data++;
    descriptor->n_bytes--;
  }
  return TRUE;
}

gboolean
hearth_si_descriptor_find (const HearthSiLoop *loop, guint16 tag, HearthSiDescriptor *descriptor)
{
  HearthSiLoop walk = *loop;

  while (hearth_si_descriptor_next (&walk, descriptor))
    if (descriptor->tag == tag)
      return TRUE;
  return FALSE;
}

/* A long section of one of the tables @first to @last with @n_fixed bytes behind its header. */
static gboolean
begin (HearthSiHeader *header, const guint8 *section, gsize n_bytes, guint8 first, guint8 last, gsize n_fixed)
{
  return hearth_si_header_parse (header, section, n_bytes) && header->is_long && header->table_id >= first && header->table_id <= last &&
         n_bytes >= LONG_HEADER + n_fixed + CRC_BYTES;
}

static const guint8 *
end_of (const guint8 *section, gsize n_bytes)
{
  return section + n_bytes - CRC_BYTES;
}

/* A loop whose length, of 12 bits, stands before it. */
static HearthSiLoop
counted_loop (const guint8 *at, const guint8 *end)
{
  return hearth_si_loop (at + 2, hearth_si_get_16 (at) & 0x0fff, end);
}

/* Takes the next entry of @n_fixed bytes whose last two count its descriptors. */
static const guint8 *
next_entry (HearthSiLoop *loop, gsize n_fixed, HearthSiLoop *descriptors)
{
  const guint8 *at = loop->at;

  if (hearth_si_loop_left (loop) < n_fixed) {
    loop->at = loop->end;
    return NULL;
  }
  *descriptors = counted_loop (at + n_fixed - 2, loop->end);
  loop->at = descriptors->end;
  return at;
}

/* ---- CAT, PMT ------------------------------------------------------------------------------ */

gboolean
hearth_si_cat_parse (HearthSiCat *cat, const guint8 *section, gsize n_bytes)
{
  memset (cat, 0, sizeof *cat);
  if (!begin (&cat->header, section, n_bytes, HEARTH_SI_TABLE_CAT, HEARTH_SI_TABLE_CAT, 0))
    return FALSE;
  cat->descriptors = hearth_si_loop (section + LONG_HEADER, n_bytes, end_of (section, n_bytes));
  return TRUE;
}

gboolean
hearth_si_pmt_parse (HearthSiPmt *pmt, const guint8 *section, gsize n_bytes)
{
  const guint8 *at = section + LONG_HEADER;

  memset (pmt, 0, sizeof *pmt);
  if (!begin (&pmt->header, section, n_bytes, HEARTH_SI_TABLE_PMT, HEARTH_SI_TABLE_PMT, 4))
    return FALSE;
  pmt->pcr_pid = hearth_si_get_16 (at) & 0x1fff;
  pmt->descriptors = counted_loop (at + 2, end_of (section, n_bytes));
  pmt->streams = hearth_si_loop (pmt->descriptors.end, n_bytes, end_of (section, n_bytes));
  return TRUE;
}

gboolean
hearth_si_pmt_next (HearthSiPmt *pmt, HearthSiPmtStream *stream)
{
  const guint8 *at = next_entry (&pmt->streams, 5, &stream->descriptors);

  if (at == NULL)
    return FALSE;
  stream->stream_type = at[0];
  stream->pid = hearth_si_get_16 (at + 1) & 0x1fff;
  return TRUE;
}

/* ---- NIT, BAT -------------------------------------------------------------------------------- */

gboolean
hearth_si_nit_parse (HearthSiNit *nit, const guint8 *section, gsize n_bytes)
{
  const guint8 *end;

  memset (nit, 0, sizeof *nit);
  if (!begin (&nit->header, section, n_bytes, HEARTH_SI_TABLE_NIT_ACTUAL, HEARTH_SI_TABLE_BAT, 4))
    return FALSE;
  if (nit->header.table_id > HEARTH_SI_TABLE_NIT_OTHER && nit->header.table_id != HEARTH_SI_TABLE_BAT)
    return FALSE;
  end = end_of (section, n_bytes);
  nit->descriptors = counted_loop (section + LONG_HEADER, end);
  if (end - nit->descriptors.end < 2)
    return FALSE;
  nit->streams = counted_loop (nit->descriptors.end, end);
  return TRUE;
}

gboolean
hearth_si_nit_next (HearthSiNit *nit, HearthSiNitStream *stream)
{
  const guint8 *at = next_entry (&nit->streams, 6, &stream->descriptors);

  if (at == NULL)
    return FALSE;
  stream->transport_stream_id = (guint16) hearth_si_get_16 (at);
  stream->original_network_id = (guint16) hearth_si_get_16 (at + 2);
  return TRUE;
}

/* ---- SDT --------------------------------------------------------------------------------------- */

gboolean
hearth_si_sdt_parse (HearthSiSdt *sdt, const guint8 *section, gsize n_bytes)
{
  memset (sdt, 0, sizeof *sdt);
  if (!begin (&sdt->header, section, n_bytes, HEARTH_SI_TABLE_SDT_ACTUAL, HEARTH_SI_TABLE_SDT_OTHER, 3))
    return FALSE;
  if (sdt->header.table_id != HEARTH_SI_TABLE_SDT_ACTUAL && sdt->header.table_id != HEARTH_SI_TABLE_SDT_OTHER)
    return FALSE;
  sdt->original_network_id = (guint16) hearth_si_get_16 (section + LONG_HEADER);
  sdt->services = hearth_si_loop (section + LONG_HEADER + 3, n_bytes, end_of (section, n_bytes));
  return TRUE;
}

gboolean
hearth_si_sdt_next (HearthSiSdt *sdt, HearthSiSdtService *service)
{
  const guint8 *at = next_entry (&sdt->services, 5, &service->descriptors);

  if (at == NULL)
    return FALSE;
  service->service_id = (guint16) hearth_si_get_16 (at);
  service->has_schedule = (at[2] & 0x02) != 0;
  service->has_present_following = (at[2] & 0x01) != 0;
  service->running = at[3] >> 5;
  service->free_ca_mode = (at[3] & 0x10) != 0;
  return TRUE;
}

/* ---- EIT ----------------------------------------------------------------------------------------- */

gboolean
hearth_si_eit_parse (HearthSiEit *eit, const guint8 *section, gsize n_bytes)
{
  const guint8 *at = section + LONG_HEADER;

  memset (eit, 0, sizeof *eit);
  if (!begin (&eit->header, section, n_bytes, HEARTH_SI_TABLE_EIT_PF_ACTUAL, 0x6f, 6))
    return FALSE;
  eit->transport_stream_id = (guint16) hearth_si_get_16 (at);
  eit->original_network_id = (guint16) hearth_si_get_16 (at + 2);
  eit->segment_last_section_number = at[4];
  eit->last_table_id = at[5];
  eit->events = hearth_si_loop (at + 6, n_bytes, end_of (section, n_bytes));
  return TRUE;
}

gboolean
hearth_si_eit_next (HearthSiEit *eit, HearthSiEitEvent *event)
{
  const guint8 *at = next_entry (&eit->events, 12, &event->descriptors);

  if (at == NULL)
    return FALSE;
  event->event_id = (guint16) hearth_si_get_16 (at);
  event->start_utc_s = hearth_si_time_parse (at + 2);
  event->duration_s = hearth_si_duration_parse (at + 7);
  event->running = at[10] >> 5;
  event->free_ca_mode = (at[10] & 0x10) != 0;
  return TRUE;
}

/* ---- TDT, TOT, RST ---------------------------------------------------------------------------------- */

gboolean
hearth_si_tdt_parse (HearthSiTime *time, const guint8 *section, gsize n_bytes)
{
  HearthSiHeader header;

  memset (time, 0, sizeof *time);
  if (!hearth_si_header_parse (&header, section, n_bytes) || n_bytes < SHORT_HEADER + 5)
    return FALSE;
  time->table_id = header.table_id;
  time->utc_s = hearth_si_time_parse (section + SHORT_HEADER);
  if (header.table_id == HEARTH_SI_TABLE_TDT)
    return TRUE;
  if (header.table_id != HEARTH_SI_TABLE_TOT || n_bytes < SHORT_HEADER + 5 + 2 + CRC_BYTES)
    return FALSE;
  time->descriptors = counted_loop (section + SHORT_HEADER + 5, end_of (section, n_bytes));
  return TRUE;
}

gboolean
hearth_si_rst_parse (HearthSiLoop *events, const guint8 *section, gsize n_bytes)
{
  HearthSiHeader header;

  memset (events, 0, sizeof *events);
  if (!hearth_si_header_parse (&header, section, n_bytes) || header.table_id != HEARTH_SI_TABLE_RST)
    return FALSE;
  *events = hearth_si_loop (section + SHORT_HEADER, n_bytes, section + n_bytes);
  return TRUE;
}

gboolean
hearth_si_rst_next (HearthSiLoop *events, HearthSiRstEvent *event)
{
  const guint8 *at = events->at;

  if (hearth_si_loop_left (events) < 9) {
    events->at = events->end;
    return FALSE;
  }
  events->at += 9;
  event->transport_stream_id = (guint16) hearth_si_get_16 (at);
  event->original_network_id = (guint16) hearth_si_get_16 (at + 2);
  event->service_id = (guint16) hearth_si_get_16 (at + 4);
  event->event_id = (guint16) hearth_si_get_16 (at + 6);
  event->running = at[8] & 0x07;
  return TRUE;
}

/* ---- AIT ------------------------------------------------------------------------------------------------ */

gboolean
hearth_si_ait_parse (HearthSiAit *ait, const guint8 *section, gsize n_bytes)
{
  const guint8 *end;

  memset (ait, 0, sizeof *ait);
  if (!begin (&ait->header, section, n_bytes, HEARTH_SI_TABLE_AIT, HEARTH_SI_TABLE_AIT, 4))
    return FALSE;
  ait->application_type = ait->header.extension & 0x7fff;
  ait->test = (ait->header.extension & 0x8000) != 0;
  end = end_of (section, n_bytes);
  ait->descriptors = counted_loop (section + LONG_HEADER, end);
  if (end - ait->descriptors.end < 2)
    return FALSE;
  ait->applications = counted_loop (ait->descriptors.end, end);
  return TRUE;
}

gboolean
hearth_si_ait_next (HearthSiAit *ait, HearthSiApplication *application)
{
  const guint8 *at = next_entry (&ait->applications, 9, &application->descriptors);

  if (at == NULL)
    return FALSE;
  application->organisation_id = hearth_si_get_32 (at);
  application->application_id = (guint16) hearth_si_get_16 (at + 4);
  application->control_code = at[6];
  return TRUE;
}
