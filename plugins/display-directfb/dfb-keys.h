/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <directfb.h>
#include <hearth/display.h>

G_BEGIN_DECLS

/* The kernel's key code (linux/input-event-codes.h); 0: none. @are_kernel_codes: the device's own codes are that already. */
guint32 dfb_keys_get_code (const DFBInputEvent *event, gboolean are_kernel_codes);
/* As the value of EV_KEY: 0 released, 1 pressed, 2 repeated. */
guint32 dfb_keys_get_value (const DFBInputEvent *event);

/* Reads DirectFB's keys in the thread-default context and tells the host. */
typedef struct _DfbKeys DfbKeys;

DfbKeys *dfb_keys_new (IDirectFB *dfb, gboolean are_kernel_codes, HearthDisplayHost *host, GError **error);
void dfb_keys_free (DfbKeys *self);

G_END_DECLS
