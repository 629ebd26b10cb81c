/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-request.h"

#include <string.h>

/* Attribute -> what it is for. A header's name begins in a capital. */
static const struct {
  const char *key, *meaning;
} meanings[] = {
  { "extvlcopt:http-user-agent", "user-agent" },
  { "http-user-agent", "user-agent" },
  { "user-agent", "user-agent" },
  { "pipe:user-agent", "user-agent" },
  { "extvlcopt:http-referrer", "Referer" },
  { "extvlcopt:http-referer", "Referer" },
  { "http-referrer", "Referer" },
  { "referrer", "Referer" },
  { "referer", "Referer" },
  { "extvlcopt:http-origin", "Origin" },
  { "extvlcopt:http-cookie", "Cookie" },
  { "extvlcopt:miface", "interface" },
  { "extvlcopt:miface-addr", "interface" },
  { "pipe:verifypeer", "verify" },
  { "kodiprop:inputstream.adaptive.stream_headers", "headers" },
  { "kodiprop:inputstream.adaptive.common_headers", "headers" },
  { "kodiprop:inputstream.adaptive.manifest_headers", "headers" },
};

/* Kodi's options behind a | that steer its HTTP client and are no headers. */
static const char *const no_headers[] = { "acceptencoding", "active-remote", "auth", "connection-timeout", "customrequest", "failonerror",
                                          "noshout", "postdata", "seekable", "sslcipherlist" };

IptvRequest *
iptv_request_new (void)
{
  IptvRequest *self = g_new0 (IptvRequest, 1);

  self->headers = g_ptr_array_new_with_free_func (g_free);
  return self;
}

IptvRequest *
iptv_request_copy (const IptvRequest *self)
{
  IptvRequest *copy = iptv_request_new ();

  if (self == NULL)
    return copy;
  copy->user_agent = g_strdup (self->user_agent);
  copy->interface = g_strdup (self->interface);
  copy->insecure = self->insecure;
  for (guint i = 0; i < self->headers->len; i++)
    g_ptr_array_add (copy->headers, g_strdup (g_ptr_array_index (self->headers, i)));
  return copy;
}

void
iptv_request_free (IptvRequest *self)
{
  if (self == NULL)
    return;
  g_free (self->user_agent);
  g_free (self->interface);
  g_ptr_array_unref (self->headers);
  g_free (self);
}

static gboolean
is_token (const char *name)
{
  return *name != '\0' && name[strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")] == '\0';
}

static gboolean
add_header (IptvRequest *self, const char *name, const char *value)
{
  if (!is_token (name) || strpbrk (value, "\r\n") != NULL) /* a list must not write further headers */
    return FALSE;
  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, g_strdup (value));
  return TRUE;
}

static gboolean
take_header (IptvRequest *self, const char *name, const char *value)
{
  for (gsize i = 0; i < G_N_ELEMENTS (no_headers); i++)
    if (g_ascii_strcasecmp (name, no_headers[i]) == 0)
      return FALSE;
  return add_header (self, name, value);
}

static gboolean
take_meaning (IptvRequest *self, const char *meaning, const char *value)
{
  if (g_str_equal (meaning, "user-agent")) {
    g_free (self->user_agent);
    self->user_agent = g_strdelimit (g_strdup (value), "\r\n", ' ');
  } else if (g_str_equal (meaning, "interface")) {
    g_free (self->interface);
    self->interface = g_strdup (value);
  } else if (g_str_equal (meaning, "verify")) {
    self->insecure = g_ascii_strcasecmp (value, "false") == 0 || g_str_equal (value, "0");
  } else if (g_str_equal (meaning, "headers")) {
    iptv_request_take_pipe (self, value);
  } else {
    return add_header (self, meaning, value);
  }
  return TRUE;
}

gboolean
iptv_request_take (IptvRequest *self, const char *key, const char *value)
{
  if (*value == '\0')
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (g_str_equal (key, meanings[i].key))
      return take_meaning (self, meanings[i].meaning, value);
  return g_str_has_prefix (key, "pipe:") && take_header (self, key + strlen ("pipe:"), value);
}

void
iptv_request_take_pipe (IptvRequest *self, const char *options)
{
  g_auto (GStrv) parts = g_strsplit (options, "&", -1);

  for (guint i = 0; parts[i] != NULL; i++) {
    char *equals = strchr (parts[i], '=');
    g_autofree char *key = NULL;
    g_autofree char *lower = NULL;
    g_autofree char *value = NULL;

    if (equals == NULL)
      continue;
    *equals = '\0';
    key = g_strconcat ("pipe:", g_strstrip (parts[i]), NULL);
    lower = g_ascii_strdown (key, -1);
    value = g_uri_unescape_string (equals + 1, NULL);
    iptv_request_take (self, lower, value != NULL ? value : equals + 1);
  }
}

IptvRequest *
iptv_request_new_for_service (const HearthService *service)
{
  g_autoptr (IptvRequest) request = NULL;
  gboolean says = FALSE;

  for (guint i = 0; i < service->n_attributes; i++) {
    const char *key = service->attributes[i].key;

    /* Cheap for the many that say nothing: a look at the first letter. */
    if (strchr ("ehkupr", *key) == NULL)
      continue;
    if (request == NULL)
      request = iptv_request_new ();
    says = iptv_request_take (request, key, service->attributes[i].value) || says;
  }
  return says ? g_steal_pointer (&request) : NULL;
}

IptvRequest *
iptv_request_new_for_attributes (GVariant *attributes)
{
  IptvRequest *request = iptv_request_new ();
  const char *key, *value;
  GVariantIter iter;

  g_variant_iter_init (&iter, attributes);
  while (g_variant_iter_next (&iter, "(&s&s)", &key, &value))
    iptv_request_take (request, key, value);
  return request;
}
