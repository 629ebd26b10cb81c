/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dvb-tuner.h"

#include <errno.h>
#include <hearth/tuner-desk.h>
#include <poll.h>
#include <time.h>

#define READ_BYTES (512u << 10)
#define LOCKED_STATUS_US G_USEC_PER_SEC /* how often a tuner that is locked is asked */
#define SEARCH_STATUS_US 50000
#define FRESH_US (2 * G_USEC_PER_SEC) /* so long each packet counts: somebody waits for a picture */
#define BATCH_MS 20                   /* then it is read in batches */
#define HURRY 1u                      /* what the thread may be asked */

struct _DvbTuner {
  const DvbDeviceOps *ops;
  gpointer device;
  guint max_pids;
  HearthStreamSink *sink;
  HearthTunerDesk *desk;

  /* The thread's own. */
  guint8 *buffer;
  gboolean searching, was_locked, no_signal_told, failed;
  gint64 deadline_us, status_due_us, first_us /* when packets became worth haste */;
  HearthTransportHealth health;
  gint64 health_told_us;
};

/* How long a receiver of this system needs for all it has to try, doubled; frequency and symbol rate are known. */
static gint64
get_patience_us (HearthTunerSystem system)
{
  switch (system) {
  case HEARTH_TUNER_DVB_T2:
  case HEARTH_TUNER_DTMB:
  case HEARTH_TUNER_ISDB_T:
    return 2500000;
  case HEARTH_TUNER_DVB_T:
  case HEARTH_TUNER_DVB_S2:
    return 2000000;
  case HEARTH_TUNER_DVB_C:
  case HEARTH_TUNER_DVB_C_B:
  case HEARTH_TUNER_DVB_S:
  case HEARTH_TUNER_ATSC:
  case HEARTH_TUNER_SYSTEM_UNKNOWN:
  case HEARTH_TUNER_N_SYSTEMS:
  default:
    return 1500000;
  }
}

/* ---- the thread ----------------------------------------------------------------------- */

static void
tell_trouble (DvbTuner *self, HearthStreamState state, HearthError code, const char *text)
{
  hearth_stream_sink_state (self->sink, state, code, text);
}

static void
fail (DvbTuner *self, const GError *error)
{
  self->failed = TRUE;
  self->searching = self->was_locked = FALSE;
  tell_trouble (self, HEARTH_STREAM_FAILED, (HearthError) error->code, error->message);
}

static void
begin_search (DvbTuner *self, const HearthTunerParams *params)
{
  g_autoptr (GError) error = NULL;

  self->failed = self->was_locked = self->no_signal_told = FALSE;
  self->searching = TRUE;
  self->first_us = 0;
  hearth_stream_sink_state (self->sink, HEARTH_STREAM_CONNECTING, 0, NULL);
  if (!self->ops->tune (self->device, params, &error))
    fail (self, error);
  hearth_stream_sink_gap (self->sink);
  self->deadline_us = dvb_now_us () + get_patience_us (params->system);
  self->status_due_us = dvb_now_us ();
}

static void
grant_pids (DvbTuner *self, const GArray *pids)
{
  g_autoptr (GError) error = NULL;

  if (!self->ops->set_pids (self->device, (const guint16 *) (gconstpointer) pids->data, pids->len, &error))
    fail (self, error);
}

/* FALSE: the end. */
static gboolean
run_wishes (DvbTuner *self)
{
  HearthTunerWishes wishes;
  const gboolean go_on = hearth_tuner_desk_take (self->desk, &wishes);
  g_autoptr (GArray) pids = wishes.pids;

  if (!go_on)
    return FALSE;
  if (pids != NULL)
    grant_pids (self, pids);
  if ((wishes.asked & HURRY) != 0 && self->first_us != 0)
    self->first_us = dvb_now_us ();
  if (wishes.tune)
    begin_search (self, &wishes.params);
  else if (wishes.repeat && self->was_locked)
    hearth_stream_sink_state (self->sink, HEARTH_STREAM_JOINED, 0, NULL);
  return TRUE;
}

static void
judge (DvbTuner *self, gboolean locked, gint64 now_us)
{
  if (locked && !self->was_locked) {
    self->was_locked = TRUE;
    self->no_signal_told = FALSE;
    hearth_stream_sink_state (self->sink, HEARTH_STREAM_JOINED, 0, NULL);
  } else if (!locked && self->was_locked) {
    self->was_locked = FALSE;
    self->no_signal_told = TRUE;
    self->health.reconnects++;
    hearth_stream_sink_gap (self->sink);
    tell_trouble (self, HEARTH_STREAM_RECONNECTING, HEARTH_ERROR_NO_SIGNAL, "The signal is gone: the tuner has lost its lock. Look at the cable.");
  } else if (!locked && now_us > self->deadline_us && !self->no_signal_told) {
    self->no_signal_told = TRUE;
    tell_trouble (self, HEARTH_STREAM_RECONNECTING, HEARTH_ERROR_NO_SIGNAL,
                  "No signal: the tuner finds nothing at this frequency. Look at the cable, or scan again.");
  }
}

static void
watch (DvbTuner *self, gint64 now_us)
{
  HearthTunerStatus status = { .struct_size = sizeof status };

  if (!self->searching || self->failed)
    return;
  self->ops->read_status (self->device, &status);
  hearth_tuner_desk_put_status (self->desk, &status);
  judge (self, status.locked, now_us);
  self->status_due_us = now_us + (self->was_locked ? LOCKED_STATUS_US : SEARCH_STATUS_US);
}

static gint64
get_boottime_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
tell_health (DvbTuner *self, gint64 now_us)
{
  if (now_us - self->health_told_us < G_USEC_PER_SEC)
    return;
  self->health_told_us = now_us;
  hearth_stream_sink_health (self->sink, &self->health);
}

static void
read_stream (DvbTuner *self)
{
  gssize n = self->ops->read (self->device, self->buffer, READ_BYTES);
  const gint64 now_us = dvb_now_us ();

  if (n < 0 && errno == EOVERFLOW) { /* we were late, and the kernel has dropped what it held */
    self->health.lost++;
    hearth_stream_sink_gap (self->sink);
  } else if (n < 0 && errno == EILSEQ) {
    hearth_stream_sink_gap (self->sink);
  } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
    g_autoptr (GError) error = NULL;

    hearth_error_set_errno (&error, errno, "reading from the tuner");
    error->code = HEARTH_ERROR_DISCONNECTED;
    fail (self, error);
  } else if (n > 0) {
    if (self->first_us == 0)
      self->first_us = now_us;
    self->health.received++;
    hearth_stream_sink_push (self->sink, self->buffer, (gsize) n, get_boottime_us ());
  }
  tell_health (self, now_us);
}

/* Sleeps until something is due; returns whether the stream is to be read. */
static gboolean
wait (DvbTuner *self)
{
  const gint64 now_us = dvb_now_us ();
  const gboolean batched = self->first_us != 0 && now_us - self->first_us > FRESH_US;
  const int stream_fd = self->was_locked && !self->failed ? self->ops->get_stream_fd (self->device) : -1;
  const gboolean active = self->searching && !self->failed;
  struct pollfd fds[] = {
    { .fd = hearth_tuner_desk_get_fd (self->desk), .events = POLLIN },
    { .fd = active ? self->ops->get_event_fd (self->device) : -1, .events = POLLIN },
    { .fd = batched ? -1 : stream_fd, .events = POLLIN },
  };
  gint64 timeout_ms = active ? MAX ((self->status_due_us - now_us + 999) / 1000, 0) : -1;

  if (batched && stream_fd >= 0)
    timeout_ms = MIN (timeout_ms, BATCH_MS);
  poll (fds, G_N_ELEMENTS (fds), (int) timeout_ms);
  if (fds[1].revents != 0)
    self->status_due_us = 0;
  return stream_fd >= 0 && (batched || fds[2].revents != 0);
}

static gpointer
run (gpointer data)
{
  DvbTuner *self = data;

  while (run_wishes (self)) {
    if (wait (self)) /* before the look at the lock: packets after “no signal” would say that it is back */
      read_stream (self);
    if (dvb_now_us () >= self->status_due_us)
      watch (self, dvb_now_us ());
  }
  return NULL;
}

/* ---- main thread ------------------------------------------------------------------------ */

gboolean
dvb_tuner_tune (DvbTuner *self, const HearthTunerParams *params, GError **error)
{
  const HearthTunerParams copy = hearth_tuner_params_copy (params);

  if (!self->ops->check (self->device, &copy, error))
    return FALSE;
  hearth_tuner_desk_tune (self->desk, &copy);
  return TRUE;
}

gboolean
dvb_tuner_set_pids (DvbTuner *self, const guint16 *pids, guint n_pids, GError **error)
{
  const gboolean whole = n_pids == 1 && pids[0] == HEARTH_TUNER_ALL_PIDS;

  if (!whole && self->max_pids != 0 && n_pids > self->max_pids) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "this tuner filters %u PIDs at most, and %u are wanted", self->max_pids, n_pids);
    return FALSE;
  }
  hearth_tuner_desk_set_pids (self->desk, pids, n_pids);
  return TRUE;
}

void
dvb_tuner_hurry (DvbTuner *self)
{
  hearth_tuner_desk_ask (self->desk, HURRY);
}

void
dvb_tuner_get_status (DvbTuner *self, HearthTunerStatus *status)
{
  hearth_tuner_desk_get_status (self->desk, status);
}

DvbTuner *
dvb_tuner_new (const DvbDeviceOps *ops, gpointer device, guint max_pids, HearthStreamSink *sink, GError **error)
{
  DvbTuner *self = g_new0 (DvbTuner, 1);

  self->ops = ops;
  self->device = device;
  self->max_pids = max_pids;
  self->sink = sink;
  self->buffer = g_malloc (READ_BYTES);
  self->status_due_us = G_MAXINT64;
  self->desk = hearth_tuner_desk_new (error);
  if (self->desk != NULL && hearth_tuner_desk_start (self->desk, "dvb-tuner", run, self, error))
    return self;
  dvb_tuner_free (self);
  return NULL;
}

void
dvb_tuner_free (DvbTuner *self)
{
  if (self->desk != NULL) /* the thread uses it until it has ended */
    hearth_tuner_desk_free (self->desk);
  self->ops->close (self->device);
  g_free (self->buffer);
  g_free (self);
}
