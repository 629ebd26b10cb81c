/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-player.h"

#include "play/hearth-pipeline.h"
#include "play/hearth-recording-feed.h"
#include "play/hearth-tracks.h"
#include "play/hearth-uri-path.h"
#include "play/hearth-watch.h"

#include <hearth/log.h>
#include <string.h>

HEARTH_LOG_TOPIC ("player")

#define LOOK_MS 250

struct _HearthPlayer {
  const HearthPlayerFuncs *funcs;
  gpointer user_data;
  HearthPlayContext context;
  HearthPipeline *pipeline; /* television's; in a player for the internet made when it is first needed */
  HearthUriPath *internet;  /* (nullable): only in a player for the internet */
  gboolean on_internet;     /* what plays now comes by it */

  HearthRingSession *session; /* (nullable) */
  HearthRingReader *head;     /* looks at the ring's head */
  char *channel;
  guint32 serial;
  HearthWatch watch;
  guint look;
  const char *state, *reason; /* static */
  char *text;
  GVariant *picture; /* (nullable): what the pictures of this serial are */
  char *cannot; /* (nullable): what cannot be decoded, in the decoder's words */

  HearthRecordingFeed *feed; /* (nullable): what is on is a recording */
  char *recording;           /* its id, "" */
  char language[4];          /* of the sound, wished for */
  gint64 begun_us;           /* the point of the recording at which decoding began */
  gboolean paused;
  gint64 paused_at_us;       /* where it goes on */

  char *uri; /* (nullable): what is on by the internet, with its options */
  GVariant *uri_options;
  guint again, n_again; /* timer until it is opened once more; how often it was */
  gboolean refused;     /* the reason that is told came from the server, or from the way there */
};

static void open_again_later (HearthPlayer *self);

/* ---- state --------------------------------------------------------------------------------------- */

static void
set_state (HearthPlayer *self, const char *state, const char *reason, const char *text)
{
  if (g_str_equal (state, self->state) && g_str_equal (reason, self->reason) && g_str_equal (text, self->text))
    return;
  self->state = state;
  self->reason = reason;
  g_free (self->text);
  self->text = g_strdup (text);
  hearth_info ("%s%s%s", state, *text != '\0' ? ": " : "", text);
  self->funcs->state (self->serial, state, reason, text, self->user_data);
}

static void
tell_silence (HearthPlayer *self)
{
  if (!self->on_internet) {
    set_state (self, "no-signal", "NoPackets", "nothing comes from this channel");
    return;
  }
  if (!self->refused)
    set_state (self, "no-signal", "NoPackets", hearth_uri_path_get_arrived (self->internet) > 0
                                                 ? "nothing new comes from the server: the programme stands still there, or the line is too slow"
                                                 : "nothing has come from the server yet");
  open_again_later (self);
}

static void
tell_result (HearthPlayer *self, HearthWatchResult result)
{
  switch (result) {
  case HEARTH_WATCH_OPENING:
    if (!g_str_equal (self->state, "no-signal")) /* data come again, but no picture yet: the reason may stand that long */
      set_state (self, "opening", "", "");
    return;
  case HEARTH_WATCH_PLAYING:
    g_clear_handle_id (&self->again, g_source_remove);
    self->n_again = 0;
    self->refused = FALSE;
    set_state (self, "playing", "", "");
    return;
  case HEARTH_WATCH_NO_PACKETS:
    tell_silence (self);
    return;
  case HEARTH_WATCH_NO_KEY_FRAME:
    set_state (self, "no-signal", "NoKeyFrame", "data come, but no picture to start with");
    return;
  case HEARTH_WATCH_CANNOT_DECODE:
    set_state (self, "no-signal", "CannotDecode",
               self->cannot != NULL ? self->cannot : "the picture cannot be decoded: the stream is scrambled, damaged or of an unknown kind");
    return;
  }
}

static gboolean
has_stage (HearthPlayer *self, HearthStage stage)
{
  return (g_atomic_int_get (&self->context.stages) & (1u << stage)) != 0;
}

static gboolean
is_radio (HearthPlayer *self)
{
  HearthTsPmt pmt;

  if (self->on_internet)
    return hearth_uri_path_is_radio (self->internet);
  return self->session != NULL && hearth_ring_session_get_pmt (self->session, &pmt) &&
         hearth_ring_session_select (self->session, HEARTH_RING_VIDEO, &pmt) == NULL;
}

/* What grows while data come. */
static guint64
get_head (HearthPlayer *self)
{
  if (self->on_internet)
    return hearth_uri_path_get_arrived (self->internet);
  if (self->feed != NULL && self->session != NULL)
    return hearth_ring_session_get_read (self->session); /* the file is there: what moves is who reads it */
  return self->head != NULL ? hearth_ring_reader_get_head (self->head) : 0;
}

static gboolean
on_look (gpointer user_data)
{
  HearthPlayer *self = user_data;
  const HearthWatchInput input = {
    .now_us = g_get_monotonic_time (),
    .head = get_head (self),
    .decoded = g_atomic_int_get (&self->context.decoded),
    .key = self->on_internet ? g_atomic_int_get (&self->context.decoded) > 0 : has_stage (self, HEARTH_STAGE_RANDOM_ACCESS_POINT),
    .sounding = has_stage (self, HEARTH_STAGE_SOUND) && is_radio (self),
  };

  /* An address has no thread that turns while nothing comes: then only a decoder that stands still is stuck. */
  if (self->on_internet && g_atomic_int_get (&self->context.decoding) == 0)
    hearth_play_context_beat (&self->context);
  if (self->on_internet || g_atomic_int_get (&self->context.sound_rests))
    hearth_play_context_beat_sound (&self->context);
  tell_result (self, hearth_watch_look (&self->watch, &input));
  return G_SOURCE_CONTINUE;
}

/* ---- an address that fails is tried again ------------------------------------------------------------ */

#define AGAIN_AFTER_SILENCE_S 8 /* the demuxer itself tries for so long */

static void begin (HearthPlayer *self, guint32 serial, gboolean resume, gboolean on_internet);
static void set_busy (HearthPlayer *self, gboolean busy);

static gboolean
on_again (gpointer user_data)
{
  HearthPlayer *self = user_data;

  self->again = 0;
  self->n_again++;
  hearth_info ("opens the address again, for the %u. time", self->n_again);
  begin (self, self->serial, TRUE, TRUE);
  set_busy (self, TRUE);
  hearth_uri_path_play (self->internet, self->uri, self->uri_options);
  return G_SOURCE_REMOVE;
}

/* At once, then less and less often: the household is told already, and waits. */
static void
open_again_later (HearthPlayer *self)
{
  static const guint wait_ms[] = { 500, 1000, 2000, 4000, 8000, 10000 };

  if (self->again != 0 || self->uri == NULL)
    return;
  self->again = self->refused ? g_timeout_add (wait_ms[MIN (self->n_again, G_N_ELEMENTS (wait_ms) - 1)], on_again, self)
                              : g_timeout_add_seconds (AGAIN_AFTER_SILENCE_S, on_again, self);
}

static void
forget_uri (HearthPlayer *self)
{
  g_clear_handle_id (&self->again, g_source_remove);
  g_clear_pointer (&self->uri, g_free);
  g_clear_pointer (&self->uri_options, g_variant_unref);
  self->n_again = 0;
}

static void
take_break (HearthPlayer *self, const HearthNews *news)
{
  set_busy (self, FALSE);
  if (!self->on_internet) {
    set_state (self, "no-signal", "Disconnected", news->text);
    return;
  }
  self->refused = TRUE;
  set_state (self, "no-signal", hearth_error_get_name (hearth_uri_path_get_failure (self->internet)), news->text);
  open_again_later (self);
}

static void
set_busy (HearthPlayer *self, gboolean busy)
{
  if (self->context.progress != NULL) {
    hearth_progress_set_busy (self->context.progress, HEARTH_PROGRESS_PLAY_READ, busy);
    hearth_progress_set_busy (self->context.progress, HEARTH_PROGRESS_PLAY_DECODE, busy);
    hearth_progress_set_busy (self->context.progress, HEARTH_PROGRESS_PLAY_SOUND, busy);
  }
  g_clear_handle_id (&self->look, g_source_remove);
  if (busy)
    self->look = g_timeout_add (LOOK_MS, on_look, self);
}

static void
take_picture (HearthPlayer *self, const HearthPictureKind *kind)
{
  g_clear_pointer (&self->picture, g_variant_unref);
  self->picture = g_variant_ref_sink (hearth_picture_kind_describe (kind));
  self->funcs->picture (self->serial, self->picture, self->user_data);
}

static void
on_news (const HearthNews *news, gpointer user_data)
{
  HearthPlayer *self = user_data;

  if (news->serial != self->serial)
    return;
  switch (news->kind) {
  case HEARTH_NEWS_STAGE:
    self->funcs->stage (news->serial, hearth_stage_get_name (news->detail), news->time_us, self->user_data);
    if (news->detail == HEARTH_STAGE_FIRST_DECODED || news->detail == HEARTH_STAGE_SOUND)
      on_look (self);
    return;
  case HEARTH_NEWS_TRACKS:
    if (self->on_internet)
      hearth_uri_path_tracks_changed (self->internet);
    self->funcs->tracks (news->serial, self->user_data);
    return;
  case HEARTH_NEWS_PICTURE:
    take_picture (self, &news->picture);
    return;
  case HEARTH_NEWS_CANNOT_DECODE:
    hearth_warning ("%s", news->text);
    g_free (self->cannot);
    self->cannot = g_strdup (news->text);
    hearth_watch_fail (&self->watch, news->time_us);
    return;
  case HEARTH_NEWS_ENDED:
    set_busy (self, FALSE);
    set_state (self, "ended", "", "");
    return;
  case HEARTH_NEWS_BROKEN:
    take_break (self, news);
    return;
  }
}

static void
on_shown (guint32 serial, gint64 shown_us, gboolean first, gpointer user_data)
{
  HearthPlayer *self = user_data;

  if (first && serial == self->serial)
    hearth_play_context_stage (&self->context, HEARTH_STAGE_FIRST_SHOWN, shown_us);
}

static void
on_refused (const char *reason, gpointer user_data)
{
  HearthPlayer *self = user_data;

  hearth_warning ("the screen does not take this kind of picture: %s", reason);
  hearth_watch_fail (&self->watch, g_get_monotonic_time ());
}

static const HearthFrameOutFuncs out_funcs = { .shown = on_shown, .refused = on_refused };

/* ---- from outside ------------------------------------------------------------------------------------ */

HearthPlayer *
hearth_player_new (gboolean internet, HearthProgress *progress, const HearthPlayerFuncs *funcs, gpointer user_data, GError **error)
{
  g_autoptr (HearthPlayer) self = g_new0 (HearthPlayer, 1);

  self->funcs = funcs;
  self->user_data = user_data;
  self->state = "stopped";
  self->reason = "";
  self->text = g_strdup ("");
  self->channel = g_strdup ("");
  self->recording = g_strdup ("");
  self->context = (HearthPlayContext){ .sync = hearth_sync_new (), .out = hearth_frame_out_new (&out_funcs, self),
                                       .progress = progress, .news = on_news, .user_data = self, .volume_q16 = 65536 };
  if (internet)
    self->internet = hearth_uri_path_new (&self->context, error);
  else
    self->pipeline = hearth_pipeline_new (&self->context, error);
  return self->pipeline != NULL || self->internet != NULL ? g_steal_pointer (&self) : NULL;
}

void
hearth_player_free (HearthPlayer *self)
{
  set_busy (self, FALSE);
  forget_uri (self);
  self->on_internet = FALSE;
  g_clear_pointer (&self->pipeline, hearth_pipeline_free);
  g_clear_pointer (&self->internet, hearth_uri_path_free);
  g_clear_pointer (&self->feed, hearth_recording_feed_free);
  g_clear_pointer (&self->session, hearth_ring_session_unref);
  g_clear_pointer (&self->head, hearth_ring_reader_free);
  while (g_main_context_iteration (NULL, FALSE)) /* news that threads have left for us */
    ;
  hearth_frame_out_free (self->context.out);
  hearth_sync_free (self->context.sync);
  g_clear_pointer (&self->picture, g_variant_unref);
  g_free (self->text);
  g_free (self->cannot);
  g_free (self->channel);
  g_free (self->recording);
  g_free (self);
}

gboolean
hearth_player_set_link (HearthPlayer *self, int fd, GError **error)
{
  return hearth_frame_out_set_link (self->context.out, fd, error);
}

/* Everything of the stream before is at rest after this. */
static void
begin (HearthPlayer *self, guint32 serial, gboolean resume, gboolean on_internet)
{
  /* Before all else: a picture more of what was would take the next refresh from what comes. Those of a programme that is
   * resumed are still shown in their time. */
  if (!resume)
    hearth_frame_out_flush (self->context.out, serial);
  if (self->pipeline != NULL)
    hearth_pipeline_halt (self->pipeline);
  if (self->internet != NULL)
    hearth_uri_path_halt (self->internet);
  self->on_internet = on_internet;
  g_clear_pointer (&self->session, hearth_ring_session_unref);
  g_clear_pointer (&self->head, hearth_ring_reader_free);
  g_clear_pointer (&self->cannot, g_free);
  if (serial != self->serial)
    g_clear_pointer (&self->picture, g_variant_unref);
  self->serial = serial;
  hearth_play_context_set_serial (&self->context, serial);
  hearth_sync_reset (self->context.sync);
  hearth_watch_init (&self->watch, g_get_monotonic_time (), on_internet ? HEARTH_WATCH_INTERNET_US : HEARTH_WATCH_BROADCAST_US);
}

static void
take_options (HearthPlayer *self, HearthRingSession *session, GVariant *options)
{
  const char *channel = "", *language = "";

  g_variant_lookup (options, "channel", "&s", &channel);
  g_variant_lookup (options, "audio", "&s", &language);
  g_free (self->channel);
  self->channel = g_strdup (channel);
  hearth_ring_session_set_language (session, language);
}

static void
forget_recording (HearthPlayer *self)
{
  g_clear_pointer (&self->feed, hearth_recording_feed_free);
  g_free (self->recording);
  self->recording = g_strdup ("");
  self->paused = FALSE;
}

gboolean
hearth_player_open (HearthPlayer *self, const HearthPlayerRing *ring, GError **error)
{
  HearthRingSession *session;
  gboolean resume = FALSE;
  guint program = 0;

  g_variant_lookup (ring->options, "resume", "b", &resume);
  g_variant_lookup (ring->options, "program", "u", &program);
  if (self->pipeline == NULL)
    self->pipeline = hearth_pipeline_new (&self->context, error);
  if (self->pipeline == NULL)
    return FALSE;
  session = hearth_ring_session_new (ring->ring_fd, ring->waiters, ring->n_waiters, program, error);
  if (session == NULL)
    return FALSE;
  forget_uri (self);
  begin (self, ring->serial, resume, FALSE);
  forget_recording (self);
  self->session = session;
  self->head = hearth_ring_session_dup_reader (session);
  take_options (self, session, ring->options);
  if (!resume)
    set_state (self, "opening", "", "");
  set_busy (self, TRUE);
  hearth_pipeline_play (self->pipeline, session);
  return TRUE;
}

/* ---- recordings ------------------------------------------------------------------------------------------ */

/* The last picture stands till the new ones come, unless it is another recording's. */
static gboolean
play_from (HearthPlayer *self, guint32 serial, gint64 position_us, gboolean resume, GError **error)
{
  gint64 skip_us;
  HearthRingSession *session;

  begin (self, serial, resume, FALSE); /* before the feed: its old ring is still read */
  session = hearth_recording_feed_play (self->feed, position_us, &skip_us, error);
  if (session == NULL) {
    set_busy (self, FALSE);
    return FALSE;
  }
  self->session = session;
  self->head = hearth_ring_session_dup_reader (session);
  self->begun_us = position_us - skip_us;
  hearth_sync_set_paced (self->context.sync, TRUE);
  hearth_sync_set_skip (self->context.sync, skip_us);
  hearth_ring_session_set_language (session, self->language);
  set_busy (self, TRUE);
  hearth_pipeline_play (self->pipeline, session);
  return TRUE;
}

gboolean
hearth_player_open_recording (HearthPlayer *self, const HearthPlayerRecording *recording, GError **error)
{
  const char *id = "", *language = "";
  gint64 position_us = 0;
  gboolean growing = FALSE, paused = FALSE;
  HearthRecordingFeed *feed;

  g_variant_lookup (recording->options, "recording", "&s", &id);
  g_variant_lookup (recording->options, "audio", "&s", &language);
  g_variant_lookup (recording->options, "position", "x", &position_us);
  g_variant_lookup (recording->options, "growing", "b", &growing);
  g_variant_lookup (recording->options, "paused", "b", &paused);
  if (self->pipeline == NULL)
    self->pipeline = hearth_pipeline_new (&self->context, error);
  feed = self->pipeline != NULL ? hearth_recording_feed_new (recording->stream_fd, recording->index_fd, growing, error) : NULL;
  if (feed == NULL)
    return FALSE;
  forget_uri (self);
  begin (self, recording->serial, FALSE, FALSE);
  forget_recording (self);
  self->feed = feed;
  g_free (self->recording);
  self->recording = g_strdup (id);
  g_free (self->channel);
  self->channel = g_strdup ("");
  g_strlcpy (self->language, language, sizeof self->language);
  set_state (self, "opening", "", "");
  return play_from (self, recording->serial, MAX (position_us, 0), FALSE, error) && (!paused || hearth_player_set_paused (self, TRUE, error));
}

static gboolean
need_recording (HearthPlayer *self, GError **error)
{
  if (self->feed != NULL)
    return TRUE;
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "what is on is no recording: it cannot be moved in");
  return FALSE;
}

gboolean
hearth_player_get_position (HearthPlayer *self, gint64 *position_us, gint64 *duration_us, GError **error)
{
  HearthSyncState sync;

  if (!need_recording (self, error))
    return FALSE;
  hearth_sync_get_state (self->context.sync, &sync);
  *duration_us = hearth_recording_feed_get_duration_us (self->feed);
  if (self->paused)
    *position_us = self->paused_at_us;
  else if (g_str_equal (self->state, "ended"))
    *position_us = *duration_us;
  else
    *position_us = self->begun_us + MAX (sync.played_us, 0);
  return TRUE;
}

gboolean
hearth_player_seek (HearthPlayer *self, gint64 position_us, GError **error)
{
  gint64 to_us;

  if (!need_recording (self, error))
    return FALSE;
  to_us = CLAMP (position_us, 0, hearth_recording_feed_get_duration_us (self->feed));
  if (self->paused) {
    self->paused_at_us = to_us;
    return TRUE;
  }
  return play_from (self, self->serial, to_us, TRUE, error);
}

/* A paused recording is at rest: nothing is read or decoded, the last picture stands. */
gboolean
hearth_player_set_paused (HearthPlayer *self, gboolean paused, GError **error)
{
  gint64 duration_us;

  if (!need_recording (self, error))
    return FALSE;
  if (paused == self->paused)
    return TRUE;
  if (!paused) {
    self->paused = FALSE;
    return play_from (self, self->serial, self->paused_at_us, TRUE, error);
  }
  if (!hearth_player_get_position (self, &self->paused_at_us, &duration_us, error))
    return FALSE;
  self->paused = TRUE;
  set_busy (self, FALSE);
  hearth_pipeline_halt (self->pipeline);
  hearth_recording_feed_halt (self->feed);
  return TRUE;
}

void
hearth_player_set_growing (HearthPlayer *self, gboolean growing)
{
  if (self->feed != NULL)
    hearth_recording_feed_set_growing (self->feed, growing);
}

gboolean
hearth_player_open_uri (HearthPlayer *self, guint32 serial, const char *uri, GVariant *options, GError **error)
{
  if (self->internet == NULL) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "this player was started without network");
    return FALSE;
  }
  if (!gst_uri_is_valid (uri) || (!gst_uri_has_protocol (uri, "http") && !gst_uri_has_protocol (uri, "https"))) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "only http and https addresses are played directly");
    return FALSE;
  }
  forget_uri (self);
  self->uri = g_strdup (uri);
  self->uri_options = g_variant_ref (options);
  self->refused = FALSE;
  begin (self, serial, FALSE, TRUE);
  forget_recording (self);
  set_state (self, "opening", "", "");
  set_busy (self, TRUE);
  hearth_uri_path_play (self->internet, uri, options);
  return TRUE;
}

void
hearth_player_stop (HearthPlayer *self, guint32 serial)
{
  forget_uri (self);
  begin (self, serial, FALSE, FALSE);
  forget_recording (self);
  set_busy (self, FALSE);
  hearth_frame_out_clear (self->context.out);
  set_state (self, "stopped", "", "");
}

void
hearth_player_set_careful (HearthPlayer *self, guint steps)
{
  if (steps > 0)
    hearth_notice ("pictures are decoded by one thread: this player fell again and again (step of care: %u)", steps);
  g_atomic_int_set (&self->context.careful, (gint) steps);
}

void
hearth_player_set_volume (HearthPlayer *self, double volume, gboolean mute)
{
  g_atomic_int_set (&self->context.volume_q16, mute ? 0 : (gint) (CLAMP (volume, 0.0, 1.0) * 65536));
}

GVariant *
hearth_player_list_tracks (HearthPlayer *self, const char *kind, GError **error)
{
  if (!hearth_tracks_check_kind (kind, error))
    return NULL;
  return self->on_internet ? hearth_uri_path_list_tracks (self->internet, kind) : hearth_tracks_list (self->session, kind);
}

gboolean
hearth_player_select_track (HearthPlayer *self, const char *kind, const char *id, GError **error)
{
  if (!hearth_tracks_check_kind (kind, error))
    return FALSE;
  if (self->on_internet)
    return hearth_uri_path_select_track (self->internet, kind, id, error);
  if (!hearth_tracks_select (self->session, kind, id, error))
    return FALSE;
  if (self->pipeline != NULL)
    hearth_pipeline_reselect (self->pipeline);
  self->funcs->tracks (self->serial, self->user_data);
  return TRUE;
}

static void
describe_decoder (HearthPlayer *self, GVariantDict *dict, guint64 decoded)
{
  gboolean by_uri = self->on_internet || self->pipeline == NULL;
  guint64 copied = by_uri ? hearth_uri_path_get_copied_bytes (self->internet) : hearth_pipeline_get_copied_bytes (self->pipeline);

  g_variant_dict_insert (dict, "decoder", "s", by_uri ? hearth_uri_path_get_decoder_name (self->internet)
                                                      : hearth_pipeline_get_decoder_name (self->pipeline));
  g_variant_dict_insert (dict, "copied-bytes-per-frame", "t", copied / MAX (decoded, 1));
  g_variant_dict_insert (dict, "audio-sink", "s", by_uri ? hearth_uri_path_get_audio_sink_name (self->internet)
                                                         : hearth_pipeline_get_audio_sink_name (self->pipeline));
}

GVariant *
hearth_player_get_statistics (HearthPlayer *self)
{
  guint64 decoded = (guint) g_atomic_int_get (&self->context.decoded);
  HearthFrameOutState out;
  HearthSyncState sync;
  GVariantDict dict;

  hearth_frame_out_get_state (self->context.out, &out);
  hearth_sync_get_state (self->context.sync, &sync);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "frames-decoded", "t", decoded);
  g_variant_dict_insert (&dict, "frames-shown", "t", out.shown);
  g_variant_dict_insert (&dict, "frames-dropped", "t", out.dropped);
  g_variant_dict_insert (&dict, "frames-late", "t", out.late);
  describe_decoder (self, &dict, decoded);
  g_variant_dict_insert (&dict, "speed", "d", sync.speed);
  g_variant_dict_insert (&dict, "margin-us", "x", sync.margin_us);
  g_variant_dict_insert (&dict, "clock-ppm", "d", sync.ppm);
  g_variant_dict_insert (&dict, "av-offset-us", "x", (gint64) g_atomic_int_get (&self->context.sound_us));
  return g_variant_dict_end (&dict);
}

GVariant *
hearth_player_describe (HearthPlayer *self)
{
  gint64 position_us, duration_us;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "serial", "u", self->serial);
  g_variant_dict_insert (&dict, "channel", "s", self->channel);
  g_variant_dict_insert (&dict, "ring", "b", self->session != NULL);
  if (self->feed != NULL && hearth_player_get_position (self, &position_us, &duration_us, NULL)) {
    g_variant_dict_insert (&dict, "recording", "s", self->recording);
    g_variant_dict_insert (&dict, "position", "x", position_us);
    g_variant_dict_insert (&dict, "paused", "b", self->paused);
  }
  g_variant_dict_insert (&dict, "state", "s", self->state);
  if (self->picture != NULL)
    g_variant_dict_insert_value (&dict, "picture", self->picture);
  g_variant_dict_insert (&dict, "reason", "s", self->reason);
  g_variant_dict_insert (&dict, "reason-text", "s", self->text);
  g_variant_dict_insert (&dict, "link", "b", hearth_frame_out_has_link (self->context.out));
  return g_variant_dict_end (&dict);
}
