/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <hearth/error.h>

G_BEGIN_DECLS

/**
 * SECTION:watch
 *
 * Is there a picture, and if not, why? Looked at four times a second while
 * something plays. Pure: the state of things in, an answer out.
 */
typedef struct {
  gint64 patience_us;         /* so long nothing may come */
  gint64 opened_us, moved_us; /* when it began, when the ring's head last moved */
  gint64 data_us;             /* when there first were data, 0: never */
  guint64 head;
  gint decoded;               /* at the last look */
  gint64 decoded_us;          /* when a picture was last decoded */
  gint64 failed_us;           /* CannotDecode was told, 0: no */
  gboolean playing;
} HearthWatch;

typedef struct {
  gint64 now_us;
  guint64 head;      /* of the ring; an address gives its count of pictures and sound */
  gint decoded;      /* pictures, counted */
  gboolean key;      /* a random access point was found */
  gboolean sounding; /* sound without a picture is playing too: radio */
} HearthWatchInput;

typedef enum {
  HEARTH_WATCH_OPENING = 0,
  HEARTH_WATCH_PLAYING,
  HEARTH_WATCH_NO_PACKETS,
  HEARTH_WATCH_NO_KEY_FRAME,
  HEARTH_WATCH_CANNOT_DECODE,
} HearthWatchResult;

#define HEARTH_WATCH_BROADCAST_US 1500000 /* told on screen within two seconds */
#define HEARTH_WATCH_INTERNET_US 1500000  /* the same, though lists and first parts of a programme may take longer */

void hearth_watch_init (HearthWatch *self, gint64 now_us, gint64 patience_us);
HearthWatchResult hearth_watch_look (HearthWatch *self, const HearthWatchInput *input);
void hearth_watch_fail (HearthWatch *self, gint64 now_us);

G_END_DECLS
