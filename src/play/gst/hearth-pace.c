/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/gst/hearth-pace.h"

#include "play/gst/hearth-filter.h"
#include "play/gst/hearth-null-sink.h"
#include "play/hearth-card-clock.h"
#include "play/hearth-stretch.h"

#include <hearth/log.h>
#include <math.h>

HEARTH_LOG_TOPIC ("pace")

#define SAMPLES_CAPS "audio/x-raw, format=(string)F32LE, layout=(string)interleaved, rate=(int)48000, channels=(int)2"
#define OUT_CAPS "audio/x-raw, format=(string)S16LE, layout=(string)interleaved, rate=(int)48000, channels=(int)2"
#define RATE 48000
#define CHANNELS 2
#define BLOCK 1920               /* frames: 40 ms; the sound thread wakes up once a block */
#define LEAD_MAX_US 160000       /* each time sound runs dry it begins with twice the lead, up to this */
#define RUN_AHEAD_US 85000       /* earlier nothing is begun: the time may still change */
#define LOST_US 120000           /* an error beyond stretching: begin again */
#define WAIT_US 100000
#define PIECE_US 24000           /* MPEG-1 layer II: 1152 frames; AAC and AC-3 are about as long */
#define US_OF_FRAMES(n) ((gint64) (n) * 1000000 / RATE)
#define FRAMES_OF_US(us) ((us) * RATE / 1000000)

struct _HearthPace {
  GstElement parent;
  GstPad *sink, *src;
  HearthPlayContext *context;

  HearthStretch stretch;
  gint64 next90k;    /* media time of the next frame that waits; HEARTH_NO_TIME: unknown */
  double part90k;    /* its fraction: 90 kHz and 48 kHz do not divide */
  gint64 heard_us;   /* when the next frame that goes out is heard; HEARTH_NO_TIME: not begun */
  double part_us;    /* its fraction: a card that is 20 ppm off takes a block 0.8 us sooner or later */
  HearthCardClock card;
  gboolean hardware; /* sound goes to a device or a server, not to our own silence */
  gint64 lead_us;    /* so long before its time sound must be there */
  float gain;
  float block[BLOCK * CHANNELS];

  GMutex mutex; /* guards flushing */
  GCond flushed;
  gboolean flushing;
};

G_DEFINE_FINAL_TYPE (HearthPace, hearth_pace, GST_TYPE_ELEMENT)

static gboolean
is_flushing (HearthPace *self)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  return self->flushing;
}

static void
wait_until (HearthPace *self, gint64 until_us)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  while (!self->flushing && g_cond_wait_until (&self->flushed, &self->mutex, until_us))
    ;
}

/* ---- media time ------------------------------------------------------------------------------------ */

static void
advance (HearthPace *self, gint n_frames)
{
  double ticks = self->part90k + n_frames * 90000.0 / RATE;
  double whole = floor (ticks);

  self->next90k += (gint64) whole;
  self->part90k = ticks - whole;
}

static void
forget (HearthPace *self)
{
  hearth_stretch_reset (&self->stretch);
  self->next90k = self->heard_us = HEARTH_NO_TIME;
  self->part90k = 0;
  self->lead_us = self->context->sound_lead_us;
  hearth_sync_set_sounding (self->context->sync, FALSE);
}

/* Samples whose time does not continue what waits (lost packets, another track) begin anew. */
static void
take (HearthPace *self, GstBuffer *buffer)
{
  GstMapInfo map;
  gint64 pts90k = GST_BUFFER_PTS_IS_VALID (buffer) ? (gint64) gst_util_uint64_scale_round (GST_BUFFER_PTS (buffer), 9, 100000)
                                                   : HEARTH_NO_TIME;
  guint waiting = hearth_stretch_get_waiting (&self->stretch);
  gint64 expected90k = self->next90k + (gint64) waiting * 90000 / RATE;

  if (pts90k != HEARTH_NO_TIME && self->next90k != HEARTH_NO_TIME && ABS (pts90k - expected90k) > 90000 / 20) {
    hearth_debug ("sound steps by %" G_GINT64_FORMAT " ms", (pts90k - expected90k) / 90);
    forget (self);
  }
  if (self->next90k == HEARTH_NO_TIME)
    self->next90k = pts90k;
  if (self->next90k == HEARTH_NO_TIME || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  hearth_stretch_push (&self->stretch, (const float *) (gpointer) map.data, map.size / (CHANNELS * sizeof (float)));
  gst_buffer_unmap (buffer, &map);
}

static void
drop (HearthPace *self, gint64 n_frames)
{
  guint n = CLAMP (n_frames, 0, hearth_stretch_get_waiting (&self->stretch));

  hearth_stretch_drop (&self->stretch, n);
  advance (self, n);
}

/* ---- out --------------------------------------------------------------------------------------------- */

static float
get_gain (HearthPace *self)
{
  float volume = g_atomic_int_get (&self->context->volume_q16) / 65536.0f;

  return volume * volume * volume; /* loudness as people feel it, as PulseAudio does */
}

static GstBuffer *
make_block (HearthPace *self)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, BLOCK * CHANNELS * sizeof (gint16), NULL);
  float to = get_gain (self), from = self->gain;
  GstMapInfo map;
  gint16 *out;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  out = (gint16 *) (gpointer) map.data;
  for (guint i = 0; i < BLOCK * CHANNELS; i++) {
    float gain = from == to ? to : from + (to - from) * i / (BLOCK * CHANNELS); /* no click */

    out[i] = lrintf (CLAMP (self->block[i] * gain, -1.0f, 1.0f) * 32767);
  }
  gst_buffer_unmap (buffer, &map);
  self->gain = to;
  GST_BUFFER_PTS (buffer) = self->heard_us * 1000;
  GST_BUFFER_DURATION (buffer) = US_OF_FRAMES (BLOCK) * 1000;
  return buffer;
}

/* By as long as the card takes for a block. So times and samples keep together at the sink, which then has nothing to cut. */
static void
advance_heard (HearthPace *self)
{
  double us = self->part_us + BLOCK * 1e6 / RATE / (1 + hearth_card_clock_get_ppm (&self->card) / 1e6);
  double whole = floor (us);

  self->heard_us += (gint64) whole;
  self->part_us = us - whole;
}

/* The next block, @error_us of which it is to come later than it would. */
static GstFlowReturn
push_block (HearthPace *self, gint64 error_us)
{
  gint moved = hearth_stretch_pull (&self->stretch, self->block, BLOCK, FRAMES_OF_US (error_us));
  GstBuffer *buffer = make_block (self);
  GstFlowReturn flow;

  hearth_card_clock_look (&self->card, g_get_monotonic_time ());
  g_atomic_int_set (&self->context->sound_us, (gint) (error_us - US_OF_FRAMES (moved)));
  advance (self, BLOCK - moved);
  advance_heard (self);
  hearth_play_context_set_sound_rests (self->context, self->hardware); /* a card may stand still; pictures go on then */
  flow = gst_pad_push (self->src, buffer);
  hearth_play_context_set_sound_rests (self->context, FALSE);
  return flow;
}

/* Nothing is heard yet. TRUE: it can begin, at heard_us. */
static gboolean
begin (HearthPace *self)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 due_us = hearth_sync_sound (self->context->sync, self->next90k, now_us);

  if (due_us == HEARTH_NO_TIME) {
    hearth_sync_wait_start (self->context->sync, WAIT_US);
    return FALSE;
  }
  if (due_us > now_us + self->lead_us + RUN_AHEAD_US) {
    wait_until (self, MIN (due_us - self->lead_us - RUN_AHEAD_US, now_us + WAIT_US));
    return FALSE;
  }
  if (due_us < now_us + self->lead_us) {
    drop (self, FRAMES_OF_US (now_us + self->lead_us - due_us) + RATE / 1000);
    return FALSE;
  }
  self->heard_us = due_us;
  self->part_us = 0;
  self->gain = 0;
  hearth_sync_set_sounding (self->context->sync, TRUE);
  hearth_play_context_stage (self->context, HEARTH_STAGE_SOUND, due_us);
  hearth_debug ("sound begins in %" G_GINT64_FORMAT " ms", (due_us - now_us) / 1000);
  return TRUE;
}

/* Sound runs. FALSE: it has lost its time. */
static gboolean
find_error (HearthPace *self, gint64 *error_us)
{
  gint64 now_us = g_get_monotonic_time ();

  *error_us = hearth_sync_sound (self->context->sync, self->next90k, now_us) - self->heard_us;
  if (self->heard_us >= now_us && ABS (*error_us) < LOST_US)
    return TRUE;
  hearth_debug ("sound is %" G_GINT64_FORMAT " ms off, %" G_GINT64_FORMAT " ms ahead: it begins anew", *error_us / 1000,
                (self->heard_us - now_us) / 1000);
  if (self->heard_us < now_us)
    self->lead_us = MIN (2 * self->lead_us, LEAD_MAX_US);
  self->heard_us = HEARTH_NO_TIME;
  hearth_sync_set_sounding (self->context->sync, FALSE);
  return FALSE;
}

/* Sound is behind, and there is too little at hand for leaving some of it out; the next piece comes in time. */
static gboolean
waits_for_more (HearthPace *self, gint64 error_us)
{
  return error_us <= -US_OF_FRAMES (HEARTH_STRETCH_MAX) &&
         hearth_stretch_get_waiting (&self->stretch) < BLOCK + HEARTH_STRETCH_MAX &&
         self->heard_us > g_get_monotonic_time () + self->lead_us + PIECE_US;
}

static GstFlowReturn
pump (HearthPace *self)
{
  GstFlowReturn flow = GST_FLOW_OK;
  gint64 error_us;

  while (flow == GST_FLOW_OK && hearth_stretch_get_waiting (&self->stretch) >= BLOCK) {
    hearth_play_context_set_sound_rests (self->context, FALSE);
    if (is_flushing (self))
      return GST_FLOW_FLUSHING;
    if (self->heard_us == HEARTH_NO_TIME && !begin (self))
      continue;
    if (!find_error (self, &error_us))
      continue;
    if (waits_for_more (self, error_us))
      break;
    flow = push_block (self, error_us);
  }
  return flow;
}

static GstFlowReturn
on_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  HearthPace *self = HEARTH_PACE (parent);

  take (self, buffer);
  gst_buffer_unref (buffer);
  return pump (self);
}

static void
set_flushing (HearthPace *self, gboolean flushing)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->flushing = flushing;
  g_cond_broadcast (&self->flushed);
}

static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  HearthPace *self = HEARTH_PACE (parent);
  g_autoptr (GstCaps) out = NULL;

  switch ((guint) GST_EVENT_TYPE (event)) { /* GStreamer's list is open: default is right here */
  case GST_EVENT_CAPS:
    gst_event_unref (event);
    out = gst_caps_from_string (OUT_CAPS);
    hearth_play_context_set_sound_rests (self->context, TRUE); /* it opens the card */
    return gst_pad_push_event (self->src, gst_event_new_caps (out));
  case GST_EVENT_FLUSH_START:
    set_flushing (self, TRUE);
    break;
  case GST_EVENT_FLUSH_STOP:
    forget (self);
    set_flushing (self, FALSE);
    break;
  default:
    break;
  }
  return gst_pad_event_default (pad, parent, event);
}

static void
hearth_pace_finalize (GObject *object)
{
  HearthPace *self = HEARTH_PACE (object);

  hearth_card_clock_clear (&self->card);
  hearth_stretch_clear (&self->stretch);
  g_cond_clear (&self->flushed);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (hearth_pace_parent_class)->finalize (object);
}

static void
hearth_pace_class_init (HearthPaceClass *class)
{
  g_autoptr (GstCaps) samples = gst_caps_from_string (SAMPLES_CAPS);
  g_autoptr (GstCaps) out = gst_caps_from_string (OUT_CAPS);
  const HearthFilterFace face = { "Hearth's pace", "Filter/Effect/Audio", "Stretches sound to the common time, pitch kept", samples, out };

  G_OBJECT_CLASS (class)->finalize = hearth_pace_finalize;
  hearth_filter_describe (GST_ELEMENT_CLASS (class), &face);
}

static void
hearth_pace_init (HearthPace *self)
{
  hearth_filter_add_pads (GST_ELEMENT (self), on_chain, on_event, &self->sink, &self->src);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->flushed);
  hearth_stretch_init (&self->stretch);
  hearth_card_clock_init (&self->card);
  self->next90k = self->heard_us = HEARTH_NO_TIME;
}

void
hearth_pace_set_card (HearthPace *self, GstElement *card)
{
  self->hardware = !HEARTH_IS_NULL_SINK (card);
  hearth_card_clock_set_sink (&self->card, card);
}

GstElement *
hearth_pace_new (HearthPlayContext *context)
{
  HearthPace *self = g_object_new (HEARTH_TYPE_PACE, "name", "hearthpace", NULL);

  self->context = context;
  self->lead_us = context->sound_lead_us;
  return GST_ELEMENT (self);
}
