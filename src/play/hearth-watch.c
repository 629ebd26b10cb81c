/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-watch.h"

#include <string.h>

#define NO_PICTURE_US 1500000 /* looked at every 250 ms, and that data come is seen then too: the reason is on screen within two seconds */

void
hearth_watch_init (HearthWatch *self, gint64 now_us, gint64 patience_us)
{
  memset (self, 0, sizeof *self);
  self->patience_us = patience_us;
  self->opened_us = self->moved_us = now_us;
}

void
hearth_watch_fail (HearthWatch *self, gint64 now_us)
{
  if (self->failed_us == 0)
    self->failed_us = now_us;
}

static void
take_note (HearthWatch *self, const HearthWatchInput *in)
{
  if (in->head != self->head) {
    if (self->data_us == 0 || in->now_us - self->moved_us >= self->patience_us)
      self->data_us = in->now_us; /* they come, or come again */
    self->moved_us = in->now_us;
  }
  if (in->decoded != self->decoded || in->sounding) {
    self->decoded_us = in->now_us;
    self->failed_us = in->decoded != self->decoded ? 0 : self->failed_us;
    self->playing = TRUE;
  }
  self->head = in->head;
  self->decoded = in->decoded;
}

HearthWatchResult
hearth_watch_look (HearthWatch *self, const HearthWatchInput *in)
{
  take_note (self, in);
  if (in->now_us - self->moved_us >= self->patience_us) {
    self->playing = FALSE;
    return HEARTH_WATCH_NO_PACKETS;
  }
  if (self->failed_us != 0 && !in->sounding)
    return HEARTH_WATCH_CANNOT_DECODE;
  if (!in->key && !in->sounding && self->data_us != 0 && in->now_us - self->data_us >= NO_PICTURE_US)
    return HEARTH_WATCH_NO_KEY_FRAME;
  if (in->key && !in->sounding && in->now_us - MAX (self->decoded_us, self->data_us) >= NO_PICTURE_US)
    return HEARTH_WATCH_CANNOT_DECODE;
  return self->playing ? HEARTH_WATCH_PLAYING : HEARTH_WATCH_OPENING;
}
