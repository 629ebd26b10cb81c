/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/loop.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <hearth/error.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hearth-paths.h"
#include "headend/encode.h"

/* The file: video, audio, audio; of each unit frame, PTS, DTS, key, bytes. In this machine's byte order: it is a cache. */
#define CONTENT_TYPE "a(a(uxxbay))"
#define N_STREAMS (1 + HEADEND_MAX_AUDIO)
#define MAKING ".making-"

char *
headend_loop_dup_folder (GError **error)
{
  g_autofree char *cache = hearth_paths_dup_cache ();
  g_autofree char *folder = g_build_filename (cache, "headend", NULL);

  if (g_mkdir_with_parents (folder, 0755) != 0) {
    hearth_error_set_errno (error, errno, "making the folder %s for the content; set HEARTH_CACHE_DIR to one that can be written", folder);
    return NULL;
  }
  return g_steal_pointer (&folder);
}

char *
headend_loop_dup_path (const HeadendChannel *channel, const char *folder, const char *file)
{
  g_autofree char *hash = headend_channel_dup_hash (channel);

  return g_build_filename (folder, hash, file, NULL);
}

gboolean
headend_loop_is_made (const HeadendChannel *channel, const char *folder)
{
  g_autofree char *path = headend_loop_dup_path (channel, folder, "loop.bin");

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* ---- loading ---------------------------------------------------------------------------------------------------- */

static gboolean
load_stream (HeadendStream *stream, GVariant *list)
{
  stream->n_units = (guint) g_variant_n_children (list);
  stream->units = g_new0 (HeadendUnit, stream->n_units);
  for (guint i = 0; i < stream->n_units; i++) {
    g_autoptr (GVariant) item = g_variant_get_child_value (list, i);
    g_autoptr (GVariant) data = g_variant_get_child_value (item, 4);
    HeadendUnit *unit = &stream->units[i];

    g_variant_get (item, "(uxxb@ay)", &unit->frame, &unit->pts90k, &unit->dts90k, &unit->key, NULL);
    unit->data = g_variant_get_fixed_array (data, &unit->n_bytes, 1);
    if (unit->n_bytes == 0)
      return FALSE;
  }
  return stream->n_units > 0;
}

static HeadendLoop *
load (const HeadendChannel *channel, const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (HeadendLoop) self = g_new0 (HeadendLoop, 1);
  HeadendStream *streams[N_STREAMS] = { &self->video, &self->audio[0], &self->audio[1] };
  gboolean ok;

  if (file == NULL) {
    hearth_error_translate (error, "loading %s", path);
    return NULL;
  }
  bytes = g_mapped_file_get_bytes (file);
  self->channel = channel;
  self->content = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (CONTENT_TYPE), bytes, FALSE));
  ok = g_variant_n_children (self->content) == N_STREAMS;
  for (guint i = 0; ok && i < N_STREAMS; i++) {
    g_autoptr (GVariant) stream = g_variant_get_child_value (self->content, i);
    g_autoptr (GVariant) list = g_variant_get_child_value (stream, 0);

    ok = load_stream (streams[i], list);
  }
  if (ok && self->video.n_units == headend_channel_get_frames (channel))
    return g_steal_pointer (&self);
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "%s is damaged; delete it, and it is made again", path);
  return NULL;
}

void
headend_loop_free (HeadendLoop *self)
{
  g_free (self->video.units);
  for (guint i = 0; i < HEADEND_MAX_AUDIO; i++)
    g_free (self->audio[i].units);
  g_clear_pointer (&self->content, g_variant_unref);
  g_free (self);
}

/* ---- making ----------------------------------------------------------------------------------------------------- */

static GVariant *
units_to_variant (GArray *units)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(uxxbay)"));
  for (guint i = 0; i < units->len; i++) {
    const HeadendUnit *u = &g_array_index (units, HeadendUnit, i);

    g_variant_builder_add (&builder, "(uxxb@ay)", u->frame, u->pts90k, u->dts90k, u->key,
                           g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, u->data, u->n_bytes, 1));
  }
  return g_variant_new ("(@a(uxxbay))", g_variant_builder_end (&builder));
}

static GBytes *
read_file (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);

  return file != NULL ? g_mapped_file_get_bytes (file) : NULL;
}

static gboolean
make_stream (const HeadendChannel *c, guint stream, const char *path, GVariantBuilder *content, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) units = g_array_new (FALSE, TRUE, sizeof (HeadendUnit));
  g_autoptr (GBytes) bytes = NULL;
  gboolean ok;

  ok = stream == 0 ? headend_encode_video (c, path, cancellable, error) : headend_encode_audio (c, stream - 1, path, cancellable, error);
  if (!ok)
    return FALSE;
  bytes = read_file (path, error);
  if (bytes == NULL) {
    hearth_error_translate (error, "reading what ffmpeg made of channel %u", c->number);
    return FALSE;
  }
  if (stream == 0)
    ok = headend_units_from_ts (bytes, c->fps, units) && units->len == headend_channel_get_frames (c);
  else
    ok = headend_units_from_audio (bytes, c->audio[stream - 1], units);
  if (!ok) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_FAILED, "channel %u: ffmpeg's output for stream %u is not what was asked of it (%u units); "
                 "try another version of ffmpeg", c->number, stream, units->len);
    return FALSE;
  }
  g_variant_builder_add_value (content, units_to_variant (units));
  return TRUE;
}

static gboolean
make_content (const HeadendChannel *c, const char *folder, GCancellable *cancellable, GError **error)
{
  g_autofree char *raw = g_build_filename (folder, "raw", NULL);
  g_autofree char *path = g_build_filename (folder, "loop.bin", NULL);
  g_autoptr (GVariant) content = NULL;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (CONTENT_TYPE));
  for (guint i = 0; i < N_STREAMS; i++)
    if (!make_stream (c, i, raw, &builder, cancellable, error)) {
      g_variant_builder_clear (&builder);
      return FALSE;
    }
  content = g_variant_ref_sink (g_variant_builder_end (&builder));
  g_unlink (raw);
  if (g_file_set_contents (path, g_variant_get_data (content), (gssize) g_variant_get_size (content), error))
    return TRUE;
  hearth_error_translate (error, "writing %s", path);
  return FALSE;
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
  }
  g_rmdir (folder);
}

/* What a killed one left behind. */
static void
remove_orphans (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    int pid;

    if (sscanf (name, MAKING "%d-", &pid) == 1 && kill (pid, 0) != 0 && errno == ESRCH)
      remove_folder (path);
  }
}

/* In a folder of its own, renamed when all is in it. If another process was quicker, its content is as good. */
static gboolean
make (const HeadendChannel *c, const char *folder, GCancellable *cancellable, GError **error)
{
  g_autofree char *temporary = g_strdup_printf ("%s/" MAKING "%d-%u", folder, getpid (), c->number);
  g_autofree char *final = headend_loop_dup_path (c, folder, NULL);
  gboolean ok;

  remove_orphans (folder);
  if (g_mkdir (temporary, 0755) != 0 && errno != EEXIST) {
    hearth_error_set_errno (error, errno, "making the folder %s", temporary);
    return FALSE;
  }
  ok = make_content (c, temporary, cancellable, error);
  if (ok && g_rename (temporary, final) != 0 && errno != EEXIST && errno != ENOTEMPTY) {
    hearth_error_set_errno (error, errno, "renaming %s to %s", temporary, final);
    ok = FALSE;
  }
  remove_folder (temporary);
  return ok;
}

HeadendLoop *
headend_loop_get (const HeadendChannel *channel, const char *folder, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = headend_loop_dup_path (channel, folder, "loop.bin");

  if (!g_file_test (path, G_FILE_TEST_EXISTS) && !make (channel, folder, cancellable, error))
    return NULL;
  return load (channel, path, error);
}
