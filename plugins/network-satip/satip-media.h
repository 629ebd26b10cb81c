/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/network.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/* The pair of UDP ports where a server sends RTP and RTCP (RFC 3550, 11: an even one and the next). One thread at a time. */
typedef struct {
  int rtp_fd, rtcp_fd; /* -1: closed */
  guint16 port;        /* RTP's */
  gpointer batch;
} SatipMedia;

/* @arrival_us: CLOCK_BOOTTIME */
typedef void (*SatipMediaFunc) (const guint8 *bytes, gsize n_bytes, gint64 arrival_us, gpointer user_data);

void satip_media_init (SatipMedia *self);
void satip_media_clear (SatipMedia *self);
/* @family: as the server's. Errors: IO, LIMIT when no pair is free. */
gboolean satip_media_open (SatipMedia *self, int family, GError **error);
void satip_media_close (SatipMedia *self);
/* All that waits at @fd and comes from @server; the rest is thrown away. How many datagrams that were. */
guint satip_media_receive (SatipMedia *self, int fd, const struct sockaddr_storage *server, SatipMediaFunc func, gpointer user_data);

gint64 satip_boottime_us (void);

G_END_DECLS
