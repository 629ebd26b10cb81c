/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The real hearth-play between a make-believe hearthd and shell, fed from a ring in time. What a person would see: bar codes. */
#include "play-testing.h"

#include <glib/gstdio.h>
#include <signal.h>

#define MUX_KBPS 3000
#define FPS 25

static char *stream_path; /* NULL: no ffmpeg */
static char *other_path;
static char *gathered_path;

typedef struct {
  TestBox *box;
  TestFeed *feed;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  if (stream_path == NULL)
    return;
  f->box = test_box_new (NULL, FALSE);
  test_box_connect_shell (f->box);
  f->feed = test_feed_new (stream_path, MUX_KBPS, 300);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->box, test_box_free);
  g_clear_pointer (&f->feed, test_feed_free);
}

static gboolean
skipped (void)
{
  if (stream_path == NULL)
    g_test_skip ("the program ffmpeg is not here to make a stream");
  return stream_path == NULL;
}

/* ---- what is waited for -------------------------------------------------------------------------- */

static gboolean
has_shown (TestBox *box, gpointer data)
{
  return test_box_get_shown (box)->len >= GPOINTER_TO_UINT (data);
}

static gboolean
is_state (TestBox *box, gpointer data)
{
  return g_str_equal (test_box_get_state (box), data);
}

static gboolean
is_reason (TestBox *box, gpointer data)
{
  return g_str_equal (test_box_get_reason (box), data);
}

static TestShown *
get_shown (TestBox *box, guint i)
{
  return &g_array_index (test_box_get_shown (box), TestShown, i);
}

/* Pictures from @first on carry the channel's code and numbers that go on one by one, but for a loop's seam. */
static void
assert_flows (TestBox *box, guint first, guint32 channel)
{
  GArray *shown = test_box_get_shown (box);

  for (guint i = first; i < shown->len; i++) {
    g_assert_true (get_shown (box, i)->coded);
    g_assert_cmpuint (get_shown (box, i)->channel, ==, channel);
    if (i > first && get_shown (box, i)->frame > get_shown (box, i - 1)->frame)
      g_assert_cmpuint (get_shown (box, i)->frame - get_shown (box, i - 1)->frame, <=, 3); /* a loaded machine may miss some */
  }
}

/* ---- tests ------------------------------------------------------------------------------------------ */

static void
test_plays (Fixture *f, gconstpointer data)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) statistics = NULL;
  guint64 copied = 1;

  if (skipped ())
    return;
  test_box_open (f->box, test_feed_get_writer (f->feed), FALSE);
  g_assert_true (test_box_wait (f->box, has_shown, GUINT_TO_POINTER (50), 10000));
  g_assert_true (test_box_wait (f->box, is_state, (gpointer) "playing", 1000));
  assert_flows (f->box, 0, 7);
  g_assert_cmpuint (get_shown (f->box, 0)->frame % FPS, ==, 0); /* the key frame */
  g_assert_cmpint (test_box_get_stage (f->box, "tables"), >, 0);
  g_assert_cmpint (test_box_get_stage (f->box, "random-access-point"), >, 0);
  g_assert_cmpint (test_box_get_stage (f->box, "first-decoded"), >, 0);
  g_assert_cmpint (test_box_get_stage (f->box, "first-shown"), >, 0);
  g_assert_cmpint (test_box_get_stage (f->box, "sound"), >, 0);
  reply = test_box_call (f->box, "GetStatistics", NULL);
  g_variant_get (reply, "(@a{sv})", &statistics);
  g_variant_lookup (statistics, "copied-bytes-per-frame", "t", &copied);
  g_assert_cmpuint (copied, ==, 0);
}

static void
assert_even_times (TestBox *box)
{
  GArray *shown = test_box_get_shown (box);

  for (guint i = 1; i < shown->len; i++) {
    const TestShown *last = get_shown (box, i - 1), *now = get_shown (box, i);

    if (now->frame > last->frame)
      g_assert_cmpint (now->pts90k - last->pts90k, ==, (gint64) (now->frame - last->frame) * 90000 / FPS);
  }
}

/* Five pictures share a PES packet and its times: each is shown, at its own. */
static void
test_several_pictures_a_pes (Fixture *f, gconstpointer data)
{
  if (skipped ())
    return;
  g_clear_pointer (&f->feed, test_feed_free);
  f->feed = test_feed_new (gathered_path, MUX_KBPS, 300);
  test_box_open (f->box, test_feed_get_writer (f->feed), FALSE);
  g_assert_true (test_box_wait (f->box, has_shown, GUINT_TO_POINTER (75), 10000));
  assert_flows (f->box, 0, 9);
  assert_even_times (f->box);
  g_assert_cmpuint (get_shown (f->box, 0)->frame % FPS, ==, 0);
}

static void
test_zaps (Fixture *f, gconstpointer data)
{
  TestFeed *other;
  guint n;

  if (skipped ())
    return;
  other = test_feed_new (other_path, MUX_KBPS, 900);
  test_box_open (f->box, test_feed_get_writer (f->feed), FALSE);
  g_assert_true (test_box_wait (f->box, has_shown, GUINT_TO_POINTER (20), 10000));
  test_box_open (f->box, test_feed_get_writer (other), FALSE);
  n = test_box_get_shown (f->box)->len;
  g_assert_true (test_box_wait (f->box, has_shown, GUINT_TO_POINTER (n + 20), 10000));
  assert_flows (f->box, n, 8);
  test_box_open (f->box, test_feed_get_writer (f->feed), FALSE);
  n = test_box_get_shown (f->box)->len;
  g_assert_true (test_box_wait (f->box, has_shown, GUINT_TO_POINTER (n + 20), 10000));
  assert_flows (f->box, n, 7);
  test_box_stop (f->box);
  test_feed_free (other);
}

static void
test_tells_a_stall_and_goes_on (Fixture *f, gconstpointer data)
{
  guint n;

  if (skipped ())
    return;
  test_box_open (f->box, test_feed_get_writer (f->feed), FALSE);
  g_assert_true (test_box_wait (f->box, is_state, (gpointer) "playing", 10000));
  test_feed_set_paused (f->feed, TRUE);
  g_assert_true (test_box_wait (f->box, is_reason, (gpointer) "NoPackets", 3000));
  test_feed_set_paused (f->feed, FALSE);
  n = test_box_get_shown (f->box)->len;
  g_assert_true (test_box_wait (f->box, is_state, (gpointer) "playing", 4000));
  g_assert_true (test_box_wait (f->box, has_shown, GUINT_TO_POINTER (n + 20), 4000));
}

static void
test_survives_the_shell (Fixture *f, gconstpointer data)
{
  guint n;

  if (skipped ())
    return;
  test_box_open (f->box, test_feed_get_writer (f->feed), FALSE);
  g_assert_true (test_box_wait (f->box, has_shown, GUINT_TO_POINTER (30), 10000));
  test_box_drop_shell (f->box);
  test_box_run (f->box, 500); /* the shell is away for that long */
  n = test_box_get_shown (f->box)->len;
  test_box_connect_shell (f->box);
  g_assert_true (test_box_wait (f->box, has_shown, GUINT_TO_POINTER (n + 10), 2000));
  assert_flows (f->box, n, 7);
}

static void
test_resumes_in_a_new_ring (Fixture *f, gconstpointer data)
{
  guint n;

  if (skipped ())
    return;
  test_box_open (f->box, test_feed_get_writer (f->feed), FALSE);
  g_assert_true (test_box_wait (f->box, has_shown, GUINT_TO_POINTER (30), 10000));
  test_box_stop (f->box);
  test_feed_free (f->feed);
  f->feed = test_feed_new (stream_path, MUX_KBPS, 4000);
  n = test_box_get_shown (f->box)->len;
  test_box_open (f->box, test_feed_get_writer (f->feed), TRUE);
  g_assert_true (test_box_wait (f->box, has_shown, GUINT_TO_POINTER (n + 20), 5000));
  assert_flows (f->box, n, 7);
}

static gboolean
has_picture (TestBox *box, gpointer data)
{
  return test_box_get_picture (box) != NULL;
}

static void
test_tells_the_picture (Fixture *f, gconstpointer data)
{
  gboolean interlaced = TRUE;
  guint32 width = 0, height = 0;
  const char *codec = "";

  if (skipped ())
    return;
  test_box_open (f->box, test_feed_get_writer (f->feed), FALSE);
  g_assert_true (test_box_wait (f->box, has_picture, NULL, 10000));
  g_variant_lookup (test_box_get_picture (f->box), "width", "u", &width);
  g_variant_lookup (test_box_get_picture (f->box), "height", "u", &height);
  g_variant_lookup (test_box_get_picture (f->box), "interlaced", "b", &interlaced);
  g_variant_lookup (test_box_get_picture (f->box), "codec", "&s", &codec);
  g_assert_cmpuint (width, ==, 480);
  g_assert_cmpuint (height, ==, 272);
  g_assert_false (interlaced);
  g_assert_cmpstr (codec, ==, "h264");
}

static void
test_lists_tracks (Fixture *f, gconstpointer data)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) tracks = NULL;
  g_autoptr (GVariant) track = NULL;
  const char *codec = "", *id = "";
  gboolean selected = FALSE;

  if (skipped ())
    return;
  test_box_open (f->box, test_feed_get_writer (f->feed), FALSE);
  g_assert_true (test_box_wait (f->box, is_state, (gpointer) "playing", 10000));
  reply = test_box_call (f->box, "ListTracks", g_variant_new ("(s)", "audio"));
  g_variant_get (reply, "(@aa{sv})", &tracks);
  g_assert_cmpuint (g_variant_n_children (tracks), ==, 1);
  track = g_variant_get_child_value (tracks, 0);
  g_variant_lookup (track, "codec", "&s", &codec);
  g_variant_lookup (track, "id", "&s", &id);
  g_variant_lookup (track, "selected", "b", &selected);
  g_assert_cmpstr (codec, ==, "aac");
  g_assert_true (selected);
  g_variant_unref (test_box_call (f->box, "SelectTrack", g_variant_new ("(ss)", "audio", id)));
}

int
main (int argc, char **argv)
{
  TestStreamSpec spec = { .width = 480, .height = 272, .fps = FPS, .gop = FPS, .b_frames = 2, .n_frames = 8 * FPS,
                          .mux_kbps = MUX_KBPS, .channel = 7 };
  int status;

  g_test_init (&argc, &argv, NULL);
  stream_path = test_stream_make (&spec);
  spec.channel = 8;
  spec.width = 640;
  spec.height = 360;
  other_path = test_stream_make (&spec);
  spec.channel = 9;
  gathered_path = test_stream_make (&spec);
  if (gathered_path != NULL)
    test_stream_gather (gathered_path, 5);
  g_test_add ("/play/process/plays", Fixture, NULL, set_up, test_plays, tear_down);
  g_test_add ("/play/process/several-pictures-a-pes", Fixture, NULL, set_up, test_several_pictures_a_pes, tear_down);
  g_test_add ("/play/process/tells-the-picture", Fixture, NULL, set_up, test_tells_the_picture, tear_down);
  g_test_add ("/play/process/zaps", Fixture, NULL, set_up, test_zaps, tear_down);
  g_test_add ("/play/process/tells-a-stall-and-goes-on", Fixture, NULL, set_up, test_tells_a_stall_and_goes_on, tear_down);
  g_test_add ("/play/process/survives-the-shell", Fixture, NULL, set_up, test_survives_the_shell, tear_down);
  g_test_add ("/play/process/resumes-in-a-new-ring", Fixture, NULL, set_up, test_resumes_in_a_new_ring, tear_down);
  g_test_add ("/play/process/lists-tracks", Fixture, NULL, set_up, test_lists_tracks, tear_down);
  status = g_test_run ();
  if (stream_path != NULL) {
    g_unlink (stream_path);
    g_unlink (other_path);
    g_unlink (gathered_path);
  }
  g_free (stream_path);
  g_free (other_path);
  g_free (gathered_path);
  return status;
}
