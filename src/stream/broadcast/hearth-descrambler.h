/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:descrambler
 *
 * What stands between a scrambled service and its ring: a card, a CAM, the
 * platform's own unit. One instance a route. Only ever in hearth-stream, never
 * in hearthd. All functions but open() run on the thread that feeds the router,
 * with the router locked: they must not wait for anything.
 */
typedef struct {
  const char *name; /* "null" */
  gpointer (*open) (guint16 service_id);
  /* The service's PMT is new: whole section, right CRC. */
  void (*set_pmt) (gpointer self, const guint8 *section, gsize n_bytes);
  /* Packets of this service with their scrambling bits set (ISO/IEC 13818-1, 2.4.3.2), in their order, in place. Those it could
   * clear it gives back with the bits at 0; the others go on as they are. In batches, as software CSA wants them. */
  void (*descramble) (gpointer self, guint8 *const *packets, guint n_packets);
  void (*close) (gpointer self);
} HearthDescrambler;

/* Leaves all as it is: what a box without any right to see has. */
extern const HearthDescrambler hearth_descrambler_null;

/* For tests and the simulated cable network: the payload XOR one byte, the first private byte of the CA descriptor
 * (13818-1, 2.6.16) of this CA system. Keeps nobody out and is not meant to. */
#define HEARTH_DESCRAMBLER_TEST_SYSTEM 0xfffe
extern const HearthDescrambler hearth_descrambler_test;

G_END_DECLS
