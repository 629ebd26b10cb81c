/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sends what was recorded elsewhere: a transport stream by its PCRs, captured UDP by its capture times. */
#include "headend/replay.h"

#include <errno.h>
#include <gio/gio.h>
#include <hearth/error.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "headend/capture.h"
#include "headend/tsfile.h"

#define PACKET 188
#define PACKETS_A_DATAGRAM 7
#define RTP_BYTES 12
/* Streams that belong to the media's: its error correction is on the next ports (SMPTE 2022-1: +2, +4; some operators: +1). */
#define MAX_PORT_OFFSET 16

typedef struct {
  gint64 time_ns; /* from the beginning */
  guint port_offset;
  const guint8 *bytes;
  gsize n_bytes;
} Item;

typedef struct {
  char *interface;
  gboolean loop;
  gint64 rate;
  GMappedFile *file;
  guint8 *packets; /* a transport stream's */
  GArray *items;   /* Item */
  gint64 duration_ns;
  gboolean add_rtp;
  int socket;
  GInetAddress *address;
  guint16 port;
  guint16 sequence;
} Replay;

static volatile sig_atomic_t stopped;

static void
on_signal (int number)
{
  stopped = number;
}

/* ---- what to send ----------------------------------------------------------------------------------------------- */

static void
collect_datagram (const HeadendDatagram *datagram, gpointer user_data)
{
  g_array_append_vals (user_data, datagram, 1);
}

static gboolean
same_stream (const HeadendDatagram *a, const HeadendDatagram *b)
{
  return a->v6 == b->v6 && memcmp (a->address, b->address, sizeof a->address) == 0;
}

static guint
hash_stream (gconstpointer key)
{
  const HeadendDatagram *d = key;

  return g_int_hash (d->address) * 31 + g_int_hash (d->address + 12) + d->port;
}

static gboolean
equal_stream (gconstpointer a, gconstpointer b)
{
  return same_stream (a, b) && ((const HeadendDatagram *) a)->port == ((const HeadendDatagram *) b)->port;
}

/* The stream with most bytes: address and port. */
static const HeadendDatagram *
find_media (GArray *datagrams)
{
  g_autoptr (GHashTable) bytes = g_hash_table_new (hash_stream, equal_stream);
  const HeadendDatagram *best = NULL;
  gsize most = 0;

  for (guint i = 0; i < datagrams->len; i++) {
    HeadendDatagram *d = &g_array_index (datagrams, HeadendDatagram, i);
    const gsize sum = GPOINTER_TO_SIZE (g_hash_table_lookup (bytes, d)) + d->n_bytes;

    g_hash_table_insert (bytes, d, GSIZE_TO_POINTER (sum));
    if (sum > most) {
      most = sum;
      best = d;
    }
  }
  return best;
}

static gboolean
load_capture (Replay *self, const guint8 *bytes, gsize n_bytes)
{
  g_autoptr (GArray) datagrams = g_array_new (FALSE, FALSE, sizeof (HeadendDatagram));
  const HeadendDatagram *media;
  gint64 first_ns = 0;

  if (!headend_capture_parse (bytes, n_bytes, collect_datagram, datagrams) || (media = find_media (datagrams)) == NULL)
    return FALSE;
  for (guint i = 0; i < datagrams->len; i++) {
    const HeadendDatagram *d = &g_array_index (datagrams, HeadendDatagram, i);
    Item item = { d->time_ns, (guint) (d->port - media->port), d->payload, d->n_bytes };

    if (!same_stream (d, media) || d->port < media->port || item.port_offset > MAX_PORT_OFFSET)
      continue;
    if (self->items->len == 0)
      first_ns = d->time_ns;
    item.time_ns = MAX (d->time_ns - first_ns, self->duration_ns);
    self->duration_ns = item.time_ns;
    g_array_append_val (self->items, item);
  }
  if (self->items->len > 1) /* till the next turn */
    self->duration_ns += self->duration_ns / (self->items->len - 1);
  return TRUE;
}

static gboolean
load_stream (Replay *self, const char *path, const guint8 *bytes, gsize n_bytes, GError **error)
{
  gsize n_packets = 0;
  g_autofree gint64 *times = NULL;

  self->packets = headend_tsfile_dup_packets (bytes, n_bytes, &n_packets);
  if (self->packets == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "%s is neither an MPEG transport stream nor a capture with UDP in it "
                 "(pcap, pcapng)", path);
    return FALSE;
  }
  times = self->rate > 0 ? headend_tsfile_dup_times_at_rate (n_packets, (guint64) self->rate) : headend_tsfile_dup_times (self->packets, n_packets);
  if (times == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "%s has no clock (PCR) to go by; give --rate BITS", path);
    return FALSE;
  }
  for (gsize i = 0; i < n_packets; i += PACKETS_A_DATAGRAM) {
    const gsize n = MIN (PACKETS_A_DATAGRAM, n_packets - i);
    const Item item = { times[i], 0, self->packets + i * PACKET, n * PACKET };

    g_array_append_val (self->items, item);
  }
  self->duration_ns = times[n_packets];
  return TRUE;
}

static gboolean
load (Replay *self, const char *path, GError **error)
{
  const guint8 *bytes;
  gsize n_bytes;

  self->file = g_mapped_file_new (path, FALSE, error);
  if (self->file == NULL) {
    hearth_error_translate (error, "replaying %s", path);
    return FALSE;
  }
  bytes = (const guint8 *) g_mapped_file_get_contents (self->file);
  n_bytes = g_mapped_file_get_length (self->file);
  if (load_capture (self, bytes, n_bytes)) {
    self->add_rtp = FALSE; /* it is sent as it was captured */
    return TRUE;
  }
  return load_stream (self, path, bytes, n_bytes, error);
}

/* ---- where to --------------------------------------------------------------------------------------------------- */

static gboolean
parse_url (Replay *self, const char *url, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";

  self->add_rtp = g_str_equal (scheme, "rtp");
  if (uri != NULL && (self->add_rtp || g_str_equal (scheme, "udp")) && g_uri_get_host (uri) != NULL)
    self->address = g_inet_address_new_from_string (g_uri_get_host (uri));
  self->port = self->address != NULL && g_uri_get_port (uri) > 0 ? (guint16) g_uri_get_port (uri) : 0;
  if (self->port != 0)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "%s: write udp://ADDRESS:PORT or rtp://ADDRESS:PORT, the address in numbers",
               url);
  return FALSE;
}

static gboolean
open_socket (Replay *self, GError **error)
{
  const gboolean v6 = g_inet_address_get_family (self->address) == G_SOCKET_FAMILY_IPV6;
  const struct ip_mreqn interface = { .imr_ifindex = (int) if_nametoindex (self->interface) };

  self->socket = socket (v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (self->socket < 0 || interface.imr_ifindex == 0) {
    hearth_error_set_errno (error, errno, "opening a UDP socket on the interface %s (--interface; see `ip link`)", self->interface);
    return FALSE;
  }
  if (v6)
    setsockopt (self->socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, &interface.imr_ifindex, sizeof interface.imr_ifindex);
  else
    setsockopt (self->socket, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface);
  return TRUE;
}

/* ---- sending ---------------------------------------------------------------------------------------------------- */

static gint64
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

static void
sleep_until (gint64 time_ns)
{
  const struct timespec until = { time_ns / 1000000000, time_ns % 1000000000 };

  if (time_ns > now_ns ())
    clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static void
send_item (Replay *self, const Item *item, gint64 stream_ns)
{
  const guint32 time90k = (guint32) (stream_ns / 100000 * 9);
  const guint16 sequence = self->sequence;
  guint8 head[RTP_BYTES] = { 0x80, 33, (guint8) (sequence >> 8), (guint8) sequence, (guint8) (time90k >> 24), (guint8) (time90k >> 16),
                             (guint8) (time90k >> 8), (guint8) time90k, 0x48, 0x45, 0x41, 0x52 };
  struct iovec parts[2] = { { head, sizeof head }, { (gpointer) item->bytes, item->n_bytes } };
  struct sockaddr_storage to;
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (self->address, (guint16) (self->port + item->port_offset));
  struct msghdr message = { .msg_name = &to, .msg_namelen = (socklen_t) g_socket_address_get_native_size (address),
                            .msg_iov = parts + (self->add_rtp ? 0 : 1), .msg_iovlen = self->add_rtp ? 2 : 1 };

  g_socket_address_to_native (address, &to, sizeof to, NULL);
  self->sequence++;
  if (sendmsg (self->socket, &message, 0) < 0 && errno != ECONNREFUSED)
    g_printerr ("hearth-headend: sending to port %u: %s\n", (guint) self->port + item->port_offset, g_strerror (errno));
}

static void
send_all (Replay *self)
{
  gint64 began_ns = now_ns ();

  for (gint64 turn = 0; !stopped && (turn == 0 || self->loop); turn++, began_ns += self->duration_ns)
    for (guint i = 0; !stopped && i < self->items->len; i++) {
      const Item *item = &g_array_index (self->items, Item, i);

      sleep_until (began_ns + item->time_ns);
      if (!stopped)
        send_item (self, item, turn * self->duration_ns + item->time_ns);
    }
}

static gboolean
parse_arguments (Replay *self, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "loop", 0, 0, G_OPTION_ARG_NONE, &self->loop, "Begin anew at the end: times jump back, as when a sender is started again", NULL },
    { "rate", 0, 0, G_OPTION_ARG_INT64, &self->rate, "Bits a second of a transport stream, instead of by its PCR", "BITS" },
    { "interface", 0, 0, G_OPTION_ARG_STRING, &self->interface, "Where multicast goes out (lo)", "NAME" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("replay FILE URL - sends a recorded stream");

  g_option_context_set_description (context, "FILE: an MPEG transport stream, or captured UDP (pcap, pcapng): of that, the stream with most "
                                    "bytes and those on\nthe next 16 ports. URL: udp://239.1.1.1:5000 or rtp://239.1.1.1:5000; captured "
                                    "datagrams go out as they are.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc == 4)
    return TRUE;
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "write: hearth-headend replay FILE URL; see hearth-headend replay --help");
  return FALSE;
}

static void
clear (Replay *self)
{
  g_clear_pointer (&self->file, g_mapped_file_unref);
  g_clear_object (&self->address);
  g_array_unref (self->items);
  g_free (self->packets);
  g_free (self->interface);
  if (self->socket >= 0)
    close (self->socket);
}

int
headend_replay (int argc, char **argv)
{
  Replay self = { .socket = -1, .items = g_array_new (FALSE, FALSE, sizeof (Item)) };
  const struct sigaction action = { .sa_handler = on_signal };
  g_autoptr (GError) error = NULL;
  gboolean ok;

  ok = parse_arguments (&self, &argc, &argv, &error);
  if (self.interface == NULL)
    self.interface = g_strdup ("lo");
  ok = ok && parse_url (&self, argv[3], &error) && load (&self, argv[2], &error) && open_socket (&self, &error);
  if (ok) {
    sigaction (SIGTERM, &action, NULL);
    sigaction (SIGINT, &action, NULL);
    printf ("{\"ready\":true,\"url\":\"%s\",\"datagrams\":%u,\"duration_ms\":%" G_GINT64_FORMAT "}\n", argv[3], self.items->len,
            self.duration_ns / 1000000);
    fflush (stdout);
    send_all (&self);
  } else {
    g_printerr ("hearth-headend: %s\n", error->message);
  }
  clear (&self);
  return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
