/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Why a server does not give what it was asked for, in words for people. */

/* Sets aside the session's own answer: the server's certificate must be good, unless @any. */
void iptv_refusal_watch (SoupMessage *message, gboolean any);
/* @message: failed with @error (nullable). What is wrong with the server itself (its certificate, no TLS, redirections without end) and
 * what to do; NULL: nothing of that. */
char *iptv_refusal_dup_error_text (SoupMessage *message, const GError *error);
/* Of an answer that is no success: "the server says 403 Forbidden: ...". */
char *iptv_refusal_dup_status_text (SoupMessage *message);
/* Retry-After (RFC 9110, 10.2.3) in seconds, at most 3600; 0: it does not say. */
guint iptv_refusal_get_wait_s (SoupMessage *message);
/* For logs and screens: without user, password, query and fragment. */
char *iptv_refusal_dup_public_uri (const char *uri);

G_END_DECLS
