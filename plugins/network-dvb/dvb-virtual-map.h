/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dvb-device.h"

G_BEGIN_DECLS

/* What is on a made-up cable, and what tuners hang on it; read from a key file (README.md describes it). Immutable. */
typedef struct {
  char *name;
  HearthTunerSystem system;
  guint32 frequency_khz, symbol_rate;
  HearthTunerModulation modulation;
  HearthTunerPolarization polarization;
  guint32 satellite;
  gint32 stream_id;
  char *source;  /* a path, or udp://GROUP:PORT; "" for a carrier without content */
  char *interface;
  guint32 lock_ms;
  gboolean lock; /* FALSE: there is something, but too weak */
  gint32 signal_mdbm, snr_mdb;
  double errors; /* share of packets that arrive broken or not at all */
} DvbVirtualMultiplex;

typedef struct {
  gatomicrefcount count;
  guint n_tuners, max_pids;
  guint32 systems;
  GPtrArray *multiplexes; /* DvbVirtualMultiplex */
} DvbVirtualMap;

/* Errors: IO, NOT_FOUND, INVALID_ARGUMENT, naming group and key. */
DvbVirtualMap *dvb_virtual_map_new (const char *path, GError **error);
DvbVirtualMap *dvb_virtual_map_ref (DvbVirtualMap *self);
void dvb_virtual_map_unref (DvbVirtualMap *self);
/* What a receiver that is tuned to @params would lock to; NULL: nothing. */
const DvbVirtualMultiplex *dvb_virtual_map_find (const DvbVirtualMap *self, const HearthTunerParams *params);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DvbVirtualMap, dvb_virtual_map_unref)

G_END_DECLS
