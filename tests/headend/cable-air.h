/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "headend/cable-mux.h"

/* The cable network on air: a thread sends each multiplex to a group of its own, 7 packets a datagram, and keeps the log of truth of
 * each service. All functions: any thread. */
typedef struct _HeadendCableAir HeadendCableAir;

typedef struct {
  const HeadendMux *const *contents; /* by channel number; borrowed */
  guint lineup;
  HeadendCableEvents events;
  gint clock_offset_s;
  guint instance;
  guint16 port;
  char *interface; /* borrowed */
} HeadendCableAirConfig;

/* Errors: INVALID_ARGUMENT (no such interface), IO. */
HeadendCableAir *headend_cable_air_new (const HeadendCableAirConfig *config, GError **error);
void headend_cable_air_free (HeadendCableAir *self);
/* "239.254.0.1:5004" */
char *headend_cable_air_dup_address (HeadendCableAir *self, guint mux);
void headend_cable_air_set_lineup (HeadendCableAir *self, guint lineup);
guint headend_cable_air_get_lineup (HeadendCableAir *self);
/* A multiplex that is not sent, as a broken cable does it. */
void headend_cable_air_set_on (HeadendCableAir *self, guint mux, gboolean on);
/* What each multiplex sends, also given to @tap; every two milliseconds for each that is on, also where that is nothing. NULL: no more; when
 * it returns the tap runs no longer. The tap runs in the cable's thread. */
typedef void (*HeadendCableTap) (guint mux, const guint8 *packets, guint n_packets, gpointer user_data);
void headend_cable_air_set_tap (HeadendCableAir *self, HeadendCableTap tap, gpointer user_data);
/* As headend_truth_append(). FALSE: no such service, or one without a picture. */
gboolean headend_cable_air_append_log (HeadendCableAir *self, guint service_id, gint64 since_us, gboolean keys, GString *json);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeadendCableAir, headend_cable_air_free)
