/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-fetch.h"

#include "iptv-refusal.h"
#include "iptv-url.h"

#include <errno.h>
#include <fcntl.h>
#include <libsoup/soup.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TIMEOUT_S 15 /* of silence */
#define CHUNK_BYTES 65536

static gboolean
check_size (gsize n_bytes, gsize max_bytes, const char *location, GError **error)
{
  if (n_bytes <= max_bytes)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "%s has more than %" G_GSIZE_FORMAT " MiB: split the list", location,
               max_bytes >> 20);
  return FALSE;
}

static GBytes *
read_all (GInputStream *stream, gsize max_bytes, const char *location, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  gssize n;

  while ((n = g_input_stream_read (stream, chunk, CHUNK_BYTES, cancellable, error)) > 0) {
    if (!check_size (all->len + (gsize) n, max_bytes, location, error))
      return NULL;
    g_byte_array_append (all, chunk, (guint) n);
  }
  if (n < 0) {
    hearth_error_translate (error, "reading %s", location);
    return NULL;
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

static gboolean
check_status (SoupMessage *message, const char *location, GError **error)
{
  guint status = soup_message_get_status (message);
  HearthError code = HEARTH_ERROR_NO_SIGNAL;
  g_autofree char *text = NULL;

  if (SOUP_STATUS_IS_SUCCESSFUL (status))
    return TRUE;
  if (status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_GONE)
    code = HEARTH_ERROR_NOT_FOUND;
  else if (status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_FORBIDDEN)
    code = HEARTH_ERROR_PERMISSION_DENIED;
  text = iptv_refusal_dup_status_text (message);
  g_set_error (error, HEARTH_ERROR, code, "reading %s: %s", location, text);
  return FALSE;
}

static SoupMessage *
make_message (const IptvFetch *what, const IptvFetchMark *mark)
{
  SoupMessage *message = soup_message_new (SOUP_METHOD_GET, what->location);
  SoupMessageHeaders *headers = message != NULL ? soup_message_get_request_headers (message) : NULL;

  if (message == NULL)
    return NULL;
  iptv_refusal_watch (message, what->any_certificate);
  if (mark != NULL && mark->etag != NULL)
    soup_message_headers_replace (headers, "If-None-Match", mark->etag);
  if (mark != NULL && mark->modified != NULL)
    soup_message_headers_replace (headers, "If-Modified-Since", mark->modified);
  return message;
}

/* @location: for messages. */
static GInputStream *
send (SoupSession *session, SoupMessage *message, const char *location, GCancellable *cancellable, GError **error)
{
  GInputStream *stream = soup_session_send (session, message, cancellable, error);
  g_autofree char *why = stream == NULL ? iptv_refusal_dup_error_text (message, error != NULL ? *error : NULL) : NULL;

  if (stream != NULL)
    return stream;
  if (why != NULL) {
    g_clear_error (error);
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NO_SIGNAL, "reading %s: %s", location, why);
  }
  hearth_error_translate (error, "reading %s", location);
  return NULL;
}

static void
take_mark (IptvFetchMark *mark, SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);

  if (mark == NULL)
    return;
  g_free (mark->etag);
  g_free (mark->modified);
  mark->etag = g_strdup (soup_message_headers_get_one (headers, "ETag"));
  mark->modified = g_strdup (soup_message_headers_get_one (headers, "Last-Modified"));
}

static gboolean
fetch_http (const IptvFetch *what, IptvFetchMark *mark, GBytes **bytes, char **uri, GCancellable *cancellable, GError **error)
{
  g_autoptr (SoupSession) session = soup_session_new_with_options ("timeout", TIMEOUT_S, "user-agent", what->user_agent, NULL);
  g_autoptr (SoupMessage) message = make_message (what, mark);
  g_autofree char *shown = iptv_refusal_dup_public_uri (what->location);
  g_autoptr (GInputStream) stream = NULL;
  goffset length;

  if (message == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” is no HTTP address", shown);
    return FALSE;
  }
  stream = send (session, message, shown, cancellable, error);
  if (stream == NULL)
    return FALSE;
  if (mark != NULL && soup_message_get_status (message) == SOUP_STATUS_NOT_MODIFIED)
    return TRUE;
  length = soup_message_headers_get_content_length (soup_message_get_response_headers (message));
  if (mark != NULL)
    mark->wait_s = iptv_refusal_get_wait_s (message);
  if (!check_status (message, shown, error) || !check_size ((gsize) MAX (0, length), what->max_bytes, shown, error))
    return FALSE;
  *uri = g_uri_to_string_partial (soup_message_get_uri (message), G_URI_HIDE_FRAGMENT);
  *bytes = read_all (stream, what->max_bytes, shown, cancellable, error);
  if (*bytes != NULL)
    take_mark (mark, message);
  return *bytes != NULL;
}

static GBytes *
read_descriptor (int fd, const char *path, gsize max_bytes, GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  struct stat status;
  gssize n;

  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode)) { /* a FIFO or a device would keep us waiting */
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "%s is not a file", path);
    return NULL;
  }
  if (!check_size ((gsize) status.st_size, max_bytes, path, error))
    return NULL;
  while ((n = read (fd, chunk, CHUNK_BYTES)) > 0 || (n < 0 && errno == EINTR)) {
    if (n > 0)
      g_byte_array_append (all, chunk, (guint) n);
    if (!check_size (all->len, max_bytes, path, error))
      return NULL;
  }
  if (n < 0) {
    hearth_error_set_errno (error, errno, "reading %s", path);
    return NULL;
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

static GBytes *
fetch_file (const char *location, gsize max_bytes, char **uri, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *absolute = NULL;
  GBytes *bytes;
  int fd;

  if (iptv_url_has_scheme (location, "file")) {
    path = g_filename_from_uri (location, NULL, error);
    hearth_error_translate (error, "“%s”", location);
  } else {
    path = g_strdup (location);
  }
  if (path == NULL)
    return NULL;
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    hearth_error_set_errno (error, errno, "opening %s", path);
    return NULL;
  }
  bytes = read_descriptor (fd, path, max_bytes, error);
  close (fd);
  absolute = g_canonicalize_filename (path, NULL);
  *uri = g_filename_to_uri (absolute, NULL, NULL);
  return bytes;
}

static GBytes *
unpack (GBytes *packed, gsize max_bytes, const char *location, GCancellable *cancellable, GError **error)
{
  g_autoptr (GInputStream) memory = g_memory_input_stream_new_from_bytes (packed);
  g_autoptr (GZlibDecompressor) gzip = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_autoptr (GInputStream) stream = g_converter_input_stream_new (memory, G_CONVERTER (gzip));

  return read_all (stream, max_bytes, location, cancellable, error);
}

void
iptv_fetch_mark_clear (IptvFetchMark *self)
{
  g_clear_pointer (&self->etag, g_free);
  g_clear_pointer (&self->modified, g_free);
  g_clear_pointer (&self->checksum, g_free);
}

/* Drops what is the same as the answer before. */
static void
compare (IptvFetchMark *mark, GBytes **bytes)
{
  g_autofree char *checksum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, *bytes);

  if (g_strcmp0 (checksum, mark->checksum) == 0)
    g_clear_pointer (bytes, g_bytes_unref);
  g_free (mark->checksum);
  mark->checksum = g_steal_pointer (&checksum);
}

static gboolean
finish (const IptvFetch *what, IptvFetchMark *mark, GBytes **bytes, GCancellable *cancellable, GError **error)
{
  gsize n_bytes = 0;
  const guint8 *start;
  GBytes *unpacked;

  if (mark != NULL)
    compare (mark, bytes);
  start = *bytes != NULL ? g_bytes_get_data (*bytes, &n_bytes) : NULL;
  if (n_bytes <= 2 || start[0] != 0x1f || start[1] != 0x8b) /* RFC 1952, 2.3.1 */
    return TRUE;
  unpacked = unpack (*bytes, what->max_bytes, what->location, cancellable, error);
  g_bytes_unref (*bytes);
  *bytes = unpacked;
  return unpacked != NULL;
}

gboolean
iptv_fetch (const IptvFetch *what, IptvFetchMark *mark, GBytes **bytes, char **uri, GCancellable *cancellable, GError **error)
{
  const gboolean http = iptv_url_has_scheme (what->location, "http") || iptv_url_has_scheme (what->location, "https");
  gboolean ok;

  *uri = NULL;
  *bytes = NULL;
  if (mark != NULL)
    mark->wait_s = 0;
  if (!http && !iptv_url_has_scheme (what->location, "file") && strstr (what->location, "://") != NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
                 "“%s”: a playlist is read from http://, https://, file:// or a path", what->location);
    return FALSE;
  }
  if (http)
    ok = fetch_http (what, mark, bytes, uri, cancellable, error);
  else
    ok = (*bytes = fetch_file (what->location, what->max_bytes, uri, error)) != NULL;
  ok = ok && (*bytes == NULL || finish (what, mark, bytes, cancellable, error));
  if (!ok)
    g_clear_pointer (uri, g_free);
  return ok;
}
