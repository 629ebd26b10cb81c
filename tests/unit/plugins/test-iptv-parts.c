/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pure parts below the sources: addresses, RTP and its order, pacing, requests. */
#include "plugins/network-iptv/iptv-address.h"
#include "plugins/network-iptv/iptv-pacer.h"
#include "plugins/network-iptv/iptv-request.h"
#include "plugins/network-iptv/iptv-rtp.h"
#include "plugins/network-iptv/iptv-ts.h"

#include <arpa/inet.h>
#include <string.h>

/* ---- addresses ------------------------------------------------------------------------- */

static char *
describe (const IptvAddress *address)
{
  char source[INET6_ADDRSTRLEN] = "any";
  const struct sockaddr_storage *from = &address->source;

  if (from->ss_family == AF_INET)
    inet_ntop (AF_INET, &((const struct sockaddr_in *) (const void *) from)->sin_addr, source, sizeof source);
  else if (from->ss_family == AF_INET6)
    inet_ntop (AF_INET6, &((const struct sockaddr_in6 *) (const void *) from)->sin6_addr, source, sizeof source);
  return g_strdup_printf ("%s %s %s %s", address->text, address->multicast ? "group" : "host", source,
                          address->interface[0] != '\0' ? address->interface : "-");
}

static void
test_addresses (void)
{
  static const struct {
    const char *uri, *meant;
  } addresses[] = {
    { "udp://@239.1.1.1:1234", "239.1.1.1:1234 group any -" },
    { "udp://239.1.1.1:1234", "239.1.1.1:1234 group any -" },
    { "UDP://@239.1.1.1:1234/", "239.1.1.1:1234 group any -" },
    { "udp://239.1.1.1", "239.1.1.1:1234 group any -" },
    { "rtp://@239.1.1.1", "239.1.1.1:5004 group any -" },
    { "rtp://10.1.2.3@232.1.1.1:5000", "232.1.1.1:5000 group 10.1.2.3 -" },
    { "udp://0.0.0.0@232.1.1.1:5000", "232.1.1.1:5000 group any -" },
    { "udp://@239.1.1.1:1234?interface=eth1&pkt_size=1316", "239.1.1.1:1234 group any eth1" },
    { "udp://@239.1.1.1:1234?localaddr=192.168.1.2", "239.1.1.1:1234 group any 192.168.1.2" },
    { "udp://@239.1.1.1:1234?sources=10.0.0.1#hearth-2", "239.1.1.1:1234 group 10.0.0.1 -" },
    { "udp://@[ff15::1%eth0]:1234", "[ff15::1]:1234 group any eth0" },
    { "udp://@[ff15::1%25eth0]:1234", "[ff15::1]:1234 group any eth0" },
    { "rtp://[2001:db8::1]@[ff3e::8000:1]:5004", "[ff3e::8000:1]:5004 group 2001:db8::1 -" },
    { "udp://@:4000", "0.0.0.0:4000 host any -" },
    { "udp://127.0.0.1:4000", "127.0.0.1:4000 host any -" },
    { "udp://localhost:4000", "127.0.0.1:4000 host any -" },
    { "rtp://10.1.2.3:5000@232.1.1.1:5000", "232.1.1.1:5000 group 10.1.2.3 -" },
    { "udp://[fe80::1%eth3]@[ff32::1]:5000", "[ff32::1]:5000 group fe80::1 eth3" },
    { "udp://[fe80::2%eth0]:4000", "[fe80::2]:4000 host any eth0" },
    { "udp://example.org:1234", "example.org:1234 host any -" },
    { "rtp://@tv_1.example", "tv_1.example:5004 host any -" },
    { "rtp://source.example@232.1.1.1:5000", "232.1.1.1:5000 group any -" },
  };
  static const char *const wrong[] = { "udp://exa mple.org:1234", "udp://@239.1.1.1:0",     "udp://@239.1.1.1:99999", "udp://@239.1.1.1:x",
                                       "udp://@[ff15::1:1234",   "udp://10.0.0.1@[ff15::1]:1", "http://239.1.1.1:1",   "udp:",
                                       "udp://a+b@239.1.1.1:1",  "udp://@239.1.1.256:1",
                                       "udp://-a.b:1", "udp://a$b:1" };

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *meant = NULL;
    IptvAddress address;

    iptv_address_parse (&address, addresses[i].uri, &error);
    g_assert_no_error (error);
    meant = describe (&address);
    g_assert_cmpstr (meant, ==, addresses[i].meant);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    IptvAddress address;

    g_assert_false (iptv_address_parse (&address, wrong[i], &error));
    g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  }
}

/* What the names turn out to be: port, interface and what stood in digits stay. */
static void
test_address_names (void)
{
  g_autoptr (GInetAddress) v4 = g_inet_address_new_from_string ("239.1.2.3");
  g_autoptr (GInetAddress) v6 = g_inet_address_new_from_string ("2001:db8::5");
  g_autofree char *meant = NULL;
  IptvAddress address;

  g_assert_true (iptv_address_parse (&address, "rtp://s.example@g.example:5000?iface=eth1", NULL));
  g_assert_cmpstr (address.host_name, ==, "g.example");
  g_assert_cmpstr (address.source_name, ==, "s.example");
  g_assert_true (iptv_address_has_names (&address));
  g_assert_false (iptv_address_complete (&address, v4, v6, NULL)); /* of two versions */
  g_assert_true (iptv_address_parse (&address, "rtp://10.0.0.1@g.example:5000?iface=eth1", NULL));
  g_assert_true (iptv_address_complete (&address, v4, NULL, NULL));
  g_assert_false (iptv_address_has_names (&address));
  meant = describe (&address);
  g_assert_cmpstr (meant, ==, "239.1.2.3:5000 group 10.0.0.1 eth1");
}

/* ---- RTP ----------------------------------------------------------------------------------- */

static void
test_rtp_header (void)
{
  guint8 packet[12 + 8 + 4 + 4 + 188 + 4] = { 0xb2, 33, 0x12, 0x34 }; /* version 2, padding, extension, two CSRCs */
  const gsize payload = 12 + 8 + 4 + 4;
  IptvRtpHeader header;

  packet[8] = 0xde;
  packet[20 + 3] = 1; /* one word of extension */
  packet[payload] = 0x47;
  packet[sizeof packet - 1] = 4;
  g_assert_cmpint (iptv_rtp_classify (packet, sizeof packet, &header), ==, IPTV_DATAGRAM_RTP);
  g_assert_cmpuint (header.sequence, ==, 0x1234);
  g_assert_cmpuint (header.ssrc, ==, 0xde000000);
  g_assert_cmpuint (header.header_bytes, ==, payload);
  g_assert_cmpuint (header.payload_bytes, ==, 188);

  for (gsize n = 0; n < payload; n++) /* cut anywhere in the header */
    g_assert_cmpint (iptv_rtp_classify (packet, n, &header), ==, IPTV_DATAGRAM_OTHER);
  packet[sizeof packet - 1] = 255; /* more padding than packet */
  g_assert_cmpint (iptv_rtp_classify (packet, sizeof packet, &header), ==, IPTV_DATAGRAM_OTHER);
  g_assert_cmpint (iptv_rtp_classify (packet + payload, 188, &header), ==, IPTV_DATAGRAM_TS);
}

/* What came out: one letter a packet, '|' for a gap. */
typedef struct {
  GString *out;
  HearthTransportHealth health;
  IptvRtp rtp;
} Order;

static void
on_push (gpointer user_data, const guint8 *bytes, gsize n_bytes, gint64 arrival_us)
{
  Order *order = user_data;

  g_assert_cmpuint (n_bytes, ==, 1);
  g_string_append_c (order->out, (char) bytes[0]);
}

static void
on_gap (gpointer user_data)
{
  Order *order = user_data;

  g_string_append_c (order->out, '|');
}

static const IptvRtpOut order_out = { .push = on_push, .gap = on_gap };

/* @sequence: letters are packets by their number ('a' is @first), a digit lets as many 10 ms go by, '*' begins a new SSRC. */
static void
play (Order *order, const char *sequence, guint16 first)
{
  gint64 now_us = 1000000;
  guint32 ssrc = 1;

  order->out = g_string_new (NULL);
  memset (&order->health, 0, sizeof order->health);
  iptv_rtp_init (&order->rtp, &order_out, order, &order->health);
  for (; *sequence != '\0'; sequence++) {
    IptvRtpHeader header = { .ssrc = ssrc, .header_bytes = 12, .payload_bytes = 1 };

    if (g_ascii_isdigit (*sequence)) {
      now_us += (*sequence - '0') * 10000;
      iptv_rtp_expire (&order->rtp, now_us);
    } else if (*sequence == '*') {
      ssrc++;
    } else {
      header.sequence = (guint16) (first + (guint16) (*sequence - 'a'));
      iptv_rtp_push (&order->rtp, &header, (const guint8 *) sequence, now_us, now_us);
    }
  }
  iptv_rtp_clear (&order->rtp);
}

static void
test_rtp_order (void)
{
  static const struct {
    const char *in, *out;
    guint lost, reordered, duplicate, late;
  } orders[] = {
    { "abcdef", "abcdef", 0, 0, 0, 0 },
    { "acbd", "abcd", 0, 1, 0, 0 },
    { "adcbe", "abcde", 0, 1, 0, 0 }, /* d and c wait for b, the one that fills the hole */
    { "abbcc", "abc", 0, 0, 2, 0 },
    { "acc4", "a", 0, 0, 1, 0 },      /* the hole is not old enough */
    { "acc5", "a|c", 1, 0, 1, 0 },
    { "acd5e", "a|cde", 1, 0, 0, 0 },
    { "acd5be", "a|cde", 1, 0, 0, 1 },
    { "ac2eb5", "abc|e", 1, 1, 0, 0 },
    { "ab*cd", "ab|cd", 0, 0, 0, 0 },
    { "ad*e", "a|d|e", 2, 0, 0, 0 },
  };
  static const guint16 firsts[] = { 100, 0xfffd, 0 };

  for (gsize f = 0; f < G_N_ELEMENTS (firsts); f++)
    for (gsize i = 0; i < G_N_ELEMENTS (orders); i++) {
      Order order;

      play (&order, orders[i].in, firsts[f]);
      g_assert_cmpstr (order.out->str, ==, orders[i].out);
      g_assert_cmpuint (order.health.lost, ==, orders[i].lost);
      g_assert_cmpuint (order.health.reordered, ==, orders[i].reordered);
      g_assert_cmpuint (order.health.duplicate, ==, orders[i].duplicate);
      g_assert_cmpuint (order.health.late, ==, orders[i].late);
      g_string_free (order.out, TRUE);
    }
}

/* Jumps: more than the window is loss, more than the history a restart; so is a sender that begins again a little before. */
static void
test_rtp_jumps (void)
{
  static const guint8 byte = 'x';
  Order order;
  IptvRtpHeader header = { .ssrc = 1, .header_bytes = 12, .payload_bytes = 1 };

  play (&order, "", 0);
  for (guint i = 0; i < 10; i++, header.sequence++)
    iptv_rtp_push (&order.rtp, &header, &byte, 0, 0);
  header.sequence += 100;
  iptv_rtp_push (&order.rtp, &header, &byte, 0, 0);
  g_assert_cmpstr (order.out->str, ==, "xxxxxxxxxx|x");
  g_assert_cmpuint (order.health.lost, ==, 100);
  header.sequence += 10000;
  iptv_rtp_push (&order.rtp, &header, &byte, 0, 0);
  g_assert_cmpstr (order.out->str, ==, "xxxxxxxxxx|x|x");
  g_assert_cmpuint (order.health.lost, ==, 100);
  header.sequence -= 300;
  for (guint i = 0; i < 100; i++, header.sequence++)
    iptv_rtp_push (&order.rtp, &header, &byte, 0, 0);
  g_assert_cmpuint (order.health.late, ==, 64);
  g_assert_cmpuint (order.out->len, ==, strlen ("xxxxxxxxxx|x|x") + 1 + 37);
  iptv_rtp_clear (&order.rtp);
  g_string_free (order.out, TRUE);
}

/* ---- what a body is -------------------------------------------------------------------------- */

static void
test_probe (void)
{
  guint8 bytes[204 * 5] = { 0 };
  gsize offset;

  for (gsize i = 0; i < 5; i++)
    bytes[10 + i * 188] = 0x47;
  g_assert_cmpint (iptv_ts_probe (bytes, 500, FALSE, &offset), ==, IPTV_BODY_UNKNOWN);
  g_assert_cmpint (iptv_ts_probe (bytes, sizeof bytes, FALSE, &offset), ==, IPTV_BODY_TS);
  g_assert_cmpuint (offset, ==, 10);
  g_assert_cmpint (iptv_ts_probe ((const guint8 *) "\n <!DOCTYPE html>", 17, FALSE, &offset), ==, IPTV_BODY_HTML);
  g_assert_cmpint (iptv_ts_probe ((const guint8 *) "#EXTM3U\n", 8, FALSE, &offset), ==, IPTV_BODY_DIRECT);
  g_assert_cmpint (iptv_ts_probe ((const guint8 *) "\0\0\0\x18" "ftypiso5", 12, FALSE, &offset), ==, IPTV_BODY_DIRECT);
  g_assert_cmpint (iptv_ts_probe ((const guint8 *) "<?xml version=\"1.0\"?>", 21, FALSE, &offset), ==, IPTV_BODY_UNKNOWN);
  g_assert_cmpint (iptv_ts_probe ((const guint8 *) "<?xml version=\"1.0\"?>", 21, TRUE, &offset), ==, IPTV_BODY_HTML);
  g_assert_cmpint (iptv_ts_probe ((const guint8 *) "<?xml version=\"1.0\"?>\n<MPD ", 27, FALSE, &offset), ==, IPTV_BODY_DIRECT);
  g_assert_cmpint (iptv_ts_probe ((const guint8 *) "OggS", 4, FALSE, &offset), ==, IPTV_BODY_UNKNOWN);
  g_assert_cmpint (iptv_ts_probe ((const guint8 *) "OggS", 4, TRUE, &offset), ==, IPTV_BODY_OTHER);
}

/* ---- pacing ------------------------------------------------------------------------------------ */

#define PACKETS_A_PCR 10
#define MS_A_PCR 40

/* @n packets, every tenth with a PCR, 40 ms later each, from @pcr_ms. */
static void
push_packets (IptvPacer *pacer, guint n, gint64 pcr_ms)
{
  for (guint i = 0; i < n; i++) {
    guint8 packet[188] = { 0x47, 0x01, 0x00, 0x10 };
    guint64 base = (guint64) (pcr_ms + i / PACKETS_A_PCR * MS_A_PCR) * 90 % (G_GUINT64_CONSTANT (1) << 33);

    if (i % PACKETS_A_PCR == 0) {
      packet[3] = 0x30;
      packet[4] = 7;
      packet[5] = 0x10;
      packet[6] = (guint8) (base >> 25);
      packet[7] = (guint8) (base >> 17);
      packet[8] = (guint8) (base >> 9);
      packet[9] = (guint8) (base >> 1);
      packet[10] = (guint8) (base << 7);
    }
    iptv_pacer_push (pacer, packet, sizeof packet);
  }
}

static gsize
take_all (IptvPacer *pacer, gint64 now_us, gint64 *last_due_us)
{
  IptvPacerRun run;
  gsize all = 0;

  while (iptv_pacer_take (pacer, now_us, &run)) {
    g_assert_cmpint (run.due_us, <=, now_us);
    *last_due_us = run.due_us;
    all += run.n_bytes;
  }
  return all;
}

static void
test_pacer (void)
{
  const gint64 start_us = 5000000;
  gint64 due_us = 0;
  IptvPacer pacer;

  iptv_pacer_init (&pacer);
  push_packets (&pacer, 100, 95443717 - 200); /* wraps at 2^33 / 90 ms, in the middle */
  push_packets (&pacer, 100, 12345);          /* a splice, which costs no time */
  g_assert_cmpuint (take_all (&pacer, start_us, &due_us), ==, 0);
  g_assert_cmpuint (take_all (&pacer, start_us + 20000, &due_us) / 188, ==, 5);
  g_assert_cmpuint (take_all (&pacer, start_us + 40000, &due_us) / 188, ==, 5);
  g_assert_cmpuint (take_all (&pacer, start_us + 100000, &due_us) / 188, ==, 15);
  g_assert_cmpint (due_us, ==, start_us + 80000);
  g_assert_cmpuint (take_all (&pacer, start_us + 360000, &due_us) / 188, ==, 75); /* 100 to the splice, which comes at once */
  pacer.ended = TRUE;
  g_assert_cmpuint (take_all (&pacer, start_us + 360000 + 359000, &due_us) / 188, ==, 89);
  g_assert_cmpuint (take_all (&pacer, start_us + 360000 + 360000, &due_us) / 188, ==, 11);
  g_assert_cmpuint (iptv_pacer_get_fill (&pacer), ==, 0);
  iptv_pacer_clear (&pacer);
}

static void
test_pacer_without_clock (void)
{
  g_autofree guint8 *bytes = g_malloc0 (3 << 20);
  IptvPacer pacer;

  for (gsize i = 0; i + 188 <= 3 << 20; i += 188)
    bytes[i] = 0x47;
  iptv_pacer_init (&pacer);
  iptv_pacer_push (&pacer, bytes, 1 << 20);
  g_assert_false (iptv_pacer_is_lost (&pacer));
  iptv_pacer_push (&pacer, bytes, 2 << 20);
  g_assert_true (iptv_pacer_is_lost (&pacer));
  iptv_pacer_clear (&pacer);
}

/* ---- what a list says about a request ------------------------------------------------------------ */

static void
test_request (void)
{
  const HearthAttribute attributes[] = {
    { "tvg-id", "a" },
    { "extvlcopt:http-user-agent", "Box" },
    { "extvlcopt:http-referrer", "http://r/" },
    { "kodiprop:inputstream.adaptive.stream_headers", "X-One=1%202&Cookie=c" },
    { "pipe:seekable", "0" },
    { "pipe:verifypeer", "false" },
    { "pipe:x-evil", "a\r\nHost: b" },
    { "extvlcopt:miface", "eth1" },
  };
  const HearthAttribute plain[] = { { "tvg-id", "a" }, { "group-title", "g" }, { "radio", "true" } };
  const HearthService service = { .attributes = attributes, .n_attributes = G_N_ELEMENTS (attributes) };
  const HearthService silent = { .attributes = plain, .n_attributes = G_N_ELEMENTS (plain) };
  g_autoptr (IptvRequest) request = iptv_request_new_for_service (&service);
  g_autoptr (GString) headers = g_string_new (NULL);

  g_assert_null (iptv_request_new_for_service (&silent));
  g_assert_cmpstr (request->user_agent, ==, "Box");
  g_assert_cmpstr (request->interface, ==, "eth1");
  g_assert_true (request->insecure);
  for (guint i = 0; i < request->headers->len; i++)
    g_string_append_printf (headers, "%s;", (const char *) g_ptr_array_index (request->headers, i));
  g_assert_cmpstr (headers->str, ==, "Referer;http://r/;x-one;1 2;cookie;c;");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/iptv/address", test_addresses);
  g_test_add_func ("/iptv/address-names", test_address_names);
  g_test_add_func ("/iptv/rtp/header", test_rtp_header);
  g_test_add_func ("/iptv/rtp/order", test_rtp_order);
  g_test_add_func ("/iptv/rtp/jumps", test_rtp_jumps);
  g_test_add_func ("/iptv/probe", test_probe);
  g_test_add_func ("/iptv/pacer", test_pacer);
  g_test_add_func ("/iptv/pacer-without-clock", test_pacer_without_clock);
  g_test_add_func ("/iptv/request", test_request);
  return g_test_run ();
}
