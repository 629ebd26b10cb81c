/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the parsers of service information share. */

#include "ts/hearth-si.h"

G_BEGIN_DECLS

static inline guint
hearth_si_get_16 (const guint8 *p)
{
  return ((guint) p[0] << 8) | p[1];
}

static inline guint
hearth_si_get_24 (const guint8 *p)
{
  return ((guint) p[0] << 16) | ((guint) p[1] << 8) | p[2];
}

static inline guint32
hearth_si_get_32 (const guint8 *p)
{
  return ((guint32) p[0] << 24) | ((guint32) p[1] << 16) | ((guint32) p[2] << 8) | p[3];
}

static inline gsize
hearth_si_loop_left (const HearthSiLoop *loop)
{
  return (gsize) (loop->end - loop->at);
}

/* @n_bytes at @at, but no more than there are. */
static inline HearthSiLoop
hearth_si_loop (const guint8 *at, gsize n_bytes, const guint8 *end)
{
  gsize n = MIN (n_bytes, (gsize) (end - at));

  return (HearthSiLoop) { .at = at, .end = at + n };
}

/* Decimal digits, most significant first: @n_digits of them. Digits beyond 9 make it FALSE. */
gboolean hearth_si_bcd (const guint8 *bytes, guint n_digits, guint64 *value);

G_END_DECLS
