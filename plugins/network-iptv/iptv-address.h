/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <netinet/in.h>
#include <hearth/error.h>

G_BEGIN_DECLS

/**
 * SECTION:iptv-address
 *
 * What a udp:// or rtp:// address says. Pure.
 *
 *     udp://[SOURCE@]HOST[:PORT][?OPTION=VALUE&...]
 *
 * HOST: a group or an address of this box, in digits (IPv6 in brackets, with an
 * optional %interface) or by name, or nothing for any. SOURCE: likewise. Options: interface (also iface,
 * ifname, miface, multicast-iface), localaddr, source (also sources).
 */
typedef struct {
  struct sockaddr_storage host;   /* where it is sent to, with port */
  struct sockaddr_storage source; /* ss_family 0: any */
  socklen_t length;               /* of host */
  gboolean multicast;
  char interface[64];             /* name, number or local address; "": by route */
  char host_name[256], source_name[256]; /* to be looked up; "": none. Till then host or source is empty, host but for its port */
  char text[288];                 /* for messages: "232.1.1.1:5000" */
} IptvAddress;

/* Errors: INVALID_ARGUMENT, saying what of it cannot be understood. */
gboolean iptv_address_parse (IptvAddress *self, const char *uri, GError **error);

gboolean iptv_address_has_names (const IptvAddress *self);
/* @host, @source: (nullable): what was found for the names; those that are %NULL stay. Errors: INVALID_ARGUMENT where the two
 * are not of one IP version. */
gboolean iptv_address_complete (IptvAddress *self, GInetAddress *host, GInetAddress *source, GError **error);

G_END_DECLS
