/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cutting bytes into packets, the adaptation field, 33-bit times. */
#include "config.h"

#include "ts-maker.h"

#include <string.h>

typedef struct {
  GByteArray *packets;
  guint n_calls;
  const guint8 *first; /* where the first call's bytes were */
} Collected;

static void
collect (const guint8 *packets, gsize n_packets, gpointer user_data)
{
  Collected *self = user_data;

  if (self->n_calls++ == 0)
    self->first = packets;
  g_byte_array_append (self->packets, packets, n_packets * HEARTH_TS_PACKET);
}

/* Packets of which no payload looks like a sync byte in a row. */
static GByteArray *
make_packets (guint n)
{
  GByteArray *bytes = g_byte_array_new ();

  for (guint i = 0; i < n; i++) {
    guint8 p[HEARTH_TS_PACKET];

    for (guint j = 0; j < sizeof p; j++)
      p[j] = (j * 7 + i * 13) & 0xff;
    p[0] = 0x47;
    g_byte_array_append (bytes, p, sizeof p);
  }
  return bytes;
}

static GByteArray *
spread (const GByteArray *packets, guint before, guint after)
{
  GByteArray *bytes = g_byte_array_new ();
  guint8 extra[16];

  memset (extra, 0x11, sizeof extra);
  for (guint at = 0; at < packets->len; at += HEARTH_TS_PACKET) {
    g_byte_array_append (bytes, extra, before);
    g_byte_array_append (bytes, packets->data + at, HEARTH_TS_PACKET);
    g_byte_array_append (bytes, extra, after);
  }
  return bytes;
}

static void
assert_same (const GByteArray *got, const guint8 *bytes, gsize n_bytes)
{
  g_assert_cmpmem (got->data, got->len, bytes, n_bytes);
}

static void
test_aligned_is_not_copied (void)
{
  g_autoptr (GByteArray) bytes = make_packets (7), got = g_byte_array_new ();
  Collected collected = { .packets = got };
  HearthTsSync sync;

  hearth_ts_sync_init (&sync);
  hearth_ts_sync_push (&sync, bytes->data, bytes->len, collect, &collected);
  g_assert_true (collected.first == bytes->data);
  g_assert_cmpuint (collected.n_calls, ==, 1);
  assert_same (got, bytes->data, bytes->len);
  g_assert_cmpuint (sync.lost_bytes, ==, 0);
}

/* Every size of packet, cut into pieces of every size up to beyond two packets. */
static void
test_pieces (void)
{
  static const guint extras[][2] = { { 0, 0 }, { 4, 0 }, { 0, 16 } };
  g_autoptr (GByteArray) packets = make_packets (20);

  for (guint e = 0; e < G_N_ELEMENTS (extras); e++) {
    g_autoptr (GByteArray) bytes = spread (packets, extras[e][0], extras[e][1]);

    for (guint piece = 1; piece < 420; piece++) {
      g_autoptr (GByteArray) got = g_byte_array_new ();
      Collected collected = { .packets = got };
      HearthTsSync sync;

      hearth_ts_sync_init (&sync);
      for (guint at = 0; at < bytes->len; at += piece)
        hearth_ts_sync_push (&sync, bytes->data + at, MIN (piece, bytes->len - at), collect, &collected);
      assert_same (got, packets->data, packets->len);
      g_assert_cmpuint (sync.packet_size, ==, HEARTH_TS_PACKET + extras[e][0] + extras[e][1]);
      if (piece != HEARTH_TS_PACKET) /* such a piece looks like a datagram of a plain packet, and is taken for one at first */
        g_assert_cmpuint (sync.lost_bytes, ==, extras[e][0]);
    }
  }
}

static void
test_resync (void)
{
  g_autoptr (GByteArray) packets = make_packets (20), bytes = g_byte_array_new ();
  guint8 garbage[333];

  memset (garbage, 0x33, sizeof garbage);
  garbage[5] = garbage[100] = garbage[288] = 0x47; /* the last two are 188 apart, yet there is no third */
  g_byte_array_append (bytes, garbage, sizeof garbage);
  g_byte_array_append (bytes, packets->data, 10 * HEARTH_TS_PACKET);
  g_byte_array_append (bytes, garbage, sizeof garbage);
  g_byte_array_append (bytes, packets->data + 10 * HEARTH_TS_PACKET, 10 * HEARTH_TS_PACKET);
  for (guint piece = 1; piece < 4000; piece += 37) {
    g_autoptr (GByteArray) got = g_byte_array_new ();
    Collected collected = { .packets = got };
    HearthTsSync sync;

    hearth_ts_sync_init (&sync);
    for (guint at = 0; at < bytes->len; at += piece)
      hearth_ts_sync_push (&sync, bytes->data + at, MIN (piece, bytes->len - at), collect, &collected);
    assert_same (got, packets->data, packets->len);
    g_assert_cmpuint (sync.lost_bytes, ==, 2 * sizeof garbage);
  }
}

/* A sender that puts one packet into a datagram is heard from the first one on. */
static void
test_single_packet_datagram (void)
{
  g_autoptr (GByteArray) packets = make_packets (1), got = g_byte_array_new ();
  Collected collected = { .packets = got };
  HearthTsSync sync;

  hearth_ts_sync_init (&sync);
  hearth_ts_sync_push (&sync, packets->data, packets->len, collect, &collected);
  assert_same (got, packets->data, packets->len);
}

static void
test_garbage_only (void)
{
  g_autoptr (GByteArray) got = g_byte_array_new ();
  Collected collected = { .packets = got };
  guint8 garbage[5000];
  HearthTsSync sync;

  for (guint i = 0; i < sizeof garbage; i++)
    garbage[i] = i % 7 == 0 ? 0x47 : i & 0xff;
  hearth_ts_sync_init (&sync);
  for (guint i = 0; i < 20; i++)
    hearth_ts_sync_push (&sync, garbage, 1 + i * 100, collect, &collected);
  g_assert_cmpuint (sync.n_rest, <=, sizeof sync.rest);
}

static void
test_adaptation (void)
{
  g_auto (TsMaker) maker;
  guint64 pcr;
  guint8 *p;

  ts_maker_init (&maker);
  ts_maker_add_pcr (&maker, 256, G_GINT64_CONSTANT (2576980377599), TRUE); /* the last tick before the wrap */
  p = ts_maker_packet (&maker, 0);
  g_assert_true (hearth_ts_pcr (p, &pcr));
  g_assert_cmpuint (pcr, ==, G_GUINT64_CONSTANT (2576980377599));
  g_assert_cmphex (hearth_ts_adaptation_flags (p), ==, 0x90);
  g_assert_cmpuint (hearth_ts_payload_offset (p), ==, HEARTH_TS_PACKET);

  p[4] = 6; /* too short for the PCR it announces */
  g_assert_false (hearth_ts_pcr (p, &pcr));
  p[4] = 184; /* longer than the packet */
  g_assert_cmphex (hearth_ts_adaptation_flags (p), ==, 0);
  g_assert_false (hearth_ts_pcr (p, &pcr));
  p[3] = 0x30;
  g_assert_cmpuint (hearth_ts_payload_offset (p), ==, HEARTH_TS_PACKET);
  p[4] = 10;
  g_assert_cmpuint (hearth_ts_payload_offset (p), ==, 15);
  p[3] = 0x10;
  g_assert_cmpuint (hearth_ts_payload_offset (p), ==, 4);
}

static void
test_unwrap (void)
{
  const gint64 wrap = G_GINT64_CONSTANT (1) << 33;
  HearthTsUnwrap unwrap;

  hearth_ts_unwrap_init (&unwrap);
  g_assert_cmpint (hearth_ts_unwrap (&unwrap, wrap - 10), ==, wrap - 10);
  g_assert_cmpint (hearth_ts_unwrap (&unwrap, 5), ==, wrap + 5);
  g_assert_cmpint (hearth_ts_unwrap (&unwrap, wrap - 20), ==, wrap - 20); /* a B picture's, across the wrap and back */
  g_assert_cmpint (hearth_ts_unwrap (&unwrap, 90000), ==, wrap + 90000);
  g_assert_cmpint (hearth_ts_unwrap (&unwrap, wrap / 2), ==, wrap + wrap / 2);
  g_assert_cmpint (hearth_ts_unwrap (&unwrap, 0), ==, wrap); /* half a wrap away: either way is right, back is taken */

  unwrap.last = 3 * wrap + 100; /* another one's time line */
  g_assert_cmpint (hearth_ts_unwrap (&unwrap, 50), ==, 3 * wrap + 50);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ts/sync/aligned-is-not-copied", test_aligned_is_not_copied);
  g_test_add_func ("/ts/sync/pieces", test_pieces);
  g_test_add_func ("/ts/sync/resync", test_resync);
  g_test_add_func ("/ts/sync/single-packet-datagram", test_single_packet_datagram);
  g_test_add_func ("/ts/sync/garbage-only", test_garbage_only);
  g_test_add_func ("/ts/packet/adaptation", test_adaptation);
  g_test_add_func ("/ts/time/unwrap", test_unwrap);
  return g_test_run ();
}
