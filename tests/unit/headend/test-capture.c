/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Captures of all kinds, made here byte by byte; recorded streams and their pace. */
#include <string.h>

#include "headend-testing.h"
#include "headend/capture.h"
#include "headend/pes.h"
#include "headend/tsfile.h"

typedef struct {
  guint n;
  HeadendDatagram last;
} Found;

static void
count (const HeadendDatagram *datagram, gpointer user_data)
{
  Found *found = user_data;

  found->n++;
  found->last = *datagram;
}

static void
put (GByteArray *out, const void *bytes, guint n)
{
  g_byte_array_append (out, bytes, n);
}

static void
put_u32 (GByteArray *out, guint32 value, gboolean big)
{
  value = big ? GUINT32_TO_BE (value) : GUINT32_TO_LE (value);
  put (out, &value, 4);
}

static void
put_u16 (GByteArray *out, guint16 value, gboolean big)
{
  value = big ? GUINT16_TO_BE (value) : GUINT16_TO_LE (value);
  put (out, &value, 2);
}

#define UDP "\x12\x34\x13\x8c\0\x0c\0\0data" /* to port 5004 */
static const guint8 ipv4[] = "\x45\0\0\x20\0\0\x40\0\x01\x11\0\0\x0a\0\0\x01\xef\x01\x02\x03" UDP;
static const guint8 ipv6[] = "\x60\0\0\0\0\x14\0\xff" /* next header: hop by hop */
                             "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\xff\x15\0\0\0\0\0\0\0\0\0\0\0\0\0\x42"
                             "\x11\0\x01\x04\0\0\0\0" UDP;
#define IPV4_BYTES (sizeof ipv4 - 1)
#define IPV6_BYTES (sizeof ipv6 - 1)

static GByteArray *
new_pcap (guint32 magic, gboolean big, guint link, const char *before, guint n_before, const guint8 *ip, guint n_ip)
{
  GByteArray *out = g_byte_array_new ();

  put_u32 (out, magic, big);
  put_u32 (out, 0x00040002, big);
  put_u32 (out, 0, big);
  put_u32 (out, 0, big);
  put_u32 (out, 65535, big);
  put_u32 (out, link, big);
  put_u32 (out, 7, big);
  put_u32 (out, 500, big);
  put_u32 (out, n_before + n_ip, big);
  put_u32 (out, n_before + n_ip, big);
  put (out, before, n_before);
  put (out, ip, n_ip);
  return out;
}

static void
assert_found (GByteArray *bytes, gint64 time_ns, gboolean v6)
{
  Found found = { 0 };

  g_assert_true (headend_capture_parse (bytes->data, bytes->len, count, &found));
  g_assert_cmpuint (found.n, ==, 1);
  g_assert_cmpint (found.last.time_ns, ==, time_ns);
  g_assert_cmpuint (found.last.port, ==, 5004);
  g_assert_cmpmem (found.last.payload, found.last.n_bytes, "data", 4);
  g_assert_cmpint (found.last.v6, ==, v6);
  g_assert_cmpuint (found.last.address[v6 ? 15 : 3], ==, v6 ? 0x42 : 3);
}

#define ETHERNET "\x01\0\x5e\x01\x02\x03\x02\0\0\0\0\x01"

static void
test_pcap (void)
{
  const struct {
    guint32 magic;
    gboolean big;
    guint link;
    const char *before;
    guint n_before;
    gint64 time_ns;
  } cases[] = {
    { 0xa1b2c3d4, FALSE, 1, ETHERNET "\x08\0", 14, 7000500000 },
    { 0xa1b2c3d4, TRUE, 1, ETHERNET "\x08\0", 14, 7000500000 },
    { 0xa1b23c4d, FALSE, 1, ETHERNET "\x81\0\0\x05\x08\0", 18, 7000000500 },
    { 0xa1b2c3d4, FALSE, 1, ETHERNET "\x88\xa8\0\x05\x81\0\0\x06\x08\0", 22, 7000500000 },
    { 0xa1b2c3d4, FALSE, 101, "", 0, 7000500000 },
    { 0xa1b2c3d4, FALSE, 113, "\0\0\0\x01\0\x06\0\0\0\0\0\0\0\0\x08\0", 16, 7000500000 },
    { 0xa1b2c3d4, FALSE, 276, "\x08\0\0\0\0\0\0\x01\0\x01\0\x06\0\0\0\0\0\0\0\0", 20, 7000500000 },
    { 0xa1b2c3d4, FALSE, 0, "\x02\0\0\0", 4, 7000500000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) bytes =
      new_pcap (cases[i].magic, cases[i].big, cases[i].link, cases[i].before, cases[i].n_before, ipv4, IPV4_BYTES);

    assert_found (bytes, cases[i].time_ns, FALSE);
  }
}

static void
test_ipv6 (void)
{
  g_autoptr (GByteArray) bytes = new_pcap (0xa1b2c3d4, FALSE, 1, ETHERNET "\x86\xdd", 14, ipv6, IPV6_BYTES);

  assert_found (bytes, 7000500000, TRUE);
}

static void
begin_block (GByteArray *out, guint32 type, guint n_body, gboolean big)
{
  put_u32 (out, type, big);
  put_u32 (out, 12 + n_body, big);
}

static GByteArray *
new_pcapng (gboolean big, guint8 resolution, guint32 high, guint32 low)
{
  GByteArray *out = g_byte_array_new ();
  const guint n = 14 + IPV4_BYTES, padded = (n + 3) & ~3u;

  begin_block (out, 0x0a0d0d0a, 16, big);
  put_u32 (out, 0x1a2b3c4d, big);
  put_u32 (out, big ? 0x00010000 : 0x00000001, big);
  put_u32 (out, 0xffffffff, big);
  put_u32 (out, 0xffffffff, big);
  put_u32 (out, 28, big);
  begin_block (out, 1, 20, big);
  put_u16 (out, 1, big);
  put_u16 (out, 0, big);
  put_u32 (out, 0, big);
  put_u16 (out, 9, big); /* if_tsresol */
  put_u16 (out, 1, big);
  put (out, (const guint8[]){ resolution, 0, 0, 0 }, 4);
  put_u32 (out, 0, big);
  put_u32 (out, 32, big);
  begin_block (out, 6, 20 + padded, big);
  put_u32 (out, 0, big);
  put_u32 (out, high, big);
  put_u32 (out, low, big);
  put_u32 (out, n, big);
  put_u32 (out, n, big);
  put (out, ETHERNET "\x08\0", 14);
  put (out, ipv4, IPV4_BYTES);
  put (out, "\0\0\0", padded - n);
  put_u32 (out, 32 + padded, big);
  return out;
}

static void
test_pcapng (void)
{
  g_autoptr (GByteArray) micro = new_pcapng (FALSE, 6, 0, 7000500);
  g_autoptr (GByteArray) nano = new_pcapng (TRUE, 9, 1, 0);
  g_autoptr (GByteArray) binary = new_pcapng (FALSE, 0x80 | 10, 0, 3 * 1024 + 512);

  assert_found (micro, 7000500000, FALSE);
  assert_found (nano, G_GINT64_CONSTANT (1) << 32, FALSE);
  assert_found (binary, 3500000000, FALSE);
}

/* Cut off anywhere, it is read without harm, and no datagram is made up. */
static void
test_cut_off (void)
{
  g_autoptr (GByteArray) bytes = new_pcapng (FALSE, 6, 0, 7000500);

  for (guint n = 0; n < bytes->len; n++) {
    g_autofree guint8 *part = g_memdup2 (bytes->data, n);
    Found found = { 0 };

    headend_capture_parse (part, n, count, &found);
    g_assert_cmpuint (found.n, ==, 0);
  }
}

static void
test_fragments_are_left_out (void)
{
  guint8 fragment[IPV4_BYTES];
  g_autoptr (GByteArray) bytes = NULL;
  Found found = { 0 };

  memcpy (fragment, ipv4, sizeof fragment);
  fragment[6] = 0x20;
  bytes = new_pcap (0xa1b2c3d4, FALSE, 101, "", 0, fragment, sizeof fragment);
  g_assert_true (headend_capture_parse (bytes->data, bytes->len, count, &found));
  g_assert_cmpuint (found.n, ==, 0);
  g_assert_false (headend_capture_parse ((const guint8 *) "GGGGGGGGGGGGGGGGGGGGGGGGGGGGGG", 30, count, &found));
}

/* The samples folder, which is not part of the project, lies beside the source tree of those who have it. */
static void
test_operator_capture (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "shared", "samples", "rtp", "fec_sample2.pcapng", NULL);
  g_autofree char *bytes = NULL;
  gsize n_bytes;
  Found found = { 0 };

  if (!g_file_get_contents (path, &bytes, &n_bytes, NULL)) {
    g_test_skip ("the sample rtp/fec_sample2.pcapng is not here");
    return;
  }
  g_assert_true (headend_capture_parse ((const guint8 *) bytes, n_bytes, count, &found));
  g_assert_cmpuint (found.n, >, 2000);
}

/* ---- recorded streams ------------------------------------------------------------------------------------------- */

#define N_PACKETS 1000
#define PCR_EVERY 50
#define PACKET_27M 5000

/* A PCR on PID 0x100 every 50 packets; they jump in the middle. */
static guint8 *
make_stream (void)
{
  guint8 *packets = g_malloc (N_PACKETS * HEADEND_PACKET);

  for (guint i = 0; i < N_PACKETS; i++) {
    guint8 *p = packets + i * HEADEND_PACKET;

    headend_null_write (p);
    if (i % PCR_EVERY != 10)
      continue;
    headend_pcr_write (p, (gint64) i * PACKET_27M + (i > 500 ? 27000000000 : 0));
    p[1] = 0x01;
  }
  return packets;
}

static void
test_pace (void)
{
  g_autofree guint8 *packets = make_stream ();
  g_autofree gint64 *times = headend_tsfile_dup_times (packets, N_PACKETS);

  g_assert_nonnull (times);
  for (guint i = 0; i <= N_PACKETS; i++)
    g_assert_cmpint (ABS (times[i] - (gint64) i * PACKET_27M * 1000 / 27), <, 1000);
}

static void
test_no_clock (void)
{
  g_autofree guint8 *packets = g_malloc (20 * HEADEND_PACKET);

  for (guint i = 0; i < 20; i++)
    headend_null_write (packets + i * HEADEND_PACKET);
  g_assert_null (headend_tsfile_dup_times (packets, 20));
}

/* 188, 192 and 204 bytes a packet, some rubbish before. */
static void
test_sizes (void)
{
  g_autofree guint8 *packets = make_stream ();
  const guint sizes[] = { 188, 192, 204 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GByteArray) file = g_byte_array_new ();
    g_autofree guint8 *found = NULL;
    gsize n_packets;

    put (file, "rubbish", 7);
    for (guint j = 0; j < N_PACKETS; j++) {
      put (file, packets + j * HEADEND_PACKET, HEADEND_PACKET);
      put (file, "................", sizes[i] - HEADEND_PACKET);
    }
    found = headend_tsfile_dup_packets (file->data, file->len, &n_packets);
    g_assert_cmpmem (found, n_packets * HEADEND_PACKET, packets, N_PACKETS * HEADEND_PACKET);
  }
  g_assert_null (headend_tsfile_dup_packets ((const guint8 *) "not a stream", 12, &(gsize){ 0 }));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/headend/capture/pcap", test_pcap);
  g_test_add_func ("/headend/capture/ipv6", test_ipv6);
  g_test_add_func ("/headend/capture/pcapng", test_pcapng);
  g_test_add_func ("/headend/capture/cut-off", test_cut_off);
  g_test_add_func ("/headend/capture/fragments", test_fragments_are_left_out);
  g_test_add_func ("/headend/capture/operator", test_operator_capture);
  g_test_add_func ("/headend/tsfile/pace", test_pace);
  g_test_add_func ("/headend/tsfile/no-clock", test_no_clock);
  g_test_add_func ("/headend/tsfile/sizes", test_sizes);
  return g_test_run ();
}
