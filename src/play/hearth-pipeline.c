/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-pipeline.h"

#include "play/gst/hearth-avaudio.h"
#include "play/gst/hearth-avdec.h"
#include "play/gst/hearth-link-sink.h"
#include "play/gst/hearth-pace.h"
#include "play/gst/hearth-ring-src.h"
#include "play/hearth-audio-sink.h"

#include <hearth/log.h>

HEARTH_LOG_TOPIC ("pipeline")

struct _HearthPipeline {
  HearthPlayContext *context;
  GstElement *pipeline;
  GstElement *src, *avdec, *card; /* borrowed */
};

GstElement *
hearth_pipeline_make_bare (const char *name)
{
  GstElement *pipeline = gst_pipeline_new (name);
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();

  g_object_set (clock, "clock-type", GST_CLOCK_TYPE_MONOTONIC, NULL);
  gst_pipeline_use_clock (GST_PIPELINE (pipeline), clock);
  gst_element_set_start_time (pipeline, GST_CLOCK_TIME_NONE); /* nobody moves the base time: running time is the clock's */
  gst_element_set_base_time (pipeline, 0);
  return pipeline;
}

gboolean
hearth_pipeline_add_picture (GstElement *pipeline, HearthPlayContext *context, GstElement **decoder)
{
  GstElement *sink = hearth_link_sink_new (context);

  *decoder = hearth_avdec_new (context);
  gst_bin_add_many (GST_BIN (pipeline), *decoder, sink, NULL);
  return gst_element_link (*decoder, sink);
}

gboolean
hearth_pipeline_add_sound (GstElement *pipeline, HearthPlayContext *context, GstElement **decoder, GstElement **card)
{
  GstElement *pace;

  *decoder = hearth_avaudio_new (context);
  *card = hearth_audio_sink_new ();
  context->sound_lead_us = hearth_audio_sink_get_lead_us (*card);
  hearth_sync_set_sound_lead (context->sync, context->sound_lead_us);
  pace = hearth_pace_new (context);
  hearth_pace_set_card (HEARTH_PACE (pace), *card);
  gst_bin_add_many (GST_BIN (pipeline), *decoder, pace, *card, NULL);
  return gst_element_link_many (*decoder, pace, *card, NULL);
}

static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    hearth_warning ("%s: %s", GST_MESSAGE_SRC_NAME (message), error->message);
  }
  gst_message_unref (message);
  return GST_BUS_DROP; /* nobody waits for the others, and a queue of them only wakes the main loop */
}

HearthPipeline *
hearth_pipeline_new (HearthPlayContext *context, GError **error)
{
  g_autoptr (HearthPipeline) self = g_new0 (HearthPipeline, 1);
  g_autoptr (GstBus) bus = NULL;
  GstElement *avaudio;

  self->context = context;
  self->pipeline = hearth_pipeline_make_bare ("hearth-live");
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, on_message, self, NULL);
  self->src = hearth_ring_src_new (context);
  gst_bin_add (GST_BIN (self->pipeline), self->src);
  if (!hearth_pipeline_add_picture (self->pipeline, context, &self->avdec) ||
      !hearth_pipeline_add_sound (self->pipeline, context, &avaudio, &self->card) ||
      !gst_element_link_pads (self->src, "video", self->avdec, "sink") ||
      !gst_element_link_pads (self->src, "audio", avaudio, "sink") ||
      gst_element_set_state (self->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_FAILED, "the pipeline for television cannot be built");
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
hearth_pipeline_free (HearthPipeline *self)
{
  if (self->src != NULL)
    hearth_ring_src_halt (HEARTH_RING_SRC (self->src));
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
  g_free (self);
}

void
hearth_pipeline_halt (HearthPipeline *self)
{
  hearth_ring_src_halt (HEARTH_RING_SRC (self->src));
}

void
hearth_pipeline_play (HearthPipeline *self, HearthRingSession *session)
{
  hearth_ring_src_play (HEARTH_RING_SRC (self->src), session);
}

void
hearth_pipeline_reselect (HearthPipeline *self)
{
  hearth_ring_src_reselect (HEARTH_RING_SRC (self->src));
}

const char *
hearth_pipeline_get_decoder_name (HearthPipeline *self)
{
  return hearth_avdec_get_decoder_name (HEARTH_AVDEC (self->avdec));
}

const char *
hearth_pipeline_get_audio_sink_name (HearthPipeline *self)
{
  return hearth_audio_sink_get_name (self->card);
}

guint64
hearth_pipeline_get_copied_bytes (HearthPipeline *self)
{
  return hearth_avdec_get_copied_bytes (HEARTH_AVDEC (self->avdec));
}
