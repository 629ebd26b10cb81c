/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include "iptv-feed.h"

G_BEGIN_DECLS

/**
 * SECTION:iptv-io
 *
 * One thread with a main context, for the streams of bytes (HTTP, files) of an
 * instance. Their timers fire together, at multiples of 20 ms.
 */
typedef struct _IptvIo IptvIo;

#define IPTV_IO_TICK_US 20000

IptvIo *iptv_io_new (const char *user_agent);
/* Joins the thread, when the streams that were closed have ended. */
void iptv_io_free (IptvIo *self);
const char *iptv_io_get_user_agent (IptvIo *self);
/* @func runs on the thread, in the order of the calls. */
void iptv_io_invoke (IptvIo *self, GSourceFunc func, gpointer data);
/* On the thread: a stream lives, so the thread goes on until it has been released. */
void iptv_io_hold (IptvIo *self);
void iptv_io_release (IptvIo *self);
SoupSession *iptv_io_get_session (IptvIo *self);
/* @func once, at the next common tick. */
GSource *iptv_io_add_tick (IptvIo *self, GSourceFunc func, gpointer data);
GSource *iptv_io_add_timeout (IptvIo *self, guint ms, GSourceFunc func, gpointer data);
/* Beats for @feed until it is removed. */
GSource *iptv_io_add_beat (IptvIo *self, IptvFeed *feed);
/* Unless it is NULL: destroys, unrefs, clears. */
void iptv_io_remove (GSource **source);

G_END_DECLS
