/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/cable-air.h"

#include <errno.h>
#include <hearth/error.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "headend/truth.h"

#define TICK_NS 2000000
#define TOO_LATE_US 500000 /* the machine slept or was stopped: the stream goes on from now instead of catching up */
#define SEND_BUFFER_BYTES (8 << 20)
#define MAX_DATAGRAMS 256 /* a tick, of a multiplex: ten times what two milliseconds hold */
#define FPS 50            /* for the size of a log */

/* What a service's log needs to know. */
typedef struct {
  const HeadendCableService *service;
  HeadendTruth *truth;
  guint64 serial;
  gboolean under_way;
} Log;

typedef struct {
  HeadendCableMux *mux;
  struct sockaddr_in to;
  gint64 began_us; /* CLOCK_MONOTONIC of the first packet */
  gboolean off;
} Transport;

/* What is logged of a datagram once it has been sent. */
typedef struct {
  Log *log;
  HeadendChunk chunk;
} Note;

struct _HeadendCableAir {
  guint instance;
  guint16 port;
  int socket;
  gint quit; /* atomic */
  GThread *thread;
  GMutex mutex; /* guards all below */
  guint lineup;
  Transport transports[HEADEND_CABLE_MUXES];
  GHashTable *logs; /* service id -> Log */
  GPtrArray *notes; /* Note */
  guint8 (*datagrams)[HEADEND_CHUNK_BYTES];
  HeadendCableTap tap;
  gpointer tap_data;
};

static void
log_free (gpointer data)
{
  headend_truth_free (((Log *) data)->truth);
  g_free (data);
}

static Log *
find_log (HeadendCableAir *self, const HeadendCableService *service)
{
  return g_hash_table_lookup (self->logs, GUINT_TO_POINTER (service->service_id));
}

/* ---- sending ------------------------------------------------------------------------------------------------------ */

static void
note_mark (HeadendCableAir *self, const HeadendCableMark *mark)
{
  Log *log = find_log (self, mark->service);
  Note *note = g_new0 (Note, 1);
  HeadendChunk *chunk = &note->chunk;

  note->log = log;
  chunk->serial = log->under_way ? log->serial : 0;
  if (mark->mark.ends != NULL && log->under_way) {
    log->under_way = FALSE;
    chunk->marks[chunk->n_marks++] = (HeadendChunkMark){ mark->mark.ends->frame, mark->mark.ends->key, TRUE, 0, 0, log->serial };
  }
  if (mark->mark.starts != NULL) {
    log->under_way = TRUE;
    chunk->marks[chunk->n_marks++] =
      (HeadendChunkMark){ mark->mark.starts->frame, mark->mark.starts->key, FALSE, 0, mark->mark.pts90k, ++log->serial };
  }
  g_ptr_array_add (self->notes, note);
}

static void
make_datagram (HeadendCableAir *self, Transport *transport, guint8 *bytes)
{
  for (guint i = 0; i < HEADEND_CHUNK_PACKETS; i++) {
    HeadendCableMark mark;

    headend_cable_mux_next (transport->mux, bytes + i * HEADEND_PACKET, &mark);
    if (mark.service != NULL)
      note_mark (self, &mark);
  }
}

static void
send_datagrams (HeadendCableAir *self, Transport *transport, guint n)
{
  struct mmsghdr messages[MAX_DATAGRAMS] = { 0 };
  struct iovec parts[MAX_DATAGRAMS];

  for (guint i = 0; i < n; i++) {
    parts[i] = (struct iovec){ self->datagrams[i], HEADEND_CHUNK_BYTES };
    messages[i].msg_hdr =
      (struct msghdr){ .msg_name = &transport->to, .msg_namelen = sizeof transport->to, .msg_iov = &parts[i], .msg_iovlen = 1 };
  }
  for (guint sent = 0; sent < n;) {
    const int done = sendmmsg (self->socket, messages + sent, n - sent, 0);

    if (done < 0 && errno == EINTR)
      continue;
    sent += (guint) MAX (done, 1); /* what the kernel refuses is lost, as on a wire */
  }
}

static void
send_transport (HeadendCableAir *self, Transport *transport)
{
  gint64 now_us = g_get_monotonic_time ();
  const gint64 late_us = now_us - transport->began_us - headend_cable_mux_get_time_us (transport->mux);
  guint n = 0;

  if (late_us > TOO_LATE_US) {
    transport->began_us += late_us;
    headend_cable_mux_lose (transport->mux, late_us);
  }
  while (n < MAX_DATAGRAMS && transport->began_us + headend_cable_mux_get_time_us (transport->mux) <= now_us)
    make_datagram (self, transport, self->datagrams[n++]);
  if (!transport->off) {
    now_us = g_get_monotonic_time ();
    send_datagrams (self, transport, n);
    if (self->tap != NULL)
      self->tap ((guint) (transport - self->transports) + 1, self->datagrams[0], n * HEADEND_CHUNK_PACKETS, self->tap_data);
  }
  for (guint i = 0; i < self->notes->len; i++) {
    Note *note = g_ptr_array_index (self->notes, i);

    if (transport->off)
      headend_truth_lost (note->log->truth, &note->chunk);
    else
      headend_truth_sent (note->log->truth, &note->chunk, now_us, g_get_monotonic_time ());
  }
  g_ptr_array_set_size (self->notes, 0);
}

static gpointer
run (gpointer data)
{
  HeadendCableAir *self = data;
  struct timespec next;

  prctl (PR_SET_TIMERSLACK, 50000, 0, 0, 0);
  clock_gettime (CLOCK_MONOTONIC, &next);
  while (!g_atomic_int_get (&self->quit)) {
    next.tv_nsec += TICK_NS;
    if (next.tv_nsec >= 1000000000) {
      next.tv_nsec -= 1000000000;
      next.tv_sec++;
    }
    clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    g_mutex_lock (&self->mutex);
    for (guint i = 0; i < HEADEND_CABLE_MUXES; i++)
      send_transport (self, &self->transports[i]);
    g_mutex_unlock (&self->mutex);
  }
  return NULL;
}

/* ---- life --------------------------------------------------------------------------------------------------------- */

static gboolean
open_socket (HeadendCableAir *self, const char *interface, GError **error)
{
  const struct ip_mreqn index = { .imr_ifindex = (int) if_nametoindex (interface) };
  const int on = 1, ttl = 1, buffer = SEND_BUFFER_BYTES;

  if (index.imr_ifindex == 0) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "--interface %s: there is no such network interface; see `ip link`",
                 interface);
    return FALSE;
  }
  self->socket = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (self->socket < 0) {
    hearth_error_set_errno (error, errno, "opening a UDP socket");
    return FALSE;
  }
  if (setsockopt (self->socket, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer) != 0)
    setsockopt (self->socket, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  setsockopt (self->socket, IPPROTO_IP, IP_MULTICAST_IF, &index, sizeof index);
  setsockopt (self->socket, IPPROTO_IP, IP_MULTICAST_LOOP, &on, sizeof on);
  setsockopt (self->socket, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl);
  return TRUE;
}

static void
begin_transport (HeadendCableAir *self, guint number, const HeadendCableAirConfig *config)
{
  Transport *transport = &self->transports[number - 1];
  const HeadendCableSi si = { number, config->lineup, config->lineup, config->events, config->clock_offset_s };

  transport->mux = headend_cable_mux_new (&si, config->contents, g_get_real_time ());
  transport->began_us = g_get_monotonic_time ();
  transport->to.sin_family = AF_INET;
  transport->to.sin_port = g_htons (self->port);
  transport->to.sin_addr.s_addr = g_htonl (239u << 24 | 254u << 16 | self->instance << 8 | number);
}

HeadendCableAir *
headend_cable_air_new (const HeadendCableAirConfig *config, GError **error)
{
  g_autoptr (HeadendCableAir) self = g_new0 (HeadendCableAir, 1);
  const HeadendCableService *services;
  guint n_services;

  g_mutex_init (&self->mutex);
  self->socket = -1;
  self->instance = config->instance;
  self->port = config->port;
  self->lineup = config->lineup;
  self->notes = g_ptr_array_new_with_free_func (g_free);
  self->logs = g_hash_table_new_full (NULL, NULL, NULL, log_free);
  self->datagrams = g_malloc (MAX_DATAGRAMS * sizeof *self->datagrams);
  services = headend_cable_get_services (&n_services);
  for (guint i = 0; i < n_services; i++) {
    Log *log = g_new0 (Log, 1);

    log->service = &services[i];
    log->truth = headend_truth_new (FPS);
    g_hash_table_insert (self->logs, GUINT_TO_POINTER (services[i].service_id), log);
  }
  if (!open_socket (self, config->interface, error))
    return NULL;
  for (guint i = 1; i <= HEADEND_CABLE_MUXES; i++)
    begin_transport (self, i, config);
  self->thread = g_thread_new ("cable", run, self);
  return g_steal_pointer (&self);
}

void
headend_cable_air_free (HeadendCableAir *self)
{
  g_atomic_int_set (&self->quit, TRUE);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  if (self->socket >= 0)
    close (self->socket);
  for (guint i = 0; i < HEADEND_CABLE_MUXES; i++)
    g_clear_pointer (&self->transports[i].mux, headend_cable_mux_free);
  g_hash_table_unref (self->logs);
  g_ptr_array_unref (self->notes);
  g_free (self->datagrams);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* ---- control ------------------------------------------------------------------------------------------------------ */

char *
headend_cable_air_dup_address (HeadendCableAir *self, guint mux)
{
  return g_strdup_printf ("239.254.%u.%u:%u", self->instance, mux, self->port);
}

void
headend_cable_air_set_lineup (HeadendCableAir *self, guint lineup)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->lineup = lineup;
  for (guint i = 0; i < HEADEND_CABLE_MUXES; i++)
    headend_cable_mux_set_lineup (self->transports[i].mux, lineup);
}

guint
headend_cable_air_get_lineup (HeadendCableAir *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->lineup;
}

void
headend_cable_air_set_on (HeadendCableAir *self, guint mux, gboolean on)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->transports[mux - 1].off = !on;
}

void
headend_cable_air_set_tap (HeadendCableAir *self, HeadendCableTap tap, gpointer user_data)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->tap = tap;
  self->tap_data = user_data;
}

gboolean
headend_cable_air_append_log (HeadendCableAir *self, guint service_id, gint64 since_us, gboolean keys, GString *json)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const Log *log = g_hash_table_lookup (self->logs, GUINT_TO_POINTER (service_id));

  if (log == NULL || log->service->content == 0 || log->service->type == HEADEND_CABLE_RADIO)
    return FALSE;
  headend_truth_append (log->truth, since_us, keys, FALSE, json);
  return TRUE;
}
