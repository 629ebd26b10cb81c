/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which frame is due when: no display, no clock but the test's. */
#include "shell/display/shell-queue.h"

#define PERIOD 20000

typedef struct {
  ShellQueue queue;
  GString *dropped;
  guint64 sequence;
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  f->dropped = g_string_new (NULL);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_string_free (f->dropped, TRUE);
}

static void
on_drop (const HearthFrame *frame, gpointer user_data)
{
  g_string_append_printf (((Fixture *) user_data)->dropped, "%u ", (guint) frame->sequence);
}

static void
push (Fixture *f, guint32 serial, gint64 present_us)
{
  const HearthFrame frame = { .sequence = ++f->sequence, .serial = serial, .present_us = present_us };

  g_assert_true (shell_queue_push (&f->queue, &frame));
}

static guint64
pick (Fixture *f, gint64 refresh_us)
{
  HearthFrame frame;

  return shell_queue_pick (&f->queue, refresh_us, PERIOD, &frame, on_drop, f) ? frame.sequence : 0;
}

static void
assert_dropped (Fixture *f, const char *expected)
{
  g_assert_cmpstr (f->dropped->str, ==, expected);
  g_string_truncate (f->dropped, 0);
}

static void
test_each_at_its_time (Fixture *f, gconstpointer data)
{
  push (f, 1, 110000);
  push (f, 1, 150000);
  g_assert_cmpuint (pick (f, 100000), ==, 0);
  g_assert_cmpuint (pick (f, 120000), ==, 1);
  g_assert_cmpuint (pick (f, 140000), ==, 0);
  g_assert_cmpuint (pick (f, 160000), ==, 2);
  g_assert_cmpuint (pick (f, 180000), ==, 0);
  assert_dropped (f, "");
}

static void
test_late_ones_are_dropped (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    push (f, 1, 110000 + 20000 * i);
  g_assert_cmpuint (pick (f, 160000), ==, 3);
  assert_dropped (f, "1 2 ");
  g_assert_cmpuint (pick (f, 180000), ==, 4);
  assert_dropped (f, "");
}

static void
test_show_at_once (Fixture *f, gconstpointer data)
{
  push (f, 1, 500000);
  push (f, 2, 0);
  g_assert_cmpint (shell_queue_get_due_us (&f->queue, PERIOD), ==, 0);
  g_assert_cmpuint (pick (f, 100000), ==, 2); /* newer than one that is not due */
  assert_dropped (f, "1 ");
}

static void
test_flush_keeps_the_new (Fixture *f, gconstpointer data)
{
  push (f, 1, 110000);
  push (f, 1, 130000);
  push (f, 3, 500000);
  shell_queue_flush (&f->queue, 3, on_drop, f);
  assert_dropped (f, "1 2 ");
  g_assert_cmpuint (pick (f, 200000), ==, 0);
  g_assert_cmpint (shell_queue_get_due_us (&f->queue, PERIOD), >, 490000);
  g_assert_cmpuint (pick (f, 500000), ==, 3);
}

static void
test_clear_takes_all (Fixture *f, gconstpointer data)
{
  push (f, G_MAXUINT32, 0);
  push (f, G_MAXUINT32, G_MAXINT64 / 4);
  shell_queue_clear (&f->queue, on_drop, f);
  assert_dropped (f, "1 2 ");
  g_assert_cmpint (shell_queue_get_due_us (&f->queue, PERIOD), ==, G_MAXINT64);
}

/* 25 frames a second on 50 Hz, the sender slower by 100 ppm and its times unsteady by half a millisecond: as their phase drifts
 * through the refresh there may be one interval of another length, never a series of them. */
static void
test_no_judder_where_phases_meet (Fixture *f, gconstpointer data)
{
  gint64 last_us = 0;
  guint odd = 0;

  for (guint i = 0; i < 5000; i++) {
    gint64 ideal_us = 1000000 - 6000 + (gint64) i * 40004, present_us = ideal_us + ((gint64) (i % 3) - 1) * 500;
    gint64 refresh_us = (ideal_us - 15000) / PERIOD * PERIOD;
    guint64 shown;

    push (f, 1, present_us);
    do
      shown = pick (f, refresh_us += PERIOD);
    while (shown == 0);
    g_assert_cmpuint (shown, ==, f->sequence);
    g_assert_cmpint (ABS (refresh_us - present_us), <=, PERIOD + 4000);
    if (i > 0 && refresh_us - last_us != 40000)
      odd++;
    last_us = refresh_us;
  }
  /* 20 ms of drift are one refresh. */
  g_assert_cmpuint (odd, <=, 2);
  g_assert_cmpuint (odd, >=, 1);
}

static void
test_bounded (Fixture *f, gconstpointer data)
{
  const HearthFrame more = { .sequence = 1000 };

  for (guint i = 0; i < SHELL_QUEUE_MAX; i++)
    push (f, 1, 0);
  g_assert_false (shell_queue_push (&f->queue, &more));
  g_assert_cmpuint (pick (f, 1), ==, SHELL_QUEUE_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/shell/queue/" name, Fixture, NULL, setup, func, teardown)
  ADD ("each-at-its-time", test_each_at_its_time);
  ADD ("late-ones-are-dropped", test_late_ones_are_dropped);
  ADD ("show-at-once", test_show_at_once);
  ADD ("flush-keeps-the-new", test_flush_keeps_the_new);
  ADD ("clear-takes-all", test_clear_takes_all);
  ADD ("no-judder-where-phases-meet", test_no_judder_where_phases_meet);
  ADD ("bounded", test_bounded);
  return g_test_run ();
}
