/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-fetch.h"

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

  if (SOUP_STATUS_IS_SUCCESSFUL (status))
    return TRUE;
  if (status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_GONE)
    code = HEARTH_ERROR_NOT_FOUND;
  else if (status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_FORBIDDEN)
    code = HEARTH_ERROR_PERMISSION_DENIED;
  g_set_error (error, HEARTH_ERROR, code, "reading %s: the server says %u %s", location, status,
               soup_message_get_reason_phrase (message));
  return FALSE;
}

static GBytes *
fetch_http (const char *location, const char *user_agent, gsize max_bytes, char **uri, GCancellable *cancellable, GError **error)
{
  g_autoptr (SoupSession) session = soup_session_new_with_options ("timeout", TIMEOUT_S, "user-agent", user_agent, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, location);
  g_autoptr (GInputStream) stream = NULL;

  if (message == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” is no HTTP address", location);
    return NULL;
  }
  stream = soup_session_send (session, message, cancellable, error);
  if (stream == NULL) {
    hearth_error_translate (error, "reading %s", location);
    return NULL;
  }
  if (!check_status (message, location, error) ||
      !check_size ((gsize) MAX (0, soup_message_headers_get_content_length (soup_message_get_response_headers (message))), max_bytes,
                   location, error))
    return NULL;
  *uri = g_uri_to_string_partial (soup_message_get_uri (message), G_URI_HIDE_FRAGMENT);
  return read_all (stream, max_bytes, location, cancellable, error);
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

GBytes *
iptv_fetch (const char *location, const char *user_agent, gsize max_bytes, char **uri, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  gboolean http = iptv_url_has_scheme (location, "http") || iptv_url_has_scheme (location, "https");
  const guint8 *start;
  gsize n_bytes = 0;

  *uri = NULL;
  if (!http && !iptv_url_has_scheme (location, "file") && strstr (location, "://") != NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
                 "“%s”: a playlist is read from http://, https://, file:// or a path", location);
    return NULL;
  }
  bytes = http ? fetch_http (location, user_agent, max_bytes, uri, cancellable, error) : fetch_file (location, max_bytes, uri, error);
  if (bytes == NULL) {
    g_clear_pointer (uri, g_free);
    return NULL;
  }
  start = g_bytes_get_data (bytes, &n_bytes);
  if (n_bytes > 2 && start[0] == 0x1f && start[1] == 0x8b) { /* RFC 1952, 2.3.1 */
    GBytes *unpacked = unpack (bytes, max_bytes, location, cancellable, error);

    if (unpacked == NULL)
      g_clear_pointer (uri, g_free);
    return unpacked;
  }
  return g_steal_pointer (&bytes);
}
