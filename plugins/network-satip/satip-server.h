/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "satip-description.h"

#include <sys/socket.h>

G_BEGIN_DECLS

/* How its stream is brought here. */
typedef enum {
  SATIP_TRANSPORT_AUTO, /* by UDP; by TCP where nothing comes by UDP */
  SATIP_TRANSPORT_UDP,
  SATIP_TRANSPORT_TCP,
} SatipTransport;

/* A server in the house. Main thread, but for those functions that say otherwise. */
typedef struct _SatipServer SatipServer;

#define SATIP_RTSP_PORT 554

/* @id: the UUID, or "host:port" of one from the settings. */
SatipServer *satip_server_new (const char *id);
SatipServer *satip_server_ref (SatipServer *self); /* any thread */
void satip_server_unref (SatipServer *self);       /* any thread */
const char *satip_server_get_id (SatipServer *self); /* any thread */
/* As it calls itself; (transfer full), any thread. */
char *satip_server_dup_name (SatipServer *self);
void satip_server_set_name (SatipServer *self, const char *name);
/* Whether its front ends are other ones now. */
gboolean satip_server_set_capabilities (SatipServer *self, const char *capabilities);
const GArray *satip_server_get_front_ends (SatipServer *self); /* of SatipFrontEnd */
/* Where its RTSP is. Whether that is another place than before. */
gboolean satip_server_set_address (SatipServer *self, const struct sockaddr_storage *address);
/* FALSE: not known yet. Any thread. */
gboolean satip_server_get_address (SatipServer *self, struct sockaddr_storage *address);
/* Nothing came by UDP. Any thread. */
void satip_server_set_needs_tcp (SatipServer *self);
gboolean satip_server_get_needs_tcp (SatipServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SatipServer, satip_server_unref)

G_END_DECLS
