/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * SECTION:si-delivery
 *
 * How a multiplex is sent, out of the descriptors of a NIT: EN 300 468, 6.2.13
 * (cable, satellite, S2, terrestrial) and 6.4.6 (T2), GB/T 28161, 6.2.10.3
 * (DTMB), ARIB STD-B10, part 2, 6.2.31 (ISDB-T). It comes out as what a tuner
 * takes.
 */

#include "ts/hearth-si.h"

#include <hearth/tuner.h>

G_BEGIN_DECLS

typedef struct {
  HearthTunerParams params;      /* frequency_khz 0: none is given, as in a T2 descriptor without cells */
  gboolean has_orbital_position;
  gint orbital_position_decideg; /* satellites: east of Greenwich is positive */
  gboolean other_frequencies;    /* terrestrial: it is sent on others too */
} HearthSiDelivery;

/* One descriptor; FALSE when it is another one or says nothing that a tuner could use. */
gboolean hearth_si_delivery_parse (HearthSiDelivery *delivery, const HearthSiDescriptor *d);
/* All that a multiplex's descriptors say together: T2 before T, satellite completed by S2. Does not move @loop. */
gboolean hearth_si_delivery_find (HearthSiDelivery *delivery, const HearthSiLoop *loop);

/* Further frequencies of the multiplex, one after the other from *@at, which begins at 0: 6.2.17, and the cells of T2. */
gboolean hearth_si_frequency_next (const HearthSiDescriptor *d, guint *at, guint32 *frequency_khz);

G_END_DECLS
