/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/hearth-record-service.h"

#include "base/hearth-fds.h"
#include "dbus/tv.hearth.internal.Record1.h"
#include "record/hearth-record-disk.h"

#include <hearth/error.h>
#include <unistd.h>

#define PROGRESS_S 2

/* A recorder, and what was told of it. */
typedef struct {
  HearthRecorder *recorder;
  guint told; /* version */
} Entry;

struct _HearthRecordService {
  HearthDBusInternalRecord1 *skeleton;
  HearthRecordDisk *disk;
  char *folder;
  GHashTable *entries; /* id -> Entry; finished ones leave */
  guint64 lost_bytes;  /* of those that have left */
  guint progress;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  hearth_recorder_unref (entry->recorder);
  g_free (entry);
}

/* ---- telling ------------------------------------------------------------------------------------- */

static void
emit_state (HearthRecordService *self, const char *id, const HearthRecorderStatus *status)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "text", "s", status->text);
  g_variant_dict_insert (&details, "end", "s", status->end);
  g_variant_dict_insert (&details, "bytes", "t", status->bytes);
  g_variant_dict_insert (&details, "duration", "x", status->duration_us);
  g_variant_dict_insert (&details, "started", "x", status->started_us);
  g_variant_dict_insert (&details, "ended", "x", status->ended_us);
  g_variant_dict_insert (&details, "gaps", "u", status->n_gaps);
  hearth_dbus_internal_record1_emit_state (self->skeleton, id, hearth_recorder_state_to_string (status->state),
                                           g_variant_dict_end (&details));
}

/* TRUE: it has ended and may leave. */
static gboolean
tell (HearthRecordService *self, Entry *entry)
{
  HearthRecorderStatus status;
  gboolean ended;

  hearth_recorder_get_status (entry->recorder, &status);
  ended = status.state == HEARTH_RECORDER_FINISHED || status.state == HEARTH_RECORDER_FAILED;
  if (status.version != entry->told)
    emit_state (self, hearth_recorder_get_id (entry->recorder), &status);
  entry->told = status.version;
  if (ended)
    self->lost_bytes += status.lost_bytes;
  hearth_recorder_status_clear (&status);
  return ended;
}

static gboolean
on_progress (gpointer user_data)
{
  HearthRecordService *self = user_data;
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(stx)"));
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Entry *entry = value;
    HearthRecorderStatus status;

    hearth_recorder_get_status (entry->recorder, &status);
    g_variant_builder_add (&builder, "(stx)", hearth_recorder_get_id (entry->recorder), status.bytes, status.duration_us);
    hearth_recorder_status_clear (&status);
  }
  hearth_dbus_internal_record1_emit_progress (self->skeleton, g_variant_builder_end (&builder));
  return G_SOURCE_CONTINUE;
}

static void
update_progress (HearthRecordService *self)
{
  if (g_hash_table_size (self->entries) == 0)
    g_clear_handle_id (&self->progress, g_source_remove);
  else if (self->progress == 0)
    self->progress = g_timeout_add_seconds (PROGRESS_S, on_progress, self);
}

static void
on_disk_changed (gpointer user_data)
{
  HearthRecordService *self = user_data;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (tell (self, value))
      g_hash_table_iter_remove (&iter);
  update_progress (self);
}

void
hearth_record_service_tell_all (HearthRecordService *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((Entry *) value)->told = 0;
  on_disk_changed (self);
}

/* ---- calls come in --------------------------------------------------------------------------------- */

static gboolean
on_set_folder (HearthDBusInternalRecord1 *skeleton, GDBusMethodInvocation *call, const char *folder, GVariant *options,
               gpointer user_data)
{
  HearthRecordService *self = user_data;
  guint64 reserve = 0;
  GError *error = NULL;

  if (self->disk != NULL && !g_str_equal (self->folder, folder) && g_hash_table_size (self->entries) > 0) {
    g_dbus_method_invocation_return_error (call, HEARTH_ERROR, HEARTH_ERROR_EXISTS, "recording into %s already", self->folder);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  if (g_strcmp0 (self->folder, folder) != 0) {
    g_clear_pointer (&self->disk, hearth_record_disk_free);
    g_free (self->folder);
    self->folder = g_strdup (folder);
  }
  if (self->disk == NULL)
    self->disk = hearth_record_disk_new (folder, on_disk_changed, self, &error);
  if (self->disk == NULL) {
    g_dbus_method_invocation_take_error (call, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  if (g_variant_lookup (options, "reserve-bytes", "t", &reserve))
    hearth_record_disk_set_reserve (self->disk, reserve);
  hearth_dbus_internal_record1_complete_set_folder (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_reserve (HearthDBusInternalRecord1 *skeleton, GDBusMethodInvocation *call, guint64 bytes, gpointer user_data)
{
  HearthRecordService *self = user_data;

  if (self->disk != NULL)
    hearth_record_disk_set_reserve (self->disk, bytes);
  hearth_dbus_internal_record1_complete_set_reserve (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
get_text (GVariant *details, const char *name, char **place)
{
  const char *text;

  if (g_variant_lookup (details, name, "&s", &text))
    hearth_recording_set_string (place, text);
}

static HearthRecorder *
make_recorder (const char *id, GVariant *details)
{
  HearthRecordingManifest *manifest = hearth_recording_manifest_new (id);
  gint64 from_us = HEARTH_RECORDER_FROM_OLDEST;

  get_text (details, "channel", &manifest->channel);
  get_text (details, "number", &manifest->number);
  get_text (details, "name", &manifest->name);
  get_text (details, "network", &manifest->network);
  get_text (details, "title", &manifest->title);
  get_text (details, "description", &manifest->description);
  g_variant_lookup (details, "leg", "u", &manifest->leg);
  g_variant_lookup (details, "until", "x", &manifest->until_us);
  g_variant_lookup (details, "from", "x", &from_us);
  return hearth_recorder_new (manifest, from_us);
}

static gboolean
on_begin (HearthDBusInternalRecord1 *skeleton, GDBusMethodInvocation *call, const char *id, GVariant *details, gpointer user_data)
{
  HearthRecordService *self = user_data;
  Entry *entry;

  if (!hearth_recording_is_id (id) || self->disk == NULL) {
    g_dbus_method_invocation_return_error (call, HEARTH_ERROR,
                                           self->disk == NULL ? HEARTH_ERROR_BUSY : HEARTH_ERROR_INVALID_ARGUMENT,
                                           self->disk == NULL ? "%s: there is no folder for recordings yet"
                                                              : "“%s” cannot name a recording", id);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  entry = g_hash_table_lookup (self->entries, id);
  if (entry != NULL) { /* hearthd came back, and hears how it stands */
    entry->told = 0;
    tell (self, entry);
  } else {
    entry = g_new0 (Entry, 1);
    entry->recorder = make_recorder (id, details);
    g_hash_table_insert (self->entries, g_strdup (id), entry);
    hearth_record_disk_add (self->disk, entry->recorder);
    update_progress (self);
  }
  hearth_dbus_internal_record1_complete_begin (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* (nullable): the caller was told that there is none. */
static HearthRecorder *
find_or_answer (HearthRecordService *self, GDBusMethodInvocation *call, const char *id)
{
  Entry *entry = g_hash_table_lookup (self->entries, id);

  if (entry == NULL)
    g_dbus_method_invocation_return_error (call, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "%s is not being recorded", id);
  return entry != NULL ? entry->recorder : NULL;
}

static gboolean
on_feed (HearthDBusInternalRecord1 *skeleton, GDBusMethodInvocation *call, GUnixFDList *fds, const char *id, GVariant *ring,
         gpointer user_data)
{
  HearthRecorder *recorder = find_or_answer (user_data, call, id);
  GError *error = NULL;
  int fd;

  if (recorder == NULL)
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  fd = hearth_fds_dup (fds, g_variant_get_handle (ring), &error);
  if (fd >= 0 && hearth_recorder_feed (recorder, fd, &error))
    hearth_dbus_internal_record1_complete_feed (skeleton, call, NULL);
  else
    g_dbus_method_invocation_take_error (call, error);
  if (fd >= 0)
    close (fd);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_until (HearthDBusInternalRecord1 *skeleton, GDBusMethodInvocation *call, const char *id, gint64 until_us, gpointer user_data)
{
  HearthRecorder *recorder = find_or_answer (user_data, call, id);

  if (recorder == NULL)
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  hearth_recorder_set_until (recorder, until_us);
  hearth_dbus_internal_record1_complete_set_until (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_stop (HearthDBusInternalRecord1 *skeleton, GDBusMethodInvocation *call, const char *id, gpointer user_data)
{
  HearthRecorder *recorder = find_or_answer (user_data, call, id);

  if (recorder == NULL)
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  hearth_recorder_stop (recorder, "stopped");
  hearth_dbus_internal_record1_complete_stop (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_delete (HearthDBusInternalRecord1 *skeleton, GDBusMethodInvocation *call, const char *id, gpointer user_data)
{
  HearthRecordService *self = user_data;
  GError *error = NULL;

  if (g_hash_table_contains (self->entries, id))
    g_set_error (&error, HEARTH_ERROR, HEARTH_ERROR_BUSY, "%s is being recorded: stop it first", id);
  else if (!hearth_recording_is_id (id) || self->disk == NULL)
    g_set_error (&error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no recording %s", id);
  if (error == NULL && hearth_record_disk_delete (self->disk, id, &error))
    hearth_dbus_internal_record1_complete_delete (skeleton, call);
  else
    g_dbus_method_invocation_take_error (call, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static guint64
count_lost (HearthRecordService *self)
{
  guint64 lost_bytes = self->lost_bytes;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    HearthRecorderStatus status;

    hearth_recorder_get_status (((Entry *) value)->recorder, &status);
    lost_bytes += status.lost_bytes;
    hearth_recorder_status_clear (&status);
  }
  return lost_bytes;
}

static gboolean
on_get_statistics (HearthDBusInternalRecord1 *skeleton, GDBusMethodInvocation *call, gpointer user_data)
{
  HearthRecordService *self = user_data;
  HearthRecordDiskStatistics disk = { 0 };
  GVariantDict dict;

  if (self->disk != NULL)
    hearth_record_disk_get_statistics (self->disk, &disk);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticks", "t", disk.ticks);
  g_variant_dict_insert (&dict, "syncs", "t", disk.syncs);
  g_variant_dict_insert (&dict, "longest-tick-us", "x", disk.longest_tick_us);
  g_variant_dict_insert (&dict, "longest-sync-us", "x", disk.longest_sync_us);
  g_variant_dict_insert (&dict, "recordings", "u", g_hash_table_size (self->entries));
  g_variant_dict_insert (&dict, "lost-bytes", "t", count_lost (self));
  hearth_dbus_internal_record1_complete_get_statistics (skeleton, call, g_variant_dict_end (&dict));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- from outside -------------------------------------------------------------------------------------- */

GVariant *
hearth_record_service_describe (HearthRecordService *self)
{
  GVariantDict holds;
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer key, value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    HearthRecorderStatus status;

    hearth_recorder_get_status (((Entry *) value)->recorder, &status);
    g_variant_builder_add (&builder, "(ss)", key, hearth_recorder_state_to_string (status.state));
    hearth_recorder_status_clear (&status);
  }
  g_variant_dict_init (&holds, NULL);
  g_variant_dict_insert (&holds, "folder", "s", self->folder != NULL ? self->folder : "");
  g_variant_dict_insert_value (&holds, "recordings", g_variant_builder_end (&builder));
  return g_variant_dict_end (&holds);
}

HearthRecordService *
hearth_record_service_new (void)
{
  HearthRecordService *self = g_new0 (HearthRecordService, 1);

  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  self->skeleton = hearth_dbus_internal_record1_skeleton_new ();
  g_signal_connect (self->skeleton, "handle-set-folder", G_CALLBACK (on_set_folder), self);
  g_signal_connect (self->skeleton, "handle-set-reserve", G_CALLBACK (on_set_reserve), self);
  g_signal_connect (self->skeleton, "handle-begin", G_CALLBACK (on_begin), self);
  g_signal_connect (self->skeleton, "handle-feed", G_CALLBACK (on_feed), self);
  g_signal_connect (self->skeleton, "handle-set-until", G_CALLBACK (on_set_until), self);
  g_signal_connect (self->skeleton, "handle-stop", G_CALLBACK (on_stop), self);
  g_signal_connect (self->skeleton, "handle-delete", G_CALLBACK (on_delete), self);
  g_signal_connect (self->skeleton, "handle-get-statistics", G_CALLBACK (on_get_statistics), self);
  return self;
}

void
hearth_record_service_free (HearthRecordService *self)
{
  g_clear_handle_id (&self->progress, g_source_remove);
  g_clear_pointer (&self->disk, hearth_record_disk_free);
  g_signal_handlers_disconnect_by_data (self->skeleton, self);
  g_object_unref (self->skeleton);
  g_hash_table_unref (self->entries);
  g_free (self->folder);
  g_free (self);
}

GDBusInterfaceSkeleton *
hearth_record_service_get_skeleton (HearthRecordService *self)
{
  return G_DBUS_INTERFACE_SKELETON (self->skeleton);
}
