/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/gst/hearth-null-sink.h"

#include <errno.h>
#include <fcntl.h>
#include <hearth/log.h>
#include <sys/uio.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("null-sink")

#define CAPS "audio/x-raw, format=(string)S16LE, layout=(string)interleaved, rate=(int)48000, channels=(int)2"
#define RATE 48000
#define CHANNELS 2

struct _HearthNullSink {
  GstBaseSink parent;
  int dump; /* -1: none */
};

G_DEFINE_FINAL_TYPE (HearthNullSink, hearth_null_sink, GST_TYPE_BASE_SINK)

typedef struct {
  gint64 time_us;
  guint32 rate, channels, n_frames;
} __attribute__ ((packed)) Record;
G_STATIC_ASSERT (sizeof (Record) == 20);

static void
dump (HearthNullSink *self, GstBuffer *buffer)
{
  Record record = { .time_us = GST_BUFFER_PTS (buffer) / 1000, .rate = RATE, .channels = CHANNELS };
  struct iovec parts[2];
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  record.n_frames = map.size / (CHANNELS * sizeof (gint16));
  parts[0] = (struct iovec){ &record, sizeof record };
  parts[1] = (struct iovec){ map.data, map.size };
  if (writev (self->dump, parts, 2) < 0) {
    hearth_warning ("writing HEARTH_AUDIO_DUMP: %s; no more of it", g_strerror (errno));
    close (self->dump);
    self->dump = -1;
  }
  gst_buffer_unmap (buffer, &map);
}

static GstFlowReturn
on_render (GstBaseSink *sink, GstBuffer *buffer)
{
  HearthNullSink *self = HEARTH_NULL_SINK (sink);

  if (self->dump >= 0)
    dump (self, buffer);
  return GST_FLOW_OK;
}

static void
hearth_null_sink_finalize (GObject *object)
{
  HearthNullSink *self = HEARTH_NULL_SINK (object);

  if (self->dump >= 0)
    close (self->dump);
  G_OBJECT_CLASS (hearth_null_sink_parent_class)->finalize (object);
}

static void
hearth_null_sink_class_init (HearthNullSinkClass *class)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (CAPS);

  G_OBJECT_CLASS (class)->finalize = hearth_null_sink_finalize;
  GST_BASE_SINK_CLASS (class)->render = on_render;
  gst_element_class_add_pad_template (GST_ELEMENT_CLASS (class),
                                      gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (class), "Hearth's silent sound card", "Sink/Audio",
                                         "Takes sound in time and plays none", "Hearth");
}

static void
hearth_null_sink_init (HearthNullSink *self)
{
  const char *path = g_getenv ("HEARTH_AUDIO_DUMP");

  self->dump = path != NULL && *path != '\0' ? open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
  if (self->dump < 0 && path != NULL && *path != '\0')
    hearth_warning ("cannot write HEARTH_AUDIO_DUMP=%s: %s", path, g_strerror (errno));
  gst_base_sink_set_sync (GST_BASE_SINK (self), TRUE);
  gst_base_sink_set_async_enabled (GST_BASE_SINK (self), FALSE);
  gst_base_sink_set_qos_enabled (GST_BASE_SINK (self), FALSE);
  gst_base_sink_set_last_sample_enabled (GST_BASE_SINK (self), FALSE);
}

GstElement *
hearth_null_sink_new (void)
{
  return g_object_new (HEARTH_TYPE_NULL_SINK, "name", "hearthnullsink", NULL);
}
