/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/recordings/hearth-recordings.h"

#include "base/hearth-paths.h"
#include "hearthd/recordings/hearth-record-worker.h"

#include <errno.h>
#include <fcntl.h>
#include <hearth/log.h>
#include <pwd.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("recordings")

#define FOLDER_MODE 0755

struct _HearthRecordings {
  HearthWorkers *workers;
  HearthChannels *channels;
  HearthNetworks *networks;
  HearthSettingsStore *settings;
  HearthDb *db;
  const HearthRecordingsFuncs *funcs;
  gpointer user_data;

  char *folder;
  HearthRecordWorker *worker; /* NULL before the start */
  GPtrArray *all;             /* HearthRecording, newest first */
  GHashTable *by_id;
  GHashTable *notes; /* id -> HearthRecordingNote, until the folder was read */
  GCancellable *cancellable;
  guint n_running;
};

/* ---- the list ------------------------------------------------------------------------------------- */

static void
count_running (HearthRecordings *self)
{
  guint n = 0;

  for (guint i = 0; i < self->all->len; i++)
    n += hearth_recording_is_running (g_ptr_array_index (self->all, i));
  hearth_workers_set_watching_for_recordings (self->workers, n > 0);
  if (n == self->n_running)
    return;
  self->n_running = n;
  self->funcs->running (n, self->user_data);
}

static void
add (HearthRecordings *self, HearthRecording *recording)
{
  g_ptr_array_add (self->all, recording);
  g_ptr_array_sort (self->all, hearth_recording_compare);
  g_hash_table_insert (self->by_id, recording->manifest->id, recording);
  self->funcs->added (recording, self->user_data);
}

HearthRecording *
hearth_recordings_find (HearthRecordings *self, const char *id, GError **error)
{
  HearthRecording *recording = g_hash_table_lookup (self->by_id, id);

  if (recording == NULL)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no recording “%s”; Recordings1.List names them", id);
  return recording;
}

GPtrArray *
hearth_recordings_get_all (HearthRecordings *self)
{
  return self->all;
}

const char *
hearth_recordings_get_folder (HearthRecordings *self)
{
  return self->folder;
}

static int
open_file (HearthRecordings *self, const char *id, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, id, name, NULL);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

  if (fd < 0)
    hearth_error_set_errno (error, errno, "opening %s", path);
  return fd;
}

gboolean
hearth_recordings_open_files (HearthRecordings *self, const char *id, int fds[2], GError **error)
{
  if (hearth_recordings_find (self, id, error) == NULL)
    return FALSE;
  fds[0] = open_file (self, id, "stream.ts", error);
  if (fds[0] < 0)
    return FALSE;
  fds[1] = open_file (self, id, "index.bin", error);
  if (fds[1] >= 0)
    return TRUE;
  close (fds[0]);
  return FALSE;
}

/* ---- streams ------------------------------------------------------------------------------------------ */

static void
feed (HearthRecordings *self, HearthRecording *recording)
{
  int fd = recording->stream != NULL ? hearth_stream_get_ring_fd (recording->stream) : -1;

  if (fd >= 0)
    hearth_record_worker_feed (self->worker, recording->manifest->id, fd);
}

static void
on_stream_ring (HearthStream *stream, gpointer user_data)
{
  HearthRecordings *self = user_data;

  for (guint i = 0; i < self->all->len; i++) {
    HearthRecording *recording = g_ptr_array_index (self->all, i);

    if (recording->stream == stream)
      feed (self, recording);
  }
}

/* The leg that it was begun with, if it is still there. */
static const HearthLeg *
find_leg (const HearthChannel *channel, const HearthRecordingManifest *manifest)
{
  if (manifest->leg < channel->n_legs && g_str_equal (channel->legs[manifest->leg].network, manifest->network))
    return &channel->legs[manifest->leg];
  for (guint i = 0; i < channel->n_legs; i++)
    if (g_str_equal (channel->legs[i].network, manifest->network))
      return &channel->legs[i];
  return NULL;
}

/* Somebody's stream, or one of its own. Not before the network's worker is there: it may hold that stream already. */
static void
attach (HearthRecordings *self, HearthRecording *recording)
{
  const HearthChannel *channel = hearth_channels_find (self->channels, recording->manifest->channel);
  HearthNetworkObject *network = hearth_networks_find (self->networks, recording->manifest->network);
  const HearthLeg *leg = channel != NULL ? find_leg (channel, recording->manifest) : NULL;
  g_autoptr (GVariant) attributes = NULL;
  HearthServiceEntry entry;

  if (recording->stream != NULL || leg == NULL || network == NULL || !hearth_network_object_is_connected (network))
    return;
  hearth_channels_get_leg (self->channels, leg, &entry);
  attributes = hearth_channels_dup_leg_attributes (self->channels, leg);
  recording->stream = hearth_network_object_find_stream (network, channel->id, entry.uri);
  if (recording->stream == NULL)
    recording->stream = hearth_network_object_open (network, channel->id, entry.uri, attributes);
  if (g_signal_handler_find (recording->stream, G_SIGNAL_MATCH_FUNC | G_SIGNAL_MATCH_DATA, 0, 0, NULL, on_stream_ring, self) == 0)
    g_signal_connect (recording->stream, "ring", G_CALLBACK (on_stream_ring), self);
  feed (self, recording);
}

static gboolean
is_recorded (HearthRecordings *self, HearthStream *stream)
{
  for (guint i = 0; i < self->all->len; i++)
    if (((HearthRecording *) g_ptr_array_index (self->all, i))->stream == stream)
      return TRUE;
  return FALSE;
}

static void
detach (HearthRecordings *self, HearthRecording *recording)
{
  g_autoptr (HearthStream) stream = g_steal_pointer (&recording->stream);
  HearthNetworkObject *network =
    stream != NULL ? hearth_networks_find (self->networks, hearth_stream_get_network (stream)) : NULL;

  if (stream != NULL && !is_recorded (self, stream))
    g_signal_handlers_disconnect_by_data (stream, self);
  if (network != NULL)
    hearth_network_object_close (network, stream);
}

static void
attach_all (HearthRecordings *self)
{
  for (guint i = 0; self->worker != NULL && i < self->all->len; i++)
    if (hearth_recording_is_running (g_ptr_array_index (self->all, i)))
      attach (self, g_ptr_array_index (self->all, i));
}

void
hearth_recordings_network_ready (HearthRecordings *self)
{
  attach_all (self);
}

void
hearth_recordings_channels_changed (HearthRecordings *self)
{
  attach_all (self);
}

/* ---- hearth-record speaks ------------------------------------------------------------------------------- */

static guint64
get_reserve (HearthRecordings *self)
{
  return (guint64) hearth_settings_store_get_uint (self->settings, "recordings.reserve-mib") << 20;
}

static void
begin (HearthRecordings *self, HearthRecording *recording)
{
  hearth_record_worker_begin (self->worker, recording);
  attach (self, recording);
  feed (self, recording);
}

static void
on_connected (gpointer user_data)
{
  HearthRecordings *self = user_data;

  hearth_record_worker_set_folder (self->worker, self->folder, get_reserve (self));
  for (guint i = 0; i < self->all->len; i++)
    if (hearth_recording_is_running (g_ptr_array_index (self->all, i)))
      begin (self, g_ptr_array_index (self->all, i));
}

static void
on_state (const char *id, const char *state, GVariant *details, gpointer user_data)
{
  HearthRecordings *self = user_data;
  HearthRecording *recording = hearth_recordings_find (self, id, NULL);
  const char *text = "", *end = "";

  if (recording == NULL || !hearth_recording_is_running (recording))
    return;
  g_variant_lookup (details, "text", "&s", &text);
  g_variant_lookup (details, "end", "&s", &end);
  g_variant_lookup (details, "bytes", "t", &recording->manifest->bytes);
  g_variant_lookup (details, "duration", "x", &recording->manifest->duration_us);
  g_variant_lookup (details, "started", "x", &recording->manifest->started_us);
  g_variant_lookup (details, "ended", "x", &recording->manifest->ended_us);
  g_variant_lookup (details, "gaps", "u", &recording->n_gaps);
  recording->state = g_intern_string (state);
  hearth_recording_set_string (&recording->text, text);
  hearth_recording_set_string (&recording->manifest->end, end);
  if (g_str_equal (state, "finished") || g_str_equal (state, "failed")) {
    recording->manifest->finished = TRUE;
    detach (self, recording);
  }
  g_ptr_array_sort (self->all, hearth_recording_compare); /* it began earlier than it was asked for: the ring held more */
  self->funcs->changed (recording, self->user_data);
  count_running (self);
}

static void
on_progress (const char *id, guint64 bytes, gint64 duration_us, gpointer user_data)
{
  HearthRecording *recording = hearth_recordings_find (user_data, id, NULL);

  if (recording == NULL)
    return;
  recording->manifest->bytes = bytes;
  recording->manifest->duration_us = duration_us;
}

static void
on_deleted (const char *id, const GError *error, gpointer call, gpointer user_data)
{
  HearthRecordings *self = user_data;
  HearthRecording *recording = hearth_recordings_find (self, id, NULL);

  if (error == NULL && recording != NULL) {
    hearth_recording_notes_keep (self->db, id, NULL);
    g_hash_table_remove (self->by_id, id);
    self->funcs->removed (id, self->user_data);
    g_ptr_array_remove (self->all, recording);
  }
  self->funcs->deleted (error, call, self->user_data);
}

static const HearthRecordWorkerFuncs worker_funcs = {
  .connected = on_connected, .state = on_state, .progress = on_progress, .deleted = on_deleted
};

/* ---- orders ------------------------------------------------------------------------------------------------ */

/* The leg that is wished for, or the first that comes as a stream. -1 with @error. */
static gint
choose_leg (HearthRecordings *self, const HearthChannel *channel, gint wished, GError **error)
{
  for (guint i = 0; i < channel->n_legs; i++) {
    HearthServiceEntry entry;

    hearth_channels_get_leg (self->channels, &channel->legs[i], &entry);
    if ((wished < 0 || wished == (gint) i) && entry.delivery == HEARTH_DELIVERY_RING)
      return (gint) i;
  }
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
               "%s %s comes in pieces that only a player can put together, and cannot be recorded", channel->number, channel->name);
  return -1;
}

static HearthRecording *
make_recording (const HearthChannel *channel, guint leg, const HearthRecordingWish *wish)
{
  g_autofree char *id = hearth_recording_dup_new_id ();
  HearthRecordingManifest *manifest = hearth_recording_manifest_new (id);
  HearthRecording *recording;

  hearth_recording_set_string (&manifest->channel, channel->id);
  hearth_recording_set_string (&manifest->number, channel->number);
  hearth_recording_set_string (&manifest->name, channel->name);
  hearth_recording_set_string (&manifest->network, channel->legs[leg].network);
  hearth_recording_set_string (&manifest->title, wish->title);
  hearth_recording_set_string (&manifest->description, wish->description);
  manifest->leg = leg;
  manifest->started_us = g_get_real_time ();
  manifest->until_us = wish->until_us;
  recording = hearth_recording_new (manifest);
  recording->from_us = wish->from_us;
  return recording;
}

const HearthRecording *
hearth_recordings_record (HearthRecordings *self, const char *id, const HearthRecordingWish *wish, GError **error)
{
  const HearthChannel *channel = hearth_channels_find (self->channels, id);
  HearthRecording *recording;
  gint leg;

  if (channel == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no channel with the id “%s”", id);
    return NULL;
  }
  leg = choose_leg (self, channel, wish->leg, error);
  if (leg < 0)
    return NULL;
  recording = make_recording (channel, (guint) leg, wish);
  add (self, recording);
  begin (self, recording);
  count_running (self);
  return recording;
}

gboolean
hearth_recordings_stop (HearthRecordings *self, const char *id, GError **error)
{
  HearthRecording *recording = hearth_recordings_find (self, id, error);

  if (recording == NULL)
    return FALSE;
  if (!hearth_recording_is_running (recording))
    return TRUE;
  if (!hearth_record_worker_is_connected (self->worker)) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_BUSY, "the recorder is being started: try again");
    return FALSE;
  }
  hearth_record_worker_stop (self->worker, id);
  return TRUE;
}

gboolean
hearth_recordings_delete (HearthRecordings *self, const char *id, gpointer call, GError **error)
{
  HearthRecording *recording = hearth_recordings_find (self, id, error);

  if (recording == NULL)
    return FALSE;
  if (hearth_recording_is_running (recording) || !hearth_record_worker_is_connected (self->worker))
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_BUSY,
                 hearth_recording_is_running (recording) ? "“%s” is being recorded: stop it first"
                                                         : "the recorder is being started; delete “%s” in a moment",
                 hearth_recording_get_title (recording));
  else if (recording->note.is_protected)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_PERMISSION_DENIED, "“%s” is protected: take that off first",
                 hearth_recording_get_title (recording));
  else {
    hearth_record_worker_delete (self->worker, id, call);
    return TRUE;
  }
  return FALSE;
}

void
hearth_recordings_keep_note (HearthRecordings *self, HearthRecording *recording)
{
  hearth_recording_notes_keep (self->db, recording->manifest->id, &recording->note);
  self->funcs->changed (recording, self->user_data);
}

gboolean
hearth_recordings_set_until (HearthRecordings *self, HearthRecording *recording, gint64 until_us, GError **error)
{
  if (!hearth_recording_is_running (recording)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” has ended already",
                 hearth_recording_get_title (recording));
    return FALSE;
  }
  recording->manifest->until_us = until_us;
  hearth_record_worker_set_until (self->worker, recording->manifest->id, until_us);
  self->funcs->changed (recording, self->user_data);
  return TRUE;
}

/* ---- the folder ------------------------------------------------------------------------------------------------ */

static void
scan (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, hearth_recording_scan (data), (GDestroyNotify) g_ptr_array_unref);
}

static void
take_found (HearthRecordings *self, HearthRecordingManifest *manifest)
{
  HearthRecording *recording = hearth_recording_new (manifest);
  const HearthRecordingNote *note = g_hash_table_lookup (self->notes, manifest->id);

  if (note != NULL) {
    hearth_recording_set_string (&recording->note.title, note->title);
    recording->note.is_protected = note->is_protected;
    recording->note.position_us = note->position_us;
  }
  add (self, recording);
  if (hearth_recording_is_running (recording)) /* since before hearthd, or the box, went; hearth-record may still be at it */
    begin (self, recording);
}

static void
on_scanned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HearthRecordings *self = user_data;
  g_autoptr (GPtrArray) found = g_task_propagate_pointer (G_TASK (result), NULL);

  if (found == NULL) /* we are gone */
    return;
  while (found->len > 0) {
    HearthRecordingManifest *manifest = g_ptr_array_steal_index_fast (found, found->len - 1);

    if (g_hash_table_contains (self->by_id, manifest->id)) /* begun meanwhile */
      hearth_recording_manifest_free (manifest);
    else
      take_found (self, manifest);
  }
  g_clear_pointer (&self->notes, g_hash_table_unref);
  count_running (self);
  hearth_info ("%u recordings, %u of them running", self->all->len, self->n_running);
}

/* hearth-record may be a user who cannot make it. */
static void
make_folder (HearthRecordings *self)
{
  const struct passwd *user = geteuid () == 0 ? getpwnam (HEARTH_RECORD_USER) : NULL;

  if (g_mkdir_with_parents (self->folder, FOLDER_MODE) < 0)
    hearth_warning ("the recordings' folder %s cannot be made: %s", self->folder, g_strerror (errno));
  else if (user != NULL && chown (self->folder, user->pw_uid, user->pw_gid) < 0)
    hearth_warning ("the recordings' folder %s cannot be given to %s: %s", self->folder, HEARTH_RECORD_USER, g_strerror (errno));
}

void
hearth_recordings_start (HearthRecordings *self)
{
  g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, on_scanned, self);

  make_folder (self);
  self->notes = hearth_recording_notes_load (self->db);
  self->worker = hearth_record_worker_new (self->workers, &worker_funcs, self);
  g_task_set_task_data (task, g_strdup (self->folder), g_free);
  g_task_set_return_on_cancel (task, TRUE);
  g_task_run_in_thread (task, scan);
}

static void
on_reserve_changed (HearthSettingsStore *settings, GVariant *value, gpointer user_data)
{
  HearthRecordings *self = user_data;

  if (self->worker != NULL)
    hearth_record_worker_set_reserve (self->worker, get_reserve (self));
}

HearthRecordings *
hearth_recordings_new (HearthWorkers *workers, HearthChannels *channels, HearthNetworks *networks, HearthSettingsStore *settings,
                       HearthDb *db, const HearthRecordingsFuncs *funcs, gpointer user_data)
{
  HearthRecordings *self = g_new0 (HearthRecordings, 1);
  const char *folder = hearth_settings_store_get_string (settings, "recordings.folder");
  gboolean named = g_getenv ("HEARTH_RECORDINGS_DIR") != NULL;

  self->workers = workers;
  self->channels = channels;
  self->networks = networks;
  self->settings = g_object_ref (settings);
  self->db = db;
  self->funcs = funcs;
  self->user_data = user_data;
  self->folder = *folder != '\0' && !named ? g_strdup (folder) : hearth_paths_dup_recordings ();
  self->all = g_ptr_array_new_with_free_func ((GDestroyNotify) hearth_recording_free);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->cancellable = g_cancellable_new ();
  g_signal_connect (settings, "changed::recordings.reserve-mib", G_CALLBACK (on_reserve_changed), self);
  return self;
}

void
hearth_recordings_free (HearthRecordings *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->worker, hearth_record_worker_free);
  for (guint i = 0; i < self->all->len; i++) {
    HearthRecording *recording = g_ptr_array_index (self->all, i);

    if (recording->stream != NULL)
      g_signal_handlers_disconnect_by_data (recording->stream, self);
  }
  g_signal_handlers_disconnect_by_data (self->settings, self);
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->all);
  g_clear_pointer (&self->notes, g_hash_table_unref);
  g_object_unref (self->cancellable);
  g_object_unref (self->settings);
  g_free (self->folder);
  g_free (self);
}
