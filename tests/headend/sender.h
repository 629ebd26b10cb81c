/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "headend/service.h"

/* Sends services: one thread, woken at each whole millisecond of CLOCK_MONOTONIC, all datagrams of it in one call. */
typedef struct _HeadendSender HeadendSender;

typedef struct {
  GInetAddress *udp_base, *rtp_base; /* service 1's; the others follow. NULL: not sent so */
  guint16 port;                      /* all groups have one port; at an address that is no group, the port grows by 2 a service */
  char *interface;                   /* for multicast, "lo" */
} HeadendAddresses;

/* Errors: INVALID_ARGUMENT (no such interface), IO. */
HeadendSender *headend_sender_new (const HeadendAddresses *addresses, GError **error);
void headend_sender_free (HeadendSender *self); /* stops; frees the services */
/* Takes @service, which begins to be sent. Any thread. */
void headend_sender_add (HeadendSender *self, HeadendService *service);
/* (nullable) (transfer none). Any thread. */
HeadendService *headend_sender_find (HeadendSender *self, guint number);
/* "239.255.42.7:5004" of a service, (transfer full); NULL: not sent so. */
char *headend_sender_dup_address (HeadendSender *self, guint number, gboolean rtp);
/* An eventfd that gets readable at most every 4 ms when something was sent, as long as it is wanted. Borrowed. */
int headend_sender_get_fd (HeadendSender *self);
void headend_sender_want_events (HeadendSender *self, gboolean wanted);
/* Datagrams that the kernel did not take. */
guint headend_sender_get_refused (HeadendSender *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeadendSender, headend_sender_free)
