/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The desk between the main thread and a tuner's: the last wish holds, none is lost, the end ends. */
#include <hearth/tuner-desk.h>

#include <poll.h>

static gboolean
is_readable (HearthTunerDesk *desk)
{
  struct pollfd fd = { .fd = hearth_tuner_desk_get_fd (desk), .events = POLLIN };

  return poll (&fd, 1, 0) == 1;
}

static HearthTunerParams
at_khz (guint32 khz)
{
  HearthTunerParams params = HEARTH_TUNER_PARAMS_INIT;

  params.system = HEARTH_TUNER_DVB_C;
  params.frequency_khz = khz;
  return params;
}

static void
test_wishes (void)
{
  const guint16 first[] = { 0, 17, 256 }, second[] = { 0 };
  const HearthTunerParams one = at_khz (474000), other = at_khz (482000);
  HearthTunerDesk *desk = hearth_tuner_desk_new (NULL);
  HearthTunerWishes wishes;

  g_assert_true (hearth_tuner_desk_take (desk, &wishes));
  g_assert_false (wishes.tune || wishes.repeat || wishes.pids != NULL || wishes.asked != 0);
  g_assert_false (is_readable (desk));

  hearth_tuner_desk_tune (desk, &one);
  hearth_tuner_desk_tune (desk, &other);
  hearth_tuner_desk_set_pids (desk, first, G_N_ELEMENTS (first));
  hearth_tuner_desk_set_pids (desk, second, G_N_ELEMENTS (second));
  hearth_tuner_desk_ask (desk, 1);
  hearth_tuner_desk_ask (desk, 4);
  g_assert_true (is_readable (desk));
  g_assert_true (hearth_tuner_desk_take (desk, &wishes));
  g_assert_true (wishes.tune && !wishes.repeat);
  g_assert_cmpuint (wishes.params.frequency_khz, ==, 482000);
  g_assert_cmpuint (wishes.pids->len, ==, 1);
  g_assert_cmpuint (wishes.asked, ==, 5);
  g_array_unref (wishes.pids);
  g_assert_false (is_readable (desk));

  hearth_tuner_desk_tune (desk, &other);
  g_assert_true (hearth_tuner_desk_take (desk, &wishes));
  g_assert_true (wishes.repeat && !wishes.tune && wishes.pids == NULL && wishes.asked == 0);

  hearth_tuner_desk_tune (desk, &one); /* away and back before anybody looked */
  hearth_tuner_desk_tune (desk, &other);
  g_assert_true (hearth_tuner_desk_take (desk, &wishes));
  g_assert_true (wishes.tune);
  g_assert_cmpuint (wishes.params.frequency_khz, ==, 482000);
  hearth_tuner_desk_set_pids (desk, first, 3); /* never taken */
  hearth_tuner_desk_free (desk);
}

static void
test_status (void)
{
  const HearthTunerStatus locked = { .struct_size = sizeof locked, .locked = TRUE, .known = HEARTH_TUNER_KNOWS_BER, .ber = 0.5, .wrong_blocks = 7 };
  const HearthTunerParams one = at_khz (474000);
  HearthTunerDesk *desk = hearth_tuner_desk_new (NULL);
  HearthTunerStatus status = { .struct_size = sizeof status }, older = { .struct_size = G_STRUCT_OFFSET (HearthTunerStatus, ber) };

  hearth_tuner_desk_put_status (desk, &locked);
  hearth_tuner_desk_get_status (desk, &status);
  g_assert_true (status.locked && status.wrong_blocks == 7);
  hearth_tuner_desk_get_status (desk, &older); /* a host that knows less */
  g_assert_true (older.locked && older.ber == 0 && older.wrong_blocks == 0);
  g_assert_cmpuint (older.struct_size, ==, G_STRUCT_OFFSET (HearthTunerStatus, ber));
  hearth_tuner_desk_tune (desk, &one);
  hearth_tuner_desk_get_status (desk, &status);
  g_assert_false (status.locked || status.wrong_blocks != 0);
  hearth_tuner_desk_put_status (desk, &locked);
  hearth_tuner_desk_tune (desk, &one); /* no other: what is known stays */
  hearth_tuner_desk_get_status (desk, &status);
  g_assert_true (status.locked);
  hearth_tuner_desk_free (desk);
}

typedef struct {
  HearthTunerDesk *desk;
  guint32 asked; /* the thread's, until it was joined */
} Tuner;

static gpointer
run (gpointer data)
{
  Tuner *self = data;
  HearthTunerWishes wishes;

  while (hearth_tuner_desk_take (self->desk, &wishes)) {
    struct pollfd fd = { .fd = hearth_tuner_desk_get_fd (self->desk), .events = POLLIN };

    self->asked |= wishes.asked;
    poll (&fd, 1, -1);
  }
  self->asked |= wishes.asked;
  return NULL;
}

/* A thread that sleeps without a limit hears each wish, and the end. */
static void
test_thread (void)
{
  Tuner tuner = { .desk = hearth_tuner_desk_new (NULL) };

  g_assert_true (hearth_tuner_desk_start (tuner.desk, "test-tuner", run, &tuner, NULL));
  for (guint bit = 0; bit < 32; bit++)
    hearth_tuner_desk_ask (tuner.desk, 1u << bit);
  hearth_tuner_desk_free (tuner.desk);
  g_assert_cmphex (tuner.asked, ==, G_MAXUINT32);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/tuner-desk/wishes", test_wishes);
  g_test_add_func ("/base/tuner-desk/status", test_status);
  g_test_add_func ("/base/tuner-desk/thread", test_thread);
  return g_test_run ();
}
