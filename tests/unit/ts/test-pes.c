/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PES packets: whole, as early as can be, over loss. */
#include "config.h"

#include "ts-maker.h"

#include <string.h>

#define PID 256
#define VIDEO 0xe0
#define AUDIO 0xc0

typedef struct {
  HearthTsPes pes;
  GBytes *data;
  guint at; /* told at the packet of this number */
} Told;

typedef struct {
  TsMaker maker;
  HearthTsPesAssembler assembler;
  GArray *told;
  guint at;
  guint8 data[5000];
} Fixture;

static void
set_up (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  ts_maker_init (&f->maker);
  hearth_ts_pes_init (&f->assembler, 16 << 20);
  f->told = g_array_new (FALSE, FALSE, sizeof (Told));
  for (guint i = 0; i < sizeof f->data; i++)
    f->data[i] = i * 17;
}

static void
tear_down (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  for (guint i = 0; i < f->told->len; i++)
    g_bytes_unref (g_array_index (f->told, Told, i).data);
  g_array_unref (f->told);
  hearth_ts_pes_clear (&f->assembler);
  ts_maker_clear (&f->maker);
}

static void
on_pes (const HearthTsPes *pes, gpointer user_data)
{
  Fixture *f = user_data;
  Told told = { *pes, g_bytes_new (pes->data, pes->n_bytes), f->at };

  g_array_append_val (f->told, told);
}

static void
push (Fixture *f, guint i)
{
  f->at = i;
  hearth_ts_pes_push (&f->assembler, ts_maker_packet (&f->maker, i), i * HEARTH_TS_PACKET, on_pes, f);
}

static void
push_all (Fixture *f)
{
  for (guint i = 0; i < ts_maker_n_packets (&f->maker); i++)
    push (f, i);
}

static const Told *
get (Fixture *f, guint i)
{
  g_assert_cmpuint (i, <, f->told->len);
  return &g_array_index (f->told, Told, i);
}

static void
assert_data (Fixture *f, guint i, const guint8 *data, gsize n_bytes)
{
  g_assert_cmpmem (g_bytes_get_data (get (f, i)->data, NULL), g_bytes_get_size (get (f, i)->data), data, n_bytes);
}

static void
add (Fixture *f, gint64 pts, gint64 dts, gsize n_bytes)
{
  TsMakerPes how = TS_MAKER_PES_NONE;

  how.pts = pts;
  how.dts = dts;
  ts_maker_add_pes (&f->maker, PID, VIDEO, &how, f->data, n_bytes);
}

static void
test_bounded (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  TsMakerPes how = TS_MAKER_PES_NONE;

  how.bounded = TRUE;
  how.pts = 1234567;
  ts_maker_add_pes (&f->maker, PID, AUDIO, &how, f->data, 1000);
  push_all (f);
  g_assert_cmpuint (f->told->len, ==, 1);
  g_assert_cmpuint (get (f, 0)->at, ==, ts_maker_n_packets (&f->maker) - 1);
  assert_data (f, 0, f->data, 1000);
  g_assert_cmpint (get (f, 0)->pes.pts90k, ==, 1234567);
  g_assert_cmpint (get (f, 0)->pes.dts90k, ==, 1234567);
  g_assert_false (get (f, 0)->pes.damaged);
  hearth_ts_pes_flush (&f->assembler, on_pes, f);
  g_assert_cmpuint (f->told->len, ==, 1);
}

/* Data of each length: told at the last packet where that is stuffed, else at the next start. */
static void
test_unbounded_lengths (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  for (gsize n = 500; n < 900; n++) {
    guint before = f->told->len, start = ts_maker_n_packets (&f->maker), end;
    gboolean fills = (19 + n) % 184 == 0; /* the header has 19 bytes */

    add (f, 9000, 5400, n);
    end = ts_maker_n_packets (&f->maker);
    for (guint i = start; i < end; i++) {
      g_assert_cmpuint (f->told->len, ==, before);
      push (f, i);
    }
    g_assert_cmpuint (f->told->len, ==, before + !fills);
    if (fills)
      hearth_ts_pes_flush (&f->assembler, on_pes, f);
    assert_data (f, before, f->data, n);
    g_assert_cmpuint (get (f, before)->pes.position, ==, (guint64) start * HEARTH_TS_PACKET);
    g_assert_false (get (f, before)->pes.discontinuity);
    g_assert_false (get (f, before)->pes.continuation);
  }
}

/* A PCR and a random access flag in a later packet are no stuffing; and what stands in the first packet is not the end. */
static void
test_no_false_end (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  TsMakerPes how = TS_MAKER_PES_NONE;
  const guint8 adaptation[] = { 0x10, 0, 0, 0, 0, 0x7e, 0 }, private_data[] = { 0x02, 3, 1, 2, 3 };
  gsize taken;

  how.pts = 0;
  how.pcr_27mhz = 0;
  how.random_access = TRUE;
  how.first_stuffing = 20;
  ts_maker_add_pes (&f->maker, PID, VIDEO, &how, f->data, 142 + 184);
  taken = ts_maker_add_packet (&f->maker, PID, FALSE, adaptation, sizeof adaptation, f->data + 326, 1000);
  taken += ts_maker_add_packet (&f->maker, PID, FALSE, private_data, sizeof private_data, f->data + 326 + taken, 1000);
  push_all (f);
  g_assert_cmpuint (f->told->len, ==, 0);
  add (f, 1800, -1, 20);
  push (f, ts_maker_n_packets (&f->maker) - 1);
  g_assert_cmpuint (f->told->len, ==, 2); /* the second one is so short that its only packet is mostly stuffing */
  assert_data (f, 0, f->data, 326 + taken);
  g_assert_true (get (f, 0)->pes.random_access);
  assert_data (f, 1, f->data, 20);
}

/* A multiplexer that stuffs in the middle: nothing is lost, and it is not believed again. */
static void
test_wrong_guess (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  for (guint unit = 0; unit < 2; unit++) {
    add (f, 3600 * unit, -1, 184 * 3 - 14 - 10);
    ts_maker_add_packet (&f->maker, PID, FALSE, NULL, 0, f->data + 1000, 184);
    ts_maker_add_packet (&f->maker, PID, FALSE, NULL, 0, f->data + 2000, 184);
  }
  push_all (f);
  hearth_ts_pes_flush (&f->assembler, on_pes, f);
  g_assert_cmpuint (f->told->len, ==, 3);
  g_assert_cmpuint (get (f, 0)->at, ==, 2);
  assert_data (f, 0, f->data, 528);
  g_assert_true (get (f, 1)->pes.continuation);
  g_assert_cmpint (get (f, 1)->pes.pts90k, ==, HEARTH_TS_NO_TIME);
  g_assert_cmpint (get (f, 1)->pes.dts90k, ==, HEARTH_TS_NO_TIME);
  g_assert_cmpuint (g_bytes_get_size (get (f, 1)->data), ==, 368);
  g_assert_false (get (f, 2)->pes.continuation);
  g_assert_cmpuint (g_bytes_get_size (get (f, 2)->data), ==, 528 + 368);
}

static void
test_trust_returns (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  guint early = 0;

  add (f, 0, -1, 500);
  ts_maker_add_packet (&f->maker, PID, FALSE, NULL, 0, f->data, 184);
  for (guint i = 1; i < 20; i++)
    add (f, 3600 * i, -1, 500);
  push_all (f);
  for (guint i = 0; i < f->told->len; i++)
    early += !hearth_ts_unit_start (ts_maker_packet (&f->maker, get (f, i)->at));
  g_assert_cmpuint (early, >, 8);
  g_assert_cmpuint (early, <, 16);
}

static void
test_loss (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  add (f, 0, -1, 2000);
  add (f, 3600, -1, 2000);
  add (f, 7200, -1, 2000);
  for (guint i = 0; i < ts_maker_n_packets (&f->maker); i++)
    if (i != 5 && i != 22) /* within the first; the third's beginning, so that its data follow the second's */
      push (f, i);
  g_assert_cmpuint (f->told->len, ==, 2);
  g_assert_true (get (f, 0)->pes.damaged);
  g_assert_false (get (f, 1)->pes.damaged);
  assert_data (f, 1, f->data, 2000);
  add (f, 10800, -1, 500);
  push (f, 33);
  push (f, 34);
  push (f, 35);
  g_assert_cmpuint (f->told->len, ==, 3);
  g_assert_true (get (f, 2)->pes.discontinuity);
  g_assert_false (get (f, 2)->pes.damaged);
  g_assert_cmpint (get (f, 2)->pes.pts90k, ==, 10800);
}

static void
test_loss_at_start (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  add (f, 0, -1, 184 * 4 - 14); /* ends without stuffing */
  add (f, 3600, -1, 500);
  push (f, 0);
  push (f, 1);
  push (f, 2);
  for (guint i = 4; i < ts_maker_n_packets (&f->maker); i++)
    push (f, i);
  g_assert_cmpuint (f->told->len, ==, 2);
  g_assert_true (get (f, 0)->pes.damaged);
  g_assert_false (get (f, 1)->pes.damaged);
  g_assert_true (get (f, 1)->pes.discontinuity);
}

static void
test_duplicates (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  add (f, 0, -1, 2000);
  for (guint i = 0; i < ts_maker_n_packets (&f->maker); i++) {
    push (f, i);
    push (f, i);
  }
  g_assert_cmpuint (f->told->len, ==, 1);
  assert_data (f, 0, f->data, 2000);
  g_assert_false (get (f, 0)->pes.damaged);
}

static void
test_too_long (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  f->assembler.max_bytes = 1000;
  add (f, 0, -1, 3000);
  add (f, 3600, -1, 500);
  push_all (f);
  g_assert_cmpuint (f->told->len, ==, 1);
  g_assert_cmpint (get (f, 0)->pes.pts90k, ==, 3600);
  g_assert_true (get (f, 0)->pes.discontinuity);
}

/* A header that goes on in the second packet. */
static void
test_long_header (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  guint8 pes[500] = { 0, 0, 1, VIDEO, 0, 0, 0x80, 0x80, 200, 0x21, 0, 1, 0, 1 };

  memcpy (pes + 209, f->data, 291);
  for (guint at = 0; at < sizeof pes;)
    at += ts_maker_add_packet (&f->maker, PID, at == 0, at == 0 ? (const guint8[180]) { 0 } : NULL, at == 0 ? 178 : 0, pes + at,
                               sizeof pes - at);
  push_all (f);
  g_assert_cmpuint (f->told->len, ==, 1);
  assert_data (f, 0, f->data, 291);
  g_assert_cmpint (get (f, 0)->pes.pts90k, ==, 0);
}

static void
test_wrap (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  const gint64 wrap = G_GINT64_CONSTANT (1) << 33;

  add (f, wrap - 1800, wrap - 5400, 500);
  add (f, 1800, wrap - 1800, 500);
  push_all (f);
  g_assert_cmpint (get (f, 0)->pes.pts90k, ==, wrap - 1800);
  g_assert_cmpint (get (f, 0)->pes.dts90k, ==, wrap - 5400);
  g_assert_cmpint (get (f, 1)->pes.pts90k, ==, wrap + 1800);
  g_assert_cmpint (get (f, 1)->pes.dts90k, ==, wrap - 1800);
}

static void
test_reset (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  add (f, 0, -1, 2000);
  add (f, 3600, -1, 500);
  push (f, 0);
  push (f, 1);
  hearth_ts_pes_reset (&f->assembler);
  for (guint i = 5; i < ts_maker_n_packets (&f->maker); i++)
    push (f, i);
  g_assert_cmpuint (f->told->len, ==, 1);
  assert_data (f, 0, f->data, 500);
  g_assert_false (get (f, 0)->pes.damaged);
}

static void
test_header (void)
{
  const guint8 video[] = { 0, 0, 1, 0xe0, 0, 0, 0x84, 0xc0, 10, 0x3f, 0xff, 0xff, 0xff, 0xff, 0x11, 0, 1, 0, 3 };
  const guint8 padding[] = { 0, 0, 1, 0xbe, 0, 4, 1, 2, 3, 4 };
  guint8 lying[] = { 0, 0, 1, 0xc0, 0, 4, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1 };
  HearthTsPesHeader header;

  g_assert_true (hearth_ts_pes_header_parse (&header, video, sizeof video));
  g_assert_cmpint (header.pts33, ==, (G_GINT64_CONSTANT (1) << 33) - 1);
  g_assert_cmpint (header.dts33, ==, 1);
  g_assert_cmpuint (header.header_bytes, ==, 19);
  g_assert_false (header.bounded);
  for (gsize n = 0; n < sizeof video; n++)
    g_assert_false (hearth_ts_pes_header_parse (&header, video, n));

  g_assert_true (hearth_ts_pes_header_parse (&header, padding, sizeof padding));
  g_assert_cmpuint (header.header_bytes, ==, 6);
  g_assert_true (header.bounded);
  g_assert_cmpuint (header.length, ==, 4);

  g_assert_false (hearth_ts_pes_header_parse (&header, lying, sizeof lying)); /* shorter than its header */
  lying[5] = 8;
  g_assert_true (hearth_ts_pes_header_parse (&header, lying, sizeof lying));
  g_assert_cmpuint (header.length, ==, 0);
  lying[8] = 4; /* no room for the time */
  g_assert_false (hearth_ts_pes_header_parse (&header, lying, sizeof lying));
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ts/pes/header", test_header);
  ADD ("/ts/pes/bounded", test_bounded);
  ADD ("/ts/pes/unbounded-lengths", test_unbounded_lengths);
  ADD ("/ts/pes/no-false-end", test_no_false_end);
  ADD ("/ts/pes/wrong-guess", test_wrong_guess);
  ADD ("/ts/pes/trust-returns", test_trust_returns);
  ADD ("/ts/pes/loss", test_loss);
  ADD ("/ts/pes/loss-at-start", test_loss_at_start);
  ADD ("/ts/pes/duplicates", test_duplicates);
  ADD ("/ts/pes/too-long", test_too_long);
  ADD ("/ts/pes/long-header", test_long_header);
  ADD ("/ts/pes/wrap", test_wrap);
  ADD ("/ts/pes/reset", test_reset);
  return g_test_run ();
}
