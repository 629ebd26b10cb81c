/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/channels/hearth-channel-keys.h"

#include <string.h>

#define LONG_VALUE 24 /* a parameter's value of that length is a token, whatever its name */

/* ---- addresses ---------------------------------------------------------------------- */

static gboolean
is_token (const char *parameter, gsize length)
{
  static const char *const names[] = { "token", "auth",    "key",  "sid",      "session",  "sessionid", "expires", "expire", "exp",
                                       "sign",  "sig",     "hash", "wssecret", "wstime",   "txsecret",  "txtime",  "t",      "ts",
                                       "time",  "nonce",   "uid",  "userid",   "username", "password",  "pass",    "stb",    "mac",
                                       "st",    "e",       "md5",  "ticket",   "playtoken", "accountinfo" };
  const char *equals = memchr (parameter, '=', length);
  gsize n_name = equals != NULL ? (gsize) (equals - parameter) : length;

  if (equals != NULL && length - n_name - 1 >= LONG_VALUE)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strlen (names[i]) == n_name && g_ascii_strncasecmp (names[i], parameter, n_name) == 0)
      return TRUE;
  return FALSE;
}

/* To @to, after '?' and with '&' between them; returns where it stopped. */
static char *
copy_parameters (char *to, const char *query, gsize length)
{
  const char *end = query + length;
  char separator = '?';

  while (query < end) {
    const char *next = memchr (query, '&', end - query);
    gsize n = (next != NULL ? next : end) - query;

    if (n > 0 && !is_token (query, n)) {
      *to++ = separator;
      to = (char *) memcpy (to, query, n) + n;
      separator = '&';
    }
    query += n + 1;
  }
  return to;
}

char *
hearth_channel_keys_dup_address (const char *uri)
{
  const char *scheme_end = strstr (uri, "://");
  const char *rest = scheme_end != NULL ? scheme_end + 3 : uri;
  gsize length = strcspn (rest, "#|");
  gsize n_path = MIN (strcspn (rest, "?"), length);
  gsize n_host = MIN (strcspn (rest, "/"), n_path);
  const char *at = memchr (rest, '@', n_host);
  char *key, *to;

  if (at != NULL) { /* user and password, or the source of a group */
    n_host -= at + 1 - rest;
    n_path -= at + 1 - rest;
    length -= at + 1 - rest;
    rest = at + 1;
  }
  to = key = g_malloc (length + 1); /* no part becomes longer */
  for (gsize i = 0; i < n_host; i++)
    *to++ = g_ascii_tolower (rest[i]);
  to = (char *) memcpy (to, rest + n_host, n_path - n_host) + (n_path - n_host);
  if (length > n_path)
    to = copy_parameters (to, rest + n_path + 1, length - n_path - 1);
  *to = '\0';
  return key;
}

/* ---- names --------------------------------------------------------------------------- */

/* Han ideographs of the blocks that names use: neither case nor compatibility forms (Unicode 15, 18.1). */
static gboolean
is_plain_han (gunichar letter)
{
  return (letter >= 0x3400 && letter <= 0x4dbf) || (letter >= 0x4e00 && letter <= 0x9fff);
}

static gboolean
is_left_out (gunichar letter)
{
  return letter == '-' || letter == '_' || (letter < 0x80 ? g_ascii_isspace (letter) : g_unichar_isspace (letter));
}

/* To @to, which has room for @name; FALSE: a letter needs Unicode's tables. Most names of big lists do not. */
static gboolean
fold_plainly (char *to, const char *name)
{
  for (const char *c = name; *c != '\0';) {
    if ((guchar) *c < 0x80) {
      if (!is_left_out ((guchar) *c))
        *to++ = g_ascii_tolower (*c);
      c++;
      continue;
    }
    if (!is_plain_han (g_utf8_get_char (c)))
      return FALSE;
    for (const char *next = g_utf8_next_char (c); c < next; c++)
      *to++ = *c;
  }
  *to = '\0';
  return TRUE;
}

static char *
fold_by_unicode (const char *name)
{
  g_autofree char *normal = g_utf8_normalize (name, -1, G_NORMALIZE_ALL); /* full-width letters become plain */
  g_autofree char *folded = g_utf8_casefold (normal != NULL ? normal : name, -1);
  GString *key = g_string_sized_new (strlen (folded));

  for (const char *c = folded; *c != '\0'; c = g_utf8_next_char (c))
    if (!is_left_out (g_utf8_get_char (c)))
      g_string_append_unichar (key, g_utf8_get_char (c));
  return g_string_free (key, FALSE);
}

char *
hearth_channel_keys_dup_name (const char *name)
{
  char *key = g_malloc (strlen (name) + 1);

  if (fold_plainly (key, name))
    return key;
  g_free (key);
  return fold_by_unicode (name);
}

gboolean
hearth_channel_keys_split_name (const char *name, char **chinese, char **english)
{
  const char *c = name;
  const char *latin;

  while (*c != '\0' && g_unichar_get_script (g_utf8_get_char (c)) == G_UNICODE_SCRIPT_HAN)
    c = g_utf8_next_char (c);
  latin = c;
  while (*latin == ' ')
    latin++;
  if (latin == c || g_utf8_pointer_to_offset (name, c) < 2 || !g_ascii_isalpha (*latin) || !g_str_is_ascii (latin))
    return FALSE;
  *chinese = g_strndup (name, c - name);
  *english = g_strdup (latin);
  return TRUE;
}

/* ---- ids and numbers -------------------------------------------------------------------- */

/* MD5 scatters; nothing is kept safe by it. Whose id is taken makes another attempt. */
void
hearth_channel_keys_make_id (const char *key, guint attempt, char id[17])
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567"; /* 5 bits each: 80 bits in all */
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_MD5);
  guint8 digest[16];
  gsize n_digest = sizeof digest;

  g_checksum_update (checksum, (const guchar *) key, -1);
  g_checksum_update (checksum, (const guchar *) &attempt, attempt > 0 ? sizeof attempt : 0);
  g_checksum_get_digest (checksum, digest, &n_digest);
  for (guint i = 0; i < sizeof digest; i++)
    id[i] = letters[digest[i] & 31];
  id[16] = '\0';
}

/* Beyond what 64 bits hold all numbers are one: the text tells them apart. */
static const char *
read_part (const char *text, guint64 *value)
{
  *value = 0;
  for (; g_ascii_isdigit (*text); text++)
    *value = *value > G_MAXUINT64 / 10 - 1 ? G_MAXUINT64 : *value * 10 + (guint64) (*text - '0');
  return text;
}

static int
compare_parts (const char *a, const char *b)
{
  gboolean number_a = g_ascii_isdigit (*a), number_b = g_ascii_isdigit (*b);

  if (number_a != number_b)
    return number_a ? -1 : 1;
  while (number_a && g_ascii_isdigit (*a) && g_ascii_isdigit (*b)) {
    guint64 value_a, value_b;

    a = read_part (a, &value_a);
    b = read_part (b, &value_b);
    if (value_a != value_b)
      return value_a < value_b ? -1 : 1;
    if (*a == '.' && *b == '.') {
      a++;
      b++;
    }
  }
  return strcmp (a, b);
}

int
hearth_channel_keys_compare_numbers (const char *a, const char *b)
{
  int result = compare_parts (a, b);

  return result != 0 ? result : strcmp (a, b); /* "5" and "05" are two numbers: a page ends at one of them */
}
