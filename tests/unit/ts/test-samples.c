/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Real streams, which the project does not carry: what is found in them is what ffprobe finds (its "K" packets, pos, pts). */
#include "config.h"

#include "ts-maker.h"

typedef struct {
  const char *name;
  guint16 program_number;
  guint n_streams;
  HearthTsCodec video;
  guint n_raps;
  struct {
    guint64 position;
    gint64 pts90k;
    HearthTsRapKind kind;
  } raps[4];
  guint n_pictures; /* PES packets with pictures */
  guint64 continuity_errors, scrambled;
} Sample;

static const Sample samples[] = {
  { "test-064.ts", 1, 2, HEARTH_TS_VIDEO_H264, 2, { { 564, 129902, HEARTH_TS_RAP_IDR }, { 1734112, 879902, HEARTH_TS_RAP_IDR } }, 299, 0, 0 },
  { "test-108.ts", 3401, 10, HEARTH_TS_VIDEO_MPEG2, 3,
    { { 595584, 5653968708, HEARTH_TS_RAP_OPEN }, { 1977948, 5654011908, HEARTH_TS_RAP_OPEN }, { 3358244, 5654055108, HEARTH_TS_RAP_OPEN } },
    0, 0, 0 },
  { "test-012.ts", 4006, 6, HEARTH_TS_VIDEO_H264, 0, { { 0 } }, 0, 0, 0 }, /* tables and teletext are all that was left in it */
  { "test-101.ts", 141, 8, HEARTH_TS_VIDEO_MPEG2, 0, { { 0 } }, 0, 0, 484 },
};

typedef struct {
  const Sample *sample;
  HearthTsAnalyser *analyser;
  HearthTsPesAssembler assembler;
  guint16 video_pid;
  guint64 position;
  guint n_raps, n_pictures, n_damaged;
} Run;

static void
on_tables (const guint8 *pat, gsize n_pat, const guint8 *pmt_section, gsize n_pmt, const HearthTsPmt *pmt, gpointer user_data)
{
  Run *run = user_data;

  g_assert_cmpuint (pmt->program_number, ==, run->sample->program_number);
  g_assert_cmpuint (pmt->n_streams, ==, run->sample->n_streams);
  g_assert_cmpint (pmt->streams[0].codec, ==, run->sample->video);
  run->video_pid = pmt->streams[0].pid;
}

static void
on_rap (const HearthTsRap *rap, gpointer user_data)
{
  Run *run = user_data;

  g_assert_cmpuint (run->n_raps, <, run->sample->n_raps);
  g_assert_cmpuint (rap->position, ==, run->sample->raps[run->n_raps].position);
  g_assert_cmpint (rap->pts90k, ==, run->sample->raps[run->n_raps].pts90k);
  g_assert_cmpint (rap->kind, ==, run->sample->raps[run->n_raps].kind);
  run->n_raps++;
}

static void
on_pes (const HearthTsPes *pes, gpointer user_data)
{
  Run *run = user_data;
  HearthTsUnitInfo info;

  hearth_ts_unit_scan (run->sample->video, pes->data, pes->n_bytes, &info);
  run->n_pictures += info.has_picture && pes->pts90k != HEARTH_TS_NO_TIME;
  run->n_damaged += pes->damaged;
}

static void
on_packets (const guint8 *packets, gsize n_packets, gpointer user_data)
{
  Run *run = user_data;

  hearth_ts_analyser_push (run->analyser, packets, n_packets, run->position);
  for (gsize i = 0; i < n_packets; i++, run->position += HEARTH_TS_PACKET)
    if (hearth_ts_pid (packets + i * HEARTH_TS_PACKET) == run->video_pid)
      hearth_ts_pes_push (&run->assembler, packets + i * HEARTH_TS_PACKET, run->position, on_pes, run);
}

static void
test_sample (gconstpointer data)
{
  const HearthTsAnalyserFuncs funcs = { .tables = on_tables, .rap = on_rap };
  Run run = { .sample = data, .video_pid = HEARTH_TS_NO_PID };
  g_autofree char *path = ts_find_sample (run.sample->name), *bytes = NULL;
  g_autoptr (GError) error = NULL;
  const HearthTsHealth *health;
  HearthTsSync sync;
  gsize n_bytes;

  if (path == NULL)
    return;
  g_file_get_contents (path, &bytes, &n_bytes, &error);
  g_assert_no_error (error);
  run.analyser = hearth_ts_analyser_new (0, &funcs, &run);
  hearth_ts_pes_init (&run.assembler, 16 << 20);
  hearth_ts_sync_init (&sync);
  for (gsize at = 0; at < n_bytes; at += 1000)
    hearth_ts_sync_push (&sync, (guint8 *) bytes + at, MIN (1000, n_bytes - at), on_packets, &run);
  hearth_ts_pes_flush (&run.assembler, on_pes, &run);

  health = hearth_ts_analyser_get_health (run.analyser);
  g_assert_nonnull (hearth_ts_analyser_get_pmt (run.analyser));
  g_assert_cmpuint (health->packets, ==, n_bytes / HEARTH_TS_PACKET);
  g_assert_cmpuint (health->continuity_errors, ==, run.sample->continuity_errors);
  g_assert_cmpuint (health->scrambled, ==, run.sample->scrambled);
  g_assert_cmpuint (sync.lost_bytes, ==, 0);
  g_assert_cmpuint (run.n_raps, ==, run.sample->n_raps);
  if (run.sample->n_pictures > 0)
    g_assert_cmpuint (run.n_pictures, ==, run.sample->n_pictures);
  g_assert_cmpuint (run.n_damaged, ==, 0);
  hearth_ts_pes_clear (&run.assembler);
  hearth_ts_analyser_free (run.analyser);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++) {
    g_autofree char *path = g_strdup_printf ("/ts/samples/%s", samples[i].name);

    g_test_add_data_func (path, &samples[i], test_sample);
  }
  return g_test_run ();
}
