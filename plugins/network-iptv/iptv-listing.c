/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-listing.h"

#include "iptv-url.h"

#define USUAL_MINUTES (12 * 60)
#define FIRST_HTTP_S 30 /* after the start, when the first channel plays */
#define FIRST_FILE_S 5
#define SETTLE_US (500 * 1000) /* a file that is being written changes many times */

/* After a failure: the network may not be up yet, or the provider is down. */
static const guint backoff_s[] = { 2, 5, 15, 60, 300, 900 };

struct _IptvListing {
  HearthNetworkHost *host;
  char *location, *user_agent, *charset;
  IptvListSource source; /* borrows them */
  guint refresh_minutes;

  GSource *again; /* reads by itself; its time is set from both threads */
  GFileMonitor *monitor;
  GCancellable *cancellable;
  GThread *reader; /* the last one; NULL: none yet */

  /* The reader's own, one at a time. */
  IptvFetchMark mark;
  guint n_failures;
  gboolean repeat; /* it was the same, but the host wants to hear it */

  GMutex lock;          /* guards what follows */
  GHashTable *requests; /* uri -> IptvRequest; NULL: no list yet */
  gboolean reading, asked;
};

static void
plan (IptvListing *self, guint seconds)
{
  g_source_set_ready_time (self->again, seconds > 0 ? g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC : -1);
}

/* ---- the reader ----------------------------------------------------------------------------- */

static void
plan_next (IptvListing *self, IptvListResult result)
{
  if (result != IPTV_LIST_FAILED) {
    self->n_failures = 0;
    plan (self, self->refresh_minutes * 60);
    return;
  }
  iptv_fetch_mark_clear (&self->mark); /* the host must hear of the next success */
  if (self->refresh_minutes > 0 || self->monitor != NULL)
    plan (self, MAX (backoff_s[MIN (self->n_failures, G_N_ELEMENTS (backoff_s) - 1)], self->mark.wait_s));
  self->n_failures++;
}

static void
on_done (GHashTable *requests, IptvListResult result, gpointer data)
{
  IptvListing *self = data;

  g_mutex_lock (&self->lock);
  if (requests != NULL) {
    g_clear_pointer (&self->requests, g_hash_table_unref);
    self->requests = requests;
  }
  self->repeat = result == IPTV_LIST_UNCHANGED && self->asked;
  if (result != IPTV_LIST_UNCHANGED)
    self->asked = FALSE;
  self->reading = self->repeat; /* a refresh() from now on wants another answer than the one that is told next */
  if (!self->reading)
    plan_next (self, result);
  g_mutex_unlock (&self->lock);
}

static gpointer
run (gpointer data)
{
  IptvListing *self = data;

  do {
    gboolean asked;

    g_mutex_lock (&self->lock);
    asked = self->asked;
    g_mutex_unlock (&self->lock);
    if (asked)
      iptv_fetch_mark_clear (&self->mark);
    self->repeat = FALSE;
    /* The error, if any, is told to the host. */
    iptv_list_read (&self->source, &self->mark, self->host, on_done, self, self->cancellable, NULL);
  } while (self->repeat);
  return NULL;
}

/* ---- the main thread -------------------------------------------------------------------------- */

static void
tell_failure (IptvListing *self, GError *error)
{
  self->host->ops->list_begin (self->host);
  self->host->ops->list_end (self->host, NULL, error);
}

/* @asked: by the host. */
static void
read_list (IptvListing *self, gboolean asked)
{
  g_autoptr (GError) error = NULL;
  gboolean was_reading;

  g_mutex_lock (&self->lock);
  was_reading = self->reading;
  self->asked = self->asked || asked;
  self->reading = TRUE;
  g_mutex_unlock (&self->lock);
  if (was_reading)
    return; /* its answer counts for both */
  if (self->reader != NULL)
    g_thread_join (self->reader); /* it has ended, or tells the end */
  self->reader = g_thread_try_new ("iptv-list", run, self, &error);
  if (self->reader != NULL)
    return;
  g_mutex_lock (&self->lock);
  self->reading = FALSE;
  g_mutex_unlock (&self->lock);
  hearth_error_translate (&error, "starting a thread to read %s", self->location);
  tell_failure (self, error);
}

void
iptv_listing_refresh (IptvListing *self)
{
  read_list (self, TRUE);
}

static gboolean
on_again (gpointer data)
{
  IptvListing *self = data;

  plan (self, 0);
  read_list (self, FALSE);
  return G_SOURCE_CONTINUE;
}

static void
on_file_changed (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  IptvListing *self = data;

  if (event != G_FILE_MONITOR_EVENT_ATTRIBUTE_CHANGED)
    g_source_set_ready_time (self->again, g_get_monotonic_time () + SETTLE_US);
}

static void
watch_file (IptvListing *self)
{
  g_autoptr (GFile) file = iptv_url_has_scheme (self->location, "file") ? g_file_new_for_uri (self->location)
                                                                        : g_file_new_for_path (self->location);

  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor != NULL) /* else a refresh does it */
    g_signal_connect (self->monitor, "changed", G_CALLBACK (on_file_changed), self);
}

static gboolean
dispatch_again (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs again_funcs = { .dispatch = dispatch_again };

static void
start_again (IptvListing *self)
{
  const gboolean http = iptv_url_has_scheme (self->location, "http") || iptv_url_has_scheme (self->location, "https");

  self->again = g_source_new (&again_funcs, sizeof (GSource));
  g_source_set_callback (self->again, on_again, self, NULL);
  g_source_attach (self->again, g_main_context_get_thread_default ());
  if (!http && self->refresh_minutes > 0)
    watch_file (self);
  if (self->refresh_minutes > 0)
    plan (self, http ? FIRST_HTTP_S : FIRST_FILE_S);
  if (self->refresh_minutes == IPTV_LISTING_USUAL_MINUTES)
    self->refresh_minutes = http ? USUAL_MINUTES : 0;
  self->refresh_minutes = MIN (self->refresh_minutes, G_MAXUINT / 60);
}

IptvListing *
iptv_listing_new (const IptvListSource *source, guint refresh_minutes, HearthNetworkHost *host)
{
  IptvListing *self = g_new0 (IptvListing, 1);

  g_mutex_init (&self->lock);
  self->host = host;
  self->location = g_strdup (source->location);
  self->user_agent = g_strdup (source->user_agent);
  self->charset = g_strdup (source->charset);
  self->source = (IptvListSource){ self->location, self->user_agent, self->charset, source->any_certificate };
  self->refresh_minutes = refresh_minutes;
  self->cancellable = g_cancellable_new ();
  start_again (self);
  return self;
}

void
iptv_listing_free (IptvListing *self)
{
  if (self->monitor != NULL)
    g_file_monitor_cancel (self->monitor);
  g_clear_object (&self->monitor);
  g_cancellable_cancel (self->cancellable);
  if (self->reader != NULL)
    g_thread_join (g_steal_pointer (&self->reader));
  g_source_destroy (self->again);
  g_source_unref (self->again);
  iptv_fetch_mark_clear (&self->mark);
  g_clear_pointer (&self->requests, g_hash_table_unref);
  g_object_unref (self->cancellable);
  g_mutex_clear (&self->lock);
  g_free (self->location);
  g_free (self->user_agent);
  g_free (self->charset);
  g_free (self);
}

IptvRequest *
iptv_listing_dup_request (IptvListing *self, const char *uri)
{
  IptvRequest *request;

  g_mutex_lock (&self->lock);
  request = iptv_request_copy (self->requests != NULL ? g_hash_table_lookup (self->requests, uri) : NULL);
  g_mutex_unlock (&self->lock);
  return request;
}
