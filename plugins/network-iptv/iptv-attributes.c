/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-attributes.h"

#include <string.h>

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static gboolean
is_key_char (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '_' || c == '.' || c == ':' || c == '#';
}

static char *
skip_spaces (char *p)
{
  while (is_space (*p))
    p++;
  return p;
}

/* A key and its '='. Returns what follows the '=', NULL where @p is no attribute. */
static char *
match_key (char *p, char **key_end)
{
  char *start = p;

  while (is_key_char (*p))
    p++;
  *key_end = p;
  p = skip_spaces (p);
  return p > start && *key_end > start && *p == '=' ? p + 1 : NULL;
}

static gboolean
is_attribute (char *p)
{
  char *key_end;

  return match_key (p, &key_end) != NULL;
}

/* After a comma only what cannot well be a name: key="..., and another comma further on. */
static gboolean
is_quoted_attribute (char *p)
{
  char *key_end, *value = match_key (p, &key_end);

  return value != NULL && (*value == '"' || *value == '\'') && strchr (value + 1, ',') != NULL;
}

/* A quotation mark ends the value if what follows can follow a value; so `"The "Best" Show"` stays whole. */
static gboolean
is_closing (char *quote)
{
  char *next = skip_spaces (quote + 1);

  return *next == '\0' || *next == ',' || is_attribute (next);
}

/* A quotation mark that begins the next attribute's value: the last one's was never closed. Returns where that attribute
 * begins, NULL if it does not. */
static char *
find_opened_by (char *quote, char *value)
{
  char *p = quote;

  if (p - value < 3 || *--p != '=')
    return NULL;
  while (p > value && is_key_char (p[-1]))
    p--;
  return p > value && is_space (p[-1]) && p[0] != '=' ? p : NULL;
}

/* Ends a value at @end in place. A comma there is overwritten too, and remembered. Returns where scanning goes on. */
static char *
cut_at (IptvAttributeScan *self, char *end)
{
  if (*end == '\0')
    return end;
  self->at_comma = *end == ',';
  *end = '\0';
  return end + 1;
}

static char *
close_quoted (IptvAttributeScan *self, char *quote)
{
  *quote = '\0';
  if (is_key_char (quote[1]) && is_attribute (quote + 1))
    self->faults |= IPTV_FAULT_MISSING_SPACE;
  return quote + 1;
}

/* @value: after the opening mark. Returns where scanning goes on. */
static char *
take_quoted (IptvAttributeScan *self, char *value, char mark)
{
  char *first = NULL;

  for (char *p = strchr (value, mark); p != NULL; p = strchr (p + 1, mark)) {
    char *next;

    if (is_closing (p))
      return close_quoted (self, p);
    if ((next = find_opened_by (p, value)) != NULL) {
      self->faults |= IPTV_FAULT_MISSING_QUOTE;
      next[-1] = '\0'; /* the space before it */
      return next;
    }
    first = first != NULL ? first : p;
  }
  if (first != NULL)
    return close_quoted (self, first);
  self->faults |= IPTV_FAULT_MISSING_QUOTE;
  return cut_at (self, value + strcspn (value, ","));
}

/* Up to a comma, or to a space that a further attribute follows: `group-title=My Group,Name`. */
static char *
find_unquoted_end (char *value)
{
  for (char *p = value; *p != '\0'; p++) {
    if (*p == ',')
      return p;
    if (is_space (*p) && is_attribute (skip_spaces (p)))
      return p;
  }
  return value + strlen (value);
}

void
iptv_attributes_add (GArray *attributes, char *key, const char *value, IptvFaults *faults)
{
  HearthAttribute attribute = { .key = key, .value = value };

  if (attributes->len >= IPTV_MAX_ATTRIBUTES) {
    *faults |= IPTV_FAULT_TOO_MANY;
    return;
  }
  if (strnlen (value, IPTV_MAX_VALUE_BYTES + 1) > IPTV_MAX_VALUE_BYTES) {
    *faults |= IPTV_FAULT_LONG_VALUE;
    return;
  }
  for (; *key != '\0'; key++)
    *key = g_ascii_tolower (*key);
  g_array_append_val (attributes, attribute);
}

static char *
take_unquoted (IptvAttributeScan *self, char *value)
{
  char *end = find_unquoted_end (value), *next = cut_at (self, end);

  g_strchomp (value);
  if (value[strspn (value, "+-.0123456789")] != '\0')
    self->faults |= IPTV_FAULT_UNQUOTED;
  return next;
}

static char *
take_attribute (IptvAttributeScan *self, char *key, char *key_end, char *value)
{
  char mark, *next;

  *key_end = '\0';
  value = skip_spaces (value);
  mark = *value;
  if (mark == '\'')
    self->faults |= IPTV_FAULT_SINGLE_QUOTES;
  if (mark == '"' || mark == '\'')
    next = take_quoted (self, ++value, mark);
  else
    next = take_unquoted (self, value);
  iptv_attributes_add (self->attributes, key, value, &self->faults);
  return next;
}

/* Neither attribute nor comma: a name without comma, or litter before one. */
static char *
take_stray (IptvAttributeScan *self, char *p)
{
  char *comma = strchr (p, ',');

  self->stray = p;
  if (comma != NULL) {
    self->faults |= IPTV_FAULT_STRAY_TEXT;
    *comma = '\0';
    self->name = g_strstrip (comma + 1);
  }
  g_strstrip (self->stray);
  return NULL;
}

/* @p: after the comma. */
static char *
take_comma (IptvAttributeScan *self, char *p)
{
  self->at_comma = FALSE;
  p = skip_spaces (p);
  if (is_quoted_attribute (p)) {
    self->faults |= IPTV_FAULT_STRAY_COMMA;
    return p;
  }
  self->name = g_strstrip (p);
  return NULL;
}

void
iptv_attributes_scan (IptvAttributeScan *self, char *text, gboolean after_value)
{
  char *p = text, *key_end, *value;

  self->name = self->stray = NULL;
  self->at_comma = FALSE;
  if (after_value && is_key_char (*p) && is_attribute (p))
    self->faults |= IPTV_FAULT_MISSING_SPACE;
  while (p != NULL && (*p != '\0' || self->at_comma)) {
    if (self->at_comma) {
      p = take_comma (self, p);
      continue;
    }
    p = skip_spaces (p);
    if (*p == ',')
      p = take_comma (self, p + 1);
    else if ((value = match_key (p, &key_end)) != NULL)
      p = take_attribute (self, p, key_end, value);
    else if (*p != '\0')
      p = take_stray (self, p);
  }
}

const char *
iptv_attributes_get (const HearthAttribute *attributes, guint n_attributes, const char *key)
{
  for (guint i = 0; i < n_attributes; i++)
    if (strcmp (attributes[i].key, key) == 0)
      return attributes[i].value;
  return NULL;
}

const char *
iptv_attributes_find (const HearthAttribute *attributes, guint n_attributes, const char *const *keys)
{
  for (guint k = 0; keys[k] != NULL; k++)
    for (guint i = 0; i < n_attributes; i++)
      if (*attributes[i].value != '\0' && strcmp (attributes[i].key, keys[k]) == 0)
        return attributes[i].value;
  return NULL;
}
