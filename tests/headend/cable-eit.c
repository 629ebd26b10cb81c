/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated cable network's events and time: EN 300 468, 5.2.4 to 5.2.6; how a schedule is cut, TS 101 211, 4.1.4. Each service
 * shows an event after the other, all of one length; what they are follows from service and time alone, so that a test can know. */
#include "headend/cable-si.h"

#include <string.h>

#include "headend/section.h"

#define PID_EIT 0x12
#define PID_RST 0x13
#define RUNNING 4 /* EN 300 468, table 6 */
#define NOT_RUNNING 1
#define DAY_S 86400
#define SEGMENT_S (3 * 3600)
#define SEGMENTS_A_TABLE 32 /* four days */
#define SECTIONS_A_SEGMENT 8
#define SEGMENTS_A_DAY 8
#define MAX_EVENTS_A_SEGMENT 48
#define FULL_SECTION 3600   /* bytes; the longest event is shorter than the rest up to 4096 */
#define MJD_OF_1970 40587   /* EN 300 468, annex C */

typedef struct {
  gint64 start_s;
  guint duration_s;
  guint16 event_id;
  const struct Show *show;
} Event;

typedef struct Show {
  const char *zh, *en;
  const char *text_zh, *text_en;
  guint8 content; /* 6.2.9, table 29 */
  guint8 age;     /* 0: for everybody */
} Show;

static const Show shows[] = {
  { "新闻三十分", "News at Half Past", "国内国际要闻。", "The day's news from home and abroad.", 0x21, 0 },
  { "山海纵横", "Mountains and Seas", "走遍山川，看尽江海。", "A journey along rivers and coasts.", 0x23, 0 },
  { "炉边故事", "Fireside Stories", "讲述普通人的故事。", "Ordinary people tell what happened to them.", 0x10, 0 },
  { "足球之夜", "Football Night", "本轮联赛精彩回放。", "The goals of the day and what they mean.", 0x43, 0 },
  { "桃花扇", "The Peach Blossom Fan", "传统戏曲，第四折。", "Traditional opera, act four.", 0x64, 0 },
  { "夜行列车", "Night Train", "一列开往北方的火车，十二个乘客。", "Twelve passengers on a train to the north.", 0x11, 12 },
  { "云雀课堂", "Skylark Classroom", "小朋友，一起来数数！", "Let us count together!", 0x55, 0 },
  { "深海之谜", "Riddles of the Deep", "科学家下潜至万米。", "Ten thousand metres down.", 0x92, 0 },
};

/* ---- time --------------------------------------------------------------------------------------------------------- */

static void
put_hms (HeadendSection *s, guint seconds)
{
  headend_section_put_bcd (s, seconds / 3600 * 10000 + seconds / 60 % 60 * 100 + seconds % 60, 6);
}

static void
put_time (HeadendSection *s, gint64 utc_s)
{
  headend_section_put16 (s, (guint) (utc_s / DAY_S + MJD_OF_1970));
  put_hms (s, (guint) (utc_s % DAY_S));
}

GBytes *
headend_cable_si_make_tdt (gint64 utc_s)
{
  HeadendSection s = { .n = 0 };

  headend_section_put8 (&s, 0x70);
  headend_section_put16 (&s, 0x7005);
  put_time (&s, utc_s);
  return g_bytes_new (s.bytes, s.n);
}

GBytes *
headend_cable_si_make_tot (gint64 utc_s)
{
  HeadendSection s = { .n = 0 };
  guint at;

  headend_section_put8 (&s, 0x73);
  headend_section_put16 (&s, 0);
  put_time (&s, utc_s);
  at = headend_section_open (&s, 2);
  headend_section_put16 (&s, 0x580d); /* local time offset, 6.2.20: eight hours before UTC's, no change to come */
  headend_section_put_bytes (&s, "CHN", 3);
  headend_section_put8 (&s, 0x02);
  headend_section_put16 (&s, 0x0800);
  put_time (&s, 0);
  headend_section_put16 (&s, 0x0800);
  headend_section_close (&s, at, 2, 0xf);
  headend_section_end_short (&s);
  return g_bytes_new (s.bytes, s.n);
}

/* ---- events ------------------------------------------------------------------------------------------------------- */

/* Every second service begins at the half. */
static gint64
get_offset (const HeadendCableSi *self, const HeadendCableService *service)
{
  return service->service_id % 2 * (self->events.seconds / 2);
}

static Event
get_event (const HeadendCableSi *self, const HeadendCableService *service, gint64 index)
{
  return (Event){ index * self->events.seconds + get_offset (self, service), self->events.seconds, (guint16) index,
                  &shows[((guint64) index + service->service_id) % G_N_ELEMENTS (shows)] };
}

static gint64
get_index_at (const HeadendCableSi *self, const HeadendCableService *service, gint64 utc_s)
{
  return (utc_s - get_offset (self, service)) / self->events.seconds;
}

/* What happens at events' times happens this much later: first RST says so, then EIT present/following. */
static gint64
get_rst_delay (const HeadendCableSi *self)
{
  return self->events.overrun_s;
}

static gint64
get_present_delay (const HeadendCableSi *self)
{
  return self->events.overrun_s > 0 ? self->events.overrun_s + HEADEND_CABLE_RST_LEAD_S : 0;
}

gint64
headend_cable_si_get_next_change (const HeadendCableSi *self, gint64 utc_s)
{
  const gint64 half = MAX (self->events.seconds / 2, 1), rst = get_rst_delay (self), present = get_present_delay (self);

  return MIN (((utc_s - rst) / half + 1) * half + rst, ((utc_s - present) / half + 1) * half + present);
}

gint64
headend_cable_si_get_next_day (gint64 utc_s)
{
  return (utc_s / DAY_S + 1) * DAY_S;
}

static gboolean
speaks_chinese (const HeadendCableService *service)
{
  return service->coding == HEADEND_CODING_UTF8 || service->coding == HEADEND_CODING_GB2312 || service->coding == HEADEND_CODING_GBK ||
         service->coding == HEADEND_CODING_UCS2 || service->coding == HEADEND_CODING_BIG5;
}

static void
put_text (HeadendSection *s, const char *text, HeadendCoding coding)
{
  g_autoptr (GBytes) bytes = headend_cable_encode (text, coding);
  const guint at = headend_section_open (s, 1);

  headend_section_put_bytes (s, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  headend_section_close (s, at, 1, 0);
}

static void
put_short_event (HeadendSection *s, const char *language, const char *title, const char *text, HeadendCoding coding)
{
  guint at;

  headend_section_put8 (s, 0x4d);
  at = headend_section_open (s, 1);
  headend_section_put_bytes (s, language, 3);
  put_text (s, title, coding);
  put_text (s, text, coding);
  headend_section_close (s, at, 1, 0);
}

/* One of a chain of extended descriptors, 6.2.15: items, then text. */
static void
put_extended_event (HeadendSection *s, guint number, guint last, const char *text)
{
  guint at, items;

  headend_section_put8 (s, 0x4e);
  at = headend_section_open (s, 1);
  headend_section_put8 (s, number << 4 | last);
  headend_section_put_bytes (s, "eng", 3);
  items = headend_section_open (s, 1);
  if (number == 0) {
    put_text (s, "Director", HEADEND_CODING_UTF8);
    put_text (s, "Lin Xiao", HEADEND_CODING_UTF8);
  }
  headend_section_close (s, items, 1, 0);
  put_text (s, text, HEADEND_CODING_LATIN);
  headend_section_close (s, at, 1, 0);
}

static void
put_descriptors (HeadendSection *s, const HeadendCableService *service, const Event *event)
{
  const Show *show = event->show;

  if (speaks_chinese (service))
    put_short_event (s, "zho", show->zh, show->text_zh, service->coding);
  if (!speaks_chinese (service) || service->coding == HEADEND_CODING_UTF8)
    put_short_event (s, "eng", show->en, show->text_en, service->coding);
  if (event->event_id % 3 == 0) {
    put_extended_event (s, 0, 1, "First half of what there is to say, ");
    put_extended_event (s, 1, 1, "and the second.");
  }
  headend_section_put16 (s, 0x5402);
  headend_section_put8 (s, show->content);
  headend_section_put8 (s, 0);
  if (show->age > 0) {
    headend_section_put16 (s, 0x5504); /* parental rating, 6.2.28: age minus 3 */
    headend_section_put_bytes (s, "CHN", 3);
    headend_section_put8 (s, show->age - 3);
  }
}

static void
put_event (HeadendSection *s, const HeadendCableService *service, const Event *event, guint running)
{
  guint at;

  headend_section_put16 (s, event->event_id);
  put_time (s, event->start_s);
  put_hms (s, event->duration_s);
  at = headend_section_open (s, 2);
  put_descriptors (s, service, event);
  headend_section_close (s, at, 2, running << 1 | (service->encrypted ? 1 : 0));
}

static void
begin_eit (HeadendSection *s, guint8 table_id, guint mux, const HeadendCableService *service, guint version, guint8 last_table)
{
  headend_section_begin (s, table_id, service->service_id, version);
  headend_section_put16 (s, headend_cable_get_mux (mux)->transport_stream_id);
  headend_section_put16 (s, HEADEND_CABLE_NETWORK_ID);
  headend_section_put8 (s, 0); /* segment's last section: filled in when it is known */
  headend_section_put8 (s, last_table);
}

static void
add_section (HeadendCarousel *carousel, HeadendSection *s)
{
  headend_section_end (s, TRUE);
  g_ptr_array_add (carousel->sections, g_bytes_new (s->bytes, s->n));
}

static void
add_present_following (const HeadendCableSi *self, guint mux, const HeadendCableService *service, gint64 utc_s, HeadendCarousel *carousel)
{
  const gint64 index = get_index_at (self, service, utc_s - get_present_delay (self));
  const guint8 table_id = mux == self->mux ? 0x4e : 0x4f;

  for (guint i = 0; i < 2; i++) {
    const Event event = get_event (self, service, index + i);
    HeadendSection s;

    begin_eit (&s, table_id, mux, service, (guint) index, table_id);
    headend_section_number (&s, i, 1);
    s.bytes[12] = 1;
    put_event (&s, service, &event, i == 0 ? RUNNING : NOT_RUNNING);
    add_section (carousel, &s);
  }
}

/* 5.2.7: one event has ended and the next has begun, where EIT does not say so yet. */
static void
add_running (const HeadendCableSi *self, const HeadendCableService *service, gint64 utc_s, HeadendCarousel *carousel)
{
  const gint64 index = get_index_at (self, service, utc_s - get_rst_delay (self));
  HeadendSection s = { .n = 0 };

  if (index == get_index_at (self, service, utc_s - get_present_delay (self)))
    return;
  headend_section_put8 (&s, 0x71);
  headend_section_put16 (&s, 0x7000 | 2 * 9);
  for (guint i = 0; i < 2; i++) {
    headend_section_put16 (&s, headend_cable_get_mux (self->mux)->transport_stream_id);
    headend_section_put16 (&s, HEADEND_CABLE_NETWORK_ID);
    headend_section_put16 (&s, service->service_id);
    headend_section_put16 (&s, get_event (self, service, index - 1 + i).event_id);
    headend_section_put8 (&s, 0xf8 | (i == 0 ? NOT_RUNNING : RUNNING));
  }
  g_ptr_array_add (carousel->sections, g_bytes_new (s.bytes, s.n));
}

/* The events of three hours, in as many sections as they need, of which all know the last. @number: of the segment since midnight. */
static void
add_segment (const HeadendCableSi *self, guint mux, const HeadendCableService *service, gint64 midnight_s, guint number,
             HeadendCarousel *carousel)
{
  HeadendSection sections[SECTIONS_A_SEGMENT];
  const gint64 start_s = midnight_s + (gint64) number * SEGMENT_S;
  const guint n_segments = self->events.days * SEGMENTS_A_DAY, table = number / SEGMENTS_A_TABLE, last_table = (n_segments - 1) / SEGMENTS_A_TABLE;
  const guint last_segment = MIN (n_segments - table * SEGMENTS_A_TABLE, SEGMENTS_A_TABLE) - 1;
  const guint version = (guint) (midnight_s / DAY_S), first = number % SEGMENTS_A_TABLE * SECTIONS_A_SEGMENT;
  const guint first_table = mux == self->mux ? 0x50 : 0x60;
  guint n = 1, n_events = 0;

  begin_eit (&sections[0], (guint8) (first_table + table), mux, service, version, (guint8) (first_table + last_table));
  for (gint64 index = get_index_at (self, service, start_s - 1) + 1; n_events < MAX_EVENTS_A_SEGMENT; index++, n_events++) {
    const Event event = get_event (self, service, index);

    if (event.start_s >= start_s + SEGMENT_S)
      break;
    if (sections[n - 1].n > FULL_SECTION && n < SECTIONS_A_SEGMENT)
      begin_eit (&sections[n++], (guint8) (first_table + table), mux, service, version, (guint8) (first_table + last_table));
    put_event (&sections[n - 1], service, &event, 0);
  }
  for (guint i = 0; i < n; i++) {
    headend_section_number (&sections[i], first + i, last_segment * SECTIONS_A_SEGMENT);
    sections[i].bytes[12] = (guint8) (first + n - 1);
    add_section (carousel, &sections[i]);
  }
}

static void
add_schedule (const HeadendCableSi *self, guint mux, const HeadendCableService *service, gint64 utc_s, HeadendCarousel *carousel)
{
  const gint64 midnight = utc_s / DAY_S * DAY_S;

  for (guint number = 0; number < self->events.days * SEGMENTS_A_DAY; number++)
    add_segment (self, mux, service, midnight, number, carousel);
}

/* The services of a multiplex that have events. */
static GPtrArray *
dup_guided (const HeadendCableSi *self, guint mux)
{
  GPtrArray *services = headend_cable_dup_services (mux, self->lineup);

  for (guint i = services->len; i-- > 0;) {
    const HeadendCableService *service = g_ptr_array_index (services, i);

    if (service->type == HEADEND_CABLE_RADIO || service->type == HEADEND_CABLE_DATA)
      g_ptr_array_remove_index (services, i);
  }
  return services;
}

void
headend_cable_si_append_present (const HeadendCableSi *self, gint64 utc_s, GPtrArray *carousels)
{
  HeadendCarousel *actual = headend_carousel_new (PID_EIT, 1000), *other = headend_carousel_new (PID_EIT, 5000);
  HeadendCarousel *running = headend_carousel_new (PID_RST, 1000);

  for (guint mux = 1; mux <= HEADEND_CABLE_MUXES; mux++) {
    g_autoptr (GPtrArray) services = dup_guided (self, mux);

    for (guint i = 0; i < services->len; i++) {
      const HeadendCableService *service = g_ptr_array_index (services, i);

      add_present_following (self, mux, service, utc_s, mux == self->mux ? actual : other);
      if (mux == self->mux)
        add_running (self, service, utc_s, running);
    }
  }
  g_ptr_array_add (carousels, running);
  g_ptr_array_add (carousels, actual);
  g_ptr_array_add (carousels, other);
}

void
headend_cable_si_append_schedule (const HeadendCableSi *self, gint64 utc_s, GPtrArray *carousels)
{
  HeadendCarousel *actual = headend_carousel_new (PID_EIT, 10000), *other = headend_carousel_new (PID_EIT, 60000);

  for (guint mux = 1; mux <= HEADEND_CABLE_MUXES; mux++) {
    g_autoptr (GPtrArray) services = dup_guided (self, mux);

    for (guint i = 0; i < services->len && (mux == self->mux || self->events.other); i++)
      add_schedule (self, mux, g_ptr_array_index (services, i), utc_s, mux == self->mux ? actual : other);
  }
  g_ptr_array_add (carousels, actual);
  g_ptr_array_add (carousels, other);
}
