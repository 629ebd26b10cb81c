/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bits of a NAL unit, without its emulation prevention bytes: H.264, 7.3.1 and 7.4.1; start codes: H.264, annex B. */
#include "config.h"

#include "ts/hearth-ts-private.h"

#include <string.h>

void
hearth_ts_bits_init (HearthTsBits *self, const guint8 *bytes, gsize n_bytes)
{
  *self = (HearthTsBits) { .bytes = bytes, .n_bytes = n_bytes };
}

static void
next_byte (HearthTsBits *self)
{
  if (self->zeros >= 2 && self->at < self->n_bytes && self->bytes[self->at] == 3) {
    self->at++;
    self->zeros = 0;
  }
  if (self->at >= self->n_bytes) {
    self->exhausted = TRUE;
    return;
  }
  self->byte = self->bytes[self->at++];
  self->left = 8;
  self->zeros = self->byte == 0 ? self->zeros + 1 : 0;
}

guint32
hearth_ts_bits_get (HearthTsBits *self, guint n)
{
  guint32 value = 0;

  while (n > 0) {
    guint taken;

    if (self->left == 0)
      next_byte (self);
    if (self->exhausted)
      return 0;
    taken = MIN (n, self->left);
    value = (value << taken) | ((self->byte >> (self->left - taken)) & ((1u << taken) - 1));
    self->left -= taken;
    n -= taken;
  }
  return value;
}

guint32
hearth_ts_bits_get_ue (HearthTsBits *self)
{
  guint zeros = 0;

  while (hearth_ts_bits_get (self, 1) == 0) {
    if (self->exhausted || zeros == 31) { /* no syntax element is longer */
      self->exhausted = TRUE;
      return 0;
    }
    zeros++;
  }
  return (1u << zeros) - 1 + hearth_ts_bits_get (self, zeros);
}

gint32
hearth_ts_bits_get_se (HearthTsBits *self)
{
  guint32 code = hearth_ts_bits_get_ue (self);
  gint32 half = code / 2;

  return code & 1 ? half + 1 : -half;
}

gsize
hearth_ts_start_code_find (const guint8 *bytes, gsize n_bytes, gsize from)
{
  while (from + 3 < n_bytes) {
    const guint8 *one = memchr (bytes + from + 2, 1, n_bytes - 1 - (from + 2));

    if (one == NULL)
      return n_bytes;
    if (one[-1] == 0 && one[-2] == 0)
      return one - 2 - bytes;
    from = one + 1 - bytes - 2;
  }
  return n_bytes;
}
