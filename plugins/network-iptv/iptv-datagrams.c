/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-datagrams.h"

#include "iptv-socket.h"
#include "iptv-ts.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64            /* datagrams a system call */
#define MAX_BATCHES 32      /* a visit, so that one flood does not starve the others */
#define MAX_HEADER 128
#define MAX_PAYLOAD 9216    /* that a slot is made for; what is longer goes to the tail and is copied */
#define MAX_DATAGRAM 65536
#define USUAL_PAYLOAD 1316  /* seven packets of 188 */

#define SILENCE_US (1 * G_USEC_PER_SEC)
#define MAX_BACKOFF_US (10 * G_USEC_PER_SEC)
#define HEALTH_US (1 * G_USEC_PER_SEC)

/* Header, payload and tail of each datagram go to places of their own, so that payloads of the expected size lie one
 * behind the other and a whole batch is pushed as one run, without a copy. */
struct _IptvBatch {
  struct mmsghdr messages[BATCH];
  struct iovec vectors[BATCH][3];
  guint8 headers[BATCH][MAX_HEADER];
  guint8 control[BATCH][CMSG_SPACE (sizeof (struct timespec)) + CMSG_SPACE (sizeof (guint32))];
  guint8 *payloads; /* BATCH * MAX_PAYLOAD */
  guint8 *tails;    /* BATCH * MAX_DATAGRAM; memory that is never touched costs nothing */
  guint8 *linear;   /* MAX_DATAGRAM */
  gsize header_bytes, payload_bytes; /* what vectors are made for */

  /* While a batch is worked through. */
  IptvDatagrams *stream;
  const guint8 *run; /* what was not yet pushed */
  gsize n_run;
  gint64 run_us;
  gint64 now_us;
  gint64 realtime_offset_us; /* CLOCK_BOOTTIME - CLOCK_REALTIME */
};

IptvBatch *
iptv_batch_new (void)
{
  IptvBatch *self = g_new0 (IptvBatch, 1);

  self->payloads = g_malloc (BATCH * MAX_PAYLOAD);
  self->tails = g_malloc (BATCH * MAX_DATAGRAM);
  self->linear = g_malloc (MAX_DATAGRAM);
  return self;
}

void
iptv_batch_free (IptvBatch *self)
{
  g_free (self->payloads);
  g_free (self->tails);
  g_free (self->linear);
  g_free (self);
}

/* ---- runs ---------------------------------------------------------------------------------- */

static void
flush_run (IptvBatch *self)
{
  if (self->n_run == 0)
    return;
  if (self->stream->bytes == 0)
    iptv_feed_state (&self->stream->feed, HEARTH_STREAM_RUNNING, 0, NULL);
  self->stream->bytes += self->n_run;
  iptv_feed_push (&self->stream->feed, self->run, self->n_run, self->run_us);
  self->n_run = 0;
}

static void
append_run (gpointer user_data, const guint8 *bytes, gsize n_bytes, gint64 arrival_us)
{
  IptvBatch *self = user_data;

  /* A run has one arrival time: that of its first byte. Where a clock reference stands it must be exact. */
  if (self->n_run > 0 && (self->run + self->n_run != bytes || iptv_ts_has_pcr (bytes, n_bytes)))
    flush_run (self);
  if (self->n_run == 0) {
    self->run = bytes;
    self->run_us = arrival_us;
  }
  self->n_run += n_bytes;
}

/* What the run points to is about to go. */
static void
push_now (gpointer user_data, const guint8 *bytes, gsize n_bytes, gint64 arrival_us)
{
  IptvBatch *self = user_data;

  append_run (self, bytes, n_bytes, arrival_us);
  if (bytes < self->payloads || bytes >= self->payloads + BATCH * MAX_PAYLOAD)
    flush_run (self);
}

static void
tell_gap (gpointer user_data)
{
  IptvBatch *self = user_data;

  flush_run (self);
  iptv_feed_gap (&self->stream->feed);
}

static const IptvRtpOut rtp_out = { .push = push_now, .gap = tell_gap };

/* Outside of a batch: held packets whose hole was given up. */
static void
push_held (gpointer user_data, const guint8 *bytes, gsize n_bytes, gint64 arrival_us)
{
  IptvDatagrams *self = user_data;

  iptv_feed_push (&self->feed, bytes, n_bytes, arrival_us);
}

static void
gap_held (gpointer user_data)
{
  IptvDatagrams *self = user_data;

  iptv_feed_gap (&self->feed);
}

static const IptvRtpOut held_out = { .push = push_held, .gap = gap_held };

/* ---- one datagram ---------------------------------------------------------------------------- */

/* The kernel's time of a datagram, on our clock; now where it is missing or the clock was set in between. */
static gint64
get_arrival (const IptvBatch *self, const struct msghdr *message)
{
  for (struct cmsghdr *c = CMSG_FIRSTHDR (message); c != NULL; c = CMSG_NXTHDR ((struct msghdr *) (gpointer) message, c))
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
      struct timespec time;
      gint64 us;

      memcpy (&time, CMSG_DATA (c), sizeof time);
      us = (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000 + self->realtime_offset_us;
      return us <= self->now_us && us > self->now_us - 2 * G_USEC_PER_SEC ? us : self->now_us;
    }
  return self->now_us;
}

/* The kernel counts datagrams that found the buffer full; RTP finds them by itself. */
static void
count_drops (IptvBatch *self, const struct msghdr *message)
{
  IptvDatagrams *stream = self->stream;

  for (struct cmsghdr *c = CMSG_FIRSTHDR (message); c != NULL; c = CMSG_NXTHDR ((struct msghdr *) (gpointer) message, c)) {
    guint32 drops;

    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL)
      continue;
    memcpy (&drops, CMSG_DATA (c), sizeof drops);
    if (drops != stream->kernel_drops && stream->rtp == NULL) {
      stream->health.lost += drops - stream->kernel_drops;
      tell_gap (self);
    }
    stream->kernel_drops = drops;
  }
}

/* The datagram in one piece: where it lies if its bytes are all in the payload slot, else copied together. */
static const guint8 *
linearise (IptvBatch *self, guint i, gsize n_bytes)
{
  const struct iovec *vectors = self->messages[i].msg_hdr.msg_iov;
  gsize done = 0;

  flush_run (self); /* the scratch may hold the run */
  for (gsize v = 0; v < self->messages[i].msg_hdr.msg_iovlen && done < n_bytes; v++) {
    gsize n = MIN (vectors[v].iov_len, n_bytes - done);

    memcpy (self->linear + done, vectors[v].iov_base, n);
    done += n;
  }
  return self->linear;
}

static IptvRtp *
need_rtp (IptvDatagrams *self)
{
  if (self->rtp == NULL) {
    self->rtp = g_new (IptvRtp, 1);
    iptv_rtp_init (self->rtp, &held_out, self, &self->health);
  }
  return self->rtp;
}

static void
push_rtp (IptvBatch *self, const IptvRtpHeader *header, const guint8 *payload, gint64 arrival_us)
{
  IptvRtp *rtp = need_rtp (self->stream);

  rtp->out = &rtp_out;
  rtp->user_data = self;
  iptv_rtp_push (rtp, header, payload, arrival_us, self->now_us);
  rtp->out = &held_out;
  rtp->user_data = self->stream;
}

/* Anything that did not fall into its slots as expected; also finds what to expect of the next. */
static void
take_unexpected (IptvBatch *self, guint i, gsize n_bytes)
{
  const guint8 *bytes = linearise (self, i, n_bytes);
  IptvDatagrams *stream = self->stream;
  gint64 arrival_us = get_arrival (self, &self->messages[i].msg_hdr);
  IptvRtpHeader header = { 0 };

  switch (iptv_rtp_classify (bytes, n_bytes, &header)) {
  case IPTV_DATAGRAM_TS:
    push_now (self, bytes, n_bytes, arrival_us);
    stream->header_bytes = 0;
    stream->payload_bytes = MIN (n_bytes, MAX_PAYLOAD);
    break;
  case IPTV_DATAGRAM_RTP:
    push_rtp (self, &header, bytes + header.header_bytes, arrival_us);
    stream->header_bytes = header.header_bytes <= MAX_HEADER ? header.header_bytes : 0;
    stream->payload_bytes = MIN (header.payload_bytes, MAX_PAYLOAD);
    break;
  case IPTV_DATAGRAM_OTHER:
    stream->health.malformed++;
    break;
  default:
    break;
  }
}

/* Cut as expected: the payload lies in its slot, behind that of the datagram before. */
static gboolean
take_expected (IptvBatch *self, guint i, gsize n_bytes)
{
  const struct msghdr *message = &self->messages[i].msg_hdr;
  const guint8 *payload = self->payloads + i * self->payload_bytes;
  IptvRtpHeader header;

  if (n_bytes != self->header_bytes + self->payload_bytes || payload[0] != 0x47)
    return FALSE;
  if (self->header_bytes == 0)
    append_run (self, payload, n_bytes, get_arrival (self, message));
  else if (iptv_rtp_parse (self->headers[i], self->header_bytes, n_bytes, &header) && header.header_bytes == self->header_bytes)
    push_rtp (self, &header, payload, get_arrival (self, message));
  else
    return FALSE;
  return TRUE;
}

/* ---- a batch ----------------------------------------------------------------------------------- */

static void
cut_slots (IptvBatch *self, gsize header_bytes, gsize payload_bytes)
{
  for (guint i = 0; i < BATCH; i++) {
    struct iovec *v = self->vectors[i];

    v[0] = (struct iovec){ self->headers[i], header_bytes };
    v[1] = (struct iovec){ self->payloads + i * payload_bytes, payload_bytes };
    v[2] = (struct iovec){ self->tails + i * MAX_DATAGRAM, MAX_DATAGRAM - header_bytes - payload_bytes };
    self->messages[i].msg_hdr.msg_iov = header_bytes > 0 ? v : v + 1;
    self->messages[i].msg_hdr.msg_iovlen = header_bytes > 0 ? 3 : 2;
    self->messages[i].msg_hdr.msg_control = self->control[i];
  }
  self->header_bytes = header_bytes;
  self->payload_bytes = payload_bytes;
}

static int
receive (IptvBatch *self, const IptvDatagrams *stream)
{
  int n;

  if (self->header_bytes != stream->header_bytes || self->payload_bytes != stream->payload_bytes)
    cut_slots (self, stream->header_bytes, stream->payload_bytes);
  for (guint i = 0; i < BATCH; i++)
    self->messages[i].msg_hdr.msg_controllen = sizeof self->control[i];
  do
    n = recvmmsg (stream->fd, self->messages, BATCH, MSG_DONTWAIT, NULL);
  while (n < 0 && errno == EINTR);
  return n;
}

static void
set_now (IptvBatch *self)
{
  self->now_us = iptv_now_us ();
  self->realtime_offset_us = self->now_us - g_get_real_time ();
}

static void
begin_flow (IptvDatagrams *self, gint64 now_us)
{
  if (self->first_us != 0)
    return;
  if (self->last_us != 0)
    iptv_feed_gap (&self->feed);
  self->first_us = now_us;
  self->bytes = 0;
  self->backoff = 0;
  self->retry_us = 0;
}

static void
work_through (IptvBatch *self, int n)
{
  IptvDatagrams *stream = self->stream;

  begin_flow (stream, self->now_us);
  stream->last_us = self->now_us;
  stream->health.received += (guint) n;
  for (guint i = 0; i < (guint) n; i++) {
    gsize n_bytes = self->messages[i].msg_len;

    count_drops (self, &self->messages[i].msg_hdr);
    if (G_UNLIKELY (!take_expected (self, i, n_bytes)))
      take_unexpected (self, i, n_bytes);
  }
  flush_run (self);
}

void
iptv_datagrams_serve (IptvDatagrams *self, IptvBatch *batch)
{
  batch->stream = self;
  for (guint i = 0; self->fd >= 0 && i < MAX_BATCHES; i++) {
    int n = receive (batch, self);

    if (n <= 0)
      return;
    set_now (batch);
    work_through (batch, n);
    if (n < BATCH)
      return;
  }
}

/* ---- the stream --------------------------------------------------------------------------------- */

IptvDatagrams *
iptv_datagrams_new (const IptvAddress *address, const char *interface, HearthStreamSink *sink)
{
  IptvDatagrams *self = g_new0 (IptvDatagrams, 1);

  iptv_feed_init (&self->feed, sink);
  self->address = *address;
  self->interface = g_strdup (interface);
  self->fd = -1;
  self->payload_bytes = USUAL_PAYLOAD;
  return self;
}

void
iptv_datagrams_free (IptvDatagrams *self)
{
  iptv_datagrams_close (self);
  g_clear_pointer (&self->lookup, iptv_lookup_free);
  if (self->rtp != NULL)
    iptv_rtp_clear (self->rtp);
  g_free (self->rtp);
  g_free (self->interface);
  iptv_feed_clear (&self->feed);
  g_free (self);
}

void
iptv_datagrams_close (IptvDatagrams *self)
{
  if (self->fd >= 0)
    close (self->fd); /* leaves the group */
  self->fd = -1;
}

static void
plan_retry (IptvDatagrams *self, gint64 now_us)
{
  self->retry_us = now_us + MIN (SILENCE_US << MIN (self->backoff, 4), MAX_BACKOFF_US);
  self->backoff++;
}

static gboolean
open_socket (IptvDatagrams *self)
{
  GError *error = NULL;

  self->fd = iptv_socket_open (&self->found, self->interface, &self->buffer_bytes, &error);
  if (self->fd >= 0)
    return TRUE;
  iptv_feed_trouble (&self->feed, HEARTH_STREAM_RECONNECTING, error);
  return FALSE;
}

/* FALSE: not yet, or not at all; housekeep() goes on. Names are looked up anew each time: they may lead elsewhere now. */
static gboolean
begin (IptvDatagrams *self, gint64 now_us)
{
  self->opened_us = now_us;
  self->first_us = 0;
  self->batched = FALSE;
  self->kernel_drops = 0;
  plan_retry (self, now_us);
  if (iptv_address_has_names (&self->address)) {
    self->lookup = iptv_lookup_new (&self->address, self->wake_fd);
    return FALSE;
  }
  self->found = self->address;
  return open_socket (self);
}

void
iptv_datagrams_open (IptvDatagrams *self, int wake_fd, gint64 now_us)
{
  self->wake_fd = wake_fd;
  if (begin (self, now_us))
    iptv_feed_state (&self->feed, HEARTH_STREAM_JOINED, 0, NULL);
  else if (self->lookup != NULL)
    iptv_feed_state (&self->feed, HEARTH_STREAM_CONNECTING, 0, NULL);
}

/* ---- now and then --------------------------------------------------------------------------------- */

static void
tell_health (IptvDatagrams *self, gint64 now_us)
{
  if (now_us - self->health_told_us < HEALTH_US || memcmp (&self->health, &self->health_told, sizeof self->health) == 0)
    return;
  self->health_told = self->health;
  self->health_told_us = now_us;
  iptv_feed_health (&self->feed, &self->health);
}

static void
tell_silence (IptvDatagrams *self)
{
  g_autofree char *text = g_strdup_printf (self->found.multicast
                                             ? "joined %s, but nothing comes: is it the right address, and does the network pass multicast?"
                                             : "listening at %s, but nothing comes: is the sender on?",
                                           self->found.text);

  iptv_feed_state (&self->feed, HEARTH_STREAM_RECONNECTING, HEARTH_ERROR_NO_PACKETS, text);
}

static void
tell_nonsense (IptvDatagrams *self)
{
  g_autofree char *text = g_strdup_printf ("what comes to %s is neither MPEG-TS nor RTP with it", self->found.text);

  iptv_feed_state (&self->feed, HEARTH_STREAM_RECONNECTING, HEARTH_ERROR_CORRUPT, text);
}

/* While packets come, the kernel answers the queriers and there is nothing to do: to leave and join again would cut the
 * stream where switches leave fast. When they stop, a switch that heard no querier has perhaps forgotten us: a new socket
 * sends a new report, and also finds an interface or a route that has come since. */
static gboolean
reopen (IptvDatagrams *self, gint64 now_us)
{
  gboolean was_open = self->fd >= 0;

  if (now_us < self->retry_us || (was_open && !self->found.multicast))
    return FALSE;
  iptv_datagrams_close (self);
  self->health.reconnects++;
  if (!begin (self, now_us))
    return FALSE;
  if (!was_open)
    iptv_feed_state (&self->feed, HEARTH_STREAM_JOINED, 0, NULL);
  return TRUE;
}

static void
tell_slow_lookup (IptvDatagrams *self, gint64 now_us)
{
  g_autofree char *text = NULL;

  if (now_us - self->opened_us < SILENCE_US)
    return;
  text = g_strdup_printf ("looking up the address of %s takes long: does the name server answer?",
                          *self->address.host_name != '\0' ? self->address.host_name : self->address.source_name);
  iptv_feed_state (&self->feed, HEARTH_STREAM_RECONNECTING, HEARTH_ERROR_NO_ADDRESS, text);
}

/* TRUE when it led to a socket. */
static gboolean
poll_lookup (IptvDatagrams *self, gint64 now_us)
{
  GError *error = NULL;
  IptvLookupState state = iptv_lookup_poll (self->lookup, &self->found, &error);

  if (state == IPTV_LOOKUP_PENDING) {
    tell_slow_lookup (self, now_us);
    return FALSE;
  }
  g_clear_pointer (&self->lookup, iptv_lookup_free);
  if (state == IPTV_LOOKUP_FAILED) {
    iptv_feed_trouble (&self->feed, HEARTH_STREAM_RECONNECTING, error);
    return FALSE;
  }
  self->opened_us = now_us;
  if (!open_socket (self))
    return FALSE;
  if (self->feed.code != HEARTH_ERROR_NO_PACKETS) /* else that still holds */
    iptv_feed_state (&self->feed, HEARTH_STREAM_JOINED, 0, NULL);
  return TRUE;
}

gboolean
iptv_datagrams_housekeep (IptvDatagrams *self, gint64 now_us)
{
  gboolean reopened = FALSE;

  iptv_feed_beat (&self->feed);
  if (self->rtp != NULL)
    iptv_rtp_expire (self->rtp, now_us);
  if (self->lookup != NULL) {
    reopened = poll_lookup (self, now_us);
  } else if (self->fd < 0) {
    reopened = reopen (self, now_us);
  } else if (now_us - MAX (self->last_us, self->opened_us) >= SILENCE_US) {
    tell_silence (self);
    self->first_us = 0; /* what comes next begins anew */
    reopened = reopen (self, now_us);
  } else if (self->first_us != 0 && self->bytes == 0 && now_us - self->first_us >= SILENCE_US) {
    tell_nonsense (self);
  }
  tell_health (self, now_us);
  return reopened;
}

gint64
iptv_datagrams_get_buffer_us (const IptvDatagrams *self, gint64 now_us)
{
  if (self->first_us == 0 || self->bytes == 0 || now_us - self->first_us < G_USEC_PER_SEC / 2)
    return G_MAXINT64;
  /* The kernel counts a datagram's whole memory, up to two and a half times its bytes. */
  return (gint64) ((double) self->buffer_bytes / 2.5 * (double) (now_us - self->first_us) / (double) self->bytes);
}
