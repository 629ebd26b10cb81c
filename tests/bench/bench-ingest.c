/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the real hearth-stream with network-iptv needs for 100 services of 8 Mbit/s by multicast over loopback, as JSON lines:
 *
 * ingest-cores: CPU time of the process by time, user and kernel, beside the kernel's part of it.
 * ingest-lost: datagrams that were sent and did not come to the rings. Ours is also the sender: when it was late (a machine that
 * does other things), "sender-late-ms" says by how much at most. */
#include "stream-testing.h"

#include <hearth/error.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVICES 100
#define SECONDS 8
#define MEASURED_S 5
#define PORT 27100
#define DATAGRAM_BYTES (7 * 188)
#define FRAMES_PER_S 25
#define FRAME_PACKETS 208 /* a multiple of 16, so that continuity goes on from second to second */
#define TABLE_PACKETS 32
#define DATAGRAMS_PER_S ((FRAMES_PER_S * FRAME_PACKETS + TABLE_PACKETS + 6) / 7) /* 7.9 Mbit/s */

/* ---- a second of television ------------------------------------------------------------- */

typedef struct {
  guint8 packets[DATAGRAMS_PER_S * 7][188];
  guint frame_at[FRAMES_PER_S]; /* packets that hold PCR and PTS */
} Second;

static guint32
crc32_mpeg (const guint8 *bytes, gsize n_bytes)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < n_bytes * 8; i++)
    crc = (crc << 1) ^ (((crc >> 31) ^ ((bytes[i / 8] >> (7 - i % 8)) & 1)) != 0 ? 0x04c11db7 : 0);
  return crc;
}

static void
make_section (guint8 *packet, guint16 pid, guint continuity, const guint8 *body, gsize n_body)
{
  const guint32 crc = GUINT32_TO_BE (crc32_mpeg (body, n_body));

  memset (packet, 0xff, 188);
  packet[0] = 0x47;
  packet[1] = 0x40 | (pid >> 8);
  packet[2] = pid & 0xff;
  packet[3] = 0x10 | (continuity & 0x0f);
  packet[4] = 0;
  memcpy (packet + 5, body, n_body);
  memcpy (packet + 5 + n_body, &crc, sizeof crc);
}

static void
make_frame (Second *self, guint at, guint frame)
{
  static const guint8 key_unit[] = { 0, 0, 0, 1, 0x09, 0x10, 0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1e, 0x95, 0xa0, 0x14, 0x01, 0x6e, 0x40,
                                     0, 0, 0, 1, 0x68, 0xce, 0x3c, 0x80, 0, 0, 0, 1, 0x65, 0x88, 0x84, 0x00 };
  static const guint8 other_unit[] = { 0, 0, 0, 1, 0x09, 0x30, 0, 0, 0, 1, 0x41, 0x9a, 0x24, 0x6c };
  static const guint8 pes_header[14] = { 0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1 };
  guint8 *first = self->packets[at];

  for (guint i = 0; i < FRAME_PACKETS; i++) {
    guint8 *packet = self->packets[at + i];

    for (guint b = 4; b < 188; b++)
      packet[b] = 1 + (at + i * 7 + b * 13) % 255; /* no start codes */
    packet[0] = 0x47;
    packet[1] = 0x01;
    packet[2] = 0x01;
    packet[3] = 0x10 | (i & 0x0f);
  }
  first[1] |= 0x40;
  first[3] |= 0x20;
  first[4] = 7;
  first[5] = 0x10;
  memcpy (first + 12, pes_header, sizeof pes_header);
  memcpy (first + 26, frame == 0 ? key_unit : other_unit, frame == 0 ? sizeof key_unit : sizeof other_unit);
  self->frame_at[frame] = at;
}

static void
make_second (Second *self)
{
  static const guint8 pat[] = { 0x00, 0xb0, 0x0d, 0x00, 0x01, 0xc1, 0x00, 0x00, 0x00, 0x01, 0xe1, 0x00 };
  static const guint8 pmt[] = { 0x02, 0xb0, 0x12, 0x00, 0x01, 0xc1, 0x00, 0x00, 0xe1, 0x01, 0xf0, 0x00, 0x1b, 0xe1, 0x01, 0xf0, 0x00 };
  guint at = 0, tables = 0;

  for (guint frame = 0; frame < FRAMES_PER_S; frame++, at += FRAME_PACKETS) {
    for (; tables < TABLE_PACKETS / 2 && tables <= frame; tables++) {
      make_section (self->packets[at++], 0, tables, pat, sizeof pat);
      make_section (self->packets[at++], 0x100, tables, pmt, sizeof pmt);
    }
    make_frame (self, at, frame);
  }
  for (; at < DATAGRAMS_PER_S * 7; at++) {
    memset (self->packets[at], 0xff, 188);
    memcpy (self->packets[at], "\x47\x1f\xff\x10", 4);
  }
}

/* Times go on from second to second. */
static void
set_times (Second *self, guint second)
{
  for (guint frame = 0; frame < FRAMES_PER_S; frame++) {
    const guint64 pcr90k = 90000 * (second + 1) + frame * 90000 / FRAMES_PER_S, pts90k = pcr90k + 45000;
    guint8 *packet = self->packets[self->frame_at[frame]];
    const guint8 pcr[] = { pcr90k >> 25, pcr90k >> 17, pcr90k >> 9, pcr90k >> 1, ((pcr90k & 1) << 7) | 0x7e, 0 };
    const guint8 pts[] = { 0x21 | ((pts90k >> 29) & 0x0e), pts90k >> 22, 0x01 | ((pts90k >> 14) & 0xfe), pts90k >> 7,
                           0x01 | ((pts90k << 1) & 0xfe) };

    memcpy (packet + 6, pcr, sizeof pcr);
    memcpy (packet + 12 + 9, pts, sizeof pts);
  }
}

/* ---- the sender ------------------------------------------------------------------------------- */

typedef struct {
  int fd;
  struct sockaddr_in groups[SERVICES];
  Second second;
  gint64 late_us;
} Sender;

static void
open_sender (Sender *self)
{
  const struct in_addr loopback = { .s_addr = htonl (INADDR_LOOPBACK) };

  self->fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (self->fd < 0 || setsockopt (self->fd, IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof loopback) < 0)
    g_error ("no multicast on loopback");
  for (guint i = 0; i < SERVICES; i++)
    self->groups[i] = (struct sockaddr_in) { .sin_family = AF_INET, .sin_port = htons (PORT + i),
                                             .sin_addr.s_addr = htonl (0xef580001 + i) }; /* 239.88.0.1 ... */
  make_second (&self->second);
}

static void
send_datagram (Sender *self, guint n)
{
  struct iovec bytes = { self->second.packets[n * 7], DATAGRAM_BYTES };
  struct mmsghdr messages[SERVICES] = { 0 };

  for (guint i = 0; i < SERVICES; i++)
    messages[i].msg_hdr = (struct msghdr) { .msg_name = &self->groups[i], .msg_namelen = sizeof self->groups[i],
                                            .msg_iov = &bytes, .msg_iovlen = 1 };
  for (int sent = 0, done; sent < SERVICES; sent += MAX (done, 0))
    done = sendmmsg (self->fd, messages + sent, SERVICES - sent, 0);
}

static gpointer
sender_main (gpointer data)
{
  Sender *self = data;
  const gint64 start_us = g_get_monotonic_time ();

  for (guint i = 0; i < SECONDS * DATAGRAMS_PER_S; i++) {
    const gint64 wait_us = start_us + (gint64) i * G_USEC_PER_SEC / DATAGRAMS_PER_S - g_get_monotonic_time ();

    if (i % DATAGRAMS_PER_S == 0)
      set_times (&self->second, i / DATAGRAMS_PER_S);
    if (wait_us > 0)
      g_usleep (wait_us);
    self->late_us = MAX (self->late_us, -wait_us);
    send_datagram (self, i % DATAGRAMS_PER_S);
  }
  return NULL;
}

/* ---- the measure ---------------------------------------------------------------------------------- */

typedef struct {
  double user_s, kernel_s, time_s;
} Used;

static Used
get_used (FakeHearthd *f)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/stat", g_subprocess_get_identifier (f->worker));
  g_autofree char *text = NULL;
  unsigned long user = 0, kernel = 0;

  /* proc(5): fields 14 and 15, counted behind the name in parentheses */
  if (!g_file_get_contents (path, &text, NULL, NULL) ||
      sscanf (strrchr (text, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) != 2)
    g_error ("%s cannot be read", path);
  return (Used) { (double) user / sysconf (_SC_CLK_TCK), (double) kernel / sysconf (_SC_CLK_TCK), g_get_monotonic_time () / 1e6 };
}

static void
open_all (FakeHearthd *f)
{
  const char *settings = "{'location': <'/dev/null'>, 'interface': <'lo'>}";

  g_variant_unref (fake_hearthd_call (f, "Start", g_variant_new ("(s@a{sv})", "iptv", g_variant_new_parsed (settings)), NULL, NULL));
  for (guint i = 0; i < SERVICES; i++) {
    g_autofree char *id = g_strdup_printf ("s%u", i), *uri = g_strdup_printf ("udp://@239.88.0.%u:%u", i + 1, PORT + i);
    g_autoptr (GUnixFDList) fds = NULL;

    g_variant_unref (fake_hearthd_call (
      f, "Open", g_variant_new ("(sss@a{sv})", id, uri, "c", g_variant_new_parsed ("{'ring-bytes': <uint32 4194304>}")), NULL, &fds));
  }
}

static gboolean
on_time (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
run_for (guint ms)
{
  gboolean over = FALSE;

  g_timeout_add (ms, on_time, &over);
  while (!over)
    fake_hearthd_turn ();
}

static guint64
sum_packets (FakeHearthd *f)
{
  g_autoptr (GVariant) reply = fake_hearthd_call (f, "GetStreams", NULL, NULL, NULL);
  g_autoptr (GVariant) streams = g_variant_get_child_value (reply, 0);
  guint64 sum = 0, packets;

  for (gsize i = 0; i < g_variant_n_children (streams); i++) {
    g_autoptr (GVariant) stream = g_variant_get_child_value (streams, i);

    if (g_variant_lookup (stream, "packets", "t", &packets))
      sum += packets;
  }
  return sum;
}

int
main (int argc, char **argv)
{
  static Sender sender;
  FakeHearthd f = { 0 };
  GThread *thread;
  Used before, after;
  gint64 lost;

  g_test_init (&argc, &argv, NULL);
  fake_hearthd_start (&f);
  open_all (&f);
  run_for (1000); /* all have joined */
  open_sender (&sender);
  thread = g_thread_new ("sender", sender_main, &sender);
  run_for (1500);
  before = get_used (&f);
  run_for (MEASURED_S * 1000);
  after = get_used (&f);
  g_thread_join (thread);
  run_for (500);
  lost = (gint64) SERVICES * SECONDS * DATAGRAMS_PER_S - (gint64) (sum_packets (&f) / 7);
  printf ("{\"name\":\"ingest-cores\",\"value\":%.3f,\"unit\":\"cores\",\"goal\":1,\"beside\":{\"in-the-kernel\":%.3f}}\n",
          (after.user_s + after.kernel_s - before.user_s - before.kernel_s) / (after.time_s - before.time_s),
          (after.kernel_s - before.kernel_s) / (after.time_s - before.time_s));
  printf ("{\"name\":\"ingest-lost\",\"value\":%" G_GINT64_FORMAT ",\"unit\":\"datagrams of %u\",\"goal\":0,\"beside\":"
          "{\"sender-late-ms\":%.1f}}\n",
          lost, SERVICES * SECONDS * DATAGRAMS_PER_S, sender.late_us / 1e3);
  fake_hearthd_stop (&f);
  return EXIT_SUCCESS;
}
