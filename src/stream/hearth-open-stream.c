/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/hearth-open-stream.h"

#include "stream/hearth-programme-wish.h"

#include <hearth/log.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("stream")

#define FIRST_RING_BYTES (16u << 20) /* 20 s at 6.7 Mbit/s, until the rate is known */
#define RAM_SHARE 16 /* of the box's memory, the most for one ring; a few are filled at a time */

struct _HearthOpenStream {
  char *id, *uri, *channel;
  GVariant *options;
  HearthIngest *ingest;
  gpointer handle;     /* the plug-in's; NULL while disconnected */
  GHashTable *waiters; /* number -> HearthRingWaiter */
  gint64 since_utc_us;

  const HearthOpenStreamFuncs *funcs;
  gpointer user_data;
  HearthVerdict told;
  gboolean stages_told[HEARTH_N_STAGES];
};

static void
on_changed (HearthIngest *ingest, gpointer user_data)
{
  hearth_open_stream_look (user_data, g_get_monotonic_time ());
}

/* What one ring may grow to: 64 MiB in a box of 1 GiB, 128 from 2 GiB on. */
static guint32
get_most_ring_bytes (void)
{
  const gint64 pages = sysconf (_SC_PHYS_PAGES), page_bytes = sysconf (_SC_PAGESIZE);

  return (guint32) CLAMP (pages * page_bytes / RAM_SHARE, (gint64) FIRST_RING_BYTES, (gint64) HEARTH_RING_MAX_BYTES);
}

HearthOpenStream *
hearth_open_stream_new (const char *id, const char *uri, const char *channel, GVariant *options, HearthProgress *progress,
                        const HearthOpenStreamFuncs *funcs, gpointer user_data, GError **error)
{
  HearthOpenStream *self = g_new0 (HearthOpenStream, 1);
  guint32 ring_bytes = FIRST_RING_BYTES, most_bytes = get_most_ring_bytes ();

  if (g_variant_lookup (options, "ring-bytes", "u", &ring_bytes))
    most_bytes = ring_bytes = CLAMP (ring_bytes, HEARTH_RING_MIN_BYTES, HEARTH_RING_MAX_BYTES);
  self->ingest = hearth_ingest_new ("hearth-ring", ring_bytes, most_bytes, progress, on_changed, self, error);
  if (self->ingest == NULL) {
    g_free (self);
    return NULL;
  }
  hearth_ingest_set_program (self->ingest, hearth_programme_wish (uri, options));
  self->id = g_strdup (id);
  self->uri = g_strdup (uri);
  self->channel = g_strdup (channel);
  self->options = g_variant_ref (options);
  self->waiters = g_hash_table_new (NULL, NULL);
  self->since_utc_us = g_get_real_time ();
  self->funcs = funcs;
  self->user_data = user_data;
  self->told.reason = "";
  return self;
}

void
hearth_open_stream_free (HearthOpenStream *self)
{
  GHashTableIter iter;
  gpointer waiter;

  g_warn_if_fail (self->handle == NULL);
  hearth_ingest_close (self->ingest);
  g_hash_table_iter_init (&iter, self->waiters);
  while (g_hash_table_iter_next (&iter, NULL, &waiter)) {
    hearth_ring_writer_remove_waiter (hearth_ingest_get_ring (self->ingest), waiter);
    hearth_ring_waiter_free (waiter);
  }
  g_hash_table_unref (self->waiters);
  hearth_ingest_unref (self->ingest);
  g_variant_unref (self->options);
  g_free (self->id);
  g_free (self->uri);
  g_free (self->channel);
  g_free (self);
}

/* ---- the plug-in ---------------------------------------------------------------------- */

gboolean
hearth_open_stream_connect (HearthOpenStream *self, HearthNetworkRunner *runner, GError **error)
{
  self->handle = hearth_network_runner_open (runner, self->uri, self->options, self->ingest, error);
  return self->handle != NULL;
}

void
hearth_open_stream_disconnect (HearthOpenStream *self, HearthNetworkRunner *runner)
{
  HearthStreamSink *sink = hearth_ingest_get_sink (self->ingest);

  if (self->handle == NULL)
    return;
  hearth_network_runner_close (runner, g_steal_pointer (&self->handle));
  hearth_stream_sink_gap (sink); /* should it be connected again; the plug-in's threads have let go */
}

void
hearth_open_stream_set_use (HearthOpenStream *self, HearthNetworkRunner *runner, const char *use)
{
  GVariantDict options;
  GVariant *changed;

  g_variant_dict_init (&options, self->options);
  g_variant_dict_insert (&options, "use", "s", use);
  changed = g_variant_ref_sink (g_variant_dict_end (&options));
  g_variant_unref (self->options);
  self->options = changed; /* should it be connected again */
  if (self->handle != NULL)
    hearth_network_runner_set_use (runner, self->handle, use);
}

void
hearth_open_stream_fail (HearthOpenStream *self, const GError *error)
{
  hearth_stream_sink_state (hearth_ingest_get_sink (self->ingest), HEARTH_STREAM_FAILED, (HearthError) error->code, error->message);
}

const char *
hearth_open_stream_get_id (HearthOpenStream *self)
{
  return self->id;
}

HearthRingWriter *
hearth_open_stream_get_ring (HearthOpenStream *self)
{
  return hearth_ingest_get_ring (self->ingest);
}

gint64
hearth_open_stream_get_pushing_since (HearthOpenStream *self)
{
  return hearth_ingest_get_pushing_since (self->ingest);
}

/* ---- waiters ---------------------------------------------------------------------------- */

gboolean
hearth_open_stream_add_waiter (HearthOpenStream *self, guint number, int page_fd, int event_fd, GError **error)
{
  HearthRingWaiter *waiter = hearth_ring_waiter_new_for_fds (page_fd, event_fd, error);

  if (waiter == NULL)
    return FALSE;
  hearth_open_stream_remove_waiter (self, number);
  g_hash_table_insert (self->waiters, GUINT_TO_POINTER (number), waiter);
  hearth_ring_writer_add_waiter (hearth_ingest_get_ring (self->ingest), waiter);
  return TRUE;
}

gboolean
hearth_open_stream_remove_waiter (HearthOpenStream *self, guint number)
{
  gpointer waiter;

  if (!g_hash_table_steal_extended (self->waiters, GUINT_TO_POINTER (number), NULL, &waiter))
    return FALSE;
  hearth_ring_writer_remove_waiter (hearth_ingest_get_ring (self->ingest), waiter);
  hearth_ring_waiter_free (waiter);
  return TRUE;
}

/* ---- telling ------------------------------------------------------------------------------ */

void
hearth_open_stream_excuse (HearthOpenStream *self, gint64 now_us)
{
  hearth_ingest_excuse (self->ingest, now_us);
}

gboolean
hearth_open_stream_look (HearthOpenStream *self, gint64 now_us)
{
  static const char *const stages[HEARTH_N_STAGES] = { "join", "first-packet", "tables", "random-access-point" };
  HearthIngestReport report;
  HearthVerdict verdict;

  hearth_ingest_get_report (self->ingest, &report);
  for (guint i = 0; i < HEARTH_N_STAGES; i++)
    if (report.stages_us[i] != 0 && !self->stages_told[i]) {
      self->stages_told[i] = TRUE;
      self->funcs->stage (self, stages[i], report.stages_us[i], self->user_data);
    }
  hearth_verdict_reach (&verdict, &report, now_us);
  if (hearth_verdict_equal (&verdict, &self->told))
    return !hearth_verdict_is_stuck (&report, now_us);
  hearth_info ("stream %s is %s%s%s", self->id, hearth_verdict_get_state_name (&verdict), *verdict.text != '\0' ? ": " : "",
               verdict.text);
  self->told = verdict;
  self->funcs->state (self, &verdict, self->user_data);
  return !hearth_verdict_is_stuck (&report, now_us);
}

GVariant *
hearth_open_stream_describe (HearthOpenStream *self, gint64 now_us)
{
  HearthIngestReport report;
  HearthVerdict verdict;
  GVariantDict dict;

  hearth_ingest_get_report (self->ingest, &report);
  hearth_verdict_reach (&verdict, &report, now_us);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", self->id);
  g_variant_dict_insert (&dict, "channel", "s", self->channel);
  g_variant_dict_insert (&dict, "since", "x", self->since_utc_us);
  hearth_verdict_add_to_dict (&dict, &verdict, &report, now_us);
  return g_variant_dict_end (&dict);
}

GVariant *
hearth_open_stream_describe_held (HearthOpenStream *self, GUnixFDList *fds)
{
  g_autoptr (GError) error = NULL;
  int index = g_unix_fd_list_append (fds, hearth_ring_writer_get_fd (hearth_ingest_get_ring (self->ingest)), &error);
  HearthIngestReport report;
  HearthVerdict verdict;
  GVariantDict dict;

  hearth_ingest_get_report (self->ingest, &report);
  hearth_verdict_reach (&verdict, &report, g_get_monotonic_time ());
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", self->id);
  g_variant_dict_insert (&dict, "channel", "s", self->channel);
  g_variant_dict_insert (&dict, "uri", "s", self->uri);
  if (index >= 0)
    g_variant_dict_insert (&dict, "ring", "h", index);
  else
    hearth_warning ("the ring of stream %s cannot be shown to hearthd: %s", self->id, error->message);
  g_variant_dict_insert (&dict, "state", "s", hearth_verdict_get_state_name (&verdict));
  g_variant_dict_insert (&dict, "reason", "s", verdict.reason);
  g_variant_dict_insert (&dict, "reason-text", "s", verdict.text);
  return g_variant_dict_end (&dict);
}
