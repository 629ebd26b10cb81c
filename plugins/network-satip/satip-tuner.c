/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-tuner.h"

#include "satip-query.h"
#include "satip-session.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MOST_PIDS 32 /* that a server is bothered with; with more the whole multiplex comes */

struct _SatipTuner {
  SatipServer *server;
  guint32 systems;
  SatipTunerWays ways;
  GThread *thread;
  int wake_fd;
  HearthTunerParams params; /* the last that were taken */
  gboolean tuned;
  SatipSession *session;    /* the thread's */

  GMutex lock; /* guards wish and status */
  struct {
    gboolean quit, tune, repeat, retry;
    HearthTunerParams params;
    GArray *pids; /* NULL: no others than before */
  } wish;
  HearthTunerStatus status;
};

/* ---- the thread -------------------------------------------------------------------------------------- */

/* FALSE: the end. */
static gboolean
run_wishes (SatipTuner *self)
{
  g_autoptr (GArray) pids = NULL;
  HearthTunerParams params;
  gboolean tune, repeat, retry, quit;

  g_mutex_lock (&self->lock);
  quit = self->wish.quit;
  tune = self->wish.tune;
  repeat = self->wish.repeat;
  retry = self->wish.retry;
  params = self->wish.params;
  pids = g_steal_pointer (&self->wish.pids);
  self->wish.tune = self->wish.repeat = self->wish.retry = FALSE;
  g_mutex_unlock (&self->lock);
  if (pids != NULL)
    satip_session_set_pids (self->session, pids);
  if (retry)
    satip_session_retry (self->session);
  if (tune)
    satip_session_tune (self->session, &params);
  else if (repeat)
    satip_session_tell_again (self->session);
  return !quit;
}

static void
take_status (SatipTuner *self)
{
  g_mutex_lock (&self->lock);
  satip_session_get_status (self->session, &self->status);
  g_mutex_unlock (&self->lock);
}

static gpointer
run (gpointer data)
{
  SatipTuner *self = data;
  struct pollfd fds[SATIP_SESSION_FDS + 1] = { [SATIP_SESSION_FDS] = { .fd = self->wake_fd, .events = POLLIN } };
  guint64 count;

  while (run_wishes (self)) {
    satip_session_serve (self->session, fds);
    take_status (self);
    if (poll (fds, G_N_ELEMENTS (fds), satip_session_prepare (self->session, fds)) < 0)
      for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
        fds[i].revents = 0;
    if ((fds[SATIP_SESSION_FDS].revents & POLLIN) != 0 && read (self->wake_fd, &count, sizeof count) < 0)
      continue; /* taken already */
  }
  return NULL;
}

/* ---- main thread ----------------------------------------------------------------------------------------- */

static void
wake (SatipTuner *self)
{
  const guint64 one = 1;

  while (write (self->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
    ;
}

static gboolean
check (const SatipTuner *self, const HearthTunerParams *params, GError **error)
{
  g_autoptr (GString) query = g_string_new (NULL);

  if (!satip_query_append_params (query, params, 0, error))
    return FALSE;
  if ((self->systems & (1u << params->system)) != 0)
    return TRUE;
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "this tuner of the SAT>IP server does not receive this delivery system");
  return FALSE;
}

gboolean
satip_tuner_tune (SatipTuner *self, const HearthTunerParams *params, GError **error)
{
  HearthTunerParams copy = HEARTH_TUNER_PARAMS_INIT;

  memcpy (&copy, params, MIN (params->struct_size, sizeof copy));
  copy.struct_size = sizeof copy;
  if (!check (self, &copy, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  if (self->tuned && memcmp (&copy, &self->params, sizeof copy) == 0) { /* no padding: all its members are words */
    self->wish.repeat = TRUE;
  } else {
    self->wish.tune = TRUE;
    self->wish.params = copy;
    self->status = (HearthTunerStatus) { 0 };
  }
  g_mutex_unlock (&self->lock);
  self->params = copy;
  self->tuned = TRUE;
  wake (self);
  return TRUE;
}

static int
compare_pids (gconstpointer a, gconstpointer b)
{
  return *(const guint16 *) a - *(const guint16 *) b;
}

void
satip_tuner_set_pids (SatipTuner *self, const guint16 *pids, guint n_pids)
{
  static const guint16 all = SATIP_ALL_PIDS;
  GArray *copy = g_array_new (FALSE, FALSE, sizeof (guint16));

  g_array_append_vals (copy, pids, n_pids);
  g_array_sort (copy, compare_pids);
  if (n_pids > MOST_PIDS || (self->ways.all_pids && n_pids > 0)) {
    g_array_set_size (copy, 0);
    g_array_append_val (copy, all);
  }
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->wish.pids, g_array_unref);
  self->wish.pids = copy;
  g_mutex_unlock (&self->lock);
  wake (self);
}

void
satip_tuner_get_status (SatipTuner *self, HearthTunerStatus *status)
{
  const guint32 size = MIN (status->struct_size, sizeof *status);
  HearthTunerStatus copy;

  g_mutex_lock (&self->lock);
  copy = self->status;
  g_mutex_unlock (&self->lock);
  copy.struct_size = size;
  memcpy (status, &copy, size);
}

SatipServer *
satip_tuner_get_server (SatipTuner *self)
{
  return self->server;
}

void
satip_tuner_retry (SatipTuner *self)
{
  g_mutex_lock (&self->lock);
  self->wish.retry = TRUE;
  g_mutex_unlock (&self->lock);
  wake (self);
}

SatipTuner *
satip_tuner_new (SatipServer *server, guint front_end, guint32 systems, const SatipTunerWays *ways, HearthStreamSink *sink, GError **error)
{
  SatipTuner *self = g_new0 (SatipTuner, 1);

  self->server = satip_server_ref (server);
  self->systems = systems;
  self->ways = *ways;
  self->session = satip_session_new (server, front_end, ways->transport, sink);
  g_mutex_init (&self->lock);
  self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->wake_fd < 0)
    hearth_error_set_errno (error, errno, "preparing a SAT>IP tuner");
  else
    self->thread = g_thread_try_new ("satip-tuner", run, self, error);
  if (self->thread != NULL)
    return self;
  hearth_error_translate (error, "starting a SAT>IP tuner's thread");
  satip_tuner_free (self);
  return NULL;
}

void
satip_tuner_free (SatipTuner *self)
{
  if (self->thread != NULL) {
    g_mutex_lock (&self->lock);
    self->wish.quit = TRUE;
    g_mutex_unlock (&self->lock);
    wake (self);
    g_thread_join (self->thread);
  }
  satip_session_free (self->session);
  if (self->wake_fd >= 0)
    close (self->wake_fd);
  g_clear_pointer (&self->wish.pids, g_array_unref);
  g_mutex_clear (&self->lock);
  satip_server_unref (self->server);
  g_free (self);
}
