/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* 33-bit times become 64-bit ones: ISO/IEC 13818-1, 2.4.3.7. They wrap every 26.5 hours. */
#include "config.h"

#include "ts/hearth-ts-private.h"

#define WRAP (G_GINT64_CONSTANT (1) << 33)

void
hearth_ts_unwrap_init (HearthTsUnwrap *self)
{
  self->last = HEARTH_TS_NO_TIME;
}

gint64
hearth_ts_unwrap (HearthTsUnwrap *self, guint64 value33)
{
  gint64 value = value33 & (WRAP - 1), delta;

  if (self->last == HEARTH_TS_NO_TIME)
    return self->last = value;
  delta = (value - self->last) & (WRAP - 1);
  if (delta >= WRAP / 2)
    delta -= WRAP;
  return self->last += delta;
}
