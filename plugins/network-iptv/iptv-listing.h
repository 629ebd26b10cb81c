/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "iptv-list.h"
#include "iptv-request.h"

G_BEGIN_DECLS

/**
 * SECTION:iptv-listing
 *
 * Keeps an instance's list fresh: reads it on a thread of its own when the host
 * asks, soon after the start (the host may have a list of yesterday), now and
 * then, when its file changes, and again after a failure. What it reads by
 * itself it tells only if it is new. Main thread, but for the reader.
 */
typedef struct _IptvListing IptvListing;

#define IPTV_LISTING_USUAL_MINUTES G_MAXUINT /* by HTTP twice a day; files are watched */

/* @source: copied. @refresh_minutes: 0 only when asked. */
IptvListing *iptv_listing_new (const IptvListSource *source, guint refresh_minutes, HearthNetworkHost *host);
/* Joins the reader. */
void iptv_listing_free (IptvListing *self);
/* The host wants an answer, new or not. */
void iptv_listing_refresh (IptvListing *self);
/* What the list last read says about how to ask for @uri; empty if nothing. */
IptvRequest *iptv_listing_dup_request (IptvListing *self, const char *uri);

G_END_DECLS
