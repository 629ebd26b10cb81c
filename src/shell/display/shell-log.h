/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/display.h>

G_BEGIN_DECLS

/* The last frames that were on glass, for tests and measurements; off until asked for. */

#define SHELL_LOG_SIZE 4096
#define SHELL_LOG_NO_CODE G_MAXUINT32

typedef struct {
  guint64 number, sequence;
  guint32 serial;
  gint64 shown_us, pts90k;
  guint32 channel, frame; /* bar code, or SHELL_LOG_NO_CODE */
} ShellLogEntry;

typedef struct {
  ShellLogEntry *entries; /* NULL: off */
  guint64 n_total;
} ShellLog;

void shell_log_set_enabled (ShellLog *self, gboolean enabled); /* begins anew at number 1 */
void shell_log_add (ShellLog *self, const HearthFrame *frame, gint64 shown_us, guint32 channel, guint32 code);
/* Floating a(ttuxxuu) of what came after number @since. */
GVariant *shell_log_dup_since (const ShellLog *self, guint64 since);

/* The bar code in a buffer's luma, inside its crop. FALSE: none, or no luma to read. */
gboolean shell_log_read_code (const HearthFramePool *pool, const HearthFrame *frame, guint32 *channel, guint32 *code);

G_END_DECLS
