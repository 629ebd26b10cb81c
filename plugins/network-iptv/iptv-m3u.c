/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-m3u.h"

#include "iptv-address.h"
#include "iptv-attributes.h"
#include "iptv-header.h"
#include "iptv-mend.h"
#include "iptv-refusal.h"
#include "iptv-text.h"
#include "iptv-url.h"

#include <string.h>

#define UTF8_BOM "\xef\xbb\xbf"
#define SHOWN_CHARS 60 /* of a line, in an oddity */

typedef struct {
  const IptvM3uHandler *handler;
  gpointer user_data;
  const char *location;

  guint line;
  guint n_services;
  guint n_headers;
  gboolean told_txt;

  /* The entry being read. */
  GArray *attributes; /* of HearthAttribute */
  gboolean has_extinf;
  guint extinf_line;
  const char *name;
  const char *entry_group; /* #EXTGRP of this entry */

  const char *sticky_group; /* #EXTGRP or #genre# for the entries that say nothing themselves */
  GArray *header;           /* of HearthAttribute, of all #EXTM3U lines */
  GArray *defaults;         /* of HearthAttribute, those of the header that entries inherit */
  const char *list_name;
  GHashTable *uris;         /* uri -> how often */
  GHashTable *ids;          /* tvg-id -> line of the first */
  GStringChunk *chunk;      /* strings that the text itself does not hold */
} Parser;

static void
tell (Parser *self, guint line, const char *code, const char *text)
{
  HearthOddity oddity = { .line = line, .code = code, .text = text };

  self->handler->oddity (self->user_data, &oddity);
}

static void tell_printf (Parser *self, const char *code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
tell_printf (Parser *self, const char *code, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  tell (self, self->line, code, text);
}

typedef struct {
  guint bit;
  const char *code, *text;
} Fault;

static const Fault attribute_faults[] = {
  { IPTV_FAULT_MISSING_SPACE, "missing-space", "a space is missing before an attribute; read as if it were there" },
  { IPTV_FAULT_MISSING_QUOTE, "missing-quote", "a quotation mark is not closed; the value ends where the next thing begins" },
  { IPTV_FAULT_SINGLE_QUOTES, "single-quotes", "values stand in single quotation marks; read like double ones" },
  { IPTV_FAULT_UNQUOTED, "unquoted-value", "a value stands without quotation marks; it ends at a comma or the next attribute" },
  { IPTV_FAULT_STRAY_TEXT, "stray-text", "text between the attributes and the comma; ignored" },
  { IPTV_FAULT_STRAY_COMMA, "stray-comma", "a comma between attributes; taken for a space" },
  { IPTV_FAULT_LONG_VALUE, "long-value", "an attribute is longer than 65536 bytes; dropped" },
  { IPTV_FAULT_TOO_MANY, "too-many-attributes", "more than 256 attributes; the rest is dropped" },
};

static const Fault url_faults[] = {
  { IPTV_URL_MISSPELT_SCHEME, "misspelt-scheme", "the address' scheme is misspelt; corrected" },
  { IPTV_URL_MISSING_SCHEME, "missing-scheme", "the address has no scheme; taken for udp://" },
  { IPTV_URL_SPACES, "space-in-url", "spaces in the address; became %20" },
  { IPTV_URL_QUOTED, "quoted-url", "quotation marks around the address; dropped" },
  { IPTV_URL_RELATIVE, "relative-url", "the address is relative; completed by the list's own" },
};

static void
tell_faults (Parser *self, guint bits, const Fault *faults, gsize n_faults)
{
  for (gsize i = 0; bits != 0 && i < n_faults; i++)
    if ((bits & faults[i].bit) != 0)
      tell (self, self->line, faults[i].code, faults[i].text);
}

static void
tell_attribute_faults (Parser *self, IptvFaults faults)
{
  tell_faults (self, faults, attribute_faults, G_N_ELEMENTS (attribute_faults));
}

static const char *
get (Parser *self, const char *const *keys)
{
  return iptv_attributes_find ((const HearthAttribute *) (gpointer) self->attributes->data, self->attributes->len, keys);
}

#define GET(self, ...) get (self, (const char *const[]){ __VA_ARGS__, NULL })

/* ---- one service ------------------------------------------------------------------------ */

/* "a; b;;c" is "a;b;c". */
static const char *
clean_groups (Parser *self, const char *groups)
{
  g_auto (GStrv) parts = NULL;
  g_autoptr (GString) joined = NULL;

  if (groups == NULL || strchr (groups, ';') == NULL)
    return groups;
  parts = g_strsplit (groups, ";", -1);
  joined = g_string_new (NULL);
  for (guint i = 0; parts[i] != NULL; i++) {
    g_strstrip (parts[i]);
    if (*parts[i] != '\0')
      g_string_append_printf (joined, "%s%s", joined->len > 0 ? ";" : "", parts[i]);
  }
  return joined->len > 0 ? g_string_chunk_insert (self->chunk, joined->str) : NULL;
}

/* tvheadend's: "News|HD" is "News;HD". */
static const char *
get_tags (Parser *self)
{
  const char *tags = GET (self, "tvh-tags");

  if (tags == NULL || strchr (tags, '|') == NULL)
    return tags;
  return g_strdelimit (g_string_chunk_insert (self->chunk, tags), "|", ';');
}

/* An entry's own group goes before #EXTGRP's, and ends that one's reign, as in Kodi's IPTV Simple. */
static const char *
choose_group (Parser *self)
{
  const char *own = GET (self, "group-title", "tvg-group", "group");

  if (own != NULL && self->entry_group == NULL)
    self->sticky_group = NULL;
  else if (self->entry_group != NULL)
    self->sticky_group = self->entry_group;
  if (own == NULL)
    own = self->entry_group == NULL ? get_tags (self) : NULL;
  return clean_groups (self, own != NULL ? own : self->sticky_group);
}

/* A second entry with the same address is a service of its own: "#hearth-2" makes it unique, and open() ignores it. */
static const char *
make_unique (Parser *self, const char *uri)
{
  gpointer key = NULL, count = NULL;

  if (G_LIKELY (!g_hash_table_lookup_extended (self->uris, uri, &key, &count))) {
    g_hash_table_insert (self->uris, (gpointer) uri, GUINT_TO_POINTER (1));
    return uri;
  }
  for (guint n = GPOINTER_TO_UINT (count) + 1;; n++) {
    g_autofree char *candidate = g_strdup_printf ("%s#hearth-%u", uri, n);

    if (!g_hash_table_contains (self->uris, candidate)) {
      const char *kept = g_string_chunk_insert (self->chunk, candidate);

      g_hash_table_insert (self->uris, key, GUINT_TO_POINTER (n));
      g_hash_table_insert (self->uris, (gpointer) kept, GUINT_TO_POINTER (1));
      tell_printf (self, "duplicate-url", "entry %u with this address; kept as a service of its own, as …#hearth-%u", n, n);
      return kept;
    }
  }
}

static void
note_id (Parser *self, const char *id)
{
  gpointer first;

  if (id == NULL)
    return;
  first = g_hash_table_lookup (self->ids, id);
  if (first == NULL)
    g_hash_table_insert (self->ids, (gpointer) id, GUINT_TO_POINTER (self->extinf_line));
  else
    tell_printf (self, "duplicate-id", "tvg-id “%s” is also that of line %u; both share that guide", id, GPOINTER_TO_UINT (first));
}

/* The entry's own, then what it inherits. */
static const HearthAttribute *
get_attributes (Parser *self)
{
  iptv_header_inherit (self->attributes, self->defaults);
  return (const HearthAttribute *) (gpointer) self->attributes->data;
}

/* Told while it can still be mended, not when the channel is opened. */
static void
check_datagrams (Parser *self, const char *uri)
{
  g_autoptr (GError) error = NULL;
  IptvAddress address;

  if (!iptv_url_has_scheme (uri, "udp") && !iptv_url_has_scheme (uri, "rtp"))
    return;
  if (!iptv_address_parse (&address, uri, &error))
    tell (self, self->line, "bad-address", error->message);
}

static gboolean
is_true (const char *value)
{
  return value != NULL && (g_ascii_strcasecmp (value, "true") == 0 || g_ascii_strcasecmp (value, "yes") == 0 ||
                           g_str_equal (value, "1"));
}

static void
emit (Parser *self, const char *uri)
{
  const HearthAttribute *attributes = get_attributes (self);
  const char *hint = GET (self, "kodiprop:inputstream.adaptive.manifest_type", "kodiprop:inputstream.ffmpegdirect.manifest_type",
                          "kodiprop:mimetype");
  g_autofree char *made_name = NULL;
  HearthService service = {
    .struct_size = sizeof service,
    .line = self->extinf_line,
    .uri = uri,
    .name = self->name,
    .number = GET (self, "tvg-chno", "channel-number", "ch-number", "tvh-chnum", "tvg-num", "channelnumber"),
    .logo = GET (self, "tvg-logo", "logo", "tvg-logo-small"),
    .group = choose_group (self),
    .guide_id = GET (self, "tvg-id", "tvg_id", "epg-id", "tvh-epgid", "channel-id"),
    .kind = is_true (iptv_attributes_get (attributes, self->attributes->len, "radio")) ? HEARTH_SERVICE_RADIO : HEARTH_SERVICE_TV,
    .delivery = iptv_url_get_delivery (uri, hint),
    .attributes = attributes,
    .n_attributes = self->attributes->len,
  };

  note_id (self, service.guide_id);
  if (service.name == NULL || *service.name == '\0') {
    service.name = GET (self, "tvg-name");
    if (service.name == NULL)
      service.name = made_name = iptv_url_dup_basename (uri);
    if (self->has_extinf)
      tell_printf (self, "no-name", "the entry has no name; called “%s”", service.name);
  }
  check_datagrams (self, uri);
  service.uri = make_unique (self, uri);
  self->n_services++;
  self->handler->service (self->user_data, &service);
}

static void
reset_entry (Parser *self)
{
  g_array_set_size (self->attributes, 0);
  self->has_extinf = FALSE;
  self->name = NULL;
  self->entry_group = NULL;
}

/* ---- lines of addresses -------------------------------------------------------------------- */

static char *
insert_unescaped (Parser *self, const char *text)
{
  g_autofree char *unescaped = g_uri_unescape_string (text, NULL);

  return g_string_chunk_insert (self->chunk, unescaped != NULL && g_utf8_validate (unescaped, -1, NULL) ? unescaped : text);
}

/* "User-Agent=x&Referer=http%3A%2F%2Fy" becomes attributes "pipe:user-agent", "pipe:referer". */
static void
add_pipe_options (Parser *self, const char *options)
{
  g_auto (GStrv) parts = g_strsplit (options, "&", -1);
  IptvFaults faults = 0;

  for (guint i = 0; parts[i] != NULL; i++) {
    char *equals = strchr (g_strstrip (parts[i]), '=');
    g_autofree char *key = NULL;

    if (equals == NULL || equals == parts[i])
      continue;
    *equals = '\0';
    if (!g_str_is_ascii (parts[i]))
      continue;
    key = g_strconcat ("pipe:", g_strchug (parts[i] + (*parts[i] == '!')), NULL);
    iptv_attributes_add (self->attributes, g_string_chunk_insert (self->chunk, key), insert_unescaped (self, equals + 1), &faults);
  }
  tell_attribute_faults (self, faults);
}

/* "CCTV-1,http://..." and "News,#genre#", as Chinese apps write lists. Returns the address, NULL if it was a group. */
static char *
take_txt (Parser *self, char *line)
{
  char *comma = strchr (line, ',');

  if (self->has_extinf || comma == NULL)
    return line;
  if (g_str_has_prefix (comma + 1, "#genre#")) {
    *comma = '\0';
    self->sticky_group = g_strstrip (line);
    return NULL;
  }
  if (memchr (line, '/', (gsize) (comma - line)) != NULL || strstr (comma, "://") == NULL)
    return line;
  *comma = '\0';
  if (!self->told_txt)
    tell (self, self->line, "txt-format", "a line of the kind NAME,ADDRESS without #EXTINF; all such lines are read so");
  self->told_txt = TRUE;
  self->has_extinf = TRUE;
  self->extinf_line = self->line;
  self->name = g_strstrip (line);
  return g_strstrip (comma + 1);
}

/* The beginning of a line, cut between characters. */
static void
tell_no_address (Parser *self, const char *line)
{
  g_autofree char *start = g_utf8_substring (line, 0, MIN (g_utf8_strlen (line, 4 * SHOWN_CHARS), SHOWN_CHARS));

  tell_printf (self, "not-an-address", "“%s” is no address; ignored", start);
}

static void
take_address (Parser *self, char *line)
{
  IptvUrlFaults faults = 0;
  const char *uri;
  char *options;

  line = take_txt (self, line);
  if (line == NULL)
    return;
  if (strstr (line, "&amp;") != NULL && iptv_mend_entities (line))
    tell (self, self->line, "html-entities", "written as on a web page (&amp;); read as what it means there");
  options = iptv_url_cut_options (line);
  /* Without #EXTINF a line counts only where it is an address by itself, or litter would become services. */
  uri = iptv_url_clean (line, self->has_extinf ? self->location : NULL, self->chunk, &faults);
  if (uri == NULL) {
    tell_no_address (self, line);
    return;
  }
  tell_faults (self, faults, url_faults, G_N_ELEMENTS (url_faults));
  if (!self->has_extinf) {
    self->extinf_line = self->line;
    tell (self, self->line, "no-extinf", "an address without #EXTINF; named after the address");
  }
  if (options != NULL)
    add_pipe_options (self, options);
  emit (self, uri);
  reset_entry (self);
}

/* ---- lines that begin with # --------------------------------------------------------------- */

static void
take_duration (Parser *self, const char *start, const char *end)
{
  IptvFaults ignored = 0;
  g_autofree char *text = g_strndup (start, (gsize) (end - start));

  if (g_ascii_strtod (text, NULL) > 0)
    iptv_attributes_add (self->attributes, g_string_chunk_insert (self->chunk, "duration"),
                         g_string_chunk_insert (self->chunk, text), &ignored);
}

static void
tell_entities (Parser *self)
{
  tell (self, self->line, "html-entities", "written as on a web page (&amp;); read as what it means there");
}

/* Of the entry, once its line has been cut into name and values; they lie in the text. */
static void
mend_entities (Parser *self)
{
  gboolean done = self->name != NULL && iptv_mend_entities ((char *) self->name);

  for (guint i = 0; i < self->attributes->len; i++)
    done = iptv_mend_entities ((char *) g_array_index (self->attributes, HearthAttribute, i).value) || done;
  if (done)
    tell_entities (self);
}

static void
take_extinf (Parser *self, char *rest)
{
  IptvAttributeScan scan = { .attributes = self->attributes };
  char *start;

  if (self->has_extinf) {
    HearthOddity oddity = { self->extinf_line, "no-url", "the entry has no address; dropped" };

    self->handler->oddity (self->user_data, &oddity);
    reset_entry (self);
  }
  self->has_extinf = TRUE;
  self->extinf_line = self->line;
  if (*rest != ':')
    tell (self, self->line, "missing-colon", "#EXTINF without a colon; read as if it were there");
  rest += *rest == ':';
  rest = g_strchug (rest);
  if (iptv_mend_quotes (rest))
    tell (self, self->line, "typographic-quotes", "values stand in typographic quotation marks; read like plain ones");
  start = rest;
  rest += *rest == '-' || *rest == '+';
  while (g_ascii_isdigit (*rest) || *rest == '.')
    rest++;
  take_duration (self, start, rest);
  iptv_attributes_scan (&scan, rest, rest > start);
  self->name = scan.name;
  if (scan.name == NULL) {
    self->name = scan.stray;
    tell (self, self->line, "missing-comma", "no comma before the name; what follows the attributes is the name");
  }
  tell_attribute_faults (self, scan.faults);
  mend_entities (self);
}

static void
take_header (Parser *self, char *rest)
{
  IptvAttributeScan scan = { .attributes = self->header };

  if (self->n_headers++ > 0)
    tell (self, self->line, "second-header", "another #EXTM3U; its attributes are added to the first one's");
  iptv_attributes_scan (&scan, rest, FALSE);
  tell_attribute_faults (self, scan.faults & ~(guint) IPTV_FAULT_STRAY_TEXT);
  g_array_unref (self->defaults);
  self->defaults = iptv_header_find_defaults (self->header);
}

/* "#EXTVLCOPT:key=value", "#KODIPROP:key=value": one key "extvlcopt:key"; "#EXTIMG:value": key "extimg". In place. */
static void
take_option (Parser *self, char *name, char *colon)
{
  IptvFaults faults = 0;
  char *key = g_strchug (colon + 1);
  gsize length = strspn (key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.#|");
  char *value = key + length;

  while (*value == ' ' || *value == '\t')
    value++;
  if (length > 0 && *value == '=') {
    key[length] = '\0';
    value++;
  } else {
    *colon = '\0';
    value = key;
  }
  iptv_attributes_add (self->attributes, name, g_strstrip (value), &faults);
  tell_attribute_faults (self, faults);
}

static gboolean
is_tag (const char *name, gsize length, const char *tag)
{
  return strlen (tag) == length && g_ascii_strncasecmp (name, tag, length) == 0;
}

static void
take_group (Parser *self, char *name, char *colon)
{
  IptvFaults faults = 0;
  char *group = g_strstrip (colon + 1);

  *colon = '\0';
  if (*group == '"' && g_str_has_suffix (group + 1, "\"")) {
    group[strlen (group) - 1] = '\0';
    group++;
  }
  iptv_attributes_add (self->attributes, name, group, &faults);
  tell_attribute_faults (self, faults);
  self->entry_group = self->sticky_group = *group != '\0' ? group : NULL;
}

/* Kept with the next entry, known or not; a comment is what has no colon or does not begin in capitals as tags do. */
static void
take_tag (Parser *self, char *name, gsize length)
{
  char *colon = name + length;

  if (is_tag (name, length, "PLAYLIST") && *colon == ':')
    self->list_name = g_strstrip (colon + 1);
  else if (is_tag (name, length, "EXTENC") || (g_ascii_strncasecmp (name, "EXT-X-", 6) == 0 && !self->has_extinf))
    return;
  else if (is_tag (name, length, "EXTGRP") && *colon == ':')
    take_group (self, name, colon);
  else if (length > 9 && g_ascii_strncasecmp (name, "EXTVLCOPT--", 11) == 0) { /* an old spelling of the colon */
    memmove (name + 10, name + 11, strlen (name + 11) + 1);
    name[9] = ':';
    take_option (self, name, name + 9);
  } else if (*colon == ':' && (g_ascii_strncasecmp (name, "EXT", 3) == 0 || is_tag (name, length, "KODIPROP") ||
                               is_tag (name, length, "WEBPROP")))
    take_option (self, name, colon);
}

static void
take_hash (Parser *self, char *line)
{
  char *name = line + 1;
  gsize length;

  while (*name == ' ' || *name == '#')
    name++;
  length = strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
  if (g_ascii_strncasecmp (name, "EXTINF", 6) == 0)
    take_extinf (self, name + 6);
  else if (g_ascii_strncasecmp (name, "EXTM3U", 6) == 0)
    take_header (self, name + 6);
  else if (length > 0)
    take_tag (self, name, length);
}

static void
take_line (Parser *self, char *line)
{
  if (g_str_has_prefix (line, UTF8_BOM)) {
    tell (self, self->line, "bom", "a byte order mark; ignored");
    line += strlen (UTF8_BOM);
  }
  g_strstrip (line);
  if (*line == '\0')
    return;
  if (self->n_headers == 0 && self->n_services == 0 && !self->has_extinf && g_ascii_strncasecmp (line, "#EXTM3U", 7) != 0 &&
      g_ascii_strncasecmp (line, "#EXTINF", 7) == 0)
    tell (self, self->line, "missing-header", "no #EXTM3U at the top; read all the same");
  if (*line == '#') {
    take_hash (self, line);
  } else if (g_ascii_strncasecmp (line, "EXTINF:", 7) == 0) {
    tell (self, self->line, "missing-hash", "EXTINF without its #; read as if it were there");
    take_extinf (self, line + 6);
  } else {
    take_address (self, line);
  }
}

/* ---- the whole list -------------------------------------------------------------------------- */

static void
take_lines (Parser *self, IptvText *text)
{
  char *end = text->text + text->length;

  for (char *p = text->text; p < end;) {
    char *newline = memchr (p, '\n', (gsize) (end - p));
    char *stop = newline != NULL ? newline : end;

    *stop = '\0';
    self->line++;
    take_line (self, p);
    p = stop + 1;
  }
  if (self->has_extinf)
    tell (self, self->extinf_line, "no-url", "the entry has no address; dropped");
}

static void
tell_text (Parser *self, const IptvText *text)
{
  g_autofree char *charset = NULL;

  if (text->bom)
    tell (self, 1, "bom", "a byte order mark; ignored");
  if (text->utf16)
    tell (self, 0, "utf-16", "the list is UTF-16; converted");
  if (text->had_nul)
    tell (self, 0, "nul-bytes", "zero bytes in the list; read as spaces");
  if (text->mended_line != 0)
    tell (self, text->mended_line, "broken-utf8", "broken UTF-8, here and perhaps further down; shown as �");
  if (*text->charset == '\0')
    return;
  charset = g_strdup_printf ("not UTF-8: %u lines from here on were read as %s", text->n_charset_lines, text->charset);
  tell (self, text->charset_line, "not-utf8", charset);
}

/* A line of its own that begins with @tag. */
static gboolean
has_tag_line (const char *text, const char *tag)
{
  for (const char *p = strstr (text, tag); p != NULL; p = strstr (p + 1, tag))
    if (p == text || p[-1] == '\n' || p[-1] == '\r')
      return TRUE;
  return FALSE;
}

/* The playlist of one stream (RFC 8216), not of many channels. */
static gboolean
is_hls (const char *text)
{
  return has_tag_line (text, "#EXT-X-TARGETDURATION") || (has_tag_line (text, "#EXT-X-STREAM-INF") && !has_tag_line (text, "#EXTINF"));
}

static void
take_hls (Parser *self)
{
  g_autofree char *name = iptv_url_dup_basename (self->location);
  HearthService service = { .struct_size = sizeof service,
                            .line = 1,
                            .uri = self->location,
                            .name = name,
                            .delivery = HEARTH_DELIVERY_DIRECT };

  tell (self, 0, "is-hls", "this is the HLS playlist of one stream, not a list of channels; taken as one channel");
  self->handler->service (self->user_data, &service);
  self->n_services++;
}

static gboolean
check_kind (const IptvText *text, const char *location, GError **error)
{
  const char *start = text->text;
  const char *kind = NULL;
  g_autofree char *shown = NULL;

  while (g_ascii_isspace (*start))
    start++;
  if (*start == '\0')
    kind = "is empty";
  else if (*start == '<')
    kind = "is a web page or XML, not a playlist; perhaps an error page: open it in a browser to read it";
  else if (*start == '{')
    kind = "is JSON, not a playlist";
  if (kind == NULL)
    return TRUE;
  shown = iptv_refusal_dup_public_uri (location);
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "%s %s", shown, kind);
  return FALSE;
}

static gboolean
take_text (Parser *self, IptvText *text, GError **error)
{
  g_autofree char *shown = NULL;

  if (!check_kind (text, self->location, error))
    return FALSE;
  tell_text (self, text);
  if (is_hls (text->text)) {
    take_hls (self);
    return TRUE;
  }
  if (iptv_mend_line_ends (text->text, text->length) > 0)
    tell (self, 0, "mixed-line-ends", "some lines end in CR alone, as on old computers; read as lines of their own");
  take_lines (self, text);
  if (self->n_services > 0)
    return TRUE;
  if (self->n_headers > 0) {
    tell (self, 0, "empty", "the list has no entry");
    return TRUE;
  }
  shown = iptv_refusal_dup_public_uri (self->location);
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "%s is no playlist: it has neither #EXTM3U nor a single address", shown);
  return FALSE;
}

gboolean
iptv_m3u_parse (const guint8 *bytes, gsize n_bytes, const char *location, const char *charset, const IptvM3uHandler *handler,
                gpointer user_data, GVariant **details, GError **error)
{
  g_auto (IptvText) text = { 0 };
  Parser self = { .handler = handler, .user_data = user_data, .location = location };
  gboolean ok;

  if (n_bytes > IPTV_M3U_MAX_BYTES) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "%s has %" G_GSIZE_FORMAT " MiB; a playlist may have %u: split it",
                 location, n_bytes >> 20, IPTV_M3U_MAX_BYTES >> 20);
    return FALSE;
  }
  iptv_text_init (&text, bytes, n_bytes, charset);
  self.attributes = g_array_sized_new (FALSE, FALSE, sizeof (HearthAttribute), 32);
  self.header = g_array_new (FALSE, FALSE, sizeof (HearthAttribute));
  self.defaults = g_array_new (FALSE, FALSE, sizeof (HearthAttribute));
  self.uris = g_hash_table_new (g_str_hash, g_str_equal);
  self.ids = g_hash_table_new (g_str_hash, g_str_equal);
  self.chunk = g_string_chunk_new (4096);
  ok = take_text (&self, &text, error);
  if (ok && details != NULL)
    *details = iptv_header_make_details (self.header, self.list_name);
  g_array_unref (self.attributes);
  g_array_unref (self.header);
  g_array_unref (self.defaults);
  g_hash_table_unref (self.uris);
  g_hash_table_unref (self.ids);
  g_string_chunk_free (self.chunk);
  return ok;
}
