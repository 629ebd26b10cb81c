/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-uri-error.h"

#include <gio/gio.h>
#include <hearth/log.h>
#include <string.h>

HEARTH_LOG_TOPIC ("uri")

static guint
get_http_status (GstMessage *message)
{
  const GstStructure *details = NULL;
  guint status = 0;

  gst_message_parse_error_details (message, &details);
  if (details != NULL)
    gst_structure_get_uint (details, "http-status-code", &status);
  return status;
}

/* souphttpsrc says nothing at all when it reaches nobody, only that it ends. */
static gboolean
reached_nobody (GstMessage *message, const GError *error)
{
  GstElementFactory *factory = GST_IS_ELEMENT (GST_MESSAGE_SRC (message)) ? gst_element_get_factory (GST_ELEMENT (GST_MESSAGE_SRC (message))) : NULL;

  return g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED) && factory != NULL &&
         g_str_equal (GST_OBJECT_NAME (factory), "souphttpsrc");
}

static gboolean
resolves (const char *host)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  GList *addresses = host != NULL ? g_resolver_lookup_by_name (resolver, host, NULL, NULL) : NULL;
  gboolean any = addresses != NULL;

  g_resolver_free_addresses (addresses);
  return any;
}

static HearthError
explain_silence (const char *host, char **text)
{
  if (resolves (host)) {
    *text = g_strdup ("the server does not answer");
    return HEARTH_ERROR_NO_SIGNAL;
  }
  *text = g_strdup ("the server's name does not resolve: is the address right, and is there a connection to the internet?");
  return HEARTH_ERROR_NO_ADDRESS;
}

/* An adaptive demuxer that cannot read its list any more says no more than that its flow has stopped. */
static gboolean
lost_its_list (GstMessage *message, const GError *error)
{
  GstElementFactory *factory = GST_IS_ELEMENT (GST_MESSAGE_SRC (message)) ? gst_element_get_factory (GST_ELEMENT (GST_MESSAGE_SRC (message))) : NULL;
  const char *class = factory != NULL ? gst_element_factory_get_metadata (factory, GST_ELEMENT_METADATA_KLASS) : NULL;

  return g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED) && class != NULL && strstr (class, "Adaptive") != NULL;
}

static gboolean
is_about_media (const GError *error)
{
  return error->domain == GST_STREAM_ERROR || g_error_matches (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN);
}

HearthError
hearth_uri_error_translate (GstMessage *message, const char *host, char **text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;
  guint status = get_http_status (message);

  gst_message_parse_error (message, &error, &debug);
  hearth_info ("%s: %s (%s)", GST_MESSAGE_SRC_NAME (message), error->message, debug);
  if (status >= 400) {
    *text = g_strdup_printf ("the server refuses the stream (HTTP status %u)", status);
    return HEARTH_ERROR_NO_SIGNAL;
  }
  if (reached_nobody (message, error))
    return explain_silence (host, text);
  if (lost_its_list (message, error)) {
    *text = g_strdup ("the server's list of the programme's parts cannot be read any more");
    return HEARTH_ERROR_NO_SIGNAL;
  }
  if (is_about_media (error)) {
    *text = g_strdup_printf ("the stream cannot be decoded: %s", error->message);
    return HEARTH_ERROR_CANNOT_DECODE;
  }
  *text = g_strdup_printf ("the stream cannot be fetched: %s", error->message);
  return HEARTH_ERROR_NO_SIGNAL;
}
