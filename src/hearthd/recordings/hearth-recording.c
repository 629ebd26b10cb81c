/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/recordings/hearth-recording.h"

#include <fcntl.h>
#include <hearth/log.h>
#include <string.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("recordings")

HearthRecording *
hearth_recording_new (HearthRecordingManifest *manifest)
{
  HearthRecording *self = g_new0 (HearthRecording, 1);

  self->manifest = manifest;
  self->state = g_intern_string (manifest->finished ? "finished" : "opening");
  self->text = g_strdup ("");
  self->note.title = g_strdup ("");
  self->n_gaps = manifest->gaps->len;
  return self;
}

void
hearth_recording_free (HearthRecording *self)
{
  hearth_recording_manifest_free (self->manifest);
  g_clear_object (&self->stream);
  g_free (self->text);
  g_free (self->note.title);
  g_free (self);
}

gboolean
hearth_recording_is_running (const HearthRecording *self)
{
  return !self->manifest->finished;
}

const char *
hearth_recording_get_title (const HearthRecording *self)
{
  if (*self->note.title != '\0')
    return self->note.title;
  return *self->manifest->title != '\0' ? self->manifest->title : self->manifest->name;
}

GVariant *
hearth_recording_describe (const HearthRecording *self)
{
  const HearthRecordingManifest *manifest = self->manifest;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", manifest->id);
  g_variant_dict_insert (&dict, "title", "s", hearth_recording_get_title (self));
  g_variant_dict_insert (&dict, "channel", "s", manifest->channel);
  g_variant_dict_insert (&dict, "number", "s", manifest->number);
  g_variant_dict_insert (&dict, "name", "s", manifest->name);
  g_variant_dict_insert (&dict, "network", "s", manifest->network);
  g_variant_dict_insert (&dict, "state", "s", self->state);
  g_variant_dict_insert (&dict, "text", "s", self->text);
  g_variant_dict_insert (&dict, "end", "s", manifest->end);
  g_variant_dict_insert (&dict, "started", "x", manifest->started_us);
  g_variant_dict_insert (&dict, "until", "x", manifest->until_us);
  g_variant_dict_insert (&dict, "ended", "x", manifest->ended_us);
  g_variant_dict_insert (&dict, "duration", "x", manifest->duration_us);
  g_variant_dict_insert (&dict, "bytes", "t", manifest->bytes);
  g_variant_dict_insert (&dict, "gaps", "u", self->n_gaps);
  g_variant_dict_insert (&dict, "protected", "b", self->note.is_protected);
  g_variant_dict_insert (&dict, "position", "x", self->note.position_us);
  return g_variant_dict_end (&dict);
}

gint
hearth_recording_compare (gconstpointer a, gconstpointer b)
{
  const HearthRecording *const *one = a, *const *other = b;
  gint64 first = (*one)->manifest->started_us, second = (*other)->manifest->started_us;

  if (first != second)
    return first > second ? -1 : 1;
  return strcmp ((*one)->manifest->id, (*other)->manifest->id);
}

/* ---- on the disk --------------------------------------------------------------------------- */

static HearthRecordingManifest *
load (const char *folder, const char *id, GError **error)
{
  g_autofree char *path = g_build_filename (folder, id, NULL);
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  HearthRecordingManifest *manifest = hearth_recording_manifest_load (fd, error);

  if (fd >= 0)
    close (fd);
  return manifest;
}

/* Its manifest is of no use, but its pictures may be: it is shown by what its folder says. */
static HearthRecordingManifest *
make_up (const char *folder, const char *id)
{
  g_autofree char *path = g_build_filename (folder, id, "stream.ts", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = g_file_query_info (file, "standard::size,time::modified", G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);
  HearthRecordingManifest *manifest;

  if (info == NULL || g_file_info_get_size (info) == 0)
    return NULL;
  manifest = hearth_recording_manifest_new (id);
  manifest->finished = TRUE;
  manifest->bytes = g_file_info_get_size (info);
  manifest->ended_us = (gint64) g_file_info_get_attribute_uint64 (info, "time::modified") * G_USEC_PER_SEC;
  manifest->started_us = manifest->ended_us;
  return manifest;
}

GPtrArray *
hearth_recording_scan (const char *folder)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) hearth_recording_manifest_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autoptr (GError) error = NULL;
    HearthRecordingManifest *manifest;

    if (!hearth_recording_is_id (name))
      continue;
    manifest = load (folder, name, &error);
    if (manifest == NULL || !g_str_equal (manifest->id, name)) {
      hearth_warning ("the recording %s is shown without its manifest: %s", name, error != NULL ? error->message : "it is another's");
      g_clear_pointer (&manifest, hearth_recording_manifest_free);
      manifest = make_up (folder, name);
    }
    if (manifest != NULL)
      g_ptr_array_add (found, manifest);
  }
  return found;
}

GVariant *
hearth_recording_describe_gaps (const char *folder, const char *id)
{
  g_autoptr (HearthRecordingManifest) manifest = load (folder, id, NULL);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; manifest != NULL && i < manifest->gaps->len; i++) {
    const HearthRecordingGap *gap = &g_array_index (manifest->gaps, HearthRecordingGap, i);
    GVariantDict dict;

    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, "from", "x", gap->from_us);
    g_variant_dict_insert (&dict, "to", "x", gap->to_us);
    g_variant_dict_insert (&dict, "offset", "t", gap->offset);
    g_variant_dict_insert (&dict, "cause", "s", gap->cause);
    g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
  }
  return g_variant_builder_end (&builder);
}
