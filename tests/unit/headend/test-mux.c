/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes out has no seam: continuity, PCR, PTS and DTS go on over the loop's end and over the 33-bit wrap. */
#include <string.h>

#include "headend-testing.h"
#include "headend/fragment.h"
#include "headend/playout.h"
#include "ts/hearth-ts.h"

#define WRAP_27M (300LL << 33)

typedef struct {
  HeadendLoop *loop;
  HeadendMux *mux;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->loop = testing_loop_new (GPOINTER_TO_UINT (data));
  f->mux = headend_mux_new (f->loop);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  headend_mux_free (f->mux);
  testing_loop_free (f->loop);
}

/* A strict receiver of one PID. */
typedef struct {
  int continuity;   /* -1: none yet */
  gint64 dts90k;    /* of the last unit, unwrapped */
  guint n_units;
} Receiver;

typedef struct {
  Receiver pids[8192];
  gint64 pcr27m;    /* last, unwrapped by the expected time */
  gint64 packet_of_pcr;
} Receivers;

static void
check_continuity (Receiver *r, const TestingPacket *p)
{
  if (p->pid == 0x1fff)
    return;
  if (r->continuity >= 0)
    g_assert_cmpint (p->continuity, ==, (r->continuity + (p->payload ? 1 : 0)) % 16);
  r->continuity = p->continuity;
}

static gint64
difference (gint64 a, gint64 b, gint64 wrap)
{
  gint64 d = (a - b) % wrap;

  return d > wrap / 2 ? d - wrap : d < -wrap / 2 ? d + wrap : d;
}

static void
check_pcr (Receivers *all, const HeadendMux *mux, gint64 i, const TestingPacket *p)
{
  gint64 step, expected;

  if (p->pcr27m < 0)
    return;
  if (all->packet_of_pcr >= 0) {
    step = difference (p->pcr27m, all->pcr27m, WRAP_27M);
    expected = (i - all->packet_of_pcr) * HEADEND_LOOP_27M / mux->n_packets;
    g_assert_cmpint (ABS (step - expected), <=, 300); /* the base steps in 300ths of a wrap's parts */
    g_assert_cmpint (step, <=, 40 * 27000);
  }
  all->pcr27m = p->pcr27m;
  all->packet_of_pcr = i;
}

/* Each unit comes in order, one after the other by its stream's own time, and before it is due. */
static void
check_unit (Receivers *all, Receiver *r, const HeadendMux *mux, gint64 i, const TestingPacket *p, gint64 unit_90k)
{
  gint64 ahead;

  if (p->pts90k < 0)
    return;
  g_assert_cmpint (difference (p->pts90k, p->dts90k, G_GINT64_CONSTANT (1) << 33), >=, 0);
  if (r->n_units++ > 0)
    g_assert_cmpint (difference (p->dts90k, r->dts90k, G_GINT64_CONSTANT (1) << 33), ==, unit_90k);
  r->dts90k = p->dts90k;
  if (all->packet_of_pcr < 0)
    return;
  ahead = difference (p->dts90k, all->pcr27m / 300, G_GINT64_CONSTANT (1) << 33);
  g_assert_cmpint (ahead, >, 5 * 90);
  g_assert_cmpint (ahead, <, 2 * 90000);
}

static void
run (Fixture *f, guint first_packet, gint64 base90k, guint turns)
{
  const HeadendChannel *c = f->loop->channel;
  g_autofree Receivers *all = g_new0 (Receivers, 1);
  HeadendPlayout playout;
  guint keys = 0;

  for (guint i = 0; i < 8192; i++)
    all->pids[i].continuity = -1;
  all->packet_of_pcr = -1;
  headend_playout_init (&playout, c, f->mux, first_packet, base90k);
  for (gint64 i = 0; i < (gint64) turns * f->mux->n_packets; i++) {
    guint8 bytes[HEADEND_PACKET];
    HeadendMark mark;
    TestingPacket p;
    Receiver *r;

    headend_playout_next (&playout, bytes, &mark);
    testing_packet_parse (&p, bytes);
    r = &all->pids[p.pid];
    check_continuity (r, &p);
    check_pcr (all, f->mux, i, &p);
    if (p.pid == c->first_pid + 1u)
      check_unit (all, r, f->mux, i, &p, 90000 / c->fps);
    else if (p.pid > c->first_pid + 1u && p.pid < 0x1fff)
      check_unit (all, r, f->mux, i, &p, (gint64) headend_audio_format_get (c->audio[0])->frame_samples * 90000 / 48000);
    g_assert_cmpint (mark.starts != NULL, ==, p.pid == c->first_pid + 1u && p.pts90k >= 0);
    if (mark.starts == NULL)
      continue;
    g_assert_cmpint (mark.pts90k & (gint64) HEADEND_TIME_MASK, ==, p.pts90k);
    g_assert_cmpint (mark.starts->key, ==, p.random_access);
    keys += mark.starts->key;
  }
  g_assert_cmpuint (all->pids[c->first_pid + 1].n_units, >=, turns * f->loop->video.n_units - 2);
  g_assert_cmpuint (keys, ==, turns * f->loop->video.n_units / c->gop_frames);
}

static void
test_seam (Fixture *f, gconstpointer data)
{
  run (f, 0, 900000, 3);
}

static void
test_from_the_middle (Fixture *f, gconstpointer data)
{
  run (f, f->mux->n_packets / 3, 90000, 2);
}

static void
test_wrap (Fixture *f, gconstpointer data)
{
  run (f, 0, (gint64) HEADEND_TIME_MASK - 5 * 90000, 2);
}

static void
test_constant_rate (Fixture *f, gconstpointer data)
{
  const guint kbps = f->mux->n_packets * HEADEND_PACKET * 8 / HEADEND_LOOP_MS;

  g_assert_cmpuint (kbps, <=, f->loop->channel->mux_kbps);
  g_assert_cmpuint (kbps, >=, f->loop->channel->mux_kbps * 97 / 100);
}

static void
check_section (const guint8 *section, gsize n_bytes, gpointer user_data)
{
  HearthTsPmt *pmt = user_data;
  HearthTsPat pat;

  if (section[0] == 0)
    g_assert_true (hearth_ts_pat_parse (&pat, section, n_bytes));
  else if (section[0] == 2)
    g_assert_true (hearth_ts_pmt_parse (pmt, section, n_bytes));
}

/* By the box's own parser. */
static void
test_tables (Fixture *f, gconstpointer data)
{
  const HeadendChannel *c = f->loop->channel;
  HeadendTables tables = { c, c, 0x1234, 5, 2, 0 };
  HearthTsPmt pmt = { 0 };
  guint8 packet[HEADEND_PACKET];

  for (HeadendSlot slot = HEADEND_SLOT_PAT; slot <= HEADEND_SLOT_SDT; slot++) {
    HearthTsSection section;

    hearth_ts_section_init (&section);
    headend_tables_write (&tables, slot, packet);
    hearth_ts_section_push (&section, packet, check_section, &pmt);
  }
  g_assert_cmpuint (pmt.program_number, ==, c->number);
  g_assert_cmpuint (pmt.version, ==, 5);
  g_assert_cmpuint (pmt.pcr_pid, ==, 0x1235);
  g_assert_cmpuint (pmt.n_streams, ==, 3);
  g_assert_cmpuint (pmt.streams[2].pid, ==, 0x1237);
  g_assert_cmpstr (pmt.streams[1].language, ==, "zho");
  g_assert_cmpstr (pmt.streams[2].language, ==, "eng");
  g_assert_true (hearth_ts_codec_is_video (pmt.streams[0].codec) && hearth_ts_codec_is_audio (pmt.streams[1].codec));
}

/* All frames of a loop in the segments of HLS, in order, once. */
static void
test_segments (Fixture *f, gconstpointer data)
{
  const guint n_frames = f->loop->video.n_units / 5;
  guint n_units = 0;

  for (guint i = 0; i < 5; i++) {
    g_autoptr (GByteArray) packets = g_byte_array_new ();
    g_autoptr (GByteArray) slots = g_byte_array_new ();
    gboolean first = TRUE;

    headend_mux_segment (f->loop, 0, i * n_frames, n_frames, packets, slots);
    g_assert_cmpuint (packets->len, ==, slots->len * HEADEND_PACKET);
    g_assert_cmpuint (slots->data[0], ==, HEADEND_SLOT_PAT);
    g_assert_cmpuint (slots->data[1], ==, HEADEND_SLOT_PMT);
    for (guint j = 2; j < slots->len; j++) {
      TestingPacket p;

      if (slots->data[j] != HEADEND_SLOT_VIDEO)
        continue;
      packets->data[j * HEADEND_PACKET + 2] = 0x40; /* a PID for the parser */
      testing_packet_parse (&p, packets->data + j * HEADEND_PACKET);
      if (first)
        g_assert_true (p.random_access);
      first = FALSE;
      n_units += p.pts90k >= 0;
    }
  }
  g_assert_cmpuint (n_units, ==, f->loop->video.n_units);
}

static guint32
get32 (const guint8 *p)
{
  return (guint32) p[0] << 24 | (guint32) p[1] << 16 | (guint32) p[2] << 8 | p[3];
}

/* A fragment's boxes fill it; its samples' sizes add up to its data. */
static void
test_fragment (Fixture *f, gconstpointer data)
{
  g_autoptr (GByteArray) bytes = headend_fragment_make (f->loop, 0, 48, 48, HEADEND_LOOP_90K, 9);
  const guint8 *trun, *tfdt, *mdat;
  guint32 sum = 0;
  gsize at = 0;

  while (at < bytes->len) {
    g_assert_cmpuint (get32 (bytes->data + at), >=, 8);
    at += get32 (bytes->data + at);
  }
  g_assert_cmpuint (at, ==, bytes->len);
  tfdt = memmem (bytes->data, bytes->len, "tfdt", 4);
  g_assert_cmpuint (get32 (tfdt + 12), ==, HEADEND_LOOP_90K + f->loop->video.units[48].dts90k);
  trun = memmem (bytes->data, bytes->len, "trun", 4);
  g_assert_cmpuint (get32 (trun + 8), ==, 48);
  for (guint i = 0; i < 48; i++)
    sum += get32 (trun + 16 + i * 16 + 4);
  mdat = memmem (bytes->data, bytes->len, "mdat", 4);
  g_assert_cmpuint (get32 (mdat - 4), ==, sum + 8);
  g_assert_true (bytes->data + bytes->len == mdat + 4 + sum);
}

static void
add (const char *path, guint channel, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, GUINT_TO_POINTER (channel), set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/headend/mux/seam/1080p25", 1, test_seam);
  add ("/headend/mux/seam/720p50", 3, test_seam);
  add ("/headend/mux/seam/no-b-frames", 4, test_seam);
  add ("/headend/mux/seam/gop-2s", 5, test_seam);
  add ("/headend/mux/from-the-middle", 2, test_from_the_middle);
  add ("/headend/mux/wrap", 2, test_wrap);
  add ("/headend/mux/constant-rate", 6, test_constant_rate);
  add ("/headend/mux/tables/mp2", 1, test_tables);
  add ("/headend/mux/tables/ac3", 5, test_tables);
  add ("/headend/mux/segments", 3, test_segments);
  add ("/headend/mux/fragment", 1, test_fragment);
  return g_test_run ();
}
