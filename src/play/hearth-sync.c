/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-sync.h"

#include "play/hearth-steer.h"
#include "ts/hearth-ts.h"

#include <hearth/log.h>

HEARTH_LOG_TOPIC ("sync")

#define WORK_US 80000            /* from the last byte to glass: decoding, reordering, a refresh */
#define READY_US 3000            /* a picture sent so early can be shown in time */
#define START_US 4000            /* a picture sent "at once" is on glass about then */
#define BACKLOG_US 250000        /* at hand: no need to start slowly */
#define MARGIN_MAX_US 1500000    /* more of it is not worth its delay: multiplexers that send seconds ahead */
#define PCR_FAR_US 8000000       /* a PCR so far from the pictures has nothing to do with them */
#define STEER_EVERY_US 20000
#define STARVED_FOR_US 300000    /* sound that was not read to its end for so long has enough at hand */
#define SLACK_FORGET 0.02        /* a shortage is forgotten by so much a picture */
#define SOUND_HAND_US 55000      /* sound at hand when it begins, beside the piece that comes next and the card's own lead */
#define SKEW_MAX_US 500000
#define SKEW_RATE 0.15           /* how fast sound catches up; the picture is slowed by a little more */
#define SOUND_ALONE_US 1500000   /* sound waits so long for a picture, then goes alone */

struct _HearthSync {
  GMutex mutex; /* guards all below */
  GCond start_cond;
  HearthClockMap map;
  HearthTimeline timeline;
  HearthSteer steer;
  HearthTsClock *sender;
  gboolean has_video, has_sound, paced;
  gboolean skewed; /* once a stream: sound began behind the picture by skew90k at skewed_us */
  gint64 skew90k, skewed_us;
  gboolean sounding;
  gint64 sound_lead_us, starved_us; /* how much was at hand when all was read, and when that was */
  gint64 card_lead_us; /* kept over resets */
  gint64 backlog_us;
  gint64 skip90k, base90k; /* base90k: the first picture's, HEARTH_NO_TIME before it */
  gint64 start90k;         /* of what is played, with its skip */
  gint64 started_us, steered_us, sound_waits_us;
  double slack_us;
  gint64 period_us;
  gint64 excess_us; /* of the first deficit beyond MARGIN_MAX_US; HEARTH_NO_TIME before it is known */
};

HearthSync *
hearth_sync_new (void)
{
  HearthSync *self = g_new0 (HearthSync, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->start_cond);
  self->sender = hearth_ts_clock_new ();
  hearth_sync_reset (self);
  return self;
}

void
hearth_sync_free (HearthSync *self)
{
  hearth_ts_clock_free (self->sender);
  g_cond_clear (&self->start_cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
hearth_sync_reset (HearthSync *self)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  hearth_clock_map_reset (&self->map);
  hearth_timeline_init (&self->timeline);
  hearth_steer_init (&self->steer);
  hearth_ts_clock_reset (self->sender);
  self->has_video = self->has_sound = TRUE;
  self->sounding = self->paced = self->skewed = FALSE;
  self->sound_lead_us = self->backlog_us = 0;
  self->starved_us = G_MININT64 / 2;
  self->sound_waits_us = self->excess_us = HEARTH_NO_TIME;
  self->slack_us = 0;
  self->period_us = 40000;
  self->skip90k = 0;
  self->base90k = HEARTH_NO_TIME;
}

void
hearth_sync_set_tracks (HearthSync *self, gboolean video, gboolean sound)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->has_video = video;
  self->has_sound = sound;
}

void
hearth_sync_set_sound_lead (HearthSync *self, gint64 lead_us)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->card_lead_us = lead_us;
}

void
hearth_sync_set_backlog (HearthSync *self, gint64 backlog_us)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->backlog_us = backlog_us;
}

void
hearth_sync_set_paced (HearthSync *self, gboolean paced)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->paced = paced;
}

void
hearth_sync_set_skip (HearthSync *self, gint64 skip_us)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->skip90k = HEARTH_90K_OF_US (skip_us);
}

gboolean
hearth_sync_skips (HearthSync *self, gint64 pts90k)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  if (self->map.started)
    return FALSE;
  if (self->base90k == HEARTH_NO_TIME)
    self->base90k = pts90k;
  return pts90k - self->base90k < self->skip90k;
}

gint64
hearth_sync_place (HearthSync *self, guint track, gint64 raw90k, gint64 duration90k)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  return hearth_timeline_push (&self->timeline, track, raw90k, duration90k);
}

void
hearth_sync_push_pcr (HearthSync *self, guint64 pcr_27mhz, gint64 arrival_us, gboolean discontinuity)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  if (hearth_ts_clock_push (self->sender, pcr_27mhz, arrival_us, discontinuity))
    hearth_info ("the sender's clock jumped");
}

/* How far behind the sender's clock we are at @now_us; HEARTH_NO_TIME: unknown, or nonsense. */
static gint64
get_margin (HearthSync *self, gint64 now_us)
{
  gint64 pcr90k = hearth_ts_clock_at (self->sender, now_us);
  gint64 position90k = hearth_clock_map_to_media (&self->map, now_us);
  gint64 margin_us;

  if (self->paced || pcr90k == HEARTH_TS_NO_TIME || position90k == HEARTH_NO_TIME)
    return HEARTH_NO_TIME;
  pcr90k += hearth_timeline_match (&self->timeline, pcr90k, position90k);
  margin_us = HEARTH_US_OF_90K (pcr90k - position90k);
  return ABS (margin_us) < PCR_FAR_US ? margin_us : HEARTH_NO_TIME;
}

/* By how much sound is behind the picture, in media time: less and less. */
static gint64
get_skew90k (HearthSync *self, gint64 now_us)
{
  return self->skewed ? MAX (self->skew90k - (gint64) (HEARTH_90K_OF_US (now_us - self->skewed_us) * SKEW_RATE), 0) : 0;
}

static gint64
get_deficit (HearthSync *self, gint64 now_us)
{
  gint64 margin_us = get_margin (self, now_us);
  gint64 deficit_us;

  if (margin_us == HEARTH_NO_TIME)
    return HEARTH_NO_TIME;
  deficit_us = WORK_US + hearth_ts_clock_get_jitter_us (self->sender) - margin_us;
  if (self->excess_us == HEARTH_NO_TIME)
    self->excess_us = MAX (deficit_us - MARGIN_MAX_US, 0);
  return deficit_us - self->excess_us;
}

static double
get_ppm (HearthSync *self)
{
  double uncertainty = 1e9;
  double ppm = hearth_ts_clock_get_ppm (self->sender, &uncertainty);

  return uncertainty < 50 ? CLAMP (ppm, -500, 500) : 0;
}

static void
steer (HearthSync *self, gint64 now_us)
{
  HearthSteerInput in;

  if (!self->map.started || now_us - self->steered_us < STEER_EVERY_US)
    return;
  self->steered_us = now_us;
  in = (HearthSteerInput) {
    .since_start_us = now_us - self->started_us,
    .deficit_us = get_deficit (self, now_us),
    .slack_us = self->has_video && !self->paced ? (gint64) self->slack_us : G_MAXINT64 / 2,
    .period_us = self->period_us,
    .sound_lead_us = now_us - self->starved_us < STARVED_FOR_US ? self->sound_lead_us : G_MAXINT64,
    .has_sound = self->has_sound,
    .sounding = self->sounding,
    .skewed = get_skew90k (self, now_us) > 0,
    .ppm = get_ppm (self),
  };
  if (self->paced) { /* whatever is short will come: it waited for us */
    self->steer.normal = TRUE;
    return;
  }
  hearth_clock_map_set_speed (&self->map, now_us, hearth_steer_speed (&self->steer, &in));
}

static void
start (HearthSync *self, gint64 pts90k, gint64 now_us)
{
  /* At full speed until the second picture is there, which so comes at the next refresh but one; then it is steered. */
  hearth_clock_map_start (&self->map, pts90k, now_us + START_US, 1.0);
  self->start90k = self->base90k != HEARTH_NO_TIME ? self->base90k : pts90k;
  self->started_us = self->steered_us = now_us;
  g_cond_broadcast (&self->start_cond);
  if (self->backlog_us >= BACKLOG_US)
    self->slack_us = 2 * self->period_us;
  hearth_debug ("media time starts at %.3f s, %" G_GINT64_FORMAT " ms at hand", pts90k / 90000.0, self->backlog_us / 1000);
}

void
hearth_sync_first_picture (HearthSync *self, gint64 pts90k, gint64 now_us)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  if (!self->map.started)
    start (self, pts90k, now_us);
}

gint64
hearth_sync_picture (HearthSync *self, gint64 pts90k, gint64 period_us, gint64 now_us)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);
  gint64 due_us, slack_us;

  self->period_us = period_us;
  if (!self->map.started)
    start (self, pts90k, now_us);
  steer (self, now_us);
  due_us = hearth_clock_map_to_local (&self->map, pts90k);
  slack_us = due_us - now_us - READY_US;
  if (slack_us < 0) {
    hearth_debug ("a picture is %" G_GINT64_FORMAT " ms late: all that follows moves", -slack_us / 1000);
    hearth_clock_map_shift (&self->map, -slack_us);
    due_us -= slack_us;
  }
  self->slack_us = MIN (self->slack_us + SLACK_FORGET * period_us, slack_us);
  if (slack_us > self->slack_us) /* the shortage of the very beginning is forgotten sooner */
    self->slack_us += (slack_us - self->slack_us) * (now_us - self->started_us < 1000000 ? 0.3 : 0.05);
  return due_us;
}

gint64
hearth_sync_get_due (HearthSync *self, gint64 pts90k)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  return hearth_clock_map_to_local (&self->map, pts90k);
}

gint64
hearth_sync_sound (HearthSync *self, gint64 pts90k, gint64 now_us)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  if (!self->map.started) {
    if (self->sound_waits_us == HEARTH_NO_TIME)
      self->sound_waits_us = now_us;
    if (self->has_video && now_us - self->sound_waits_us < SOUND_ALONE_US)
      return HEARTH_NO_TIME;
    start (self, pts90k, now_us);
  }
  steer (self, now_us);
  return hearth_clock_map_to_local (&self->map, pts90k + get_skew90k (self, now_us));
}

void
hearth_sync_set_sounding (HearthSync *self, gboolean sounding)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->sounding = sounding;
}

void
hearth_sync_sound_starves (HearthSync *self, gint64 end90k, gint64 piece_us, gint64 now_us)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);
  gint64 hand_us = SOUND_HAND_US + self->card_lead_us + piece_us, skew90k;

  if (!self->map.started)
    return;
  self->starved_us = now_us;
  self->sound_lead_us = hearth_clock_map_to_local (&self->map, end90k + get_skew90k (self, now_us)) - now_us;
  if (self->sounding || self->skewed || !self->has_video || self->sound_lead_us >= hand_us)
    return;
  skew90k = hearth_clock_map_to_media (&self->map, now_us + hand_us) - end90k;
  if (skew90k > HEARTH_90K_OF_US (SKEW_MAX_US)) /* no more the same scene: the slow picture comes nearer */
    return;
  self->skewed = TRUE;
  self->skew90k = skew90k;
  self->skewed_us = now_us;
  hearth_debug ("sound begins %" G_GINT64_FORMAT " ms behind the picture", skew90k / 90);
}

void
hearth_sync_wait_start (HearthSync *self, gint64 max_us)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  if (!self->map.started)
    g_cond_wait_until (&self->start_cond, &self->mutex, g_get_monotonic_time () + max_us);
}

void
hearth_sync_get_state (HearthSync *self, HearthSyncState *state)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);
  gint64 margin_us = get_margin (self, g_get_monotonic_time ());

  *state = (HearthSyncState) {
    .played_us = self->map.started ? HEARTH_US_OF_90K (hearth_clock_map_to_media (&self->map, g_get_monotonic_time ()) - self->start90k) : 0,
    .speed = self->map.started ? self->map.speed : 0,
    .ppm = get_ppm (self),
    .skew_us = HEARTH_US_OF_90K (get_skew90k (self, g_get_monotonic_time ())),
    .margin_us = margin_us == HEARTH_NO_TIME ? 0 : margin_us,
    .started = self->map.started,
    .normal = self->steer.normal,
  };
}
