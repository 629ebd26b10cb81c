/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stream as it comes from the network: cut into packets, analysed, its clock followed. The first byte says in pieces of what
 * size it comes. */
#include "ts/hearth-ts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef struct {
  HearthTsAnalyser *analyser;
  HearthTsClock *clock;
  guint64 position, end;
} Run;

static void
check (gboolean held)
{
  if (!held)
    abort ();
}

static void
on_tables (const guint8 *pat, gsize n_pat, const guint8 *pmt_section, gsize n_pmt, const HearthTsPmt *pmt, gpointer user_data)
{
  check (n_pat <= 1024 && n_pmt <= 1024); /* the ring has no more room */
  check (hearth_ts_crc32 (pat, n_pat) == 0 && hearth_ts_crc32 (pmt_section, n_pmt) == 0);
  check (pmt->n_streams <= HEARTH_TS_MAX_STREAMS);
}

static void
on_rap (const HearthTsRap *rap, gpointer user_data)
{
  Run *run = user_data;

  check (rap->position % HEARTH_TS_PACKET == 0 && rap->position < run->end);
  check (rap->kind != HEARTH_TS_RAP_NONE);
}

static void
on_pcr (guint64 pcr_27mhz, gboolean discontinuity, guint64 position, gpointer user_data)
{
  Run *run = user_data;

  hearth_ts_clock_push (run->clock, pcr_27mhz, position * 100, discontinuity);
  hearth_ts_clock_at (run->clock, position * 100);
  hearth_ts_clock_get_jitter_us (run->clock);
}

static void
on_packets (const guint8 *packets, gsize n_packets, gpointer user_data)
{
  Run *run = user_data;

  check (n_packets > 0);
  for (gsize i = 0; i < n_packets; i++)
    check (packets[i * HEARTH_TS_PACKET] == 0x47);
  if (packets[3] == 0xff)
    hearth_ts_analyser_gap (run->analyser);
  run->end = run->position + n_packets * HEARTH_TS_PACKET;
  hearth_ts_analyser_push (run->analyser, packets, n_packets, run->position);
  run->position = run->end;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const HearthTsAnalyserFuncs funcs = { on_tables, on_rap, on_pcr };
  Run run = { .clock = hearth_ts_clock_new () };
  HearthTsSync sync;
  gsize piece = size > 0 && data[0] != 0 ? data[0] * 4 : size;

  run.analyser = hearth_ts_analyser_new (size > 0 ? data[0] & 1 : 0, &funcs, &run);
  hearth_ts_sync_init (&sync);
  for (gsize at = 1; at < size; at += piece) {
    gsize n = MIN (piece, size - at);
    g_autofree guint8 *exact = g_memdup2 (data + at, n);

    hearth_ts_sync_push (&sync, exact, n, on_packets, &run);
  }
  check (run.position <= size);
  check (hearth_ts_analyser_get_health (run.analyser)->packets == run.position / HEARTH_TS_PACKET);
  hearth_ts_analyser_free (run.analyser);
  hearth_ts_clock_free (run.clock);
  return 0;
}
