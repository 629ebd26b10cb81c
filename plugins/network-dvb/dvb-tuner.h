/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dvb-device.h"

G_BEGIN_DECLS

/* One open tuner with its thread: waits for lock, watches it, reads, tells the sink. Main thread. */
typedef struct _DvbTuner DvbTuner;

/* @device: taken. */
DvbTuner *dvb_tuner_new (const DvbDeviceOps *ops, gpointer device, guint max_pids, HearthStreamSink *sink, GError **error);
void dvb_tuner_free (DvbTuner *self);
gboolean dvb_tuner_tune (DvbTuner *self, const HearthTunerParams *params, GError **error);
gboolean dvb_tuner_set_pids (DvbTuner *self, const guint16 *pids, guint n_pids, GError **error);
void dvb_tuner_hurry (DvbTuner *self);
void dvb_tuner_get_status (DvbTuner *self, HearthTunerStatus *status);

G_END_DECLS
