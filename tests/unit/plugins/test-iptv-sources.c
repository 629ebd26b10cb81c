/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sources through the plug-in's own ops, with real datagrams on the loopback of a network namespace of our own. */
#include "iptv-testing.h"

#include "plugins/network-iptv/iptv-network.h"

#include <net/if.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  TestNetwork *network;
  TestSink *sink;
  gpointer stream;
  int fd;
} Fixture;

static void
set_up (Fixture *f, gconstpointer uri)
{
  f->network = test_network_new ("/dev/null");
  f->sink = test_sink_new ();
  f->fd = testing_open_sender (NULL);
  if (uri == NULL)
    return;
  f->stream = test_network_open (f->network, uri, f->sink);
  WAIT_FOR (test_sink_has_state (f->sink, "joined"));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  if (f->stream != NULL)
    test_network_close (f->network, f->stream, f->sink);
  test_network_free (f->network);
  test_sink_free (f->sink);
  close (f->fd);
}

/* No burst longer than a receive buffer of the kernel's default size. */
static void
wait_for_payloads (Fixture *f, guint n)
{
  WAIT_FOR (test_sink_get_size (f->sink) >= (gsize) n * TEST_PAYLOAD);
}

static void
send_plain (Fixture *f, const char *group, guint port, guint from, guint to)
{
  guint8 payload[TEST_PAYLOAD];

  for (guint i = from; i < to; i++) {
    testing_fill_payload (payload, i);
    testing_send (f->fd, group, port, payload, sizeof payload);
  }
}

static void
send_rtp (Fixture *f, guint port, guint number, guint32 ssrc)
{
  guint8 packet[12 + TEST_PAYLOAD];

  testing_send (f->fd, "239.77.1.1", port, packet, testing_fill_rtp (packet, number, ssrc));
}

/* ---- UDP ------------------------------------------------------------------------------------ */

static void
test_udp (Fixture *f, gconstpointer data)
{
  g_autofree char *states = NULL;

  if (testing_skip ())
    return;
  for (guint i = 0; i < 2000; i += 50) {
    send_plain (f, "239.77.1.1", 4001, i, i + 50);
    send_plain (f, "239.77.1.2", 4001, 5000, 5001); /* another group, the same port */
    wait_for_payloads (f, i + 50);
  }
  WAIT_FOR (test_sink_get_health (f->sink).received == 2000);
  testing_assert_payloads (f->sink, 0, 2000);
  states = test_sink_dup_states (f->sink);
  g_assert_cmpstr (states, ==, "joined running ");
  g_assert_cmpuint (f->sink->n_gaps, ==, 0);
  g_assert_cmpuint (test_sink_get_health (f->sink).lost, ==, 0);
}

/* Datagrams of other sizes than seven packets, from one packet to the longest there are. */
static void
test_udp_sizes (Fixture *f, gconstpointer data)
{
  static const guint sizes[] = { 7, 7, 1, 7, 3, 10, 10, 7, 340, 7, 7 };
  g_autoptr (GByteArray) sent = g_byte_array_new ();

  if (testing_skip ())
    return;
  for (guint round = 0; round < 20; round++)
    for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
      guint8 bytes[350 * 188];

      for (guint p = 0; p < sizes[i]; p += 7)
        testing_fill_payload (bytes + p * 188, sent->len);
      testing_send (f->fd, "239.77.1.1", 4002, bytes, sizes[i] * 188);
      g_byte_array_append (sent, bytes, sizes[i] * 188);
      WAIT_FOR (i % 4 != 0 || test_sink_get_size (f->sink) == sent->len);
    }
  WAIT_FOR (test_sink_get_size (f->sink) == sent->len);
  g_assert_cmpmem (f->sink->bytes->data, f->sink->bytes->len, sent->data, sent->len);
}

/* Only wakes the wait, for senders that send while they wait. */
static gboolean
wake (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Past two seconds of flow the stream is read at the tick: nothing may be lost on the way over. */
static guint n_flowed;

static gboolean
flow (gpointer data)
{
  send_plain (data, "239.77.1.1", 4003, n_flowed, n_flowed + 10);
  n_flowed += 10;
  return G_SOURCE_CONTINUE;
}

static void
test_flow (Fixture *f, gconstpointer data)
{
  gint64 start_us = g_get_monotonic_time ();
  guint source, pushes_before;
  gsize bytes_before;

  if (testing_skip ())
    return;
  n_flowed = 0;
  source = g_timeout_add (5, flow, f);
  WAIT_FOR (g_get_monotonic_time () - start_us > 2300000);
  g_mutex_lock (&f->sink->lock);
  pushes_before = f->sink->n_pushes;
  bytes_before = f->sink->bytes->len;
  g_mutex_unlock (&f->sink->lock);
  WAIT_FOR (test_sink_get_size (f->sink) > bytes_before + 1000 * TEST_PAYLOAD);
  g_source_remove (source);
  wait_for_payloads (f, n_flowed);
  testing_assert_payloads (f->sink, 0, n_flowed);
  /* 1000 datagrams in half a second or more: at 50 ticks a second that is runs of 10 and above. */
  g_test_message ("%u pushes for 1000 datagrams", f->sink->n_pushes - pushes_before);
  g_assert_cmpuint (f->sink->n_pushes - pushes_before, <, 250);
  g_assert_cmpuint (f->sink->n_gaps, ==, 0);
}

static void
test_nonsense (Fixture *f, gconstpointer data)
{
  guint source;

  if (testing_skip ())
    return;
  source = g_timeout_add (100, wake, NULL);
  while (!test_sink_has_state (f->sink, "reconnecting:Corrupt")) {
    testing_send (f->fd, "239.77.1.1", 4004, "hello", 5);
    g_main_context_iteration (NULL, TRUE);
  }
  g_source_remove (source);
  WAIT_FOR (test_sink_get_health (f->sink).malformed > 0);
  send_plain (f, "239.77.1.1", 4004, 0, 3);
  wait_for_payloads (f, 3);
  WAIT_FOR (test_sink_has_state (f->sink, "running"));
  testing_assert_payloads (f->sink, 0, 3);
}

/* ---- RTP -------------------------------------------------------------------------------------- */

static void
test_rtp (Fixture *f, gconstpointer data)
{
  if (testing_skip ())
    return;
  for (guint i = 0; i < 1000; i++) {
    send_rtp (f, 4010, i, 1);
    if (i % 50 == 49)
      wait_for_payloads (f, i + 1);
  }
  testing_assert_payloads (f->sink, 0, 1000);
  g_assert_cmpuint (f->sink->n_gaps, ==, 0);
}

/* Of each hundred: two swapped, one twice, one never, one after its time. */
static void
test_rtp_disorder (Fixture *f, gconstpointer data)
{
  HearthTransportHealth health;
  guint n = 0;

  if (testing_skip ())
    return;
  for (guint base = 0; base < 1000; base += 100) {
    for (guint i = 0; i < 100; i++) {
      guint number = base + (i == 10 ? 11 : i == 11 ? 10 : i);

      if (i == 50)
        continue;
      send_rtp (f, 4011, number, 1);
      n++;
      if (i == 20)
        send_rtp (f, 4011, number, 1);
      if (i % 25 == 24 && i != 74)
        WAIT_FOR (test_sink_get_size (f->sink) >= (gsize) (i < 50 ? n : n - 49) * TEST_PAYLOAD);
    }
    wait_for_payloads (f, n); /* the hole at 50 was given up */
    send_rtp (f, 4011, base + 50, 1);
  }
  WAIT_FOR (test_sink_get_health (f->sink).late == 10);
  health = test_sink_get_health (f->sink);
  g_assert_cmpuint (health.lost, ==, 10);
  g_assert_cmpuint (health.reordered, ==, 10);
  g_assert_cmpuint (health.duplicate, ==, 10);
  g_assert_cmpuint (health.malformed, ==, 0);
  g_assert_cmpuint (f->sink->n_gaps, ==, 10);
  g_assert_cmpuint (f->sink->bytes->len, ==, 990 * TEST_PAYLOAD);
  for (guint i = 0; i < 990; i++) { /* in order, without those at 50 */
    guint8 payload[TEST_PAYLOAD];

    testing_fill_payload (payload, i / 99 * 100 + i % 99 + (i % 99 >= 50));
    g_assert_cmpmem (f->sink->bytes->data + (gsize) i * TEST_PAYLOAD, TEST_PAYLOAD, payload, TEST_PAYLOAD);
  }
}

static void
test_rtp_restart (Fixture *f, gconstpointer data)
{
  if (testing_skip ())
    return;
  for (guint i = 0; i < 20; i++)
    send_rtp (f, 4012, i, i < 10 ? 1 : 2);
  wait_for_payloads (f, 20);
  testing_assert_payloads (f->sink, 0, 20);
  g_assert_cmpuint (f->sink->n_gaps, ==, 1);
}

/* CSRCs, an extension and padding around the payload, in some packets. */
static void
test_rtp_dressed (Fixture *f, gconstpointer data)
{
  if (testing_skip ())
    return;
  for (guint i = 0; i < 60; i++) {
    guint8 plain[12 + TEST_PAYLOAD], packet[12 + 8 + 8 + TEST_PAYLOAD + 4] = { 0 };
    gsize extra = i % 3 == 0 ? 0 : 16, n = testing_fill_rtp (plain, i, 1);

    memcpy (packet, plain, 12);
    memcpy (packet + 12 + extra, plain + 12, n - 12);
    n += extra;
    if (extra > 0) {
      packet[0] |= 0x12;
      packet[12 + 8 + 3] = 1;
    }
    if (i % 3 == 2) {
      packet[0] |= 0x20;
      n += 4;
      packet[n - 1] = 4;
    }
    testing_send (f->fd, "239.77.1.1", 4013, packet, n);
  }
  wait_for_payloads (f, 60);
  testing_assert_payloads (f->sink, 0, 60);
}

/* ---- membership ---------------------------------------------------------------------------------- */

static void
test_source_specific (Fixture *f, gconstpointer data)
{
  int other;

  if (testing_skip ())
    return;
  other = testing_open_sender ("127.0.0.2");
  for (guint i = 0; i < 20; i++) {
    guint8 payload[TEST_PAYLOAD];

    testing_fill_payload (payload, 1000 + i);
    testing_send (other, "232.77.1.1", 4020, payload, sizeof payload);
    send_plain (f, "232.77.1.1", 4020, i, i + 1);
  }
  close (other);
  wait_for_payloads (f, 20);
  testing_assert_payloads (f->sink, 0, 20);
}

static void
test_silence (Fixture *f, gconstpointer data)
{
  gint64 start_us = g_get_monotonic_time ();
  g_autofree char *states = NULL;

  if (testing_skip ())
    return;
  WAIT_FOR (test_sink_has_state (f->sink, "reconnecting:NoPackets"));
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 2000000);
  WAIT_FOR (test_sink_get_health (f->sink).reconnects >= 1);
  send_plain (f, "239.77.1.1", 4021, 0, 5);
  wait_for_payloads (f, 5);
  testing_assert_payloads (f->sink, 0, 5);
  states = test_sink_dup_states (f->sink);
  g_assert_cmpstr (states, ==, "joined reconnecting:NoPackets running ");
}

static void
test_no_address (Fixture *f, gconstpointer data)
{
  static const char *const uris[] = { "udp://@239.77.1.1:4022?interface=nosuch0", "udp://@238.1.1.1:4022", "udp://192.0.2.77:4022",
                                      "udp://@[ff15::77]:4022" };

  if (testing_skip ())
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (uris); i++) {
    TestSink *sink = test_sink_new ();
    gpointer stream = test_network_open (f->network, uris[i], sink);

    WAIT_FOR (test_sink_has_state (sink, "reconnecting:NoAddress"));
    g_assert_false (test_sink_has_state (sink, "joined"));
    test_network_close (f->network, stream, sink);
    test_sink_free (sink);
  }
}

/* The network comes after the stream was opened: it is found by the second attempt. */
static void
test_route_comes (Fixture *f, gconstpointer data)
{
  if (testing_skip ())
    return;
  f->stream = test_network_open (f->network, "udp://@237.77.1.1:4023", f->sink);
  WAIT_FOR (test_sink_has_state (f->sink, "reconnecting:NoAddress"));
  if (!testing_run_ip ("route add 237.0.0.0/8 dev lo")) {
    g_test_skip ("the program ip is missing or refuses");
    return;
  }
  WAIT_FOR (test_sink_has_state (f->sink, "joined"));
  send_plain (f, "237.77.1.1", 4023, 0, 5);
  wait_for_payloads (f, 5);
}

static void
test_unicast (Fixture *f, gconstpointer data)
{
  if (testing_skip ())
    return;
  send_plain (f, "127.0.0.1", 4024, 0, 20);
  wait_for_payloads (f, 20);
  testing_assert_payloads (f->sink, 0, 20);
}

/* Two streams of the same group, and a close in the middle of the flow of the other. */
static void
test_two_of_one (Fixture *f, gconstpointer data)
{
  TestSink *second;
  gpointer stream;

  if (testing_skip ())
    return;
  second = test_sink_new ();
  stream = test_network_open (f->network, "udp://@239.77.1.1:4025", second);
  WAIT_FOR (test_sink_has_state (second, "joined"));
  send_plain (f, "239.77.1.1", 4025, 0, 20);
  wait_for_payloads (f, 20);
  WAIT_FOR (test_sink_get_size (second) == 20 * TEST_PAYLOAD);
  test_network_close (f->network, stream, second);
  send_plain (f, "239.77.1.1", 4025, 20, 40);
  wait_for_payloads (f, 40);
  testing_assert_payloads (f->sink, 0, 40);
  testing_assert_payloads (second, 0, 20);
  test_sink_free (second);
}

/* ---- IPv6, over a veth pair: lo does not deliver it ------------------------------------------------- */

static int
open_sender6 (const char *interface, const char *source)
{
  struct sockaddr_in6 from = { .sin6_family = AF_INET6 };
  guint index = if_nametoindex (interface);
  int fd = socket (AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  inet_pton (AF_INET6, source, &from.sin6_addr);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &from, sizeof from), ==, 0);
  g_assert_cmpint (setsockopt (fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof index), ==, 0);
  return fd;
}

static gboolean
send6 (int fd, const char *group, guint port, guint number)
{
  struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons ((guint16) port) };
  guint8 payload[TEST_PAYLOAD];

  testing_fill_payload (payload, number);
  inet_pton (AF_INET6, group, &to.sin6_addr);
  return sendto (fd, payload, sizeof payload, 0, (struct sockaddr *) &to, sizeof to) == sizeof payload;
}

static gboolean
make_veth (void)
{
  return testing_run_ip ("link add tv0 type veth peer name tv1") && testing_run_ip ("addr add fd77::1/64 dev tv0 nodad") &&
         testing_run_ip ("addr add fd77::3/64 dev tv0 nodad") &&
         testing_run_ip ("addr add fd77::2/64 dev tv1 nodad") && testing_run_ip ("link set tv0 up") &&
         testing_run_ip ("link set tv1 up");
}

#define OTHERS 9999 /* what the other sender sends */

/* How many of the payloads are the other sender's. */
static guint
count_others (TestSink *sink)
{
  guint8 payload[TEST_PAYLOAD];
  guint n = 0;

  testing_fill_payload (payload, OTHERS);
  for (gsize i = 0; i + TEST_PAYLOAD <= sink->bytes->len; i += TEST_PAYLOAD)
    n += memcmp (sink->bytes->data + i, payload, TEST_PAYLOAD) == 0;
  return n;
}

/* Two send to the group, fd77::1 and fd77::3. @others: the second is heard too. */
static void
receive6 (Fixture *f, const char *uri, const char *group, guint port, gboolean others)
{
  TestSink *sink = test_sink_new ();
  gpointer stream = test_network_open (f->network, uri, sink);
  int fd = open_sender6 ("tv0", "fd77::1"), other = open_sender6 ("tv0", "fd77::3");
  guint source = g_timeout_add (10, wake, NULL), number = 0;

  WAIT_FOR (test_sink_has_state (sink, "joined"));
  /* The first may go before the link is ready. */
  WAIT_FOR (send6 (other, group, port, OTHERS) && send6 (fd, group, port, 0) && test_sink_get_size (sink) > 0);
  while (test_sink_get_size (sink) < 20 * TEST_PAYLOAD && number++ < 20)
    g_assert_true (send6 (other, group, port, OTHERS) && send6 (fd, group, port, number));
  WAIT_FOR (test_sink_get_size (sink) >= 20 * TEST_PAYLOAD);
  g_source_remove (source);
  test_network_close (f->network, stream, sink);
  g_assert_cmpint (count_others (sink) > 0, ==, others);
  test_sink_free (sink);
  close (fd);
  close (other);
}

static void
test_ipv6 (Fixture *f, gconstpointer data)
{
  if (testing_skip ())
    return;
  if (!make_veth ()) {
    g_test_skip ("no veth pair with IPv6 can be made here");
    return;
  }
  receive6 (f, "udp://@[ff15::77%tv1]:4030", "ff15::77", 4030, TRUE);
  receive6 (f, "udp://@[ff15::78]:4031?interface=tv1", "ff15::78", 4031, TRUE);
  receive6 (f, "udp://[fd77::1]@[ff3e::77%tv1]:4032", "ff3e::77", 4032, FALSE);
  receive6 (f, "udp://@[ff15::80]:4034?interface=fd77::2", "ff15::80", 4034, TRUE);
}

/* ---- names: with a name server of our own -------------------------------------------------------------- */

typedef GResolver TestResolver;
typedef GResolverClass TestResolverClass;

GType test_resolver_get_type (void);
G_DEFINE_TYPE (TestResolver, test_resolver, G_TYPE_RESOLVER)

static int names_come; /* atomic: late.test is known */

static GList *
look_up_name (GResolver *resolver, const char *name, GCancellable *cancellable, GError **error)
{
  static const struct {
    const char *name, *address;
  } known[] = { { "group.test", "239.77.1.1" }, { "ssm.test", "232.77.1.1" }, { "source.test", "127.0.0.1" } };
  GList *found = NULL;

  if (g_str_equal (name, "slow.test")) { /* a name server that never answers */
    GPollFD fd;

    if (g_cancellable_make_pollfd (cancellable, &fd))
      g_poll (&fd, 1, -1);
    g_cancellable_release_fd (cancellable);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (name, known[i].name))
      found = g_list_append (found, g_inet_address_new_from_string (known[i].address));
  if (g_str_equal (name, "both.test") || (g_str_equal (name, "late.test") && g_atomic_int_get (&names_come))) {
    found = g_list_append (found, g_inet_address_new_from_string ("ff15::1"));
    found = g_list_append (found, g_inet_address_new_from_string ("239.77.1.1"));
  }
  if (found == NULL)
    g_set_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no %s here", name);
  return found;
}

static void
test_resolver_class_init (TestResolverClass *klass)
{
  klass->lookup_by_name = look_up_name;
}

static void
test_resolver_init (TestResolver *self)
{
}

/* For names only: HTTP asks in other ways, which ours does not know. */
static void
set_up_names (Fixture *f, gconstpointer usual)
{
  g_autoptr (GResolver) resolver = g_object_new (test_resolver_get_type (), NULL);

  g_resolver_set_default (resolver);
  set_up (f, NULL);
}

static void
tear_down_names (Fixture *f, gconstpointer usual)
{
  tear_down (f, NULL);
  g_resolver_set_default ((GResolver *) usual);
}

static void
receive_by_name (Fixture *f, const char *uri, const char *group, guint port)
{
  TestSink *sink = test_sink_new ();
  gpointer stream = test_network_open (f->network, uri, sink);
  g_autofree char *states = NULL;

  WAIT_FOR (test_sink_has_state (sink, "joined"));
  send_plain (f, group, port, 0, 20);
  WAIT_FOR (test_sink_get_size (sink) >= 20 * TEST_PAYLOAD);
  testing_assert_payloads (sink, 0, 20);
  states = test_sink_dup_states (sink);
  g_assert_cmpstr (states, ==, "connecting joined running ");
  test_network_close (f->network, stream, sink);
  test_sink_free (sink);
}

static void
test_names (Fixture *f, gconstpointer data)
{
  if (testing_skip ())
    return;
  receive_by_name (f, "udp://@group.test:4040", "239.77.1.1", 4040);
  receive_by_name (f, "udp://127.0.0.1@ssm.test:4041", "232.77.1.1", 4041);
  receive_by_name (f, "udp://source.test@ssm.test:4042", "232.77.1.1", 4042);
  receive_by_name (f, "udp://source.test@both.test:4043", "239.77.1.1", 4043); /* the one of the source's version */
}

static void
test_names_not_found (Fixture *f, gconstpointer data)
{
  TestSink *slow;
  gpointer stream;
  gint64 start_us;

  if (testing_skip ())
    return;
  slow = test_sink_new ();
  stream = test_network_open (f->network, "udp://@slow.test:4044", slow);
  f->stream = test_network_open (f->network, "udp://source.test@late.test:4045", f->sink);
  WAIT_FOR (test_sink_has_state (f->sink, "reconnecting:NoAddress"));
  g_assert_nonnull (strstr (f->sink->text, "late.test"));
  g_atomic_int_set (&names_come, TRUE);
  WAIT_FOR (test_sink_has_state (f->sink, "joined"));
  WAIT_FOR (test_sink_has_state (slow, "reconnecting:NoAddress")); /* and holds up nobody */
  start_us = g_get_monotonic_time ();
  test_network_close (f->network, stream, slow);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 1000000);
  test_sink_free (slow);
}

#define ADD(name, uri, func) g_test_add ("/iptv/sources/" name, Fixture, uri, set_up, func, tear_down)

#ifdef __SANITIZE_ADDRESS__
int __lsan_is_turned_off (void);

/* The leak check at the end reads the stacks of libsoup's and the resolver's threads while they go, and falls itself (signal 11 in its
 * tracer). The other iptv tests have it. */
__attribute__ ((visibility ("default"))) int
__lsan_is_turned_off (void)
{
  return 1;
}
#endif

int
main (int argc, char **argv)
{
  gboolean inside = testing_enter_namespace ();
  g_autoptr (GResolver) usual = g_resolver_get_default ();

  g_test_init (&argc, &argv, NULL);
  ADD ("udp", inside ? "udp://@239.77.1.1:4001" : NULL, test_udp);
  ADD ("udp-sizes", inside ? "udp://@239.77.1.1:4002?interface=lo" : NULL, test_udp_sizes);
  ADD ("flow", inside ? "udp://@239.77.1.1:4003?localaddr=127.0.0.1" : NULL, test_flow);
  ADD ("nonsense", inside ? "udp://@239.77.1.1:4004" : NULL, test_nonsense);
  ADD ("rtp", inside ? "rtp://@239.77.1.1:4010" : NULL, test_rtp);
  ADD ("rtp-disorder", inside ? "udp://@239.77.1.1:4011" : NULL, test_rtp_disorder);
  ADD ("rtp-restart", inside ? "rtp://@239.77.1.1:4012" : NULL, test_rtp_restart);
  ADD ("rtp-dressed", inside ? "rtp://@239.77.1.1:4013" : NULL, test_rtp_dressed);
  ADD ("source-specific", inside ? "udp://127.0.0.1@232.77.1.1:4020" : NULL, test_source_specific);
  ADD ("silence", inside ? "udp://@239.77.1.1:4021" : NULL, test_silence);
  ADD ("no-address", NULL, test_no_address);
  ADD ("route-comes", NULL, test_route_comes);
  ADD ("unicast", inside ? "udp://@:4024" : NULL, test_unicast);
  ADD ("two-of-one", inside ? "udp://@239.77.1.1:4025" : NULL, test_two_of_one);
  ADD ("ipv6", NULL, test_ipv6);
  g_test_add ("/iptv/sources/names", Fixture, usual, set_up_names, test_names, tear_down_names);
  g_test_add ("/iptv/sources/names-not-found", Fixture, usual, set_up_names, test_names_not_found, tear_down_names);
  test_iptv_http_add ();
  test_iptv_trouble_add ();
  return g_test_run ();
}
