/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "headend/sender.h"

/* The command line, understood. */
typedef struct {
  GArray *channels;         /* guint, ascending */
  guint copies;             /* each channel once more as number + 10, + 20 ... */
  HeadendAddresses addresses;
  GInetAddress *http_address;
  gint http_port;           /* -1: 8481 + instance, or a free one; 0: a free one */
  guint instance;
  int instance_socket;      /* held while we live, so that no other takes the number; -1: none */
  GPtrArray *faults;        /* char *: NUMBER:KIND[:KEY=VALUE,...] */
  guint32 seed;
  gboolean ready_first;     /* ready when the first channel is sent, not the last */
} HeadendOptions;

/* Errors: INVALID_ARGUMENT, LIMIT. */
gboolean headend_options_parse (HeadendOptions *self, int *argc, char ***argv, GError **error);
void headend_options_clear (HeadendOptions *self);
