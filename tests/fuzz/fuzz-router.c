/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A hostile multiplex, in pieces, with routes that come and go. */
#include "stream/broadcast/hearth-router.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define ROUTES 3

static void
on_changed (HearthIngest *ingest, gpointer user_data)
{
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const HearthRouterFuncs funcs = { 0 };
  static HearthIngest *ingests[ROUTES]; /* rings are large: made once */
  static HearthProgress *progress;
  static const HearthDescrambler *const descramblers[ROUTES] = { &hearth_descrambler_null, &hearth_descrambler_test, NULL };
  HearthRouter *router = hearth_router_new (&funcs, NULL);
  HearthRoute *routes[ROUTES] = { NULL };

  if (progress == NULL)
    progress = hearth_progress_new ();
  for (guint i = 0; i < ROUTES; i++) {
    if (ingests[i] == NULL)
      ingests[i] = hearth_ingest_new ("fuzz", 0, 0, progress, on_changed, NULL, NULL);
    if (i < ROUTES - 1)
      routes[i] = hearth_router_add (router, (guint16) (i + 1), ingests[i], descramblers[i]);
  }
  for (size_t at = 0, n; at < size; at += n) {
    n = MIN (size - at, at % 3 == 0 ? 1316 : 1000);
    hearth_stream_sink_push (hearth_router_get_sink (router), data + at, n, 1);
    if (at > size / 2 && routes[ROUTES - 1] == NULL)
      routes[ROUTES - 1] = hearth_router_add (router, 1, ingests[ROUTES - 1], NULL); /* shares all PIDs of the first */
  }
  g_array_unref (hearth_router_get_pids (router));
  g_array_unref (hearth_router_get_counters (router));
  for (guint i = 0; i < ROUTES; i++)
    if (routes[i] != NULL)
      hearth_router_remove (router, routes[i]);
  hearth_router_free (router);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  return 0;
}
