/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dvb-satellite.h"

#include <linux/dvb/frontend.h>

G_BEGIN_DECLS

#define DVB_MOST_PROPERTIES 24

/* @params as DVBv5 properties for FE_SET_PROPERTY, DTV_CLEAR first and DTV_TUNE last; satellite: @if_khz is what the tuner gets.
 * Pure. Returns how many. */
guint dvb_kernel_make_properties (const HearthTunerParams *params, guint32 if_khz, struct dtv_property *properties);
HearthTunerSystem dvb_kernel_get_system (guint32 delivery_system); /* UNKNOWN: none of ours */
/* Voltage, tone and DiSEqC; sleeps as the bus wants it, 15 ms between what it does. Errors: IO. */
gboolean dvb_kernel_set_lnb (int frontend_fd, const DvbLnbSetting *setting, GError **error);
/* Signal, noise, errors, as the driver knows them. */
void dvb_kernel_read_status (int frontend_fd, HearthTunerStatus *status);

G_END_DECLS
