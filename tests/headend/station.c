/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/station.h"

#include <hearth/error.h>
#include <string.h>

#define AT_A_TIME 2 /* ffmpegs; each has threads of its own */

struct _HeadendStation {
  const HeadendOptions *options;
  HeadendStationFuncs funcs;
  gpointer user_data;
  HeadendSender *sender;
  char *folder;
  GThreadPool *makers;
  GCancellable *cancellable;
  HeadendLoop *loops[HEADEND_N_CHANNELS + 1], *smalls[HEADEND_N_CHANNELS + 1];
  HeadendMux *muxes[HEADEND_N_CHANNELS + 1];
  guint n_on_air;
};

/* A maker's result on its way to the main thread. */
typedef struct {
  HeadendStation *station;
  const HeadendChannel *channel;
  HeadendLoop *loop, *small;
  HeadendMux *mux;
  GError *error;
} Made;

static void
made_free (gpointer data)
{
  Made *made = data;

  g_clear_pointer (&made->mux, headend_mux_free);
  g_clear_pointer (&made->loop, headend_loop_free);
  g_clear_pointer (&made->small, headend_loop_free);
  g_clear_error (&made->error);
  g_free (made);
}

static gint64
now_ns (void)
{
  return g_get_monotonic_time () * 1000;
}

static gboolean
split_fault (const char *text, char **channel, char **kind, GHashTable *words)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 3);

  if (g_strv_length (parts) < 2)
    return FALSE;
  if (parts[2] != NULL) {
    g_auto (GStrv) pairs = g_strsplit (parts[2], ",", -1);

    for (guint i = 0; pairs[i] != NULL; i++) {
      char *equals = strchr (pairs[i], '=');

      if (equals == NULL)
        return FALSE;
      g_hash_table_insert (words, g_strndup (pairs[i], (gsize) (equals - pairs[i])), g_strdup (equals + 1));
    }
  }
  *channel = g_strdup (parts[0]);
  *kind = g_strdup (parts[1]);
  return TRUE;
}

/* Those of --fault that mean this channel. */
static gboolean
apply_first_faults (HeadendStation *self, guint number, GError **error)
{
  for (guint i = 0; i < self->options->faults->len; i++) {
    const char *text = g_ptr_array_index (self->options->faults, i);
    g_autoptr (GHashTable) words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    g_autofree char *channel = NULL;
    g_autofree char *kind = NULL;
    g_autofree char *own = g_strdup_printf ("%u", number);

    if (!split_fault (text, &channel, &kind, words)) {
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "--fault %s: write CHANNEL:KIND:KEY=VALUE,KEY=VALUE", text);
      return FALSE;
    }
    if ((g_str_equal (channel, own) || g_str_equal (channel, "all")) && !headend_station_fault (self, own, kind, words, error))
      return FALSE;
  }
  return TRUE;
}

static void
put_on_air (HeadendStation *self, const HeadendChannel *channel)
{
  const HeadendMux *mux = self->muxes[channel->number];

  for (guint i = 0; i <= self->options->copies; i++)
    headend_sender_add (self->sender, headend_service_new (channel, channel->number + i * HEADEND_N_CHANNELS, mux, self->options->seed, now_ns ()));
}

static gboolean
on_made (gpointer data)
{
  Made *made = data;
  HeadendStation *self = made->station;
  const guint number = made->channel->number;

  if (made->error == NULL) {
    self->loops[number] = g_steal_pointer (&made->loop);
    self->smalls[number] = g_steal_pointer (&made->small);
    self->muxes[number] = g_steal_pointer (&made->mux);
    put_on_air (self, made->channel);
    apply_first_faults (self, number, &made->error);
  }
  if (made->error != NULL) {
    self->funcs.failed (self, made->error, self->user_data);
    return G_SOURCE_REMOVE;
  }
  self->n_on_air++;
  self->funcs.channel_on_air (self, number, self->user_data);
  if (headend_station_is_all_on_air (self))
    self->funcs.all_on_air (self, self->user_data);
  return G_SOURCE_REMOVE;
}

/* In a maker's thread. */
static void
make (gpointer data, gpointer user_data)
{
  HeadendStation *self = user_data;
  Made *made = g_new0 (Made, 1);
  const HeadendChannel *small;

  made->station = self;
  made->channel = data;
  small = headend_channel_get_small (made->channel->number);
  if (g_cancellable_is_cancelled (self->cancellable)) {
    made_free (made);
    return;
  }
  if (!headend_loop_is_made (made->channel, self->folder))
    g_printerr ("hearth-headend: making channel %u, %s ...\n", made->channel->number, made->channel->name_en);
  made->loop = headend_loop_get (made->channel, self->folder, self->cancellable, &made->error);
  if (made->loop != NULL)
    made->mux = headend_mux_new (made->loop);
  if (made->loop != NULL && small != NULL)
    made->small = headend_loop_get (small, self->folder, self->cancellable, &made->error);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_made, made, made_free);
}

HeadendStation *
headend_station_new (const HeadendOptions *options, const HeadendStationFuncs *funcs, gpointer user_data, GError **error)
{
  g_autoptr (HeadendStation) self = g_new0 (HeadendStation, 1);

  self->options = options;
  self->funcs = *funcs;
  self->user_data = user_data;
  self->cancellable = g_cancellable_new ();
  self->folder = headend_loop_dup_folder (error);
  if (self->folder == NULL)
    return NULL;
  self->sender = headend_sender_new (&options->addresses, error);
  if (self->sender == NULL)
    return NULL;
  self->makers = g_thread_pool_new (make, self, AT_A_TIME, FALSE, NULL);
  for (guint i = 0; i < options->channels->len; i++)
    g_thread_pool_push (self->makers, (gpointer) headend_channel_get (g_array_index (options->channels, guint, i)), NULL);
  return g_steal_pointer (&self);
}

void
headend_station_free (HeadendStation *self)
{
  g_cancellable_cancel (self->cancellable);
  if (self->makers != NULL)
    g_thread_pool_free (self->makers, FALSE, TRUE);
  g_clear_pointer (&self->sender, headend_sender_free);
  for (guint i = 1; i <= HEADEND_N_CHANNELS; i++) {
    g_clear_pointer (&self->muxes[i], headend_mux_free);
    g_clear_pointer (&self->loops[i], headend_loop_free);
    g_clear_pointer (&self->smalls[i], headend_loop_free);
  }
  g_object_unref (self->cancellable);
  g_free (self->folder);
  g_free (self);
}

const HeadendOptions *
headend_station_get_options (HeadendStation *self)
{
  return self->options;
}

HeadendSender *
headend_station_get_sender (HeadendStation *self)
{
  return self->sender;
}

const char *
headend_station_get_folder (HeadendStation *self)
{
  return self->folder;
}

const HeadendMux *
headend_station_get_mux (HeadendStation *self, guint number)
{
  return number >= 1 && number <= HEADEND_N_CHANNELS ? self->muxes[number] : NULL;
}

const HeadendLoop *
headend_station_get_small (HeadendStation *self, guint number)
{
  return number >= 1 && number <= HEADEND_N_CHANNELS ? self->smalls[number] : NULL;
}

gboolean
headend_station_is_all_on_air (HeadendStation *self)
{
  return self->n_on_air == self->options->channels->len;
}

/* ---- faults ----------------------------------------------------------------------------------------------------- */

static gboolean
set_content (HeadendStation *self, HeadendService *service, GHashTable *words, GError **error)
{
  const char *from = g_hash_table_lookup (words, "from");
  const HeadendMux *mux = headend_station_get_mux (self, from != NULL ? (guint) g_ascii_strtoull (from, NULL, 10) : 0);

  if (mux == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "fault content: from=%s is not a channel that is on air here",
                 from != NULL ? from : "(missing)");
    return FALSE;
  }
  headend_service_set_content (service, mux, now_ns ());
  return TRUE;
}

static gboolean
fault_one (HeadendStation *self, guint number, const char *kind, GHashTable *words, GError **error)
{
  HeadendService *service = headend_sender_find (self->sender, number);

  if (service == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "channel %u is not on air here", number);
    return FALSE;
  }
  if (g_strcmp0 (kind, "content") == 0)
    return set_content (self, service, words, error);
  return headend_service_fault (service, kind, words, now_ns (), error);
}

gboolean
headend_station_fault (HeadendStation *self, const char *channel, const char *kind, GHashTable *words, GError **error)
{
  const GArray *channels = self->options->channels;

  if (g_strcmp0 (channel, "all") != 0)
    return fault_one (self, channel != NULL ? (guint) g_ascii_strtoull (channel, NULL, 10) : 0, kind, words, error);
  for (guint i = 0; i < channels->len; i++)
    if (headend_sender_find (self->sender, g_array_index (channels, guint, i)) != NULL &&
        !fault_one (self, g_array_index (channels, guint, i), kind, words, error))
      return FALSE;
  return TRUE;
}
