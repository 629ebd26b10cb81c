/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/recordings/hearth-recordings-face.h"

#include "dbus/tv.hearth.Recordings1.h"

#include <errno.h>
#include <hearth/log.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

HEARTH_LOG_TOPIC ("recordings")

#define MOST_IN_PAGE 1000
#define MOST_MINUTES (60 * 24 * 31)
#define LONGEST_TITLE 1000
#define CURSOR_FORMAT "after:%" G_GINT64_FORMAT ":%s" /* began, id: right also when the list changes */

struct _HearthRecordingsFace {
  HearthRecordings *recordings;
  HearthSettingsStore *settings;
  HearthDBusRecordings1 *skeleton;
  void (*changed) (gpointer user_data); /* (nullable) */
  gpointer user_data;
  HearthProgrammeFunc programme; /* (nullable) */
  gpointer programme_data;
};

static gboolean
answer (GDBusMethodInvocation *call, GError *error)
{
  g_dbus_method_invocation_take_error (call, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- what happens ------------------------------------------------------------------------------ */

static void
on_added (const HearthRecording *recording, gpointer user_data)
{
  HearthRecordingsFace *self = user_data;

  hearth_dbus_recordings1_emit_added (self->skeleton, recording->manifest->id);
}

static void
on_changed (const HearthRecording *recording, gpointer user_data)
{
  HearthRecordingsFace *self = user_data;

  hearth_dbus_recordings1_emit_changed (self->skeleton, recording->manifest->id, recording->state);
  if (self->changed != NULL)
    self->changed (self->user_data);
}

static void
on_removed (const char *id, gpointer user_data)
{
  HearthRecordingsFace *self = user_data;

  hearth_dbus_recordings1_emit_removed (self->skeleton, id);
}

static void
on_running (guint n, gpointer user_data)
{
  HearthRecordingsFace *self = user_data;

  hearth_dbus_recordings1_set_running (self->skeleton, n);
}

static void
on_deleted (const GError *error, gpointer call, gpointer user_data)
{
  HearthRecordingsFace *self = user_data;

  if (error == NULL)
    hearth_dbus_recordings1_complete_delete (self->skeleton, call);
  else
    g_dbus_method_invocation_return_gerror (call, error);
}

static const HearthRecordingsFuncs funcs = {
  .added = on_added, .changed = on_changed, .removed = on_removed, .running = on_running, .deleted = on_deleted
};

/* ---- orders --------------------------------------------------------------------------------------- */

static gboolean
read_from (GVariant *options, HearthRecordingWish *wish, GError **error)
{
  const char *word = "oldest";

  if (g_variant_lookup (options, "from", "x", &wish->from_us))
    return TRUE;
  g_variant_lookup (options, "from", "&s", &word);
  if (!g_str_equal (word, "oldest") && !g_str_equal (word, "now")) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "from is “oldest”, “now” or a time, not “%s”", word);
    return FALSE;
  }
  wish->from_us = g_str_equal (word, "now") ? G_MAXINT64 : 0;
  return TRUE;
}

static gboolean
read_wish (GVariant *options, HearthRecordingWish *wish, GError **error)
{
  guint minutes = 0, leg = 0;

  *wish = (HearthRecordingWish){ .leg = -1 };
  g_variant_lookup (options, "title", "&s", &wish->title);
  g_variant_lookup (options, "description", "&s", &wish->description);
  g_variant_lookup (options, "until", "x", &wish->until_us);
  if (g_variant_lookup (options, "leg", "u", &leg))
    wish->leg = (gint) MIN (leg, G_MAXINT16);
  if (g_variant_lookup (options, "minutes", "u", &minutes))
    wish->until_us = g_get_real_time () + (gint64) minutes * 60 * G_USEC_PER_SEC;
  if (minutes > MOST_MINUTES || wish->until_us < 0 || (wish->until_us > 0 && wish->until_us < g_get_real_time ())) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "a recording ends in the future, within %d minutes", MOST_MINUTES);
    return FALSE;
  }
  if ((wish->title != NULL && strlen (wish->title) > LONGEST_TITLE) ||
      (wish->description != NULL && strlen (wish->description) > 8 * LONGEST_TITLE)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "a title has at most %d bytes, a description %d", LONGEST_TITLE,
                 8 * LONGEST_TITLE);
    return FALSE;
  }
  return read_from (options, wish, error);
}

static gboolean
on_handle_start (HearthDBusRecordings1 *skeleton, GDBusMethodInvocation *call, const char *channel, GVariant *options,
                 gpointer user_data)
{
  HearthRecordingsFace *self = user_data;
  const HearthRecording *recording = NULL;
  g_autofree char *title = NULL, *summary = NULL;
  HearthRecordingWish wish;
  GError *error = NULL;
  const gboolean usable = read_wish (options, &wish, &error);

  if (usable && wish.title == NULL && self->programme != NULL && self->programme (channel, &title, &summary, self->programme_data)) {
    wish.title = title;
    wish.description = wish.description != NULL ? wish.description : summary;
  }
  if (usable)
    recording = hearth_recordings_record (self->recordings, channel, &wish, &error);
  if (recording == NULL)
    return answer (call, error);
  hearth_dbus_recordings1_complete_start (skeleton, call, recording->manifest->id);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_stop (HearthDBusRecordings1 *skeleton, GDBusMethodInvocation *call, const char *id, gpointer user_data)
{
  HearthRecordingsFace *self = user_data;
  GError *error = NULL;

  if (!hearth_recordings_stop (self->recordings, id, &error))
    return answer (call, error);
  hearth_dbus_recordings1_complete_stop (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_delete (HearthDBusRecordings1 *skeleton, GDBusMethodInvocation *call, const char *id, gpointer user_data)
{
  HearthRecordingsFace *self = user_data;
  GError *error = NULL;

  if (!hearth_recordings_delete (self->recordings, id, call, &error))
    return answer (call, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED; /* on_deleted() answers */
}

static gboolean
on_handle_change (HearthDBusRecordings1 *skeleton, GDBusMethodInvocation *call, const char *id, GVariant *changes,
                  gpointer user_data)
{
  HearthRecordingsFace *self = user_data;
  GError *error = NULL;
  HearthRecording *recording = hearth_recordings_find (self->recordings, id, &error);
  const char *title;
  gint64 until_us;

  if (recording == NULL)
    return answer (call, error);
  if (g_variant_lookup (changes, "title", "&s", &title) && strlen (title) > LONGEST_TITLE)
    g_set_error (&error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "a title has at most %d bytes", LONGEST_TITLE);
  else if (g_variant_lookup (changes, "until", "x", &until_us))
    hearth_recordings_set_until (self->recordings, recording, MAX (until_us, 0), &error);
  if (error != NULL)
    return answer (call, error);
  if (g_variant_lookup (changes, "title", "&s", &title))
    hearth_recording_set_string (&recording->note.title, title);
  g_variant_lookup (changes, "protected", "b", &recording->note.is_protected);
  g_variant_lookup (changes, "position", "x", &recording->note.position_us);
  hearth_recordings_keep_note (self->recordings, recording);
  hearth_dbus_recordings1_complete_change (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- the list ------------------------------------------------------------------------------------------ */

typedef struct {
  char *text; /* folded; NULL: any */
  const char *channel;
  gboolean has_running, running;
} Filter;

static gboolean
passes (const HearthRecording *recording, const Filter *filter)
{
  g_autofree char *title = filter->text != NULL ? g_utf8_casefold (hearth_recording_get_title (recording), -1) : NULL;
  g_autofree char *name = filter->text != NULL ? g_utf8_casefold (recording->manifest->name, -1) : NULL;

  return (filter->channel == NULL || g_str_equal (filter->channel, recording->manifest->channel)) &&
         (!filter->has_running || filter->running == hearth_recording_is_running (recording)) &&
         (filter->text == NULL || strstr (title, filter->text) != NULL || strstr (name, filter->text) != NULL);
}

/* The first one behind the cursor; all->len for a cursor at the end. -1 with @error. */
static gint
find_cursor (GPtrArray *all, const char *cursor, GError **error)
{
  gint64 started_us;
  char id[17] = "";
  guint i = 0;

  if (*cursor == '\0')
    return 0;
  if (sscanf (cursor, "after:%" G_GINT64_FORMAT ":%16s", &started_us, id) != 2) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                 "“%s” is no cursor of this list: begin with an empty one, then give the last answer's", cursor);
    return -1;
  }
  for (; i < all->len; i++) {
    const HearthRecordingManifest *manifest = ((HearthRecording *) g_ptr_array_index (all, i))->manifest;

    if (manifest->started_us < started_us || (manifest->started_us == started_us && strcmp (manifest->id, id) > 0))
      break;
  }
  return (gint) i;
}

static gboolean
on_handle_list (HearthDBusRecordings1 *skeleton, GDBusMethodInvocation *call, const char *cursor, guint limit, GVariant *given,
                gpointer user_data)
{
  HearthRecordingsFace *self = user_data;
  GPtrArray *all = hearth_recordings_get_all (self->recordings);
  g_autofree char *next = g_strdup ("");
  GError *error = NULL;
  gint at = find_cursor (all, cursor, &error);
  Filter filter = { 0 };
  const char *text;
  GVariantBuilder page;
  guint n = 0;

  if (at >= 0 && (limit == 0 || limit > MOST_IN_PAGE))
    g_set_error (&error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "a page has 1 to %d recordings, not %u", MOST_IN_PAGE, limit);
  if (error != NULL)
    return answer (call, error);
  if (g_variant_lookup (given, "text", "&s", &text))
    filter.text = g_utf8_casefold (text, -1);
  g_variant_lookup (given, "channel", "&s", &filter.channel);
  filter.has_running = g_variant_lookup (given, "running", "b", &filter.running);
  g_variant_builder_init (&page, G_VARIANT_TYPE ("aa{sv}"));
  for (; at < (gint) all->len; at++) {
    const HearthRecording *recording = g_ptr_array_index (all, at);

    if (!passes (recording, &filter))
      continue;
    if (n++ == limit) /* one more is there: the page has a next one */
      break;
    g_variant_builder_add_value (&page, hearth_recording_describe (recording));
    g_free (next);
    next = g_strdup_printf (CURSOR_FORMAT, recording->manifest->started_us, recording->manifest->id);
  }
  g_free (filter.text);
  hearth_dbus_recordings1_complete_list (skeleton, call, g_variant_builder_end (&page), n > limit ? next : "");
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_get (HearthDBusRecordings1 *skeleton, GDBusMethodInvocation *call, const char *id, gpointer user_data)
{
  HearthRecordingsFace *self = user_data;
  GError *error = NULL;
  const HearthRecording *recording = hearth_recordings_find (self->recordings, id, &error);
  const char *root = hearth_recordings_get_folder (self->recordings);
  g_autofree char *folder = NULL;
  g_autoptr (GVariant) described = NULL;
  GVariantDict dict;

  if (recording == NULL)
    return answer (call, error);
  folder = g_build_filename (root, id, NULL);
  described = g_variant_ref_sink (hearth_recording_describe (recording));
  g_variant_dict_init (&dict, described);
  g_variant_dict_insert (&dict, "description", "s", recording->manifest->description);
  g_variant_dict_insert (&dict, "folder", "s", folder);
  g_variant_dict_insert_value (&dict, "missing", hearth_recording_describe_gaps (root, id));
  hearth_dbus_recordings1_complete_get (skeleton, call, g_variant_dict_end (&dict));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_get_space (HearthDBusRecordings1 *skeleton, GDBusMethodInvocation *call, gpointer user_data)
{
  HearthRecordingsFace *self = user_data;
  GPtrArray *all = hearth_recordings_get_all (self->recordings);
  const char *folder = hearth_recordings_get_folder (self->recordings);
  struct statvfs status;
  guint64 used = 0;
  GVariantDict dict;

  if (statvfs (folder, &status) < 0) {
    GError *error = NULL;

    hearth_error_set_errno (&error, errno, "asking for the space in %s", folder);
    return answer (call, error);
  }
  for (guint i = 0; i < all->len; i++)
    used += ((HearthRecording *) g_ptr_array_index (all, i))->manifest->bytes;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "folder", "s", folder);
  g_variant_dict_insert (&dict, "total", "t", (guint64) status.f_blocks * status.f_frsize);
  g_variant_dict_insert (&dict, "free", "t", (guint64) status.f_bavail * status.f_frsize);
  g_variant_dict_insert (&dict, "reserve", "t", (guint64) hearth_settings_store_get_uint (self->settings, "recordings.reserve-mib") << 20);
  g_variant_dict_insert (&dict, "used", "t", used);
  hearth_dbus_recordings1_complete_get_space (skeleton, call, g_variant_dict_end (&dict));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- the object -------------------------------------------------------------------------------------------- */

HearthRecordingsFace *
hearth_recordings_face_new (HearthBus *bus, HearthWorkers *workers, HearthChannels *channels, HearthNetworks *networks,
                            HearthSettingsStore *settings, HearthDb *db)
{
  HearthRecordingsFace *self = g_new0 (HearthRecordingsFace, 1);
  g_autoptr (GError) error = NULL;

  self->settings = g_object_ref (settings);
  self->skeleton = hearth_dbus_recordings1_skeleton_new ();
  self->recordings = hearth_recordings_new (workers, channels, networks, settings, db, &funcs, self);
  g_signal_connect (self->skeleton, "handle-start", G_CALLBACK (on_handle_start), self);
  g_signal_connect (self->skeleton, "handle-stop", G_CALLBACK (on_handle_stop), self);
  g_signal_connect (self->skeleton, "handle-delete", G_CALLBACK (on_handle_delete), self);
  g_signal_connect (self->skeleton, "handle-change", G_CALLBACK (on_handle_change), self);
  g_signal_connect (self->skeleton, "handle-list", G_CALLBACK (on_handle_list), self);
  g_signal_connect (self->skeleton, "handle-get", G_CALLBACK (on_handle_get), self);
  g_signal_connect (self->skeleton, "handle-get-space", G_CALLBACK (on_handle_get_space), self);
  if (!hearth_bus_export (bus, "/tv/hearth", G_DBUS_INTERFACE_SKELETON (self->skeleton), &error))
    hearth_error ("%s", error->message);
  hearth_recordings_start (self->recordings);
  return self;
}

void
hearth_recordings_face_free (HearthRecordingsFace *self)
{
  g_signal_handlers_disconnect_by_data (self->skeleton, self);
  hearth_recordings_free (self->recordings);
  g_object_unref (self->skeleton);
  g_object_unref (self->settings);
  g_free (self);
}

void
hearth_recordings_face_set_changed (HearthRecordingsFace *self, void (*changed) (gpointer user_data), gpointer user_data)
{
  self->changed = changed;
  self->user_data = user_data;
}

void
hearth_recordings_face_set_programme (HearthRecordingsFace *self, HearthProgrammeFunc programme, gpointer user_data)
{
  self->programme = programme;
  self->programme_data = user_data;
}

HearthRecordings *
hearth_recordings_face_get_recordings (HearthRecordingsFace *self)
{
  return self->recordings;
}
