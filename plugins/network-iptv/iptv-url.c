/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-url.h"

#include <string.h>

#define WIDE_COLON "\xef\xbc\x9a" /* U+FF1A, from Chinese keyboards */
#define MAX_SCHEME 20

/* Those that occur in lists; the first four are carried by this plug-in into rings. */
static const char *const schemes[] = {
  "http", "https", "udp", "rtp", "file", "rtsp", "rtsps", "rtmp", "rtmps", "rtmpt", "rtmpe", "mms", "mmsh", "srt", "rist", "ftp",
  "plugin", "pvr", "pipe", "hls", "dvb", "p2p", "acestream", "sop", "tvbus", "mitv", "webview", "quic", "data", "smb", "nfs",
};

static const char *const ring_schemes[] = { "http", "https", "udp", "rtp", "file" };

/* What is a file or a manifest by its name, and so nothing for a ring. */
static const char *const direct_suffixes[] = {
  ".m3u8", ".mpd", ".m3u", ".pls", ".ism", ".ism/manifest", ".isml/manifest", ".mp4", ".m4v", ".mkv", ".avi", ".mov", ".webm",
  ".flv", ".wmv", ".mp3", ".m4a", ".aac", ".ogg", ".opus", ".flac",
};

static const char *const direct_words[] = { ".m3u8", "=m3u8", "=hls", ".mpd", "=mpd", "=dash" };

static const char *const direct_hints[] = { "hls", "mpd", "dash", "ism", "mpegurl", "smoothstreaming", "sstr" };

static gboolean
is_scheme_char (char c)
{
  return g_ascii_isalnum (c) || c == '+' || c == '-' || c == '.';
}

/* One letter too many, too few, wrong, or two swapped. */
static gboolean
is_near (const char *a, gsize n_a, const char *b)
{
  gsize n_b = strlen (b), head = 0, tail = 0;

  if (n_a > n_b + 1 || n_b > n_a + 1)
    return FALSE;
  while (head < n_a && head < n_b && a[head] == b[head])
    head++;
  while (tail < n_a - MIN (head, n_a) && tail < n_b - MIN (head, n_b) && a[n_a - 1 - tail] == b[n_b - 1 - tail])
    tail++;
  if (MAX (n_a, n_b) - head - tail <= 1)
    return TRUE;
  return n_a == n_b && n_a - head - tail == 2 && a[head] == b[head + 1] && a[head + 1] == b[head];
}

static const char *
find_exact (const char *word, gsize length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (strlen (schemes[i]) == length && memcmp (schemes[i], word, length) == 0)
      return schemes[i];
  return NULL;
}

/* Datagrams come from an address in digits, and only there an '@' begins one. */
static gboolean
is_plausible (const char *scheme, const char *rest)
{
  if (scheme[0] == 'u' || g_str_equal (scheme, "rtp"))
    return *rest == '@' || *rest == '[' || g_ascii_isdigit (*rest);
  return *rest != '@';
}

/* The known scheme that is meant. Only those that lists are full of are guessed at, and only if no other is as near. */
static const char *
guess_scheme (const char *word, gsize length, const char *rest)
{
  static const char *const usual[] = { "http", "https", "udp", "rtp", "rtsp", "rtmp", "file" };
  const char *found = find_exact (word, length), *http = NULL;
  guint n = 0;

  if (found != NULL)
    return found;
  for (gsize i = 0; i < G_N_ELEMENTS (usual); i++)
    if (is_near (word, length, usual[i]) && is_plausible (usual[i], rest)) {
      found = usual[i];
      http = i < 2 ? (word[length - 1] == 's' ? "https" : "http") : http;
      n++;
    }
  return http != NULL ? http : n == 1 ? found : NULL;
}

/* What stands between scheme and host: "://", or what people made of it. Returns its length, 0 for none. @colon: there is one. */
static gsize
separator_length (const char *p, gboolean *colon)
{
  const char *start = p;

  *colon = TRUE;
  if (*p == ':' || *p == ';')
    p++;
  else if (g_str_has_prefix (p, WIDE_COLON))
    p += strlen (WIDE_COLON);
  else
    *colon = FALSE;
  while (*p == ':' || *p == '/' || *p == '\\')
    p++;
  return (gsize) (p - start);
}

/* "http://http://host": the inner one counts. */
static const char *
skip_doubled (const char *rest)
{
  static const char *const inner[] = { "http://", "https://", "udp://", "rtp://" };

  for (gsize i = 0; i < G_N_ELEMENTS (inner); i++)
    if (g_ascii_strncasecmp (rest, inner[i], strlen (inner[i])) == 0)
      return rest + strlen (inner[i]);
  return rest;
}

static gboolean
looks_numeric (const char *line)
{
  const char *host = *line == '@' ? line + 1 : line;
  gboolean bracket = *host == '[';
  const char *end = host + strspn (host, bracket ? "[]0123456789abcdefABCDEF:.%" : "0123456789.");

  if (bracket)
    return strstr (host, "]:") != NULL;
  return end > host + 6 && *end == ':' && g_ascii_isdigit (end[1]);
}

static const char *
insert_escaped (GStringChunk *chunk, const char *scheme, const char *separator, const char *rest, IptvUrlFaults *faults)
{
  g_autoptr (GString) url = g_string_new (scheme);

  g_string_append (url, separator);
  for (const char *p = rest; *p != '\0'; p++) {
    if ((guchar) *p > 0x20 && *p != 0x7f) {
      g_string_append_c (url, *p);
    } else {
      g_string_append_printf (url, "%%%02X", (guchar) *p);
      *faults |= IPTV_URL_SPACES;
    }
  }
  return g_string_chunk_insert_len (chunk, url->str, (gssize) url->len);
}

static const char *
resolve (const char *line, const char *base, GStringChunk *chunk, IptvUrlFaults *faults)
{
  g_autofree char *resolved = NULL;
  g_autofree char *escaped = NULL;

  if (base == NULL)
    return NULL;
  escaped = g_uri_escape_string (line, G_URI_RESERVED_CHARS_ALLOWED_IN_PATH "?%#/[]", TRUE);
  resolved = g_uri_resolve_relative (base, escaped, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_ENCODED, NULL);
  if (resolved == NULL)
    return NULL;
  *faults |= IPTV_URL_RELATIVE;
  return g_string_chunk_insert (chunk, resolved);
}

static const char *
clean_slowly (const char *line, const char *base, GStringChunk *chunk, IptvUrlFaults *faults)
{
  char word[MAX_SCHEME + 1] = { 0 };
  gsize length = 0, gap;
  gboolean colon = FALSE;
  const char *scheme, *rest, *inner;

  if (looks_numeric (line)) {
    *faults |= IPTV_URL_MISSING_SCHEME;
    return insert_escaped (chunk, "udp", *line == '@' ? "://" : "://@", line, faults);
  }
  while (length < MAX_SCHEME && is_scheme_char (line[length])) {
    word[length] = g_ascii_tolower (line[length]);
    length++;
  }
  gap = separator_length (line + length, &colon);
  rest = line + length + gap;
  if (length == 1 && gap > 0)
    return NULL; /* "C:\tv\a.ts": a file of another computer */
  if (g_str_equal (word, "igmp") && gap == 3)
    memcpy (word, "udp", sizeof "udp"); /* the same by its old name; told as misspelt */
  scheme = length > 0 && gap > 0 ? guess_scheme (word, strlen (word), rest) : NULL;
  if (gap == 0 || *rest == '\0' || (!colon && (scheme == NULL || gap < 2)))
    return resolve (line, base, chunk, faults);
  if (scheme == NULL) /* one that we don't know: as it is */
    return insert_escaped (chunk, word, memcmp (line + length, "://", MIN (gap, 3)) == 0 ? "://" : ":", rest, faults);

  inner = skip_doubled (rest);
  if (inner != rest || length != strlen (scheme) || memcmp (line, scheme, length) != 0 ||
      (gap != 3 && !g_str_equal (scheme, "file")) || memcmp (line + length, "://", MIN (gap, 3)) != 0)
    *faults |= IPTV_URL_MISSPELT_SCHEME;
  if (inner != rest && g_ascii_strncasecmp (inner - 8, "https", 5) == 0)
    scheme = "https";
  return insert_escaped (chunk, scheme, g_str_equal (scheme, "file") ? ":///" : "://", inner, faults);
}

static gboolean
is_clean (const char *line)
{
  static const char *const usual[] = { "http://", "https://", "udp://", "rtp://" };

  for (gsize i = 0; i < G_N_ELEMENTS (usual); i++) {
    gsize length = strlen (usual[i]);

    if (strncmp (line, usual[i], length) == 0)
      return line[length] != '/' && line[length] != '\\' && line[length] != '\0' && strpbrk (line, " \t\x7f") == NULL &&
             skip_doubled (line + length) == line + length;
  }
  return FALSE;
}

const char *
iptv_url_clean (char *line, const char *base, GStringChunk *chunk, IptvUrlFaults *faults)
{
  gsize length;

  *faults = 0;
  if (G_LIKELY (is_clean (line)))
    return line;
  length = strlen (line);
  if (length >= 2 && (*line == '"' || *line == '\'') && line[length - 1] == *line) {
    *faults |= IPTV_URL_QUOTED;
    line[length - 1] = '\0';
    line++;
    g_strstrip (line);
  }
  return *line != '\0' ? clean_slowly (line, base, chunk, faults) : NULL;
}

gboolean
iptv_url_has_scheme (const char *url, const char *scheme)
{
  gsize length = strlen (scheme);

  return g_ascii_strncasecmp (url, scheme, length) == 0 && url[length] == ':';
}

static gboolean
has_direct_suffix (const char *url, gsize path_length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (direct_suffixes); i++) {
    gsize n = strlen (direct_suffixes[i]);

    if (path_length > n && g_ascii_strncasecmp (url + path_length - n, direct_suffixes[i], n) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_direct_hint (const char *hint)
{
  for (gsize i = 0; i < G_N_ELEMENTS (direct_hints); i++)
    if (strcasestr (hint, direct_hints[i]) != NULL)
      return TRUE;
  return FALSE;
}

HearthDelivery
iptv_url_get_delivery (const char *url, const char *hint)
{
  gsize path_length = strcspn (url, "?#");
  gboolean ring = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (ring_schemes); i++)
    ring = ring || iptv_url_has_scheme (url, ring_schemes[i]);
  if (!ring || (hint != NULL && is_direct_hint (hint)))
    return HEARTH_DELIVERY_DIRECT;
  if (iptv_url_has_scheme (url, "udp") || iptv_url_has_scheme (url, "rtp") || (hint != NULL && *hint != '\0'))
    return HEARTH_DELIVERY_RING;
  if (has_direct_suffix (url, path_length))
    return HEARTH_DELIVERY_DIRECT;
  for (gsize i = 0; url[path_length] != '\0' && i < G_N_ELEMENTS (direct_words); i++)
    if (strcasestr (url + path_length, direct_words[i]) != NULL)
      return HEARTH_DELIVERY_DIRECT;
  return HEARTH_DELIVERY_RING;
}

char *
iptv_url_cut_options (char *url)
{
  char *pipe = strchr (url, '|');

  if (pipe == NULL || strchr (pipe, '=') == NULL)
    return NULL;
  *pipe = '\0';
  g_strchomp (url);
  return pipe + 1;
}

char *
iptv_url_dup_basename (const char *url)
{
  const char *start = strstr (url, "://");
  g_autofree char *path = NULL;
  g_autofree char *base = NULL;
  char *unescaped;

  start = start != NULL ? start + 3 : url;
  start += *start == '@';
  path = g_strndup (start, strcspn (start, "?#"));
  if (iptv_url_has_scheme (url, "udp") || iptv_url_has_scheme (url, "rtp"))
    return g_steal_pointer (&path);
  base = g_path_get_basename (path);
  unescaped = g_uri_unescape_string (base, NULL);
  if (unescaped != NULL && g_utf8_validate (unescaped, -1, NULL))
    return unescaped;
  g_free (unescaped);
  return g_steal_pointer (&base);
}
