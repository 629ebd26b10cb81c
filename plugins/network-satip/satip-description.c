/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-description.h"

#include <string.h>

#define MAX_DEPTH 16
#define MAX_VALUE_BYTES 1024

typedef struct {
  SatipDescription *description;
  guint depth, devices;  /* devices: how many <device> stand around us; what is in an embedded one is not the server's */
  char **target;         /* what the element's text is for; NULL: nothing */
  gboolean is_server;
  GString *text;
} Reading;

/* "satip:X_SATIPCAP" and "X_SATIPCAP" alike. */
static const char *
get_local_name (const char *name)
{
  const char *colon = strchr (name, ':');

  return colon != NULL ? colon + 1 : name;
}

static void
on_start (GMarkupParseContext *context, const char *element, const char **names, const char **values, gpointer user_data, GError **error)
{
  Reading *self = user_data;
  SatipDescription *description = self->description;
  const char *name = get_local_name (element);

  if (++self->depth > MAX_DEPTH) {
    g_set_error_literal (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "it is nested too deeply");
    return;
  }
  self->devices += g_str_equal (name, "device");
  g_string_truncate (self->text, 0);
  self->target = NULL;
  if (self->devices != 1)
    return;
  if (g_str_equal (name, "friendlyName"))
    self->target = &description->name;
  else if (g_str_equal (name, "UDN"))
    self->target = &description->uuid;
  else if (g_str_equal (name, "X_SATIPCAP"))
    self->target = &description->capabilities;
}

static void
on_end (GMarkupParseContext *context, const char *element, gpointer user_data, GError **error)
{
  Reading *self = user_data;
  const char *name = get_local_name (element);

  g_strstrip (self->text->str);
  if (self->target != NULL && *self->target == NULL && *self->text->str != '\0')
    *self->target = g_strdup (self->text->str);
  self->is_server |= self->devices == 1 && g_str_equal (name, "deviceType") && strstr (self->text->str, ":SatIPServer:") != NULL;
  g_string_truncate (self->text, 0);
  self->target = NULL;
  self->depth--;
  self->devices -= g_str_equal (name, "device");
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize n_bytes, gpointer user_data, GError **error)
{
  Reading *self = user_data;

  if (self->text->len + n_bytes <= MAX_VALUE_BYTES)
    g_string_append_len (self->text, text, (gssize) n_bytes);
}

static const GMarkupParser parser = { .start_element = on_start, .end_element = on_end, .text = on_text };

void
satip_description_clear (SatipDescription *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->uuid, g_free);
  g_clear_pointer (&self->capabilities, g_free);
}

gboolean
satip_description_parse (SatipDescription *self, const char *text, gsize n_bytes, GError **error)
{
  Reading reading = { .description = self, .text = g_string_new (NULL) };
  g_autoptr (GString) held = reading.text;
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &reading, NULL);

  *self = (SatipDescription) { 0 };
  if (!g_markup_parse_context_parse (context, text, (gssize) n_bytes, error) || !g_markup_parse_context_end_parse (context, error)) {
    hearth_error_translate (error, "reading a SAT>IP server's description");
    satip_description_clear (self);
    return FALSE;
  }
  if (!reading.is_server) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "the description is not that of a SAT>IP server");
    satip_description_clear (self);
    return FALSE;
  }
  if (self->uuid != NULL && g_str_has_prefix (self->uuid, "uuid:"))
    memmove (self->uuid, self->uuid + 5, strlen (self->uuid + 5) + 1);
  return TRUE;
}

/* ---- front ends -------------------------------------------------------------------------------- */

#define BIT(system) (1u << (system))

/* SAT>IP 1.2.2, 3.3.2 has the first five; servers that receive more write the others so. A receiver of the second generation receives
 * the first one too; DVB-C2 is counted only for its cable. */
static const struct {
  const char *kind;
  guint32 systems;
} kinds[] = {
  { "dvbs2", BIT (HEARTH_TUNER_DVB_S) | BIT (HEARTH_TUNER_DVB_S2) },
  { "dvbt", BIT (HEARTH_TUNER_DVB_T) },
  { "dvbt2", BIT (HEARTH_TUNER_DVB_T) | BIT (HEARTH_TUNER_DVB_T2) },
  { "dvbc", BIT (HEARTH_TUNER_DVB_C) },
  { "dvbc2", BIT (HEARTH_TUNER_DVB_C) },
  { "dvbs", BIT (HEARTH_TUNER_DVB_S) },
  { "dvbcb", BIT (HEARTH_TUNER_DVB_C_B) },
  { "isdbt", BIT (HEARTH_TUNER_ISDB_T) },
  { "dtmb", BIT (HEARTH_TUNER_DTMB) },
  { "atsc", BIT (HEARTH_TUNER_ATSC) },
};

static guint32
find_systems (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, kind))
      return kinds[i].systems;
  return 0;
}

/* How many of @kind there are already: servers may name one kind twice. */
static guint
count_kind (const GArray *list, const char *kind)
{
  guint n = 0;

  for (guint i = 0; i < list->len; i++)
    n += g_str_equal (g_array_index (list, SatipFrontEnd, i).kind, kind);
  return n;
}

static void
append_kind (GArray *list, const char *word, guint *front_end)
{
  g_auto (GStrv) parts = g_strsplit (word, "-", 2);
  g_autofree char *kind = parts[0] != NULL ? g_ascii_strdown (g_strstrip (parts[0]), -1) : NULL;
  guint64 n = 1;

  if (kind == NULL || strlen (kind) >= sizeof ((SatipFrontEnd *) NULL)->kind)
    return;
  if (parts[1] != NULL && !g_ascii_string_to_unsigned (g_strstrip (parts[1]), 10, 0, SATIP_MAX_FRONT_ENDS, &n, NULL))
    return;
  for (guint i = 0; i < n && list->len < SATIP_MAX_FRONT_ENDS; i++) {
    SatipFrontEnd fe = { .number = count_kind (list, kind), .front_end = ++*front_end, .systems = find_systems (kind) };

    g_strlcpy (fe.kind, kind, sizeof fe.kind);
    if (fe.systems != 0)
      g_array_append_val (list, fe);
  }
}

GArray *
satip_capabilities_parse (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, ",", SATIP_MAX_FRONT_ENDS);
  GArray *list = g_array_new (FALSE, TRUE, sizeof (SatipFrontEnd));
  guint front_end = 0;

  for (guint i = 0; words[i] != NULL; i++)
    append_kind (list, words[i], &front_end);
  return list;
}
