/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-testing.h"

#include "plugins/network-iptv/iptv-network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- namespace ---------------------------------------------------------------------------- */

static char *why_not;

static gboolean
raise_loopback (int fd)
{
  struct ifreq request = { .ifr_name = "lo" };

  if (ioctl (fd, SIOCGIFFLAGS, &request) != 0)
    return FALSE;
  request.ifr_flags |= IFF_UP | IFF_MULTICAST;
  return ioctl (fd, SIOCSIFFLAGS, &request) == 0;
}

static gboolean
add_route (int fd, const char *network)
{
  char device[] = "lo";
  struct rtentry route = { .rt_flags = RTF_UP, .rt_dev = device };
  struct sockaddr_in *to = (struct sockaddr_in *) &route.rt_dst, *mask = (struct sockaddr_in *) &route.rt_genmask;

  to->sin_family = mask->sin_family = AF_INET;
  to->sin_addr.s_addr = inet_addr (network);
  mask->sin_addr.s_addr = inet_addr ("255.0.0.0");
  return ioctl (fd, SIOCADDRT, &route) == 0;
}

static gboolean
write_file (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;

  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, &error);
}

/* As root at once; else as root of a user namespace of our own. */
static gboolean
unshare_network (void)
{
  g_autofree char *map = g_strdup_printf ("0 %d 1\n", (int) geteuid ());

  if (unshare (CLONE_NEWNET) == 0)
    return TRUE;
  return unshare (CLONE_NEWUSER | CLONE_NEWNET) == 0 && write_file ("/proc/self/uid_map", map);
}

gboolean
testing_enter_namespace (void)
{
  int fd;

  if (!unshare_network ()) {
    why_not = g_strdup_printf ("no network namespace of its own here (%s): run as root", g_strerror (errno));
    return FALSE;
  }
  fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (!raise_loopback (fd) || !add_route (fd, "239.0.0.0") || !add_route (fd, "232.0.0.0"))
    why_not = g_strdup_printf ("multicast cannot be set up on lo: %s", g_strerror (errno));
  close (fd);
  return why_not == NULL;
}

gboolean
testing_skip (void)
{
  if (why_not != NULL)
    g_test_skip (why_not);
  return why_not != NULL;
}

gboolean
testing_run_ip (const char *arguments)
{
  g_autofree char *command = g_strconcat ("ip ", arguments, NULL);
  int status = 0;

  return g_spawn_command_line_sync (command, NULL, NULL, &status, NULL) && status == 0;
}

/* ---- sink --------------------------------------------------------------------------------------- */

static TestSink *
enter (HearthStreamSink *sink)
{
  TestSink *self = (TestSink *) sink;

  g_mutex_lock (&self->lock);
  g_assert_false (self->closed);
  return self;
}

static void
leave (TestSink *self)
{
  g_mutex_unlock (&self->lock);
  g_main_context_wakeup (NULL);
}

static void
on_push (HearthStreamSink *sink, const guint8 *bytes, gsize n_bytes, gint64 arrival_us)
{
  TestSink *self = enter (sink);

  g_byte_array_append (self->bytes, bytes, (guint) n_bytes);
  if (self->n_pushes++ == 0)
    self->first_arrival_us = arrival_us;
  g_assert_cmpint (arrival_us, >=, self->last_arrival_us);
  self->last_arrival_us = arrival_us;
  leave (self);
}

static void
on_beat (HearthStreamSink *sink)
{
  TestSink *self = enter (sink);

  self->n_beats++;
  leave (self);
}

static void
on_gap (HearthStreamSink *sink)
{
  TestSink *self = enter (sink);

  self->n_gaps++;
  leave (self);
}

static void
on_state (HearthStreamSink *sink, HearthStreamState state, HearthError code, const char *text)
{
  static const char *const names[] = { "connecting", "joined", "running", "reconnecting", "ended", "failed", "direct" };
  TestSink *self = enter (sink);

  g_string_append_printf (self->states, "%s%s%s ", names[state], text != NULL ? ":" : "",
                          text != NULL ? hearth_error_get_name (code) : "");
  g_free (self->text);
  self->text = g_strdup (text);
  if (text != NULL)
    g_test_message ("%s", text);
  leave (self);
}

static void
on_health (HearthStreamSink *sink, const HearthTransportHealth *health)
{
  TestSink *self = enter (sink);

  self->health = *health;
  leave (self);
}

static const HearthStreamSinkOps sink_ops = {
  .struct_size = sizeof (HearthStreamSinkOps),
  .push = on_push,
  .gap = on_gap,
  .state = on_state,
  .health = on_health,
  .beat = on_beat,
};

TestSink *
test_sink_new (void)
{
  TestSink *self = g_new0 (TestSink, 1);

  self->sink.ops = &sink_ops;
  g_mutex_init (&self->lock);
  self->bytes = g_byte_array_new ();
  self->states = g_string_new (NULL);
  return self;
}

void
test_sink_free (TestSink *self)
{
  g_byte_array_unref (self->bytes);
  g_string_free (self->states, TRUE);
  g_free (self->text);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gsize
test_sink_get_size (TestSink *self)
{
  gsize size;

  g_mutex_lock (&self->lock);
  size = self->bytes->len;
  g_mutex_unlock (&self->lock);
  return size;
}

guint
test_sink_get_beats (TestSink *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->n_beats;
  g_mutex_unlock (&self->lock);
  return n;
}

char *
test_sink_dup_states (TestSink *self)
{
  char *states;

  g_mutex_lock (&self->lock);
  states = g_strdup (self->states->str);
  g_mutex_unlock (&self->lock);
  return states;
}

gboolean
test_sink_has_state (TestSink *self, const char *state)
{
  g_autofree char *states = test_sink_dup_states (self);
  g_autofree char *word = g_strconcat (state, " ", NULL);

  return strstr (states, word) != NULL;
}

HearthTransportHealth
test_sink_get_health (TestSink *self)
{
  HearthTransportHealth health;

  g_mutex_lock (&self->lock);
  health = self->health;
  g_mutex_unlock (&self->lock);
  return health;
}

/* ---- host ------------------------------------------------------------------------------------------ */

static void
on_list_begin (HearthNetworkHost *host)
{
  TestNetwork *self = (TestNetwork *) host;

  g_mutex_lock (&self->lock);
  g_assert_cmpuint (self->n_begun, ==, self->n_ended);
  self->n_begun++;
  g_string_truncate (self->services, 0);
  self->n_oddities = 0;
  g_mutex_unlock (&self->lock);
}

static void
on_list_service (HearthNetworkHost *host, const HearthService *service)
{
  TestNetwork *self = (TestNetwork *) host;

  g_mutex_lock (&self->lock);
  g_string_append_printf (self->services, "%s %s\n", service->name, service->uri);
  g_mutex_unlock (&self->lock);
}

static void
on_list_oddity (HearthNetworkHost *host, const HearthOddity *oddity)
{
  TestNetwork *self = (TestNetwork *) host;

  g_mutex_lock (&self->lock);
  self->n_oddities++;
  g_mutex_unlock (&self->lock);
}

static void
on_list_end (HearthNetworkHost *host, GVariant *details, const GError *error)
{
  TestNetwork *self = (TestNetwork *) host;

  g_mutex_lock (&self->lock);
  g_assert_true ((details == NULL) == (error != NULL));
  g_clear_pointer (&self->details, g_variant_unref);
  g_clear_error (&self->error);
  self->details = details != NULL ? g_variant_ref_sink (details) : NULL;
  self->error = error != NULL ? g_error_copy (error) : NULL;
  self->n_ended++;
  g_mutex_unlock (&self->lock);
  g_main_context_wakeup (NULL);
}

static const HearthNetworkHostOps host_ops = {
  .struct_size = sizeof (HearthNetworkHostOps),
  .list_begin = on_list_begin,
  .list_service = on_list_service,
  .list_oddity = on_list_oddity,
  .list_end = on_list_end,
};

TestNetwork *
test_network_new (const char *location)
{
  return test_network_new_refreshing (location, 0);
}

TestNetwork *
test_network_new_refreshing (const char *location, guint refresh_minutes)
{
  g_autofree char *settings = g_strdup_printf ("{'location': <'%s'>, 'refresh-minutes': <uint32 %u>}", location, refresh_minutes);

  return test_network_new_with (settings);
}

TestNetwork *
test_network_new_with (const char *settings)
{
  TestNetwork *self = g_new0 (TestNetwork, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) made = g_variant_parse (G_VARIANT_TYPE_VARDICT, settings, NULL, NULL, &error);

  g_assert_no_error (error);
  self->host.ops = &host_ops;
  g_mutex_init (&self->lock);
  self->services = g_string_new (NULL);
  self->instance = g_malloc0 (iptv_network_ops.instance_size);
  iptv_network_ops.start (self->instance, &self->host, made, &error);
  g_assert_no_error (error);
  return self;
}

void
test_network_free (TestNetwork *self)
{
  iptv_network_ops.stop (self->instance);
  g_free (self->instance);
  g_string_free (self->services, TRUE);
  g_clear_pointer (&self->details, g_variant_unref);
  g_clear_error (&self->error);
  g_mutex_clear (&self->lock);
  g_free (self);
}

guint
test_network_get_ended (TestNetwork *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->n_ended;
  g_mutex_unlock (&self->lock);
  return n;
}

gpointer
test_network_open (TestNetwork *self, const char *uri, TestSink *sink)
{
  g_autoptr (GError) error = NULL;
  gpointer stream = iptv_network_ops.open (self->instance, uri, NULL, &sink->sink, &error);

  g_assert_no_error (error);
  g_assert_nonnull (stream);
  return stream;
}

void
test_network_close (TestNetwork *self, gpointer stream, TestSink *sink)
{
  gint64 start_us = g_get_monotonic_time ();

  iptv_network_ops.close (self->instance, stream);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 500000); /* 50 ms by the contract; room for a busy machine */
  g_mutex_lock (&sink->lock);
  sink->closed = TRUE;
  g_mutex_unlock (&sink->lock);
}

/* ---- waiting ------------------------------------------------------------------------------------------ */

static gboolean
on_deadline (gpointer data)
{
  g_error ("waited 15 s in vain for %s", (const char *) data);
  return G_SOURCE_REMOVE;
}

guint
testing_begin_wait (const char *file, int line, const char *condition)
{
  return g_timeout_add_full (G_PRIORITY_DEFAULT, 15000, on_deadline, g_strdup_printf ("%s (%s:%d)", condition, file, line), g_free);
}

/* ---- sender --------------------------------------------------------------------------------------------- */

void
testing_fill_payload (guint8 *payload, guint number)
{
  memset (payload, 0xa5, TEST_PAYLOAD);
  for (guint i = 0; i < 7; i++) {
    guint8 *packet = payload + i * 188;
    guint32 serial = GUINT32_TO_BE (number * 7 + i);

    packet[0] = 0x47;
    packet[1] = 0x01;
    packet[2] = 0x00;
    packet[3] = (guint8) (0x10 | (serial & 0x0f));
    memcpy (packet + 4, &serial, sizeof serial);
  }
}

gsize
testing_fill_rtp (guint8 *packet, guint number, guint32 ssrc)
{
  guint32 ssrc_be = GUINT32_TO_BE (ssrc);

  memset (packet, 0, 12);
  packet[0] = 0x80;
  packet[1] = 33;
  packet[2] = (guint8) (number >> 8);
  packet[3] = (guint8) number;
  memcpy (packet + 8, &ssrc_be, sizeof ssrc_be);
  testing_fill_payload (packet + 12, number);
  return 12 + TEST_PAYLOAD;
}

int
testing_open_sender (const char *source)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  struct in_addr loopback = { .s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  if (source != NULL) {
    address.sin_addr.s_addr = inet_addr (source);
    g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  }
  g_assert_cmpint (setsockopt (fd, IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof loopback), ==, 0);
  return fd;
}

void
testing_send (int fd, const char *group, guint port, const void *bytes, gsize n_bytes)
{
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons ((guint16) port) };

  to.sin_addr.s_addr = inet_addr (group);
  g_assert_cmpint (sendto (fd, bytes, n_bytes, 0, (struct sockaddr *) &to, sizeof to), ==, (gssize) n_bytes);
}

void
testing_assert_payloads (TestSink *sink, guint from, guint to)
{
  g_autofree guint8 *expected = g_malloc ((gsize) (to - from) * TEST_PAYLOAD);

  for (guint i = from; i < to; i++)
    testing_fill_payload (expected + (gsize) (i - from) * TEST_PAYLOAD, i);
  g_mutex_lock (&sink->lock);
  g_assert_cmpmem (sink->bytes->data, sink->bytes->len, expected, (gsize) (to - from) * TEST_PAYLOAD);
  g_mutex_unlock (&sink->lock);
}
