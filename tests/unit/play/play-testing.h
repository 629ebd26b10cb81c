/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "frames/hearth-frames.h"
#include "ring/hearth-ring.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What tests of hearth-play share: a stream with bar codes and beeps made by the ffmpeg program, a ring that it is fed into in
 * time, and a make-believe hearthd and shell around the real process. */

/* ---- a stream -------------------------------------------------------------------------- */

typedef struct {
  guint width, height, fps, gop, b_frames, n_frames, mux_kbps;
  guint32 channel;        /* in the bar code */
  const char *codec;      /* as ffmpeg calls the encoder; NULL: libx264 */
  const char *audio;      /* the same; NULL: aac */
} TestStreamSpec;

/* The path of a file made in the test's folder; NULL when there is no ffmpeg: skip. */
char *test_stream_make (const TestStreamSpec *spec);

/* The same stream with @n pictures in each PES packet of its video, of which only the first has times. @path is rewritten. */
void test_stream_gather (const char *path, guint n);

/* ---- a ring that is fed ------------------------------------------------------------------ */

typedef struct _TestFeed TestFeed;

/* Sends @path at @mux_kbps, from its @from_ms on, for ever (at its end from its beginning, with times that go on), until freed. */
TestFeed *test_feed_new (const char *path, guint mux_kbps, guint from_ms);
void test_feed_free (TestFeed *self);
HearthRingWriter *test_feed_get_writer (TestFeed *self);
void test_feed_set_paused (TestFeed *self, gboolean paused);
/* When a key frame whose first packet came after @from_us was wholly in the ring; 0: none yet. */
gint64 test_feed_get_key_us (TestFeed *self, gint64 from_us);

/* ---- hearth-play between a hearthd and a shell ---------------------------------------------- */

typedef struct {
  guint32 serial;
  gint64 pts90k, present_us, shown_us;
  gboolean coded;
  guint32 channel, frame;
} TestShown;

typedef struct _TestBox TestBox;

/* @environment: (nullable): NAME=VALUE, NULL-terminated, for hearth-play. @internet: --network. Waits for its Hello. */
TestBox *test_box_new (const char *const *environment, gboolean internet);
void test_box_free (TestBox *self);
GPid test_box_get_pid (TestBox *self);
/* Gives a new link, as after a restart of the shell. */
void test_box_connect_shell (TestBox *self);
void test_box_drop_shell (TestBox *self);
/* Returns the serial. */
guint32 test_box_open (TestBox *self, HearthRingWriter *ring, gboolean resume);
guint32 test_box_open_uri (TestBox *self, const char *uri);
void test_box_stop (TestBox *self);
GVariant *test_box_get_picture (TestBox *self); /* (nullable): as Play1.Picture told it last; borrowed */
GVariant *test_box_call (TestBox *self, const char *method, GVariant *parameters); /* fails the test on errors */
GArray *test_box_get_shown (TestBox *self); /* TestShown, all that was */
/* "" before the first; of the newest serial. */
const char *test_box_get_state (TestBox *self);
const char *test_box_get_reason (TestBox *self);
gint64 test_box_get_stage (TestBox *self, const char *stage); /* 0: not reached */
/* Runs the main loop until @check says so; FALSE after @max_ms. */
gboolean test_box_wait (TestBox *self, gboolean (*check) (TestBox *self, gpointer data), gpointer data, guint max_ms);
void test_box_run (TestBox *self, guint ms);

G_END_DECLS
