/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* network-satip: what servers say and what they are asked, byte by byte. */
#include "plugins/network-satip/satip-description.h"
#include "plugins/network-satip/satip-fixed.h"
#include "plugins/network-satip/satip-query.h"
#include "plugins/network-satip/satip-report.h"
#include "plugins/network-satip/satip-rtp.h"
#include "plugins/network-satip/satip-rtsp.h"
#include "plugins/network-satip/satip-ssdp.h"

#include <string.h>

#define ANSWER "RTSP/1.0 200 OK\r\nCSeq: 3\r\nSession: 0123456789abcdef;timeout=30\r\n" \
               "Transport: RTP/AVP/TCP;unicast;interleaved=2-3\r\ncom.ses.streamID: 7\r\nContent-Length: 4\r\n\r\nbody"

static SatipRtspUnit
parse (const char *text, gsize n_bytes)
{
  SatipRtspUnit unit;

  satip_rtsp_parse ((const guint8 *) text, n_bytes, &unit);
  return unit;
}

static void
test_answer (void)
{
  const SatipRtspUnit unit = parse (ANSWER "$", strlen (ANSWER) + 1);

  g_assert_cmpint (unit.kind, ==, SATIP_RTSP_ANSWER);
  g_assert_cmpuint (unit.n_bytes, ==, strlen (ANSWER));
  g_assert_cmpuint (unit.status, ==, 200);
  g_assert_cmpuint (unit.cseq, ==, 3);
  g_assert_cmpstr (unit.session, ==, "0123456789abcdef");
  g_assert_cmpuint (unit.timeout_s, ==, 30);
  g_assert_cmpuint (unit.stream, ==, 7);
  g_assert_true (unit.interleaved);
  g_assert_cmpuint (unit.channels[0], ==, 2);
  g_assert_cmpuint (unit.channels[1], ==, 3);
  g_assert_cmpmem (unit.payload, unit.payload_bytes, "body", 4);
}

/* Whatever is missing at the end: more is waited for, and nothing is taken. */
static void
test_answer_in_pieces (void)
{
  for (gsize n = 0; n < strlen (ANSWER); n++) {
    const SatipRtspUnit unit = parse (ANSWER, n);

    g_assert_cmpint (unit.kind, ==, SATIP_RTSP_MORE);
  }
}

static void
test_refusals (void)
{
  static const char full[] = "RTSP/1.0 503 Service Unavailable\r\nCSeq: 1\r\nNo-More: frontends\r\n\r\n";
  static const char other[] = "OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n";
  const SatipRtspUnit unit = parse (full, strlen (full));

  g_assert_cmpuint (unit.status, ==, 503);
  g_assert_cmpstr (unit.words, ==, "Service Unavailable: frontends");
  g_assert_cmpuint (unit.stream, ==, SATIP_NO_STREAM);
  g_assert_cmpuint (unit.timeout_s, ==, SATIP_DEFAULT_TIMEOUT_S);
  g_assert_cmpint (parse (other, strlen (other)).kind, ==, SATIP_RTSP_OTHER);
  g_assert_cmpint (parse ("\x16\x03\x01", 3).kind, ==, SATIP_RTSP_BROKEN);
}

static void
test_packets_between (void)
{
  static const char bytes[] = "\r\n$\1\0\3abcRTSP/1.0";
  const SatipRtspUnit unit = parse (bytes, sizeof bytes - 1);

  g_assert_cmpint (unit.kind, ==, SATIP_RTSP_PACKET);
  g_assert_cmpuint (unit.channel, ==, 1);
  g_assert_cmpuint (unit.n_bytes, ==, 9);
  g_assert_cmpmem (unit.payload, unit.payload_bytes, "abc", 3);
  g_assert_cmpint (parse (bytes, 8).kind, ==, SATIP_RTSP_MORE);
}

/* ---- reports ---------------------------------------------------------------------------------------------- */

static void
test_report (void)
{
  static const char text[] = "ver=1.0;src=1;tuner=2,240,1,7,10744.25,h,dvbs2,8psk,on,0.35,22000,23;pids=0,17";
  SatipReport report;

  g_assert_true (satip_report_parse (satip_span_new (text, strlen (text)), &report));
  g_assert_cmpuint (report.front_end, ==, 2);
  g_assert_cmpuint (report.level, ==, 240);
  g_assert_true (report.lock);
  g_assert_cmpuint (report.quality, ==, 7);
  g_assert_cmpuint (report.frequency_khz, ==, 10744250);
  g_assert_true (satip_report_parse (satip_span_new ("tuner=1,,,,,", 12), &report)); /* a front end that is not tuned */
  g_assert_false (report.lock);
  g_assert_cmpuint (report.frequency_khz, ==, 0);
  g_assert_false (satip_report_parse (satip_span_new ("ver=1.0;pids=all", 16), &report));
}

/* A receiver report without blocks, then SES1 with two bytes of filling. */
static void
test_report_in_rtcp (void)
{
  static const guint8 packet[] = { 0x80, 201, 0, 1, 0, 0, 0, 7, 0x80, 204, 0, 5, 0, 0, 0, 7, 'S', 'E', 'S', '1', 0, 0, 0, 6,
                                   't', 'u', 'n', 'e', 'r', '=', 0, 0 };
  SatipSpan text;

  g_assert_true (satip_report_find_rtcp (packet, sizeof packet, &text));
  g_assert_cmpmem (text.text, text.n_bytes, "tuner=", 6);
  for (gsize n = 0; n < sizeof packet; n++)
    g_assert_false (satip_report_find_rtcp (packet, n, &text));
}

static void
test_report_in_description (void)
{
  static const char sdp[] = "v=0\r\ns=SatIPServer:1 4\r\nm=video 0 RTP/AVP 33\r\na=control:stream=1\r\na=fmtp:33 first\r\n"
                            "m=video 0 RTP/AVP 33\r\na=control:stream=2\r\na=fmtp:33 second\r\na=sendonly\r\n";
  SatipSpan text;

  g_assert_true (satip_report_find_sdp ((const guint8 *) sdp, strlen (sdp), 2, &text));
  g_assert_cmpmem (text.text, text.n_bytes, "second", 6);
  g_assert_true (satip_report_find_sdp ((const guint8 *) sdp, strlen (sdp), 9, &text));
  g_assert_cmpmem (text.text, text.n_bytes, "first", 5);
  g_assert_false (satip_report_find_sdp ((const guint8 *) "v=0\r\n", 5, 1, &text));
}

/* ---- who is there ------------------------------------------------------------------------------------------ */

static SatipSsdp
hear (const char *text)
{
  SatipSsdp message;

  satip_ssdp_parse ((const guint8 *) text, strlen (text), &message);
  return message;
}

#define UUID "50c958a8-e839-4b96-b7ae-8f9d989e136c"
#define USN "USN: uuid:" UUID "::urn:ses-com:device:SatIPServer:1\r\n"

static void
test_ssdp (void)
{
  const SatipSsdp answer = hear ("HTTP/1.1 200 OK\r\nCache-Control: no-cache, max-age = 120\r\nLocation: http://192.168.1.5/desc.xml\r\n"
                                 "ST: urn:ses-com:device:SatIPServer:1\r\n" USN "DEVICEID.SES.COM: 3\r\nX-SATIP-RTSP-Port: 8554\r\n\r\n");

  g_assert_cmpint (answer.kind, ==, SATIP_SSDP_HERE);
  g_assert_cmpstr (answer.uuid, ==, UUID);
  g_assert_cmpstr (answer.location, ==, "http://192.168.1.5/desc.xml");
  g_assert_cmpuint (answer.max_age_s, ==, 120);
  g_assert_cmpuint (answer.device_id, ==, 3);
  g_assert_cmpuint (answer.rtsp_port, ==, 8554);
  g_assert_cmpint (hear ("NOTIFY * HTTP/1.1\r\nNT: urn:ses-com:device:SatIPServer:1\r\nNTS: ssdp:byebye\r\n" USN "\r\n").kind, ==, SATIP_SSDP_BYEBYE);
  g_assert_cmpint (hear ("NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\nLOCATION: http://a/\r\n" USN "\r\n").kind, ==, SATIP_SSDP_NOTHING);
  g_assert_cmpint (hear ("M-SEARCH * HTTP/1.1\r\nST: urn:ses-com:device:SatIPServer:1\r\n\r\n").kind, ==, SATIP_SSDP_NOTHING);
}

static void
test_description (void)
{
  static const char text[] = "<root><device><deviceType>urn:ses-com:device:SatIPServer:1</deviceType><friendlyName> Attic &amp; roof </friendlyName>"
                             "<UDN>uuid:" UUID "</UDN><s:X_SATIPCAP xmlns:s=\"urn:ses-com:satip\">DVBS2-2,DVBC-1</s:X_SATIPCAP>"
                             "<deviceList><device><friendlyName>inner</friendlyName></device></deviceList></device></root>";
  static const char router[] = "<root><device><deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType></device></root>";
  SatipDescription description;
  g_autoptr (GError) error = NULL;

  g_assert_true (satip_description_parse (&description, text, strlen (text), &error));
  g_assert_no_error (error);
  g_assert_cmpstr (description.name, ==, "Attic & roof");
  g_assert_cmpstr (description.uuid, ==, UUID);
  g_assert_cmpstr (description.capabilities, ==, "DVBS2-2,DVBC-1");
  satip_description_clear (&description);
  g_assert_false (satip_description_parse (&description, router, strlen (router), &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
  g_clear_error (&error);
  g_assert_false (satip_description_parse (&description, text, 100, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
}

static void
test_capabilities (void)
{
  g_autoptr (GArray) list = satip_capabilities_parse ("DVBS2-2, WHAT-2,DVBT2,DVBC-0,DVBC-99999");
  const SatipFrontEnd *fe = (const SatipFrontEnd *) (gconstpointer) list->data;

  g_assert_cmpuint (list->len, ==, 3);
  g_assert_cmpstr (fe[1].kind, ==, "dvbs2");
  g_assert_cmpuint (fe[1].number, ==, 1);
  g_assert_cmpuint (fe[1].systems, ==, 1u << HEARTH_TUNER_DVB_S | 1u << HEARTH_TUNER_DVB_S2);
  g_assert_cmpstr (fe[2].kind, ==, "dvbt2");
  g_assert_cmpuint (fe[2].front_end, ==, 5); /* those that are not known are counted */
}

static void
test_fixed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = satip_fixed_parse (" 192.168.1.5/DVBC-2  sat.local:8554/DVBS2-1,DVBT-1 ", &error);
  const SatipFixed *second;

  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpuint (((const SatipFixed *) g_ptr_array_index (list, 0))->port, ==, 554);
  second = g_ptr_array_index (list, 1);
  g_assert_cmpstr (second->host, ==, "sat.local");
  g_assert_cmpuint (second->port, ==, 8554);
  g_assert_cmpstr (second->capabilities, ==, "DVBS2-1,DVBT-1");
  g_assert_null (satip_fixed_parse ("192.168.1.5", &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
}

/* ---- what is asked --------------------------------------------------------------------------------------------- */

static void
assert_query (const HearthTunerParams *params, guint front_end, const char *expected)
{
  g_autoptr (GString) query = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (satip_query_append_params (query, params, front_end, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (query->str, ==, expected);
}

static void
test_query (void)
{
  HearthTunerParams s2 = HEARTH_TUNER_PARAMS_INIT, t2 = HEARTH_TUNER_PARAMS_INIT, c = HEARTH_TUNER_PARAMS_INIT;
  g_autoptr (GString) query = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  s2.system = HEARTH_TUNER_DVB_S2;
  s2.frequency_khz = 10744250;
  s2.satellite = 1;
  s2.polarization = HEARTH_TUNER_HORIZONTAL;
  s2.symbol_rate = 22000000;
  s2.modulation = HEARTH_TUNER_PSK8;
  s2.code_rate = (HearthTunerRatio) { 9, 10 };
  s2.roll_off_permille = 350;
  s2.pilots = 1;
  assert_query (&s2, 3, "msys=dvbs2&src=2&fe=3&freq=10744.25&mtype=8psk&sr=22000&fec=910&pol=h&ro=0.35&plts=on");
  t2.system = HEARTH_TUNER_DVB_T2;
  t2.frequency_khz = 754000;
  t2.bandwidth_hz = 8000000;
  t2.carriers = 32768;
  t2.guard = (HearthTunerRatio) { 19, 256 };
  t2.stream_id = 1;
  assert_query (&t2, 0, "msys=dvbt2&freq=754&bw=8&tmode=32k&gi=19256&plp=1");
  c.system = HEARTH_TUNER_DVB_C;
  c.frequency_khz = 474000;
  c.symbol_rate = 6875000;
  c.modulation = HEARTH_TUNER_QAM64;
  assert_query (&c, 0, "msys=dvbc&freq=474&mtype=64qam&sr=6875");
  c.frequency_khz = 0;
  g_assert_false (satip_query_append_params (query, &c, 0, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
}

static GArray *
make_pids (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, ",", 0);
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (guint16));

  for (guint i = 0; words[i] != NULL; i++) {
    const guint16 pid = g_str_equal (words[i], "all") ? SATIP_ALL_PIDS : (guint16) g_ascii_strtoull (words[i], NULL, 10);

    g_array_append_val (pids, pid);
  }
  return pids;
}

static void
assert_change (const char *from, const char *to, const char *expected)
{
  g_autoptr (GArray) old = make_pids (from), new = make_pids (to);
  g_autoptr (GString) query = g_string_new (NULL);

  g_assert_cmpint (satip_query_append_change (query, old, new), ==, *expected != '\0');
  g_assert_cmpstr (query->str, ==, expected);
}

static void
test_pids (void)
{
  assert_change ("0,16,17", "0,16,17", "");
  assert_change ("0,16,17", "0,16,17,100,101", "addpids=100,101");
  assert_change ("0,16,17,100", "0,16,17,200", "addpids=200&delpids=100");
  assert_change ("0,16,17,100", "0,16,17", "delpids=100");
  assert_change ("0,16,17,100", "0", "pids=0");
  assert_change ("0,16", "", "pids=none");
  assert_change ("0,16", "all", "pids=all");
  assert_change ("all", "0,16", "pids=0,16");
}

/* ---- order ------------------------------------------------------------------------------------------------------ */

static void
on_push (gpointer user_data, const guint8 *bytes, gsize n_bytes, gint64 arrival_us)
{
  g_string_append_len (user_data, (const char *) bytes, (gssize) n_bytes);
}

static void
on_gap (gpointer user_data)
{
  g_string_append_c (user_data, '|');
}

static const SatipRtpOut out = { .push = on_push, .gap = on_gap };

/* Each letter is a packet whose sequence number is its place from 'a' on, the first just before the numbers begin anew. */
static void
assert_order (const char *sent, const char *expected, guint64 lost)
{
  HearthTransportHealth health = { 0 };
  g_autoptr (GString) got = g_string_new (NULL);
  gint64 now_us = 1000;
  SatipRtp rtp;

  satip_rtp_init (&rtp, &out, got, &health);
  for (const char *letter = sent; *letter != '\0'; letter++, now_us += 1000)
    satip_rtp_push (&rtp, (guint16) (65534 + (*letter - 'a')), (const guint8 *) letter, 1, now_us, now_us);
  satip_rtp_expire (&rtp, now_us + SATIP_RTP_HOLD_US);
  satip_rtp_reset (&rtp);
  g_assert_cmpstr (got->str, ==, expected);
  g_assert_cmpuint (health.lost, ==, lost);
}

static void
test_order (void)
{
  assert_order ("abcdef", "abcdef", 0);
  assert_order ("acbdfe", "abcdef", 0);
  assert_order ("abdef", "ab|def", 1);
  assert_order ("abbcc", "abc", 0);
  assert_order ("abeedc", "abcde", 0);
}

static void
test_rtp (void)
{
  /* A contributing source, an extension of one word, two bytes of padding. */
  static const guint8 packet[] = { 0xb1, 33, 0x12, 0x34, 0, 0, 0, 0, 0, 0, 0, 7, 1, 1, 1, 1, 0, 0, 0, 1, 9, 9, 9, 9, 'G', 0, 2 };
  const guint8 *payload;
  gsize n_bytes;
  guint16 sequence;

  g_assert_true (satip_rtp_parse (packet, sizeof packet, &sequence, &payload, &n_bytes));
  g_assert_cmpuint (sequence, ==, 0x1234);
  g_assert_cmpmem (payload, n_bytes, "G", 1);
  g_assert_true (satip_rtp_parse ((const guint8 *) "\x80\x21\0\1\0\0\0\0\0\0\0\7", 12, &sequence, &payload, &n_bytes));
  g_assert_cmpuint (n_bytes, ==, 0);
  for (gsize n = 0; n < 24; n++)
    g_assert_false (satip_rtp_parse (packet, n, &sequence, &payload, &n_bytes));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/satip/rtsp/answer", test_answer);
  g_test_add_func ("/satip/rtsp/pieces", test_answer_in_pieces);
  g_test_add_func ("/satip/rtsp/refusals", test_refusals);
  g_test_add_func ("/satip/rtsp/packets", test_packets_between);
  g_test_add_func ("/satip/report/text", test_report);
  g_test_add_func ("/satip/report/rtcp", test_report_in_rtcp);
  g_test_add_func ("/satip/report/describe", test_report_in_description);
  g_test_add_func ("/satip/ssdp", test_ssdp);
  g_test_add_func ("/satip/description", test_description);
  g_test_add_func ("/satip/capabilities", test_capabilities);
  g_test_add_func ("/satip/fixed", test_fixed);
  g_test_add_func ("/satip/query", test_query);
  g_test_add_func ("/satip/pids", test_pids);
  g_test_add_func ("/satip/order", test_order);
  g_test_add_func ("/satip/rtp", test_rtp);
  return g_test_run ();
}
