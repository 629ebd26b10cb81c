/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-session.h"

#include "satip-link.h"
#include "satip-media.h"
#include "satip-query.h"
#include "satip-report.h"
#include "satip-rtp.h"

#include <arpa/inet.h>
#include <hearth/log.h>
#include <netinet/in.h>
#include <string.h>

HEARTH_LOG_TOPIC ("satip")

#define ANSWER_US (5 * G_USEC_PER_SEC)    /* no server thinks longer */
#define FAREWELL_US 60000
#define SOON_US 200000                    /* the first try after something broke */
#define MAX_BACKOFF_US (10 * G_USEC_PER_SEC)
#define NETWORK_US 1000000                /* what a lock takes longer by the network and the server's reports (every 200 ms: 3.5.7) */
#define SILENCE_US (3 * G_USEC_PER_SEC)   /* neither stream nor report */
#define UNLOCKED_US 500000                /* so long without a payload, and the report is believed */
#define DESCRIBE_US 700000                /* without a report for so long it is asked for */
#define DESCRIBE_AGAIN_US (5 * G_USEC_PER_SEC)
#define SAME_KHZ 1000
#define HEALTH_US G_USEC_PER_SEC
#define FRESH_US (2 * G_USEC_PER_SEC)     /* so long each packet counts: somebody waits for a picture */
#define BATCH_MS 20                       /* then it is read in batches */
#define RUN_BYTES (256u << 10)
#define RUN_US 2000                       /* what came within so long goes on as one run */
#define NOTHING_TOLD (-1)

typedef enum { ASK_NOTHING, ASK_SETUP, ASK_PLAY, ASK_OPTIONS, ASK_DESCRIBE } Ask;

struct _SatipSession {
  SatipServer *server;
  guint front_end;
  SatipTransport transport;
  HearthStreamSink *sink;
  SatipLink link;
  SatipMedia media;
  SatipRtp rtp;
  HearthTransportHealth health;
  gint64 health_told_us;
  struct sockaddr_storage address; /* of the link */

  /* What is wanted, and what the server was told of it; a serial for each multiplex. */
  HearthTunerParams params;
  guint serial, told_serial;
  GArray *pids, *told_pids;

  /* The RTSP session. */
  char id[SATIP_SESSION_BYTES]; /* "": none */
  guint32 stream, channels[2];
  guint timeout_s;
  gboolean playing, tcp;
  Ask pending;
  guint pending_cseq, pending_serial;
  gint64 pending_due_us, keep_alive_us, describe_us;

  /* The stream. Accepting: what comes is of the multiplex that is wanted. */
  gboolean accepting, joined, heard, reported, no_signal_told;
  gboolean reports_come; /* by themselves */
  gint64 deadline_us, last_us, payload_us, joined_us;
  SatipReport report;

  gint64 retry_us; /* 0: not waiting */
  guint failures;
  int told_code;   /* HearthError of the last trouble */

  guint8 *run;     /* what was not yet pushed */
  gsize n_run;
  gint64 run_us;
};

/* ---- what comes out --------------------------------------------------------------------------------- */

static void
flush_run (SatipSession *self)
{
  if (self->n_run > 0)
    hearth_stream_sink_push (self->sink, self->run, self->n_run, self->run_us);
  self->n_run = 0;
}

static void
on_payload (gpointer user_data, const guint8 *bytes, gsize n_bytes, gint64 arrival_us)
{
  SatipSession *self = user_data;

  if (self->n_run + n_bytes > RUN_BYTES || (self->n_run > 0 && arrival_us - self->run_us > RUN_US))
    flush_run (self);
  if (n_bytes > RUN_BYTES)
    return;
  if (self->n_run == 0)
    self->run_us = arrival_us;
  memcpy (self->run + self->n_run, bytes, n_bytes);
  self->n_run += n_bytes;
}

static void
on_gap (gpointer user_data)
{
  SatipSession *self = user_data;

  flush_run (self);
  hearth_stream_sink_gap (self->sink);
}

static const SatipRtpOut rtp_out = { .push = on_payload, .gap = on_gap };

static void
begin_anew (SatipSession *self)
{
  self->n_run = 0; /* of the multiplex before */
  satip_rtp_reset (&self->rtp);
  hearth_stream_sink_gap (self->sink);
  self->accepting = self->joined = self->reported = self->no_signal_told = FALSE;
}

/* ---- trouble ------------------------------------------------------------------------------------------ */

/* The same trouble is told once. */
static void
tell_trouble (SatipSession *self, HearthError code, const char *text)
{
  if (self->told_code == (int) code)
    return;
  self->told_code = (int) code;
  hearth_info ("%s", text);
  hearth_stream_sink_state (self->sink, HEARTH_STREAM_RECONNECTING, code, text);
}

static void ask (SatipSession *self, Ask what, const char *method, const char *path, const char *headers);

/* Else the front end would stay taken until the session times out, and the next SETUP might find none. */
static void
say_goodbye (SatipSession *self)
{
  g_autofree char *path = g_strdup_printf ("stream=%u", self->stream);

  if (self->link.fd >= 0 && !self->link.connecting && self->id[0] != '\0')
    ask (self, ASK_NOTHING, "TEARDOWN", path, "");
}

static void
forget_session (SatipSession *self)
{
  self->id[0] = '\0';
  self->playing = FALSE;
  self->pending = ASK_NOTHING;
}

static gint64
plan_retry (SatipSession *self)
{
  const gint64 wait_us = self->failures == 0 ? SOON_US : MIN (G_USEC_PER_SEC << MIN (self->failures - 1, 4), MAX_BACKOFF_US);

  self->failures++;
  return g_get_monotonic_time () + wait_us;
}

/* All from the beginning, after a while. */
static void
start_over (SatipSession *self, HearthError code, const char *what)
{
  g_autofree char *name = satip_server_dup_name (self->server);
  g_autofree char *text = g_strdup_printf ("SAT>IP server %s: %s", name, what);

  begin_anew (self);
  say_goodbye (self);
  forget_session (self);
  satip_link_close (&self->link);
  satip_media_close (&self->media);
  self->health.reconnects++;
  self->retry_us = plan_retry (self);
  tell_trouble (self, code, text);
}

static void
start_over_by_error (SatipSession *self, const GError *error)
{
  g_autofree char *what = NULL;

  if (error->code == HEARTH_ERROR_NO_SIGNAL)
    what = g_strdup ("it refuses the connection: is it starting, or is another port its RTSP port?");
  else if (error->code == HEARTH_ERROR_TIMED_OUT || error->code == HEARTH_ERROR_NO_ADDRESS)
    what = g_strdup_printf ("it is not reached (%s): is it on, and in this network?", error->message);
  else
    what = g_strdup (error->message);
  start_over (self, error->code == HEARTH_ERROR_IO || error->code == HEARTH_ERROR_NO_SIGNAL ? HEARTH_ERROR_DISCONNECTED : (HearthError) error->code, what);
}

/* The server knows our session no more; the connection is good. */
static void
lose_session (SatipSession *self)
{
  begin_anew (self);
  forget_session (self);
  self->health.reconnects++;
  if (self->failures > 0)
    self->retry_us = plan_retry (self);
  self->failures++;
  tell_trouble (self, HEARTH_ERROR_DISCONNECTED, "The SAT>IP server has ended our session; asking for another one.");
}

/* ---- asking ------------------------------------------------------------------------------------------- */

/* "rtsp://192.168.1.5/", with the port where it is another one. */
static char *
dup_base (const SatipSession *self)
{
  char text[INET6_ADDRSTRLEN] = "";
  guint16 port;

  if (self->address.ss_family == AF_INET6) {
    const struct sockaddr_in6 *address = (const struct sockaddr_in6 *) &self->address;

    port = g_ntohs (address->sin6_port);
    inet_ntop (AF_INET6, &address->sin6_addr, text, sizeof text);
    return g_strdup_printf ("rtsp://[%s]:%u/", text, port);
  }
  port = g_ntohs (((const struct sockaddr_in *) &self->address)->sin_port);
  inet_ntop (AF_INET, &((const struct sockaddr_in *) &self->address)->sin_addr, text, sizeof text);
  return port == SATIP_RTSP_PORT ? g_strdup_printf ("rtsp://%s/", text) : g_strdup_printf ("rtsp://%s:%u/", text, port);
}

static void
ask (SatipSession *self, Ask what, const char *method, const char *path, const char *headers)
{
  g_autofree char *base = dup_base (self), *url = g_strconcat (base, path, NULL);
  g_autofree char *all = self->id[0] != '\0' ? g_strdup_printf ("Session: %s\r\n%s", self->id, headers) : g_strdup (headers);

  satip_link_send (&self->link, method, url, all);
  hearth_debug ("%s %s", method, url);
  self->pending = what;
  self->pending_cseq = self->link.cseq;
  self->pending_serial = self->told_serial;
  self->pending_due_us = g_get_monotonic_time () + ANSWER_US;
}

static void
tell_pids (SatipSession *self)
{
  g_array_unref (self->told_pids);
  self->told_pids = g_array_copy (self->pids);
}

/* All about the multiplex. */
static void
append_all (SatipSession *self, GString *path)
{
  satip_query_append_params (path, &self->params, self->front_end, NULL); /* tune() has looked */
  satip_query_append_pids (path, self->pids);
  self->told_serial = self->serial;
  tell_pids (self);
}

static void
ask_setup (SatipSession *self)
{
  g_autoptr (GString) path = g_string_new ("?");
  g_autoptr (GError) error = NULL;
  g_autofree char *transport = NULL;

  self->tcp = self->transport == SATIP_TRANSPORT_TCP || (self->transport == SATIP_TRANSPORT_AUTO && satip_server_get_needs_tcp (self->server));
  if (!self->tcp && self->media.rtp_fd < 0 && !satip_media_open (&self->media, self->address.ss_family, &error)) {
    start_over (self, (HearthError) error->code, error->message);
    return;
  }
  transport = self->tcp ? g_strdup ("Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n")
                        : g_strdup_printf ("Transport: RTP/AVP;unicast;client_port=%u-%u\r\n", self->media.port, self->media.port + 1);
  self->heard = FALSE;
  append_all (self, path);
  ask (self, ASK_SETUP, "SETUP", path->str, transport);
}

static void
ask_play (SatipSession *self)
{
  g_autoptr (GString) path = g_string_new (NULL), change = g_string_new (NULL);

  g_string_printf (path, "stream=%u", self->stream);
  if (self->told_serial != self->serial) {
    g_string_append_c (path, '?');
    append_all (self, path);
  } else if (satip_query_append_change (change, self->told_pids, self->pids)) {
    g_string_append_printf (path, "?%s", change->str);
    tell_pids (self);
  }
  ask (self, ASK_PLAY, "PLAY", path->str, "");
}

static void
connect_server (SatipSession *self)
{
  g_autoptr (GError) error = NULL;

  self->retry_us = 0;
  if (!satip_server_get_address (self->server, &self->address)) {
    start_over (self, HEARTH_ERROR_NO_ADDRESS, "its address is not known: is its name right, and is it on?");
    return;
  }
  if (satip_link_open (&self->link, &self->address, &error))
    ask_setup (self);
  else
    start_over_by_error (self, error);
}

static gboolean
other_pids (const SatipSession *self)
{
  return self->pids->len != self->told_pids->len ||
         (self->pids->len > 0 && memcmp (self->pids->data, self->told_pids->data, self->pids->len * sizeof (guint16)) != 0);
}

/* What is next; one question at a time. */
static void
advance (SatipSession *self, gint64 now_us)
{
  g_autofree char *path = g_strdup_printf ("stream=%u", self->stream);

  if (self->serial == 0 || now_us < self->retry_us || self->pending != ASK_NOTHING)
    return;
  self->retry_us = 0;
  if (self->link.fd < 0)
    connect_server (self);
  else if (self->id[0] == '\0')
    ask_setup (self);
  else if (!self->playing || self->told_serial != self->serial || other_pids (self))
    ask_play (self);
  else if (now_us >= self->keep_alive_us)
    ask (self, ASK_OPTIONS, "OPTIONS", "", "");
  else if (now_us >= self->describe_us)
    ask (self, ASK_DESCRIBE, "DESCRIBE", path, "Accept: application/sdp\r\n");
}

/* ---- the stream ------------------------------------------------------------------------------------------ */

/* How long a receiver of this system needs for all it has to try, doubled. */
static gint64
get_patience_us (HearthTunerSystem system)
{
  switch (system) {
  case HEARTH_TUNER_DVB_T2:
  case HEARTH_TUNER_DTMB:
  case HEARTH_TUNER_ISDB_T:
    return 2500000 + NETWORK_US;
  case HEARTH_TUNER_DVB_T:
  case HEARTH_TUNER_DVB_S2:
    return 2000000 + NETWORK_US;
  case HEARTH_TUNER_DVB_C:
  case HEARTH_TUNER_DVB_C_B:
  case HEARTH_TUNER_DVB_S:
  case HEARTH_TUNER_ATSC:
  case HEARTH_TUNER_SYSTEM_UNKNOWN:
  case HEARTH_TUNER_N_SYSTEMS:
  default:
    return 1500000 + NETWORK_US;
  }
}

static void
note_lock (SatipSession *self, gint64 now_us)
{
  if (self->joined)
    return;
  self->joined = TRUE;
  self->no_signal_told = FALSE;
  self->failures = 0;
  self->told_code = NOTHING_TOLD;
  self->joined_us = self->payload_us = now_us;
  hearth_stream_sink_state (self->sink, HEARTH_STREAM_JOINED, 0, NULL);
}

static void
note_no_lock (SatipSession *self, gint64 now_us)
{
  if (!self->joined || now_us - self->payload_us < UNLOCKED_US)
    return;
  self->joined = FALSE;
  self->no_signal_told = TRUE;
  on_gap (self);
  tell_trouble (self, HEARTH_ERROR_NO_SIGNAL, "The signal is gone: the SAT>IP server's tuner has lost its lock. Look at its cable.");
}

static void
on_rtp (const guint8 *bytes, gsize n_bytes, gint64 arrival_us, gpointer user_data)
{
  SatipSession *self = user_data;
  const gint64 now_us = g_get_monotonic_time ();
  const guint8 *payload;
  gsize payload_bytes;
  guint16 sequence;

  if (!satip_rtp_parse (bytes, n_bytes, &sequence, &payload, &payload_bytes)) {
    self->health.malformed++;
    return;
  }
  self->heard = TRUE;
  self->last_us = now_us;
  self->health.received++;
  if (!self->accepting)
    return;
  if (payload_bytes > 0) {
    note_lock (self, now_us);
    self->payload_us = now_us;
  }
  satip_rtp_push (&self->rtp, sequence, payload, payload_bytes, arrival_us, now_us);
}

/* Reports lag behind: one that speaks of another frequency is about the multiplex before. */
static void
take_report (SatipSession *self, SatipSpan text)
{
  const gint64 now_us = g_get_monotonic_time ();
  SatipReport report;

  if (!self->accepting || !satip_report_parse (text, &report))
    return;
  if (report.frequency_khz != 0 && ABS ((gint64) report.frequency_khz - (gint64) self->params.frequency_khz) > SAME_KHZ)
    return;
  self->report = report;
  self->reported = TRUE;
  if (!self->heard) /* by DESCRIBE: the tuner may have a lock, but nothing comes of it */
    return;
  if (report.lock)
    note_lock (self, now_us);
  else
    note_no_lock (self, now_us);
}

static void
on_rtcp (const guint8 *bytes, gsize n_bytes, gint64 arrival_us, gpointer user_data)
{
  SatipSession *self = user_data;
  SatipSpan text;

  self->heard = TRUE;
  self->last_us = g_get_monotonic_time ();
  if (!satip_report_find_rtcp (bytes, n_bytes, &text))
    return;
  self->reports_come = TRUE;
  take_report (self, text);
}

static void
ignore (const guint8 *bytes, gsize n_bytes, gint64 arrival_us, gpointer user_data)
{
}

/* The server is where it was sent: what comes from here on counts. */
static void
begin_accepting (SatipSession *self, gint64 now_us)
{
  satip_media_receive (&self->media, self->media.rtp_fd, &self->address, ignore, NULL); /* of the multiplex before */
  satip_media_receive (&self->media, self->media.rtcp_fd, &self->address, ignore, NULL);
  self->accepting = TRUE;
  self->last_us = now_us;
  self->deadline_us = now_us + get_patience_us (self->params.system);
  self->reports_come = FALSE;
  self->describe_us = now_us + DESCRIBE_US;
}

/* ---- answers ------------------------------------------------------------------------------------------------ */

static void
refuse (SatipSession *self, const SatipRtspUnit *answer)
{
  g_autofree char *what = NULL;
  HearthError code = HEARTH_ERROR_NO_SIGNAL;

  switch (answer->status) {
  case 503: /* 3.5.9 */
    code = HEARTH_ERROR_BUSY;
    what = g_strdup_printf ("others have all its tuners (%s): end one of their streams", answer->words);
    break;
  case 404:
    code = HEARTH_ERROR_NOT_FOUND;
    what = g_strdup_printf ("it has no such tuner (%s)", answer->words);
    break;
  case 400:
  case 403:
    code = HEARTH_ERROR_INVALID_ARGUMENT;
    what = g_strdup_printf ("it does not go to this multiplex (%u %s): scan again", answer->status, answer->words);
    break;
  case 401:
    code = HEARTH_ERROR_PERMISSION_DENIED;
    what = g_strdup_printf ("it does not let us in (%s)", answer->words);
    break;
  default:
    what = g_strdup_printf ("it refuses (%u %s)", answer->status, answer->words);
    break;
  }
  start_over (self, code, what);
}

/* Another way than the one we asked for, of its own accord or since it cannot do that one. */
static gboolean
try_tcp (SatipSession *self)
{
  if (self->tcp || self->transport != SATIP_TRANSPORT_AUTO)
    return FALSE;
  satip_server_set_needs_tcp (self->server);
  hearth_info ("SAT>IP server %s: nothing comes by UDP; asking for TCP", satip_server_get_id (self->server));
  self->accepting = FALSE;
  say_goodbye (self);
  forget_session (self);
  satip_media_close (&self->media);
  return TRUE;
}

static void
take_description (SatipSession *self, const SatipRtspUnit *answer, gint64 now_us)
{
  SatipSpan text;

  self->describe_us = now_us + (self->joined ? DESCRIBE_AGAIN_US : DESCRIBE_US);
  if (!satip_report_find_sdp (answer->payload, answer->payload_bytes, self->stream, &text))
    return;
  take_report (self, text);
  if (self->accepting && self->reported && self->report.lock && !self->heard)
    try_tcp (self);
}

static void
take_setup (SatipSession *self, const SatipRtspUnit *answer)
{
  if (answer->session[0] == '\0' || answer->stream == SATIP_NO_STREAM) {
    start_over (self, HEARTH_ERROR_CORRUPT, "its answer to SETUP names no session or no stream");
    return;
  }
  g_strlcpy (self->id, answer->session, sizeof self->id);
  self->stream = answer->stream;
  self->timeout_s = CLAMP (answer->timeout_s, 2, 3600);
  self->channels[0] = answer->interleaved ? answer->channels[0] : 0;
  self->channels[1] = answer->interleaved ? answer->channels[1] : 1;
}

static void
take_refusal (SatipSession *self, Ask asked, const SatipRtspUnit *answer)
{
  if (answer->status == 454 || (answer->status == 404 && asked != ASK_SETUP && asked != ASK_DESCRIBE))
    lose_session (self);
  else if (asked == ASK_OPTIONS || asked == ASK_DESCRIBE)
    return;
  else if (answer->status != 461 || !try_tcp (self)) /* 461: unsupported transport */
    refuse (self, answer);
}

static void
take_answer (SatipSession *self, const SatipRtspUnit *answer)
{
  const gint64 now_us = g_get_monotonic_time ();
  const Ask asked = self->pending;

  if (asked == ASK_NOTHING || (answer->cseq != 0 && answer->cseq != self->pending_cseq)) /* of what is no longer wanted */
    return;
  self->pending = ASK_NOTHING;
  if (answer->status != 200) {
    take_refusal (self, asked, answer);
    return;
  }
  if (asked == ASK_SETUP)
    take_setup (self, answer);
  self->keep_alive_us = now_us + self->timeout_s * G_USEC_PER_SEC / 2;
  if (asked == ASK_PLAY) {
    self->playing = TRUE;
    if (!self->accepting && self->pending_serial == self->serial)
      begin_accepting (self, now_us);
  } else if (asked == ASK_DESCRIBE) {
    take_description (self, answer, now_us);
  }
}

static void
take_units (SatipSession *self)
{
  SatipRtspUnit unit;

  for (;;) {
    satip_link_next (&self->link, &unit);
    if (unit.kind == SATIP_RTSP_MORE)
      return;
    if (unit.kind == SATIP_RTSP_BROKEN) {
      start_over (self, HEARTH_ERROR_CORRUPT, "what it says is no RTSP");
      return;
    }
    if (unit.kind == SATIP_RTSP_ANSWER)
      take_answer (self, &unit);
    else if (unit.kind == SATIP_RTSP_PACKET && unit.channel == self->channels[0])
      on_rtp (unit.payload, unit.payload_bytes, satip_boottime_us (), self);
    else if (unit.kind == SATIP_RTSP_PACKET && unit.channel == self->channels[1])
      on_rtcp (unit.payload, unit.payload_bytes, 0, self);
  }
}

/* ---- time ------------------------------------------------------------------------------------------------------ */

static void
tell_no_signal (SatipSession *self)
{
  self->no_signal_told = TRUE;
  if (self->heard)
    tell_trouble (self, HEARTH_ERROR_NO_SIGNAL, "No signal: the SAT>IP server's tuner finds nothing at this frequency. Look at its cable, or scan again.");
  else
    tell_trouble (self, HEARTH_ERROR_NO_PACKETS, "The SAT>IP server answers, but its stream does not come: does a firewall stop UDP? "
                                                 "The network's setting transport=tcp brings it another way.");
}

static void
look_at_clock (SatipSession *self, gint64 now_us)
{
  satip_rtp_expire (&self->rtp, now_us);
  if (self->pending != ASK_NOTHING && now_us >= self->pending_due_us) {
    start_over (self, HEARTH_ERROR_TIMED_OUT, "it does not answer: is it on?");
    return;
  }
  if (self->reports_come)
    self->describe_us = G_MAXINT64;
  if (!self->accepting)
    return;
  if (self->joined && now_us - self->last_us >= SILENCE_US)
    start_over (self, HEARTH_ERROR_NO_PACKETS, "it sends nothing any more: is it on?");
  else if (!self->joined && now_us >= self->deadline_us && !self->no_signal_told && (self->heard || !try_tcp (self)))
    tell_no_signal (self);
}

static void
tell_health (SatipSession *self, gint64 now_us)
{
  if (!self->joined || now_us - self->health_told_us < HEALTH_US)
    return;
  self->health_told_us = now_us;
  hearth_stream_sink_health (self->sink, &self->health);
}

static gint64
get_due_us (const SatipSession *self)
{
  gint64 due_us = G_MAXINT64;

  if (self->serial == 0)
    return due_us;
  if (self->retry_us != 0)
    return self->retry_us;
  if (self->pending != ASK_NOTHING)
    due_us = self->pending_due_us;
  else if (self->playing)
    due_us = MIN (self->keep_alive_us, self->describe_us);
  if (self->accepting && self->joined)
    due_us = MIN (due_us, self->last_us + SILENCE_US);
  else if (self->accepting && !self->no_signal_told)
    due_us = MIN (due_us, self->deadline_us);
  return self->rtp.n_held > 0 ? MIN (due_us, self->rtp.hole_since_us + SATIP_RTP_HOLD_US) : due_us;
}

/* ---- in and out --------------------------------------------------------------------------------------------------- */

int
satip_session_prepare (SatipSession *self, struct pollfd *fds)
{
  const gint64 now_us = g_get_monotonic_time (), due_us = get_due_us (self);
  const gboolean batched = self->joined && self->pending == ASK_NOTHING && now_us - self->joined_us > FRESH_US;
  gint64 wait_ms = due_us == G_MAXINT64 ? -1 : MAX (due_us - now_us + 999, 0) / 1000;

  fds[0] = (struct pollfd) { .fd = batched && self->tcp ? -1 : self->link.fd, .events = satip_link_get_events (&self->link) };
  fds[1] = (struct pollfd) { .fd = batched ? -1 : self->media.rtp_fd, .events = POLLIN };
  fds[2] = (struct pollfd) { .fd = batched ? -1 : self->media.rtcp_fd, .events = POLLIN };
  if (batched)
    wait_ms = wait_ms < 0 ? BATCH_MS : MIN (wait_ms, BATCH_MS);
  return (int) MIN (wait_ms, G_MAXINT);
}

void
satip_session_serve (SatipSession *self, const struct pollfd *fds)
{
  const short revents = fds[0].fd < 0 && self->link.fd >= 0 ? POLLIN : fds[0].revents; /* batched: it was not looked at */
  g_autoptr (GError) error = NULL;

  if (self->link.fd >= 0 && !satip_link_serve (&self->link, revents, &error))
    start_over_by_error (self, error);
  take_units (self);
  satip_media_receive (&self->media, self->media.rtcp_fd, &self->address, on_rtcp, self);
  satip_media_receive (&self->media, self->media.rtp_fd, &self->address, on_rtp, self);
  look_at_clock (self, g_get_monotonic_time ());
  flush_run (self);
  tell_health (self, g_get_monotonic_time ());
  advance (self, g_get_monotonic_time ());
}

void
satip_session_tune (SatipSession *self, const HearthTunerParams *params)
{
  self->params = *params;
  self->serial++;
  self->retry_us = 0;
  self->told_code = NOTHING_TOLD;
  self->report = (SatipReport) { 0 };
  begin_anew (self);
  hearth_stream_sink_state (self->sink, HEARTH_STREAM_CONNECTING, 0, NULL);
}

void
satip_session_tell_again (SatipSession *self)
{
  if (self->joined)
    hearth_stream_sink_state (self->sink, HEARTH_STREAM_JOINED, 0, NULL);
}

void
satip_session_set_pids (SatipSession *self, const GArray *pids)
{
  g_array_unref (self->pids);
  self->pids = g_array_copy ((GArray *) pids);
}

void
satip_session_retry (SatipSession *self)
{
  if (self->retry_us != 0)
    self->retry_us = 1;
  self->failures = 0;
}

void
satip_session_get_status (const SatipSession *self, HearthTunerStatus *status)
{
  *status = (HearthTunerStatus) { .struct_size = sizeof *status, .locked = self->joined };
  if (!self->reported)
    return;
  status->known = HEARTH_TUNER_KNOWS_SIGNAL_PERMILLE | HEARTH_TUNER_KNOWS_SNR_PERMILLE;
  status->signal_permille = self->report.level * 1000 / SATIP_MAX_LEVEL;
  status->snr_permille = self->report.quality * 1000 / SATIP_MAX_QUALITY;
}

SatipSession *
satip_session_new (SatipServer *server, guint front_end, SatipTransport transport, HearthStreamSink *sink)
{
  SatipSession *self = g_new0 (SatipSession, 1);

  self->server = satip_server_ref (server);
  self->front_end = front_end;
  self->transport = transport;
  self->sink = sink;
  self->told_code = NOTHING_TOLD;
  self->pids = g_array_new (FALSE, FALSE, sizeof (guint16));
  self->told_pids = g_array_new (FALSE, FALSE, sizeof (guint16));
  self->run = g_malloc (RUN_BYTES);
  self->describe_us = G_MAXINT64;
  satip_link_init (&self->link);
  satip_media_init (&self->media);
  satip_rtp_init (&self->rtp, &rtp_out, self, &self->health);
  return self;
}

/* Waits for the answer, or the next session might find no tuner free. */
static void
take_leave (SatipSession *self)
{
  const gint64 until_us = g_get_monotonic_time () + FAREWELL_US;
  SatipRtspUnit unit = { 0 };

  if (self->link.fd < 0 || self->id[0] == '\0')
    return;
  say_goodbye (self);
  while (self->link.fd >= 0 && (unit.kind != SATIP_RTSP_ANSWER || unit.cseq != self->pending_cseq)) {
    struct pollfd fd = { .fd = self->link.fd, .events = satip_link_get_events (&self->link) };
    const gint64 now_us = g_get_monotonic_time ();

    if (now_us >= until_us || poll (&fd, 1, (int) ((until_us - now_us + 999) / 1000)) < 0 || !satip_link_serve (&self->link, fd.revents, NULL))
      return;
    do
      satip_link_next (&self->link, &unit);
    while (unit.kind == SATIP_RTSP_PACKET || unit.kind == SATIP_RTSP_OTHER);
    if (unit.kind == SATIP_RTSP_BROKEN)
      return;
  }
}

void
satip_session_free (SatipSession *self)
{
  take_leave (self);
  satip_link_clear (&self->link);
  satip_media_clear (&self->media);
  satip_rtp_reset (&self->rtp);
  g_array_unref (self->pids);
  g_array_unref (self->told_pids);
  satip_server_unref (self->server);
  g_free (self->run);
  g_free (self);
}
