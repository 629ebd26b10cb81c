/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated cable network as a strict receiver sees it: continuity, clocks that fit the places of their packets, tables that can
 * be read and say what the line-up says. */
#include <string.h>

#include "headend-testing.h"
#include "headend/cable-mux.h"
#include "ts/hearth-dvb-text.h"
#include "ts/hearth-si-descriptors.h"

#define SECONDS 12
#define UTC_US (G_GINT64_CONSTANT (1795464000) * G_USEC_PER_SEC)
#define CLOCK_TOLERANCE_TICKS 14 /* 500 ns: ISO/IEC 13818-1, 2.4.2.2 */
#define WRAP_27M (300LL << 33)
#define SI_PIDS 0x20

static HeadendLoop *loops[HEADEND_N_CHANNELS + 1];
static HeadendMux *contents[HEADEND_N_CHANNELS + 1];

/* A receiver of one multiplex. */
typedef struct {
  guint mux, lineup;
  int continuity[0x2000];
  gint64 pcr27m[0x2000], pcr_packet[0x2000];
  HearthTsSection *sections;
  GHashTable *names;     /* service id -> name, of SDT actual and other */
  GHashTable *numbers;   /* service id -> LCN */
  GHashTable *scheduled; /* service id << 16 | event id -> itself */
  GHashTable *present;   /* service id -> event id, of EIT present/following */
  GHashTable *running;   /* service id -> event id, of RST */
  guint n_frequencies, n_present;
  gboolean is_timely; /* each present event is on at UTC_US */
  gint64 utc_s, n_packets;
} Receiver;

static void
receiver_init (Receiver *self, guint mux)
{
  *self = (Receiver){ .mux = mux, .names = g_hash_table_new_full (NULL, NULL, NULL, g_free), .numbers = g_hash_table_new (NULL, NULL),
                      .scheduled = g_hash_table_new (NULL, NULL), .present = g_hash_table_new (NULL, NULL),
                      .running = g_hash_table_new (NULL, NULL), .is_timely = TRUE };
  memset (self->continuity, 0xff, sizeof self->continuity);
  memset (self->pcr_packet, 0xff, sizeof self->pcr_packet);
  self->sections = g_new0 (HearthTsSection, SI_PIDS);
  for (guint i = 0; i < SI_PIDS; i++)
    hearth_ts_section_init (&self->sections[i]);
}

static void
receiver_clear (Receiver *self)
{
  g_hash_table_unref (self->names);
  g_hash_table_unref (self->numbers);
  g_hash_table_unref (self->scheduled);
  g_hash_table_unref (self->present);
  g_hash_table_unref (self->running);
  g_free (self->sections);
}

/* ---- tables ------------------------------------------------------------------------------------------------------- */

static void
receive_sdt (Receiver *self, const guint8 *section, gsize n_bytes)
{
  g_auto (HearthDvbText) text;
  HearthSiSdt sdt;
  HearthSiSdtService service;
  HearthSiDescriptor descriptor;
  HearthSiServiceDescriptor named;

  hearth_dvb_text_init (&text);
  g_assert_true (hearth_si_sdt_parse (&sdt, section, n_bytes));
  while (hearth_si_sdt_next (&sdt, &service)) {
    g_assert_true (hearth_si_descriptor_find (&service.descriptors, 0x48, &descriptor));
    g_assert_true (hearth_si_service_descriptor_parse (&named, &descriptor));
    g_hash_table_insert (self->names, GUINT_TO_POINTER (service.service_id), hearth_dvb_text_dup (&text, named.name.bytes, named.name.n_bytes));
  }
}

static void
take_number (const HearthSiLcn *lcn, gpointer user_data)
{
  Receiver *self = user_data;

  g_hash_table_insert (self->numbers, GUINT_TO_POINTER (lcn->service_id), GUINT_TO_POINTER (lcn->number));
}

static void
receive_nit (Receiver *self, const guint8 *section, gsize n_bytes)
{
  HearthSiNit nit;
  HearthSiNitStream stream;
  HearthSiDescriptor descriptor;

  self->n_frequencies = 0;
  g_assert_true (hearth_si_nit_parse (&nit, section, n_bytes));
  while (hearth_si_nit_next (&nit, &stream)) {
    while (hearth_si_descriptor_next (&stream.descriptors, &descriptor)) {
      if (descriptor.tag == 0x44)
        self->n_frequencies++;
      hearth_si_lcn_parse (&descriptor, take_number, self);
    }
  }
}

static void
receive_present (Receiver *self, guint service_id, const HearthSiEitEvent *event)
{
  self->n_present++;
  self->is_timely &= event->start_utc_s <= UTC_US / G_USEC_PER_SEC + SECONDS && event->start_utc_s + event->duration_s > UTC_US / G_USEC_PER_SEC;
  g_hash_table_insert (self->present, GUINT_TO_POINTER (service_id), GUINT_TO_POINTER (event->event_id));
}

static void
receive_eit (Receiver *self, const guint8 *section, gsize n_bytes)
{
  HearthSiEit eit;
  HearthSiEitEvent event;
  gint64 last_s = 0;

  g_assert_true (hearth_si_eit_parse (&eit, section, n_bytes));
  while (hearth_si_eit_next (&eit, &event)) {
    g_assert_cmpint (event.start_utc_s, >, last_s);
    last_s = event.start_utc_s;
    if (hearth_si_table_is_schedule (eit.header.table_id))
      g_hash_table_add (self->scheduled, GUINT_TO_POINTER ((guint) eit.header.extension << 16 | event.event_id));
    else if (event.running == HEARTH_SI_RUNNING)
      receive_present (self, eit.header.extension, &event);
  }
}

static void
receive_rst (Receiver *self, HearthSiLoop *events)
{
  HearthSiRstEvent event;

  while (hearth_si_rst_next (events, &event))
    if (event.running == HEARTH_SI_RUNNING)
      g_hash_table_insert (self->running, GUINT_TO_POINTER (event.service_id), GUINT_TO_POINTER (event.event_id));
}

static void
receive_section (const guint8 *section, gsize n_bytes, gpointer user_data)
{
  Receiver *self = user_data;
  HearthSiLoop events;
  HearthSiTime time;

  if (section[0] == HEARTH_SI_TABLE_SDT_ACTUAL || section[0] == HEARTH_SI_TABLE_SDT_OTHER)
    receive_sdt (self, section, n_bytes);
  else if (section[0] == HEARTH_SI_TABLE_NIT_ACTUAL)
    receive_nit (self, section, n_bytes);
  else if (hearth_si_table_is_eit (section[0]))
    receive_eit (self, section, n_bytes);
  else if (hearth_si_rst_parse (&events, section, n_bytes))
    receive_rst (self, &events);
  else if (hearth_si_tdt_parse (&time, section, n_bytes))
    self->utc_s = time.utc_s;
}

/* ---- packets ------------------------------------------------------------------------------------------------------ */

static void
check_clock (Receiver *self, const TestingPacket *p, gint64 index)
{
  const gint64 at = self->pcr_packet[p->pid];

  if (p->pcr27m < 0)
    return;
  if (at >= 0) {
    const gint64 step = (p->pcr27m - self->pcr27m[p->pid] + WRAP_27M) % WRAP_27M;
    const double expected = (double) (index - at) * HEADEND_PACKET * 8 * 27e6 / HEADEND_CABLE_RATE_BPS;

    g_assert_cmpfloat (ABS ((double) step - expected), <=, CLOCK_TOLERANCE_TICKS);
  }
  self->pcr27m[p->pid] = p->pcr27m;
  self->pcr_packet[p->pid] = index;
}

static void
receive (Receiver *self, HeadendCableMux *mux, guint seconds)
{
  const gint64 n = (gint64) seconds * HEADEND_CABLE_RATE_BPS / 8 / HEADEND_PACKET;

  for (gint64 i = 0; i < n; i++, self->n_packets++) {
    guint8 bytes[HEADEND_PACKET];
    HeadendCableMark mark;
    TestingPacket p;

    headend_cable_mux_next (mux, bytes, &mark);
    testing_packet_parse (&p, bytes);
    if (p.pid == 0x1fff)
      continue;
    if (self->continuity[p.pid] >= 0)
      g_assert_cmpint (p.continuity, ==, (self->continuity[p.pid] + (p.payload ? 1 : 0)) % 16);
    self->continuity[p.pid] = p.continuity;
    check_clock (self, &p, self->n_packets);
    if (p.pid < SI_PIDS)
      hearth_ts_section_push (&self->sections[p.pid], bytes, receive_section, self);
  }
}

static HeadendCableMux *
make_mux_with (guint number, HeadendCableEvents events)
{
  const HeadendCableSi si = { number, 0, 0, events, 0 };

  return headend_cable_mux_new (&si, (const HeadendMux *const *) contents, UTC_US);
}

static HeadendCableMux *
make_mux (guint number)
{
  return make_mux_with (number, (HeadendCableEvents){ 1800, HEADEND_CABLE_MOST_DAYS, 0, FALSE });
}

/* ---- what must hold ----------------------------------------------------------------------------------------------- */

static void
test_whole (gconstpointer data)
{
  g_autoptr (HeadendCableMux) mux = make_mux (GPOINTER_TO_UINT (data));
  Receiver receiver;
  guint n_services;
  const HeadendCableService *services = headend_cable_get_services (&n_services);

  receiver_init (&receiver, GPOINTER_TO_UINT (data));
  receive (&receiver, mux, SECONDS);
  for (guint i = 0; i < n_services; i++) {
    if (services[i].mux[0] == 0)
      continue;
    g_assert_cmpstr (g_hash_table_lookup (receiver.names, GUINT_TO_POINTER (services[i].service_id)), ==, services[i].name);
    g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (receiver.numbers, GUINT_TO_POINTER (services[i].service_id))), ==, services[i].lcn);
  }
  g_assert_cmpuint (receiver.n_frequencies, ==, HEADEND_CABLE_MUXES);
  g_assert_cmpint (ABS (receiver.utc_s - UTC_US / G_USEC_PER_SEC), <=, SECONDS);
  g_assert_cmpuint (receiver.n_present, >, 0);
  g_assert_true (receiver.is_timely);
  /* 48 events a day and service, eight days; the schedule comes round in ten seconds */
  g_assert_cmpuint (g_hash_table_size (receiver.scheduled) % 384, ==, 0);
  g_assert_cmpuint (g_hash_table_size (receiver.scheduled), >, 384 * 3);
  receiver_clear (&receiver);
}

/* The second line-up: names change, services come and go; what stays goes on without a seam in its clock. */
static void
test_lineups (void)
{
  g_autoptr (HeadendCableMux) mux = make_mux (5);
  Receiver receiver;

  receiver_init (&receiver, 5);
  receive (&receiver, mux, 6);
  g_assert_null (g_hash_table_lookup (receiver.names, GUINT_TO_POINTER (507)));
  g_assert_cmpstr (g_hash_table_lookup (receiver.names, GUINT_TO_POINTER (104)), ==, "山海新闻");
  headend_cable_mux_set_lineup (mux, 1);
  memset (receiver.continuity, 0xff, sizeof receiver.continuity); /* PIDs are given anew */
  memset (receiver.pcr_packet, 0xff, sizeof receiver.pcr_packet);
  receive (&receiver, mux, 6);
  g_assert_cmpstr (g_hash_table_lookup (receiver.names, GUINT_TO_POINTER (507)), ==, "新潮频道");
  g_assert_cmpstr (g_hash_table_lookup (receiver.names, GUINT_TO_POINTER (104)), ==, "山海新闻频道");
  receiver_clear (&receiver);
}

/* Events that begin late: at UTC_US + 6 those of even services, by RST; EIT has the one before until HEADEND_CABLE_RST_LEAD_S later. */
static void
test_overrun (void)
{
  g_autoptr (HeadendCableMux) mux = make_mux_with (1, (HeadendCableEvents){ 60, 1, 6, FALSE });
  const guint event = (guint16) (UTC_US / G_USEC_PER_SEC / 60);
  Receiver receiver;

  receiver_init (&receiver, 1);
  receive (&receiver, mux, 5);
  g_assert_null (g_hash_table_lookup (receiver.running, GUINT_TO_POINTER (102)));
  receive (&receiver, mux, 4);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (receiver.running, GUINT_TO_POINTER (102))), ==, event);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (receiver.present, GUINT_TO_POINTER (102))), ==, event - 1);
  receive (&receiver, mux, HEADEND_CABLE_RST_LEAD_S);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (receiver.present, GUINT_TO_POINTER (102))), ==, event);
  receiver_clear (&receiver);
}

/* Every service's day, from one multiplex. */
static void
test_schedule_other (void)
{
  g_autoptr (HeadendCableMux) mux = make_mux_with (2, (HeadendCableEvents){ 1800, 1, 0, TRUE });
  Receiver receiver;

  receiver_init (&receiver, 2);
  receive (&receiver, mux, 62);
  g_assert_cmpuint (g_hash_table_size (receiver.scheduled), ==, 33 * 48);
  receiver_clear (&receiver);
}

/* Time that went by without packets is not lost from its clock. */
static void
test_lost_time (void)
{
  g_autoptr (HeadendCableMux) mux = make_mux (3);
  Receiver receiver;

  receiver_init (&receiver, 3);
  receive (&receiver, mux, 1);
  headend_cable_mux_lose (mux, 100 * G_USEC_PER_SEC);
  receive (&receiver, mux, 6);
  g_assert_cmpint (receiver.utc_s, >=, UTC_US / G_USEC_PER_SEC + 101);
  receiver_clear (&receiver);
}

/* TDT and TOT say the same time; a TOT has a CRC though its syntax indicator is 0. */
static void
test_clock (void)
{
  g_autoptr (GBytes) tdt = headend_cable_si_make_tdt (1795464000), tot = headend_cable_si_make_tot (1795464000);
  gsize n;
  const guint8 *bytes = g_bytes_get_data (tot, &n);
  HearthSiTime time;
  HearthSiDescriptor d;

  g_assert_cmpuint (hearth_ts_crc32 (bytes, n), ==, 0);
  g_assert_true (hearth_si_tdt_parse (&time, bytes, n));
  g_assert_cmpint (time.utc_s, ==, 1795464000);
  g_assert_true (hearth_si_descriptor_find (&time.descriptors, HEARTH_SI_TAG_LOCAL_TIME_OFFSET, &d));
  bytes = g_bytes_get_data (tdt, &n);
  g_assert_true (hearth_si_tdt_parse (&time, bytes, n));
  g_assert_cmpint (time.utc_s, ==, 1795464000);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  for (guint i = 1; i <= HEADEND_N_CHANNELS; i++) {
    loops[i] = testing_loop_new (i);
    contents[i] = headend_mux_new (loops[i]);
  }
  for (guint i = 1; i <= HEADEND_CABLE_MUXES; i++) {
    g_autofree char *path = g_strdup_printf ("/headend/cable/multiplex-%u", i);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_whole);
  }
  g_test_add_func ("/headend/cable/clock", test_clock);
  g_test_add_func ("/headend/cable/lineups", test_lineups);
  g_test_add_func ("/headend/cable/overrun", test_overrun);
  g_test_add_func ("/headend/cable/schedule-other", test_schedule_other);
  g_test_add_func ("/headend/cable/lost-time", test_lost_time);
  status = g_test_run ();
  for (guint i = 1; i <= HEADEND_N_CHANNELS; i++) {
    headend_mux_free (contents[i]);
    testing_loop_free (loops[i]);
  }
  return status;
}
