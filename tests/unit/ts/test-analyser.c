/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is found in a stream on its way into a ring. */
#include "config.h"

#include "ts-maker.h"

#include <string.h>

#define PMT_PID 4096
#define VIDEO_PID 256
#define AUDIO_PID 257

typedef struct {
  TsMaker maker;
  HearthTsAnalyser *analyser;
  guint at; /* packets pushed */
  guint n_tables, n_pcrs;
  HearthTsPmt pmt;
  HearthTsPat pat;
  GArray *raps;
  guint64 last_pcr;
} Fixture;

static void
on_tables (const guint8 *pat, gsize n_pat, const guint8 *pmt_section, gsize n_pmt, const HearthTsPmt *pmt, gpointer user_data)
{
  Fixture *f = user_data;

  f->n_tables++;
  f->pmt = *pmt;
  g_assert_cmphex (hearth_ts_crc32 (pat, n_pat), ==, 0);
  g_assert_cmphex (hearth_ts_crc32 (pmt_section, n_pmt), ==, 0);
  g_assert_true (hearth_ts_pat_parse (&f->pat, pat, n_pat));
  g_assert_cmpuint (f->pat.n_programs, ==, 1);
  g_assert_cmpuint (f->pat.programs[0].program_number, ==, pmt->program_number);
}

static void
on_rap (const HearthTsRap *rap, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_cmpuint (f->n_tables, >, 0);
  g_array_append_val (f->raps, *rap);
}

static void
on_pcr (guint64 pcr_27mhz, gboolean discontinuity, guint64 position, gpointer user_data)
{
  Fixture *f = user_data;

  f->n_pcrs++;
  f->last_pcr = pcr_27mhz;
}

static const HearthTsAnalyserFuncs funcs = { on_tables, on_rap, on_pcr };

static void
set_up (Fixture *f, gconstpointer data)
{
  ts_maker_init (&f->maker);
  f->raps = g_array_new (FALSE, FALSE, sizeof (HearthTsRap));
  f->analyser = hearth_ts_analyser_new (GPOINTER_TO_UINT (data), &funcs, f);
}

static void
tear_down (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  hearth_ts_analyser_free (f->analyser);
  g_array_unref (f->raps);
  ts_maker_clear (&f->maker);
}

static void
push (Fixture *f)
{
  guint n = ts_maker_n_packets (&f->maker) - f->at;

  if (n > 0)
    hearth_ts_analyser_push (f->analyser, ts_maker_packet (&f->maker, f->at), n, (guint64) f->at * HEARTH_TS_PACKET);
  f->at += n;
}

static const HearthTsRap *
get_rap (Fixture *f, guint i)
{
  g_assert_cmpuint (i, <, f->raps->len);
  return &g_array_index (f->raps, HearthTsRap, i);
}

static const HearthTsHealth *
health (Fixture *f)
{
  return hearth_ts_analyser_get_health (f->analyser);
}

static void
add_pat (Fixture *f, guint8 version, const HearthTsProgram *programs, guint n_programs)
{
  guint8 section[1024];

  ts_maker_add_section (&f->maker, 0, section, ts_make_pat (section, version, programs, n_programs));
}

static void
add_pmt (Fixture *f, guint16 pid, guint16 program_number, guint8 version, guint16 video_pid)
{
  guint8 section[1024];

  ts_maker_add_section (&f->maker, pid, section, ts_make_plain_pmt (section, program_number, version, video_pid, video_pid + 1));
}

static void
add_tables (Fixture *f)
{
  add_pat (f, 0, &(HearthTsProgram) { 1, PMT_PID }, 1);
  add_pmt (f, PMT_PID, 1, 0, VIDEO_PID);
}

/* Returns the position at which it begins. */
static guint64
add_picture (Fixture *f, guint16 pid, gint64 pts, gboolean key)
{
  TsMakerPes how = TS_MAKER_PES_NONE;
  guint64 position = f->maker.bytes->len;
  guint8 unit[1000];

  how.pts = pts;
  ts_make_h264_unit (unit, sizeof unit, key);
  ts_maker_add_pes (&f->maker, pid, 0xe0, &how, unit, sizeof unit);
  return position;
}

static void
test_plain (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  guint64 positions[2];

  add_tables (f);
  positions[0] = add_picture (f, VIDEO_PID, 90000, TRUE);
  ts_maker_add_pcr (&f->maker, VIDEO_PID, 27000000, FALSE);
  ts_maker_add_pcr (&f->maker, AUDIO_PID, 1, FALSE); /* not the programme's clock */
  add_picture (f, VIDEO_PID, 93600, FALSE);
  positions[1] = add_picture (f, VIDEO_PID, 97200, TRUE);
  ts_maker_add_packet (&f->maker, HEARTH_TS_NO_PID, FALSE, NULL, 0, (const guint8[184]) { 0 }, 184);
  push (f);

  g_assert_cmpuint (f->n_tables, ==, 1);
  g_assert_cmpuint (f->pmt.n_streams, ==, 2);
  g_assert_cmpuint (hearth_ts_analyser_get_pmt (f->analyser)->pcr_pid, ==, VIDEO_PID);
  g_assert_cmpuint (f->raps->len, ==, 2);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpuint (get_rap (f, i)->position, ==, positions[i]);
    g_assert_cmpint (get_rap (f, i)->pts90k, ==, 90000 + 7200 * i);
    g_assert_cmpint (get_rap (f, i)->dts90k, ==, 90000 + 7200 * i);
    g_assert_cmpint (get_rap (f, i)->kind, ==, HEARTH_TS_RAP_IDR);
  }
  g_assert_cmpuint (f->n_pcrs, ==, 1);
  g_assert_cmpuint (f->last_pcr, ==, 27000000);
  g_assert_cmpuint (health (f)->packets, ==, ts_maker_n_packets (&f->maker));
  g_assert_cmpuint (health (f)->null_packets, ==, 1);
  g_assert_cmpuint (health (f)->pat, ==, 1);
  g_assert_cmpuint (health (f)->pmt, ==, 1);
  g_assert_cmpuint (health (f)->continuity_errors, ==, 0);
}

/* SPS, a long SEI and the slice in packets of their own. */
static void
test_head_over_packets (Fixture *f, gconstpointer data)
{
  guint n_sei = GPOINTER_TO_UINT (data);
  g_autoptr (GByteArray) unit = g_byte_array_new ();
  TsMakerPes how = TS_MAKER_PES_NONE;
  guint64 position;

  hearth_ts_analyser_free (f->analyser);
  f->analyser = hearth_ts_analyser_new (0, &funcs, f);
  add_tables (f);
  position = f->maker.bytes->len;
  g_byte_array_append (unit, (const guint8[]) { 0, 0, 0, 1, 0x09, 0x10, 0, 0, 0, 1, 0x67, 0x64, 0, 0x28, 0, 0, 0, 1, 0x68, 0xee }, 20);
  g_byte_array_append (unit, (const guint8[]) { 0, 0, 1, 0x06, 0x05 }, 5);
  for (guint left = n_sei; left > 0; left--)
    g_byte_array_append (unit, (const guint8[]) { 0x77 }, 1);
  g_byte_array_append (unit, (const guint8[]) { 0, 0, 1, 0x65, 0x88, 0x84, 0x11, 0x22 }, 8);
  how.pts = 90000;
  ts_maker_add_pes (&f->maker, VIDEO_PID, 0xe0, &how, unit->data, unit->len);
  push (f);
  g_assert_cmpuint (f->raps->len, ==, 1);
  g_assert_cmpuint (get_rap (f, 0)->position, ==, position);
  g_assert_cmpint (get_rap (f, 0)->kind, ==, HEARTH_TS_RAP_IDR);
}

/* Of a head longer than is looked at, the multiplexer's word is taken; without it, none. */
static void
test_endless_head (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  static const guint8 head[] = { 0, 0, 0, 1, 0x67, 0x64, 0, 0x28, 0, 0, 0, 1, 0x68, 0xee, 0, 0, 1, 0x06, 0x05 };
  TsMakerPes how = TS_MAKER_PES_NONE;
  guint8 unit[6000];

  memset (unit, 0x77, sizeof unit);
  memcpy (unit, head, sizeof head);
  add_tables (f);
  ts_maker_add_pes (&f->maker, VIDEO_PID, 0xe0, &how, unit, sizeof unit);
  push (f);
  g_assert_cmpuint (f->raps->len, ==, 0);
  how.random_access = TRUE;
  ts_maker_add_pes (&f->maker, VIDEO_PID, 0xe0, &how, unit, sizeof unit);
  push (f);
  g_assert_cmpuint (f->raps->len, ==, 1);
  g_assert_cmpint (get_rap (f, 0)->kind, ==, HEARTH_TS_RAP_OPEN);
}

static void
test_indicator_lies (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  TsMakerPes how = TS_MAKER_PES_NONE;
  guint8 unit[1000];

  how.random_access = TRUE;
  ts_make_h264_unit (unit, sizeof unit, FALSE);
  add_tables (f);
  ts_maker_add_pes (&f->maker, VIDEO_PID, 0xe0, &how, unit, sizeof unit);
  push (f);
  g_assert_cmpuint (f->raps->len, ==, 0);
}

/* One joined just before a key frame, the tables came behind it. */
static void
test_key_before_tables (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  guint64 positions[2];

  add_picture (f, VIDEO_PID, 90000, FALSE);
  positions[0] = add_picture (f, VIDEO_PID, 93600, TRUE);
  add_picture (f, 999, 93600, TRUE); /* another programme's */
  add_picture (f, VIDEO_PID, 97200, FALSE);
  add_tables (f);
  positions[1] = add_picture (f, VIDEO_PID, 183600, TRUE);
  push (f);
  g_assert_cmpuint (f->raps->len, ==, 2);
  g_assert_cmpuint (get_rap (f, 0)->position, ==, positions[0]);
  g_assert_cmpint (get_rap (f, 0)->pts90k, ==, 93600);
  g_assert_cmpuint (get_rap (f, 1)->position, ==, positions[1]);
}

/* The tables stand between the packets of the key frame's head. */
static void
test_tables_within_key (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  guint8 unit[1000], adaptation[150] = { 0 }, header[] = { 0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5, 0x21, 0, 5, 0xbf, 0x21 };
  g_autoptr (GByteArray) pes = g_byte_array_new ();
  gsize at;

  ts_make_h264_unit (unit, sizeof unit, TRUE);
  g_byte_array_append (pes, header, sizeof header);
  g_byte_array_append (pes, unit, sizeof unit);
  at = ts_maker_add_packet (&f->maker, VIDEO_PID, TRUE, adaptation, sizeof adaptation, pes->data, pes->len);
  add_tables (f);
  ts_maker_add_packet (&f->maker, VIDEO_PID, FALSE, NULL, 0, pes->data + at, pes->len - at);
  push (f);
  g_assert_cmpuint (f->raps->len, ==, 1);
  g_assert_cmpuint (get_rap (f, 0)->position, ==, 0);
}

/* A key frame whose head has a hole is none. */
static void
test_loss_in_head (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  const guint n = 20;

  add_tables (f);
  push (f);
  for (guint lost = 0; lost < 2; lost++) {
    TsMakerPes how = TS_MAKER_PES_NONE;
    guint8 unit[500] = { 0, 0, 0, 1, 0x67, 0x64, 0, 0, 0, 1, 0x68, 0xee, 0, 0, 1, 0x06, 0x05, 0xff, 0xff };

    memset (unit + n, 0x77, sizeof unit - n);
    memcpy (unit + 400, (const guint8[]) { 0, 0, 1, 0x65, 0x88 }, 5);
    ts_maker_add_pes (&f->maker, VIDEO_PID, 0xe0, &how, unit, sizeof unit);
    if (lost == 1) {
      hearth_ts_analyser_push (f->analyser, ts_maker_packet (&f->maker, f->at), 1, 0);
      f->at += 2;
    }
    push (f);
    g_assert_cmpuint (f->raps->len, ==, 1);
  }
  g_assert_cmpuint (health (f)->continuity_errors, ==, 1);
}

static void
test_pmt_changes (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  add_tables (f);
  add_picture (f, VIDEO_PID, 90000, TRUE);
  add_pmt (f, PMT_PID, 1, 1, 300); /* other PIDs */
  add_pmt (f, PMT_PID, 1, 1, 300);
  add_picture (f, VIDEO_PID, 93600, TRUE);
  add_picture (f, 300, 97200, TRUE);
  add_pat (f, 1, &(HearthTsProgram) { 1, 5000 }, 1); /* the PMT moves */
  add_pmt (f, PMT_PID, 1, 2, 400);
  add_pmt (f, 5000, 1, 2, 500);
  add_picture (f, 500, 100800, TRUE);
  push (f);
  g_assert_cmpuint (f->n_tables, ==, 3);
  g_assert_cmpuint (f->pmt.streams[0].pid, ==, 500);
  g_assert_cmpuint (f->pat.programs[0].pmt_pid, ==, 5000);
  g_assert_cmpuint (f->raps->len, ==, 3);
  g_assert_cmpint (get_rap (f, 1)->pts90k, ==, 97200);
  g_assert_cmpint (get_rap (f, 2)->pts90k, ==, 100800);
}

/* The first programme of the PAT, though its PMT comes second. */
static void
test_first_programme (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  const HearthTsProgram programs[] = { { 10, 1000 }, { 20, 1100 }, { 30, 1200 } };

  add_pat (f, 0, programs, 3);
  add_pmt (f, 1200, 30, 0, 300);
  add_pmt (f, 1000, 10, 0, 100);
  add_pmt (f, 1200, 30, 0, 300);
  push (f);
  g_assert_cmpuint (f->n_tables, ==, 1);
  g_assert_cmpuint (f->pmt.program_number, ==, 10);
}

/* Radio and data come first in the PAT; nobody asked for them. */
static void
test_first_with_picture (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  const HearthTsProgram programs[] = { { 10, 1000 }, { 20, 1100 }, { 30, 1200 }, { 40, 1300 } };
  static const guint8 sound[] = { 0x03, 0xe0 | 500 >> 8, 500 & 0xff, 0xf0, 0 };
  guint8 section[HEARTH_TS_MAX_SECTION];

  for (guint turn = 0; turn < 2; turn++) {
    add_pat (f, 0, programs, 4);
    ts_maker_add_section (&f->maker, 1000, section, ts_make_pmt (section, 10, 0, 500, NULL, 0, NULL, 0));
    ts_maker_add_section (&f->maker, 1100, section, ts_make_pmt (section, 20, 0, 500, NULL, 0, sound, sizeof sound));
    add_pmt (f, 1200, 30, 0, 300);
    add_pmt (f, 1300, 40, 0, 400);
  }
  push (f);
  g_assert_cmpuint (f->pmt.program_number, ==, 30);
}

/* A multiplex of radio alone. */
static void
test_first_with_sound (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  const HearthTsProgram programs[] = { { 10, 1000 }, { 20, 1100 } };
  static const guint8 sound[] = { 0x03, 0xe0 | 500 >> 8, 500 & 0xff, 0xf0, 0 };
  guint8 section[HEARTH_TS_MAX_SECTION];

  for (guint turn = 0; turn < 3; turn++) {
    add_pat (f, 0, programs, 2);
    ts_maker_add_section (&f->maker, 1000, section, ts_make_pmt (section, 10, 0, 500, NULL, 0, NULL, 0));
    ts_maker_add_section (&f->maker, 1100, section, ts_make_pmt (section, 20, 0, 500, NULL, 0, sound, sizeof sound));
  }
  push (f);
  g_assert_cmpuint (f->pmt.program_number, ==, 20);
}

/* The PAT names programmes that are not in the stream. */
static void
test_absent_programmes (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  const HearthTsProgram programs[] = { { 10, 1000 }, { 20, 1100 }, { 30, 1200 } };

  for (guint i = 0; i < 3; i++) {
    add_pat (f, 0, programs, 3);
    add_pmt (f, 1200, 30, 0, 300);
    add_pmt (f, 1100, 20, 0, 200);
  }
  push (f);
  g_assert_cmpuint (f->n_tables, ==, 1);
  g_assert_cmpuint (f->pmt.program_number, ==, 20);
  g_assert_cmpuint (f->pmt.streams[0].pid, ==, 200);
}

static void
test_wanted_programme (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  const HearthTsProgram programs[] = { { 10, 1000 }, { 20, 1100 } }, moved[] = { { 20, 1300 } };

  add_pat (f, 0, programs, 2);
  add_pmt (f, 1000, 10, 0, 100);
  add_pmt (f, 1100, 20, 0, 200);
  push (f);
  g_assert_cmpuint (f->n_tables, ==, 1);
  g_assert_cmpuint (f->pmt.program_number, ==, 20);
  add_pat (f, 1, programs, 1); /* it is gone for a moment */
  add_pmt (f, 1000, 10, 0, 100);
  add_pat (f, 2, moved, 1);
  add_pmt (f, 1300, 20, 1, 200);
  push (f);
  g_assert_cmpuint (f->n_tables, ==, 2);
  g_assert_cmpuint (f->pat.programs[0].pmt_pid, ==, 1300);
}

/* Programmes that share a PMT's PID. */
static void
test_shared_pmt_pid (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  const HearthTsProgram programs[] = { { 10, 1000 }, { 20, 1000 } };

  add_pat (f, 0, programs, 2);
  for (guint i = 0; i < 2; i++) {
    add_pmt (f, 1000, 20, 0, 200);
    add_pmt (f, 1000, 10, 0, 100);
  }
  push (f);
  g_assert_cmpuint (f->n_tables, ==, 1);
  g_assert_cmpuint (f->pmt.program_number, ==, 10);
}

static void
test_programme_replaced (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  add_tables (f);
  add_pat (f, 1, &(HearthTsProgram) { 2, 1000 }, 1);
  add_pmt (f, 1000, 2, 0, 300);
  add_picture (f, 300, 0, TRUE);
  push (f);
  g_assert_cmpuint (f->n_tables, ==, 2);
  g_assert_cmpuint (f->pmt.program_number, ==, 2);
  g_assert_cmpuint (f->raps->len, ==, 1);
}

static void
test_health (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  guint8 payload[184] = { 0 }, *p;
  guint n;

  add_tables (f);
  for (guint i = 0; i < 20; i++)
    ts_maker_add_packet (&f->maker, 700, FALSE, NULL, 0, payload, sizeof payload);
  n = ts_maker_n_packets (&f->maker);
  ts_maker_packet (&f->maker, n - 18)[3] = ts_maker_packet (&f->maker, n - 19)[3]; /* a duplicate: allowed once */
  for (guint i = n - 18; i < n; i++)
    ts_maker_packet (&f->maker, i)[3] = 0x10 | ((ts_maker_packet (&f->maker, i)[3] + 15) & 0x0f);
  ts_maker_packet (&f->maker, n - 18)[3] = ts_maker_packet (&f->maker, n - 19)[3];
  ts_maker_packet (&f->maker, n - 15)[1] |= 0x80;                                  /* an error, and so a hole */
  ts_maker_packet (&f->maker, n - 10)[3] |= 0x80;                                  /* scrambled */
  p = ts_maker_packet (&f->maker, n - 5);                                          /* counts anew, and says so */
  p[3] = 0x30 | ((p[3] + 7) & 0x0f);
  p[4] = 1;
  p[5] = 0x80;
  for (guint i = n - 4; i < n; i++)
    ts_maker_packet (&f->maker, i)[3] = 0x10 | ((ts_maker_packet (&f->maker, i)[3] + 7) & 0x0f);
  add_pmt (f, PMT_PID, 1, 1, VIDEO_PID);
  ts_maker_packet (&f->maker, n)[20] ^= 1;
  push (f);
  g_assert_cmpuint (health (f)->continuity_errors, ==, 1);
  g_assert_cmpuint (health (f)->transport_errors, ==, 1);
  g_assert_cmpuint (health (f)->scrambled, ==, 1);
  g_assert_cmpuint (health (f)->crc_errors, ==, 1);
  g_assert_cmpuint (f->n_tables, ==, 1);
}

static void
test_triplicate (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  guint8 payload[184] = { 0 };

  for (guint i = 0; i < 4; i++)
    ts_maker_add_packet (&f->maker, 700, FALSE, NULL, 0, payload, sizeof payload);
  ts_maker_packet (&f->maker, 1)[3] = ts_maker_packet (&f->maker, 2)[3] = ts_maker_packet (&f->maker, 0)[3];
  ts_maker_packet (&f->maker, 3)[3] = 0x10 | ((ts_maker_packet (&f->maker, 0)[3] + 1) & 0x0f);
  push (f);
  g_assert_cmpuint (health (f)->continuity_errors, ==, 1);
}

static void
test_gap (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  add_tables (f);
  add_picture (f, VIDEO_PID, 0, TRUE);
  add_picture (f, VIDEO_PID, 3600, TRUE);
  hearth_ts_analyser_push (f->analyser, ts_maker_packet (&f->maker, 0), 4, 0);
  hearth_ts_analyser_gap (f->analyser);
  f->at = 7;
  push (f);
  g_assert_cmpuint (health (f)->continuity_errors, ==, 0);
  g_assert_cmpuint (f->raps->len, ==, 2);
  g_assert_nonnull (hearth_ts_analyser_get_pmt (f->analyser));
}

static void
test_pcr_jumps (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  const gint64 wrap = (G_GINT64_CONSTANT (1) << 33) * 300;

  add_tables (f);
  ts_maker_add_pcr (&f->maker, VIDEO_PID, wrap - 1000, FALSE);
  ts_maker_add_pcr (&f->maker, VIDEO_PID, 1000000, FALSE); /* the wrap is none */
  ts_maker_add_pcr (&f->maker, VIDEO_PID, 2000000, FALSE);
  ts_maker_add_pcr (&f->maker, VIDEO_PID, 1000000, FALSE); /* back */
  ts_maker_add_pcr (&f->maker, VIDEO_PID, 100000000, TRUE);
  push (f);
  g_assert_cmpuint (health (f)->pcr_jumps, ==, 2);
  g_assert_cmpuint (f->n_pcrs, ==, 5);
}

/* PTS and PCR are on one time line, though one has wrapped and the other not yet. */
static void
test_one_time_line (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  const gint64 wrap = G_GINT64_CONSTANT (1) << 33;

  add_tables (f);
  ts_maker_add_pcr (&f->maker, VIDEO_PID, (wrap - 9000) * 300, FALSE);
  add_picture (f, VIDEO_PID, 9000, TRUE);
  push (f);
  g_assert_cmpint (get_rap (f, 0)->pts90k, ==, wrap + 9000);
}

/* Radio: one may begin anywhere, and is told so about twice a second. */
static void
test_radio (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  const guint8 streams[] = { 0x03, 0xe0 | (AUDIO_PID >> 8), AUDIO_PID & 0xff, 0xf0, 0 };
  TsMakerPes how = TS_MAKER_PES_NONE;
  guint8 section[1024], frame[300] = { 0xff, 0xfd };

  add_pat (f, 0, &(HearthTsProgram) { 1, PMT_PID }, 1);
  ts_maker_add_section (&f->maker, PMT_PID, section, ts_make_pmt (section, 1, 0, AUDIO_PID, NULL, 0, streams, sizeof streams));
  how.bounded = TRUE;
  for (guint i = 0; i < 100; i++) {
    how.pts = i * 2160;
    ts_maker_add_pes (&f->maker, AUDIO_PID, 0xc0, &how, frame, sizeof frame);
  }
  push (f);
  g_assert_cmpuint (f->raps->len, ==, 5); /* 2.4 s */
  g_assert_cmpint (get_rap (f, 0)->pts90k, ==, 0);
}

/* Any bytes with a sync byte: nothing breaks (the sanitizers look on). */
static void
test_noise (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  guint8 p[HEARTH_TS_PACKET];

  add_tables (f);
  push (f);
  for (guint i = 0; i < 20000; i++) {
    for (guint j = 0; j < sizeof p; j++)
      p[j] = g_rand_int (rand);
    p[0] = 0x47;
    p[1] &= 0x41;
    p[2] = i & 1;
    hearth_ts_analyser_push (f->analyser, p, 1, 0);
  }
  g_assert_cmpuint (health (f)->packets, ==, 20002);
}

#define ADD_FOR(path, program, func) g_test_add (path, Fixture, GUINT_TO_POINTER (program), set_up, func, tear_down)
#define ADD(path, func) ADD_FOR (path, 0, func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/ts/analyser/plain", test_plain);
  ADD_FOR ("/ts/analyser/head-over-packets/120", 120, test_head_over_packets);
  ADD_FOR ("/ts/analyser/head-over-packets/138", 138, test_head_over_packets);
  ADD_FOR ("/ts/analyser/head-over-packets/145", 145, test_head_over_packets);
  ADD_FOR ("/ts/analyser/head-over-packets/1000", 1000, test_head_over_packets);
  ADD_FOR ("/ts/analyser/head-over-packets/3900", 3900, test_head_over_packets);
  ADD ("/ts/analyser/endless-head", test_endless_head);
  ADD ("/ts/analyser/indicator-lies", test_indicator_lies);
  ADD ("/ts/analyser/key-before-tables", test_key_before_tables);
  ADD ("/ts/analyser/tables-within-key", test_tables_within_key);
  ADD ("/ts/analyser/loss-in-head", test_loss_in_head);
  ADD ("/ts/analyser/pmt-changes", test_pmt_changes);
  ADD ("/ts/analyser/first-programme", test_first_programme);
  ADD ("/ts/analyser/first-with-picture", test_first_with_picture);
  ADD ("/ts/analyser/first-with-sound", test_first_with_sound);
  ADD ("/ts/analyser/absent-programmes", test_absent_programmes);
  ADD_FOR ("/ts/analyser/wanted-programme", 20, test_wanted_programme);
  ADD ("/ts/analyser/shared-pmt-pid", test_shared_pmt_pid);
  ADD ("/ts/analyser/programme-replaced", test_programme_replaced);
  ADD ("/ts/analyser/health", test_health);
  ADD ("/ts/analyser/triplicate", test_triplicate);
  ADD ("/ts/analyser/gap", test_gap);
  ADD ("/ts/analyser/pcr-jumps", test_pcr_jumps);
  ADD ("/ts/analyser/one-time-line", test_one_time_line);
  ADD ("/ts/analyser/radio", test_radio);
  ADD ("/ts/analyser/noise", test_noise);
  return g_test_run ();
}
