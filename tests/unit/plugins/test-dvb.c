/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* network-dvb on virtual tuners, as its host uses it; what it says to the kernel and to the dish. */
#include "plugins/network-dvb/dvb-kernel-tune.h"
#include "plugins/network-dvb/dvb-network.h"
#include "plugins/network-dvb/dvb-replay.h"
#include "plugins/network-dvb/dvb-virtual-map.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILE_PACKETS 2000
#define FILE_MS 1000
#define PCR_PID 0x101
#define OTHER_PID 0x102
#define PATIENCE_US (20 * G_USEC_PER_SEC)

/* ---- a host ------------------------------------------------------------------------------- */

typedef struct {
  HearthStreamSink sink; /* first */
  GMutex lock;
  GCond cond;
  GString *states; /* "connecting joined ..." */
  guint64 packets[8192], wrong, gaps;
} Sink;

static void
on_push (HearthStreamSink *sink, const guint8 *bytes, gsize n_bytes, gint64 arrival_us)
{
  Sink *self = (Sink *) sink;

  g_mutex_lock (&self->lock);
  g_assert_cmpuint (n_bytes % 188, ==, 0);
  for (gsize at = 0; at < n_bytes; at += 188) {
    g_assert_cmpuint (bytes[at], ==, 0x47);
    self->wrong += (bytes[at + 1] & 0x80) != 0;
    self->packets[((bytes[at + 1] & 0x1f) << 8) | bytes[at + 2]]++;
  }
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
on_gap (HearthStreamSink *sink)
{
  Sink *self = (Sink *) sink;

  g_mutex_lock (&self->lock);
  self->gaps++;
  g_mutex_unlock (&self->lock);
}

static void
on_state (HearthStreamSink *sink, HearthStreamState state, HearthError code, const char *text)
{
  static const char *const names[] = { "connecting", "joined", "running", "reconnecting", "ended", "failed" };
  Sink *self = (Sink *) sink;

  g_mutex_lock (&self->lock);
  g_string_append_printf (self->states, "%s%s ", names[state], code == HEARTH_ERROR_NO_SIGNAL ? "-no-signal" : "");
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
on_health (HearthStreamSink *sink, const HearthTransportHealth *health)
{
}

static const HearthStreamSinkOps sink_ops = { sizeof (HearthStreamSinkOps), on_push, on_gap, on_state, on_health };

static void
on_tuners_changed (HearthNetworkHost *host)
{
}

static const HearthNetworkHostOps host_ops = { .struct_size = sizeof (HearthNetworkHostOps), .tuners_changed = on_tuners_changed };

typedef struct {
  char *folder, *map;
  HearthNetworkHost host;
  gpointer network, tuner;
  Sink sink;
} Fixture;

static gboolean
nothing (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Waits until @condition, with the main loop turning: the plug-in watches its file there. */
#define WAIT(f, condition)                                                                           \
  G_STMT_START                                                                                       \
  {                                                                                                  \
    const gint64 until_us_ = g_get_monotonic_time () + PATIENCE_US;                                  \
    const guint turn_ = g_timeout_add (5, nothing, NULL);                                            \
    g_mutex_lock (&(f)->sink.lock);                                                                  \
    while (!(condition)) {                                                                           \
      g_mutex_unlock (&(f)->sink.lock);                                                              \
      g_main_context_iteration (NULL, TRUE);                                                         \
      g_assert_cmpint (g_get_monotonic_time (), <, until_us_);                                       \
      g_mutex_lock (&(f)->sink.lock);                                                                \
    }                                                                                                \
    g_mutex_unlock (&(f)->sink.lock);                                                                \
    g_source_remove (turn_);                                                                         \
  }                                                                                                  \
  G_STMT_END

static gboolean
was_told (Fixture *f, const char *state)
{
  return strstr (f->sink.states->str, state) != NULL;
}

static void
forget (Fixture *f)
{
  g_mutex_lock (&f->sink.lock);
  g_string_truncate (f->sink.states, 0);
  memset (f->sink.packets, 0, sizeof f->sink.packets);
  f->sink.wrong = f->sink.gaps = 0;
  g_mutex_unlock (&f->sink.lock);
}

/* ---- a cable -------------------------------------------------------------------------------- */

static void
make_packet (guint8 *packet, guint i)
{
  const guint pid = i % 4 == 0 ? PCR_PID : i % 4 == 3 ? 0x1fff : OTHER_PID;
  const guint64 pcr90k = (guint64) i * 90 * FILE_MS / FILE_PACKETS;

  memset (packet, 0x55, 188);
  packet[0] = 0x47;
  packet[1] = pid >> 8;
  packet[2] = pid & 0xff;
  packet[3] = 0x10;
  if (pid == PCR_PID && i % 40 == 0) { /* each 20 ms */
    const guint8 field[] = { 0x30, 7, 0x10, pcr90k >> 25, pcr90k >> 17, pcr90k >> 9, pcr90k >> 1, ((pcr90k & 1) << 7) | 0x7e, 0 };

    memcpy (packet + 3, field, sizeof field);
  }
}

static void
write_stream (const char *path)
{
  g_autofree guint8 *bytes = g_malloc (FILE_PACKETS * 188);

  for (guint i = 0; i < FILE_PACKETS; i++)
    make_packet (bytes + i * 188, i);
  g_assert_true (g_file_set_contents (path, (const char *) bytes, FILE_PACKETS * 188, NULL));
}

static void
write_map (Fixture *f, const char *tuners, const char *one)
{
  g_autofree char *text = g_strdup_printf ("[tuners]\n%s\n[multiplex one]\nfrequency-khz=306000\nsymbol-rate=6900000\nmodulation=256qam\n%s\n"
                                           "[multiplex weak]\nfrequency-khz=314000\nlock=false\n",
                                           tuners, one);

  g_assert_true (g_file_set_contents (f->map, text, -1, NULL));
}

static void
start (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) settings = g_variant_ref_sink (g_variant_new_parsed ("{'virtual': <%s>}", f->folder));

  dvb_network_ops.start (f->network, &f->host, settings, &error);
  g_assert_no_error (error);
  f->tuner = dvb_network_ops.tuners->open (f->network, "virtual.0", &f->sink.sink, &error);
  g_assert_no_error (error);
}

static void
tune (Fixture *f, guint32 frequency_khz, guint32 symbol_rate)
{
  g_autoptr (GError) error = NULL;
  HearthTunerParams params = HEARTH_TUNER_PARAMS_INIT;

  params.system = HEARTH_TUNER_DVB_C;
  params.frequency_khz = frequency_khz;
  params.symbol_rate = symbol_rate;
  dvb_network_ops.tuners->tune (f->network, f->tuner, &params, &error);
  g_assert_no_error (error);
}

static void
set_all_pids (Fixture *f)
{
  static const guint16 all[] = { HEARTH_TUNER_ALL_PIDS };

  g_assert_true (dvb_network_ops.tuners->set_pids (f->network, f->tuner, all, 1, NULL));
}

static HearthTunerStatus
get_status (Fixture *f)
{
  HearthTunerStatus status = { .struct_size = sizeof status };

  dvb_network_ops.tuners->get_status (f->network, f->tuner, &status);
  return status;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *stream = NULL;

  f->folder = g_dir_make_tmp ("hearth-dvb-XXXXXX", NULL);
  f->map = g_build_filename (f->folder, "tuners.ini", NULL);
  stream = g_build_filename (f->folder, "one.ts", NULL);
  write_stream (stream);
  write_map (f, "count=2", "source=one.ts\nlock-ms=50");
  f->host.ops = &host_ops;
  f->network = g_malloc0 (dvb_network_ops.instance_size);
  f->sink.sink.ops = &sink_ops;
  f->sink.states = g_string_new (NULL);
  g_mutex_init (&f->sink.lock);
  g_cond_init (&f->sink.cond);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *stream = g_build_filename (f->folder, "one.ts", NULL);

  if (f->tuner != NULL) {
    dvb_network_ops.tuners->close (f->network, f->tuner);
    dvb_network_ops.stop (f->network);
  }
  g_unlink (stream);
  g_unlink (f->map);
  g_rmdir (f->folder);
  g_string_free (f->sink.states, TRUE);
  g_mutex_clear (&f->sink.lock);
  g_cond_clear (&f->sink.cond);
  g_free (f->network);
  g_free (f->folder);
  g_free (f->map);
}

/* ---- virtual tuners ---------------------------------------------------------------------------- */

static void
count_tuner (const HearthTunerInfo *info, gpointer user_data)
{
  g_assert_cmpuint (info->systems, ==, 1u << HEARTH_TUNER_DVB_C);
  g_assert_true (info->simulated);
  ++*(guint *) user_data;
}

static void
test_lock (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  HearthTunerStatus status;
  guint n = 0;

  start (f);
  dvb_network_ops.tuners->list (f->network, count_tuner, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_null (dvb_network_ops.tuners->open (f->network, "virtual.0", &f->sink.sink, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_BUSY);
  set_all_pids (f);
  tune (f, 306100, 6900000); /* a little beside it */
  WAIT (f, was_told (f, "connecting joined") && f->sink.packets[OTHER_PID] > 100);
  status = get_status (f);
  g_assert_true (status.locked);
  g_assert_cmpint (status.signal_mdbm, ==, -45000);
  tune (f, 306100, 6900000); /* there already */
  WAIT (f, was_told (f, "connecting joined joined"));
  WAIT (f, f->sink.gaps >= 2); /* the file's end came */
}

static void
test_no_lock (Fixture *f, gconstpointer data)
{
  static const struct {
    guint32 frequency_khz, symbol_rate;
  } wrong[] = { { 300000, 6900000 }, { 306000, 5000000 }, { 314000, 0 } };

  start (f);
  set_all_pids (f);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    forget (f);
    tune (f, wrong[i].frequency_khz, wrong[i].symbol_rate);
    WAIT (f, was_told (f, "reconnecting-no-signal"));
    g_assert_false (was_told (f, "joined"));
    g_assert_cmpuint (f->sink.packets[OTHER_PID], ==, 0);
  }
}

/* A cable that is pulled, and put in again. */
static void
test_pulled (Fixture *f, gconstpointer data)
{
  start (f);
  set_all_pids (f);
  tune (f, 306000, 6900000);
  WAIT (f, was_told (f, "joined"));
  write_map (f, "count=2", "lock=false");
  WAIT (f, was_told (f, "reconnecting-no-signal"));
  g_assert_false (get_status (f).locked);
  forget (f);
  write_map (f, "count=2", "source=one.ts");
  WAIT (f, was_told (f, "joined") && f->sink.packets[OTHER_PID] > 10);
}

static void
test_weak (Fixture *f, gconstpointer data)
{
  write_map (f, "count=1", "source=one.ts\nerrors=0.2\nsnr-db=11.5");
  start (f);
  set_all_pids (f);
  tune (f, 306000, 0);
  WAIT (f, f->sink.packets[OTHER_PID] > 500 && f->sink.wrong > 20);
  g_assert_cmpint (get_status (f).snr_mdb, ==, 11500);
}

static void
test_filter (Fixture *f, gconstpointer data)
{
  static const guint16 one[] = { OTHER_PID }, three[] = { 1, 2, 3 };
  g_autoptr (GError) error = NULL;

  write_map (f, "count=1\npids=2", "source=one.ts");
  start (f);
  g_assert_false (dvb_network_ops.tuners->set_pids (f->network, f->tuner, three, 3, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT);
  g_assert_true (dvb_network_ops.tuners->set_pids (f->network, f->tuner, one, 1, NULL));
  tune (f, 306000, 6900000);
  WAIT (f, f->sink.packets[OTHER_PID] > 200);
  g_mutex_lock (&f->sink.lock);
  g_assert_cmpuint (f->sink.packets[PCR_PID], ==, 0);
  g_mutex_unlock (&f->sink.lock);
  set_all_pids (f);
  WAIT (f, f->sink.packets[PCR_PID] > 20);
}

static void
test_group (Fixture *f, gconstpointer data)
{
  const struct in_addr loopback = { .s_addr = htonl (INADDR_LOOPBACK) };
  const struct sockaddr_in group = { .sin_family = AF_INET, .sin_port = htons (27310), .sin_addr.s_addr = inet_addr ("239.88.7.1") };
  guint8 datagram[12 + 7 * 188] = { 0x80, 33 };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  if (setsockopt (fd, IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof loopback) < 0) {
    g_test_skip ("no multicast on loopback");
    close (fd);
    return;
  }
  for (guint i = 0; i < 7; i++)
    make_packet (datagram + 12 + i * 188, i + 1);
  write_map (f, "count=1", "source=udp://239.88.7.1:27310\nlock-ms=0");
  start (f);
  set_all_pids (f);
  tune (f, 306000, 0);
  WAIT (f, was_told (f, "joined"));
  for (guint i = 0; i < 100; i++) /* RTP and plain UDP by turns */
    g_assert_cmpint (sendto (fd, datagram + (i % 2 == 0 ? 0 : 12), sizeof datagram - (i % 2 == 0 ? 0 : 12), 0,
                             (const struct sockaddr *) &group, sizeof group), >, 0);
  WAIT (f, f->sink.packets[OTHER_PID] >= 300);
  close (fd);
}

static void
test_refusals (Fixture *f, gconstpointer data)
{
  static const char *const maps[] = { "frequency-khz=soon", "system=dvbx", "modulation=7qam", "symbol-rate=fast", "frequency-khz=0" };
  HearthTunerParams params = HEARTH_TUNER_PARAMS_INIT;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (maps); i++) {
    g_autoptr (GError) wrong = NULL;

    write_map (f, "count=1", maps[i]);
    g_assert_null (dvb_virtual_map_new (f->map, &wrong));
    g_assert_error (wrong, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull (strstr (wrong->message, "[multiplex one]"));
  }
  write_map (f, "count=1", "");
  start (f);
  params.system = HEARTH_TUNER_DVB_S2;
  params.frequency_khz = 11778000;
  g_assert_false (dvb_network_ops.tuners->tune (f->network, f->tuner, &params, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_null (dvb_network_ops.tuners->open (f->network, "virtual.7", &f->sink.sink, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND);
}

/* At real speed, everything once, then anew. */
static void
test_replay (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "one.ts", NULL);
  g_autofree guint8 *bytes = g_malloc (FILE_PACKETS * 188);
  g_autoptr (GError) error = NULL;
  DvbReplay *replay = dvb_replay_new (path, &error);
  DvbReplayPosition position = { 5, 0 };
  const gint64 turn_us = FILE_MS * 1000;

  g_assert_no_error (error);
  for (gint64 us = 0; us < turn_us; us += 10000) {
    const gint64 offset = (gint64) dvb_replay_at (replay, 5 * turn_us + us).offset;

    g_assert_cmpint (ABS (offset - us * FILE_PACKETS * 188 / turn_us), <=, 4 * 188);
  }
  g_assert_cmpuint (dvb_replay_read (replay, &position, 5 * turn_us + 500000, bytes, FILE_PACKETS * 188), ==, position.offset);
  g_assert_cmpuint (dvb_replay_read (replay, &position, 5 * turn_us + 500000, bytes, FILE_PACKETS * 188), ==, 0);
  dvb_replay_read (replay, &position, 6 * turn_us + 5000, bytes, FILE_PACKETS * 188);
  g_assert_cmpuint (position.offset, ==, FILE_PACKETS * 188);
  dvb_replay_free (replay);
  g_assert_null (dvb_replay_new (f->map, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
}

/* ---- dish and kernel -------------------------------------------------------------------------------- */

static void
test_satellite (void)
{
  g_autoptr (GError) error = NULL;
  DvbLnbSetting setting;
  DvbLnb lnb;

  g_assert_true (dvb_lnb_parse (&lnb, "universal diseqc=2", NULL));
  dvb_lnb_set (&lnb, 11778000, HEARTH_TUNER_VERTICAL, &setting);
  g_assert_cmpuint (setting.if_khz, ==, 1178000);
  g_assert_true (setting.tone);
  g_assert_false (setting.high_voltage);
  g_assert_cmpuint (setting.n_commands, ==, 1);
  g_assert_cmpmem (setting.commands[0], 4, "\xe0\x10\x38\xf5", 4); /* option B, position A, vertical, high band */
  dvb_lnb_set (&lnb, 10744000, HEARTH_TUNER_HORIZONTAL, &setting);
  g_assert_cmpuint (setting.if_khz, ==, 994000);
  g_assert_false (setting.tone);
  g_assert_true (setting.high_voltage);
  g_assert_cmpmem (setting.commands[0], 4, "\xe0\x10\x38\xf6", 4);
  g_assert_true (dvb_lnb_parse (&lnb, "c-band uncommitted=16 burst=b", NULL));
  dvb_lnb_set (&lnb, 3840000, HEARTH_TUNER_LEFT, &setting);
  g_assert_cmpuint (setting.if_khz, ==, 1310000);
  g_assert_cmpmem (setting.commands[0], 4, "\xe0\x10\x39\xff", 4);
  g_assert_cmpint (setting.burst, ==, 1);
  g_assert_false (dvb_lnb_parse (&lnb, "diseqc=5", &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
}

static guint32
get_property (const struct dtv_property *properties, guint n, guint32 command)
{
  for (guint i = 0; i < n; i++)
    if (properties[i].cmd == command)
      return properties[i].u.data;
  return G_MAXUINT32;
}

static void
test_properties (void)
{
  struct dtv_property list[DVB_MOST_PROPERTIES];
  HearthTunerParams params = HEARTH_TUNER_PARAMS_INIT;
  guint n;

  params.system = HEARTH_TUNER_DVB_C;
  params.frequency_khz = 474000;
  params.symbol_rate = 6940000;
  params.modulation = HEARTH_TUNER_QAM256;
  n = dvb_kernel_make_properties (&params, 0, list);
  g_assert_cmpuint (list[0].cmd, ==, DTV_CLEAR);
  g_assert_cmpuint (list[n - 1].cmd, ==, DTV_TUNE);
  g_assert_cmpuint (get_property (list, n, DTV_DELIVERY_SYSTEM), ==, SYS_DVBC_ANNEX_A);
  g_assert_cmpuint (get_property (list, n, DTV_FREQUENCY), ==, 474000000);
  g_assert_cmpuint (get_property (list, n, DTV_SYMBOL_RATE), ==, 6940000);
  g_assert_cmpuint (get_property (list, n, DTV_MODULATION), ==, QAM_256);

  params.system = HEARTH_TUNER_DTMB;
  params.bandwidth_hz = 8000000;
  params.modulation = HEARTH_TUNER_QAM64;
  params.guard = (HearthTunerRatio) { 1, 4 };
  params.carriers = 3780;
  params.interleaving = 720;
  n = dvb_kernel_make_properties (&params, 0, list);
  g_assert_cmpuint (get_property (list, n, DTV_GUARD_INTERVAL), ==, GUARD_INTERVAL_PN945);
  g_assert_cmpuint (get_property (list, n, DTV_TRANSMISSION_MODE), ==, TRANSMISSION_MODE_C3780);
  g_assert_cmpuint (get_property (list, n, DTV_INTERLEAVING), ==, INTERLEAVING_720);

  params = (HearthTunerParams) HEARTH_TUNER_PARAMS_INIT;
  params.system = HEARTH_TUNER_DVB_S2;
  params.symbol_rate = 27500000;
  params.modulation = HEARTH_TUNER_PSK8;
  params.code_rate = (HearthTunerRatio) { 2, 3 };
  n = dvb_kernel_make_properties (&params, 1178000, list);
  g_assert_cmpuint (get_property (list, n, DTV_FREQUENCY), ==, 1178000);
  g_assert_cmpuint (get_property (list, n, DTV_INNER_FEC), ==, FEC_2_3);
  g_assert_cmpuint (get_property (list, n, DTV_STREAM_ID), ==, NO_STREAM_ID_FILTER);
  for (guint system = 0; system < HEARTH_TUNER_N_SYSTEMS; system++) {
    params.system = (HearthTunerSystem) system;
    g_assert_cmpuint (dvb_kernel_make_properties (&params, 0, list), <=, DVB_MOST_PROPERTIES);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/dvb/lock", test_lock);
  ADD ("/dvb/no-lock", test_no_lock);
  ADD ("/dvb/pulled", test_pulled);
  ADD ("/dvb/weak", test_weak);
  ADD ("/dvb/filter", test_filter);
  ADD ("/dvb/group", test_group);
  ADD ("/dvb/refusals", test_refusals);
  ADD ("/dvb/replay", test_replay);
#undef ADD
  g_test_add_func ("/dvb/satellite", test_satellite);
  g_test_add_func ("/dvb/properties", test_properties);
  return g_test_run ();
}
