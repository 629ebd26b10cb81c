/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/networks/hearth-stream.h"

#include <unistd.h>

struct _HearthStream {
  GObject parent;

  char *id, *channel, *uri;
  const char *network; /* interned */
  int ring;
  guint uses;
  gboolean ahead;
  char *state, *reason, *reason_text;
  GHashTable *stages; /* name -> gint64 */
};

enum { RING, STATE, STAGE, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HearthStream, hearth_stream, G_TYPE_OBJECT)

static void
hearth_stream_init (HearthStream *self)
{
  self->ring = -1;
  self->state = g_strdup ("connecting");
  self->reason = g_strdup ("");
  self->reason_text = g_strdup ("");
  self->stages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
hearth_stream_finalize (GObject *object)
{
  HearthStream *self = HEARTH_STREAM (object);

  if (self->ring >= 0)
    close (self->ring);
  g_hash_table_unref (self->stages);
  g_free (self->id);
  g_free (self->channel);
  g_free (self->uri);
  g_free (self->state);
  g_free (self->reason);
  g_free (self->reason_text);
  G_OBJECT_CLASS (hearth_stream_parent_class)->finalize (object);
}

static void
hearth_stream_class_init (HearthStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hearth_stream_finalize;
  signals[RING] = g_signal_new ("ring", HEARTH_TYPE_STREAM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[STATE] = g_signal_new ("state", HEARTH_TYPE_STREAM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[STAGE] = g_signal_new ("stage", HEARTH_TYPE_STREAM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                 G_TYPE_STRING, G_TYPE_INT64);
}

HearthStream *
hearth_stream_new (const char *id, const char *network, const char *channel, const char *uri)
{
  HearthStream *self = g_object_new (HEARTH_TYPE_STREAM, NULL);

  self->id = g_strdup (id);
  self->network = g_intern_string (network);
  self->channel = g_strdup (channel);
  self->uri = g_strdup (uri);
  return self;
}

const char *
hearth_stream_get_id (HearthStream *self)
{
  return self->id;
}

const char *
hearth_stream_get_network (HearthStream *self)
{
  return self->network;
}

const char *
hearth_stream_get_channel (HearthStream *self)
{
  return self->channel;
}

const char *
hearth_stream_get_uri (HearthStream *self)
{
  return self->uri;
}

int
hearth_stream_get_ring_fd (HearthStream *self)
{
  return self->ring;
}

const char *
hearth_stream_get_state (HearthStream *self)
{
  return self->state;
}

const char *
hearth_stream_get_reason (HearthStream *self)
{
  return self->reason;
}

const char *
hearth_stream_get_reason_text (HearthStream *self)
{
  return self->reason_text;
}

gint64
hearth_stream_get_stage (HearthStream *self, const char *name)
{
  gint64 *time_us = g_hash_table_lookup (self->stages, name);

  return time_us != NULL ? *time_us : 0;
}

void
hearth_stream_add_use (HearthStream *self)
{
  self->uses++;
}

gboolean
hearth_stream_end_use (HearthStream *self)
{
  if (self->uses > 0)
    self->uses--;
  return self->uses == 0;
}

gboolean
hearth_stream_set_ahead (HearthStream *self, gboolean ahead)
{
  const gboolean before = self->ahead;

  self->ahead = ahead && self->uses == 1; /* a recording is no guess */
  return self->ahead != before;
}

gboolean
hearth_stream_is_ahead (HearthStream *self)
{
  return self->ahead;
}

gboolean
hearth_stream_is_used (HearthStream *self)
{
  return self->uses > 0;
}

void
hearth_stream_take_ring (HearthStream *self, int fd)
{
  if (self->ring >= 0)
    close (self->ring);
  self->ring = fd;
  g_signal_emit (self, signals[RING], 0);
}

void
hearth_stream_set_state (HearthStream *self, const char *state, const char *reason, const char *text)
{
  if (g_str_equal (self->state, state) && g_str_equal (self->reason, reason) && g_str_equal (self->reason_text, text))
    return;
  g_free (self->state);
  g_free (self->reason);
  g_free (self->reason_text);
  self->state = g_strdup (state);
  self->reason = g_strdup (reason);
  self->reason_text = g_strdup (text);
  g_signal_emit (self, signals[STATE], 0);
}

void
hearth_stream_set_stage (HearthStream *self, const char *name, gint64 time_us)
{
  if (g_hash_table_contains (self->stages, name))
    return;
  g_hash_table_insert (self->stages, g_strdup (name), g_memdup2 (&time_us, sizeof time_us));
  g_signal_emit (self, signals[STAGE], 0, name, time_us);
}
