/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/gst/hearth-link-sink.h"

#include "play/hearth-picture.h"


#define BEAT_US 200000
/* So many periods ahead of its time a picture is sent: enough for a scheduler's whim, and a small pool. */
#define AHEAD_PERIODS 2
#define AHEAD_MAX_US 100000

struct _HearthLinkSink {
  GstElement parent;
  GstPad *sink;
  HearthPlayContext *context;

  GMutex mutex; /* guards flushing */
  GCond flushed;
  gboolean flushing;
};

G_DEFINE_FINAL_TYPE (HearthLinkSink, hearth_link_sink, GST_TYPE_ELEMENT)

/* FALSE: a flush came between. */
static gboolean
wait_until (HearthLinkSink *self, gint64 until_us)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  while (!self->flushing && g_get_monotonic_time () < until_us) {
    hearth_play_context_beat (self->context);
    g_cond_wait_until (&self->flushed, &self->mutex, MIN (until_us, g_get_monotonic_time () + BEAT_US));
  }
  return !self->flushing;
}

static void
send_picture (HearthLinkSink *self, const HearthPicture *picture, gint64 present_us)
{
  HearthFrame frame = { .serial = (guint) g_atomic_int_get (&self->context->serial), .present_us = present_us };

  hearth_picture_describe (picture, &frame);
  hearth_frame_out_send (self->context->out, picture->buffer, &frame);
}

static void
check_normal (HearthLinkSink *self)
{
  HearthSyncState state;

  if ((g_atomic_int_get (&self->context->stages) & (1u << HEARTH_STAGE_NORMAL_SPEED)) != 0)
    return;
  hearth_sync_get_state (self->context->sync, &state);
  if (state.normal)
    hearth_play_context_stage (self->context, HEARTH_STAGE_NORMAL_SPEED, 0);
}

static void
show (HearthLinkSink *self, const HearthPicture *picture)
{
  gint64 now_us = g_get_monotonic_time (), due_us;

  if (hearth_sync_skips (self->context->sync, picture->pts90k)) {
    hearth_play_context_beat (self->context);
    return;
  }
  if (picture->first) {
    hearth_sync_first_picture (self->context->sync, picture->pts90k, now_us);
    send_picture (self, picture, 0);
    return;
  }
  due_us = hearth_sync_picture (self->context->sync, picture->pts90k, picture->period_us, now_us);
  if (!wait_until (self, due_us - MIN (AHEAD_PERIODS * picture->period_us, AHEAD_MAX_US)))
    return;
  send_picture (self, picture, MAX (hearth_sync_get_due (self->context->sync, picture->pts90k), 1));
  check_normal (self);
}

static GstFlowReturn
on_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  HearthLinkSink *self = HEARTH_LINK_SINK (parent);
  const HearthPicture *picture = hearth_picture_get (buffer);

  if (picture != NULL)
    show (self, picture);
  gst_buffer_unref (buffer);
  return self->flushing ? GST_FLOW_FLUSHING : GST_FLOW_OK;
}

static void
set_flushing (HearthLinkSink *self, gboolean flushing)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->flushing = flushing;
  g_cond_broadcast (&self->flushed);
}

static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  HearthLinkSink *self = HEARTH_LINK_SINK (parent);

  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_START || GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    set_flushing (self, GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_START);
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    hearth_play_context_tell (self->context, HEARTH_NEWS_ENDED, 0, 0, NULL);
  gst_event_unref (event);
  return TRUE;
}

static void
hearth_link_sink_finalize (GObject *object)
{
  HearthLinkSink *self = HEARTH_LINK_SINK (object);

  g_cond_clear (&self->flushed);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (hearth_link_sink_parent_class)->finalize (object);
}

static void
hearth_link_sink_class_init (HearthLinkSinkClass *class)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  g_autoptr (GstCaps) pictures = gst_caps_from_string (HEARTH_PICTURE_CAPS);

  G_OBJECT_CLASS (class)->finalize = hearth_link_sink_finalize;
  gst_element_class_add_pad_template (element_class, gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, pictures));
  gst_element_class_set_static_metadata (element_class, "Hearth's frame link", "Sink/Video",
                                         "Hands pictures to the shell by descriptor", "Hearth");
}

static void
hearth_link_sink_init (HearthLinkSink *self)
{
  GstPadTemplate *template = gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (self), "sink");

  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
  self->sink = gst_pad_new_from_template (template, "sink");
  gst_pad_set_chain_function (self->sink, on_chain);
  gst_pad_set_event_function (self->sink, on_event);
  gst_element_add_pad (GST_ELEMENT (self), self->sink);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->flushed);
}

GstElement *
hearth_link_sink_new (HearthPlayContext *context)
{
  HearthLinkSink *self = g_object_new (HEARTH_TYPE_LINK_SINK, "name", "hearthlinksink", NULL);

  self->context = context;
  return GST_ELEMENT (self);
}
