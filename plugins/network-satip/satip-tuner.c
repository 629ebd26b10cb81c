/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-tuner.h"

#include "satip-query.h"
#include "satip-session.h"

#include <hearth/tuner-desk.h>

#define MOST_PIDS 32 /* that a server is bothered with; with more the whole multiplex comes */
#define RETRY 1u     /* what the thread may be asked */

struct _SatipTuner {
  SatipServer *server;
  guint32 systems;
  SatipTunerWays ways;
  HearthTunerDesk *desk;
  SatipSession *session; /* the thread's */
};

/* ---- the thread -------------------------------------------------------------------------------------- */

/* FALSE: the end. */
static gboolean
run_wishes (SatipTuner *self)
{
  HearthTunerWishes wishes;
  const gboolean go_on = hearth_tuner_desk_take (self->desk, &wishes);
  g_autoptr (GArray) pids = wishes.pids;

  if (pids != NULL)
    satip_session_set_pids (self->session, pids);
  if ((wishes.asked & RETRY) != 0)
    satip_session_retry (self->session);
  if (wishes.tune)
    satip_session_tune (self->session, &wishes.params);
  else if (wishes.repeat)
    satip_session_tell_again (self->session);
  return go_on;
}

static gpointer
run (gpointer data)
{
  SatipTuner *self = data;
  struct pollfd fds[SATIP_SESSION_FDS + 1] = { [SATIP_SESSION_FDS] = { .fd = hearth_tuner_desk_get_fd (self->desk), .events = POLLIN } };

  while (run_wishes (self)) {
    HearthTunerStatus status = { .struct_size = sizeof status };

    satip_session_serve (self->session, fds);
    satip_session_get_status (self->session, &status);
    hearth_tuner_desk_put_status (self->desk, &status);
    if (poll (fds, G_N_ELEMENTS (fds), satip_session_prepare (self->session, fds)) < 0)
      for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
        fds[i].revents = 0;
  }
  return NULL;
}

/* ---- main thread ----------------------------------------------------------------------------------------- */

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
  const HearthTunerParams copy = hearth_tuner_params_copy (params);

  if (!check (self, &copy, error))
    return FALSE;
  hearth_tuner_desk_tune (self->desk, &copy);
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
  g_autofree guint16 *sorted = g_memdup2 (pids, n_pids * sizeof *pids);

  if (n_pids > MOST_PIDS || (self->ways.all_pids && n_pids > 0)) {
    hearth_tuner_desk_set_pids (self->desk, &all, 1);
    return;
  }
  if (n_pids > 0)
    qsort (sorted, n_pids, sizeof *sorted, compare_pids);
  hearth_tuner_desk_set_pids (self->desk, sorted, n_pids);
}

void
satip_tuner_get_status (SatipTuner *self, HearthTunerStatus *status)
{
  hearth_tuner_desk_get_status (self->desk, status);
}

SatipServer *
satip_tuner_get_server (SatipTuner *self)
{
  return self->server;
}

void
satip_tuner_retry (SatipTuner *self)
{
  hearth_tuner_desk_ask (self->desk, RETRY);
}

SatipTuner *
satip_tuner_new (SatipServer *server, guint front_end, guint32 systems, const SatipTunerWays *ways, HearthStreamSink *sink, GError **error)
{
  SatipTuner *self = g_new0 (SatipTuner, 1);

  self->server = satip_server_ref (server);
  self->systems = systems;
  self->ways = *ways;
  self->session = satip_session_new (server, front_end, ways->transport, sink);
  self->desk = hearth_tuner_desk_new (error);
  if (self->desk != NULL && hearth_tuner_desk_start (self->desk, "satip-tuner", run, self, error))
    return self;
  satip_tuner_free (self);
  return NULL;
}

void
satip_tuner_free (SatipTuner *self)
{
  if (self->desk != NULL) /* the thread uses it until it has ended */
    hearth_tuner_desk_free (self->desk);
  satip_session_free (self->session);
  satip_server_unref (self->server);
  g_free (self);
}
