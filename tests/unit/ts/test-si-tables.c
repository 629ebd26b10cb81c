/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables and descriptors. Bytes were put together by hand from the standards' tables; the times of annex C are its own examples. */
#include "config.h"

#include "si-maker.h"
#include "ts/hearth-si-delivery.h"
#include "ts/hearth-si-descriptors.h"

#include <string.h>

static HearthSiLoop
loop_of (const void *bytes, gsize n_bytes)
{
  return (HearthSiLoop) { .at = bytes, .end = (const guint8 *) bytes + n_bytes };
}

#define LOOP(literal) loop_of (literal, sizeof (literal) - 1)

static HearthSiDescriptor
first_of (HearthSiLoop loop)
{
  HearthSiDescriptor d;

  g_assert_true (hearth_si_descriptor_next (&loop, &d));
  return d;
}

#define FIRST(literal) first_of (LOOP (literal))

#define ASSERT_TEXT(text, expected) g_assert_cmpmem ((text).bytes, (text).n_bytes, expected, strlen (expected))

/* ---- tables -------------------------------------------------------------------------------- */

static void
test_times (void)
{
  const guint8 example[] = { 0xc0, 0x79, 0x12, 0x45, 0x00 }; /* annex C: 1993-10-13 12:45:00 */
  const guint8 undefined[] = { 0xff, 0xff, 0xff, 0xff, 0xff };
  const guint8 nonsense[] = { 0xc0, 0x79, 0x24, 0x00, 0x00 };
  const guint8 duration[] = { 0x01, 0x45, 0x30 };
  g_autoptr (GDateTime) expected = g_date_time_new_utc (1993, 10, 13, 12, 45, 0);

  g_assert_cmpint (hearth_si_time_parse (example), ==, g_date_time_to_unix (expected));
  g_assert_cmpint (hearth_si_time_parse (undefined), ==, HEARTH_SI_NO_TIME);
  g_assert_cmpint (hearth_si_time_parse (nonsense), ==, HEARTH_SI_NO_TIME);
  g_assert_cmpuint (hearth_si_duration_parse (duration), ==, 6330);
  g_assert_cmpuint (hearth_si_duration_parse (undefined), ==, 0);
}

static void
test_sdt (void)
{
  g_autoptr (SiSection) section = si_make_sdt (HEARTH_SI_TABLE_SDT_OTHER, 0x1234, 0x5678, 9, 42, "Name");
  HearthSiSdt sdt;
  HearthSiSdtService service;
  HearthSiDescriptor d;
  HearthSiServiceDescriptor names;

  g_assert_true (hearth_si_sdt_parse (&sdt, section->data, section->len));
  g_assert_cmpuint (sdt.header.extension, ==, 0x1234);
  g_assert_cmpuint (sdt.header.version, ==, 9);
  g_assert_true (sdt.header.current);
  g_assert_cmpuint (sdt.original_network_id, ==, 0x5678);
  g_assert_true (hearth_si_sdt_next (&sdt, &service));
  g_assert_cmpuint (service.service_id, ==, 42);
  g_assert_cmpuint (service.running, ==, HEARTH_SI_RUNNING);
  g_assert_false (service.free_ca_mode);
  g_assert_true (hearth_si_descriptor_next (&service.descriptors, &d));
  g_assert_true (hearth_si_service_descriptor_parse (&names, &d));
  g_assert_cmpuint (names.type, ==, 1);
  ASSERT_TEXT (names.name, "Name");
  g_assert_cmpuint (names.provider.n_bytes, ==, 0);
  g_assert_true (hearth_si_descriptor_next (&service.descriptors, &d));
  g_assert_cmphex (d.tag, ==, HEARTH_SI_TAG_MULTILINGUAL_SERVICE_NAME);
  g_assert_false (hearth_si_descriptor_next (&service.descriptors, &d));
  g_assert_false (hearth_si_sdt_next (&sdt, &service));
  g_assert_false (hearth_si_sdt_parse (&sdt, section->data, section->len - 1));
}

static void
test_nit (void)
{
  g_autoptr (SiSection) section = si_begin (HEARTH_SI_TABLE_NIT_ACTUAL, 12289, 3, 0, 0);
  guint loop, inner;
  HearthSiNit nit;
  HearthSiNitStream stream;
  HearthSiDescriptor d;

  loop = si_open (section, 0xf);
  si_descriptor (section, 0x40, "Net");
  si_close (section, loop);
  loop = si_open (section, 0xf);
  for (guint i = 0; i < 2; i++) {
    si_16 (section, 100 + i);
    si_16 (section, 318);
    inner = si_open (section, 0xf);
    si_descriptor (section, 0x41, "\x00\x01\x01\x00\x02\x02");
    si_close (section, inner);
  }
  si_close (section, loop);
  si_finish (section);
  g_assert_true (hearth_si_nit_parse (&nit, section->data, section->len));
  g_assert_cmpuint (nit.header.extension, ==, 12289);
  g_assert_true (hearth_si_descriptor_find (&nit.descriptors, HEARTH_SI_TAG_NETWORK_NAME, &d));
  ASSERT_TEXT (hearth_si_name_parse (&d), "Net");
  for (guint i = 0; i < 2; i++) {
    HearthSiServiceListEntry entry;
    guint at = 0;

    g_assert_true (hearth_si_nit_next (&nit, &stream));
    g_assert_cmpuint (stream.transport_stream_id, ==, 100 + i);
    g_assert_cmpuint (stream.original_network_id, ==, 318);
    g_assert_true (hearth_si_descriptor_next (&stream.descriptors, &d));
    g_assert_true (hearth_si_service_list_next (&d, &at, &entry));
    g_assert_true (hearth_si_service_list_next (&d, &at, &entry));
    g_assert_cmpuint (entry.service_id, ==, 2);
    g_assert_cmpuint (entry.type, ==, 2);
    g_assert_false (hearth_si_service_list_next (&d, &at, &entry));
  }
  g_assert_false (hearth_si_nit_next (&nit, &stream));
}

static void
test_eit (void)
{
  g_autoptr (SiSection) section = si_make_eit (0x51, 3401, 5, 17, 200, 18);
  HearthSiEit eit;
  HearthSiEitEvent event;
  HearthSiDescriptor d;
  HearthSiShortEvent names;
  g_autoptr (GDateTime) start = g_date_time_new_utc (2022, 1, 16, 6, 0, 0);

  g_assert_true (hearth_si_eit_parse (&eit, section->data, section->len));
  g_assert_cmpuint (eit.transport_stream_id, ==, 7);
  g_assert_cmpuint (eit.original_network_id, ==, 1);
  g_assert_cmpuint (eit.segment_last_section_number, ==, 18);
  g_assert_cmpuint (eit.last_table_id, ==, 0x51);
  g_assert_true (hearth_si_eit_next (&eit, &event));
  g_assert_cmpuint (event.event_id, ==, 0x4011);
  g_assert_cmpint (event.start_utc_s, ==, g_date_time_to_unix (start));
  g_assert_cmpuint (event.duration_s, ==, 5400);
  g_assert_true (hearth_si_descriptor_next (&event.descriptors, &d));
  g_assert_true (hearth_si_short_event_parse (&names, &d));
  g_assert_cmpstr (names.language, ==, "eng");
  ASSERT_TEXT (names.name, "News");
  ASSERT_TEXT (names.text, "today");
  g_assert_false (hearth_si_eit_next (&eit, &event));
}

static void
test_short_tables (void)
{
  const guint8 tdt[] = { 0x70, 0x70, 0x05, 0xc0, 0x79, 0x12, 0x45, 0x00 };
  const guint8 rst[] = { 0x71, 0x70, 0x09, 0, 1, 0, 2, 0, 3, 0, 4, 0xfc };
  guint8 tot[] = { 0x73, 0x70, 0x1a, 0xc0, 0x79, 0x12, 0x45, 0x00, 0xf0, 0x0f,
                   0x58, 13, 'I', 'T', 'A', 0x02, 0x01, 0x00, 0xc0, 0x79, 0x12, 0x45, 0x00, 0x02, 0x00, 0, 0, 0, 0 };
  HearthSiTime time;
  HearthSiLoop events;
  HearthSiRstEvent event;
  HearthSiDescriptor d;
  HearthSiTimeOffset offset;
  guint at = 0;

  g_assert_true (hearth_si_tdt_parse (&time, tdt, sizeof tdt));
  g_assert_cmpint (time.utc_s, ==, 750516300);
  g_assert_true (hearth_si_rst_parse (&events, rst, sizeof rst));
  g_assert_true (hearth_si_rst_next (&events, &event));
  g_assert_cmpuint (event.event_id, ==, 4);
  g_assert_cmpuint (event.running, ==, HEARTH_SI_RUNNING);
  g_assert_false (hearth_si_rst_next (&events, &event));
  g_assert_true (hearth_si_tdt_parse (&time, tot, sizeof tot));
  g_assert_true (hearth_si_descriptor_next (&time.descriptors, &d));
  g_assert_true (hearth_si_time_offset_next (&d, &at, &offset));
  g_assert_cmpstr (offset.country, ==, "ita");
  g_assert_cmpint (offset.offset_s, ==, 3600);
  g_assert_cmpint (offset.next_offset_s, ==, 7200);
  g_assert_false (hearth_si_time_offset_next (&d, &at, &offset));
}

static void
test_ait (void)
{
  g_autoptr (SiSection) section = si_begin (HEARTH_SI_TABLE_AIT, 0x8010, 1, 0, 0);
  guint loop, inner;
  HearthSiAit ait;
  HearthSiApplication application;
  HearthSiDescriptor d;
  HearthSiText text;

  loop = si_open (section, 0xf);
  si_close (section, loop);
  loop = si_open (section, 0xf);
  si_text (section, "\x00\x00\x00\x12\x00\x34\x01");
  inner = si_open (section, 0xf);
  si_descriptor (section, 0x02, "\x00\x03\x01\x0fhttp://hbb.tv/\x00");
  si_descriptor (section, 0x15, "index.html");
  si_close (section, inner);
  si_close (section, loop);
  si_finish (section);
  g_assert_true (hearth_si_ait_parse (&ait, section->data, section->len));
  g_assert_true (ait.test);
  g_assert_cmphex (ait.application_type, ==, 0x0010);
  g_assert_true (hearth_si_ait_next (&ait, &application));
  g_assert_cmphex (application.organisation_id, ==, 0x12);
  g_assert_cmphex (application.application_id, ==, 0x34);
  g_assert_cmpuint (application.control_code, ==, 1);
  g_assert_true (hearth_si_descriptor_next (&application.descriptors, &d));
  g_assert_true (hearth_si_application_base_parse (&d, &text));
  g_assert_cmpmem (text.bytes, text.n_bytes, "http://hbb.tv/", 15);
  g_assert_true (hearth_si_descriptor_next (&application.descriptors, &d));
  g_assert_true (hearth_si_application_location_parse (&d, &text));
  ASSERT_TEXT (text, "index.html");
}

/* ---- channel numbers ---------------------------------------------------------------------------- */

typedef struct {
  guint n;
  HearthSiLcn all[8];
} Numbers;

static void
on_lcn (const HearthSiLcn *lcn, gpointer user_data)
{
  Numbers *numbers = user_data;

  g_assert_cmpuint (numbers->n, <, G_N_ELEMENTS (numbers->all));
  numbers->all[numbers->n++] = *lcn;
}

/* The last descriptor of a loop. */
static Numbers
read_numbers (HearthSiLoop loop)
{
  Numbers numbers = { 0 };
  HearthSiDescriptor d;

  while (hearth_si_descriptor_next (&loop, &d))
    hearth_si_lcn_parse (&d, on_lcn, &numbers);
  return numbers;
}

static void
test_lcn (void)
{
  Numbers n = read_numbers (LOOP ("\x5f\x04\x00\x00\x00\x28\x83\x08\x0d\x49\xfc\x01\x0d\x4a\x7f\xff"));

  g_assert_cmpuint (n.n, ==, 2); /* EACEM */
  g_assert_cmpuint (n.all[0].service_id, ==, 3401);
  g_assert_cmpuint (n.all[0].number, ==, 1);
  g_assert_true (n.all[0].visible);
  g_assert_cmpuint (n.all[1].number, ==, 1023);
  g_assert_false (n.all[1].visible);

  n = read_numbers (LOOP ("\x5f\x04\x00\x00\x00\x28\x88\x04\x0d\x49\xfd\xf5"));
  g_assert_cmpuint (n.n, ==, 1);
  g_assert_true (n.all[0].hd);
  g_assert_cmpuint (n.all[0].number, ==, 501);

  n = read_numbers (LOOP ("\x5f\x04\x00\x00\x00\x29\x83\x04\x03\xf2\xd3\x88")); /* NorDig 1 */
  g_assert_cmpuint (n.all[0].number, ==, 5000);

  n = read_numbers (LOOP ("\x5f\x04\x00\x00\x23\x3a\x83\x04\x10\x44\x00\x65")); /* DTG has no visible flag */
  g_assert_cmpuint (n.all[0].number, ==, 101);
  g_assert_true (n.all[0].visible);

  n = read_numbers (LOOP ("\x83\x04\x00\x01\xc0\x05")); /* nobody's: 10 bits, reserved zeros */
  g_assert_cmpuint (n.all[0].number, ==, 5);
  n = read_numbers (LOOP ("\x83\x08\x00\x01\xfc\x05\x00\x02\xc4\xb0")); /* 1200 does not fit into ten */
  g_assert_cmpuint (n.all[1].number, ==, 1200);
  n = read_numbers (LOOP ("\x83\x08\x00\x01\xfc\x05\x00\x02\xfd\x00"));
  g_assert_cmpuint (n.all[0].number, ==, 5);
  g_assert_cmpuint (n.all[1].number, ==, 256);

  n = read_numbers (LOOP ("\x5f\x04\x00\x00\x00\x29\x87\x11\x01\x03One" "swe\x08\x03\xf2\xfc\x01\x13\xc4\x7c\x02"));
  g_assert_cmpuint (n.n, ==, 2); /* NorDig 2 */
  g_assert_cmpuint (n.all[0].list, ==, 1);
  ASSERT_TEXT (n.all[0].list_name, "One");
  g_assert_cmpstr (n.all[1].country, ==, "swe");
  g_assert_cmpuint (n.all[1].number, ==, 2);
  g_assert_false (n.all[1].visible);

  n = read_numbers (LOOP ("\x87\x04\x00\x01\xfc\x05\x88\x04\x00\x01\xfc\x05")); /* others' private tags */
  g_assert_cmpuint (n.n, ==, 0);
}

/* ---- delivery ------------------------------------------------------------------------------------- */

static HearthSiDelivery
read_delivery (HearthSiLoop loop)
{
  HearthSiDelivery delivery;

  g_assert_true (hearth_si_delivery_find (&delivery, &loop));
  return delivery;
}

static void
test_cable (void)
{
  HearthSiDelivery delivery = read_delivery (LOOP ("\x44\x0b\x03\x46\x00\x00\xff\xf2\x03\x00\x68\x75\x0f"));

  g_assert_cmpint (delivery.params.system, ==, HEARTH_TUNER_DVB_C);
  g_assert_cmpuint (delivery.params.frequency_khz, ==, 346000);
  g_assert_cmpuint (delivery.params.symbol_rate, ==, 6875000);
  g_assert_cmpint (delivery.params.modulation, ==, HEARTH_TUNER_QAM64);
  g_assert_cmpuint (delivery.params.code_rate.over, ==, 0);
}

static void
test_satellite (void)
{
  HearthSiDelivery delivery = read_delivery (LOOP ("\x43\x0b\x01\x17\x25\x00\x01\x92\xa1\x02\x20\x00\x05")); /* Astra, 11.725 GHz V */

  g_assert_cmpint (delivery.params.system, ==, HEARTH_TUNER_DVB_S);
  g_assert_cmpuint (delivery.params.frequency_khz, ==, 11725000);
  g_assert_cmpuint (delivery.params.symbol_rate, ==, 22000000);
  g_assert_cmpint (delivery.params.polarization, ==, HEARTH_TUNER_VERTICAL);
  g_assert_cmpint (delivery.params.modulation, ==, HEARTH_TUNER_QPSK);
  g_assert_cmpuint (delivery.params.code_rate.over, ==, 7);
  g_assert_cmpint (delivery.orbital_position_decideg, ==, 192);
  g_assert_cmpint (delivery.params.stream_id, ==, HEARTH_TUNER_NO_STREAM);

  delivery = read_delivery (LOOP ("\x43\x0b\x01\x25\x22\x50\x00\x50\x16\x02\x75\x00\x03\x79\x05\xc0\xfc\x00\x01\x07"));
  g_assert_cmpint (delivery.params.system, ==, HEARTH_TUNER_DVB_S2);
  g_assert_cmpint (delivery.params.modulation, ==, HEARTH_TUNER_PSK8);
  g_assert_cmpuint (delivery.params.roll_off_permille, ==, 200);
  g_assert_cmpint (delivery.orbital_position_decideg, ==, -50);
  g_assert_cmpint (delivery.params.stream_id, ==, 7);
}

static void
test_terrestrial (void)
{
  HearthSiDelivery delivery = read_delivery (LOOP ("\x5a\x0b\x02\xd3\x44\x40\x1f\x82\x02\xff\xff\xff\xff")); /* 474 MHz, 64-QAM */
  HearthSiDescriptor d;
  guint at = 0;
  guint32 khz;

  g_assert_cmpint (delivery.params.system, ==, HEARTH_TUNER_DVB_T);
  g_assert_cmpuint (delivery.params.frequency_khz, ==, 474000);
  g_assert_cmpuint (delivery.params.bandwidth_hz, ==, 8000000);
  g_assert_cmpint (delivery.params.modulation, ==, HEARTH_TUNER_QAM64);
  g_assert_cmpuint (delivery.params.code_rate.over, ==, 3);
  g_assert_cmpuint (delivery.params.guard.under, ==, 32);
  g_assert_cmpuint (delivery.params.carriers, ==, 8192);

  delivery = read_delivery (LOOP ("\x7f\x0d\x04\x01\x12\x34\x03\xb4\x00\x2a\x02\xd3\x44\x40\x00")); /* T2, one cell */
  g_assert_cmpint (delivery.params.system, ==, HEARTH_TUNER_DVB_T2);
  g_assert_cmpint (delivery.params.stream_id, ==, 1);
  g_assert_cmpuint (delivery.params.frequency_khz, ==, 474000);
  g_assert_cmpuint (delivery.params.carriers, ==, 32768);
  g_assert_cmpuint (delivery.params.guard.over, ==, 19);
  g_assert_cmpuint (delivery.params.guard.under, ==, 128);

  delivery = read_delivery (LOOP ("\x7f\x04\x04\x05\x00\x01")); /* T2, nothing but the PLP */
  g_assert_cmpint (delivery.params.stream_id, ==, 5);
  g_assert_cmpuint (delivery.params.frequency_khz, ==, 0);

  d = FIRST ("\x62\x09\xff\x02\xd3\x44\x40\x02\xdf\x79\x40");
  g_assert_true (hearth_si_frequency_next (&d, &at, &khz));
  g_assert_cmpuint (khz, ==, 474000);
  g_assert_true (hearth_si_frequency_next (&d, &at, &khz));
  g_assert_cmpuint (khz, ==, 482000);
  g_assert_false (hearth_si_frequency_next (&d, &at, &khz));
}

static void
test_dtmb_and_isdb (void)
{
  HearthSiDelivery delivery = read_delivery (LOOP ("\x5a\x07\x02\xd3\x44\x40\x25\x33\x1b")); /* 0.6, 64-QAM, 3780, PN945, 720 */

  g_assert_cmpint (delivery.params.system, ==, HEARTH_TUNER_DTMB);
  g_assert_cmpuint (delivery.params.frequency_khz, ==, 474000);
  g_assert_cmpuint (delivery.params.code_rate.over, ==, 3);
  g_assert_cmpuint (delivery.params.code_rate.under, ==, 5);
  g_assert_cmpint (delivery.params.modulation, ==, HEARTH_TUNER_QAM64);
  g_assert_cmpuint (delivery.params.carriers, ==, 3780);
  g_assert_cmpuint (delivery.params.guard.under, ==, 4);
  g_assert_cmpuint (delivery.params.interleaving, ==, 720);
  g_assert_true (delivery.other_frequencies);

  delivery = read_delivery (LOOP ("\xfa\x04\x00\x0a\x0f\x3c")); /* 557 1/7 MHz: channel 27 */
  g_assert_cmpint (delivery.params.system, ==, HEARTH_TUNER_ISDB_T);
  g_assert_cmpuint (delivery.params.frequency_khz, ==, 557142);
}

/* ---- other descriptors ------------------------------------------------------------------------------ */

static void
test_event_descriptors (void)
{
  HearthSiDescriptor d = FIRST ("\x55\x08ITA\x09GBR\x00");
  HearthSiParentalRating rating;
  HearthSiContent content;
  HearthSiCrid crid;
  HearthSiComponent component;
  guint at = 0;

  g_assert_true (hearth_si_parental_rating_next (&d, &at, &rating));
  g_assert_cmpuint (rating.minimum_age, ==, 12);
  g_assert_cmpstr (rating.country, ==, "ita");
  g_assert_true (hearth_si_parental_rating_next (&d, &at, &rating));
  g_assert_cmpuint (rating.minimum_age, ==, 0);
  g_assert_false (hearth_si_parental_rating_next (&d, &at, &rating));

  d = FIRST ("\x54\x04\x14\x00\x43\x01");
  at = 0;
  g_assert_true (hearth_si_content_next (&d, &at, &content));
  g_assert_cmpstr (hearth_si_content_get_name (content.level_1, content.level_2), ==, "movie: comedy");
  g_assert_true (hearth_si_content_next (&d, &at, &content));
  g_assert_cmpstr (hearth_si_content_get_name (content.level_1, content.level_2), ==, "sports: football");
  g_assert_cmpstr (hearth_si_content_get_name (4, 15), ==, "sports");
  g_assert_null (hearth_si_content_get_name (15, 1));
  g_assert_null (hearth_si_content_get_group (11));

  d = FIRST ("\x76\x0c\xc4\x06/12ABC\xc9\x12\x34\xc8");
  at = 0;
  g_assert_true (hearth_si_crid_next (&d, &at, &crid));
  g_assert_cmphex (crid.type, ==, 0x31);
  ASSERT_TEXT (crid.crid, "/12ABC");
  g_assert_true (hearth_si_crid_next (&d, &at, &crid));
  g_assert_cmphex (crid.type, ==, 0x32);
  g_assert_null (crid.crid.bytes);
  g_assert_cmphex (crid.reference, ==, 0x1234);

  d = FIRST ("\x50\x09\xf1\x0b\x01" "engHD!");
  g_assert_true (hearth_si_component_parse (&component, &d));
  g_assert_cmpuint (component.stream_content, ==, 1);
  g_assert_cmphex (component.stream_content_ext, ==, 0xf);
  g_assert_cmphex (component.type, ==, 0x0b);
  ASSERT_TEXT (component.text, "HD!");
}

static void
test_stream_descriptors (void)
{
  HearthSiDescriptor d = FIRST ("\x6a\x03\xa0\x42\x05");
  HearthSiAc3 ac3;
  HearthSiAac aac;
  HearthSiDts dts;
  HearthSiTeletext page;
  HearthSiDataBroadcast broadcast;
  HearthSiApplicationSignalling signalling;
  guint32 format;
  guint at = 0;

  g_assert_true (hearth_si_ac3_parse (&ac3, &d));
  g_assert_cmpint (ac3.component_type, ==, 0x42);
  g_assert_cmpint (ac3.main_id, ==, 5);
  g_assert_cmpint (ac3.associated_id, ==, -1);
  d = FIRST ("\x7c\x03\x58\x80\x03");
  g_assert_true (hearth_si_aac_parse (&aac, &d));
  g_assert_cmpint (aac.profile_and_level, ==, 0x58);
  g_assert_cmpint (aac.type, ==, 3);
  d = FIRST ("\x7b\x05\xd6\x03\xc0\x00\x04"); /* 48 kHz, code 24, with LFE */
  g_assert_true (hearth_si_dts_parse (&dts, &d));
  g_assert_cmpuint (dts.sample_rate_hz, ==, 48000);
  g_assert_cmpuint (dts.bit_rate_bps, ==, 1536000);
  g_assert_cmpuint (dts.lfe, ==, 1);
  d = FIRST ("\x56\x0aita\x09\x00ita\x17\x77");
  g_assert_true (hearth_si_teletext_next (&d, &at, &page));
  g_assert_cmphex (page.page, ==, 0x100);
  g_assert_true (hearth_si_teletext_next (&d, &at, &page));
  g_assert_cmphex (page.page, ==, 0x777);
  g_assert_cmpuint (page.type, ==, 2);
  d = FIRST ("\x66\x02\x01\x23");
  g_assert_true (hearth_si_data_broadcast_parse (&broadcast, &d));
  g_assert_cmpstr (hearth_si_data_broadcast_get_name (broadcast.id), ==, "HbbTV carousel");
  d = FIRST ("\x05\x04" "AVSV");
  g_assert_true (hearth_si_registration_parse (&d, &format));
  g_assert_cmphex (format, ==, 0x41565356);
  d = FIRST ("\x6f\x03\x00\x10\xe7");
  at = 0;
  g_assert_true (hearth_si_application_signalling_next (&d, &at, &signalling));
  g_assert_cmphex (signalling.application_type, ==, 0x10);
  g_assert_cmpuint (signalling.ait_version, ==, 7);
}

/* What is cut off is not there; what it was in goes on being readable. */
static void
test_cut_off (void)
{
  HearthSiLoop loop = LOOP ("\x40\x03" "Net\x48\x09\x01");
  HearthSiDescriptor d;
  HearthSiServiceDescriptor names;

  g_assert_true (hearth_si_descriptor_next (&loop, &d));
  g_assert_false (hearth_si_descriptor_next (&loop, &d));
  g_assert_false (hearth_si_descriptor_next (&loop, &d));
  d = FIRST ("\x48\x06\x01\x02" "Pr\xff" "N");
  g_assert_true (hearth_si_service_descriptor_parse (&names, &d));
  ASSERT_TEXT (names.provider, "Pr");
  ASSERT_TEXT (names.name, "N");
  d = FIRST ("\x48\x03\x01\xff" "P");
  g_assert_true (hearth_si_service_descriptor_parse (&names, &d));
  ASSERT_TEXT (names.provider, "P");
  g_assert_cmpuint (names.name.n_bytes, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/si/times", test_times);
  g_test_add_func ("/si/sdt", test_sdt);
  g_test_add_func ("/si/nit", test_nit);
  g_test_add_func ("/si/eit", test_eit);
  g_test_add_func ("/si/short-tables", test_short_tables);
  g_test_add_func ("/si/ait", test_ait);
  g_test_add_func ("/si/lcn", test_lcn);
  g_test_add_func ("/si/cable", test_cable);
  g_test_add_func ("/si/satellite", test_satellite);
  g_test_add_func ("/si/terrestrial", test_terrestrial);
  g_test_add_func ("/si/dtmb-and-isdb", test_dtmb_and_isdb);
  g_test_add_func ("/si/event-descriptors", test_event_descriptors);
  g_test_add_func ("/si/stream-descriptors", test_stream_descriptors);
  g_test_add_func ("/si/cut-off", test_cut_off);
  return g_test_run ();
}
