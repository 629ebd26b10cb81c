/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/tuner.h>

G_BEGIN_DECLS

/**
 * SECTION:tuning
 *
 * Tuning parameters as one line of text, as a service's attribute "tuning" and
 * lists keep them: the query of SAT>IP 1.2.2, 3.5.11 ("msys=dvbc&freq=474&sr=6875&mtype=64qam"),
 * with msys=dtmb, isdbt, atsc, dvbcb and, for DTMB, il added. What is automatic is left out. Pure.
 */

/* (transfer full) */
char *hearth_tuning_print (const HearthTunerParams *params);
/* Unknown keys are passed over. Errors: INVALID_ARGUMENT, naming the part. */
gboolean hearth_tuning_parse (HearthTunerParams *params, const char *text, GError **error);
const char *hearth_tuning_get_system_name (HearthTunerSystem system); /* "dvbc" */
HearthTunerSystem hearth_tuning_find_system (const char *name);        /* UNKNOWN */
/* The same carrier, as far as a receiver could tell: what a network says and what was tried may differ by some kHz. */
gboolean hearth_tuning_is_same (const HearthTunerParams *a, const HearthTunerParams *b);
/* For people: "474 MHz", "11778 MHz V". (transfer full) */
char *hearth_tuning_dup_words (const HearthTunerParams *params);

G_END_DECLS
