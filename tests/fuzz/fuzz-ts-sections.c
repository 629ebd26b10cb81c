/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables. The first byte says what the rest is: a section as it stands; one whose length and CRC are set right first, so that
 * the analyser reads it; or the payloads of a PID's packets. */
#include "ts/hearth-ts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PMT_PID 100

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (gboolean held)
{
  if (!held)
    abort ();
}

static void
check_pmt (const HearthTsPmt *pmt)
{
  check (pmt->n_streams <= HEARTH_TS_MAX_STREAMS);
  for (guint i = 0; i < pmt->n_streams; i++) {
    const HearthTsStream *stream = &pmt->streams[i];

    check (stream->pid >= 16 && stream->pid < HEARTH_TS_NO_PID);
    check (memchr (stream->language, '\0', sizeof stream->language) != NULL);
    check (hearth_ts_codec_get_name (stream->codec) != NULL);
    check (g_utf8_validate (stream->language, -1, NULL));
  }
}

static void
on_section (const guint8 *section, gsize n_bytes, gpointer user_data)
{
  HearthTsPat pat;
  HearthTsPmt pmt;

  check (n_bytes >= 3 && n_bytes <= HEARTH_TS_MAX_SECTION);
  check (n_bytes == 3u + (((section[1] & 0x0f) << 8) | section[2]));
  if (hearth_ts_pat_parse (&pat, section, n_bytes))
    check (pat.n_programs <= G_N_ELEMENTS (pat.programs));
  if (hearth_ts_pmt_parse (&pmt, section, n_bytes))
    check_pmt (&pmt);
}

static void
on_whole_section (const guint8 *section, gsize n_bytes, gpointer user_data)
{
  GByteArray *expected = user_data;

  check (n_bytes == expected->len && memcmp (section, expected->data, n_bytes) == 0);
  expected->len = G_MAXUINT; /* seen */
}

/* Cut into packets and put together again, it is the same. */
static void
send (const guint8 *section, gsize n_bytes, guint16 pid, HearthTsAnalyser *analyser)
{
  guint8 packets[23 * HEARTH_TS_PACKET], continuity = 0;
  guint n = hearth_ts_section_packetize (section, n_bytes, pid, &continuity, packets);
  GByteArray expected = { (guint8 *) section, n_bytes };
  HearthTsSection assembler;

  hearth_ts_section_init (&assembler);
  for (guint i = 0; i < n; i++)
    hearth_ts_section_push (&assembler, packets + i * HEARTH_TS_PACKET, on_whole_section, &expected);
  check (expected.len == G_MAXUINT || section[0] == 0xff); /* a table_id of 0xff is stuffing */
  hearth_ts_analyser_push (analyser, packets, n, 0);
  hearth_ts_analyser_push (analyser, packets, n, 0);
}

static void
set_right (guint8 *section, gsize n_bytes)
{
  guint32 crc;

  section[1] = 0x80 | (section[1] & 0x70) | ((n_bytes - 3) >> 8);
  section[2] = (n_bytes - 3) & 0xff;
  crc = hearth_ts_crc32 (section, n_bytes - 4);
  for (guint i = 0; i < 4; i++)
    section[n_bytes - 4 + i] = crc >> (24 - 8 * i);
}

static void
try_right_section (const uint8_t *data, size_t size)
{
  const HearthTsAnalyserFuncs funcs = { NULL };
  g_autoptr (HearthTsAnalyser) analyser = hearth_ts_analyser_new (0, &funcs, NULL);
  g_autofree guint8 *section = NULL;
  guint8 pat[1024];
  gsize n_pat;

  if (size < 7 || size > HEARTH_TS_MAX_SECTION)
    return;
  section = g_memdup2 (data, size);
  set_right (section, size);
  if (section[0] == 2 && size >= 8) {
    n_pat = hearth_ts_pat_build (pat, 1, 0, (section[3] << 8) | section[4], PMT_PID);
    send (pat, n_pat, 0, analyser);
    send (section, size, PMT_PID, analyser);
    if (hearth_ts_analyser_get_pmt (analyser) != NULL)
      check_pmt (hearth_ts_analyser_get_pmt (analyser));
  } else {
    send (section, size, 0, analyser);
  }
}

static void
try_payloads (const uint8_t *data, size_t size)
{
  HearthTsSection assembler;

  hearth_ts_section_init (&assembler);
  for (size_t at = 0; at < size;) {
    guint8 packet[HEARTH_TS_PACKET] = { 0x47, data[at] & 0xe0, 100, data[at] & 0x1f };
    gsize n = MIN (sizeof packet - 4, size - at - 1);

    packet[3] |= 0x10;
    memcpy (packet + 4, data + at + 1, n);
    hearth_ts_section_push (&assembler, packet, on_section, NULL);
    at += 1 + n;
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < 1)
    return 0;
  if (data[0] == 0) {
    g_autofree guint8 *exact = g_memdup2 (data + 1, size - 1);
    HearthTsPat pat;
    HearthTsPmt pmt;

    hearth_ts_pat_parse (&pat, exact, size - 1);
    if (hearth_ts_pmt_parse (&pmt, exact, size - 1))
      check_pmt (&pmt);
  } else if (data[0] == 1) {
    try_right_section (data + 1, size - 1);
  } else {
    try_payloads (data + 1, size - 1);
  }
  return 0;
}
