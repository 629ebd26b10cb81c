/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/sender.h"

#include <errno.h>
#include <hearth/error.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TICK_NS 1000000
#define EVENT_NS 4000000
#define SEND_BUFFER_BYTES (8 << 20)
#define BATCH 1024 /* sendmmsg's UIO_MAXIOV */

typedef struct {
  HeadendService *service;
  struct sockaddr_storage udp, rtp; /* family 0: not sent so */
} Target;

/* A chunk on its way out. */
typedef struct {
  HeadendChunk *chunk;
  const Target *target;
} Outgoing;

struct _HeadendSender {
  GThread *thread;
  int socket, event_fd;
  gint quit, events_wanted; /* atomic */
  GInetAddress *udp_base, *rtp_base;
  guint16 port;
  GMutex mutex;       /* guards targets: services come, but only go with the sender */
  GPtrArray *targets; /* Target */
  gint refused;       /* atomic */
  GPtrArray *chunks;  /* the thread's own from here on */
  GArray *outgoing;
  struct mmsghdr *messages;
  struct iovec *parts;
  gint64 last_event_ns;
};

/* ---- addresses -------------------------------------------------------------------------------------------------- */

/* The base's address plus n; service 1 has the base itself. */
static GInetAddress *
dup_nth_address (GInetAddress *base, guint number)
{
  const gsize n_bytes = g_inet_address_get_native_size (base);
  guint8 bytes[16];
  guint carry = number - 1;

  memcpy (bytes, g_inet_address_to_bytes (base), n_bytes);
  if (g_inet_address_get_is_multicast (base))
    for (gsize i = n_bytes; i-- > 0 && carry > 0; carry >>= 8) {
      carry += bytes[i];
      bytes[i] = (guint8) carry;
    }
  return g_inet_address_new_from_bytes (bytes, g_inet_address_get_family (base));
}

static GSocketAddress *
dup_socket_address (HeadendSender *self, GInetAddress *base, guint number)
{
  g_autoptr (GInetAddress) address = dup_nth_address (base, number);
  const guint port = self->port + (g_inet_address_get_is_multicast (base) ? 0 : 2 * (number - 1) + (base == self->rtp_base ? 1000 : 0));

  return g_inet_socket_address_new (address, (guint16) port);
}

static void
fill_address (HeadendSender *self, struct sockaddr_storage *storage, GInetAddress *base, guint number)
{
  g_autoptr (GSocketAddress) address = NULL;

  if (base == NULL)
    return;
  address = dup_socket_address (self, base, number);
  g_socket_address_to_native (address, storage, sizeof *storage, NULL);
}

char *
headend_sender_dup_address (HeadendSender *self, guint number, gboolean rtp)
{
  GInetAddress *base = rtp ? self->rtp_base : self->udp_base;
  g_autoptr (GSocketAddress) address = NULL;

  if (base == NULL)
    return NULL;
  address = dup_socket_address (self, base, number);
  return g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
}

static gboolean
open_socket (HeadendSender *self, const HeadendAddresses *addresses, GError **error)
{
  GInetAddress *any = addresses->udp_base != NULL ? addresses->udp_base : addresses->rtp_base;
  const gboolean v6 = any != NULL && g_inet_address_get_family (any) == G_SOCKET_FAMILY_IPV6;
  const struct ip_mreqn interface = { .imr_ifindex = (int) if_nametoindex (addresses->interface) };
  const int on = 1, ttl = 1, buffer = SEND_BUFFER_BYTES;

  if (addresses->udp_base != NULL && addresses->rtp_base != NULL &&
      g_inet_address_get_family (addresses->udp_base) != g_inet_address_get_family (addresses->rtp_base)) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                         "--group-base and --rtp-base: one is IPv4 and the other IPv6; give both, or \"none\" for one");
    return FALSE;
  }
  if (interface.imr_ifindex == 0) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "--interface %s: there is no such network interface; see `ip link`",
                 addresses->interface);
    return FALSE;
  }
  self->socket = socket (v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (self->socket < 0) {
    hearth_error_set_errno (error, errno, "opening a UDP socket");
    return FALSE;
  }
  if (setsockopt (self->socket, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer) != 0)
    setsockopt (self->socket, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  if (v6) {
    setsockopt (self->socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, &interface.imr_ifindex, sizeof interface.imr_ifindex);
    setsockopt (self->socket, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &on, sizeof on);
    setsockopt (self->socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &ttl, sizeof ttl);
  } else {
    setsockopt (self->socket, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface);
    setsockopt (self->socket, IPPROTO_IP, IP_MULTICAST_LOOP, &on, sizeof on);
    setsockopt (self->socket, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl);
  }
  return TRUE;
}

/* ---- the thread ------------------------------------------------------------------------------------------------- */

static gint64
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

/* What leaves now, of all services. */
static void
collect (HeadendSender *self, gint64 time_ns)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; i < self->targets->len; i++) {
    const Target *target = g_ptr_array_index (self->targets, i);

    headend_service_collect (target->service, time_ns, self->chunks);
    for (guint j = 0; j < self->chunks->len; j++) {
      Outgoing outgoing = { g_ptr_array_index (self->chunks, j), target };

      g_array_append_val (self->outgoing, outgoing);
    }
    g_ptr_array_set_size (self->chunks, 0);
  }
}

static guint
add_message (HeadendSender *self, guint n, const struct sockaddr_storage *to, guint8 *bytes, gsize n_bytes)
{
  if (to->ss_family == 0)
    return n;
  self->parts[n] = (struct iovec){ bytes, n_bytes };
  self->messages[n].msg_hdr = (struct msghdr){
    .msg_name = (gpointer) to,
    .msg_namelen = to->ss_family == AF_INET6 ? sizeof (struct sockaddr_in6) : sizeof (struct sockaddr_in),
    .msg_iov = &self->parts[n],
    .msg_iovlen = 1,
  };
  return n + 1;
}

static void
send_messages (HeadendSender *self, guint n)
{
  for (guint sent = 0; sent < n;) {
    int done = sendmmsg (self->socket, self->messages + sent, n - sent, 0);

    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0) /* unreachable, or no memory: that one is lost, as on a wire */
      g_atomic_int_inc (&self->refused);
    sent += (guint) MAX (done, 1);
  }
}

/* RTP is twelve bytes before the packets, so that both forms are sent from one place. */
static void
send_outgoing (HeadendSender *self, guint first, guint end)
{
  const gint64 before_us = g_get_monotonic_time ();
  gint64 after_us;
  guint n = 0;

  for (guint i = first; i < end; i++) {
    const Outgoing *o = &g_array_index (self->outgoing, Outgoing, i);

    n = add_message (self, n, &o->target->udp, o->chunk->packets, HEADEND_CHUNK_BYTES);
    n = add_message (self, n, &o->target->rtp, o->chunk->rtp, sizeof o->chunk->rtp + HEADEND_CHUNK_BYTES);
  }
  send_messages (self, n);
  after_us = g_get_monotonic_time ();
  for (guint i = first; i < end; i++) {
    const Outgoing *o = &g_array_index (self->outgoing, Outgoing, i);

    headend_service_sent (o->target->service, o->chunk, before_us, after_us);
    g_free (o->chunk);
  }
}

static void
tell (HeadendSender *self, gint64 time_ns)
{
  const guint64 one = 1;

  if (!g_atomic_int_get (&self->events_wanted) || time_ns - self->last_event_ns < EVENT_NS)
    return;
  self->last_event_ns = time_ns;
  if (write (self->event_fd, &one, sizeof one) != sizeof one)
    return; /* it is full, which tells as much */
}

static gpointer
run (gpointer data)
{
  HeadendSender *self = data;
  gint64 next_ns = now_ns () / TICK_NS * TICK_NS;

  prctl (PR_SET_TIMERSLACK, 50000, 0, 0, 0);
  while (!g_atomic_int_get (&self->quit)) {
    struct timespec until;
    gint64 time_ns;

    next_ns = MAX (next_ns + TICK_NS, now_ns () / TICK_NS * TICK_NS);
    until = (struct timespec){ next_ns / 1000000000, next_ns % 1000000000 };
    clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    time_ns = now_ns ();
    collect (self, time_ns);
    for (guint i = 0; i < self->outgoing->len; i += BATCH / 2)
      send_outgoing (self, i, MIN (i + BATCH / 2, self->outgoing->len));
    g_array_set_size (self->outgoing, 0);
    tell (self, time_ns);
  }
  return NULL;
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

static void
free_target (gpointer data)
{
  headend_service_free (((Target *) data)->service);
  g_free (data);
}

HeadendSender *
headend_sender_new (const HeadendAddresses *addresses, GError **error)
{
  g_autoptr (HeadendSender) self = g_new0 (HeadendSender, 1);

  g_mutex_init (&self->mutex);
  self->socket = -1;
  self->event_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  self->targets = g_ptr_array_new_with_free_func (free_target);
  self->chunks = g_ptr_array_new ();
  self->outgoing = g_array_new (FALSE, FALSE, sizeof (Outgoing));
  self->messages = g_new0 (struct mmsghdr, BATCH);
  self->parts = g_new0 (struct iovec, BATCH);
  g_set_object (&self->udp_base, addresses->udp_base);
  g_set_object (&self->rtp_base, addresses->rtp_base);
  self->port = addresses->port;
  if (!open_socket (self, addresses, error))
    return NULL;
  self->thread = g_thread_new ("sender", run, self);
  return g_steal_pointer (&self);
}

void
headend_sender_free (HeadendSender *self)
{
  g_atomic_int_set (&self->quit, TRUE);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  if (self->socket >= 0)
    close (self->socket);
  close (self->event_fd);
  g_ptr_array_unref (self->targets);
  g_ptr_array_unref (self->chunks);
  g_array_unref (self->outgoing);
  g_free (self->messages);
  g_free (self->parts);
  g_clear_object (&self->udp_base);
  g_clear_object (&self->rtp_base);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
headend_sender_add (HeadendSender *self, HeadendService *service)
{
  Target *target = g_new0 (Target, 1);
  const guint number = headend_service_get_number (service);

  target->service = service;
  fill_address (self, &target->udp, self->udp_base, number);
  fill_address (self, &target->rtp, self->rtp_base, number);
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->targets, target);
  g_mutex_unlock (&self->mutex);
}

HeadendService *
headend_sender_find (HeadendSender *self, guint number)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; i < self->targets->len; i++) {
    const Target *target = g_ptr_array_index (self->targets, i);

    if (headend_service_get_number (target->service) == number)
      return target->service;
  }
  return NULL;
}

int
headend_sender_get_fd (HeadendSender *self)
{
  return self->event_fd;
}

void
headend_sender_want_events (HeadendSender *self, gboolean wanted)
{
  g_atomic_int_set (&self->events_wanted, wanted);
}

guint
headend_sender_get_refused (HeadendSender *self)
{
  return (guint) g_atomic_int_get (&self->refused);
}
