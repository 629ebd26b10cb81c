/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* UDP datagrams in captured traffic: pcap (both byte orders, µs and ns) and pcapng; Ethernet (also with VLAN tags), raw IP, BSD
 * loopback, Linux cooked (1 and 2); IPv4 and IPv6. Fragments are left out. A pure function of the bytes. */
typedef struct {
  gint64 time_ns; /* as captured */
  guint8 address[16]; /* destination; IPv4 in the first four */
  gboolean v6;
  guint16 port;   /* destination */
  const guint8 *payload; /* in the file */
  gsize n_bytes;
} HeadendDatagram;

typedef void (*HeadendDatagramFunc) (const HeadendDatagram *datagram, gpointer user_data);

/* FALSE: not a capture. What is cut off or damaged ends the list, or is left out. */
gboolean headend_capture_parse (const guint8 *bytes, gsize n_bytes, HeadendDatagramFunc func, gpointer user_data);
