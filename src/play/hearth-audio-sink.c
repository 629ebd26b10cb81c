/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-audio-sink.h"

#include "play/gst/hearth-null-sink.h"
#include "play/hearth-plugins.h"

#include <gio/gio.h>
#include <gst/audio/gstaudiobasesink.h>
#include <hearth/log.h>

HEARTH_LOG_TOPIC ("audio-sink")

#define BUFFER_US 100000
#define CARD_LEAD_US 80000 /* most of its buffer, and what a sound server adds */
#define NULL_LEAD_US 15000

static gboolean
has_socket (const char *variable, const char *name)
{
  g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), name, NULL);

  return g_getenv (variable) != NULL || g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
has_card (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/dev/snd", 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, "pcm") && g_str_has_suffix (name, "p"))
      return TRUE;
  return FALSE;
}

/* READY opens the device or reaches the sound server. */
static GstElement *
try_sink (const char *plugin, const char *factory)
{
  GstElement *sink = hearth_plugins_load (plugin) ? gst_element_factory_make (factory, NULL) : NULL;
  GObjectClass *class;

  if (sink == NULL)
    return NULL;
  class = G_OBJECT_GET_CLASS (sink);
  if (gst_element_set_state (sink, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE) {
    hearth_info ("%s does not open", factory);
    gst_element_set_state (sink, GST_STATE_NULL);
    gst_object_unref (g_object_ref_sink (sink));
    return NULL;
  }
  if (g_object_class_find_property (class, "async") != NULL)
    g_object_set (sink, "async", FALSE, NULL); /* playing does not wait for the first sound */
  if (g_object_class_find_property (class, "buffer-time") != NULL)
    g_object_set (sink, "buffer-time", (gint64) BUFFER_US, NULL);
  if (GST_IS_AUDIO_BASE_SINK (sink)) { /* hearthpace follows the card (hearth-card-clock.h): the sink has nothing to correct */
    gst_audio_base_sink_set_slave_method (GST_AUDIO_BASE_SINK (sink), GST_AUDIO_BASE_SINK_SLAVE_NONE);
    gst_audio_base_sink_set_discont_wait (GST_AUDIO_BASE_SINK (sink), 0);
  }
  hearth_info ("sound goes to %s", factory);
  return sink;
}

static gboolean
wanted (const char *wish, const char *factory)
{
  return wish == NULL || *wish == '\0' || g_str_equal (wish, factory);
}

GstElement *
hearth_audio_sink_new (void)
{
  const char *wish = g_getenv ("HEARTH_AUDIO_SINK");
  GstElement *sink = NULL;

  if (g_strcmp0 (wish, "null") == 0 || g_getenv ("HEARTH_AUDIO_DUMP") != NULL)
    return hearth_null_sink_new ();
  if (wanted (wish, "pulsesink") && has_socket ("PULSE_SERVER", "pulse/native"))
    sink = try_sink ("pulseaudio", "pulsesink");
  if (sink == NULL && wanted (wish, "pipewiresink") && has_socket ("PIPEWIRE_REMOTE", "pipewire-0"))
    sink = try_sink ("pipewire", "pipewiresink");
  if (sink == NULL && wanted (wish, "alsasink") && (wish != NULL || has_card ()))
    sink = try_sink ("alsa", "alsasink");
  return sink != NULL ? sink : hearth_null_sink_new ();
}

const char *
hearth_audio_sink_get_name (GstElement *sink)
{
  GstElementFactory *factory = gst_element_get_factory (sink);

  return factory != NULL ? GST_OBJECT_NAME (factory) : "hearthnullsink";
}

gint64
hearth_audio_sink_get_lead_us (GstElement *sink)
{
  return HEARTH_IS_NULL_SINK (sink) ? NULL_LEAD_US : CARD_LEAD_US;
}
