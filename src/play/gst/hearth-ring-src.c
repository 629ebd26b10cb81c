/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/gst/hearth-ring-src.h"

#include "play/hearth-codecs.h"
#include "play/hearth-pcr-watch.h"
#include "play/hearth-ring-demux.h"

#include <hearth/log.h>
#include <libavcodec/avcodec.h>
#include <string.h>
#include <time.h>

HEARTH_LOG_TOPIC ("ring-src")

#define WAIT_US 200000           /* hearthd wants to see life every 250 ms */
#define FRAME90K 3600            /* a unit's length where nobody says it: only to see jumps of a second */
#define KEY_TRANSFER_US 150000   /* a key frame's own time on the line */
#define COMFORT_US 400000        /* a start so far behind the head has its margin at once ... */
#define BEHIND_MAX_US 3000000    /* ... but nobody wants to be further behind for that */
#define SOUND_BEFORE_BYTES (512 * HEARTH_RING_PACKET) /* sound that belongs to the key frame may stand before it */
#define SOUND_ALONE_US 1500000
#define BATCH_S 0.015            /* of a running stream's bytes are worth a wake-up */
#define SETTLED_US 3000000

typedef struct {
  HearthRingSrc *src;
  GstPad *pad;
  guint which;
  HearthRingSession *session;
  HearthRingDemux *demux;  /* NULL: the thread has not begun with the session */
  HearthPcrWatch pcr;      /* video */
  gint reselect;           /* atomic */
  gboolean stream_started, need_segment, decodable;
  GstFlowReturn flow;
  gint64 begun_us;

  gboolean want_key;       /* video: units are thrown away until the next random access point */
  gboolean began_at_index; /* at a random access point that may not be whole yet */
  gboolean looked_back;    /* video: at what the index had when the tables came */
  HearthRingRap rap;
  gboolean positioned;     /* audio: has found its start */
  gint64 placed90k, end90k; /* audio: of the last unit */
  guint16 pcr_pid;
} Branch;

struct _HearthRingSrc {
  GstElement parent;
  HearthPlayContext *context;
  Branch branches[HEARTH_RING_READERS];
  GstPad *text;
  gboolean halted;
};

G_DEFINE_FINAL_TYPE (HearthRingSrc, hearth_ring_src, GST_TYPE_ELEMENT)

/* ---- units out: a branch's own thread -------------------------------------------------------------------- */

static void
start_stream (Branch *branch)
{
  g_autofree char *id = g_strdup_printf ("hearth-%s", GST_PAD_NAME (branch->pad));

  if (branch->stream_started)
    return;
  branch->stream_started = TRUE;
  gst_pad_push_event (branch->pad, gst_event_new_stream_start (id));
}

static void
start_segment (Branch *branch)
{
  GstSegment segment;

  if (!branch->need_segment)
    return;
  branch->need_segment = FALSE;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (branch->pad, gst_event_new_segment (&segment));
}

static GstClockTime
to_clock_time (gint64 time90k, gint64 offset90k)
{
  return time90k == HEARTH_TS_NO_TIME ? GST_CLOCK_TIME_NONE : gst_util_uint64_scale (MAX (time90k + offset90k, 0), 100000, 9);
}

/* With room behind, for libavcodec reads beyond. */
static GstBuffer *
make_buffer (const HearthTsPes *pes)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, pes->n_bytes + AV_INPUT_BUFFER_PADDING_SIZE, NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memcpy (map.data, pes->data, pes->n_bytes);
  memset (map.data + pes->n_bytes, 0, AV_INPUT_BUFFER_PADDING_SIZE);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_set_size (buffer, pes->n_bytes);
  return buffer;
}

static void
push_unit (Branch *branch, const HearthTsPes *pes, gboolean key, gboolean joins)
{
  guint track = branch->which == HEARTH_RING_VIDEO ? HEARTH_TIMELINE_VIDEO : HEARTH_TIMELINE_AUDIO;
  gint64 time90k = pes->dts90k != HEARTH_TS_NO_TIME ? pes->dts90k : pes->pts90k, offset90k = 0;
  GstBuffer *buffer = make_buffer (pes);

  if (time90k != HEARTH_TS_NO_TIME)
    offset90k = hearth_sync_place (branch->src->context->sync, track, time90k, FRAME90K);
  GST_BUFFER_PTS (buffer) = to_clock_time (pes->pts90k, offset90k);
  GST_BUFFER_DTS (buffer) = to_clock_time (pes->dts90k, offset90k);
  if (pes->frame90k > 0)
    GST_BUFFER_DURATION (buffer) = to_clock_time (pes->frame90k, 0);
  if (!key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (joins)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  if (pes->damaged)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_CORRUPTED);
  if (pes->pts90k != HEARTH_TS_NO_TIME) {
    gint64 step90k = pes->pts90k + offset90k - branch->placed90k;

    branch->placed90k = pes->pts90k + offset90k;
    branch->end90k = branch->placed90k + CLAMP (step90k, 0, 90000 / 2);
  }
  start_segment (branch);
  branch->flow = gst_pad_push (branch->pad, buffer);
}

static void
on_video_unit (const HearthTsPes *pes, Branch *branch)
{
  HearthTsUnitInfo info = { 0 };
  gboolean joins = branch->want_key;

  hearth_ts_unit_scan (hearth_ring_demux_get_codec (branch->demux), pes->data, pes->n_bytes, &info);
  if (joins && (info.rap == HEARTH_TS_RAP_NONE || pes->pts90k == HEARTH_TS_NO_TIME))
    return;
  if (joins) {
    branch->want_key = FALSE;
    hearth_play_context_stage (branch->src->context, HEARTH_STAGE_RANDOM_ACCESS_POINT, 0);
    hearth_ring_session_set_start (branch->session, pes->position, pes->pts90k);
  }
  push_unit (branch, pes, info.rap != HEARTH_TS_RAP_NONE, joins);
}

static void
on_unit (const HearthTsPes *pes, gpointer user_data)
{
  Branch *branch = user_data;

  if (!branch->decodable || pes->n_bytes == 0 || hearth_ring_session_is_stopped (branch->session) || branch->flow != GST_FLOW_OK)
    return;
  if (branch->which == HEARTH_RING_VIDEO)
    on_video_unit (pes, branch);
  else
    push_unit (branch, pes, TRUE, FALSE);
}

static void
on_stream (const HearthTsStream *stream, const HearthTsPmt *pmt, gpointer user_data)
{
  Branch *branch = user_data;
  g_autoptr (GstCaps) caps = stream != NULL ? hearth_codecs_dup_caps (stream->codec) : NULL;
  g_autofree char *text = NULL;

  branch->pcr_pid = pmt->pcr_pid;
  branch->decodable = caps != NULL && hearth_codecs_can_decode (stream->codec);
  if (branch->which == HEARTH_RING_VIDEO)
    hearth_sync_set_tracks (branch->src->context->sync, stream != NULL,
                            hearth_ring_session_select (branch->session, HEARTH_RING_AUDIO, pmt) != NULL);
  if (stream == NULL)
    return;
  hearth_debug ("%s: PID %u, %s", GST_PAD_NAME (branch->pad), stream->pid, hearth_ts_codec_get_name (stream->codec));
  branch->want_key = branch->which == HEARTH_RING_VIDEO;
  if (branch->decodable) {
    start_stream (branch);
    gst_pad_push_event (branch->pad, gst_event_new_caps (caps));
  } else if (branch->which == HEARTH_RING_VIDEO) {
    text = g_strdup_printf ("this box has no decoder for %s", hearth_ts_codec_get_name (stream->codec));
    hearth_play_context_tell (branch->src->context, HEARTH_NEWS_CANNOT_DECODE, 0, 0, text);
  }
}

static void
on_tables (gpointer user_data)
{
  Branch *branch = user_data;

  hearth_play_context_stage (branch->src->context, HEARTH_STAGE_TABLES, 0);
  hearth_play_context_tell (branch->src->context, HEARTH_NEWS_TRACKS, 0, 0, NULL);
}

static const HearthRingDemuxFuncs demux_funcs = { .stream = on_stream, .unit = on_unit, .tables = on_tables };

/* ---- video's way through a ring ------------------------------------------------------------------------------ */

static gint64
get_boottime_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
seek_to_rap (Branch *branch, const HearthRingRap *rap)
{
  gint64 age_us = get_boottime_us () - rap->boottime_us;

  branch->rap = *rap;
  hearth_ring_demux_seek (branch->demux, rap->position);
  hearth_sync_set_backlog (branch->src->context->sync, MAX (age_us - KEY_TRANSFER_US, 0));
  hearth_debug ("starts at byte %" G_GUINT64_FORMAT ", %" G_GINT64_FORMAT " ms old", rap->position, age_us / 1000);
}

static void
note_read (Branch *branch)
{
  if (hearth_ring_session_is_recorded (branch->session))
    hearth_ring_session_set_read (branch->session,
                                  hearth_ring_reader_get_position (hearth_ring_demux_get_reader (branch->demux)));
}

/* The newest random access point; one earlier where that is so young that playing would have to begin slowly. */
static gboolean
choose_rap (HearthRingReader *reader, HearthRingRap *rap)
{
  gint64 now_us = get_boottime_us ();
  HearthRingRap older;

  if (!hearth_ring_reader_get_newest_rap (reader, rap))
    return FALSE;
  if (now_us - rap->boottime_us < COMFORT_US && hearth_ring_reader_get_rap_at (reader, now_us - COMFORT_US, &older) &&
      now_us - older.boottime_us < BEHIND_MAX_US)
    *rap = older;
  return TRUE;
}

static void
begin_video (Branch *branch)
{
  HearthRingReader *reader;
  HearthRingRap rap;
  HearthTsPmt pmt;

  if (hearth_ring_session_get_pmt (branch->session, &pmt))
    on_tables (branch);
  reader = hearth_ring_demux_get_reader (branch->demux);
  hearth_pcr_watch_init (&branch->pcr, hearth_ring_reader_dup (reader));
  branch->want_key = TRUE;
  branch->began_at_index = branch->looked_back = choose_rap (reader, &rap);
  if (branch->began_at_index)
    seek_to_rap (branch, &rap);
  else
    hearth_ring_demux_seek (branch->demux, hearth_ring_reader_get_oldest (reader));
}

/* The tables came after a key frame had begun: the ring's index knows that frame, though we passed it by. */
static void
look_back (Branch *branch)
{
  HearthRingReader *reader = hearth_ring_demux_get_reader (branch->demux);
  HearthRingRap rap;

  if (!branch->want_key || branch->looked_back || hearth_ring_demux_get_codec (branch->demux) == HEARTH_TS_CODEC_NONE ||
      !hearth_ring_reader_get_newest_rap (reader, &rap))
    return;
  branch->looked_back = TRUE;
  if (rap.position < hearth_ring_reader_get_position (reader) && !branch->began_at_index)
    seek_to_rap (branch, &rap);
}

/* Everything is read. Where the newest key frame is still on its way and an older one is there, that is shown at once. */
static void
starve_video (Branch *branch, gint64 now_us)
{
  gboolean settled = now_us - branch->begun_us > SETTLED_US;
  HearthRingRap older;

  if (branch->began_at_index && branch->want_key) {
    branch->began_at_index = FALSE;
    if (hearth_ring_reader_get_rap_at (hearth_ring_demux_get_reader (branch->demux), branch->rap.boottime_us - 1, &older)) {
      seek_to_rap (branch, &older);
      return;
    }
  }
  hearth_ring_demux_wait (branch->demux, settled ? MAX (branch->pcr.bytes_s * BATCH_S, 1) : 1, WAIT_US);
}

static void
run_video (Branch *branch)
{
  HearthPlayContext *context = branch->src->context;
  gint64 now_us = g_get_monotonic_time ();
  gsize n_read = 0;

  hearth_play_context_beat (context);
  hearth_pcr_watch_look (&branch->pcr, context->sync, branch->pcr_pid, now_us);
  look_back (branch);
  switch (hearth_ring_demux_run (branch->demux, &n_read)) {
  case HEARTH_RING_READ_OK:
    note_read (branch);
    if (context->progress != NULL)
      hearth_progress_count (context->progress, HEARTH_PROGRESS_PLAY_READ, n_read);
    return;
  case HEARTH_RING_READ_EMPTY:
    starve_video (branch, now_us);
    return;
  case HEARTH_RING_READ_OVERRUN:
    hearth_notice ("the ring overran its reader; going on at the next key frame");
    branch->want_key = TRUE;
    return;
  case HEARTH_RING_READ_ENDED:
    start_segment (branch);
    gst_pad_push_event (branch->pad, gst_event_new_eos ());
    gst_pad_pause_task (branch->pad);
    return;
  case HEARTH_RING_READ_CORRUPT:
    hearth_play_context_tell (context, HEARTH_NEWS_BROKEN, 0, 0, "the stream's ring is broken");
    gst_pad_pause_task (branch->pad);
    return;
  }
}

/* ---- sound's ---------------------------------------------------------------------------------------------------- */

/* Sound begins where the picture does, a little before it in the ring; without a picture at the head. */
static gboolean
position_audio (Branch *branch)
{
  HearthRingReader *reader = hearth_ring_demux_get_reader (branch->demux);
  guint64 start, head = hearth_ring_reader_get_head (reader);
  HearthTsPmt pmt;
  gboolean known = hearth_ring_session_wait_start (branch->session, WAIT_US / 2, &start);
  gboolean alone = hearth_ring_session_get_pmt (branch->session, &pmt) &&
                   hearth_ring_session_select (branch->session, HEARTH_RING_VIDEO, &pmt) == NULL;

  if (!known && !alone && g_get_monotonic_time () - branch->begun_us < SOUND_ALONE_US)
    return FALSE;
  if (!known)
    start = hearth_ring_session_is_recorded (branch->session) ? hearth_ring_reader_get_oldest (reader) : head;
  hearth_ring_demux_seek (branch->demux, start > SOUND_BEFORE_BYTES ? start - SOUND_BEFORE_BYTES : 0);
  return TRUE;
}

static void
run_audio (Branch *branch)
{
  gsize n_read;

  hearth_play_context_set_sound_rests (branch->src->context, FALSE);
  if (!branch->positioned) {
    branch->positioned = position_audio (branch);
    return;
  }
  switch (hearth_ring_demux_run (branch->demux, &n_read)) {
  case HEARTH_RING_READ_OK:
    note_read (branch);
    return;
  case HEARTH_RING_READ_OVERRUN:
    return;
  case HEARTH_RING_READ_EMPTY:
    if (branch->end90k > 0)
      hearth_sync_sound_starves (branch->src->context->sync, branch->end90k, HEARTH_US_OF_90K (branch->end90k - branch->placed90k),
                                 g_get_monotonic_time ());
    hearth_ring_demux_wait (branch->demux, 1, WAIT_US);
    return;
  case HEARTH_RING_READ_ENDED:
  case HEARTH_RING_READ_CORRUPT:
    hearth_play_context_set_sound_rests (branch->src->context, TRUE);
    start_segment (branch);
    gst_pad_push_event (branch->pad, gst_event_new_eos ());
    gst_pad_pause_task (branch->pad);
    return;
  }
}

/* ---- threads -------------------------------------------------------------------------------------------------------- */

static void
on_task (gpointer user_data)
{
  Branch *branch = user_data;

  if (hearth_ring_session_is_stopped (branch->session)) {
    gst_pad_pause_task (branch->pad);
    return;
  }
  if (branch->demux == NULL) {
    start_stream (branch);
    branch->demux = hearth_ring_demux_new (branch->session, branch->which, &demux_funcs, branch);
    if (branch->which == HEARTH_RING_VIDEO)
      begin_video (branch);
  }
  if (g_atomic_int_compare_and_exchange (&branch->reselect, 1, 0))
    hearth_ring_demux_reselect (branch->demux);
  if (branch->which == HEARTH_RING_VIDEO)
    run_video (branch);
  else
    run_audio (branch);
  if (branch->flow != GST_FLOW_OK && branch->flow != GST_FLOW_FLUSHING) {
    hearth_warning ("%s: %s", GST_PAD_NAME (branch->pad), gst_flow_get_name (branch->flow));
    branch->flow = GST_FLOW_OK;
  }
}

static void
halt_branch (Branch *branch)
{
  gst_pad_push_event (branch->pad, gst_event_new_flush_start ());
  gst_pad_pause_task (branch->pad);
  GST_PAD_STREAM_LOCK (branch->pad); /* until the thread is out of its turn */
  g_clear_pointer (&branch->demux, hearth_ring_demux_free);
  hearth_pcr_watch_clear (&branch->pcr);
  g_clear_pointer (&branch->session, hearth_ring_session_unref);
  if (branch->which == HEARTH_RING_AUDIO)
    hearth_play_context_set_sound_rests (branch->src->context, TRUE);
  GST_PAD_STREAM_UNLOCK (branch->pad);
}

void
hearth_ring_src_halt (HearthRingSrc *self)
{
  if (self->halted)
    return;
  self->halted = TRUE;
  if (self->branches[HEARTH_RING_VIDEO].session != NULL)
    hearth_ring_session_stop (self->branches[HEARTH_RING_VIDEO].session);
  for (guint i = 0; i < HEARTH_RING_READERS; i++)
    halt_branch (&self->branches[i]);
}

static void
play_branch (Branch *branch, HearthRingSession *session)
{
  GstPad *pad = branch->pad;
  const Branch fresh = { .src = branch->src, .pad = pad, .which = branch->which, .stream_started = branch->stream_started,
                         .need_segment = TRUE, .begun_us = g_get_monotonic_time () };

  gst_pad_push_event (pad, gst_event_new_flush_stop (FALSE));
  *branch = fresh;
  branch->session = hearth_ring_session_ref (session);
  gst_pad_start_task (pad, on_task, branch, NULL);
}

void
hearth_ring_src_play (HearthRingSrc *self, HearthRingSession *session)
{
  hearth_ring_src_halt (self);
  for (guint i = 0; i < HEARTH_RING_READERS; i++)
    play_branch (&self->branches[i], session);
  self->halted = FALSE;
}

void
hearth_ring_src_reselect (HearthRingSrc *self)
{
  for (guint i = 0; i < HEARTH_RING_READERS; i++)
    g_atomic_int_set (&self->branches[i].reselect, 1);
}

/* ---- the class --------------------------------------------------------------------------------------------------------- */

static gboolean
on_activate_mode (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  return active || gst_pad_stop_task (pad);
}

static void
add_template (GstElementClass *class, const char *name, GstCaps *caps)
{
  gst_element_class_add_pad_template (class, gst_pad_template_new (name, GST_PAD_SRC, GST_PAD_ALWAYS, caps));
}

static void
hearth_ring_src_class_init (HearthRingSrcClass *class)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  g_autoptr (GstCaps) video = hearth_codecs_dup_video_caps ();
  g_autoptr (GstCaps) audio = hearth_codecs_dup_audio_caps ();
  g_autoptr (GstCaps) text = gst_caps_from_string ("application/x-teletext; subpicture/x-dvb");

  add_template (element_class, "video", video);
  add_template (element_class, "audio", audio);
  add_template (element_class, "text", text);
  gst_element_class_set_static_metadata (element_class, "Hearth's ring source", "Source/Demuxer",
                                         "Elementary streams from a stream ring, on standing pads", "Hearth");
}

static GstPad *
add_pad (HearthRingSrc *self, const char *name)
{
  GstPad *pad = gst_pad_new_from_template (gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (self), name), name);

  gst_pad_use_fixed_caps (pad);
  gst_pad_set_activatemode_function (pad, on_activate_mode);
  gst_element_add_pad (GST_ELEMENT (self), pad);
  return pad;
}

static void
hearth_ring_src_init (HearthRingSrc *self)
{
  static const char *const names[HEARTH_RING_READERS] = { "video", "audio" };

  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
  for (guint i = 0; i < HEARTH_RING_READERS; i++) {
    self->branches[i].src = self;
    self->branches[i].which = i;
    self->branches[i].pad = add_pad (self, names[i]);
  }
  self->text = add_pad (self, "text");
  self->halted = TRUE;
}

GstElement *
hearth_ring_src_new (HearthPlayContext *context)
{
  HearthRingSrc *self = g_object_new (HEARTH_TYPE_RING_SRC, "name", "hearthringsrc", NULL);

  self->context = context;
  return GST_ELEMENT (self);
}
