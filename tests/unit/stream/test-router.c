/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The multiplex router: what comes out of it, byte by byte. */
#include "stream/broadcast/hearth-router.h"
#include "ts-maker.h"

#include <string.h>

#define SERVICES 3
#define ROUNDS 8
#define MOST_BYTES (1u << 20)
#define CA_KEY 0x5a

typedef struct {
  HearthIngest *ingest;
  HearthRoute *route;
  guint8 *bytes; /* what came out */
  gsize n_bytes;
} Out;

typedef struct {
  HearthProgress *progress;
  HearthRouter *router;
  TsMaker maker;
  guint sections[8192]; /* told, by PID */
} Fixture;

static void
on_section (guint16 pid, const guint8 *section, gsize n_bytes, gpointer user_data)
{
  ((Fixture *) user_data)->sections[pid]++;
}

static void
on_changed (HearthIngest *ingest, gpointer user_data)
{
}

static void
set_up (Fixture *f, gconstpointer data)
{
  static const HearthRouterFuncs funcs = { .section = on_section };

  f->progress = hearth_progress_new ();
  f->router = hearth_router_new (&funcs, f);
  ts_maker_init (&f->maker);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hearth_router_free (f->router);
  hearth_progress_free (f->progress);
  ts_maker_clear (&f->maker);
}

static void
out_open (Out *out, Fixture *f, guint16 service_id, const HearthDescrambler *descrambler)
{
  g_autoptr (GError) error = NULL;

  out->ingest = hearth_ingest_new ("test", 0, 0, f->progress, on_changed, NULL, &error);
  g_assert_no_error (error);
  hearth_ingest_set_program (out->ingest, service_id); /* as whoever opens a stream */
  out->route = hearth_router_add (f->router, service_id, out->ingest, descrambler);
  out->bytes = g_malloc (MOST_BYTES);
  out->n_bytes = 0;
}

static void
out_read (Out *out)
{
  g_autoptr (HearthRingReader) reader = hearth_ring_reader_new (hearth_ring_writer_get_fd (hearth_ingest_get_ring (out->ingest)), NULL);

  hearth_ring_reader_seek (reader, 0);
  if (hearth_ring_reader_read (reader, out->bytes, MOST_BYTES, &out->n_bytes) != HEARTH_RING_READ_OK)
    out->n_bytes = 0;
}

static void
out_close (Out *out, Fixture *f)
{
  hearth_router_remove (f->router, out->route);
  hearth_ingest_close (out->ingest);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  hearth_ingest_unref (out->ingest);
  g_free (out->bytes);
}

static guint
count_pid (const Out *out, guint16 pid)
{
  guint n = 0;

  for (gsize at = 0; at < out->n_bytes; at += 188)
    n += hearth_ts_pid (out->bytes + at) == pid;
  return n;
}

/* Each PID's counter goes on without a break. */
static void
assert_continuous (const Out *out)
{
  guint8 last[8192];

  memset (last, 0xff, sizeof last);
  for (gsize at = 0; at < out->n_bytes; at += 188) {
    const guint8 *p = out->bytes + at;
    guint16 pid = hearth_ts_pid (p);

    if (last[pid] != 0xff && hearth_ts_has_payload (p))
      g_assert_cmpuint (hearth_ts_continuity (p), ==, (last[pid] + 1) & 0x0f);
    last[pid] = hearth_ts_continuity (p);
  }
}

/* ---- a multiplex -------------------------------------------------------------------------- */

static guint16
video_pid (guint s)
{
  return 0x200 + s;
}

static guint16
audio_pid (guint s)
{
  return 0x300 + s;
}

static void
close_section (guint8 *section, gsize n_bytes)
{
  guint32 crc;

  section[1] = 0xf0 | ((n_bytes - 3) >> 8);
  section[2] = (n_bytes - 3) & 0xff;
  crc = GUINT32_TO_BE (hearth_ts_crc32 (section, n_bytes - 4));
  memcpy (section + n_bytes - 4, &crc, 4);
}

static void
add_si (TsMaker *maker)
{
  guint8 sdt[11 + SERVICES * 5 + 4] = { 0x42, 0, 0, 0, 1, 0xc1, 0, 0, 0, 1, 0xff }, tdt[8] = { 0x70, 0x70, 5, 1, 2, 3, 4, 5 };

  for (guint s = 0; s < SERVICES; s++) {
    const guint8 entry[5] = { 0, s + 1, 0xfd, 0x80, 0 };
    guint8 eit[14 + 4] = { 0x4e, 0, 0, 0, s + 1, 0xc1, 0, 1, 0, 1, 0, 1, 1, 0x4e };

    memcpy (sdt + 11 + 5 * s, entry, sizeof entry);
    close_section (eit, sizeof eit);
    ts_maker_add_section (maker, 0x12, eit, sizeof eit);
  }
  close_section (sdt, sizeof sdt);
  ts_maker_add_section (maker, 0x11, sdt, sizeof sdt);
  ts_maker_add_section (maker, 0x14, tdt, sizeof tdt);
}

/* All PMTs on one PID, as some multiplexes do it, when @one_pid. */
static void
add_tables (TsMaker *maker, gboolean one_pid)
{
  HearthTsProgram programs[SERVICES];
  guint8 section[1024];

  for (guint s = 0; s < SERVICES; s++)
    programs[s] = (HearthTsProgram) { s + 1, one_pid ? 0x100 : 0x100 + s };
  ts_maker_add_section (maker, 0, section, ts_make_pat (section, 3, programs, SERVICES));
  for (guint s = 0; s < SERVICES; s++)
    ts_maker_add_section (maker, programs[s].pmt_pid, section, ts_make_plain_pmt (section, s + 1, 1, video_pid (s), audio_pid (s)));
}

static void
add_frames (TsMaker *maker, guint round)
{
  TsMakerPes video = { .pts = 90000 + round * 3600, .dts = -1, .pcr_27mhz = 27000000LL + round * 1080000LL };
  TsMakerPes audio = { .pts = 90000 + round * 3600, .dts = -1, .pcr_27mhz = -1, .bounded = TRUE };
  guint8 unit[2000], sound[400];

  memset (sound, 0x55, sizeof sound);
  ts_make_h264_unit (unit, sizeof unit, round % 4 == 0);
  for (guint s = 0; s < SERVICES; s++) {
    ts_maker_add_pes (maker, video_pid (s), 0xe0, &video, unit, sizeof unit);
    ts_maker_add_pes (maker, audio_pid (s), 0xc0, &audio, sound, sizeof sound);
  }
}

static void
make_multiplex (Fixture *f, gboolean one_pid)
{
  for (guint round = 0; round < ROUNDS; round++) {
    add_tables (&f->maker, one_pid);
    add_si (&f->maker);
    add_frames (&f->maker, round);
  }
}

static void
push (Fixture *f, gsize from, gsize to, gsize step)
{
  for (gsize at = from; at < to; at += step)
    hearth_stream_sink_push (hearth_router_get_sink (f->router), f->maker.bytes->data + at, MIN (step, to - at), 1000);
}

static void
push_all (Fixture *f, gsize step)
{
  push (f, 0, f->maker.bytes->len, step);
}

/* ---- tests ------------------------------------------------------------------------------------ */

static void
assert_clean (const Out *out, guint s)
{
  static const guint8 si[] = { 0x11, 0x12, 0x14 };
  gsize known = count_pid (out, 0) + count_pid (out, 0x100) + count_pid (out, 0x100 + s) * (s != 0) + count_pid (out, video_pid (s)) +
                count_pid (out, audio_pid (s));

  for (guint i = 0; i < sizeof si; i++)
    known += count_pid (out, si[i]);
  g_assert_cmpuint (out->n_bytes % 188, ==, 0);
  g_assert_cmpuint (known * 188, ==, out->n_bytes);
  assert_continuous (out);
}

static void
on_own_pat (const guint8 *section, gsize n_bytes, gpointer user_data)
{
  g_assert_true (hearth_ts_pat_parse (user_data, section, n_bytes));
}

static void
on_own_pmt (const guint8 *section, gsize n_bytes, gpointer user_data)
{
  HearthTsPmt pmt;

  g_assert_true (hearth_ts_pmt_parse (&pmt, section, n_bytes));
  g_assert_cmpuint (pmt.program_number, ==, GPOINTER_TO_UINT (user_data));
}

static void
on_own_sdt (const guint8 *section, gsize n_bytes, gpointer user_data)
{
  g_assert_cmpuint (n_bytes, ==, 11 + 5 + 4); /* one entry */
  g_assert_cmpuint (section[12], ==, GPOINTER_TO_UINT (user_data));
}

static void
on_own_eit (const guint8 *section, gsize n_bytes, gpointer user_data)
{
  g_assert_cmpuint (section[4], ==, GPOINTER_TO_UINT (user_data));
}

static void
read_sections (const Out *out, guint16 pid, HearthTsSectionFunc func, gpointer user_data)
{
  g_autofree HearthTsSection *section = g_new (HearthTsSection, 1);

  hearth_ts_section_init (section);
  for (gsize at = 0; at < out->n_bytes; at += 188)
    if (hearth_ts_pid (out->bytes + at) == pid)
      hearth_ts_section_push (section, out->bytes + at, func, user_data);
  g_assert_cmpuint (section->crc_errors, ==, 0);
}

static void
assert_service (Out *out, guint s, gboolean one_pid)
{
  HearthIngestReport report;
  HearthTsPat pat = { 0 };

  out_read (out);
  assert_clean (out, s);
  read_sections (out, 0, on_own_pat, &pat);
  g_assert_cmpuint (pat.n_programs, ==, 1);
  g_assert_cmpuint (pat.programs[0].program_number, ==, s + 1);
  g_assert_cmpuint (pat.programs[0].pmt_pid, ==, one_pid ? 0x100 : 0x100 + s);
  read_sections (out, pat.programs[0].pmt_pid, on_own_pmt, GUINT_TO_POINTER (s + 1));
  read_sections (out, 0x11, on_own_sdt, GUINT_TO_POINTER (s + 1));
  read_sections (out, 0x12, on_own_eit, GUINT_TO_POINTER (s + 1));
  g_assert_cmpuint (count_pid (out, 0), >=, ROUNDS);
  g_assert_cmpuint (count_pid (out, 0x12), >=, ROUNDS - 1);
  g_assert_cmpuint (count_pid (out, 0x14), >=, ROUNDS - 1);
  g_assert_cmpuint (count_pid (out, video_pid (s)), ==, ROUNDS * 11);
  g_assert_cmpuint (count_pid (out, audio_pid (s)), ==, ROUNDS * 3);
  hearth_ingest_get_report (out->ingest, &report);
  g_assert_cmpuint (report.flow.key_frames, ==, 2);
  g_assert_cmpuint (report.flow.ts.packets * 188, ==, out->n_bytes);
  g_assert_cmpuint (report.flow.ts.continuity_errors, ==, 0);
}

/* Two of three services; in one push, and cut into pieces that fit no packet. */
static void
test_clean (Fixture *f, gconstpointer data)
{
  const gboolean one_pid = GPOINTER_TO_INT (data);
  Out first = { 0 }, third = { 0 };

  make_multiplex (f, one_pid);
  out_open (&first, f, 1, NULL);
  out_open (&third, f, 3, &hearth_descrambler_null);
  push_all (f, one_pid ? 1009 : f->maker.bytes->len);
  assert_service (&first, 0, one_pid);
  assert_service (&third, 2, one_pid);
  g_assert_cmpuint (f->sections[0x12], ==, ROUNDS * SERVICES);
  out_close (&first, f);
  out_close (&third, f);
}

/* Who joins a multiplex that runs already has the tables at once, and the next key frame. */
static void
test_late (Fixture *f, gconstpointer data)
{
  Out early = { 0 }, late = { 0 };
  gsize half;
  HearthIngestReport report;

  make_multiplex (f, FALSE);
  half = f->maker.bytes->len / 2 / 188 * 188;
  out_open (&early, f, 1, NULL);
  push (f, 0, half, half);
  out_open (&late, f, 2, NULL);
  hearth_ingest_get_report (late.ingest, &report);
  g_assert_cmpint (report.stages_us[HEARTH_STAGE_TABLES], !=, 0);
  out_read (&late);
  g_assert_cmpuint (late.n_bytes, ==, 2 * 188); /* PAT and PMT */
  push (f, half, f->maker.bytes->len, half);
  out_read (&late);
  assert_clean (&late, 1);
  hearth_ingest_get_report (late.ingest, &report);
  g_assert_cmpuint (report.flow.key_frames, ==, 1);
  out_close (&early, f);
  out_close (&late, f);
}

/* Two routes of the same service: all PIDs are shared. */
static void
test_shared (Fixture *f, gconstpointer data)
{
  Out one = { 0 }, two = { 0 };

  make_multiplex (f, FALSE);
  out_open (&one, f, 2, NULL);
  out_open (&two, f, 2, NULL);
  push_all (f, 4096);
  assert_service (&one, 1, FALSE);
  assert_service (&two, 1, FALSE);
  g_assert_cmpuint (one.n_bytes, ==, two.n_bytes);
  g_assert_cmpint (memcmp (one.bytes, two.bytes, one.n_bytes), ==, 0);
  out_close (&one, f);
  out_close (&two, f);
}

/* A lost packet is counted where it belongs, and nowhere else. */
static void
test_health (Fixture *f, gconstpointer data)
{
  Out first = { 0 }, second = { 0 };
  g_autoptr (GArray) counters = NULL;
  HearthIngestReport report;
  guint lost = 0;

  make_multiplex (f, FALSE);
  for (guint i = ts_maker_n_packets (&f->maker) / 2; lost == 0; i++)
    if (hearth_ts_pid (ts_maker_packet (&f->maker, i)) == video_pid (1))
      lost = i;
  g_byte_array_remove_range (f->maker.bytes, lost * 188, 188);
  out_open (&first, f, 1, NULL);
  out_open (&second, f, 2, NULL);
  push_all (f, f->maker.bytes->len);
  hearth_ingest_get_report (first.ingest, &report);
  g_assert_cmpuint (report.flow.ts.continuity_errors, ==, 0);
  hearth_ingest_get_report (second.ingest, &report);
  g_assert_cmpuint (report.flow.ts.continuity_errors, ==, 1);
  counters = hearth_router_get_counters (f->router);
  for (guint i = 0; i < counters->len; i++) {
    const HearthRouterPid *pid = &g_array_index (counters, HearthRouterPid, i);

    g_assert_cmpuint (pid->continuity_errors, ==, pid->pid == video_pid (1) ? 1 : 0);
    if (pid->pid == video_pid (2)) /* also of what nobody wants */
      g_assert_cmpuint (pid->packets, ==, ROUNDS * 11);
  }
  g_assert_true (hearth_router_lacks (f->router, 77));
  g_assert_false (hearth_router_lacks (f->router, 3));
  out_close (&first, f);
  out_close (&second, f);
}

/* A PMT that changes: the new PID comes, the old one goes. */
static void
test_change (Fixture *f, gconstpointer data)
{
  TsMakerPes pes = { .pts = 90000, .dts = -1, .pcr_27mhz = -1 };
  guint8 section[1024], unit[2000];
  Out out = { 0 };

  ts_make_h264_unit (unit, sizeof unit, TRUE);
  add_tables (&f->maker, FALSE);
  ts_maker_add_pes (&f->maker, video_pid (0), 0xe0, &pes, unit, sizeof unit);
  ts_maker_add_section (&f->maker, 0x100, section, ts_make_plain_pmt (section, 1, 2, 0x400, 0x401));
  ts_maker_add_pes (&f->maker, 0x400, 0xe0, &pes, unit, sizeof unit);
  ts_maker_add_pes (&f->maker, video_pid (0), 0xe0, &pes, unit, sizeof unit);
  out_open (&out, f, 1, NULL);
  push_all (f, f->maker.bytes->len);
  out_read (&out);
  g_assert_cmpuint (count_pid (&out, video_pid (0)), ==, 11);
  g_assert_cmpuint (count_pid (&out, 0x400), ==, 11);
  assert_continuous (&out);
  out_close (&out, f);
}

static void
test_descramble (Fixture *f, gconstpointer data)
{
  static const guint8 ca[] = { 0x09, 5, 0xff, 0xfe, 0xe1, 0x90, CA_KEY };
  static const guint8 es[] = { 0x1b, 0xe2, 0x00, 0xf0, 0x00 };
  const HearthTsProgram program = { 1, 0x100 };
  TsMakerPes pes = { .pts = 90000, .dts = -1, .pcr_27mhz = -1 };
  guint8 section[1024], unit[2000];
  HearthIngestReport report;
  Out clear = { 0 }, dark = { 0 };

  ts_maker_add_section (&f->maker, 0, section, ts_make_pat (section, 0, &program, 1));
  ts_maker_add_section (&f->maker, 0x100, section, ts_make_pmt (section, 1, 0, 0x200, ca, sizeof ca, es, sizeof es));
  ts_make_h264_unit (unit, sizeof unit, TRUE);
  for (guint i = 0; i < 3; i++)
    ts_maker_add_pes (&f->maker, 0x200, 0xe0, &pes, unit, sizeof unit);
  for (guint i = 2; i < ts_maker_n_packets (&f->maker); i++) {
    guint8 *packet = ts_maker_packet (&f->maker, i);

    for (guint b = hearth_ts_payload_offset (packet); b < 188; b++)
      packet[b] ^= CA_KEY;
    packet[3] |= 0x80;
  }
  out_open (&dark, f, 1, &hearth_descrambler_null);
  push_all (f, 1000);
  out_close (&dark, f);
  out_open (&clear, f, 1, &hearth_descrambler_test);
  hearth_stream_sink_gap (hearth_router_get_sink (f->router));
  push_all (f, 1000);
  hearth_ingest_get_report (clear.ingest, &report);
  g_assert_cmpuint (report.flow.key_frames, ==, 3);
  g_assert_cmpuint (report.flow.ts.scrambled, ==, 0);
  out_close (&clear, f);
}

/* What a tuner says reaches who is there and who comes later. */
static void
test_state (Fixture *f, gconstpointer data)
{
  HearthStreamSink *sink = hearth_router_get_sink (f->router);
  HearthIngestReport report;
  Out one = { 0 }, two = { 0 };

  out_open (&one, f, 1, NULL);
  hearth_stream_sink_state (sink, HEARTH_STREAM_RECONNECTING, HEARTH_ERROR_NO_SIGNAL, "no lock");
  out_open (&two, f, 2, NULL);
  for (guint i = 0; i < 2; i++) {
    hearth_ingest_get_report (i == 0 ? one.ingest : two.ingest, &report);
    g_assert_cmpint (report.state, ==, HEARTH_STREAM_RECONNECTING);
    g_assert_cmpint (report.code, ==, HEARTH_ERROR_NO_SIGNAL);
    g_assert_cmpstr (report.text, ==, "no lock");
  }
  out_close (&one, f);
  out_close (&two, f);
}

/* Hardware that filters needs to know. */
static void
test_pids (Fixture *f, gconstpointer data)
{
  static const guint16 wanted[] = { 0x00, 0x11, 0x12, 0x14, 0x100, 0x101, 0x102, 0x200, 0x300 };
  g_autoptr (GArray) pids = NULL;
  Out out = { 0 };

  make_multiplex (f, FALSE);
  out_open (&out, f, 1, NULL);
  push_all (f, f->maker.bytes->len);
  pids = hearth_router_get_pids (f->router);
  g_assert_cmpmem (pids->data, pids->len * 2, wanted, sizeof wanted);
  out_close (&out, f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, data, func) g_test_add (path, Fixture, data, set_up, func, tear_down)
  ADD ("/router/clean", GINT_TO_POINTER (FALSE), test_clean);
  ADD ("/router/clean-one-pmt-pid", GINT_TO_POINTER (TRUE), test_clean);
  ADD ("/router/late", NULL, test_late);
  ADD ("/router/shared", NULL, test_shared);
  ADD ("/router/health", NULL, test_health);
  ADD ("/router/change", NULL, test_change);
  ADD ("/router/descramble", NULL, test_descramble);
  ADD ("/router/state", NULL, test_state);
  ADD ("/router/pids", NULL, test_pids);
#undef ADD
  return g_test_run ();
}
