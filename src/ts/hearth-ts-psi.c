/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables that say what is where: ISO/IEC 13818-1, 2.4.4.4 (PAT) and 2.4.4.9 (PMT). */
#include "config.h"

#include "ts/hearth-ts-private.h"

#include <string.h>

#define TABLE_ID_PAT 0x00
#define TABLE_ID_PMT 0x02
#define LONG_HEADER 8 /* up to last_section_number */
#define CRC_BYTES 4
#define FIRST_FREE_PID 0x10

static guint
get_16 (const guint8 *p)
{
  return (p[0] << 8) | p[1];
}

static guint
get_pid (const guint8 *p)
{
  return get_16 (p) & 0x1fff;
}

/* The first of a table's length fields, of 12 bits. */
static guint
get_12 (const guint8 *p)
{
  return get_16 (p) & 0x0fff;
}

/* A section of that table, in force now, as long as it says. */
static gboolean
is_current (const guint8 *section, gsize n_bytes, guint8 table_id)
{
  return n_bytes >= LONG_HEADER + CRC_BYTES && n_bytes <= HEARTH_TS_MAX_PSI_SECTION && section[0] == table_id && (section[1] & 0x80) != 0 &&
         n_bytes == 3 + get_12 (section + 1) && (section[5] & 0x01) != 0;
}

gboolean
hearth_ts_pat_parse (HearthTsPat *pat, const guint8 *section, gsize n_bytes)
{
  memset (pat, 0, sizeof *pat);
  if (!is_current (section, n_bytes, TABLE_ID_PAT))
    return FALSE;
  pat->transport_stream_id = get_16 (section + 3);
  pat->version = (section[5] >> 1) & 0x1f;
  pat->section_number = section[6];
  pat->last_section_number = section[7];
  for (gsize at = LONG_HEADER; at + 4 <= n_bytes - CRC_BYTES && pat->n_programs < G_N_ELEMENTS (pat->programs); at += 4) {
    HearthTsProgram program = { .program_number = get_16 (section + at), .pmt_pid = get_pid (section + at + 2) };

    if (program.program_number != 0 && program.pmt_pid >= FIRST_FREE_PID && program.pmt_pid != HEARTH_TS_NO_PID)
      pat->programs[pat->n_programs++] = program; /* number 0 is the network's PID */
  }
  return TRUE;
}

/* One elementary stream; returns its length in the table, 0 when it is cut off. */
static gsize
parse_stream (HearthTsPmt *pmt, guint32 registration, const guint8 *bytes, gsize n_bytes)
{
  gsize n_descriptors;
  HearthTsStream *stream = &pmt->streams[pmt->n_streams];

  if (n_bytes < 5)
    return 0;
  n_descriptors = MIN (get_12 (bytes + 3), n_bytes - 5); /* a wrong length costs no more than what follows it */
  *stream = (HearthTsStream) { .stream_type = bytes[0], .pid = get_pid (bytes + 1) };
  if (stream->pid < FIRST_FREE_PID || stream->pid == HEARTH_TS_NO_PID)
    return 5 + n_descriptors;
  hearth_ts_stream_describe (stream, registration, bytes + 5, n_descriptors, &pmt->scrambled);
  pmt->n_streams++;
  return 5 + n_descriptors;
}

gboolean
hearth_ts_pmt_parse (HearthTsPmt *pmt, const guint8 *section, gsize n_bytes)
{
  gsize at = LONG_HEADER + 4, end = n_bytes - CRC_BYTES, n_info, used;
  guint32 registration;

  memset (pmt, 0, sizeof *pmt);
  if (!is_current (section, n_bytes, TABLE_ID_PMT) || n_bytes < at + CRC_BYTES)
    return FALSE;
  pmt->program_number = get_16 (section + 3);
  pmt->version = (section[5] >> 1) & 0x1f;
  pmt->pcr_pid = get_pid (section + 8);
  n_info = get_12 (section + 10);
  if (n_info > end - at)
    return FALSE;
  registration = hearth_ts_programme_describe (section + at, n_info, &pmt->scrambled);
  for (at += n_info; pmt->n_streams < HEARTH_TS_MAX_STREAMS; at += used) {
    used = parse_stream (pmt, registration, section + at, end - at);
    if (used == 0)
      break;
  }
  return TRUE;
}

gsize
hearth_ts_pat_build (guint8 *section, guint16 transport_stream_id, guint8 version, guint16 program_number, guint16 pmt_pid)
{
  const guint8 table[12] = {
    TABLE_ID_PAT, 0xb0, 13, transport_stream_id >> 8, transport_stream_id & 0xff, 0xc1 | ((version & 0x1f) << 1), 0, 0,
    program_number >> 8, program_number & 0xff, 0xe0 | ((pmt_pid >> 8) & 0x1f), pmt_pid & 0xff,
  };
  guint32 crc = hearth_ts_crc32 (table, sizeof table);

  memcpy (section, table, sizeof table);
  for (guint i = 0; i < CRC_BYTES; i++)
    section[sizeof table + i] = crc >> (24 - 8 * i);
  return sizeof table + CRC_BYTES;
}
