/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/cable-mux.h"

#include <string.h>

#include "headend/pes.h"

#define TICKS_A_SECOND 27000000 /* the system clock's */
#define PACKET_BITS (HEADEND_PACKET * 8)
#define TDT_PERIOD_S 5
#define PID_TDT 0x14
#define N_PIDS 0x2000
#define SI_SHARE 3 /* of so many packets at most one is a table's: streams need not wait long */

/* A service's streams as its own multiplex has them, without tables and stuffing. */
typedef struct {
  const HeadendCableService *service;
  HeadendPlayout playout;
  gint64 base27m; /* of the multiplex's time, when the loop began */
  gint64 next27m; /* when the packet is due */
  guint8 packet[HEADEND_PACKET];
  HeadendMark mark;
} Stream;

/* A carousel on its way. */
typedef struct {
  HeadendCarousel *carousel;
  guint index;
  gint64 next27m;
} Turning;

struct _HeadendCableMux {
  HeadendCableSi si;
  const HeadendMux *const *contents;
  gint64 utc_us;
  guint64 n_packets;
  GPtrArray *streams;  /* Stream */
  GPtrArray *tables, *present, *schedule; /* Turning */
  gint64 present_until_s, schedule_until_s, tdt_at_s;
  GQueue waiting;      /* guint8 *: packets of tables */
  guint since_si;
  guint8 continuity[N_PIDS];
};

static gint64
get_time27m (const HeadendCableMux *self)
{
  return (gint64) ((double) self->n_packets * PACKET_BITS * TICKS_A_SECOND / HEADEND_CABLE_RATE_BPS);
}

gint64
headend_cable_mux_get_time_us (const HeadendCableMux *self)
{
  return get_time27m (self) / 27;
}

static gint64
get_utc_s (const HeadendCableMux *self)
{
  return (self->utc_us + headend_cable_mux_get_time_us (self)) / G_USEC_PER_SEC;
}

/* ---- tables ------------------------------------------------------------------------------------------------------- */

static void
turning_free (gpointer data)
{
  headend_carousel_free (((Turning *) data)->carousel);
  g_free (data);
}

/* One after the other from now on, so that they do not all come at once. */
static GPtrArray *
begin_turning (HeadendCableMux *self, GPtrArray *carousels)
{
  GPtrArray *turning = g_ptr_array_new_with_free_func (turning_free);

  for (guint i = 0; i < carousels->len; i++) {
    Turning *one = g_new0 (Turning, 1);

    one->carousel = g_ptr_array_index (carousels, i);
    one->next27m = get_time27m (self) + (gint64) i * TICKS_A_SECOND / 500;
    g_ptr_array_add (turning, one);
  }
  return turning;
}

static void
renew_tables (HeadendCableMux *self)
{
  g_autoptr (GPtrArray) carousels = g_ptr_array_new ();

  g_clear_pointer (&self->tables, g_ptr_array_unref);
  headend_cable_si_append_tables (&self->si, carousels);
  self->tables = begin_turning (self, carousels);
}

static void
renew_present (HeadendCableMux *self)
{
  g_autoptr (GPtrArray) carousels = g_ptr_array_new ();

  g_clear_pointer (&self->present, g_ptr_array_unref);
  headend_cable_si_append_present (&self->si, get_utc_s (self), carousels);
  self->present = begin_turning (self, carousels);
  self->present_until_s = headend_cable_si_get_next_change (&self->si, get_utc_s (self));
}

/* A thousand times the work: only when it is another day. */
static void
renew_schedule (HeadendCableMux *self)
{
  g_autoptr (GPtrArray) carousels = g_ptr_array_new ();

  g_clear_pointer (&self->schedule, g_ptr_array_unref);
  headend_cable_si_append_schedule (&self->si, get_utc_s (self), carousels);
  self->schedule = begin_turning (self, carousels);
  self->schedule_until_s = headend_cable_si_get_next_day (get_utc_s (self));
}

/* Each section begins a packet (13818-1, 2.4.4.2: pointer_field 0) and the last one is filled up. */
static void
queue_section (HeadendCableMux *self, guint16 pid, GBytes *section)
{
  gsize n_bytes, done = 0;
  const guint8 *bytes = g_bytes_get_data (section, &n_bytes);

  while (done < n_bytes) {
    guint8 *packet = g_malloc (HEADEND_PACKET);
    const guint head = done == 0 ? 5 : 4;
    const gsize n = MIN (n_bytes - done, HEADEND_PACKET - head);

    memset (packet, 0xff, HEADEND_PACKET);
    packet[0] = 0x47;
    packet[1] = (guint8) ((done == 0 ? 0x40 : 0) | pid >> 8);
    packet[2] = (guint8) pid;
    packet[3] = 0x10 | self->continuity[pid]++ % 16;
    packet[4] = 0;
    memcpy (packet + head, bytes + done, n);
    done += n;
    g_queue_push_tail (&self->waiting, packet);
  }
}

static void
queue_due (HeadendCableMux *self, GPtrArray *turning, gint64 now27m)
{
  for (guint i = 0; i < turning->len; i++) {
    Turning *one = g_ptr_array_index (turning, i);
    const HeadendCarousel *carousel = one->carousel;

    if (carousel->sections->len == 0 || one->next27m > now27m)
      continue;
    queue_section (self, carousel->pid, g_ptr_array_index (carousel->sections, one->index));
    one->index = (one->index + 1) % carousel->sections->len;
    one->next27m += (gint64) carousel->period_ms * (TICKS_A_SECOND / 1000) / carousel->sections->len;
  }
}

static void
queue_time (HeadendCableMux *self)
{
  const gint64 utc_s = get_utc_s (self);

  if (utc_s < self->tdt_at_s)
    return;
  self->tdt_at_s = utc_s + TDT_PERIOD_S;
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GBytes) section = i == 0 ? headend_cable_si_make_tdt (utc_s + self->si.clock_offset_s)
                                         : headend_cable_si_make_tot (utc_s + self->si.clock_offset_s);

    queue_section (self, PID_TDT, section);
  }
}

static gboolean
write_table (HeadendCableMux *self, guint8 *packet)
{
  const gint64 now27m = get_time27m (self);
  g_autofree guint8 *waiting = NULL;

  if (++self->since_si < SI_SHARE)
    return FALSE;
  if (g_queue_is_empty (&self->waiting)) {
    if (get_utc_s (self) >= self->present_until_s)
      renew_present (self);
    if (get_utc_s (self) >= self->schedule_until_s)
      renew_schedule (self);
    queue_due (self, self->tables, now27m);
    queue_due (self, self->present, now27m);
    queue_due (self, self->schedule, now27m);
    queue_time (self);
  }
  waiting = g_queue_pop_head (&self->waiting);
  if (waiting == NULL)
    return FALSE;
  memcpy (packet, waiting, HEADEND_PACKET);
  self->since_si = 0;
  return TRUE;
}

/* ---- streams ------------------------------------------------------------------------------------------------------ */

static gboolean
has_pcr (const guint8 *packet)
{
  return (packet[3] & 0x20) && packet[4] > 0 && (packet[5] & 0x10);
}

/* ISO/IEC 13818-1, 2.4.3.5: 33 bits of 90 kHz, 9 of what is between. */
static void
delay_pcr (guint8 *packet, gint64 by27m)
{
  guint64 base = (guint64) packet[6] << 25 | (guint64) packet[7] << 17 | packet[8] << 9 | packet[9] << 1 | packet[10] >> 7;
  const guint64 pcr = base * 300 + ((packet[10] & 1u) << 8 | packet[11]) + (guint64) by27m;
  const guint extension = (guint) (pcr % 300);

  base = pcr / 300 & HEADEND_TIME_MASK;
  packet[6] = (guint8) (base >> 25);
  packet[7] = (guint8) (base >> 17);
  packet[8] = (guint8) (base >> 9);
  packet[9] = (guint8) (base >> 1);
  packet[10] = (guint8) ((base & 1) << 7 | 0x7e | extension >> 8);
  packet[11] = (guint8) extension;
}

/* Of a radio service's content only the sound is sent, and of the picture's PID the clock. */
static gboolean
is_wanted (const Stream *stream, HeadendSlot slot, const guint8 *packet)
{
  if (slot < HEADEND_SLOT_VIDEO || ((packet[1] & 0x1f) == 0x1f && packet[2] == 0xff)) /* tables, stuffing, sound that is not announced */
    return FALSE;
  return slot != HEADEND_SLOT_VIDEO || stream->service->type != HEADEND_CABLE_RADIO || (packet[3] & 0x10) == 0;
}

static void
scramble (const Stream *stream, guint8 *packet)
{
  const guint8 key = headend_cable_get_key (stream->service);
  const guint first = 4 + ((packet[3] & 0x20) ? 1u + packet[4] : 0);

  if (!stream->service->encrypted || (packet[3] & 0x10) == 0)
    return;
  packet[3] |= 0x80; /* even key, 2.4.3.2 */
  for (guint i = first; i < HEADEND_PACKET; i++)
    packet[i] ^= key;
}

/* Where the playout stands, since its loop began for the first time. */
static gint64
get_position27m (const HeadendPlayout *playout)
{
  return (gint64) playout->turn * HEADEND_LOOP_27M + (gint64) playout->packet * HEADEND_LOOP_27M / playout->mux->n_packets;
}

/* Fetches the next packet that is worth sending. */
static void
advance (Stream *stream)
{
  HeadendSlot slot;

  do {
    slot = (HeadendSlot) stream->playout.mux->slots[stream->playout.packet];
    stream->next27m = stream->base27m + get_position27m (&stream->playout);
    headend_playout_next (&stream->playout, stream->packet, &stream->mark);
  } while (!is_wanted (stream, slot, stream->packet));
  if (slot == HEADEND_SLOT_VIDEO && stream->service->type == HEADEND_CABLE_RADIO)
    stream->packet[3] &= 0xf0; /* packets without payload do not count (2.4.3.3), and those with one were left out */
}

static Stream *
stream_new (HeadendCableMux *self, const HeadendCableService *service)
{
  const HeadendMux *content = self->contents[service->content];
  const guint first = content->n_frames * (service->service_id * 37 % 100) / 100;
  Stream *stream = g_new0 (Stream, 1);

  stream->service = service;
  headend_playout_init (&stream->playout, content->loop->channel, content, content->frames[first].first, (gint64) service->service_id * 90000);
  stream->playout.tables.first_pid = headend_cable_get_first_pid (self->si.mux, self->si.lineup, service);
  stream->base27m = get_time27m (self) - get_position27m (&stream->playout);
  advance (stream);
  return stream;
}

/* Also of the packet that was fetched already. */
static void
move_pids (Stream *stream, guint16 first_pid)
{
  const guint pid = ((guint) (stream->packet[1] & 0x1f) << 8 | stream->packet[2]) + first_pid - stream->playout.tables.first_pid;

  stream->packet[1] = (guint8) ((stream->packet[1] & 0xe0) | pid >> 8);
  stream->packet[2] = (guint8) pid;
  stream->playout.tables.first_pid = first_pid;
}

static Stream *
find_stream (GPtrArray *streams, const HeadendCableService *service)
{
  for (guint i = 0; i < streams->len; i++)
    if (((Stream *) g_ptr_array_index (streams, i))->service == service)
      return g_ptr_array_index (streams, i);
  return NULL;
}

/* Those that stay are taken over, with the PIDs that they have now. */
static void
renew_streams (HeadendCableMux *self)
{
  g_autoptr (GPtrArray) found = headend_cable_dup_services (self->si.mux, self->si.lineup);
  g_autoptr (GPtrArray) old = g_steal_pointer (&self->streams);

  self->streams = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < found->len; i++) {
    const HeadendCableService *service = g_ptr_array_index (found, i);
    Stream *stream = old != NULL ? find_stream (old, service) : NULL;

    if (service->content == 0)
      continue;
    stream = stream != NULL ? g_memdup2 (stream, sizeof *stream) : stream_new (self, service);
    move_pids (stream, headend_cable_get_first_pid (self->si.mux, self->si.lineup, service));
    g_ptr_array_add (self->streams, stream);
  }
}

static gboolean
write_stream (HeadendCableMux *self, guint8 *packet, HeadendCableMark *mark)
{
  const gint64 now27m = get_time27m (self);
  Stream *first = NULL;

  for (guint i = 0; i < self->streams->len; i++) {
    Stream *stream = g_ptr_array_index (self->streams, i);

    if (stream->next27m <= now27m && (first == NULL || stream->next27m < first->next27m))
      first = stream;
  }
  if (first == NULL)
    return FALSE;
  memcpy (packet, first->packet, HEADEND_PACKET);
  if (has_pcr (packet))
    delay_pcr (packet, now27m - first->next27m);
  scramble (first, packet);
  if (first->mark.starts != NULL || first->mark.ends != NULL)
    *mark = (HeadendCableMark){ first->service, first->mark };
  advance (first);
  return TRUE;
}

/* ---- all together ------------------------------------------------------------------------------------------------- */

HeadendCableMux *
headend_cable_mux_new (const HeadendCableSi *si, const HeadendMux *const *contents, gint64 utc_us)
{
  HeadendCableMux *self = g_new0 (HeadendCableMux, 1);

  self->si = *si;
  self->contents = contents;
  self->utc_us = utc_us;
  g_queue_init (&self->waiting);
  renew_streams (self);
  renew_tables (self);
  renew_present (self);
  renew_schedule (self);
  return self;
}

void
headend_cable_mux_free (HeadendCableMux *self)
{
  g_ptr_array_unref (self->streams);
  g_ptr_array_unref (self->tables);
  g_ptr_array_unref (self->present);
  g_ptr_array_unref (self->schedule);
  g_queue_clear_full (&self->waiting, g_free);
  g_free (self);
}

void
headend_cable_mux_set_lineup (HeadendCableMux *self, guint lineup)
{
  if (lineup == self->si.lineup)
    return;
  self->si.lineup = lineup;
  self->si.version++;
  renew_streams (self);
  renew_tables (self);
  renew_present (self);
  renew_schedule (self);
}

void
headend_cable_mux_lose (HeadendCableMux *self, gint64 lost_us)
{
  self->utc_us += lost_us;
}

void
headend_cable_mux_next (HeadendCableMux *self, guint8 *packet, HeadendCableMark *mark)
{
  *mark = (HeadendCableMark){ NULL, { NULL, NULL, 0 } };
  if (!write_table (self, packet) && !write_stream (self, packet, mark))
    headend_null_write (packet);
  self->n_packets++;
}
