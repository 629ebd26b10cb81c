/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/network.h>

G_BEGIN_DECLS

/**
 * SECTION:iptv-request
 *
 * What a list says about how to ask for one address: user agent, headers,
 * interface. Most entries say nothing and have none.
 */
typedef struct {
  char *user_agent;   /* NULL: the network's */
  char *interface;    /* name or address; NULL: the network's */
  gboolean insecure;  /* the server's certificate is not checked */
  GPtrArray *headers; /* of char *: name, value, name, value */
} IptvRequest;

IptvRequest *iptv_request_new (void);
IptvRequest *iptv_request_copy (const IptvRequest *self);
void iptv_request_free (IptvRequest *self);

/* @key: as in HearthAttribute ("extvlcopt:http-user-agent", "pipe:referer"). Returns whether it says anything here. */
gboolean iptv_request_take (IptvRequest *self, const char *key, const char *value);
/* @options: "User-Agent=x&Referer=y", as behind a | */
void iptv_request_take_pipe (IptvRequest *self, const char *options);
/* NULL for a service whose attributes say nothing. */
IptvRequest *iptv_request_new_for_service (const HearthService *service);
/* @attributes: a(ss) of one service, as the host keeps them. Never NULL. */
IptvRequest *iptv_request_new_for_attributes (GVariant *attributes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IptvRequest, iptv_request_free)

G_END_DECLS
