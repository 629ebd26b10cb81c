/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-address.h"

#include "iptv-url.h"

#include <arpa/inet.h>
#include <string.h>

/* What VLC assumes, and so what lists leave out. */
#define DEFAULT_PORT_UDP 1234
#define DEFAULT_PORT_RTP 5004

static gboolean
fail (GError **error, const char *uri, const char *what)
{
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
               "“%s”: %s. It should look like udp://@239.1.1.1:1234 or rtp://SOURCE@[ff3e::1]:5004", uri, what);
  return FALSE;
}

static gboolean
take_interface (IptvAddress *self, const char *name)
{
  return g_strlcpy (self->interface, name, sizeof self->interface) < sizeof self->interface;
}

/* @text: digits, IPv6 with or without brackets, with an optional zone. Port is left 0. */
static gboolean
parse_host (const char *text, struct sockaddr_storage *result, char *zone, gsize n_zone)
{
  g_autofree char *bare = g_strdup (*text == '[' ? text + 1 : text);
  struct sockaddr_in *v4 = (struct sockaddr_in *) result;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) result;
  char *end = strchr (bare, ']'), *percent;

  if (end != NULL)
    *end = '\0';
  percent = strchr (bare, '%');
  if (percent != NULL) {
    *percent = '\0';
    percent += g_str_has_prefix (percent + 1, "25") && percent[3] != '\0' ? 3 : 1; /* RFC 6874: %25 for % */
    g_strlcpy (zone, percent, n_zone);
  }
  memset (result, 0, sizeof *result);
  if (inet_pton (AF_INET, bare, &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    return TRUE;
  }
  if (inet_pton (AF_INET6, bare, &v6->sin6_addr) != 1)
    return FALSE;
  v6->sin6_family = AF_INET6;
  return TRUE;
}

/* RFC 1123, 2.1, and the underscore that people use; with a letter, or it is a broken number. */
static gboolean
take_name (char *name, gsize n_name, const char *text)
{
  gboolean letter = FALSE;

  for (const char *p = text; *p != '\0'; p++) {
    if (!g_ascii_isalnum (*p) && strchr ("-._", *p) == NULL)
      return FALSE;
    letter = letter || g_ascii_isalpha (*p);
  }
  return letter && *text != '-' && *text != '.' && g_strlcpy (name, text, n_name) < n_name;
}

static gboolean
parse_port (const char *text, guint fallback, guint16 *port)
{
  guint64 value = fallback;

  if (*text != '\0' && !g_ascii_string_to_unsigned (text, 10, 1, 65535, &value, NULL))
    return FALSE;
  *port = (guint16) value;
  return TRUE;
}

static void
set_host (IptvAddress *self, guint16 port)
{
  struct sockaddr_in *v4 = (struct sockaddr_in *) &self->host;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) &self->host;
  char digits[INET6_ADDRSTRLEN] = "";

  if (self->host.ss_family == AF_INET6) {
    v6->sin6_port = htons (port);
    self->length = sizeof *v6;
    self->multicast = IN6_IS_ADDR_MULTICAST (&v6->sin6_addr);
    inet_ntop (AF_INET6, &v6->sin6_addr, digits, sizeof digits);
    g_snprintf (self->text, sizeof self->text, "[%s]:%u", digits, port);
  } else {
    v4->sin_port = htons (port);
    self->length = sizeof *v4;
    self->multicast = IN_MULTICAST (ntohl (v4->sin_addr.s_addr));
    inet_ntop (AF_INET, &v4->sin_addr, digits, sizeof digits);
    g_snprintf (self->text, sizeof self->text, "%s:%u", digits, port);
  }
}

/* "HOST[:PORT]", "[HOST]:PORT", ":PORT", "" */
static gboolean
parse_destination (IptvAddress *self, const char *text, guint default_port, const char *uri, GError **error)
{
  const char *bracket = *text == '[' ? strchr (text, ']') : NULL;
  const char *colon = strchr (bracket != NULL ? bracket : text, ':');
  g_autofree char *host = colon != NULL ? g_strndup (text, (gsize) (colon - text)) : g_strdup (text);
  guint16 port;

  if (*text == '[' && bracket == NULL)
    return fail (error, uri, "a ] is missing");
  if (!parse_port (colon != NULL ? colon + 1 : "", default_port, &port))
    return fail (error, uri, "the port is not a number of 1 to 65535");
  if (g_ascii_strcasecmp (host, "localhost") == 0 || *host == '\0') {
    const char *digits = *host == '\0' ? "0.0.0.0" : "127.0.0.1";

    g_free (host);
    host = g_strdup (digits);
  }
  if (parse_host (host, &self->host, self->interface, sizeof self->interface)) {
    set_host (self, port);
    return TRUE;
  }
  if (!take_name (self->host_name, sizeof self->host_name, host))
    return fail (error, uri, "the host is neither an address in digits nor a name");
  memset (&self->host, 0, sizeof self->host);
  ((struct sockaddr_in *) &self->host)->sin_port = htons (port);
  g_snprintf (self->text, sizeof self->text, "%s:%u", host, port);
  return TRUE;
}

static gboolean
check_source (IptvAddress *self, const char *uri, GError **error)
{
  if (*self->host_name != '\0' || *self->source_name != '\0')
    return TRUE; /* once they are known */
  if (!self->multicast)
    memset (&self->source, 0, sizeof self->source);
  else if (self->source.ss_family != 0 && self->source.ss_family != self->host.ss_family)
    return fail (error, uri, "source and group are not of the same IP version");
  return TRUE;
}

static gboolean
parse_source (IptvAddress *self, const char *text, const char *uri, GError **error)
{
  g_autofree char *bare = g_strdup (text);
  char *colon = strchr (bare, ':'), zone[64] = "";

  if (*text == '\0' || g_str_equal (text, "0.0.0.0") || g_str_equal (text, "[::]"))
    return TRUE;
  if (*text != '[' && colon != NULL && strchr (colon + 1, ':') == NULL) /* a port of the sender's says nothing */
    *colon = '\0';
  if (!parse_host (bare, &self->source, zone, sizeof zone)) {
    memset (&self->source, 0, sizeof self->source);
    if (!take_name (self->source_name, sizeof self->source_name, bare))
      return fail (error, uri, "the source before the @ must be one address in digits or a name");
  }
  if (self->interface[0] == '\0')
    take_interface (self, zone);
  return check_source (self, uri, error);
}

static gboolean
parse_option (IptvAddress *self, const char *key, const char *value, const char *uri, GError **error)
{
  static const char *const names[] = { "interface", "iface", "ifname", "miface", "multicast-iface", "localaddr", "miface-addr" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (key, names[i]) == 0 && !take_interface (self, value))
      return fail (error, uri, "the interface's name is too long");
  if (g_ascii_strcasecmp (key, "source") == 0 || g_ascii_strcasecmp (key, "sources") == 0)
    return parse_source (self, value, uri, error);
  return TRUE; /* ffmpeg's pkt_size, fifo_size and their like say nothing here */
}

static gboolean
parse_query (IptvAddress *self, const char *query, const char *uri, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (query, "&", -1);

  for (guint i = 0; parts[i] != NULL; i++) {
    char *equals = strchr (parts[i], '=');
    g_autofree char *value = NULL;

    if (equals == NULL)
      continue;
    *equals = '\0';
    value = g_uri_unescape_string (equals + 1, NULL);
    if (value != NULL && !parse_option (self, parts[i], value, uri, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
iptv_address_parse (IptvAddress *self, const char *uri, GError **error)
{
  gboolean rtp = iptv_url_has_scheme (uri, "rtp");
  const char *start = strstr (uri, "://");
  g_autofree char *authority = NULL;
  g_autofree char *query = NULL;
  char *at, *destination;

  memset (self, 0, sizeof *self);
  if (start == NULL || (!rtp && !iptv_url_has_scheme (uri, "udp")))
    return fail (error, uri, "it is neither udp:// nor rtp://");
  start += 3;
  authority = g_strndup (start, strcspn (start, "/?#"));
  start += strcspn (start, "?#");
  query = *start == '?' ? g_strndup (start + 1, strcspn (start + 1, "#")) : g_strdup ("");
  at = strchr (authority, '@');
  destination = at != NULL ? at + 1 : authority;
  if (at != NULL)
    *at = '\0';
  return parse_destination (self, destination, rtp ? DEFAULT_PORT_RTP : DEFAULT_PORT_UDP, uri, error) &&
         (at == NULL || parse_source (self, authority, uri, error)) && parse_query (self, query, uri, error);
}

gboolean
iptv_address_has_names (const IptvAddress *self)
{
  return *self->host_name != '\0' || *self->source_name != '\0';
}

static void
set_address (struct sockaddr_storage *result, GInetAddress *address)
{
  const gboolean v4 = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4;
  gpointer to = v4 ? (gpointer) &((struct sockaddr_in *) result)->sin_addr : &((struct sockaddr_in6 *) result)->sin6_addr;

  memset (result, 0, sizeof *result);
  result->ss_family = v4 ? AF_INET : AF_INET6;
  memcpy (to, g_inet_address_to_bytes (address), g_inet_address_get_native_size (address));
}

gboolean
iptv_address_complete (IptvAddress *self, GInetAddress *host, GInetAddress *source, GError **error)
{
  guint16 port = ntohs (((struct sockaddr_in *) &self->host)->sin_port); /* at the same place in both versions */
  g_autofree char *text = g_strdup (self->text);

  if (host != NULL) {
    set_address (&self->host, host);
    set_host (self, port);
  }
  if (source != NULL)
    set_address (&self->source, source);
  self->host_name[0] = self->source_name[0] = '\0';
  return check_source (self, text, error);
}
