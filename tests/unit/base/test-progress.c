/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-fds.h"
#include "base/hearth-progress.h"

#include <fcntl.h>
#include <hearth/error.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_BYTES 4096

typedef struct {
  HearthProgress *worker, *watcher;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->worker = hearth_progress_new ();
  f->watcher = hearth_progress_new_for_fd (hearth_progress_get_fd (f->worker), &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hearth_progress_free (f->worker);
  hearth_progress_free (f->watcher);
}

static void
test_stall (Fixture *f, gconstpointer data)
{
  gint64 now_us;

  g_assert_false (hearth_progress_is_busy (f->watcher));
  g_assert_cmpint (hearth_progress_get_stall_us (f->watcher, g_get_monotonic_time () + G_USEC_PER_SEC), ==, 0);
  hearth_progress_set_busy (f->worker, 1, TRUE);
  now_us = g_get_monotonic_time ();
  g_assert_true (hearth_progress_is_busy (f->watcher));
  g_assert_cmpint (hearth_progress_get_stall_us (f->watcher, now_us), <, G_USEC_PER_SEC); /* busy begins with a beat */
  g_assert_cmpint (hearth_progress_get_stall_us (f->watcher, now_us + 5 * G_USEC_PER_SEC), >=, 5 * G_USEC_PER_SEC);
  hearth_progress_set_busy (f->worker, 1, FALSE);
  g_assert_cmpint (hearth_progress_get_stall_us (f->watcher, now_us + 5 * G_USEC_PER_SEC), ==, 0);
}

/* One thread that goes on does not hide another that stands still. */
static void
test_slowest_counts (Fixture *f, gconstpointer data)
{
  gint64 first_us = g_get_monotonic_time (), now_us;

  hearth_progress_set_busy (f->worker, 0, TRUE);
  hearth_progress_set_busy (f->worker, 1, TRUE);
  while ((now_us = g_get_monotonic_time ()) < first_us + 2000)
    ;
  hearth_progress_beat (f->worker, 1);
  g_assert_cmpint (hearth_progress_get_stall_us (f->watcher, now_us), >, 0);
}

static void
test_units (Fixture *f, gconstpointer data)
{
  hearth_progress_count (f->worker, 2, 188);
  hearth_progress_count (f->worker, 2, G_GUINT64_CONSTANT (1) << 40);
  g_assert_cmpuint (hearth_progress_get_units (f->watcher, 2), ==, 188 + (G_GUINT64_CONSTANT (1) << 40));
  g_assert_cmpuint (hearth_progress_get_units (f->watcher, 0), ==, 0);
}

/* What a worker can write there must not hurt whoever watches. */
static void
test_hostile_times (Fixture *f, gconstpointer data)
{
  static const gint64 times[] = { G_MININT64, G_MAXINT64, -1, 0 };
  guint8 *page = mmap (NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, hearth_progress_get_fd (f->worker), 0);
  gint64 now_us = g_get_monotonic_time ();

  hearth_progress_set_busy (f->worker, 0, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (times); i++) {
    memcpy (page + 64, &times[i], sizeof times[i]); /* the first slot's beat */
    g_assert_cmpint (hearth_progress_get_stall_us (f->watcher, now_us), >=, 0);
  }
  memcpy (page + 64, &times[0], sizeof times[0]);
  g_assert_cmpint (hearth_progress_get_stall_us (f->watcher, now_us), ==, G_MAXINT64);
  munmap (page, PAGE_BYTES);
}

static void
refuse_page (int fd, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hearth_progress_new_for_fd (fd, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_hostile_pages (void)
{
  int unsealed = memfd_create ("unsealed", MFD_ALLOW_SEALING), small = memfd_create ("small", MFD_ALLOW_SEALING),
      empty = memfd_create ("empty", MFD_ALLOW_SEALING), file = open ("/dev/null", O_RDONLY);

  g_assert_cmpint (ftruncate (unsealed, PAGE_BYTES), ==, 0);
  refuse_page (unsealed, "sealed");
  g_assert_cmpint (ftruncate (small, PAGE_BYTES - 1), ==, 0);
  g_assert_cmpint (fcntl (small, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), ==, 0);
  refuse_page (small, "sealed");
  g_assert_cmpint (ftruncate (empty, PAGE_BYTES), ==, 0);
  g_assert_cmpint (fcntl (empty, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), ==, 0);
  refuse_page (empty, "no progress page");
  refuse_page (file, "sealed");
  refuse_page (-1, "sealed");
  close (unsealed);
  close (small);
  close (empty);
  close (file);
}

/* GDBus passes on whatever index a peer writes. */
static void
test_hostile_handles (void)
{
  static const gint32 wrong[] = { -1, 1, G_MAXINT32, G_MININT32 };
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GError) error = NULL;
  int fd = open ("/dev/null", O_RDONLY), copy;

  g_assert_cmpint (g_unix_fd_list_append (fds, fd, NULL), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_clear_error (&error);
    g_assert_cmpint (hearth_fds_dup (fds, wrong[i], &error), ==, -1);
    g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
  }
  g_clear_error (&error);
  g_assert_cmpint (hearth_fds_dup (NULL, 0, &error), ==, -1);
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
  copy = hearth_fds_dup (fds, 0, NULL);
  g_assert_cmpint (copy, >=, 0);
  close (copy);
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/base/progress/stall", Fixture, NULL, set_up, test_stall, tear_down);
  g_test_add ("/base/progress/slowest-counts", Fixture, NULL, set_up, test_slowest_counts, tear_down);
  g_test_add ("/base/progress/units", Fixture, NULL, set_up, test_units, tear_down);
  g_test_add ("/base/progress/hostile-times", Fixture, NULL, set_up, test_hostile_times, tear_down);
  g_test_add_func ("/base/progress/hostile-pages", test_hostile_pages);
  g_test_add_func ("/base/fds/hostile-handles", test_hostile_handles);
  return g_test_run ();
}
