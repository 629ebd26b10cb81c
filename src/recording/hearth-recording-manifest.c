/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recording/hearth-recording-manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <hearth/error.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define ID_LENGTH 16
#define LONGEST_TEXT 16384

/* ---- names ----------------------------------------------------------------------------- */

gboolean
hearth_recording_is_id (const char *id)
{
  return strlen (id) == ID_LENGTH && strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789") == ID_LENGTH;
}

char *
hearth_recording_dup_new_id (void)
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
  guint8 bytes[ID_LENGTH];
  char *id = g_malloc0 (ID_LENGTH + 1);

  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    for (guint i = 0; i < ID_LENGTH; i++)
      bytes[i] = (guint8) g_random_int ();
  for (guint i = 0; i < ID_LENGTH; i++)
    id[i] = letters[bytes[i] % 32];
  return id;
}

void
hearth_recording_set_string (char **place, const char *value)
{
  char *copy = g_strdup (value != NULL ? value : "");

  g_free (*place);
  *place = copy;
}

/* ---- the struct -------------------------------------------------------------------------- */

HearthRecordingManifest *
hearth_recording_manifest_new (const char *id)
{
  HearthRecordingManifest *self = g_new0 (HearthRecordingManifest, 1);

  self->id = g_strdup (id);
  self->end = g_strdup ("");
  self->channel = g_strdup ("");
  self->number = g_strdup ("");
  self->name = g_strdup ("");
  self->network = g_strdup ("");
  self->title = g_strdup ("");
  self->description = g_strdup ("");
  self->gaps = g_array_new (FALSE, FALSE, sizeof (HearthRecordingGap));
  return self;
}

void
hearth_recording_manifest_free (HearthRecordingManifest *self)
{
  g_free (self->id);
  g_free (self->end);
  g_free (self->channel);
  g_free (self->number);
  g_free (self->name);
  g_free (self->network);
  g_free (self->title);
  g_free (self->description);
  g_array_unref (self->gaps);
  g_free (self);
}

HearthRecordingManifest *
hearth_recording_manifest_copy (const HearthRecordingManifest *self)
{
  HearthRecordingManifest *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->end = g_strdup (self->end);
  copy->channel = g_strdup (self->channel);
  copy->number = g_strdup (self->number);
  copy->name = g_strdup (self->name);
  copy->network = g_strdup (self->network);
  copy->title = g_strdup (self->title);
  copy->description = g_strdup (self->description);
  copy->gaps = g_array_copy (self->gaps);
  return copy;
}

/* ---- reading -------------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "this is no manifest of a recording: %s is wrong", what);
  return FALSE;
}

/* What is not there stays as it is. */
static gboolean
get_text (JsonObject *object, const char *name, char **place, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  const char *text;

  if (node == NULL)
    return TRUE;
  text = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
  if (text == NULL || strlen (text) > LONGEST_TEXT || !g_utf8_validate (text, -1, NULL))
    return refuse (error, name);
  hearth_recording_set_string (place, text);
  return TRUE;
}

static gboolean
get_number (JsonObject *object, const char *name, gint64 *number, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64 || json_node_get_int (node) < 0)
    return refuse (error, name);
  *number = json_node_get_int (node);
  return TRUE;
}

/* (nullable): also where it is something else, which then reads as empty. */
static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static const char *
intern_cause (const char *cause)
{
  static const char *const causes[] = { HEARTH_RECORDING_NO_PACKETS, HEARTH_RECORDING_NETWORK_RESTARTED, HEARTH_RECORDING_OVERRUN,
                                        HEARTH_RECORDING_RECORDER_STOPPED, HEARTH_RECORDING_BOX_RESTARTED,
                                        HEARTH_RECORDING_DISK_FULL, HEARTH_RECORDING_DISK_ERROR };

  for (guint i = 0; i < G_N_ELEMENTS (causes); i++)
    if (g_str_equal (causes[i], cause))
      return causes[i];
  return "unknown"; /* a newer version's */
}

static gboolean
get_gap (HearthRecordingManifest *self, JsonNode *node, GError **error)
{
  JsonObject *object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autofree char *cause = g_strdup ("");
  HearthRecordingGap gap = { 0 };
  gint64 offset = 0;

  if (object == NULL || self->gaps->len >= HEARTH_RECORDING_MOST_GAPS)
    return refuse (error, "gaps");
  if (!get_number (object, "from_us", &gap.from_us, error) || !get_number (object, "to_us", &gap.to_us, error) ||
      !get_number (object, "offset", &offset, error) || !get_text (object, "cause", &cause, error))
    return FALSE;
  gap.offset = (guint64) offset;
  gap.cause = intern_cause (cause);
  g_array_append_val (self->gaps, gap);
  return TRUE;
}

static gboolean
get_gaps (HearthRecordingManifest *self, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "gaps");
  JsonArray *array;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse (error, "gaps");
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!get_gap (self, json_array_get_element (array, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
get_parts (HearthRecordingManifest *self, JsonObject *root, GError **error)
{
  JsonObject *channel = get_object (root, "channel"), *service = get_object (root, "service"), *event = get_object (root, "event");
  gint64 leg = 0;

  if (channel != NULL && (!get_text (channel, "id", &self->channel, error) || !get_text (channel, "number", &self->number, error) ||
                          !get_text (channel, "name", &self->name, error)))
    return FALSE;
  if (service != NULL && (!get_text (service, "network", &self->network, error) || !get_number (service, "leg", &leg, error)))
    return FALSE;
  if (event != NULL &&
      (!get_text (event, "title", &self->title, error) || !get_text (event, "description", &self->description, error)))
    return FALSE;
  self->leg = (guint) MIN (leg, G_MAXUINT16);
  return get_gaps (self, root, error);
}

static gboolean
get_root (HearthRecordingManifest *self, JsonObject *root, GError **error)
{
  g_autofree char *state = g_strdup ("");
  gint64 version = 0, bytes = 0;

  if (!get_number (root, "version", &version, error) || !get_text (root, "id", &self->id, error) ||
      !get_text (root, "state", &state, error) || !get_text (root, "end", &self->end, error) ||
      !get_number (root, "started_us", &self->started_us, error) || !get_number (root, "until_us", &self->until_us, error) ||
      !get_number (root, "ended_us", &self->ended_us, error) || !get_number (root, "duration_us", &self->duration_us, error) ||
      !get_number (root, "bytes", &bytes, error) || !get_parts (self, root, error))
    return FALSE;
  self->bytes = (guint64) bytes;
  self->finished = g_str_equal (state, "finished");
  if (version != HEARTH_RECORDING_MANIFEST_VERSION)
    return refuse (error, "version");
  if (!hearth_recording_is_id (self->id))
    return refuse (error, "id");
  if (!self->finished && !g_str_equal (state, "recording"))
    return refuse (error, "state");
  return TRUE;
}

/* The parser of json-glib 1.6 recurses: depth is counted before it sees the text. */
static gboolean
is_deep (const char *text, gsize n_bytes)
{
  guint depth = 0;

  for (gsize i = 0; i < n_bytes; i++) {
    if (text[i] == '{' || text[i] == '[')
      depth++;
    else if ((text[i] == '}' || text[i] == ']') && depth > 0)
      depth--;
    if (depth > 64)
      return TRUE;
  }
  return FALSE;
}

HearthRecordingManifest *
hearth_recording_manifest_parse (const char *text, gsize n_bytes, GError **error)
{
  g_autoptr (HearthRecordingManifest) self = hearth_recording_manifest_new ("");
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;

  if (n_bytes > HEARTH_RECORDING_MANIFEST_MAX || !g_utf8_validate (text, n_bytes, NULL) || is_deep (text, n_bytes) ||
      !json_parser_load_from_data (parser, text, n_bytes, NULL)) {
    refuse (error, "its JSON");
    return NULL;
  }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    refuse (error, "its JSON");
    return NULL;
  }
  return get_root (self, json_node_get_object (root), error) ? g_steal_pointer (&self) : NULL;
}

HearthRecordingManifest *
hearth_recording_manifest_load (int folder_fd, GError **error)
{
  int fd = openat (folder_fd, "manifest.json", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  g_autofree char *text = NULL;
  gssize n = -1;

  if (fd >= 0) {
    text = g_malloc (HEARTH_RECORDING_MANIFEST_MAX + 1);
    n = TEMP_FAILURE_RETRY (read (fd, text, HEARTH_RECORDING_MANIFEST_MAX + 1));
  }
  if (n < 0) {
    hearth_error_set_errno (error, errno, "reading the manifest of a recording");
    if (fd >= 0)
      close (fd);
    return NULL;
  }
  close (fd);
  return hearth_recording_manifest_parse (text, n, error);
}

/* ---- writing ------------------------------------------------------------------------------------ */

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_number (JsonBuilder *builder, const char *name, gint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

static void
begin_part (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
}

static void
add_parts (const HearthRecordingManifest *self, JsonBuilder *builder)
{
  begin_part (builder, "channel");
  add_text (builder, "id", self->channel);
  add_text (builder, "number", self->number);
  add_text (builder, "name", self->name);
  json_builder_end_object (builder);
  begin_part (builder, "service");
  add_text (builder, "network", self->network);
  add_number (builder, "leg", self->leg);
  json_builder_end_object (builder);
  begin_part (builder, "event");
  add_text (builder, "title", self->title);
  add_text (builder, "description", self->description);
  json_builder_end_object (builder);
}

static void
add_gaps (const HearthRecordingManifest *self, JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "gaps");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->gaps->len; i++) {
    const HearthRecordingGap *gap = &g_array_index (self->gaps, HearthRecordingGap, i);

    json_builder_begin_object (builder);
    add_number (builder, "from_us", gap->from_us);
    add_number (builder, "to_us", gap->to_us);
    add_number (builder, "offset", (gint64) gap->offset);
    add_text (builder, "cause", gap->cause);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

char *
hearth_recording_manifest_print (const HearthRecordingManifest *self, gsize *n_bytes)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  add_number (builder, "version", HEARTH_RECORDING_MANIFEST_VERSION);
  add_text (builder, "id", self->id);
  add_text (builder, "state", self->finished ? "finished" : "recording");
  add_text (builder, "end", self->end);
  add_parts (self, builder);
  add_number (builder, "started_us", self->started_us);
  add_number (builder, "until_us", self->until_us);
  add_number (builder, "ended_us", self->ended_us);
  add_number (builder, "duration_us", self->duration_us);
  add_number (builder, "bytes", (gint64) self->bytes);
  add_gaps (self, builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  return json_generator_to_data (generator, n_bytes);
}
