/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Who calls: asked once a connection, remembered until it leaves the bus. Main thread. */
typedef struct _HearthCallers HearthCallers;

typedef enum {
  HEARTH_CALLER_NOBODY = 0,
  HEARTH_CALLER_OWNER,
} HearthCaller;

typedef void (*HearthCallerFunc) (HearthCaller caller, gpointer user_data);

HearthCallers *hearth_callers_new (GDBusConnection *connection);
void hearth_callers_free (HearthCallers *callers);
/* Calls @func at once when @sender is known, else after the bus answered; in the order of the questions of one sender. */
void hearth_callers_ask (HearthCallers *callers, const char *sender, HearthCallerFunc func, gpointer user_data);
gboolean hearth_caller_may (HearthCaller caller, const char *permission);

G_END_DECLS
