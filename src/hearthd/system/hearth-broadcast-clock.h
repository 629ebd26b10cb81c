/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:broadcast-clock
 *
 * What the time is by the broadcasts (TDT, TOT), of which single ones are wrong
 * by hours or years: a multiplex counts when it has said the same twice; those
 * that agree within five seconds are one party; the party with the most
 * networks, then multiplexes, is right, unless it is before Hearth was made.
 * That the system's clock is set meanwhile changes nothing in what they said:
 * it is kept against the time since the box was started. Knows no clock itself.
 * Main thread.
 */
typedef struct _HearthBroadcastClock HearthBroadcastClock;

typedef enum {
  HEARTH_CLOCK_UNKNOWN, /* nobody tells, or they contradict each other */
  HEARTH_CLOCK_LOW,     /* one multiplex says so */
  HEARTH_CLOCK_HIGH,    /* several agree, and they are the most */
} HearthClockConfidence;

typedef struct {
  HearthClockConfidence confidence;
  gint64 offset_us;      /* this far ahead of the system's clock; to half a second, for TDTs tell whole ones */
  guint n_multiplexes;
  const char *network;   /* interned: of one of them */
  gboolean has_local;
  gint32 local_offset_s; /* local time is ahead of UTC */
} HearthBroadcastTime;

HearthBroadcastClock *hearth_broadcast_clock_new (void);
void hearth_broadcast_clock_free (HearthBroadcastClock *self);
/* A multiplex told its time. @offset_us: ahead of @utc_us, the system's clock; @boot_us: CLOCK_BOOTTIME. @local: (nullable). */
void hearth_broadcast_clock_take (HearthBroadcastClock *self, const char *network, guint16 original_network_id, guint16 transport_stream_id,
                                  gint64 offset_us, const gint32 *local_offset_s, gint64 boot_us, gint64 utc_us);
void hearth_broadcast_clock_get (HearthBroadcastClock *self, gint64 boot_us, gint64 utc_us, HearthBroadcastTime *time);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthBroadcastClock, hearth_broadcast_clock_free)

G_END_DECLS
