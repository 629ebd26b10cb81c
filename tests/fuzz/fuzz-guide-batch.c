/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Batches of the guide, as a worker that was taken over might send them; whatever is read is written again and read the same. */
#include "base/hearth-guide-batch.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n_bytes);

static void
check_text (const char *text)
{
  g_assert_true (g_utf8_validate (text, -1, NULL));
}

static void
check_event (const HearthGuideEvent *event)
{
  g_assert_cmpuint (event->n_texts, <=, HEARTH_GUIDE_TEXTS);
  g_assert_cmpuint (event->n_genres, <=, HEARTH_GUIDE_GENRES);
  for (guint i = 0; i < event->n_texts; i++) {
    check_text (event->texts[i].title);
    check_text (event->texts[i].summary);
    check_text (event->texts[i].description);
  }
  check_text (event->programme);
  check_text (event->series);
}

static void
check_again (const HearthGuideEvent *event)
{
  g_autoptr (GByteArray) batch = g_byte_array_new ();
  HearthGuideRecord record = { .kind = HEARTH_GUIDE_SECTION, .n_events = 1 };
  HearthGuideEvent again;
  HearthGuideReader reader;

  hearth_guide_batch_append_record (batch, &record);
  hearth_guide_batch_append_event (batch, event);
  hearth_guide_reader_init (&reader, batch->data, batch->len);
  g_assert_true (hearth_guide_reader_next (&reader, &record));
  g_assert_true (hearth_guide_reader_next_event (&reader, &again));
  g_assert_cmpint (again.start_s, ==, event->start_s);
  g_assert_cmpstr (again.series, ==, event->series);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n_bytes)
{
  HearthGuideReader reader;
  HearthGuideRecord record;
  HearthGuideEvent event;

  hearth_guide_reader_init (&reader, bytes, n_bytes);
  while (hearth_guide_reader_next (&reader, &record))
    while (hearth_guide_reader_next_event (&reader, &event)) {
      check_event (&event);
      check_again (&event);
    }
  g_assert_true (reader.broken || reader.at == reader.end);
  return 0;
}
