/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "shell/scene/shell-painter.h"

G_BEGIN_DECLS

/* What went wrong, what Hearth did about it, what one can do: a card over the last picture. */
typedef struct {
  char *title, *text, *details;
} ShellNotice;

/* From title a{ss}, text a{ss} ("zh", "en"), details s. FALSE: it says nothing. */
gboolean shell_notice_init (ShellNotice *self, GVariant *values, const char *language);
void shell_notice_clear (ShellNotice *self);
void shell_notice_get_area (const ShellNotice *self, ShellPainter *painter, HearthRect *area);
void shell_notice_paint (const ShellNotice *self, ShellPainter *painter);

G_END_DECLS
