/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers are little-endian; a string is its length in two bytes, its bytes, a zero. */
#include "base/hearth-guide-batch.h"

#include <string.h>

#define LONGEST_STRING 0xffffu

/* ---- writing --------------------------------------------------------------------------- */

static void
put (GByteArray *batch, guint64 value, guint n_bytes)
{
  const guint64 little = GUINT64_TO_LE (value);

  g_byte_array_append (batch, (const guint8 *) &little, n_bytes);
}

static void
put_string (GByteArray *batch, const char *text)
{
  const gsize n = text != NULL ? MIN (strlen (text), LONGEST_STRING) : 0;
  const char *end = text;

  if (n > 0 && !g_utf8_validate (text, (gssize) n, &end)) { /* cut in the midst of a character, or no UTF-8 at all */
    put (batch, (guint64) (end - text), 2);
    g_byte_array_append (batch, (const guint8 *) text, (guint) (end - text));
  } else {
    put (batch, n, 2);
    if (n > 0)
      g_byte_array_append (batch, (const guint8 *) text, (guint) n);
  }
  put (batch, 0, 1);
}

void
hearth_guide_batch_append_record (GByteArray *batch, const HearthGuideRecord *record)
{
  put (batch, record->kind, 1);
  put (batch, record->original_network_id, 2);
  put (batch, record->transport_stream_id, 2);
  put (batch, record->service_id, 2);
  if (record->kind == HEARTH_GUIDE_SECTION) {
    put (batch, record->table, 1);
    put (batch, record->section, 1);
    put (batch, record->n_events, 2);
  } else {
    put (batch, record->event_id, 2);
    put (batch, record->running, 1);
    put (batch, 0, 1);
  }
}

void
hearth_guide_batch_append_event (GByteArray *batch, const HearthGuideEvent *event)
{
  const guint start = batch->len;
  guint32 length;

  put (batch, 0, 4);
  put (batch, event->event_id, 2);
  put (batch, event->running, 1);
  put (batch, event->encrypted, 1);
  put (batch, (guint64) event->start_s, 8);
  put (batch, event->duration_s, 4);
  put (batch, event->age, 1);
  g_byte_array_append (batch, (const guint8 *) event->country, 3);
  put (batch, event->n_genres, 1);
  g_byte_array_append (batch, event->genres, event->n_genres);
  put (batch, event->n_texts, 1);
  for (guint i = 0; i < event->n_texts; i++) {
    g_byte_array_append (batch, (const guint8 *) event->texts[i].language, 3);
    put_string (batch, event->texts[i].title);
    put_string (batch, event->texts[i].summary);
    put_string (batch, event->texts[i].description);
  }
  put_string (batch, event->programme);
  put_string (batch, event->series);
  length = GUINT32_TO_LE (batch->len - start - 4);
  memcpy (batch->data + start, &length, 4);
}

/* ---- reading ------------------------------------------------------------------------------ */

void
hearth_guide_reader_init (HearthGuideReader *self, const guint8 *bytes, gsize n_bytes)
{
  *self = (HearthGuideReader) { .at = bytes, .end = bytes + n_bytes };
}

static guint64
get (HearthGuideReader *self, guint n_bytes)
{
  guint64 little = 0;

  if (self->broken || (gsize) (self->end - self->at) < n_bytes) {
    self->broken = TRUE;
    return 0;
  }
  memcpy (&little, self->at, n_bytes);
  self->at += n_bytes;
  return GUINT64_FROM_LE (little);
}

static const char *
get_string (HearthGuideReader *self)
{
  const gsize n = get (self, 2);
  const char *text = (const char *) self->at;

  if (self->broken || (gsize) (self->end - self->at) < n + 1 || text[n] != '\0' || !g_utf8_validate (text, (gssize) n, NULL)) {
    self->broken = TRUE;
    return "";
  }
  self->at += n + 1;
  return text;
}

/* Three letters, or none. */
static void
get_code (HearthGuideReader *self, char code[4])
{
  gboolean right = TRUE;

  for (guint i = 0; i < 3; i++) {
    code[i] = (char) get (self, 1);
    right = right && g_ascii_isalpha (code[i]);
  }
  code[right ? 3 : 0] = '\0';
}

gboolean
hearth_guide_reader_next (HearthGuideReader *self, HearthGuideRecord *record)
{
  HearthGuideEvent passed;

  while (self->events_left > 0 && hearth_guide_reader_next_event (self, &passed))
    ;
  if (self->broken || self->at == self->end)
    return FALSE;
  *record = (HearthGuideRecord) { 0 };
  record->kind = (HearthGuideRecordKind) get (self, 1);
  record->original_network_id = (guint16) get (self, 2);
  record->transport_stream_id = (guint16) get (self, 2);
  record->service_id = (guint16) get (self, 2);
  if (record->kind == HEARTH_GUIDE_SECTION) {
    record->table = (guint8) get (self, 1);
    record->section = (guint8) get (self, 1);
    record->n_events = self->events_left = (guint) get (self, 2);
  } else if (record->kind == HEARTH_GUIDE_RUNNING) {
    record->event_id = (guint16) get (self, 2);
    record->running = (guint8) get (self, 1);
    get (self, 1);
  } else {
    self->broken = TRUE;
  }
  return !self->broken;
}

static void
read_texts (HearthGuideReader *self, HearthGuideEvent *event)
{
  event->n_texts = (guint) get (self, 1);
  if (event->n_texts > HEARTH_GUIDE_TEXTS)
    self->broken = TRUE;
  for (guint i = 0; !self->broken && i < event->n_texts; i++) {
    get_code (self, event->texts[i].language);
    event->texts[i].title = get_string (self);
    event->texts[i].summary = get_string (self);
    event->texts[i].description = get_string (self);
  }
}

static void
read_event (HearthGuideReader *self, HearthGuideEvent *event)
{
  event->event_id = (guint16) get (self, 2);
  event->running = (guint8) get (self, 1);
  event->encrypted = get (self, 1) != 0;
  event->start_s = (gint64) get (self, 8);
  event->duration_s = (guint32) get (self, 4);
  event->age = (guint8) get (self, 1);
  get_code (self, event->country);
  event->n_genres = (guint) get (self, 1);
  if (event->n_genres > HEARTH_GUIDE_GENRES)
    self->broken = TRUE;
  for (guint i = 0; !self->broken && i < event->n_genres; i++)
    event->genres[i] = (guint8) get (self, 1);
  read_texts (self, event);
  event->programme = get_string (self);
  event->series = get_string (self);
}

gboolean
hearth_guide_reader_next_event (HearthGuideReader *self, HearthGuideEvent *event)
{
  const guint8 *whole_end = self->end;
  gsize length;

  if (self->events_left == 0)
    return FALSE;
  self->events_left--;
  length = get (self, 4);
  if (self->broken || (gsize) (self->end - self->at) < length) {
    self->broken = TRUE;
    return FALSE;
  }
  event->bytes = self->at;
  event->n_bytes = length;
  self->end = self->at + length;
  read_event (self, event);
  self->broken = self->broken || self->at != self->end; /* more, or less, than it said */
  self->end = whole_end;
  return !self->broken;
}
