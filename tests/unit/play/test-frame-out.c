/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frames-testing.h"
#include "play/hearth-frame-out.h"

#include <drm_fourcc.h>
#include <unistd.h>

typedef struct {
  HearthFrameOut *out;
  HearthFramesConsumer *shell;
  GArray *frames; /* HearthFrame that arrived */
  guint n_pools, n_dropped_pools, n_shown;
  gboolean closed;
  gint beats; /* atomic: the waiting decoder's */
  HearthFramePool shape;
} Fixture;

static void
on_shown (guint32 serial, gint64 shown_us, gboolean first, gpointer user_data)
{
  ((Fixture *) user_data)->n_shown++;
}

static void
on_refused (const char *reason, gpointer user_data)
{
}

static const HearthFrameOutFuncs out_funcs = { .shown = on_shown, .refused = on_refused };

static gboolean
on_add_pool (HearthFramesConsumer *link, const HearthFramePool *pool, gpointer user_data, GError **error)
{
  ((Fixture *) user_data)->n_pools++;
  return TRUE;
}

static void
on_drop_pool (HearthFramesConsumer *link, guint32 pool, gpointer user_data)
{
  ((Fixture *) user_data)->n_dropped_pools++;
}

static void
on_frame (HearthFramesConsumer *link, const HearthFrame *frame, gpointer user_data)
{
  g_array_append_val (((Fixture *) user_data)->frames, *frame);
}

static void
on_flush (HearthFramesConsumer *link, guint32 serial, gpointer user_data)
{
}

static void
on_clear (HearthFramesConsumer *link, gpointer user_data)
{
}

static void
on_closed (HearthFramesConsumer *link, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
  ((Fixture *) user_data)->closed = TRUE;
}

static const HearthFramesConsumerFuncs shell_funcs = { .add_pool = on_add_pool, .drop_pool = on_drop_pool, .frame = on_frame,
                                                       .flush = on_flush, .clear = on_clear, .closed = on_closed };

static void
connect_shell (Fixture *f)
{
  const HearthFramesCaps caps = { .memory = HEARTH_MEMORY_MEMFD, .n_fourccs = 1, .fourccs = { DRM_FORMAT_YUV420 } };
  int pair[2];

  testing_pair (pair);
  f->shell = hearth_frames_consumer_new (pair[0], &caps, &shell_funcs, f, NULL);
  g_assert_true (hearth_frame_out_set_link (f->out, pair[1], NULL));
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->frames = g_array_new (FALSE, FALSE, sizeof (HearthFrame));
  f->out = hearth_frame_out_new (&out_funcs, f);
  testing_shape (&f->shape, 1, DRM_FORMAT_YUV420, 320, 192);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hearth_frame_out_free (f->out);
  g_clear_pointer (&f->shell, hearth_frames_consumer_free);
  g_array_unref (f->frames);
}

static void
on_beat (gpointer user_data)
{
  g_atomic_int_inc ((gint *) user_data);
  g_main_context_wakeup (NULL);
}

static void
send (Fixture *f, HearthBuffer *buffer, guint32 serial)
{
  const HearthFrame frame = { .serial = serial, .crop = { 0, 0, 320, 180 }, .sar_num = 1, .sar_den = 1, .present_us = 1 };

  hearth_frame_out_send (f->out, buffer, &frame);
}

static void
wait_for_frames (Fixture *f, guint n)
{
  while (f->frames->len < n)
    g_main_context_iteration (NULL, TRUE);
}

/* ---- tests ---------------------------------------------------------------------------------------- */

static void
test_buffer_is_free_when_all_let_go (Fixture *f, gconstpointer data)
{
  gint beats = 0;
  HearthBuffer *first, *second, *third;
  HearthFrame *frame;

  connect_shell (f);
  first = hearth_frame_out_acquire (f->out, &f->shape, on_beat, &beats);
  send (f, first, 1);
  wait_for_frames (f, 1);
  hearth_frame_out_unref (f->out, first); /* the decoder's */
  second = hearth_frame_out_acquire (f->out, &f->shape, on_beat, &beats);
  g_assert_true (second != first); /* it is the shell's, and the newest */
  send (f, second, 1);
  frame = &g_array_index (f->frames, HearthFrame, 0);
  hearth_frames_consumer_shown (f->shell, frame, g_get_monotonic_time ());
  hearth_frames_consumer_release (f->shell, frame->pool, frame->index);
  while (f->n_shown == 0)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  third = hearth_frame_out_acquire (f->out, &f->shape, on_beat, &beats);
  g_assert_true (third == first);
  hearth_frame_out_unref (f->out, second);
  hearth_frame_out_unref (f->out, third);
  g_assert_cmpint (beats, ==, 0);
}

static gpointer
acquire_all (gpointer user_data)
{
  Fixture *f = user_data;
  guint n = 0;

  while (hearth_frame_out_acquire (f->out, &f->shape, on_beat, &f->beats) != NULL)
    n++;
  return GUINT_TO_POINTER (n);
}

static void
test_flush_ends_waiting (Fixture *f, gconstpointer data)
{
  GThread *thread = g_thread_new ("decoder", acquire_all, f);

  while (g_atomic_int_get (&f->beats) < 2) /* a decoder that waits is not stuck: it says so again and again */
    g_main_context_iteration (NULL, TRUE);
  hearth_frame_out_set_flushing (f->out, TRUE);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (thread)), >=, 16);
}

static void
test_new_shell_gets_the_newest (Fixture *f, gconstpointer data)
{
  gint beats = 0;
  HearthBuffer *buffer = hearth_frame_out_acquire (f->out, &f->shape, on_beat, &beats);

  send (f, buffer, 3); /* nobody is there */
  hearth_frame_out_unref (f->out, buffer);
  connect_shell (f);
  wait_for_frames (f, 1);
  g_assert_cmpuint (g_array_index (f->frames, HearthFrame, 0).serial, ==, 3);
  g_assert_cmpint (g_array_index (f->frames, HearthFrame, 0).present_us, ==, 0);
  g_clear_pointer (&f->shell, hearth_frames_consumer_free);
  while (hearth_frame_out_has_link (f->out))
    g_main_context_iteration (NULL, TRUE);
  connect_shell (f);
  wait_for_frames (f, 2);
  g_assert_cmpuint (f->n_pools, ==, 2); /* announced anew */
}

static void
test_other_shape_retires_the_pool (Fixture *f, gconstpointer data)
{
  gint beats = 0;
  HearthBuffer *small, *large;
  HearthFrameOutState state;

  connect_shell (f);
  small = hearth_frame_out_acquire (f->out, &f->shape, on_beat, &beats);
  send (f, small, 1);
  hearth_frame_out_unref (f->out, small);
  wait_for_frames (f, 1);
  testing_shape (&f->shape, 2, DRM_FORMAT_YUV420, 640, 368);
  large = hearth_frame_out_acquire (f->out, &f->shape, on_beat, &beats);
  send (f, large, 2);
  hearth_frame_out_unref (f->out, large);
  wait_for_frames (f, 2);
  g_assert_cmpuint (f->n_dropped_pools, ==, 0); /* the small picture is still on glass */
  hearth_frames_consumer_shown (f->shell, &g_array_index (f->frames, HearthFrame, 1), g_get_monotonic_time ());
  hearth_frames_consumer_release (f->shell, g_array_index (f->frames, HearthFrame, 0).pool,
                                  g_array_index (f->frames, HearthFrame, 0).index); /* now the large one is */
  while (f->n_dropped_pools == 0)
    g_main_context_iteration (NULL, TRUE);
  hearth_frame_out_get_state (f->out, &state);
  g_assert_cmpuint (state.n_pools, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/play/frame-out/buffer-is-free-when-all-let-go", Fixture, NULL, set_up, test_buffer_is_free_when_all_let_go, tear_down);
  g_test_add ("/play/frame-out/flush-ends-waiting", Fixture, NULL, set_up, test_flush_ends_waiting, tear_down);
  g_test_add ("/play/frame-out/new-shell-gets-the-newest", Fixture, NULL, set_up, test_new_shell_gets_the_newest, tear_down);
  g_test_add ("/play/frame-out/other-shape-retires-the-pool", Fixture, NULL, set_up, test_other_shape_retires_the_pool, tear_down);
  return g_test_run ();
}
