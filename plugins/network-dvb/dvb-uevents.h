/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dvb-device.h"

G_BEGIN_DECLS

/* Tells when the kernel's DVB devices come or go. */
typedef struct _DvbUevents DvbUevents;

/* NULL where the kernel's events cannot be heard. */
DvbUevents *dvb_uevents_new (DvbChanged changed, gpointer user_data);
void dvb_uevents_free (DvbUevents *self);

G_END_DECLS
