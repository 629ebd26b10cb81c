/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libdvbpsi at the work of bench-si: PAT, PMTs, NIT, SDT, EIT and TOT of a file at its own speed, 20 ms a push. It decodes tables, but
 * reads no texts. Prints its percent of a core. */
/* clang-format off: they do not include what they need, and want this order */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <dvbpsi/dvbpsi.h>
#include <dvbpsi/psi.h>
#include <dvbpsi/descriptor.h>
#include <dvbpsi/demux.h>
#include <dvbpsi/eit.h>
#include <dvbpsi/nit.h>
#include <dvbpsi/pat.h>
#include <dvbpsi/pmt.h>
#include <dvbpsi/sdt.h>
#include <dvbpsi/tot.h>
/* clang-format on */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PUSHES_PER_S 50
#define N_PIDS 8192

static dvbpsi_t *decoders[N_PIDS];
static guint n_events;

static void
on_message (dvbpsi_t *handle, const dvbpsi_msg_level_t level, const char *message)
{
}

static void
on_pmt (void *data, dvbpsi_pmt_t *pmt)
{
  dvbpsi_pmt_delete (pmt);
}

static void
on_pat (void *data, dvbpsi_pat_t *pat)
{
  for (dvbpsi_pat_program_t *program = pat->p_first_program; program != NULL; program = program->p_next) {
    if (program->i_number == 0 || decoders[program->i_pid] != NULL)
      continue;
    decoders[program->i_pid] = dvbpsi_new (on_message, DVBPSI_MSG_NONE);
    dvbpsi_pmt_attach (decoders[program->i_pid], program->i_number, on_pmt, NULL);
  }
  dvbpsi_pat_delete (pat);
}

static void
on_nit (void *data, dvbpsi_nit_t *nit)
{
  dvbpsi_nit_delete (nit);
}

static void
on_sdt (void *data, dvbpsi_sdt_t *sdt)
{
  dvbpsi_sdt_delete (sdt);
}

static void
on_eit (void *data, dvbpsi_eit_t *eit)
{
  for (dvbpsi_eit_event_t *event = eit->p_first_event; event != NULL; event = event->p_next)
    n_events++;
  dvbpsi_eit_delete (eit);
}

static void
on_tot (void *data, dvbpsi_tot_t *tot)
{
  dvbpsi_tot_delete (tot);
}

static void
on_table (dvbpsi_t *handle, uint8_t table_id, uint16_t extension, void *data)
{
  if (table_id == 0x40 || table_id == 0x41)
    dvbpsi_nit_attach (handle, table_id, extension, on_nit, NULL);
  else if (table_id == 0x42 || table_id == 0x46)
    dvbpsi_sdt_attach (handle, table_id, extension, on_sdt, NULL);
  else if (table_id >= 0x4e && table_id <= 0x6f)
    dvbpsi_eit_attach (handle, table_id, extension, on_eit, NULL);
  else if (table_id == 0x70 || table_id == 0x73)
    dvbpsi_tot_attach (handle, table_id, extension, on_tot, NULL);
}

static void
push (uint8_t *packet)
{
  dvbpsi_t *decoder = decoders[(packet[1] & 0x1f) << 8 | packet[2]];

  if (decoder != NULL)
    dvbpsi_packet_push (decoder, packet);
}

static double
thread_s (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

int
main (int argc, char **argv)
{
  static const guint16 tables[] = { 0x10, 0x11, 0x12, 0x14 };
  const double mbits = argc == 3 ? g_ascii_strtod (argv[2], NULL) : 0;
  g_autofree char *bytes = NULL;
  gsize n_bytes, step;
  gint64 start_us;
  double used = 0;

  if (mbits < 1 || !g_file_get_contents (argv[1], &bytes, &n_bytes, NULL))
    return EXIT_FAILURE;
  decoders[0] = dvbpsi_new (on_message, DVBPSI_MSG_NONE);
  dvbpsi_pat_attach (decoders[0], on_pat, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++) {
    decoders[tables[i]] = dvbpsi_new (on_message, DVBPSI_MSG_NONE);
    dvbpsi_AttachDemux (decoders[tables[i]], on_table, NULL);
  }
  step = (gsize) (mbits * 1e6 / 8 / 188 / PUSHES_PER_S);
  start_us = g_get_monotonic_time ();
  for (gsize at = 0, n = 0; at < n_bytes / 188; at += step, n++) {
    const gint64 wait_us = start_us + (gint64) n * G_USEC_PER_SEC / PUSHES_PER_S - g_get_monotonic_time ();

    if (wait_us > 0)
      g_usleep ((gulong) wait_us);
    used -= thread_s ();
    for (gsize i = at; i < MIN (at + step, n_bytes / 188); i++)
      push ((uint8_t *) bytes + i * 188);
    used += thread_s ();
  }
  if (n_events == 0)
    return EXIT_FAILURE;
  printf ("%.3f\n", 100 * used * G_USEC_PER_SEC / (double) (g_get_monotonic_time () - start_us));
  return EXIT_SUCCESS; /* libdvbpsi's own end is not measured */
}
