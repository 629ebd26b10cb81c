/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-refusal.h"

#include <string.h>

#define MAX_WAIT_S 3600

static gboolean
accept_any (SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer data)
{
  return TRUE;
}

void
iptv_refusal_watch (SoupMessage *message, gboolean any)
{
  if (any)
    g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_any), NULL);
}

static char *
dup_certificate_text (SoupMessage *message)
{
  static const struct {
    GTlsCertificateFlags flag;
    const char *text;
  } faults[] = {
    { G_TLS_CERTIFICATE_EXPIRED, "it has expired" },
    { G_TLS_CERTIFICATE_NOT_ACTIVATED, "it is not valid yet (is this box's clock right?)" },
    { G_TLS_CERTIFICATE_REVOKED, "it has been revoked" },
    { G_TLS_CERTIFICATE_BAD_IDENTITY, "it is for another name" },
    { G_TLS_CERTIFICATE_UNKNOWN_CA, "nobody whom this box trusts has signed it" },
    { G_TLS_CERTIFICATE_INSECURE, "it is signed in a way that is not safe any more" },
  };
  GTlsCertificateFlags flags = soup_message_get_tls_peer_certificate_errors (message);
  g_autoptr (GString) text = g_string_new ("the server's certificate is not accepted: ");

  for (gsize i = 0, n = 0; i < G_N_ELEMENTS (faults); i++)
    if ((flags & faults[i].flag) != 0)
      g_string_append_printf (text, "%s%s", n++ > 0 ? ", " : "", faults[i].text);
  g_string_append (text, "; if you trust it all the same, set the network's “any-certificate”");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
iptv_refusal_dup_error_text (SoupMessage *message, const GError *error)
{
  if (soup_message_get_tls_peer_certificate_errors (message) != 0)
    return dup_certificate_text (message);
  if (g_error_matches (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_TOO_MANY_REDIRECTS))
    return g_strdup ("the server sends from one address to the next without end; ask the provider for another");
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS) || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_MISC))
    return g_strdup_printf ("the server does not speak TLS as this box knows it (%s); should the address begin with http://?", error->message);
  return NULL;
}

static const char *
get_advice (guint status)
{
  switch (status) {
  case SOUP_STATUS_UNAUTHORIZED:
    return ": it wants a user and a password, or others: write them into the address as http://USER:PASSWORD@HOST/...";
  case SOUP_STATUS_PAYMENT_REQUIRED:
    return ": is the subscription paid?";
  case SOUP_STATUS_FORBIDDEN:
    return ": is the subscription valid, and is it for this box, place and user agent?";
  case SOUP_STATUS_NOT_FOUND:
  case SOUP_STATUS_GONE:
    return ": the address has changed; refresh the list, or ask the provider";
  case 429: /* RFC 6585: Too Many Requests */
    return ": too many at once; does another device use the same subscription?";
  default:
    return status >= 500 ? ": the server has trouble of its own" : "";
  }
}

char *
iptv_refusal_dup_status_text (SoupMessage *message)
{
  guint status = soup_message_get_status (message), wait_s = iptv_refusal_get_wait_s (message);
  g_autofree char *later = wait_s > 0 ? g_strdup_printf ("; it asks to wait for %u s", wait_s) : g_strdup ("");
  const char *reason = soup_message_get_reason_phrase (message);

  return g_strdup_printf ("the server says %u %s%s%s", status, reason != NULL ? reason : "", get_advice (status), later);
}

guint
iptv_refusal_get_wait_s (SoupMessage *message)
{
  const char *text = soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");
  g_autoptr (GDateTime) date = NULL;
  guint64 seconds = 0;

  if (text == NULL)
    return 0;
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT, &seconds, NULL))
    return (guint) MIN (seconds, MAX_WAIT_S);
  date = soup_date_time_new_from_http_string (text);
  return date != NULL ? (guint) CLAMP (g_date_time_to_unix (date) - g_get_real_time () / G_USEC_PER_SEC, 0, MAX_WAIT_S) : 0;
}

char *
iptv_refusal_dup_public_uri (const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, SOUP_HTTP_URI_FLAGS | G_URI_FLAGS_PARSE_RELAXED, NULL);

  if (parsed == NULL)
    return g_strndup (uri, strcspn (uri, "?#"));
  return g_uri_to_string_partial (parsed, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY | G_URI_HIDE_FRAGMENT);
}
