/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-progress.h"
#include "play/hearth-frame-out.h"
#include "play/hearth-picture-kind.h"
#include "play/hearth-sync.h"

G_BEGIN_DECLS

/**
 * SECTION:play-context
 *
 * What the pipeline's elements share: time, glass, liveness, and the way their
 * news reach the main thread. Lives as long as the process.
 */

typedef enum {
  HEARTH_STAGE_TABLES = 0,
  HEARTH_STAGE_RANDOM_ACCESS_POINT,
  HEARTH_STAGE_FIRST_DECODED,
  HEARTH_STAGE_FIRST_SHOWN,
  HEARTH_STAGE_SOUND,
  HEARTH_STAGE_NORMAL_SPEED,
  HEARTH_STAGE_N
} HearthStage;

const char *hearth_stage_get_name (HearthStage stage); /* "tables" */

typedef enum {
  HEARTH_NEWS_STAGE,         /* detail: HearthStage, time_us */
  HEARTH_NEWS_TRACKS,        /* the tables changed */
  HEARTH_NEWS_PICTURE,       /* picture */
  HEARTH_NEWS_CANNOT_DECODE, /* text */
  HEARTH_NEWS_ENDED,
  HEARTH_NEWS_BROKEN,        /* text: the ring or the address is of no use any more */
} HearthNewsKind;

typedef struct {
  HearthNewsKind kind;
  guint32 serial;
  guint detail;
  gint64 time_us;
  char *text; /* (nullable) */
  HearthPictureKind picture;
} HearthNews;

typedef struct {
  HearthSync *sync;
  HearthFrameOut *out;
  HearthProgress *progress;

  void (*news) (const HearthNews *news, gpointer user_data); /* main thread */
  gpointer user_data;

  gint64 sound_lead_us; /* sound that is due sooner cannot be heard in time: by the sound card; set once */

  /* Read and written atomically. */
  gint careful; /* steps of care, by hearthd: 0, or decoding takes one thread */
  guint serial;
  guint stages; /* bits by HearthStage, of this serial */
  gint decoding; /* a unit is inside the video decoder, or its picture on the way to glass */
  gint decoded, errors; /* pictures of this serial; failures since the last picture */
  gint sound_rests; /* the sound's thread waits for a sound card, or has nothing to do: its standing still is no fault of ours */
  gint sound_us;   /* by how much sound is off its time, the newest */
  gint volume_q16; /* 65536: full; 0 also when muted */
} HearthPlayContext;

/* Any thread. Text is copied; @time_us 0: now. */
void hearth_play_context_tell (HearthPlayContext *self, HearthNewsKind kind, guint detail, gint64 time_us, const char *text);
/* What the pictures are now. Any thread. */
void hearth_play_context_tell_picture (HearthPlayContext *self, guint32 serial, const HearthPictureKind *picture);
/* The first time of each in a serial is told. */
void hearth_play_context_stage (HearthPlayContext *self, HearthStage stage, gint64 time_us);
/* A new stream; main thread, with the pipeline at rest. */
void hearth_play_context_set_serial (HearthPlayContext *self, guint32 serial);
void hearth_play_context_beat (gpointer self); /* the video branch is alive */
void hearth_play_context_beat_sound (HearthPlayContext *self);
/* The sound's thread, which is alive: FALSE says that it will say so again at the latest after 250 ms. */
void hearth_play_context_set_sound_rests (HearthPlayContext *self, gboolean rests);

G_END_DECLS
