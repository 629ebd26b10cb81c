/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int output_errno; /* of the first write that failed; 0: none did */

void
ctl_write (const char *bytes, gsize n_bytes)
{
  errno = 0;
  if (fwrite (bytes, 1, n_bytes, stdout) < n_bytes && output_errno == 0)
    output_errno = errno != 0 ? errno : EIO;
}

gboolean
ctl_flush (int *error_number)
{
  errno = 0;
  if (fflush (stdout) != 0 && output_errno == 0)
    output_errno = errno != 0 ? errno : EIO;
  if (error_number != NULL)
    *error_number = output_errno;
  return output_errno == 0;
}

void
ctl_print (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  ctl_write (text, strlen (text));
}

/* Embeddings, overrides and isolates (Unicode, UAX 9, 2) of a name would turn what stands behind it in the line. */
static gboolean
turns_line (gunichar c)
{
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *
ctl_text_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *clean = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    const gunichar c = g_utf8_get_char (p);

    if (!turns_line (c))
      g_string_append_unichar (clean, g_unichar_iscntrl (c) ? ' ' : c);
  }
  return g_string_free (clean, FALSE);
}

static char *
join_children (GVariant *value)
{
  GString *joined = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (value); i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
    g_autofree char *text = ctl_text (child);

    g_string_append_printf (joined, "%s%s", i > 0 ? ", " : "", text);
  }
  return g_string_free (joined, FALSE);
}

static char *
pair_text (GVariant *entry)
{
  g_autoptr (GVariant) key = g_variant_get_child_value (entry, 0);
  g_autoptr (GVariant) value = g_variant_get_child_value (entry, 1);
  g_autofree char *left = ctl_text (key);
  g_autofree char *right = ctl_text (value);

  return g_strdup_printf ("%s=%s", left, right);
}

char *
ctl_text (GVariant *value)
{
  g_autoptr (GVariant) inner = NULL;

  switch (g_variant_classify (value)) {
  case G_VARIANT_CLASS_STRING:
  case G_VARIANT_CLASS_OBJECT_PATH:
  case G_VARIANT_CLASS_SIGNATURE: return ctl_text_clean (g_variant_get_string (value, NULL));
  case G_VARIANT_CLASS_BOOLEAN: return g_strdup (g_variant_get_boolean (value) ? "yes" : "no");
  case G_VARIANT_CLASS_DOUBLE: return g_strdup_printf ("%.6g", g_variant_get_double (value));
  case G_VARIANT_CLASS_VARIANT: inner = g_variant_get_variant (value); return ctl_text (inner);
  case G_VARIANT_CLASS_DICT_ENTRY: return pair_text (value);
  case G_VARIANT_CLASS_TUPLE:
  case G_VARIANT_CLASS_ARRAY: return join_children (value);
  case G_VARIANT_CLASS_BYTE:
  case G_VARIANT_CLASS_INT16:
  case G_VARIANT_CLASS_UINT16:
  case G_VARIANT_CLASS_INT32:
  case G_VARIANT_CLASS_UINT32:
  case G_VARIANT_CLASS_INT64:
  case G_VARIANT_CLASS_UINT64:
  case G_VARIANT_CLASS_HANDLE:
  case G_VARIANT_CLASS_MAYBE:
  default: return g_variant_print (value, FALSE);
  }
}

char *
ctl_lookup_text (GVariant *dictionary, const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (dictionary, key, NULL);

  return value != NULL ? ctl_text (value) : g_strdup ("");
}

char *
ctl_text_utc (gint64 utc_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (utc_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  if (utc_us == 0 || local == NULL)
    return g_strdup ("never");
  return g_date_time_format (local, "%Y-%m-%d %H:%M:%S");
}

void
ctl_print_dictionary (Ctl *ctl, GVariant *dictionary)
{
  guint width = 0;

  if (ctl->json) {
    ctl_print_variant (NULL, dictionary);
    return;
  }
  for (guint pass = 0; pass < 2; pass++) {
    GVariantIter iter;
    const char *key;
    GVariant *value;

    g_variant_iter_init (&iter, dictionary);
    while (g_variant_iter_loop (&iter, "{&sv}", &key, &value)) {
      g_autofree char *text = ctl_text (value);

      g_autofree char *clean = ctl_text_clean (key); /* a network's settings have any */

      if (pass == 0)
        width = MAX (width, ctl_text_width (clean));
      else
        ctl_print ("%s%*s  %s\n", clean, (int) (width - ctl_text_width (clean)), "", text);
    }
  }
}

/* Times µs UTC have the same names in all lists. */
static char *
cell_text (GVariant *row, const char *key)
{
  gint64 utc_us;

  if ((g_str_equal (key, "since") || g_str_equal (key, "refreshed")) && g_variant_lookup (row, key, "x", &utc_us))
    return ctl_text_utc (utc_us);
  return ctl_lookup_text (row, key);
}

void
ctl_print_list (Ctl *ctl, const char *name, GVariant *list, const char *columns)
{
  g_autofree char *titles = g_ascii_strup (columns, -1);
  g_auto (GStrv) keys = g_strsplit (columns, "|", -1);
  g_autoptr (CtlTable) table = NULL;

  if (ctl->json) {
    ctl_print_variant (name, list);
    return;
  }
  table = ctl_table_new (titles);
  for (gsize i = 0; i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (list, i);

    for (guint column = 0; keys[column] != NULL; column++)
      ctl_table_take (table, cell_text (row, keys[column] + (*keys[column] == '>' ? 1 : 0)));
  }
  ctl_table_flush (table);
}

void
ctl_print_json (JsonNode *node)
{
  g_autofree char *text = json_to_string (node, TRUE);

  ctl_print ("%s\n", text);
  json_node_unref (node);
}

void
ctl_print_variant (const char *name, GVariant *value)
{
  JsonNode *node = json_gvariant_serialize (value);

  if (name != NULL) {
    JsonObject *object = json_object_new ();

    json_object_set_member (object, name, node);
    node = json_node_init_object (json_node_alloc (), object);
    json_object_unref (object);
  }
  ctl_print_json (node);
}

void
ctl_json_append_string (GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_string_append_c (out, '"');
  for (const char *p = valid; *p != '\0'; p++) {
    guchar c = (guchar) *p;

    if (c == '"' || c == '\\') {
      g_string_append_c (out, '\\');
      g_string_append_c (out, *p);
    } else if (c < 0x20 || c == 0x7f)
      g_string_append_printf (out, "\\u%04x", c);
    else
      g_string_append_c (out, *p);
  }
  g_string_append_c (out, '"');
}
