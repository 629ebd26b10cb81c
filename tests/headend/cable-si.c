/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of the simulated cable network: ISO/IEC 13818-1, 2.4.4, and EN 300 468, 5.2 and 6.2. */
#include "headend/cable-si.h"

#include <string.h>

#include "headend/tables.h"

#define PID_PAT 0x00
#define PID_CAT 0x01
#define PID_NIT 0x10
#define PID_SDT 0x11 /* and BAT */
#define PID_NONE 0x1fff
#define NO_ECM_PID 0x1ffd
#define EACEM 0x00000028 /* private data specifier under which 0x83 is the logical channel number (TS 101 162; IEC 62216, 6.2) */

static const char provider[] = "Hearth";

void
headend_carousel_free (HeadendCarousel *self)
{
  g_ptr_array_unref (self->sections);
  g_free (self);
}

HeadendCarousel *
headend_carousel_new (guint16 pid, guint period_ms)
{
  HeadendCarousel *self = g_new0 (HeadendCarousel, 1);

  self->pid = pid;
  self->period_ms = period_ms;
  self->sections = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  return self;
}

static void
append_one (GPtrArray *carousels, guint16 pid, guint period_ms, const HeadendSection *s)
{
  HeadendCarousel *carousel = headend_carousel_new (pid, period_ms);

  g_ptr_array_add (carousel->sections, g_bytes_new (s->bytes, s->n));
  g_ptr_array_add (carousels, carousel);
}

static void
put_text (HeadendSection *s, const char *text, HeadendCoding coding)
{
  g_autoptr (GBytes) bytes = headend_cable_encode (text, coding);

  headend_section_put_bytes (s, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static gboolean
has_sound (const HeadendCableService *service)
{
  return service->content != 0;
}

static gboolean
has_video (const HeadendCableService *service)
{
  return has_sound (service) && service->type != HEADEND_CABLE_RADIO;
}

guint8
headend_cable_get_key (const HeadendCableService *service)
{
  return (guint8) (service->service_id | 1);
}

/* ---- programmes --------------------------------------------------------------------------------------------------- */

static void
append_pat (const HeadendCableSi *self, GPtrArray *found, GPtrArray *carousels)
{
  HeadendSection s;

  headend_section_begin (&s, 0x00, headend_cable_get_mux (self->mux)->transport_stream_id, self->version);
  headend_section_put16 (&s, 0); /* the network's PID */
  headend_section_put16 (&s, 0xe000 | PID_NIT);
  for (guint i = 0; i < found->len; i++) {
    const HeadendCableService *service = g_ptr_array_index (found, i);

    headend_section_put16 (&s, service->service_id);
    headend_section_put16 (&s, 0xe000 | headend_cable_get_first_pid (self->mux, self->lineup, service));
  }
  headend_section_end (&s, FALSE);
  append_one (carousels, PID_PAT, 100, &s);
}

static void
put_ca (HeadendSection *s, guint pid, guint8 private_byte)
{
  headend_section_put16 (s, 0x0905);
  headend_section_put16 (s, HEADEND_CABLE_TEST_CA_SYSTEM);
  headend_section_put16 (s, 0xe000 | pid);
  headend_section_put8 (s, private_byte);
}

static void
append_cat (const HeadendCableSi *self, GPtrArray *carousels)
{
  HeadendSection s;

  headend_section_begin (&s, 0x01, 0xffff, self->version);
  put_ca (&s, NO_ECM_PID, 0);
  headend_section_end (&s, FALSE);
  append_one (carousels, PID_CAT, 1000, &s);
}

/* A data carousel that is announced: EN 301 192, 9.2; EN 300 468, 6.2.12. */
static void
put_data_stream (HeadendSection *s, guint16 pid)
{
  headend_section_put8 (s, 0x0b);
  headend_section_put16 (s, 0xe000 | pid);
  headend_section_put16 (s, 0xf000 | 4);
  headend_section_put32 (s, 0x6602000a); /* data_broadcast_id: system software update */
}

static void
append_pmt (const HeadendCableSi *self, const HeadendCableService *service, GPtrArray *carousels)
{
  const guint16 first = headend_cable_get_first_pid (self->mux, self->lineup, service);
  const HeadendChannel *content = headend_channel_get (MAX (service->content, 1));
  const HeadendTables tables = { content, content, first, 0, content->n_audio };
  HeadendSection s;
  guint at;

  headend_section_begin (&s, 0x02, service->service_id, self->version);
  headend_section_put16 (&s, 0xe000 | (has_sound (service) ? headend_tables_get_pid (&tables, HEADEND_SLOT_VIDEO) : PID_NONE));
  at = headend_section_open (&s, 2);
  if (service->encrypted)
    put_ca (&s, NO_ECM_PID, headend_cable_get_key (service));
  headend_section_close (&s, at, 2, 0xf);
  if (has_sound (service))
    headend_tables_put_streams (&tables, has_video (service), &s);
  else
    put_data_stream (&s, (guint16) (first + 1));
  headend_section_end (&s, FALSE);
  append_one (carousels, first, 100, &s);
}

/* ---- the network -------------------------------------------------------------------------------------------------- */

static void
put_service_list (HeadendSection *s, GPtrArray *found)
{
  guint at;

  headend_section_put8 (s, 0x41);
  at = headend_section_open (s, 1);
  for (guint i = 0; i < found->len; i++) {
    const HeadendCableService *service = g_ptr_array_index (found, i);

    headend_section_put16 (s, service->service_id);
    headend_section_put8 (s, service->type);
  }
  headend_section_close (s, at, 1, 0);
}

static void
put_numbers (HeadendSection *s, GPtrArray *found)
{
  guint at;

  headend_section_put16 (s, 0x5f04);
  headend_section_put32 (s, EACEM);
  headend_section_put8 (s, 0x83);
  at = headend_section_open (s, 1);
  for (guint i = 0; i < found->len; i++) {
    const HeadendCableService *service = g_ptr_array_index (found, i);

    if (service->lcn == 0)
      continue;
    headend_section_put16 (s, service->service_id);
    headend_section_put16 (s, (service->hidden ? 0x7c00 : 0xfc00) | service->lcn);
  }
  headend_section_close (s, at, 1, 0);
}

/* EN 300 468, 6.2.13.1: units of 100 Hz, and of 100 symbols a second. */
static void
put_cable_delivery (HeadendSection *s, const HeadendCableMuxInfo *mux)
{
  headend_section_put16 (s, 0x440b);
  headend_section_put_bcd (s, (guint64) mux->frequency_khz * 10, 8);
  headend_section_put16 (s, 0xfff2); /* outer: RS(204/188) */
  headend_section_put8 (s, 0x03);    /* 64-QAM */
  headend_section_put_bcd (s, HEADEND_CABLE_SYMBOL_RATE / 100 * 10, 8);
  s->bytes[s->n - 1] |= 0x0f; /* seven digits; then the inner code: none */
}

static void
put_transport (HeadendSection *s, const HeadendCableSi *self, guint number, gboolean is_nit)
{
  const HeadendCableMuxInfo *mux = headend_cable_get_mux (number);
  g_autoptr (GPtrArray) found = headend_cable_dup_services (number, self->lineup);
  guint at;

  headend_section_put16 (s, mux->transport_stream_id);
  headend_section_put16 (s, HEADEND_CABLE_NETWORK_ID);
  at = headend_section_open (s, 2);
  put_service_list (s, found);
  if (is_nit) {
    put_cable_delivery (s, mux);
    put_numbers (s, found);
  }
  headend_section_close (s, at, 2, 0xf);
}

/* NIT (5.2.1) and BAT (5.2.2) have one shape. */
static void
append_network (const HeadendCableSi *self, gboolean is_nit, GPtrArray *carousels)
{
  HeadendSection s;
  guint at, name;

  headend_section_begin (&s, is_nit ? 0x40 : 0x4a, is_nit ? HEADEND_CABLE_NETWORK_ID : HEADEND_CABLE_BOUQUET_ID, self->version);
  at = headend_section_open (&s, 2);
  headend_section_put8 (&s, is_nit ? 0x40 : 0x47);
  name = headend_section_open (&s, 1);
  put_text (&s, is_nit ? "炉火有线 Hearth Cable" : "全家套餐", HEADEND_CODING_GB2312);
  headend_section_close (&s, name, 1, 0);
  headend_section_close (&s, at, 2, 0xf);
  at = headend_section_open (&s, 2);
  for (guint i = 1; i <= HEADEND_CABLE_MUXES; i++)
    put_transport (&s, self, i, is_nit);
  headend_section_close (&s, at, 2, 0xf);
  headend_section_end (&s, TRUE);
  append_one (carousels, is_nit ? PID_NIT : PID_SDT, is_nit ? 1000 : 5000, &s);
}

/* ---- services ----------------------------------------------------------------------------------------------------- */

static void
put_service (HeadendSection *s, const HeadendCableSi *self, const HeadendCableService *service)
{
  guint at, inner, text;

  headend_section_put16 (s, service->service_id);
  headend_section_put8 (s, has_video (service) ? 0xff : 0xfc); /* EIT, schedule and present/following */
  at = headend_section_open (s, 2);
  headend_section_put8 (s, 0x48);
  inner = headend_section_open (s, 1);
  headend_section_put8 (s, service->type);
  text = headend_section_open (s, 1);
  headend_section_put_bytes (s, provider, strlen (provider));
  headend_section_close (s, text, 1, 0);
  text = headend_section_open (s, 1);
  put_text (s, headend_cable_get_name (service, self->lineup), service->coding);
  headend_section_close (s, text, 1, 0);
  headend_section_close (s, inner, 1, 0);
  if (service->encrypted) {
    headend_section_put16 (s, 0x5302); /* CA identifier, 6.2.5 */
    headend_section_put16 (s, HEADEND_CABLE_TEST_CA_SYSTEM);
  }
  headend_section_close (s, at, 2, 0x8 | (service->encrypted ? 1 : 0)); /* running */
}

static void
append_sdt (const HeadendCableSi *self, guint mux, GPtrArray *carousels)
{
  g_autoptr (GPtrArray) found = headend_cable_dup_services (mux, self->lineup);
  HeadendSection s;

  headend_section_begin (&s, mux == self->mux ? 0x42 : 0x46, headend_cable_get_mux (mux)->transport_stream_id, self->version);
  headend_section_put16 (&s, HEADEND_CABLE_NETWORK_ID);
  headend_section_put8 (&s, 0xff);
  for (guint i = 0; i < found->len; i++)
    put_service (&s, self, g_ptr_array_index (found, i));
  headend_section_end (&s, TRUE);
  append_one (carousels, PID_SDT, mux == self->mux ? 1000 : 5000, &s);
}

void
headend_cable_si_append_tables (const HeadendCableSi *self, GPtrArray *carousels)
{
  g_autoptr (GPtrArray) found = headend_cable_dup_services (self->mux, self->lineup);

  append_pat (self, found, carousels);
  append_cat (self, carousels);
  for (guint i = 0; i < found->len; i++)
    append_pmt (self, g_ptr_array_index (found, i), carousels);
  append_network (self, TRUE, carousels);
  append_network (self, FALSE, carousels);
  for (guint i = 1; i <= HEADEND_CABLE_MUXES; i++)
    append_sdt (self, i, carousels);
}
