/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both ends of the link in one process, honest; what happened is a line of words. */
#include "frames-testing.h"

#include <drm_fourcc.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  HearthFramesProducer *producer;
  HearthFramesConsumer *consumer;
  GString *player; /* what the player's end was told */
  GString *shell;
  const HearthFramePool *pool; /* as the shell sees it */
  gboolean refuse;
  HearthFrame frames[16]; /* as they came */
  guint n_frames;
  TestingPool memory;
} Fixture;

/* ---- the player's callbacks --------------------------------------------------------- */

static void
on_caps (HearthFramesProducer *link, const HearthFramesCaps *caps, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_cmpuint (caps->n_fourccs, ==, 2);
  g_assert_cmpuint (caps->fourccs[1], ==, DRM_FORMAT_NV12);
  g_string_append_printf (f->player, "caps %u;", caps->memory);
}

static void
on_shown (HearthFramesProducer *link, guint64 sequence, guint32 serial, gint64 shown_us, gpointer user_data)
{
  g_string_append_printf (((Fixture *) user_data)->player, "shown %u/%u at %d;", (guint) sequence, serial, (int) shown_us);
}

static void
on_dropped (HearthFramesProducer *link, guint64 sequence, guint32 serial, gpointer user_data)
{
  g_string_append_printf (((Fixture *) user_data)->player, "dropped %u/%u;", (guint) sequence, serial);
}

static void
on_freed (HearthFramesProducer *link, guint32 pool, guint32 index, gpointer user_data)
{
  g_string_append_printf (((Fixture *) user_data)->player, "freed %u.%u;", pool, index);
}

static void
on_refused (HearthFramesProducer *link, guint32 pool, const char *reason, gpointer user_data)
{
  g_string_append_printf (((Fixture *) user_data)->player, "refused %u: %s;", pool, reason);
}

static void
on_producer_closed (HearthFramesProducer *link, const GError *error, gpointer user_data)
{
  g_string_append_printf (((Fixture *) user_data)->player, "closed%s;", error != NULL ? error->message : "");
}

static const HearthFramesProducerFuncs producer_funcs = { on_caps, on_shown, on_dropped, on_freed, on_refused,
                                                          on_producer_closed };

/* ---- the shell's ----------------------------------------------------------------------- */

static gboolean
on_add_pool (HearthFramesConsumer *link, const HearthFramePool *pool, gpointer user_data, GError **error)
{
  Fixture *f = user_data;

  if (f->refuse) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "no such plane");
    return FALSE;
  }
  f->pool = pool;
  g_string_append_printf (f->shell, "pool %u;", pool->pool);
  return TRUE;
}

static void
on_drop_pool (HearthFramesConsumer *link, guint32 pool, gpointer user_data)
{
  g_string_append_printf (((Fixture *) user_data)->shell, "gone %u;", pool);
}

static void
on_frame (HearthFramesConsumer *link, const HearthFrame *frame, gpointer user_data)
{
  Fixture *f = user_data;

  f->frames[f->n_frames++] = *frame;
  g_string_append_printf (f->shell, "frame %u;", (guint) frame->sequence);
}

static void
on_flush (HearthFramesConsumer *link, guint32 serial, gpointer user_data)
{
  g_string_append_printf (((Fixture *) user_data)->shell, "flush %u;", serial);
}

static void
on_clear (HearthFramesConsumer *link, gpointer user_data)
{
  g_string_append (((Fixture *) user_data)->shell, "clear;");
}

static void
on_consumer_closed (HearthFramesConsumer *link, const GError *error, gpointer user_data)
{
  g_string_append_printf (((Fixture *) user_data)->shell, "closed%s;", error != NULL ? error->message : "");
}

static const HearthFramesConsumerFuncs consumer_funcs = { on_add_pool, on_drop_pool, on_frame, on_flush, on_clear,
                                                          on_consumer_closed };

/* ---- helpers ---------------------------------------------------------------------------- */

static void
setup (Fixture *f, gconstpointer data)
{
  const HearthFramesCaps caps = { HEARTH_MEMORY_MEMFD, 2, { DRM_FORMAT_YUV420, DRM_FORMAT_NV12 } };
  g_autoptr (GError) error = NULL;
  int fds[2];

  testing_pair (fds);
  f->player = g_string_new (NULL);
  f->shell = g_string_new (NULL);
  f->producer = hearth_frames_producer_new (fds[0], &producer_funcs, f, &error);
  g_assert_no_error (error);
  f->consumer = hearth_frames_consumer_new (fds[1], &caps, &consumer_funcs, f, &error);
  g_assert_no_error (error);
  testing_pool_init (&f->memory, 1, DRM_FORMAT_NV12, 64, 32, 3);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->producer, hearth_frames_producer_free);
  g_clear_pointer (&f->consumer, hearth_frames_consumer_free);
  testing_pool_clear (&f->memory);
  g_string_free (f->player, TRUE);
  g_string_free (f->shell, TRUE);
}

/* A socket pair delivers at once: when both ends have nothing to read, everything has arrived. */
static void
settle (Fixture *f)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  if (f->producer != NULL)
    hearth_frames_producer_dispatch (f->producer);
}

static void
assert_told (GString *log, const char *expected)
{
  g_assert_cmpstr (log->str, ==, expected);
  g_string_truncate (log, 0);
}

static void
announce (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hearth_frames_producer_add_pool (f->producer, &f->memory.pool, &error));
  g_assert_no_error (error);
  settle (f);
  assert_told (f->player, "caps 1;");
  assert_told (f->shell, "pool 1;");
}

static void
send_frame (Fixture *f, guint index, guint64 sequence, guint32 serial)
{
  HearthFrame frame = testing_frame (&f->memory, index, sequence, serial);
  g_autoptr (GError) error = NULL;

  hearth_frames_producer_send (f->producer, &frame, &error);
  g_assert_no_error (error);
}

static void
assert_refuses (Fixture *f, const HearthFrame *frame, HearthError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (hearth_frames_producer_send (f->producer, frame, &error));
  g_assert_error (error, HEARTH_ERROR, (int) code);
}

/* ---- tests ------------------------------------------------------------------------------- */

static void
test_frame_goes_and_comes_back (Fixture *f, gconstpointer data)
{
  HearthFrame frame = testing_frame (&f->memory, 2, 41, 7);

  announce (f);
  frame.crop = (HearthRect){ 2, 4, 60, 20 };
  frame.present_us = 123456789;
  frame.pts90k = -5;
  frame.interlaced = 2;
  frame.colorimetry = (HearthColorimetry){ 9, 18, 9, 1 };
  frame.hdr = (HearthHdr){ { 1, 2, 3 }, { 4, 5, 6 }, 7, 8, 9, 10, 11, 12 };
  memset (f->memory.bytes[2], 0x5a, 100);
  g_assert_true (hearth_frames_producer_send (f->producer, &frame, NULL));
  settle (f);
  assert_told (f->shell, "frame 41;");
  g_assert_cmpmem (&f->frames[0].crop, sizeof (HearthRect), &frame.crop, sizeof (HearthRect));
  g_assert_cmpint (f->frames[0].present_us, ==, 123456789);
  g_assert_cmpint (f->frames[0].pts90k, ==, -5);
  g_assert_cmpuint (f->frames[0].interlaced, ==, 2);
  g_assert_cmpmem (&f->frames[0].colorimetry, 4, &frame.colorimetry, 4);
  g_assert_cmpmem (&f->frames[0].hdr, sizeof (HearthHdr), &frame.hdr, sizeof (HearthHdr));
  g_assert_cmpuint (f->pool->mappings[2][99], ==, 0x5a);

  hearth_frames_consumer_shown (f->consumer, &f->frames[0], 1000);
  hearth_frames_consumer_release (f->consumer, 1, 2);
  settle (f);
  assert_told (f->player, "shown 41/7 at 1000;freed 1.2;");
  send_frame (f, 2, 42, 7);
}

static void
test_own_mistakes_are_told (Fixture *f, gconstpointer data)
{
  HearthFrame frame = testing_frame (&f->memory, 0, 10, 5);

  announce (f);
  send_frame (f, 0, 10, 5);
  frame.sequence = 11;
  assert_refuses (f, &frame, HEARTH_ERROR_INVALID_ARGUMENT); /* buffer 0 is out */
  frame.index = 1;
  frame.sequence = 10;
  assert_refuses (f, &frame, HEARTH_ERROR_INVALID_ARGUMENT); /* sequence */
  frame.sequence = 11;
  frame.serial = 4;
  assert_refuses (f, &frame, HEARTH_ERROR_CANCELLED);
  frame.serial = 5;
  frame.crop.width = 65;
  assert_refuses (f, &frame, HEARTH_ERROR_INVALID_ARGUMENT);
  frame.crop.width = 64;
  frame.sar_den = 0;
  assert_refuses (f, &frame, HEARTH_ERROR_INVALID_ARGUMENT);
  frame.sar_den = 1;
  frame.pool = 2;
  assert_refuses (f, &frame, HEARTH_ERROR_INVALID_ARGUMENT);
  frame.pool = 1;
  g_assert_true (hearth_frames_producer_send (f->producer, &frame, NULL));
  settle (f);
  assert_told (f->shell, "frame 10;frame 11;"); /* the link has survived it all */
}

static void
test_flush_and_clear (Fixture *f, gconstpointer data)
{
  HearthFrame late = testing_frame (&f->memory, 1, 2, 1);

  announce (f);
  send_frame (f, 0, 1, 1);
  g_assert_true (hearth_frames_producer_flush (f->producer, 2, NULL));
  assert_refuses (f, &late, HEARTH_ERROR_CANCELLED);
  g_assert_true (hearth_frames_producer_clear (f->producer, NULL));
  settle (f);
  assert_told (f->shell, "frame 1;flush 2;clear;");
  hearth_frames_consumer_dropped (f->consumer, &f->frames[0]);
  hearth_frames_consumer_release (f->consumer, 1, 0);
  settle (f);
  assert_told (f->player, "dropped 1/1;freed 1.0;");
  g_assert_false (hearth_frames_producer_flush (f->producer, 1, NULL));
}

/* The last picture of a pool that was given up may still be on glass. */
static void
test_dropped_pool_lives_while_held (Fixture *f, gconstpointer data)
{
  TestingPool second;

  announce (f);
  send_frame (f, 0, 1, 1);
  g_assert_true (hearth_frames_producer_drop_pool (f->producer, 1, NULL));
  g_assert_false (hearth_frames_producer_drop_pool (f->producer, 1, NULL));
  settle (f);
  assert_told (f->shell, "frame 1;");
  g_assert_cmpuint (f->pool->mappings[0][0], ==, f->memory.bytes[0][0]);
  testing_pool_init (&second, 2, DRM_FORMAT_YUV420, 32, 32, 2);
  g_assert_true (hearth_frames_producer_add_pool (f->producer, &second.pool, NULL));
  settle (f);
  assert_told (f->shell, "pool 2;");
  hearth_frames_consumer_shown (f->consumer, &f->frames[0], 5);
  hearth_frames_consumer_release (f->consumer, 1, 0);
  settle (f);
  assert_told (f->shell, "gone 1;");
  assert_told (f->player, "shown 1/1 at 5;freed 1.0;");
  testing_pool_clear (&second);
}

static void
test_refused_pool_gives_its_frames_back (Fixture *f, gconstpointer data)
{
  HearthFrame frame = testing_frame (&f->memory, 1, 2, 1);

  f->refuse = TRUE;
  g_assert_true (hearth_frames_producer_add_pool (f->producer, &f->memory.pool, NULL));
  send_frame (f, 0, 1, 1); /* before the answer */
  settle (f);
  assert_told (f->player, "caps 1;refused 1: no such plane;dropped 1/1;freed 1.0;");
  assert_told (f->shell, "");
  assert_refuses (f, &frame, HEARTH_ERROR_NOT_SUPPORTED);
  g_assert_true (hearth_frames_producer_drop_pool (f->producer, 1, NULL));
  settle (f);
  assert_told (f->shell, ""); /* it was never there */
}

static void
test_limits_of_pools (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 1; i <= HEARTH_FRAMES_MAX_POOLS; i++) {
    f->memory.pool.pool = i;
    g_assert_true (hearth_frames_producer_add_pool (f->producer, &f->memory.pool, &error));
  }
  g_assert_false (hearth_frames_producer_add_pool (f->producer, &f->memory.pool, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT); /* there already */
  g_clear_error (&error);
  f->memory.pool.pool = 100;
  g_assert_false (hearth_frames_producer_add_pool (f->producer, &f->memory.pool, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT);
  g_assert_true (hearth_frames_producer_drop_pool (f->producer, 3, NULL));
  g_assert_true (hearth_frames_producer_add_pool (f->producer, &f->memory.pool, NULL));
  settle (f);
  g_assert_nonnull (strstr (f->shell->str, "gone 3;pool 100;"));
}

static void
test_player_goes (Fixture *f, gconstpointer data)
{
  announce (f);
  send_frame (f, 0, 1, 1);
  g_clear_pointer (&f->producer, hearth_frames_producer_free);
  settle (f);
  assert_told (f->shell, "frame 1;closed;");
  g_assert_cmpuint (f->pool->mappings[0][0], ==, f->memory.bytes[0][0]); /* the last picture stands */
  hearth_frames_consumer_shown (f->consumer, &f->frames[0], 5);
  hearth_frames_consumer_release (f->consumer, 1, 0);
  g_clear_pointer (&f->consumer, hearth_frames_consumer_free);
  assert_told (f->shell, "gone 1;");
}

static void
test_shell_goes (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  announce (f);
  send_frame (f, 0, 1, 1);
  g_clear_pointer (&f->consumer, hearth_frames_consumer_free);
  assert_told (f->shell, "gone 1;");
  g_assert_false (hearth_frames_producer_flush (f->producer, 2, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_DISCONNECTED);
  settle (f);
  assert_told (f->player, "closed;");
  settle (f);
  assert_told (f->player, ""); /* told once */
}

static void
test_full_socket_is_busy (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  announce (f);
  while (hearth_frames_producer_flush (f->producer, 1, &error))
    ;
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_BUSY);
}

static void
test_wrong_descriptors (void)
{
  g_autoptr (GError) error = NULL;
  int fds[2];

  g_assert_cmpint (pipe (fds), ==, 0);
  g_assert_null (hearth_frames_producer_new (fds[0], &producer_funcs, NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (hearth_frames_consumer_new (fds[1], NULL, &consumer_funcs, NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/frames/link/" name, Fixture, NULL, setup, func, teardown)
  ADD ("frame-goes-and-comes-back", test_frame_goes_and_comes_back);
  ADD ("own-mistakes-are-told", test_own_mistakes_are_told);
  ADD ("flush-and-clear", test_flush_and_clear);
  ADD ("dropped-pool-lives-while-held", test_dropped_pool_lives_while_held);
  ADD ("refused-pool-gives-its-frames-back", test_refused_pool_gives_its_frames_back);
  ADD ("limits-of-pools", test_limits_of_pools);
  ADD ("player-goes", test_player_goes);
  ADD ("shell-goes", test_shell_goes);
  ADD ("full-socket-is-busy", test_full_socket_is_busy);
  g_test_add_func ("/frames/link/wrong-descriptors", test_wrong_descriptors);
  return g_test_run ();
}
