/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/broadcast/hearth-router-private.h"

#include <string.h>

#define CHUNK_PACKETS 512 /* 94 KiB, read twice at most: they stay in the second cache */
#define PID_CAT 0x01
#define PID_LAST_SI 0x14
#define PCR_JUMP_27MHZ 27000000 /* 1 s, as the analyser's */

/* ---- runs ------------------------------------------------------------------------------ */

static void
begin_run (HearthRoute *route, const guint8 *packet, gsize n_bytes)
{
  if (route->n_runs == route->max_runs) {
    route->max_runs *= 2;
    route->runs = g_renew (HearthRingRun, route->runs, route->max_runs);
  }
  route->runs[route->n_runs++] = (HearthRingRun) { packet, packet + n_bytes };
}

static inline void
append (HearthRoute *route, const guint8 *packet)
{
  HearthRingRun *last = &route->runs[route->n_runs - 1];

  if (last->end == packet)
    last->end += HEARTH_TS_PACKET;
  else
    begin_run (route, packet, HEARTH_TS_PACKET);
  route->n_bytes += HEARTH_TS_PACKET;
}

void
hearth_router_begin (HearthRouter *self, HearthRoute *route)
{
  if (!route->begun)
    hearth_ingest_begin (route->ingest, self->arrival_us);
  route->begun = TRUE;
}

static void
flush_route (HearthRouter *self, HearthRoute *route)
{
  if (route->n_bytes == 0)
    return;
  hearth_router_begin (self, route);
  route->health.packets += route->n_bytes / HEARTH_TS_PACKET;
  hearth_ingest_put_runs (route->ingest, route->runs + 1, route->n_runs - 1, route->n_bytes);
  route->position += route->n_bytes;
  route->n_bytes = 0;
  route->n_runs = 1;
}

void
hearth_router_flush (HearthRouter *self)
{
  for (guint i = 0; i < self->routes->len; i++)
    flush_route (self, g_ptr_array_index (self->routes, i));
  self->n_arena = 0;
}

static void
end_push (HearthRouter *self)
{
  for (guint i = 0; i < self->routes->len; i++) {
    HearthRoute *route = g_ptr_array_index (self->routes, i);

    if (route->begun)
      hearth_ingest_end (route->ingest, &route->health);
    route->begun = FALSE;
  }
}

void
hearth_router_emit (HearthRouter *self, HearthRoute *route, const guint8 *section, gsize n_bytes, guint16 pid, guint8 *continuity)
{
  guint n;

  if (self->n_arena + HEARTH_ROUTER_MAX_MADE > HEARTH_ROUTER_ARENA)
    hearth_router_flush (self);
  n = hearth_ts_section_packetize (section, n_bytes, pid, continuity, self->arena + self->n_arena);
  for (guint i = 0; i < n; i++, self->n_arena += HEARTH_TS_PACKET)
    append (route, self->arena + self->n_arena);
}

/* ---- the table of PIDs ------------------------------------------------------------------- */

static guint32
get_watch (const HearthRouterEntry *entry)
{
  guint32 watch = HEADER_ERROR | HEADER_SCRAMBLED;

  if (entry->roles & (ROLE_SECTIONS | ROLE_SHARED))
    return HEADER_ALL;
  if (entry->roles & ROLE_PCR)
    watch |= HEADER_ADAPTATION;
  if (entry->roles & ROLE_RAP) /* in the midst of a look at the head of a picture: all of it */
    watch |= entry->route->finder.looking ? HEADER_ALL : HEADER_UNIT_START;
  return watch;
}

static void
clear_entry (HearthRouterEntry *entry)
{
  if (entry->roles & ROLE_SHARED)
    g_ptr_array_unref (entry->routes);
  entry->route = NULL;
  entry->roles = 0;
}

static void
share_entry (HearthRouterEntry *entry, HearthRoute *route)
{
  HearthRoute *first = entry->route;

  if (!(entry->roles & ROLE_SHARED)) {
    entry->routes = g_ptr_array_new ();
    g_ptr_array_add (entry->routes, first);
    entry->roles |= ROLE_SHARED;
  }
  if (!g_ptr_array_find (entry->routes, route, NULL))
    g_ptr_array_add (entry->routes, route);
}

static void
assign (HearthRouter *self, HearthRoute *route, guint16 pid, guint8 role)
{
  HearthRouterEntry *entry = &self->pids[pid];

  if (pid >= HEARTH_TS_NO_PID || pid <= PID_LAST_SI || (entry->roles & ROLE_SECTIONS) != 0)
    return;
  if (entry->route == NULL)
    entry->route = route;
  else if ((entry->roles & ROLE_SHARED) != 0 || entry->route != route)
    share_entry (entry, route);
  entry->roles |= role;
}

static void
assign_route (HearthRouter *self, HearthRoute *route)
{
  const HearthTsPmt *pmt = &route->programme->pmt;

  for (guint i = 0; i < pmt->n_streams; i++)
    assign (self, route, pmt->streams[i].pid, pmt->streams[i].pid == route->finder.pid ? ROLE_RAP : 0);
  assign (self, route, pmt->pcr_pid, ROLE_PCR);
}

static void
assign_sections (HearthRouter *self, guint16 pid)
{
  if (hearth_router_wants_sections (self, pid))
    self->pids[pid].roles |= ROLE_SECTIONS;
}

void
hearth_router_rebuild (HearthRouter *self)
{
  for (guint pid = 0; pid < HEARTH_ROUTER_N_PIDS; pid++)
    clear_entry (&self->pids[pid]);
  for (guint16 pid = 0; pid <= PID_LAST_SI; pid++)
    assign_sections (self, pid);
  for (guint i = 0; i < self->programmes->len; i++)
    self->pids[((HearthRouterProgramme *) g_ptr_array_index (self->programmes, i))->pmt_pid].roles |= ROLE_SECTIONS;
  for (guint i = 0; i < self->routes->len; i++) {
    HearthRoute *route = g_ptr_array_index (self->routes, i);

    if (route->programme != NULL)
      assign_route (self, route);
  }
  for (guint pid = 0; pid < HEARTH_ROUTER_N_PIDS; pid++)
    self->pids[pid].watch = get_watch (&self->pids[pid]);
  if (self->funcs->pids != NULL)
    self->funcs->pids (self->user_data);
}

/* ---- packets ----------------------------------------------------------------------------- */

static void
take_pcr (HearthRouter *self, HearthRoute *route, const guint8 *packet)
{
  const gboolean flagged = (hearth_ts_adaptation_flags (packet) & HEARTH_TS_ADAPTATION_DISCONTINUITY) != 0;
  guint64 pcr;

  if (!hearth_ts_pcr (packet, &pcr))
    return;
  if (route->pcr_known && (pcr + HEARTH_TS_PCR_WRAP - route->last_pcr) % HEARTH_TS_PCR_WRAP > PCR_JUMP_27MHZ)
    route->health.pcr_jumps++;
  route->last_pcr = pcr;
  route->pcr_known = TRUE;
  hearth_ts_unwrap (&route->finder.unwrap, pcr / 300);
  hearth_router_begin (self, route);
  hearth_ingest_put_pcr (route->ingest, pcr, flagged);
}

/* What one packet does to one route. */
static void
take (HearthRouter *self, HearthRoute *route, const guint8 *packet, guint16 pid, HearthTsContinuity continuity)
{
  const gboolean broken = continuity == HEARTH_TS_CONTINUITY_BROKEN;

  route->health.continuity_errors += broken;
  route->health.scrambled += hearth_ts_scrambled (packet);
  if (continuity != HEARTH_TS_CONTINUITY_DUPLICATE) {
    if (pid == route->programme->pmt.pcr_pid && hearth_ts_has_adaptation (packet))
      take_pcr (self, route, packet);
    if (pid == route->finder.pid)
      hearth_ts_rap_finder_push (&route->finder, packet, route->position + route->n_bytes, broken);
  }
  append (route, packet);
}

static HearthTsContinuity
check_continuity (HearthRouterEntry *entry, const guint8 *packet)
{
  guint8 state = HEARTH_TS_CONTINUITY_UNKNOWN;
  HearthTsContinuity continuity;

  if (entry->next != NEXT_UNKNOWN)
    state = ((entry->next - 1) & 0x0f) | ((entry->next & NEXT_REPEATED) != 0 ? HEARTH_TS_CONTINUITY_REPEATED : 0);
  continuity = hearth_ts_continuity_check (&state, packet);
  entry->next = HEADER_PAYLOAD | ((state + 1) & 0x0f) | ((state & HEARTH_TS_CONTINUITY_REPEATED) != 0 ? NEXT_REPEATED : 0);
  entry->wrong += continuity == HEARTH_TS_CONTINUITY_BROKEN;
  return continuity;
}

/* The PID of a packet with an error may be any other: it goes where it says, and is believed in nothing. */
static void
take_wrong (HearthRouterEntry *entry, const guint8 *packet)
{
  const guint n = entry->roles & ROLE_SHARED ? entry->routes->len : entry->route != NULL;

  for (guint i = 0; i < n; i++) {
    HearthRoute *route = entry->roles & ROLE_SHARED ? g_ptr_array_index (entry->routes, i) : entry->route;

    route->health.transport_errors++;
    append (route, packet);
  }
}

/* The slow way: about this packet something matters. */
static void
look_at (HearthRouter *self, const guint8 *packet, guint32 header, guint16 pid)
{
  HearthRouterEntry *entry = &self->pids[pid];
  HearthTsContinuity continuity;

  if (pid == HEARTH_TS_NO_PID)
    return;
  if ((header & HEADER_ERROR) != 0) {
    take_wrong (entry, packet);
    return;
  }
  continuity = check_continuity (entry, packet);
  entry->is_scrambled = (header & HEADER_SCRAMBLED) != 0;
  entry->scrambled += entry->is_scrambled;
  if ((entry->roles & ROLE_SECTIONS) != 0) {
    hearth_router_push_section (self, packet, pid);
  } else if ((entry->roles & ROLE_SHARED) != 0) {
    for (guint i = 0; i < entry->routes->len; i++)
      take (self, g_ptr_array_index (entry->routes, i), packet, pid, continuity);
  } else if (entry->route != NULL) {
    take (self, entry->route, packet, pid, continuity);
    if ((entry->roles & ROLE_RAP) != 0)
      entry->watch = get_watch (entry);
  }
}

static void
dispatch (HearthRouter *self, const guint8 *packets, gsize n_packets)
{
  const guint8 *end = packets + n_packets * HEARTH_TS_PACKET;

  for (const guint8 *packet = packets; packet < end; packet += HEARTH_TS_PACKET) {
    HearthRouterEntry *entry;
    guint32 header;

    memcpy (&header, packet, sizeof header);
    header = GUINT32_FROM_BE (header);
    entry = &self->pids[(header >> 8) & 0x1fff];
    entry->packets++;
    if (G_LIKELY ((header & entry->watch) == 0 && (header & 0x1f) == entry->next)) {
      entry->next = HEADER_PAYLOAD | ((header + 1) & 0x0f);
      if (entry->route != NULL)
        append (entry->route, packet);
    } else {
      look_at (self, packet, header, (header >> 8) & 0x1fff);
    }
  }
}

/* ---- scrambled packets ----------------------------------------------------------------------- */

/* Whose this packet is, if it can be cleared. Of a shared PID the first who can clears it for all. */
static HearthRoute *
find_descrambling (const HearthRouterEntry *entry)
{
  if ((entry->roles & ROLE_SHARED) == 0)
    return entry->route != NULL && entry->route->descrambling != NULL ? entry->route : NULL;
  for (guint i = 0; i < entry->routes->len; i++)
    if (((HearthRoute *) g_ptr_array_index (entry->routes, i))->descrambling != NULL)
      return g_ptr_array_index (entry->routes, i);
  return NULL;
}

/* A copy of the chunk with all cleared that can be; the tuner's bytes are not ours to change. */
static const guint8 *
descramble (HearthRouter *self, const guint8 *packets, gsize n_packets)
{
  memcpy (self->clear, packets, n_packets * HEARTH_TS_PACKET);
  for (gsize i = 0; i < n_packets; i++) {
    guint8 *packet = self->clear + i * HEARTH_TS_PACKET;
    HearthRoute *route =
      hearth_ts_scrambled (packet) && !hearth_ts_error (packet) ? find_descrambling (&self->pids[hearth_ts_pid (packet)]) : NULL;

    if (route != NULL)
      g_ptr_array_add (route->scrambled, packet);
  }
  for (guint i = 0; i < self->routes->len; i++) {
    HearthRoute *route = g_ptr_array_index (self->routes, i);

    if (route->scrambled->len > 0)
      route->descrambler->descramble (route->descrambling, (guint8 *const *) route->scrambled->pdata, route->scrambled->len);
    g_ptr_array_set_size (route->scrambled, 0);
  }
  return self->clear;
}

static void
on_packets (const guint8 *packets, gsize n_packets, gpointer user_data)
{
  HearthRouter *self = user_data;

  for (gsize n; n_packets > 0; packets += n * HEARTH_TS_PACKET, n_packets -= n) {
    n = MIN (n_packets, CHUNK_PACKETS);
    dispatch (self, self->descrambles ? descramble (self, packets, n) : packets, n);
    hearth_router_flush (self);
  }
}

/* ---- the tuner's sink -------------------------------------------------------------------------- */

static void
on_push (HearthStreamSink *sink, const guint8 *bytes, gsize n_bytes, gint64 arrival_us)
{
  HearthRouter *self = (HearthRouter *) sink;

  g_mutex_lock (&self->lock);
  self->arrival_us = arrival_us;
  if (!self->retuning)
    hearth_ts_sync_push (&self->sync, bytes, n_bytes, on_packets, self);
  end_push (self);
  g_mutex_unlock (&self->lock);
}

static void
forget_continuity (HearthRouter *self)
{
  hearth_ts_sync_init (&self->sync);
  g_hash_table_remove_all (self->sections);
  for (guint pid = 0; pid < HEARTH_ROUTER_N_PIDS; pid++)
    self->pids[pid].next = NEXT_UNKNOWN;
  for (guint i = 0; i < self->routes->len; i++) {
    HearthRoute *route = g_ptr_array_index (self->routes, i);

    route->pcr_known = FALSE;
    hearth_ts_rap_finder_gap (&route->finder);
  }
}

static void
forget (HearthRouter *self)
{
  forget_continuity (self);
  hearth_router_forget_tables (self);
  hearth_router_rebuild (self);
  for (guint pid = 0; pid < HEARTH_ROUTER_N_PIDS; pid++)
    self->pids[pid].packets = self->pids[pid].scrambled = self->pids[pid].wrong = 0;
}

static void
on_gap (HearthStreamSink *sink)
{
  HearthRouter *self = (HearthRouter *) sink;

  g_mutex_lock (&self->lock);
  forget_continuity (self);
  g_mutex_unlock (&self->lock);
}

static void
on_state (HearthStreamSink *sink, HearthStreamState state, HearthError code, const char *text)
{
  HearthRouter *self = (HearthRouter *) sink;

  g_mutex_lock (&self->lock);
  if (state == HEARTH_STREAM_CONNECTING) { /* what comes from here on is of the new multiplex */
    self->retuning = FALSE;
    forget (self);
  }
  self->state = state;
  self->state_code = code;
  g_free (self->state_text);
  self->state_text = g_strdup (text);
  for (guint i = 0; i < self->routes->len; i++)
    hearth_stream_sink_state (hearth_ingest_get_sink (((HearthRoute *) g_ptr_array_index (self->routes, i))->ingest), state, code, text);
  if (self->funcs->state != NULL)
    self->funcs->state (state, code, text, self->user_data);
  g_mutex_unlock (&self->lock);
}

static void
on_health (HearthStreamSink *sink, const HearthTransportHealth *health)
{
  HearthRouter *self = (HearthRouter *) sink;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->routes->len; i++)
    hearth_stream_sink_health (hearth_ingest_get_sink (((HearthRoute *) g_ptr_array_index (self->routes, i))->ingest), health);
  g_mutex_unlock (&self->lock);
}

static const HearthStreamSinkOps sink_ops = {
  .struct_size = sizeof (HearthStreamSinkOps), .push = on_push, .gap = on_gap, .state = on_state, .health = on_health
};

/* ---- routes ---------------------------------------------------------------------------------------- */

static void
on_rap (const HearthTsRap *rap, gpointer user_data)
{
  HearthRoute *route = user_data;

  hearth_router_begin (route->router, route);
  hearth_ingest_put_rap (route->ingest, rap);
}

static void
update_descrambles (HearthRouter *self)
{
  self->descrambles = FALSE;
  for (guint i = 0; i < self->routes->len; i++)
    self->descrambles |= ((HearthRoute *) g_ptr_array_index (self->routes, i))->descrambling != NULL;
  if (self->descrambles && self->clear == NULL)
    self->clear = g_malloc (CHUNK_PACKETS * HEARTH_TS_PACKET);
}

static HearthRoute *
new_route (HearthRouter *self, guint16 service_id, HearthIngest *ingest, const HearthDescrambler *descrambler)
{
  HearthRoute *route = g_new0 (HearthRoute, 1);

  route->max_runs = 64;
  route->runs = g_new0 (HearthRingRun, route->max_runs);
  route->n_runs = 1;
  route->position = hearth_ring_writer_get_head (hearth_ingest_get_ring (ingest));
  route->router = self;
  route->service_id = service_id;
  route->ingest = ingest;
  route->scrambled = g_ptr_array_new ();
  if (descrambler != NULL && descrambler != &hearth_descrambler_null) {
    route->descrambler = descrambler;
    route->descrambling = descrambler->open (service_id);
  }
  hearth_ts_rap_finder_init (&route->finder, on_rap, route);
  return route;
}

static void
free_route (HearthRoute *route)
{
  if (route->descrambling != NULL)
    route->descrambler->close (route->descrambling);
  g_ptr_array_unref (route->scrambled);
  g_free (route->runs);
  g_free (route);
}

HearthRoute *
hearth_router_add (HearthRouter *self, guint16 service_id, HearthIngest *ingest, const HearthDescrambler *descrambler)
{
  HearthRoute *route = new_route (self, service_id, ingest, descrambler);
  HearthRouterProgramme *programme;

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->routes, route);
  update_descrambles (self);
  hearth_stream_sink_state (hearth_ingest_get_sink (ingest), self->state, self->state_code, self->state_text);
  programme = hearth_router_find_programme (self, service_id);
  if (programme != NULL && programme->n_section > 0)
    hearth_router_set_tables (self, route, programme);
  hearth_router_rebuild (self);
  hearth_router_flush (self);
  end_push (self);
  g_mutex_unlock (&self->lock);
  return route;
}

void
hearth_router_remove (HearthRouter *self, HearthRoute *route)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_remove_fast (self->routes, route);
  update_descrambles (self);
  hearth_router_rebuild (self);
  g_mutex_unlock (&self->lock);
  free_route (route);
}

guint
hearth_router_get_n_routes (HearthRouter *self)
{
  return self->routes->len; /* only the main thread changes it */
}

gboolean
hearth_router_lacks (HearthRouter *self, guint16 service_id)
{
  gboolean lacks;

  g_mutex_lock (&self->lock);
  lacks = self->pat_known && hearth_router_find_programme (self, service_id) == NULL;
  g_mutex_unlock (&self->lock);
  return lacks;
}

void
hearth_router_set_collecting (HearthRouter *self, gboolean collecting)
{
  g_mutex_lock (&self->lock);
  self->collecting = collecting;
  hearth_router_rebuild (self);
  g_mutex_unlock (&self->lock);
}

GArray *
hearth_router_get_pids (HearthRouter *self)
{
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (guint16));

  g_mutex_lock (&self->lock);
  for (guint16 pid = 0; pid < HEARTH_TS_NO_PID; pid++)
    if (self->pids[pid].roles != 0 || self->pids[pid].route != NULL)
      g_array_append_val (pids, pid);
  g_mutex_unlock (&self->lock);
  return pids;
}

GArray *
hearth_router_get_counters (HearthRouter *self)
{
  GArray *counters = g_array_new (FALSE, FALSE, sizeof (HearthRouterPid));

  g_mutex_lock (&self->lock);
  for (guint16 pid = 0; pid < HEARTH_ROUTER_N_PIDS; pid++) {
    const HearthRouterEntry *entry = &self->pids[pid];
    const HearthRouterPid counter = { .pid = pid, .scrambled = entry->is_scrambled, .packets = entry->packets,
                                      .scrambled_packets = entry->scrambled, .continuity_errors = entry->wrong };

    if (entry->packets > 0)
      g_array_append_val (counters, counter);
  }
  g_mutex_unlock (&self->lock);
  return counters;
}

HearthStreamSink *
hearth_router_get_sink (HearthRouter *self)
{
  return &self->sink;
}

/* ---- life --------------------------------------------------------------------------------------------- */

void
hearth_router_retune (HearthRouter *self)
{
  g_mutex_lock (&self->lock);
  self->retuning = TRUE;
  self->state = HEARTH_STREAM_CONNECTING;
  self->state_code = 0;
  g_clear_pointer (&self->state_text, g_free);
  forget (self);
  g_mutex_unlock (&self->lock);
}

HearthRouter *
hearth_router_new (const HearthRouterFuncs *funcs, gpointer user_data)
{
  HearthRouter *self = g_new0 (HearthRouter, 1);

  self->sink.ops = &sink_ops;
  self->funcs = funcs;
  self->user_data = user_data;
  g_mutex_init (&self->lock);
  self->routes = g_ptr_array_new ();
  self->sections = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->programmes = g_ptr_array_new_with_free_func (g_free);
  self->pat_programs = g_array_new (FALSE, FALSE, sizeof (HearthTsProgram));
  self->arena = g_malloc (HEARTH_ROUTER_ARENA);
  forget (self);
  return self;
}

void
hearth_router_free (HearthRouter *self)
{
  g_warn_if_fail (self->routes->len == 0);
  for (guint pid = 0; pid < HEARTH_ROUTER_N_PIDS; pid++)
    clear_entry (&self->pids[pid]);
  g_ptr_array_unref (self->routes);
  g_hash_table_unref (self->sections);
  g_ptr_array_unref (self->programmes);
  g_array_unref (self->pat_programs);
  g_mutex_clear (&self->lock);
  g_free (self->state_text);
  g_free (self->arena);
  g_free (self->clear);
  g_free (self);
}
