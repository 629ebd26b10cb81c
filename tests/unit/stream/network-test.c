/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network for tests: its streams are made here and do what their address says.
 *
 *   test:run        a picture from the start
 *   test:late       joined, and silent for 2.2 s; then as run
 *   test:keyless    packets at once, key frames only after 3.2 s
 *   test:scrambled  all packets scrambled
 *   test:end        a little of run, then the end
 *   test:fail       fails at once: no address
 *   test:stuck      as run for a while, then its thread hangs
 *   test:flood      as run, as fast as it goes
 *   test:fat        as flood, with stuffing: 75 Mbit/s by its own clock
 *
 * Settings: services u: how long its list is; fail b: whether the list cannot be read. */
#include <hearth/error.h>
#include <hearth/network.h>
#include <string.h>
#include <time.h>

#define PMT_PID 0x100
#define VIDEO_PID 0x101
#define LATE_US 2200000
#define KEYLESS_US 3200000
#define FRAME_US 20000
#define FRAMES_A_KEY 10
#define STUFFING_A_PUSH 10000 /* packets, in 200 ms of the stream's time */

typedef struct {
  HearthNetworkHost *host;
  guint32 services;
  gboolean fail;
} TestNetwork;

typedef struct {
  HearthStreamSink *sink;
  char *uri;
  GThread *thread;
  GMutex lock; /* guards closing */
  GCond cond;
  gboolean closing;

  guint8 continuity[2]; /* of tables, of the picture */
  guint64 frame;
  GByteArray *packets;
} TestStream;

/* ---- MPEG-TS ------------------------------------------------------------------------- */

/* ISO/IEC 13818-1, annex A */
static guint32
crc32_mpeg (const guint8 *bytes, gsize n_bytes)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < n_bytes * 8; i++) {
    guint32 bit = (bytes[i / 8] >> (7 - i % 8)) & 1;

    crc = (crc << 1) ^ (((crc >> 31) ^ bit) != 0 ? 0x04c11db7 : 0);
  }
  return crc;
}

static void
add_section (TestStream *self, guint16 pid, const guint8 *body, gsize n_body)
{
  guint8 packet[188];
  const guint32 crc = GUINT32_TO_BE (crc32_mpeg (body, n_body));

  memset (packet, 0xff, sizeof packet);
  packet[0] = 0x47;
  packet[1] = 0x40 | (pid >> 8);
  packet[2] = pid & 0xff;
  packet[3] = 0x10 | (self->continuity[0] & 0x0f);
  packet[4] = 0; /* pointer_field */
  memcpy (packet + 5, body, n_body);
  memcpy (packet + 5 + n_body, &crc, sizeof crc);
  g_byte_array_append (self->packets, packet, sizeof packet);
}

static void
add_tables (TestStream *self)
{
  static const guint8 pat[] = { 0x00, 0xb0, 0x0d, 0x00, 0x01, 0xc1, 0x00, 0x00, 0x00, 0x01, 0xe1, 0x00 };
  static const guint8 pmt[] = { 0x02, 0xb0, 0x12, 0x00, 0x01, 0xc1, 0x00, 0x00, 0xe1, 0x01, 0xf0, 0x00, 0x1b, 0xe1, 0x01, 0xf0, 0x00 };

  add_section (self, 0, pat, sizeof pat);
  add_section (self, PMT_PID, pmt, sizeof pmt);
  self->continuity[0]++;
}

static gsize
put_pes_header (guint8 *p, guint64 pts90k)
{
  const guint8 header[] = { 0x00, 0x00, 0x01, 0xe0, 0x00, 0x00, 0x80, 0x80, 0x05,
                            0x21 | ((pts90k >> 29) & 0x0e), (pts90k >> 22) & 0xff, 0x01 | ((pts90k >> 14) & 0xfe),
                            (pts90k >> 7) & 0xff, 0x01 | ((pts90k << 1) & 0xfe) };

  memcpy (p, header, sizeof header);
  return sizeof header;
}

/* One access unit in one packet, with a PCR. */
static void
add_frame (TestStream *self, gboolean key, gboolean scrambled)
{
  static const guint8 key_unit[] = { 0, 0, 0, 1, 0x09, 0x10, 0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1e, 0x95, 0xa0, 0x14, 0x01, 0x6e, 0x40,
                                     0, 0, 0, 1, 0x68, 0xce, 0x3c, 0x80, 0, 0, 0, 1, 0x65, 0x88, 0x84, 0x00 };
  static const guint8 other_unit[] = { 0, 0, 0, 1, 0x09, 0x30, 0, 0, 0, 1, 0x41, 0x9a, 0x24, 0x6c };
  const guint64 time90k = 90000 + self->frame++ * (FRAME_US * 9 / 100);
  guint8 packet[188] = { 0x47, 0x40 | (VIDEO_PID >> 8), VIDEO_PID & 0xff, 0x30 | (self->continuity[1]++ & 0x0f), 7, 0x10,
                         (time90k >> 25) & 0xff, (time90k >> 17) & 0xff, (time90k >> 9) & 0xff, (time90k >> 1) & 0xff,
                         ((time90k & 1) << 7) | 0x7e, 0 };
  gsize at = 12;

  if (scrambled)
    packet[3] |= 0x80;
  at += put_pes_header (packet + at, time90k + 9000);
  memset (packet + at, 0xa5, sizeof packet - at);
  memcpy (packet + at, key ? key_unit : other_unit, key ? sizeof key_unit : sizeof other_unit);
  g_byte_array_append (self->packets, packet, sizeof packet);
}

/* ---- streams -------------------------------------------------------------------------------- */

static gint64
boottime_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* FALSE: the stream is being closed. */
static gboolean
pause_us (TestStream *self, gint64 us)
{
  const gint64 until_us = g_get_monotonic_time () + us;
  gboolean closing;

  g_mutex_lock (&self->lock);
  while (!self->closing && g_get_monotonic_time () < until_us)
    g_cond_wait_until (&self->cond, &self->lock, until_us);
  closing = self->closing;
  g_mutex_unlock (&self->lock);
  return !closing;
}

static gboolean
does (TestStream *self, const char *what)
{
  return g_str_equal (self->uri + strlen ("test:"), what);
}

static void
push_frames (TestStream *self, gboolean keys, gboolean scrambled)
{
  static const guint8 null_packet[188] = { 0x47, 0x1f, 0xff, 0x10 };

  g_byte_array_set_size (self->packets, 0);
  add_tables (self);
  for (guint i = 0; i < FRAMES_A_KEY; i++)
    add_frame (self, i == 0 && keys, scrambled);
  for (guint i = 0; i < STUFFING_A_PUSH && does (self, "fat"); i++)
    g_byte_array_append (self->packets, null_packet, sizeof null_packet);
  hearth_stream_sink_push (self->sink, self->packets->data, self->packets->len, boottime_us ());
}

static gpointer
stream_main (gpointer data)
{
  TestStream *self = data;
  const gint64 start_us = g_get_monotonic_time ();
  HearthTransportHealth health = { 0 };

  hearth_stream_sink_state (self->sink, HEARTH_STREAM_JOINED, 0, NULL);
  if (does (self, "late") && !pause_us (self, LATE_US))
    return NULL;
  do {
    gboolean keys = !does (self, "keyless") || g_get_monotonic_time () - start_us > KEYLESS_US;

    push_frames (self, keys, does (self, "scrambled"));
    health.received++;
    hearth_stream_sink_beat (self->sink);
    if (does (self, "stuck") && health.received == 20)
      pause_us (self, G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC);
    hearth_stream_sink_health (self->sink, &health);
    if (does (self, "end") && health.received == 3) {
      hearth_stream_sink_state (self->sink, HEARTH_STREAM_ENDED, 0, NULL);
      return NULL;
    }
  } while (pause_us (self, does (self, "flood") || does (self, "fat") ? 0 : FRAME_US));
  return NULL;
}

static gpointer
test_open (gpointer data, const char *uri, GVariant *options, HearthStreamSink *sink, GError **error)
{
  TestStream *self;

  if (!g_str_has_prefix (uri, "test:")) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” is no address of this network", uri);
    return NULL;
  }
  self = g_new0 (TestStream, 1);
  self->sink = sink;
  self->uri = g_strdup (uri);
  self->packets = g_byte_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  hearth_stream_sink_state (sink, HEARTH_STREAM_CONNECTING, 0, NULL);
  if (does (self, "fail"))
    hearth_stream_sink_state (sink, HEARTH_STREAM_FAILED, HEARTH_ERROR_NO_ADDRESS, "nowhere to go");
  else
    self->thread = g_thread_new ("test-stream", stream_main, self);
  return self;
}

static void
test_close (gpointer data, gpointer stream)
{
  TestStream *self = stream;

  g_mutex_lock (&self->lock);
  self->closing = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  g_byte_array_unref (self->packets);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->uri);
  g_free (self);
}

/* ---- the network ---------------------------------------------------------------------------- */

static gboolean
test_start (gpointer data, HearthNetworkHost *host, GVariant *settings, GError **error)
{
  TestNetwork *self = data;
  gboolean refuse = FALSE;

  self->host = host;
  g_variant_lookup (settings, "services", "u", &self->services);
  g_variant_lookup (settings, "fail", "b", &self->fail);
  g_variant_lookup (settings, "refuse", "b", &refuse);
  if (refuse)
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "these settings are none");
  return !refuse;
}

static void
test_stop (gpointer data)
{
}

static void
list_service (TestNetwork *self, guint i)
{
  g_autofree char *uri = g_strdup_printf ("test:run#%u", i), *name = g_strdup_printf ("频道 %u", i);
  g_autofree char *number = g_strdup_printf ("%u", i + 1);
  const HearthAttribute attributes[] = { { "tvg-id", uri }, { "group-title", "Test;测试" } };
  const HearthService service = { .struct_size = sizeof service, .line = i + 2, .uri = uri, .name = name, .number = number,
                                  .group = "Test;测试", .guide_id = uri, .attributes = attributes,
                                  .n_attributes = G_N_ELEMENTS (attributes) };

  self->host->ops->list_service (self->host, &service);
}

static gpointer
list_main (gpointer data)
{
  TestNetwork *self = data;
  g_autoptr (GError) error = NULL;
  const HearthOddity oddity = { .line = 3, .code = "test-oddity", .text = "This line is odd." };

  self->host->ops->list_begin (self->host);
  for (guint i = 0; i < self->services; i++)
    list_service (self, i);
  self->host->ops->list_oddity (self->host, &oddity);
  if (self->fail)
    g_set_error_literal (&error, HEARTH_ERROR, HEARTH_ERROR_NO_SIGNAL, "the server says 404");
  self->host->ops->list_end (self->host, g_variant_new_parsed ("@a{sv} {'name': <'Test list'>}"), error);
  return NULL;
}

static void
test_refresh (gpointer data)
{
  g_thread_join (g_thread_new ("test-list", list_main, data)); /* a thread of its own, as real ones; short enough to wait for */
}

static const HearthNetworkOps test_ops = {
  .struct_size = sizeof (HearthNetworkOps), .kind = "test", .instance_size = sizeof (TestNetwork), .start = test_start,
  .stop = test_stop, .refresh = test_refresh, .open = test_open, .close = test_close
};

static gboolean
test_load (HearthPluginContext *context, GError **error)
{
  return hearth_plugin_context_add_network (context, &test_ops, error);
}

HEARTH_PLUGIN_DEFINE (network_test, "network-test", .summary = "A network for tests", .version = "1", .load = test_load)
