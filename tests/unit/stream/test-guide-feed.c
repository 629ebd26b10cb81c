/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-guide-batch.h"
#include "si-maker.h"
#include "stream/broadcast/hearth-guide-feed.h"
#include "ts/hearth-si.h"

#include <string.h>

#define SCHEDULES 600 /* 2.3 MB: over four batches */
#define EVENTS 14     /* in a section */

typedef struct {
  HearthGuideFeed *feed;
  guint n_schedules, n_batches;
  gboolean has_present;
  guint present_at; /* so many schedules were told before what is on */
} Fixture;

static void
on_batch (GBytes *batch, gpointer user_data)
{
  Fixture *f = user_data;
  HearthGuideReader reader;
  HearthGuideRecord record;
  gsize n_bytes;
  const guint8 *bytes = g_bytes_get_data (batch, &n_bytes);

  hearth_guide_reader_init (&reader, bytes, n_bytes);
  while (hearth_guide_reader_next (&reader, &record))
    if (record.table == HEARTH_GUIDE_TABLE_PRESENT) {
      f->has_present = TRUE;
      f->present_at = f->n_schedules;
    } else {
      f->n_schedules++;
    }
  g_assert_false (reader.broken);
  f->n_batches++;
  g_bytes_unref (batch);
  hearth_guide_feed_sent (f->feed);
}

static const HearthGuideFeedFuncs funcs = { .batch = on_batch };

static void
add_event (SiSection *section, guint16 event_id)
{
  static const guint8 start[] = { 0xe9, 0x00, 0x10, 0x00, 0x00, 0x00, 0x30, 0x00 }; /* and half an hour */
  char title[240];
  guint at;

  memset (title, 'a' + event_id % 26, sizeof title);
  si_16 (section, event_id);
  si_bytes (section, start, sizeof start);
  at = si_open (section, 0x8000);
  si_8 (section, 0x4d);
  si_8 (section, 3 + 1 + sizeof title + 1);
  si_text (section, "eng");
  si_8 (section, sizeof title);
  si_bytes (section, title, sizeof title);
  si_8 (section, 0);
  si_close (section, at);
}

static void
push (Fixture *f, guint8 table_id, guint16 service_id, guint n_events)
{
  g_autoptr (SiSection) section = si_begin (table_id, service_id, 1, 0, 0);

  si_16 (section, 1);
  si_16 (section, 2);
  si_8 (section, 0);
  si_8 (section, table_id);
  for (guint i = 0; i < n_events; i++)
    add_event (section, (guint16) (i + 1));
  si_finish (section);
  hearth_guide_feed_push (f->feed, section->data, section->len);
}

/* The thread makes at most two batches while hearthd has not answered the first: the rest of the schedules waits, and what is on goes
 * before it. */
static void
test_what_is_on_goes_first (void)
{
  Fixture f = { 0 };

  f.feed = hearth_guide_feed_new (NULL, &funcs, &f);
  for (guint i = 0; i < SCHEDULES; i++)
    push (&f, 0x50, (guint16) (i + 1), EVENTS);
  push (&f, HEARTH_SI_TABLE_EIT_PF_OTHER, 7, 1);
  while (f.n_schedules < SCHEDULES || !f.has_present)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f.n_batches, >=, 4);
  g_assert_cmpuint (f.present_at, <, SCHEDULES * 2 / 3);
  hearth_guide_feed_free (f.feed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guide-feed/what-is-on-goes-first", test_what_is_on_goes_first);
  return g_test_run ();
}
